#include "libmgr/objects/changes.hpp"

#include "libmgr/base/planted.hpp"
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
Result<Guid> run(Given const& given, SetDestinationsCall const& call) { return objects::set_destinations(given.book, given.caller, call); }
Result<Guid> run(Given const& given, SetAttributeCall const& call) { return objects::set_attribute(given.book, given.caller, call); }
Result<Guid> run(Given const& given, DeallocateCall const& call) { return guid_of(allocation::deallocate(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, CompleteCall const& call) { return guid_of(allocation::complete(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, DecommissionCall const& call) { return guid_of(allocation::decommission(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, SwapCall const& call) { return guid_of(allocation::swap(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, UpdateLabelCall const& call) { return guid_of(allocation::update_label(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, CreateMediumCall const& call) { return guid_of(allocation::create_medium(given.book, given.caller, call)); }
Result<Guid> run(Given const& given, DeleteMediumCall const& call) { return guid_of(allocation::delete_medium(given.book, given.caller, call.id)); }
Result<Guid> run(Given const& given, SetSecurityCall const& call) { return objects::set_security(given.book, given.caller, call); }

// Which call it is, and the object that it names: the same call sent again says the same.
struct Told {
  char const* call;
  Guid about{};
};
Told told(CreatePoolCall const&) { return {"create_pool", {}}; }
Told told(DeletePoolCall const& call) { return {"delete_pool", call.pool.guid}; }
Told told(MoveToPoolCall const& call) { return {call.change_type ? "change_type" : "move_to_pool", call.medium.guid}; }
Told told(MediaTypeCall const& call) { return {call.takes ? "add_media_type" : "remove_media_type", call.library.guid}; }
Told told(SetObjectCall const& call) { return {"set_object", call.id}; }
Told told(SetAttributeCall const& call) { return {"set_attribute", call.id}; }
Told told(DeallocateCall const& call) { return {"deallocate", call.id.guid}; }
Told told(CompleteCall const& call) { return {"complete", call.id.guid}; }
Told told(DecommissionCall const& call) { return {"decommission", call.id.guid}; }
Told told(SwapCall const& call) { return {"swap", call.one.guid}; }
Told told(UpdateLabelCall const& call) { return {"update_label", call.id.guid}; }
Told told(SetSecurityCall const& call) { return {"set_security", call.id}; }
Told told(SetDestinationsCall const& call) { return {"set_destinations", call.object.value_or(Guid{})}; }
Told told(CreateMediumCall const& call) { return {"create_medium", call.id.guid}; }
Told told(DeleteMediumCall const& call) { return {"delete_medium", call.id.guid}; }

Result<Guid> answer_of_before(db::DoneCall const& before, Told const& now) {
  if (before.call == now.call && before.about == now.about) return before.answer;
  return fail(Errc::invalid_parameter, "key " + before.key, "it names a call of this session already (" + before.call + "), and this is another one: make a new key");
}

}  // namespace

Result<Guid> Changes::apply(Caller const& caller, std::string const& key, CatalogCall const& call) {
  RSM_CHECK(session_of(book_.world(), caller));
  RSM_CHECK(ready_());
  auto const carry_out = [&] { return std::visit([&](auto const& one) { return run(Given{book_, settings_, caller}, one); }, call); };
  if (key.empty()) return carry_out();
  if (key.size() > limits::key_bytes_max) return fail(Errc::invalid_parameter, "key", "at most " + std::to_string(limits::key_bytes_max) + " bytes");
  auto const now = std::visit([](auto const& one) { return told(one); }, call);
  RSM_TRY(auto const before, book_.done_call(caller.session, key));
  if (before && !planted(PlantedBug::change_repeated)) return answer_of_before(*before, now);
  RSM_TRY(auto const answer, carry_out());
  book_.put(db::DoneCall{caller.session, key, now.call, now.about, answer});
  return answer;
}

void Changes::change(Caller const& caller, std::string const& key, CatalogCall const& call, Reply<Guid> reply) {
  auto changed = apply(caller, key, call);
  if (!changed) return reply(std::move(changed));
  book_.ledger().when_durable([this, alive = lifeline_.watch(), id = *changed, reply = std::move(reply)](Result<> durable) mutable {
    if (!durable) return reply(std::unexpected(durable.error()));
    if (!alive.expired()) book_.trim();  // whoever moves a million media keeps none of them in memory
    reply(id);
  });
}

}  // namespace rsm
