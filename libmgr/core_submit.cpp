// Requests: checked in the order of ntms-functions.md section 1 (handle, ready, parameters, existence, rights, library, medium and
// drive, resources), then recorded. The first check that fails is the answer, and nothing has changed.
#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/core.hpp"

namespace rsm {
namespace {

bool mountable(SideState state) {
  switch (state) {
    case SideState::allocated:
    case SideState::complete:
    case SideState::import:
    case SideState::foreign:
    case SideState::available:
    case SideState::reserved:
      return true;
    default:
      return false;
  }
}

Result<> check_key(std::string const& key) {
  if (key.size() <= limits::key_bytes_max) return {};
  return fail(Errc::invalid_parameter, "key", "at most " + std::to_string(limits::key_bytes_max) + " bytes");
}

Result<> check_media_list(std::vector<Guid> const& media) {
  if (media.empty()) return fail(Errc::invalid_parameter, "media", "at least one is needed");
  if (media.size() > limits::mount_media_max) return fail(Errc::invalid_parameter, "media", "at most " + std::to_string(limits::mount_media_max) + " in one call");
  return {};
}

}  // namespace

Result<SessionRecord> Manager::Core::session_of(Caller const& caller) const {
  auto const it = book_.world().sessions.find(caller.session);
  if (it == book_.world().sessions.end())
    return fail(Errc::invalid_handle, "session", caller.session ? "it is closed; open a new one" : "this call needs one; open it first");
  if (!ready() || stopping_) return std::unexpected(refusal());
  return it->second;
}

// The answer to a call that comes again; nothing: it is a new one.
Result<std::optional<std::vector<RequestId>>> Manager::Core::known_key(SessionRecord const& session, std::string const& key, std::function<KeyedCall()> const& call) {
  if (planted(PlantedBug::key_forgotten)) return std::nullopt;
  RSM_TRY(auto const known, book_.requests_of_key(session.id, key));
  if (known.empty()) return std::nullopt;
  return answer_of_key(key, known, call());
}

// What a mount or dismount of these is about. What names no side is compared as it is, and fits nothing.
KeyedCall Manager::Core::keyed(Operation operation, std::vector<Guid> const& media, std::vector<DriveId> const& drives) {
  KeyedCall call{operation, {}};
  for (std::size_t i = 0; i < media.size(); ++i) {
    KeyedObject object{.drive = i < drives.size() ? drives[i] : DriveId{}};
    if (auto const medium = book_.medium_of(media[i], &object.side); !medium || *medium == nullptr) object.side = SideId{media[i]};
    call.objects.push_back(object);
  }
  return call;
}

RequestRecord Manager::Core::request_of(SessionRecord const& session, std::string const& key, Operation operation) const {
  RequestRecord r;
  r.id = const_cast<Book&>(book_).make_id<RequestId>();
  r.operation = operation;
  r.session = session.id;
  r.key = key;
  r.application = session.application;
  r.user = session.user;
  r.computer = session.computer;
  return r;
}

void Manager::Core::submit(std::vector<RequestRecord> requests, Reply<std::vector<RequestId>> reply) {
  std::size_t const own = book_.open_requests_of(requests.front().session);
  if (book_.world().requests.size() + requests.size() > limits::requests_open_max || own + requests.size() > limits::requests_open_per_session_max)
    return refuse(reply, {Errc::resource_not_available, "queue", std::to_string(own) + " requests of this session are open; wait for some of them"});
  std::vector<RequestId> ids;
  for (auto& request : requests) {
    ids.push_back(request.id);
    LibraryId const library = request.library;
    bool const bring = request.operation == Operation::mount && (*book_.medium(request.medium))->offline();
    RequestRecord const copy = request;
    book_.add(std::move(request));
    if (bring) ask_for_medium(copy);
    worker(library)->evaluate_soon();
  }
  answer_when_durable(std::move(ids), std::move(reply));
}

// The session of a call that is to be checked; empty: it was refused, or it is a resend, and was answered here.
std::optional<SessionRecord> Manager::Core::begin_call(Caller const& caller, std::string const& key, std::function<KeyedCall()> const& call,
                                                       Reply<std::vector<RequestId>>& reply) {
  auto session = session_of(caller);
  Result<> const key_right = check_key(key);
  if (session && !key_right) session = std::unexpected(key_right.error());
  auto known = session ? known_key(*session, key, call) : std::unexpected(session.error());
  if (!known)
    refuse(reply, known.error());
  else if (*known)
    answer_when_durable(std::move(**known), std::move(reply));
  else
    return std::move(*session);
  return std::nullopt;
}

// ---- mount ----

void Manager::Core::mount(Caller caller, MountCall call, Reply<std::vector<RequestId>> reply) {
  auto const session = begin_call(caller, call.key, [&] { return keyed(Operation::mount, call.media, call.drives); }, reply);
  if (!session) return;
  auto requests = check_mount(*session, call);
  if (!requests) return refuse(reply, requests.error());
  submit(std::move(*requests), std::move(reply));
}

Result<std::vector<RequestRecord>> Manager::Core::check_mount(SessionRecord const& session, MountCall const& call) {
  RSM_CHECK(check_media_list(call.media));
  if (!call.drives.empty() && call.drives.size() != call.media.size())
    return fail(Errc::invalid_parameter, "drives", "one for each medium, or none");
  if (call.priority < priority_lowest || call.priority > priority_highest) return fail(Errc::invalid_parameter, "priority", "-15 to 15");
  std::vector<RequestRecord> requests;
  for (std::size_t i = 0; i < call.media.size(); ++i) {
    RSM_TRY(auto request, check_mount_medium(call, i, request_of(session, call.key, Operation::mount)));
    for (auto const& before : requests)
      if (before.medium == request.medium)
        return fail(Errc::invalid_media, "media[" + std::to_string(i) + "]", "the same cartridge twice in one call; only one side of it can be mounted");
    requests.push_back(std::move(request));
  }
  for (auto& request : requests) {
    if (request.library != requests.front().library) return fail(Errc::invalid_library, "media", "they are in different libraries");
    request.group = requests.size() > 1 ? requests.front().id : RequestId{};
    request.group_size = static_cast<std::uint32_t>(requests.size());
    RSM_CHECK(check_mount_library(call, request));
  }
  if (call.error_if_unavailable) {
    for (auto& request : requests) request.queued = loop_.now();
    if (auto why = worker(requests.front().library)->would_wait(requests)) return fail(Errc::busy, "mount", *why);
  }
  return requests;
}

Result<RequestRecord> Manager::Core::check_mount_medium(MountCall const& call, std::size_t index, RequestRecord r) {
  std::string const where = "media[" + std::to_string(index) + "]";
  RSM_TRY(auto const* medium, book_.medium_of(call.media[index], &r.side));
  if (medium == nullptr) return fail(Errc::invalid_media, where, call.media[index].text() + " is neither a logical medium nor a side");
  r.medium = medium->id;
  r.priority = call.priority;
  r.nowait = call.nowait;
  r.write = call.write;
  r.error_if_offline = call.error_if_offline;
  if (call.timeout && !call.nowait) r.deadline = loop_.now() + *call.timeout;
  if (!call.drives.empty()) {
    r.drive = call.drives[index];
    r.specific_drive = true;
    auto const* drive = book_.world().drive(r.drive);
    if (drive == nullptr) return fail(Errc::invalid_drive, "drives[" + std::to_string(index) + "]", r.drive.text() + " is no drive");
    r.library = drive->record.library;
  }
  Side const& side = *medium->side(r.side);
  std::string const name = name_of(*medium, r.side);
  if (call.write && side.state == SideState::complete) return fail(Errc::write_protect, name, "it is COMPLETE and was to be mounted for writing");
  if (!mountable(side.state)) return fail(Errc::invalid_state, name, "a side that is " + word(side.state) + " cannot be mounted");
  auto const* at = std::get_if<InElement>(&medium->place);
  LibraryId library = at == nullptr ? LibraryId{} : at->library;
  auto const* entry = book_.world().library(library);
  bool const away = entry == nullptr || entry->record.condition.state == OperationalState::not_present;
  if (away) {
    if (call.error_if_offline) return fail(Errc::media_offline, name, "it is in no connected library");
    RSM_TRY(library, library_for_offline(*medium));
  }
  if (r.specific_drive && r.library != library) return fail(Errc::drive_media_mismatch, name, "it is in another library than " + name_of(book_.world(), r.drive));
  r.library = library;
  return r;
}

// The last library it was in, if usable, else any usable one that takes its type (rsm-model.md section 9).
Result<LibraryId> Manager::Core::library_for_offline(MediumRecord const& medium) const {
  auto const& libraries = book_.world().libraries;
  auto const fits = [&](LibraryEntry const& e) {
    return e.record.type == LibraryType::online && e.record.enabled && e.record.condition.state != OperationalState::not_present && workers_.contains(e.record.id);
  };
  if (auto it = libraries.find(medium.library); it != libraries.end() && fits(it->second)) return it->first;
  for (auto const& [id, entry] : libraries)
    if (fits(entry) && entry.media_types.contains(medium.type)) return id;
  return fail(Errc::resource_not_available, name_of(medium), "it is offline and no library that is connected takes its type");
}

Result<> Manager::Core::check_mount_library(MountCall const&, RequestRecord const& request) {
  auto const& library = *book_.world().library(request.library);
  RSM_TRY(auto const* medium, book_.medium(request.medium));
  if (!library.record.enabled) return fail(Errc::resource_disabled, "library " + library.record.name, "it is disabled");
  if (worker(request.library) == nullptr) return fail(Errc::invalid_library, "library " + library.record.name, "it is not in the configuration");
  if (request.specific_drive && !book_.world().drive(request.drive)->record.enabled)
    return fail(Errc::resource_disabled, name_of(book_.world(), request.drive), "it is disabled");
  if (!medium->enabled) return fail(Errc::resource_disabled, name_of(*medium), "it is disabled");
  bool const any = std::ranges::any_of(library.drives, [this](auto const& d) { return book_.world().drive(d.second)->record.enabled; });
  if (!library.drives.empty() && !any) return fail(Errc::resource_not_available, "library " + library.record.name, "all its drives are disabled");
  return {};
}

void Manager::Core::ask_for_medium(RequestRecord const& request) {
  auto const* medium = *book_.medium(request.medium);
  OperatorRequestRecord op;
  op.id = book_.make_id<OperatorRequestId>();
  op.command = OperatorCommand::move_media;
  op.submitted = op.changed = loop_.now();
  op.message = "bring " + name_of(*medium) + " into library " + book_.world().library(request.library)->record.name + " (rsm library inject)";
  op.argument1 = medium->id.guid;
  op.argument2 = request.library.guid;
  op.request = request.id;
  op.application = request.application;
  op.user = request.user;
  op.computer = request.computer;
  book_.put(op, "an offline medium is to be mounted", EventKind::insert);
  book_.set_state(request.id, RequestState::waiting, name_of(*medium) + " is offline: an operator was asked to bring it");
}

// ---- dismount ----

void Manager::Core::dismount(Caller caller, DismountCall call, Reply<std::vector<RequestId>> reply) {
  auto const session = begin_call(caller, call.key, [&] { return keyed(Operation::dismount, call.media); }, reply);
  if (!session) return;
  auto requests = check_dismount(*session, call);
  if (!requests) return refuse(reply, requests.error());
  submit(std::move(*requests), std::move(reply));
}

Result<std::vector<RequestRecord>> Manager::Core::check_dismount(SessionRecord const& session, DismountCall const& call) {
  RSM_CHECK(check_media_list(call.media));
  std::vector<RequestRecord> requests;
  for (std::size_t i = 0; i < call.media.size(); ++i) {
    RequestRecord r = request_of(session, call.key, Operation::dismount);
    RSM_TRY(auto const* medium, book_.medium_of(call.media[i], &r.side));
    std::string const where = "media[" + std::to_string(i) + "]";
    if (medium == nullptr) return fail(Errc::invalid_media, where, call.media[i].text() + " is neither a logical medium nor a side");
    r.medium = medium->id;
    for (auto const& before : requests)
      if (before.medium == r.medium) return fail(Errc::invalid_media, where, "the same cartridge twice in one call");
    std::string const name = name_of(*medium, r.side);
    if (medium->offline()) return fail(Errc::media_offline, name, "it is in no library");
    r.library = std::get<InElement>(medium->place).library;
    auto const* library = book_.world().library(r.library);
    if (worker(r.library) == nullptr) return fail(Errc::invalid_library, name, "its library is not in the configuration");
    if (!medium->enabled) return fail(Errc::media_not_available, name, "it is disabled");
    if (!library->record.enabled) return fail(Errc::device_not_available, "library " + library->record.name, "it is disabled");
    auto const* drive = book_.world().drive_of(r.medium);
    bool const here = drive != nullptr && drive->hot.side == r.side;
    bool const idle_inside = here && drive->hot.state == DriveState::dismountable;
    if (!here || (drive->hot.state != DriveState::loaded && !(idle_inside && !call.deferred)))
      return fail(Errc::invalid_state, name, idle_inside ? "it is dismounted already and only stays in " + name_of(book_.world(), drive->record.id) : "it is not mounted");
    if (!drive->record.enabled) return fail(Errc::device_not_available, name_of(book_.world(), drive->record.id), "it is disabled");
    for (auto const& open : book_.open_requests_of(r.medium)) {
      auto const* o = book_.request(open);
      if (o->operation == Operation::dismount && drive->hot.state == DriveState::loaded)
        return fail(Errc::invalid_state, name, "request " + open.text() + " is dismounting it already");
    }
    r.drive = drive->record.id;
    r.force = call.force;
    r.option = (call.deferred ? operation_option::deferred : operation_option::immediate) + (call.force ? operation_option::force_immediate : 0);
    r.nowait = true;
    requests.push_back(std::move(r));
  }
  return requests;
}

// ---- control: one request for one object ----

Result<RequestRecord> Manager::Core::check_control(Caller const& caller, std::string const& key, Operation operation, KeyedObject object, std::optional<RequestId>* known) {
  RSM_TRY(auto session, session_of(caller));
  RSM_CHECK(check_key(key));
  RSM_TRY(auto ids, known_key(session, key, [&] { return KeyedCall{operation, {object}}; }));
  if (ids) *known = ids->front();
  RequestRecord r = request_of(session, key, operation);
  r.nowait = true;
  return r;
}

void Manager::Core::submit_one(Result<RequestRecord> request, Reply<RequestId> reply) {
  if (!request) return refuse(reply, request.error());
  std::vector<RequestRecord> one{std::move(*request)};
  submit(std::move(one), [reply = std::move(reply)](Result<std::vector<RequestId>> ids) mutable {
    if (ids) return reply(ids->front());
    reply(std::unexpected(ids.error()));
  });
}

Result<LibraryEntry const*> Manager::Core::library_for_control(LibraryId id, Errc when_disabled) const {
  auto const* library = book_.world().library(id);
  if (library == nullptr) return fail(Errc::invalid_library, "library " + id.text(), "there is none");
  if (library->record.type == LibraryType::offline) return fail(Errc::library_offline, library->record.name, "it is the shelf");
  if (worker(id) == nullptr) return fail(Errc::device_not_available, "library " + library->record.name, "it is not connected");
  if (!library->record.enabled) return fail(when_disabled, "library " + library->record.name, "it is disabled");
  return library;
}

#define RSM_CONTROL(operation, ...)                                               \
  std::optional<RequestId> known;                                                 \
  auto checked = check_control(caller, key, operation, __VA_ARGS__, &known);      \
  if (!checked) return refuse(reply, checked.error());                            \
  if (known) return answer_when_durable(*known, std::move(reply));                \
  RequestRecord r = std::move(*checked)
#define RSM_ADMINISTRATOR(what) \
  if (!caller.administrator) return refuse(reply, {Errc::access_denied, what, "only an administrator may do this"})

void Manager::Core::dismount_drive(Caller caller, std::string key, DriveId id, Reply<RequestId> reply) {
  RSM_CONTROL(Operation::dismount, KeyedObject{.drive = id});
  auto const* drive = book_.world().drive(id);
  if (drive == nullptr) return refuse(reply, {Errc::invalid_drive, "drive " + id.text(), "there is none"});
  RSM_ADMINISTRATOR(name_of(book_.world(), id));
  auto library = library_for_control(drive->record.library, Errc::device_not_available);
  if (!library) return refuse(reply, library.error());
  if (!drive->record.enabled) return refuse(reply, {Errc::device_not_available, name_of(book_.world(), id), "it is disabled"});
  bool const free = drive->hot.state == DriveState::dismountable || drive->hot.state == DriveState::unloaded;
  bool const orphan = drive->hot.state == DriveState::loaded && !drive->hot.session && drive->hot.medium;
  if (!free && !orphan) return refuse(reply, {Errc::invalid_state, name_of(book_.world(), id), drive->hot.medium ? "its medium is in use" : "it is empty"});
  r.library = drive->record.library;
  r.drive = id;
  r.medium = drive->hot.medium;
  r.side = drive->hot.side;
  submit_one(std::move(r), std::move(reply));
}

void Manager::Core::inventory(Caller caller, std::string key, LibraryId id, InventoryAction action, Reply<RequestId> reply) {
  RSM_CONTROL(action == InventoryAction::stop ? Operation::remove : Operation::inventory, KeyedObject{.library = id});
  auto library = library_for_control(id, Errc::resource_disabled);
  if (!library) return refuse(reply, library.error());
  RSM_ADMINISTRATOR("library " + (*library)->record.name);
  if (action == InventoryAction::stop) {
    std::vector<RequestId> running;
    for (auto const& open : book_.requests_of(id)) {
      auto const* o = book_.request(open);
      if (o->operation == Operation::inventory || o->operation == Operation::process_omid) running.push_back(open);
    }
    for (auto const& open : running)
      worker(id)->stop_request(open, {RequestState::stopped, Errc::success, "stopped by " + r.user}, false);
    return answer_when_durable(RequestId{}, std::move(reply));
  }
  bool const full = action == InventoryAction::omid ||
                    (action == InventoryAction::default_method && (*library)->record.inventory_method == InventoryMethod::omid);
  r.option = full ? operation_option::inventory_full : operation_option::inventory_slots;
  r.library = id;
  std::vector<SlotRecord> slots;
  for (auto const& [number, slot] : (*library)->slots) slots.push_back(slot);
  submit_one(r, std::move(reply));
  if (book_.request(r.id) == nullptr) return;
  for (auto& slot : slots) {
    if (slot.state == SlotState::not_present) continue;
    slot.state = SlotState::needs_inventory;
    book_.put(slot, "an inventory was asked for");
  }
}

void Manager::Core::eject(Caller caller, std::string key, MediumId id, bool force, Reply<RequestId> reply) {
  RSM_CONTROL(Operation::eject, KeyedObject{.medium = id});
  auto found = book_.medium(id);
  if (!found) return refuse(reply, found.error());
  auto const* medium = *found;
  if (medium == nullptr) return refuse(reply, {Errc::invalid_media, "medium " + id.text(), "there is none"});
  RSM_ADMINISTRATOR(name_of(*medium));
  if (medium->offline()) return refuse(reply, {Errc::library_offline, name_of(*medium), "it is in no library"});
  r.library = std::get<InElement>(medium->place).library;
  auto library = library_for_control(r.library, Errc::device_not_available);
  if (!library) return refuse(reply, library.error());
  if (!medium->enabled) return refuse(reply, {Errc::media_not_available, name_of(*medium), "it is disabled"});
  if ((*library)->ports.empty()) return refuse(reply, {Errc::resource_not_present, "library " + (*library)->record.name, "it has no port"});
  auto const* drive = book_.world().drive_of(id);
  bool const mounted = drive != nullptr && drive->hot.state == DriveState::loaded;
  if (!force && (mounted || book_.holder_of(id) != nullptr))
    return refuse(reply, {Errc::busy, name_of(*medium), mounted ? "it is mounted in " + name_of(book_.world(), drive->record.id) : "a request works with it"});
  r.medium = id;
  r.force = force;
  r.option = force ? operation_option::force_immediate : operation_option::immediate;
  submit_one(std::move(r), std::move(reply));
}

void Manager::Core::inject(Caller caller, std::string key, LibraryId id, Reply<RequestId> reply) {
  RSM_CONTROL(Operation::inject, KeyedObject{.library = id});
  auto library = library_for_control(id, Errc::device_not_available);
  if (!library) return refuse(reply, library.error());
  RSM_ADMINISTRATOR("library " + (*library)->record.name);
  if ((*library)->ports.empty()) return refuse(reply, {Errc::resource_not_present, "library " + (*library)->record.name, "it has no port"});
  bool const room = std::ranges::any_of((*library)->slots, [](auto const& s) { return s.second.state == SlotState::empty && !s.second.medium; });
  if (!room) return refuse(reply, {Errc::library_full, "library " + (*library)->record.name, "no slot is free"});
  r.library = id;
  submit_one(std::move(r), std::move(reply));
}

void Manager::Core::inject_stop(Caller caller, RequestId id, Reply<> reply) {
  auto session = session_of(caller);
  if (!session) return refuse(reply, session.error());
  auto const* open = book_.request(id);
  if (open == nullptr || open->operation != Operation::inject) return refuse(reply, {Errc::invalid_operation, "request " + id.text(), "it is no inject that is under way"});
  RSM_ADMINISTRATOR("request " + id.text());
  if (!worker(open->library)->inject_stop(id)) return refuse(reply, {Errc::invalid_operation, "request " + id.text(), "the cartridge is being taken in already"});
  ledger_.when_durable([reply = std::move(reply)](Result<> durable) mutable { reply(std::move(durable)); });
}

void Manager::Core::set_enabled(Caller caller, std::string key, ObjectType type, Guid id, bool enabled, Reply<RequestId> reply) {
  if (type != ObjectType::drive && type != ObjectType::library && type != ObjectType::medium)
    return refuse(reply, {Errc::invalid_parameter, "type", "drive, library or medium"});
  auto const operation = type == ObjectType::drive    ? (enabled ? Operation::enable_drive : Operation::disable_drive)
                         : type == ObjectType::library ? (enabled ? Operation::enable_library : Operation::disable_library)
                                                       : (enabled ? Operation::enable_media : Operation::disable_media);
  RSM_CONTROL(operation, type == ObjectType::drive ? KeyedObject{.drive = {id}} : type == ObjectType::library ? KeyedObject{.library = {id}} : KeyedObject{.medium = {id}});
  bool is_enabled = false, sick = false;
  std::string name;
  if (type == ObjectType::drive) {
    auto const* drive = book_.world().drive(DriveId{id});
    if (drive == nullptr) return refuse(reply, {Errc::object_not_found, "drive " + id.text(), "there is none"});
    r.drive = DriveId{id};
    r.library = drive->record.library;
    is_enabled = drive->record.enabled;
    sick = drive->record.condition.state == OperationalState::needs_service;  // enabling it again has it asked at once
    name = name_of(book_.world(), r.drive);
  } else if (type == ObjectType::library) {
    auto const* library = book_.world().library(LibraryId{id});
    if (library == nullptr) return refuse(reply, {Errc::object_not_found, "library " + id.text(), "there is none"});
    if (library->record.type == LibraryType::offline) return refuse(reply, {Errc::library_offline, library->record.name, "it is always there"});
    r.library = LibraryId{id};
    is_enabled = library->record.enabled;
    name = "library " + library->record.name;
  } else {
    auto found = book_.medium(MediumId{id});
    if (!found) return refuse(reply, found.error());
    if (*found == nullptr) return refuse(reply, {Errc::object_not_found, "medium " + id.text(), "there is none"});
    r.medium = MediumId{id};
    r.library = (*found)->library;
    is_enabled = (*found)->enabled;
    name = name_of(**found);
  }
  RSM_ADMINISTRATOR(name);
  if (is_enabled == enabled && !(enabled && sick)) return refuse(reply, {Errc::invalid_state, name, enabled ? "it is enabled already" : "it is disabled already"});
  if (worker(r.library) == nullptr) return refuse(reply, {Errc::device_not_available, name, "its library is not connected"});
  submit_one(std::move(r), std::move(reply));
}

// ---- cancel ----

void Manager::Core::cancel(Caller caller, RequestId id, Reply<RequestRecord> reply) {
  auto session = session_of(caller);
  if (!session) return refuse(reply, session.error());
  auto const* open = book_.request(id);
  if (open == nullptr) return refuse(reply, {Errc::object_not_found, "request " + id.text(), "it is finished, or there is none"});
  auto const owner = book_.world().sessions.find(open->session);
  bool const own = open->session == caller.session || (owner != book_.world().sessions.end() && owner->second.uid == caller.uid) || open->user == session->user;
  if (!own && !caller.administrator) return refuse(reply, {Errc::access_denied, "request " + id.text(), "it belongs to " + open->user});
  RequestRecord remove = request_of(*session, {}, Operation::remove);
  remove.library = open->library;
  remove.work_item = id;
  if (!worker(open->library)->stop_request(id, {RequestState::cancelled, Errc::cancelled, "cancelled by " + session->user}, false))
    return refuse(reply, {Errc::access_denied, "request " + id.text(), "it is being handled and cannot be stopped: " + worker(open->library)->why(id)});
  RequestId const remove_id = remove.id;
  book_.add(std::move(remove));
  book_.finish(remove_id, {RequestState::passed, Errc::success, "request " + id.text() + " was cancelled"});
  auto ended = book_.find_request(id);  // still in memory: it has only just ended
  if (!ended) return refuse(reply, ended.error());
  if (!*ended) return refuse(reply, {Errc::object_not_found, "request " + id.text(), "it is not kept any more"});
  answer_when_durable(std::move(**ended), std::move(reply));
}

// ---- operator requests ----

void Manager::Core::settle_operator_request(Caller caller, OperatorRequestId id, bool satisfied, Reply<OperatorRequestRecord> reply) {
  if (!ready()) return refuse(reply, refusal());
  auto const it = book_.world().operator_requests.find(id);
  if (it == book_.world().operator_requests.end()) {
    auto finished = book_.reader().operator_request(id);
    if (!finished) return refuse(reply, finished.error());
    bool const exists = finished->has_value();
    return refuse(reply, {exists && !satisfied ? Errc::invalid_state : Errc::object_not_found, "operator request " + id.text(), exists ? "it is settled already" : "there is none"});
  }
  RSM_ADMINISTRATOR("operator request " + id.text());
  OperatorRequestRecord record = it->second;
  record.state = satisfied ? OperatorState::complete : OperatorState::refused;
  record.changed = loop_.now();
  book_.put(record, satisfied ? "the operator says it is done" : "the operator refused");
  auto const* open = book_.request(record.request);
  if (open != nullptr && !satisfied)
    worker(open->library)->stop_request(open->id, {RequestState::failed, Errc::request_refused, "the operator refused: " + record.message}, false);
  // Completing proves nothing: when the medium is still not there, it is asked for again (readings.md 16).
  if (open != nullptr && satisfied && record.command == OperatorCommand::move_media) {
    auto medium = book_.medium(open->medium);
    if (medium && *medium != nullptr && (*medium)->offline()) ask_for_medium(RequestRecord(*open));
  }
  // A drive that was looked after is asked again at its next turn (every 30 s).
  if (auto const* drive = book_.world().drive(DriveId{record.argument1}); drive != nullptr && satisfied && record.command == OperatorCommand::device_service) {
    DriveHot hot = drive->hot;
    hot.errors_in_a_row = 0;
    book_.put(hot);
  }
  for (auto& [library, w] : workers_) w->evaluate_soon();
  answer_when_durable(std::move(record), std::move(reply));
}

}  // namespace rsm
