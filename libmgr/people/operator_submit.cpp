// Operator requests that applications submit: which kinds there are, what each is about, and what is said where nothing was.
// Source: ntms-functions.md section 8, rsm-model.md section 16, readings.md 33.
#include <algorithm>
#include <array>
#include <span>

#include "libmgr/domain/unicode.hpp"
#include "libmgr/people/operator_requests.hpp"
#include "libmgr/people/rights.hpp"

namespace rsm {
namespace {

using Types = std::span<ObjectType const>;

constexpr std::array of_pool{ObjectType::pool};
constexpr std::array of_library{ObjectType::library};
constexpr std::array of_cleaner{ObjectType::library, ObjectType::slot};
constexpr std::array of_device{ObjectType::door, ObjectType::port, ObjectType::library, ObjectType::drive, ObjectType::medium};
constexpr std::array of_medium{ObjectType::medium};

// What a kind takes: no type: it does not look at that argument.
struct SubmittedKind {
  OperatorCommand command;
  Types first, second;
  bool second_needed;
};
constexpr std::array submitted_kinds{
    SubmittedKind{OperatorCommand::new_media, of_pool, of_library, false},
    SubmittedKind{OperatorCommand::cleaner, of_cleaner, {}, false},
    SubmittedKind{OperatorCommand::device_service, of_device, {}, false},
    SubmittedKind{OperatorCommand::move_media, of_medium, of_library, true},
    SubmittedKind{OperatorCommand::message, {}, {}, false},
};

std::unexpected<Error> wrong_argument(std::string const& what, std::string const& detail) { return fail(Errc::invalid_parameter, what, detail); }

std::string words_of(Types types) {
  std::string out;
  for (auto const type : types) out += (out.empty() ? "" : type == types.back() ? " or " : ", ") + word(type);
  return out;
}

Result<> check_given(OperatorCall::Argument const& argument, Types types, bool needed, std::string const& name) {
  if (types.empty() || !needed || !argument.id.is_zero()) return {};
  return wrong_argument(name, "it is missing: " + words_of(types));
}

Result<> check_exists(OperatorCall::Argument const& argument, Types types, std::string const& name) {
  if (types.empty() || argument.id.is_zero() || argument.type) return {};
  return fail(Errc::object_not_found, name + " " + argument.id.text(), "there is no such object");
}

Result<> check_type(OperatorCall::Argument const& argument, Types types, std::string const& name) {
  if (types.empty() || argument.id.is_zero() || std::ranges::find(types, *argument.type) != types.end()) return {};
  return wrong_argument(name + " " + argument.id.text(), "it is a " + word(*argument.type) + ", expected: " + words_of(types));
}

Result<> check_message(OperatorCall const& call) {
  auto const units = utf16_units(call.message);
  if (units > limits::message_chars_max)
    return fail(Errc::message_exceeds_max_size, "message", std::to_string(units) + " characters; at most " + std::to_string(limits::message_chars_max));
  if (call.message.contains('\0')) return wrong_argument("message", "it has a zero byte in it");
  if (call.command == OperatorCommand::message && call.message.empty()) return wrong_argument("message", "a message without text says nothing");
  return {};
}

Result<SubmittedKind const*> check_submitted(OperatorCall const& call) {
  auto const* kind = std::ranges::find(submitted_kinds, call.command, &SubmittedKind::command);
  if (kind == submitted_kinds.end()) return wrong_argument("command", "expected new_media, cleaner, device_service, move_media or message");
  if (call.id.is_zero()) return wrong_argument("key", "expected a GUID that is not zero");
  RSM_CHECK(check_message(call));
  RSM_CHECK(check_given(call.first, kind->first, true, "argument1"));
  RSM_CHECK(check_given(call.second, kind->second, kind->second_needed, "argument2"));
  RSM_CHECK(check_exists(call.first, kind->first, "argument1"));
  RSM_CHECK(check_exists(call.second, kind->second, "argument2"));
  RSM_CHECK(check_type(call.first, kind->first, "argument1"));
  RSM_CHECK(check_type(call.second, kind->second, "argument2"));
  return kind;
}

// The library itself, or the one that has this part.
LibraryId library_with(World const& world, Guid id) {
  if (world.libraries.contains(LibraryId{id})) return LibraryId{id};
  if (auto const* drive = world.drive(DriveId{id})) return drive->record.library;
  for (auto const& [library, entry] : world.libraries) {
    auto const has = [&](auto const& parts) { return std::ranges::any_of(parts, [&](auto const& part) { return part.second.id.guid == id; }); };
    if (has(entry.slots) || has(entry.ports) || has(entry.doors)) return library;
  }
  return {};
}

std::string with_capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace

Result<OperatorRequestRecord> OperatorRequests::submit(Caller const& caller, SessionRecord const& session, OperatorCall const& call) {
  RSM_TRY(auto const* kind, check_submitted(call));
  RSM_CHECK(may_submit(caller, call));
  OperatorRequestRecord record;
  record.id = call.id;
  record.command = call.command;
  record.message = cut(call.message.empty() ? standard_text(call) : call.message, limits::message_chars_max);
  if (!kind->first.empty()) record.argument1 = call.first.id;
  if (!kind->second.empty()) record.argument2 = call.second.id;
  record.application = session.application;
  record.user = session.user;
  record.computer = session.computer;
  RSM_TRY(auto const known, book_.find_operator_request(call.id));
  if (known) {
    bool const same = known->kind == OperatorKind::none && known->command == record.command && known->user == record.user &&
                      known->argument1 == record.argument1 && known->argument2 == record.argument2;
    if (same) return *known;
    return wrong_argument("key", "operator request " + call.id.text() + " is another one");
  }
  RSM_CHECK(quotas::may_have(quotas_, quotas::Quota::operator_requests, record.user, asked_by(record.user)));
  record.submitted = record.changed = book_.now();
  book_.put(record, record.message, EventKind::insert);
  tell_people(record, session.id);
  return record;
}

// What decides is what it is about: a pool for media, a library for its devices, the computer for a message.
Result<> OperatorRequests::may_submit(Caller const& caller, OperatorCall const& call) const {
  World const& world = book_.world();
  auto const medium = call.first.type == ObjectType::medium ? book_.find_medium(MediumId{call.first.id}) : std::nullopt;
  if (!medium) return std::unexpected(medium.error());
  switch (call.command) {
    case OperatorCommand::message: return rights::may(world, caller, rights::Act::send_message);
    case OperatorCommand::new_media: return rights::may(world, caller, rights::Act::ask_for_media, PoolId{call.first.id});
    case OperatorCommand::move_media: return rights::may(world, caller, rights::Act::ask_for_media, {(*medium)->pool, rights::library_of(world, **medium), {}});
    default: break;
  }
  return rights::may(world, caller, rights::Act::ask_for_service, *medium ? rights::library_of(world, **medium) : library_with(world, call.first.id));
}

std::size_t OperatorRequests::asked_by(std::string const& user) const {
  return static_cast<std::size_t>(std::ranges::count_if(book_.questions().of(OperatorKind::none), [&](OperatorRequestId id) {
    return book_.world().operator_requests.at(id).user == user;
  }));
}

std::string OperatorRequests::standard_text(OperatorCall const& call) const {
  std::string const first = name_of_object(call.first), second = name_of_object(call.second);
  switch (call.command) {
    case OperatorCommand::new_media:
      return "New media are needed in " + first + (second.empty() ? "" : ": put some into " + second);
    case OperatorCommand::cleaner:
      return "A cleaner cartridge is needed in " + first;
    case OperatorCommand::move_media:
      return "Move " + first + " into " + second;
    default:
      return with_capital(first) + " needs service";
  }
}

// As people know it.
std::string OperatorRequests::name_of_object(OperatorCall::Argument const& object) const {
  World const& world = book_.world();
  if (object.id.is_zero() || !object.type) return {};
  if (auto const* library = world.library(LibraryId{object.id})) return "library " + library->record.name;
  if (world.drive(DriveId{object.id}) != nullptr) return name_of(world, DriveId{object.id});
  if (auto const pool = world.pools.find(PoolId{object.id}); pool != world.pools.end()) return "pool " + pool->second.path;
  if (auto const medium = book_.find_medium(MediumId{object.id}); medium && *medium) return "medium " + name_of(**medium);
  for (auto const& [id, library] : world.libraries) {
    auto const in = [&](auto const& parts, char const* kind) -> std::string {
      auto const part = std::ranges::find_if(parts, [&](auto const& p) { return p.second.id.guid == object.id; });
      return part == parts.end() ? std::string{} : kind + std::to_string(part->first) + " of library " + library.record.name;
    };
    for (auto const& name : {in(library.slots, "slot "), in(library.ports, "port "), in(library.doors, "door ")})
      if (!name.empty()) return name;
  }
  return object.id.text();
}

}  // namespace rsm
