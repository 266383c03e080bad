// With which drives and cartridges a library is tried.
//
// What for: `rsm library certify`. Cartridges that hold something of somebody are never touched: only those of the pool Free (type scratch), or those that were
// named. All of them are idle, enabled, in a slot of this library, with a side that can be mounted. Drives are those named or all; one that cannot be tried now
// is left out with its reason. Errors: invalid_drive, no such number; media_unavailable, no cartridge may be used; invalid_media, one that was named may not;
// resource_not_available, no drive can be tried. Object: the library, the drive or the medium. Thread rule: pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/protocol/messages.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/pool.hpp"

namespace rsm::cli {

struct LibraryContents {
  wire::LibraryInfo library;
  std::vector<wire::DriveInfo> drives;
  std::vector<wire::MediumInfo> media;
  std::map<PoolId, PoolType> pools;
};

struct TrialWish {
  std::vector<std::string> drives;         // numbers; empty: all
  std::vector<std::string> media;          // names or bar codes; empty: of the pool Free
  std::optional<std::int64_t> cartridges;  // at most; absent: one for each drive
};

struct LeftOut {
  std::string drive, reason;
};
struct TrialChoice {
  std::vector<wire::DriveInfo> drives;
  std::vector<wire::MediumInfo> media;
  std::vector<LeftOut> left_out;
};
Result<TrialChoice> choose(LibraryContents const& contents, TrialWish const& wish);

bool is_mountable(wire::SideInfo const& side);
// Why it may not be used; empty: it may.
std::string why_not(wire::MediumInfo const& medium, LibraryId const& library);

}  // namespace rsm::cli
