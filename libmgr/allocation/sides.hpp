// What becomes of a side that was allocated: given back, complete, exchanged, out of service; and cartridges whose records go.
//
// What for: DeallocateNtmsMedia, SetNtmsMediaComplete, SwapNtmsMedia, DecommissionNtmsMedia and DeleteNtmsMedia. Each checks, in the order of
// ntms-functions.md section 1, and changes the book; the caller answers when that is durable. A refused call changes nothing.
// Errors: those of each function. Thread rule: the loop only. Source: rsm-model.md sections 7 and 10.
#pragma once

#include <string>

#include "libmgr/people/rights.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

struct DeallocateCall {
  LogicalMediumId id;
};
struct CompleteCall {
  LogicalMediumId id;
};
struct DecommissionCall {
  SideId id;
};
struct SwapCall {
  LogicalMediumId one, other;
};
// A program has written a label of its own on what it was allocated (UpdateNtmsOmidInfo).
struct UpdateLabelCall {
  LogicalMediumId id;
  Omid label;
};
struct DeleteMediumCall {
  MediumId id;
};

namespace allocation {

// busy (170): mounted, or in a request; also the other side of a medium that goes back to the free pool with it.
Result<LogicalMediumId> deallocate(Book& book, Caller const& caller, LogicalMediumId id);
Result<LogicalMediumId> complete(Book& book, Caller const& caller, LogicalMediumId id);
Result<SideId> decommission(Book& book, Caller const& caller, SideId id);
Result<LogicalMediumId> swap(Book& book, Caller const& caller, SwapCall const& call);
// invalid_parameter (87: a label that no record can have), invalid_media (4300), access_denied (5). It is a request UPDATEOMID, which has passed when this is durable.
Result<LogicalMediumId> update_label(Book& book, Caller const& caller, UpdateLabelCall const& call);
Result<MediumId> delete_medium(Book& book, Caller const& caller, MediumId id);

}  // namespace allocation
}  // namespace rsm
