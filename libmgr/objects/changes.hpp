// Calls that change the catalog only: they need no device and make no library request.
//
// What for: every such call takes the same way: session, readiness, the call's own checks, the book; its answer leaves when all that it has written is
// durable, together with everything that others have written in the same moment. A call with a key that was carried out is recorded with what it was
// answered: sent again in its session, also after a restart, it is answered with the same and carried out once. One that was refused has changed
// nothing, and is looked at anew. A new call is a line in CatalogCall and two in changes.cpp.
// Errors: invalid_parameter (87) for the key of another call, invalid_handle (6) for a session that is closed, not_ready (21), those of each call, and the commit's. Thread rule: the loop only.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "libmgr/allocation/media_records.hpp"
#include "libmgr/allocation/sides.hpp"
#include "libmgr/base/lifeline.hpp"
#include "libmgr/base/reply.hpp"
#include "libmgr/objects/destinations.hpp"
#include "libmgr/objects/objects.hpp"
#include "libmgr/objects/security.hpp"
#include "libmgr/pools/moving.hpp"
#include "libmgr/pools/pools.hpp"

namespace rsm {

using CatalogCall = std::variant<CreatePoolCall, DeletePoolCall, MoveToPoolCall, MediaTypeCall, SetObjectCall, SetAttributeCall,
                                 DeallocateCall, CompleteCall, DecommissionCall, SwapCall, UpdateLabelCall, CreateMediumCall, DeleteMediumCall, SetSecurityCall,
                                 SetDestinationsCall>;

class Changes {
 public:
  // All must outlive it. `ready`: not_ready with its sentence, or nothing.
  Changes(Book& book, Settings const& settings, std::function<Result<>()> ready) : book_(book), settings_(settings), ready_(std::move(ready)) {}

  // Answers with the id of the object that the call is about. No key: a call that is not recognised when it comes again.
  void change(Caller const& caller, std::string const& key, CatalogCall const& call, Reply<Guid> reply);

 private:
  Result<Guid> apply(Caller const& caller, std::string const& key, CatalogCall const& call);

  Book& book_;
  Settings const& settings_;
  std::function<Result<>()> ready_;
  Lifeline lifeline_;
};

}  // namespace rsm
