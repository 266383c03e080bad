// What `rsm eject /aqueue` has collected, until /astart without a medium ejects it together.
//
// What for: each run of rsm is a session of its own, and a batch lasts over several runs of one user: it is a file of that user, of ids, for each service
// (socket) its own. Runs that change it at the same time take turns (flock). Errors: write_fault (29) for a folder that cannot be written.
// Thread rule: the main thread. Source: rsm-cli.md section 2 (eject), rsm-model.md section 13.
#pragma once

#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/ids.hpp"

namespace rsm::cli {

class EjectBatch {
 public:
  // $XDG_STATE_HOME/openrsm, else ~/.local/state/openrsm, else /tmp/openrsm-UID. Held until the end of its life.
  static Result<EjectBatch> of(std::string const& socket);
  ~EjectBatch();
  EjectBatch(EjectBatch&& other) noexcept;
  EjectBatch& operator=(EjectBatch&&) = delete;

  std::vector<MediumId> const& media() const { return media_; }
  Result<> keep(std::vector<MediumId> media);

 private:
  EjectBatch(int file, std::string path, std::vector<MediumId> media) : file_(file), path_(std::move(path)), media_(std::move(media)) {}

  int file_;
  std::string path_;
  std::vector<MediumId> media_;
};

}  // namespace rsm::cli
