// Calls that change the catalog only: they need no device and make no library request.
//
// What for: every such call takes the same way: session, readiness, the call's own checks, the book; its answer leaves when all that it has written is
// durable, together with everything that others have written in the same moment. A new call is a line in CatalogCall and one in changes.cpp.
// Errors: invalid_handle (6) for a session that is closed, not_ready (21), those of each call, and the commit's. Thread rule: the loop only.
#pragma once

#include <functional>
#include <variant>

#include "libmgr/allocation/media_records.hpp"
#include "libmgr/allocation/sides.hpp"
#include "libmgr/base/lifeline.hpp"
#include "libmgr/base/reply.hpp"
#include "libmgr/objects/objects.hpp"
#include "libmgr/objects/security.hpp"
#include "libmgr/pools/moving.hpp"
#include "libmgr/pools/pools.hpp"

namespace rsm {

using CatalogCall = std::variant<CreatePoolCall, DeletePoolCall, MoveToPoolCall, MediaTypeCall, SetObjectCall, SetAttributeCall,
                                 DeallocateCall, CompleteCall, DecommissionCall, SwapCall, CreateMediumCall, DeleteMediumCall, SetSecurityCall>;

class Changes {
 public:
  // All must outlive it. `ready`: not_ready with its sentence, or nothing.
  Changes(Book& book, Settings const& settings, std::function<Result<>()> ready) : book_(book), settings_(settings), ready_(std::move(ready)) {}

  // Answers with the id of the object that the call is about.
  void change(Caller const& caller, CatalogCall const& call, Reply<Guid> reply);

 private:
  Result<Guid> apply(Caller const& caller, CatalogCall const& call);

  Book& book_;
  Settings const& settings_;
  std::function<Result<>()> ready_;
  Lifeline lifeline_;
};

}  // namespace rsm
