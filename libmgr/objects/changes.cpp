#include "libmgr/objects/changes.hpp"

#include "libmgr/people/sessions.hpp"

namespace rsm {
namespace {

// The id of what was changed, whatever kind of id it is.
template <class AnyId>
Result<Guid> guid_of(Result<AnyId> id) {
  if (!id) return std::unexpected(std::move(id).error());
  return id->guid;
}

struct Given {
  Book& book;
  Settings const& settings;
  Caller const& caller;
};

Result<Guid> run(Given const& given, CreatePoolCall const& call) { return guid_of(pools::create(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, DeletePoolCall const& call) { return guid_of(pools::erase(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, MoveToPoolCall const& call) { return guid_of(pools::move_to_pool(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, MediaTypeCall const& call) { return guid_of(pools::set_media_type(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, SetObjectCall const& call) { return objects::set(given.book, given.settings, given.caller, call); }
Result<Guid> run(Given const& given, SetAttributeCall const& call) { return objects::set_attribute(given.book, given.caller, call); }
Result<Guid> run(Given const& given, DeallocateCall const& call) { return guid_of(allocation::deallocate(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, CompleteCall const& call) { return guid_of(allocation::complete(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, DecommissionCall const& call) { return guid_of(allocation::decommission(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, SwapCall const& call) { return guid_of(allocation::swap(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, CreateMediumCall const& call) { return guid_of(allocation::create_medium(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, DeleteMediumCall const& call) { return guid_of(allocation::delete_medium(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, SetSecurityCall const& call) { return objects::set_security(given.book, given.caller, call); }

}  // namespace

Result<Guid> Changes::apply(Caller const& caller, CatalogCall const& call) {
  RSM_CHECK(session_of(book_.world(), caller));
  RSM_CHECK(ready_());
  return std::visit([&](auto const& one) { return run(Given{book_, settings_, caller}, one); }, call);
}

void Changes::change(Caller const& caller, CatalogCall const& call, Reply<Guid> reply) {
  auto changed = apply(caller, call);
  if (!changed) return reply(std::move(changed));
  book_.ledger().when_durable([this, alive = lifeline_.watch(), id = *changed, reply = std::move(reply)](Result<> durable) mutable {
    if (!durable) return reply(std::unexpected(durable.error()));
    if (!alive.expired()) book_.trim();  // whoever moves a million media keeps none of them in memory
    reply(id);
  });
}

}  // namespace rsm
