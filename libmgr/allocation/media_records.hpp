// CreateNtmsMedia: the record of a cartridge that is not in any library, with its sides.
//
// What for: programs bring what they know of their media from another catalog. What is checked here is the whole contract of the call; nothing
// is made when anything is wrong. Errors: those of CreateNtmsMedia. Thread rule: the loop only.
// Source: ntms-functions.md section 5, rsm-model.md sections 7 and 8.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libmgr/people/rights.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

struct NewSide {
  SideId id;                       // zero: made
  LogicalMediumId logical_medium;  // zero: made, where the state wants one
  SideState state = SideState::unknown;
  Omid label;
  std::uint32_t mount_count = 0, allocate_count = 0;
  std::int64_t capacity = 0;
};
struct CreateMediumCall {
  MediumId id;  // zero: made
  std::string name, description;
  bool enabled = true;
  LibraryId library;  // zero, or the offline library
  PoolId pool;
  std::string barcode;
  std::vector<NewSide> sides;
  bool error_on_duplicate = false;
};

namespace allocation {
Result<MediumId> create_medium(Book& book, Caller const& caller, CreateMediumCall call);
}

}  // namespace rsm
