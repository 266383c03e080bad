// A handle on a volume that does what a test tells it to, and keeps what it was asked for.
//
// What for: the order of work of `rsm volume` without devices. Every operation has a list of answers, given one after the other; the last stays;
// without one it succeeds. Answers come from another thread, as from the real one. Thread rule: set up before the work begins.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "drivers/volume/volume_client.hpp"

namespace rsm::cli {

// What several handles on one volume share.
struct FakeVolume {
  volume::VolumeStatus status{.device = "/dev/loop7", .kind = "loop device", .backing = "/srv/a.img", .medium = true, .size_bytes = 64 << 20,
                              .state = "mounted", .mounts = {{"/mnt/a", "ext4", "rw", 0}}};
  volume::HolderList holders;
  std::map<volume::Operation, std::vector<Result<volume::Outcome>>> answers;
  std::vector<std::string> asked;  // "flush", "media_removal allow" …; status and holders are left out
  std::vector<volume::Access> opened;
  bool dead = false;
  Millis last_limit{0};

  void refuse(volume::Operation operation, Errc code, std::string detail = {}) {
    answers[operation].push_back(fail(code, status.device, std::move(detail)));
  }
  void then(volume::Operation operation, volume::Outcome outcome = {}) { answers[operation].push_back(std::move(outcome)); }
};

class FakeClient final : public volume::VolumeClient {
 public:
  explicit FakeClient(std::shared_ptr<FakeVolume> fake) : fake_(std::move(fake)) {}
  ~FakeClient() override { close(); }

  std::uint64_t submit(volume::Command command, Millis limit, Completion done) override;
  bool cancel(std::uint64_t) override { return false; }
  Result<volume::Outcome> run(volume::Command command, Millis limit) override;
  void close() override { threads_.clear(); }
  std::string const& device() const override { return fake_->status.device; }
  std::int64_t handler_pid() const override { return 1; }
  bool dead() const override { return fake_->dead; }

 private:
  std::shared_ptr<FakeVolume> fake_;
  std::vector<std::jthread> threads_;
  bool went_well_ = true;  // what was submitted last
};

}  // namespace rsm::cli
