#include "libmgr/objects/objects.hpp"

#include <algorithm>
#include <array>

#include "libmgr/domain/unicode.hpp"
#include "libmgr/objects/security.hpp"

namespace rsm::objects {
namespace {

std::string reason_of(Caller const& caller) { return "changed " + by_whom(caller); }
std::string called(ObjectType type, Guid id) { return word(type) + " " + id.text(); }

// ---- which member of which kind may be written

struct Writable {
  ObjectType type;
  bool name = false;
  bool pool = false;     // media type, policies, allocations
  bool library = false;  // inventory method, recovery, flags
  bool delay = false, extend = false, open = false;
  bool computer = false;  // policy, flags and times of clean-up
};

constexpr std::array<Writable, 16> writable_members{{
    {.type = ObjectType::library, .name = true, .library = true},
    {.type = ObjectType::pool, .name = true, .pool = true},
    {.type = ObjectType::medium, .name = true},
    {.type = ObjectType::side, .name = true},
    {.type = ObjectType::logical_medium, .name = true},
    {.type = ObjectType::drive, .name = true, .delay = true},
    {.type = ObjectType::port, .extend = true},
    {.type = ObjectType::door, .open = true},
    {.type = ObjectType::changer, .name = true},
    {.type = ObjectType::slot},
    {.type = ObjectType::media_type},
    {.type = ObjectType::request},
    {.type = ObjectType::operator_request},
    {.type = ObjectType::computer, .computer = true},
    {.type = ObjectType::drive_type},
    {.type = ObjectType::changer_type},
}};

Result<> check_members(SetObjectCall const& call) {
  auto const row = std::ranges::find(writable_members, call.type, &Writable::type);
  if (row == writable_members.end()) return fail(Errc::invalid_parameter, "type", "nothing of an object of type " + word(call.type) + " can be written");
  auto const none = [&](char const* member, bool given, bool allowed) -> Result<> {
    if (!given || allowed) return {};
    return fail(Errc::invalid_parameter, member, "of an object of type " + word(call.type) + " it cannot be written");
  };
  RSM_CHECK(none("name", call.name.has_value(), row->name));
  RSM_CHECK(none("media_type", call.media_type.has_value(), row->pool));
  RSM_CHECK(none("allocation_policy", call.allocation_policy.has_value(), row->pool));
  RSM_CHECK(none("deallocation_policy", call.deallocation_policy.has_value(), row->pool));
  RSM_CHECK(none("max_allocates", call.max_allocates.has_value(), row->pool));
  RSM_CHECK(none("inventory_method", call.inventory_method.has_value(), row->library));
  RSM_CHECK(none("auto_recovery", call.auto_recovery.has_value(), row->library));
  RSM_CHECK(none("flags", call.flags.has_value(), row->library));
  RSM_CHECK(none("cleaner_uses", call.cleaner_uses.has_value(), row->library));
  RSM_CHECK(none("defer_dismount_delay", call.defer_dismount_delay.has_value(), row->delay));
  RSM_CHECK(none("max_extend", call.max_extend.has_value(), row->extend));
  RSM_CHECK(none("media_pool_policy", call.media_pool_policy.has_value(), row->computer));
  RSM_CHECK(none("request_flags", call.request_flags.has_value(), row->computer));
  RSM_CHECK(none("request_purge_after", call.request_purge_after.has_value(), row->computer));
  RSM_CHECK(none("operator_request_flags", call.operator_request_flags.has_value(), row->computer));
  RSM_CHECK(none("operator_request_purge_after", call.operator_request_purge_after.has_value(), row->computer));
  return none("max_open", call.max_open.has_value(), row->open);
}

Result<> check_texts(SetObjectCall const& call) {
  if (call.description && utf16_units(*call.description) > limits::description_chars_max)
    return fail(Errc::invalid_parameter, "description", "at most " + std::to_string(limits::description_chars_max) + " characters");
  if (!call.name) return {};
  if (utf16_units(*call.name) > limits::name_chars_max) return fail(Errc::invalid_name, "name", "at most " + std::to_string(limits::name_chars_max) + " characters");
  if (!is_plain(*call.name)) return fail(Errc::invalid_name, "name", "control characters cannot be in a name");
  bool const always_named = call.type == ObjectType::library || call.type == ObjectType::drive || call.type == ObjectType::changer;
  if (call.name->empty() && always_named) return fail(Errc::invalid_name, "name", "a " + word(call.type) + " has a name");
  return {};
}

Result<> check_seconds(char const* what, std::optional<Millis> value) {
  constexpr Millis most = std::chrono::seconds{65535};
  if (!value || (*value >= Millis{0} && *value <= most)) return {};
  return fail(Errc::invalid_parameter, what, "expected 0 to 65535 seconds");
}

// ---- writing

void choose(LibraryRecord& record, std::uint32_t bit, bool as_configured) {
  record.chosen_by_clients = as_configured ? record.chosen_by_clients & ~bit : record.chosen_by_clients | bit;
}

// The shelf has a name and a description, and nothing else that counts.
Result<LibraryRecord> changed_library(LibraryRecord record, Settings const& settings, SetObjectCall const& call) {
  bool const shelf = record.type == LibraryType::offline && (record.flags & library_flag::fixed_offline) != 0;
  bool const more = (call.inventory_method && *call.inventory_method != record.inventory_method) || (call.auto_recovery && *call.auto_recovery != record.auto_recovery);
  if (shelf && more) return fail(Errc::invalid_parameter, "library " + record.name, "of the offline library the name and the description can be written");
  auto const configured = std::ranges::find(settings.libraries, record.configured_as, &LibrarySettings::name);
  if (call.name) record.name = *call.name;
  if (call.description) record.description = *call.description;
  if (call.inventory_method && *call.inventory_method != record.inventory_method) {
    record.inventory_method = *call.inventory_method;
    choose(record, chosen::inventory_method, configured != settings.libraries.end() && configured->inventory_method == record.inventory_method);
  }
  if (call.auto_recovery && *call.auto_recovery != record.auto_recovery) {
    record.auto_recovery = *call.auto_recovery;
    choose(record, chosen::auto_recovery, configured != settings.libraries.end() && configured->auto_recovery == record.auto_recovery);
  }
  if (call.cleaner_uses && *call.cleaner_uses != record.cleaner_uses) {
    if (record.cleaner.is_zero()) return fail(Errc::invalid_parameter, "cleaner_uses", "no cleaning cartridge is in library " + record.name);
    record.cleaner_uses = *call.cleaner_uses;
  }
  if (!call.flags || shelf) return record;
  if (((*call.flags ^ record.flags) & library_flag::autodetect_change) != 0)
    return fail(Errc::not_supported, "library " + record.name, "whether media of stand-alone drives are looked for by themselves is said by the configuration (poll_interval_s)");
  bool const by_barcode = (*call.flags & library_flag::recognize_cleaner_barcode) != 0;
  if (by_barcode == ((record.flags & library_flag::recognize_cleaner_barcode) != 0)) return record;
  record.flags ^= library_flag::recognize_cleaner_barcode;
  choose(record, chosen::recognize_cleaner_barcode, by_barcode);
  return record;
}

Result<> set_library(Book& book, Settings const& settings, Caller const& caller, SetObjectCall const& call) {
  LibraryRecord const before = book.world().library(LibraryId{call.id})->record;
  RSM_TRY(auto const after, changed_library(before, settings, call));
  if (after != before) book.put(after, before.name == after.name ? reason_of(caller) : "it was called " + before.name + ", " + reason_of(caller));
  return {};
}

Result<> set_medium(Book& book, Caller const& caller, SetObjectCall const& call) {
  RSM_TRY(auto record, book.find_medium(MediumId{call.id}));
  MediumRecord const before = *record;
  if (call.name) record->name = *call.name;
  if (call.description) record->description = *call.description;
  if (*record != before) book.put(std::move(*record), reason_of(caller));
  return {};
}

Result<> set_logical_medium(Book& book, Caller const& caller, SetObjectCall const& call) {
  RSM_TRY(auto record, book.logical_medium(LogicalMediumId{call.id}));
  LogicalMediumRecord const before = *record;
  if (call.name) record->name = *call.name;
  if (call.description) record->description = *call.description;
  if (*record != before) book.put(std::move(*record), reason_of(caller));
  return {};
}

// Of objects whose record has no place for it.
Result<> set_text(Book& book, Caller const& caller, SetObjectCall const& call) {
  if (!call.name && !call.description) return {};
  RSM_TRY(auto text, book.object_text(call.id));
  db::ObjectText const before = text;
  if (call.name) text.name = *call.name;
  if (call.description) text.description = *call.description;
  if (text != before) book.put(std::move(text), call.type, reason_of(caller));
  return {};
}

Result<> set_drive_name(Book& book, Caller const& caller, SetObjectCall const& call) {
  DriveRecord record = book.world().drive(DriveId{call.id})->record;
  if (!call.name || *call.name == record.name) return {};
  std::string const reason = "it was called " + record.name + ", " + reason_of(caller);
  record.name = *call.name;
  book.put(std::move(record), reason);
  return {};
}

Result<> set_changer(Book& book, Caller const& caller, SetObjectCall const& call) {
  for (auto const& [id, library] : book.world().libraries) {
    auto const found = std::ranges::find_if(library.changers, [&](ChangerRecord const& changer) { return changer.id.guid == call.id; });
    if (found == library.changers.end()) continue;
    ChangerRecord record = *found;
    if (!call.name || *call.name == record.name) return {};
    std::string const reason = "it was called " + record.name + ", " + reason_of(caller);
    record.name = *call.name;
    book.put(std::move(record), reason);
    return {};
  }
  return {};
}

Result<> set_drive(Book& book, Caller const& caller, SetObjectCall const& call) {
  DriveRecord record = book.world().drive(DriveId{call.id})->record;
  if (!call.defer_dismount_delay) return {};
  auto const& library = book.world().library(record.library)->record;
  Millis const now = record.defer_dismount_delay.value_or(library.defer_dismount_delay);
  if (now == *call.defer_dismount_delay) return {};
  if (*call.defer_dismount_delay < Millis{0} || *call.defer_dismount_delay > std::chrono::seconds{UINT32_MAX})
    return fail(Errc::invalid_parameter, "defer_dismount_delay", "expected 0 to 4294967295 seconds");
  if (library.type == LibraryType::standalone) return fail(Errc::invalid_parameter, "defer_dismount_delay", "a medium of a stand-alone drive stays until a person takes it out");
  record.defer_dismount_delay = *call.defer_dismount_delay;
  if (record.defer_dismount_delay == library.defer_dismount_delay) record.defer_dismount_delay.reset();
  book.put(std::move(record), reason_of(caller));
  return {};
}

// The part of a library with this id; nullptr: there is none.
template <class Record>
Record const* part(std::map<std::uint32_t, Record> const& parts, Guid id) {
  auto const found = std::ranges::find_if(parts, [&](auto const& one) { return one.second.id.guid == id; });
  return found == parts.end() ? nullptr : &found->second;
}
template <class Record>
Record const* part(World const& world, std::map<std::uint32_t, Record> LibraryEntry::*parts, Guid id) {
  for (auto const& [library, entry] : world.libraries)
    if (auto const* found = part(entry.*parts, id)) return found;
  return nullptr;
}

bool is_changer(World const& world, Guid id) {
  return std::ranges::any_of(world.libraries, [&](auto const& library) {
    return std::ranges::any_of(library.second.changers, [&](ChangerRecord const& changer) { return changer.id.guid == id; });
  });
}

Result<> set_port(Book& book, Caller const& caller, SetObjectCall const& call) {
  PortRecord record = *part(book.world(), &LibraryEntry::ports, call.id);
  if (call.max_extend) record.max_extend = *call.max_extend;
  book.put(std::move(record), reason_of(caller));  // as it was: nothing
  return {};
}

Result<> set_door(Book& book, Caller const& caller, SetObjectCall const& call) {
  DoorRecord record = *part(book.world(), &LibraryEntry::doors, call.id);
  if (call.max_open) record.max_open = *call.max_open;
  book.put(std::move(record), reason_of(caller));
  return {};
}

Result<> take_flags(char const* member, std::optional<std::uint32_t> given, std::uint32_t known, std::uint32_t& out) {
  if (!given) return {};
  if ((*given & ~known) != 0) return fail(Errc::invalid_parameter, member, "the bits " + std::to_string(known) + " have a meaning, and no others");
  out = *given;
  return {};
}

// One that is as configured is the configuration's again.
Result<> take_purge_time(char const* member, std::optional<Millis> given, Millis configured, std::optional<Millis>& out) {
  if (!given) return {};
  if (*given < Millis{0} || *given > std::chrono::seconds{UINT32_MAX}) return fail(Errc::invalid_parameter, member, "expected 0 to 4294967295 seconds");
  out = *given == configured ? std::nullopt : given;
  return {};
}

Result<> set_computer(Book& book, Settings const& settings, Caller const& caller, SetObjectCall const& call) {
  ComputerRecord record = book.world().computer;
  RSM_CHECK(take_flags("media_pool_policy", call.media_pool_policy, media_policy::all, record.media_pool_policy));
  RSM_CHECK(take_flags("request_flags", call.request_flags, keep_flag::of_requests, record.request_flags));
  RSM_CHECK(take_flags("operator_request_flags", call.operator_request_flags, keep_flag::of_operator_requests, record.operator_request_flags));
  RSM_CHECK(take_purge_time("request_purge_after", call.request_purge_after, settings.request_purge_after, record.request_purge_after));
  RSM_CHECK(take_purge_time("operator_request_purge_after", call.operator_request_purge_after, settings.request_purge_after, record.operator_request_purge_after));
  book.put(std::move(record), reason_of(caller));
  return {};
}

Result<> write(Book& book, Settings const& settings, Caller const& caller, SetObjectCall const& call) {
  switch (call.type) {
    case ObjectType::library: return set_library(book, settings, caller, call);
    case ObjectType::medium: return set_medium(book, caller, call);
    case ObjectType::logical_medium: return set_logical_medium(book, caller, call);
    case ObjectType::drive:
      RSM_CHECK(set_drive(book, caller, call));
      RSM_CHECK(set_drive_name(book, caller, call));
      break;
    case ObjectType::changer: RSM_CHECK(set_changer(book, caller, call)); break;
    case ObjectType::port: RSM_CHECK(set_port(book, caller, call)); break;
    case ObjectType::door: RSM_CHECK(set_door(book, caller, call)); break;
    case ObjectType::computer: RSM_CHECK(set_computer(book, settings, caller, call)); break;
    default: break;
  }
  SetObjectCall text = call;
  bool const has_named_itself = call.type == ObjectType::drive || call.type == ObjectType::changer;
  if (has_named_itself) text.name.reset();  // it is in the record
  return set_text(book, caller, text);
}

Result<> must_exist(Book& book, ObjectType type, Guid id) {
  RSM_TRY(bool const there, exists(book, type, id));
  if (there) return {};
  return fail(Errc::object_not_found, called(type, id), "there is none");
}

}  // namespace

void settle(Book& book) {
  if (book.world().computer.id) return;
  ComputerRecord computer;
  computer.id = book.make_id<ComputerId>();
  computer.created = book.now();
  book.put(std::move(computer), "made with the catalog");
}

Result<bool> exists(Book& book, ObjectType type, Guid id) {
  auto const& world = book.world();
  switch (type) {
    case ObjectType::library: return world.libraries.contains(LibraryId{id});
    case ObjectType::drive: return world.drives.contains(DriveId{id});
    case ObjectType::pool: return world.pools.contains(PoolId{id});
    case ObjectType::media_type: return world.media_types.contains(MediaTypeId{id});
    case ObjectType::changer: return is_changer(world, id);
    case ObjectType::computer: return world.computer.id.guid == id;
    case ObjectType::drive_type:
    case ObjectType::changer_type: {
      auto const model = world.device_types.find(DeviceTypeId{id});
      return model != world.device_types.end() && model->second.changer == (type == ObjectType::changer_type);
    }
    case ObjectType::slot: return part(world, &LibraryEntry::slots, id) != nullptr;
    case ObjectType::port: return part(world, &LibraryEntry::ports, id) != nullptr;
    case ObjectType::door: return part(world, &LibraryEntry::doors, id) != nullptr;
    case ObjectType::medium: {
      RSM_TRY(auto const found, book.find_medium(MediumId{id}));
      return found.has_value();
    }
    case ObjectType::side: {
      RSM_TRY(auto const found, book.find_medium_of_side(SideId{id}));
      return found.has_value();
    }
    case ObjectType::logical_medium: {
      RSM_TRY(auto const found, book.logical_medium(LogicalMediumId{id}));
      return found.has_value();
    }
    case ObjectType::request: {
      RSM_TRY(auto const found, book.find_request(RequestId{id}));
      return found.has_value();
    }
    case ObjectType::operator_request: {
      RSM_TRY(auto const found, book.find_operator_request(OperatorRequestId{id}));
      return found.has_value();
    }
    default: return false;
  }
}

Result<std::optional<ObjectType>> type_of(Book& book, Guid id) {
  for (auto const& row : writable_members) {
    RSM_TRY(bool const there, exists(book, row.type, id));
    if (there) return row.type;
  }
  return std::nullopt;
}

Result<Guid> set(Book& book, Settings const& settings, Caller const& caller, SetObjectCall const& call) {
  RSM_CHECK(check_members(call));
  if (call.type == ObjectType::pool) {
    RSM_CHECK(pools::change(book, caller, PoolId{call.id}, {call.name, call.description, call.media_type, call.allocation_policy, call.deallocation_policy, call.max_allocates}));
    return call.id;
  }
  RSM_CHECK(check_texts(call));
  RSM_CHECK(check_seconds("max_extend", call.max_extend));
  RSM_CHECK(check_seconds("max_open", call.max_open));
  RSM_CHECK(must_exist(book, call.type, call.id));
  RSM_TRY(auto const decider, decider_of(book, call.type, call.id));
  RSM_CHECK(rights::may(book.world(), caller, call.type == ObjectType::library ? rights::Act::set_library : rights::Act::set_information, decider.value_or(rights::Decider{})));
  RSM_CHECK(write(book, settings, caller, call));
  return call.id;
}

Result<Guid> set_attribute(Book& book, Caller const& caller, SetAttributeCall const& call) {
  if (call.name.empty() || utf16_units(call.name) > limits::attribute_name_chars_max)
    return fail(Errc::invalid_name, "attribute", "a name has 1 to " + std::to_string(limits::attribute_name_chars_max) + " characters");
  if (call.data.size() > limits::attribute_bytes_max) return fail(Errc::no_data, "attribute " + plain_text(call.name), "at most " + std::to_string(limits::attribute_bytes_max) + " bytes");
  ObjectType type = call.type;
  if (type == ObjectType::unknown) {
    RSM_TRY(auto const found, type_of(book, call.id));
    if (!found) return fail(Errc::object_not_found, "object " + call.id.text(), "there is none");
    type = *found;
  }
  RSM_CHECK(must_exist(book, type, call.id));
  RSM_TRY(auto const decider, decider_of(book, type, call.id));
  RSM_CHECK(rights::may(book.world(), caller, rights::Act::set_attribute, decider.value_or(rights::Decider{})));
  book.put(db::ObjectAttribute{call.id, call.name, call.data}, type, "its attribute " + plain_text(call.name) + (call.data.empty() ? " was deleted " : " was set ") + by_whom(caller));
  return call.id;
}

}  // namespace rsm::objects
