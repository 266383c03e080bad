#include "libmgr/objects/destinations.hpp"

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/unicode.hpp"
#include "libmgr/people/rights.hpp"
#include "libmgr/people/sessions.hpp"

namespace rsm::objects {
namespace {

struct Listed {
  Guid object{};
  ObjectType type = ObjectType::session;
  std::string name;
};

Result<Listed> listed(World const& world, Caller const& caller, std::optional<Guid> object, MessageKind kind) {
  if (!object) {
    RSM_CHECK(session_of(world, caller));
    if (kind == MessageKind::error) return fail(Errc::invalid_parameter, "kind", "an application has destinations for info and request only; errors are the computer's or a library's");
    return Listed{caller.session.guid, ObjectType::session, "this session"};
  }
  if (*object == world.computer.id.guid) return Listed{*object, ObjectType::computer, "the computer"};
  if (auto const* library = world.library(LibraryId{*object})) return Listed{*object, ObjectType::library, "library " + library->record.name};
  return fail(Errc::object_not_found, "object " + object->text(), "it is neither the computer nor a library");
}

rights::Decider decider_of_messages(Listed const& listed) { return {{}, listed.type == ObjectType::library ? LibraryId{listed.object} : LibraryId{}}; }

Result<> check_destination_name(std::string const& name) {
  if (name.empty() || utf16_units(name) > limits::message_chars_max || !is_plain(name))
    return fail(Errc::invalid_parameter, "destination", "a name has 1 to " + std::to_string(limits::message_chars_max) + " characters, and no control characters");
  return {};
}

}  // namespace

Result<std::vector<std::string>> destinations(World const& world, Caller const& caller, std::optional<Guid> object, MessageKind kind) {
  RSM_TRY(auto const of, listed(world, caller, object, kind));
  if (of.type != ObjectType::session) RSM_CHECK(rights::may(world, caller, rights::Act::get_ui_options, decider_of_messages(of)));
  return world.destinations_of(of.object, kind);
}

Result<Guid> set_destinations(Book& book, Caller const& caller, SetDestinationsCall const& call) {
  RSM_TRY(auto const of, listed(book.world(), caller, call.object, call.kind));
  if (of.type != ObjectType::session) RSM_CHECK(rights::may(book.world(), caller, rights::Act::set_ui_options, decider_of_messages(of)));
  std::string const reason = "destinations of its messages (" + word(call.kind) + ") were changed " + by_whom(caller);
  auto const there = book.world().destinations_of(of.object, call.kind);
  if (call.action == DestinationAction::remove_all) {
    for (auto const& name : there) book.erase(DestinationRecord{of.object, call.kind, name}, of.type, reason);
    return of.object;
  }
  RSM_CHECK(check_destination_name(call.name));
  DestinationRecord const one{of.object, call.kind, call.name};
  bool const known = book.world().destinations.contains(one);
  std::string const shown = "destination " + plain_text(call.name) + " of " + of.name;
  if (call.action == DestinationAction::remove) {
    if (!known) return fail(Errc::object_not_found, shown, "it is not in the list");
    if (!planted(PlantedBug::destination_kept)) book.erase(one, of.type, reason);
    return of.object;
  }
  if (known) return fail(Errc::already_exists, shown, "it is in the list already");
  if (there.size() >= limits::destinations_max)
    return fail(Errc::resource_not_available, of.name, "has " + std::to_string(there.size()) + " destinations for these messages already; take some away");
  book.put(one, of.type, reason);
  return of.object;
}

}  // namespace rsm::objects
