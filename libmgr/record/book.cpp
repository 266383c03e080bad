#include "libmgr/record/book.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/printable.hpp"
#include "libmgr/domain/unicode.hpp"
#include <string>

#include "libmgr/model/media_types.hpp"

namespace rsm {

Result<> Book::load() {
  RSM_TRY(auto rows, reader_.load_active());
  request_sequence_ = number_made_ = rows.last_request_sequence;
  media_count_ = rows.media_count;
  media_number_ = rows.media_number;
  history_ = rows.history;
  auto const restored = rows.restored;
  auto const counts = std::move(rows.media_counts);
  auto ended = std::move(rows.ended_requests);
  auto calls = std::move(rows.ended_calls);
  media_of_user_ = {rows.media_of_users.begin(), rows.media_of_users.end()};
  timings_.load(std::move(rows.timings));
  ledger_.reset(rows.last_event);
  world_ = World::from(std::move(rows));
  side_index_.clear();
  allocatable_.clear();
  shelves_read_.clear();
  logical_by_key_.clear();
  dirty_media_.clear();
  erased_media_.clear();
  held_.clear();
  by_library_.clear();
  by_medium_.clear();
  by_deadline_.clear();
  by_operation_.clear();
  by_state_.clear();
  for (auto& [kind, count] : queue_) count = 0;
  for (auto state : {RequestState::queued, RequestState::waiting, RequestState::inprocess})
    for (auto operation : {Operation::mount, Operation::dismount}) queue_[{operation, state, 0}] = 0;
  open_of_user_.clear();
  by_session_.clear();
  sessions_of_uid_.clear();
  for (auto const& [id, session] : world_.sessions) ++sessions_of_uid_[session.uid];
  questions_.clear();
  for (auto const& [id, question] : world_.operator_requests) questions_.add(question);
  settling_operator_requests_.clear();
  forgotten_.clear();
  media_in_.clear();
  media_of_.clear();
  changed_logical_media_.clear();
  changed_texts_.clear();
  done_calls_.clear();
  for (auto const& count : counts) {
    media_in_[count.place] += count.media;
    media_of_[count.pool][count.place] += count.media;
  }
  for (auto const& [id, request] : world_.requests) index(request);
  load_requests(std::move(ended), std::move(calls));
  figures_.requests_reloaded(world_.requests);
  for (auto const& [id, request] : world_.requests) RSM_CHECK(medium(request.medium));
  for (auto const& [id, drive] : world_.drives) RSM_CHECK(medium(drive.hot.medium));
  restored_ = restored;
  return {};
}

// What has ended before the daemon did goes on to the history as if it had ended now.
void Book::load_requests(std::vector<RequestRecord> ended, std::vector<db::EndedCall> calls) {
  auto const add_call = [&](RequestRecord const& request) {
    if (!request.key.empty()) calls.push_back({request.sequence, request.session, request.key});
  };
  for (auto const& [id, request] : world_.requests) add_call(request);
  std::ranges::for_each(ended, add_call);
  std::ranges::sort(calls, {}, &db::EndedCall::number);
  keys_.clear();
  for (auto const& call : calls) keys_.add(call.session, call.key, call.number);
  ended_.clear();
  to_history_.clear();
  for (auto const& request : ended) keep_until_in_history(request);
}

void Book::begin_history() {
  if (!history_.is_zero()) return;
  history_ = make_guid();
  ledger_.record(db::Change{db::HistoryBegins{history_}});
  if (!restored_) return;
  note_service("restored", "the catalog was replaced by " + (restored_->empty() ? "a backup that lay beside it" : "the backup " + *restored_) +
                               ": what was done after that backup is not in it, events go on with a new history; let every library take an inventory");
  restored_.reset();
}

Event Book::event(EventKind kind, ObjectType type, Guid object, std::string state, std::string reason, RequestId request) {
  return {.time = now(), .kind = kind, .type = type, .object = object, .state = std::move(state), .reason = std::move(reason), .request = request};
}

// Whoever may not use the pool of what it is about, or the library, does not read why. Nearly all pools and libraries are for everyone.
Event Book::guarded(Event event, PoolId pool, LibraryId library) const {
  if (pool && world_.securities.contains(pool.guid))
    event.guard = pool.guid;
  else if (library && world_.securities.contains(library.guid))
    event.guard = library.guid;
  return event;
}

// As far as memory knows.
PoolId Book::pool_of(MediumId medium) const {
  auto const known = world_.media.find(medium);
  return known == world_.media.end() ? PoolId{} : known->second.pool;
}

// What is said of an object by its id, as far as memory knows where it belongs.
Event Book::guarded(Event event) const {
  PoolId pool = pool_of(MediumId{event.object});
  if (auto const side = side_index_.find(SideId{event.object}); side != side_index_.end()) pool = pool_of(side->second);
  if (auto const logical = changed_logical_media_.find(LogicalMediumId{event.object}); logical != changed_logical_media_.end() && logical->second.record) pool = logical->second.record->pool;
  if (world_.pools.contains(PoolId{event.object})) pool = PoolId{event.object};
  auto const* drive = world_.drive(DriveId{event.object});
  LibraryId const library = drive == nullptr ? LibraryId{event.object} : drive->record.library;
  return guarded(std::move(event), pool, library);
}

void Book::illegal_step(std::string const& what) { log(LogLevel::error, what + " (docs/states.md): a bug of the service"); }

void Book::note(Event event) {
  for (auto const& told : changed_) told(event);
  ledger_.record(std::move(event));
}

// ---- what steps take ----

void Book::learn(LibraryId library, DriveId drive, TimingKind kind, Millis took) {
  timings_.learn(library, drive, kind, took);
  if (timings_.to_be_written(now())) write_timings();
}

void Book::write_timings() {
  for (auto& record : timings_.take_unwritten(now())) ledger_.record(db::Change{std::move(record)});
}

// ---- writing ----

void Book::put(LibraryRecord record, std::string const& reason, EventKind kind) {
  record.modified = now();
  if (auto const* known = world_.library(record.id)) audit<OperationalState>(operational_machine, [&] { return record.name; }, known->record.condition.state, record.condition.state);
  note(guarded(event(kind, ObjectType::library, record.id.guid, word(record.condition.state), reason), {}, record.id));
  ledger_.record(db::Change{record});
  world_.libraries[record.id].record = std::move(record);
}

void Book::put(LibraryId library, MediaTypeId type, std::string const& reason) {
  auto& entry = world_.libraries[library];
  if (!entry.media_types.insert(type).second) return;
  note(guarded(event(EventKind::update, ObjectType::library, library.guid, word(entry.record.condition.state), reason), {}, library));
  ledger_.record(db::Change{db::LibraryMediaType{library, type}});
}

void Book::erase(LibraryId library, MediaTypeId type, std::string const& reason) {
  auto& entry = world_.libraries[library];
  if (entry.media_types.erase(type) == 0) return;
  note(guarded(event(EventKind::update, ObjectType::library, library.guid, word(entry.record.condition.state), reason), {}, library));
  ledger_.record(db::Change{db::EraseLibraryMediaType{library, type}});
}

void Book::put(ChangerRecord record, std::string const& reason) {
  auto& changers = world_.libraries[record.library].changers;
  auto it = std::ranges::find(changers, record.id, &ChangerRecord::id);
  note(guarded(event(it == changers.end() ? EventKind::insert : EventKind::update, ObjectType::changer, record.id.guid, {}, reason), {}, record.library));
  learn_model(true, record, changer_device_type);
  ledger_.record(db::Change{record});
  if (it == changers.end())
    changers.push_back(std::move(record));
  else
    *it = std::move(record);
}

void Book::put(DriveRecord record, std::string const& reason, EventKind kind) {
  if (auto const* known = world_.drive(record.id)) audit<OperationalState>(operational_machine, [&] { return name_of(world_, record.id); }, known->record.condition.state, record.condition.state);
  note(guarded(event(kind, ObjectType::drive, record.id.guid, word(record.condition.state), reason), {}, record.library));
  learn_model(false, record, device_type_of(record));
  ledger_.record(db::Change{record});
  if (auto const* known = world_.drive(record.id)) remember_all(history_of(known->record, record, known->hot), {});
  world_.libraries[record.library].drives[record.number] = record.id;
  auto& entry = world_.drives[record.id];
  entry.hot.id = record.id;
  entry.record = std::move(record);
}

// What nobody has told of itself is no model.
void Book::learn_model(bool changer, DeviceIdentity const& said, std::uint32_t device_type) {
  if (said.vendor.empty() && said.product.empty()) return;
  auto const* known = world_.device_type(changer, said.vendor, said.product);
  if (known != nullptr && (known->device_type == device_type || device_type == 0)) return;
  DeviceTypeRecord model = known == nullptr ? DeviceTypeRecord{make_id<DeviceTypeId>(), changer, said.vendor, said.product, 0, now()} : *known;
  model.device_type = device_type;
  note(event(known == nullptr ? EventKind::insert : EventKind::update, changer ? ObjectType::changer_type : ObjectType::drive_type, model.id.guid, {},
             said.vendor + " " + said.product));
  ledger_.record(db::Change{model});
  world_.device_types[model.id] = std::move(model);
}

// As its media are: a drive that records in densities is a tape drive; of the others the first kind of medium that its library takes says it.
std::uint32_t Book::device_type_of(DriveRecord const& drive) const {
  constexpr std::uint32_t tape = 0x1F;
  if (!drive.densities.empty()) return tape;
  auto const* library = world_.library(drive.library);
  if (library == nullptr) return 0;
  for (auto const& type : library->media_types)
    if (auto const known = world_.media_types.find(type); known != world_.media_types.end() && known->second.code != media_type_code::cleaner) return known->second.device_type;
  return 0;
}

void Book::put(DriveHot hot, RequestId request) {
  auto* drive = world_.drive(hot.id);
  if (drive == nullptr || drive->hot == hot) return;
  audit<DriveState>(drive_machine, [&] { return name_of(world_, hot.id); }, drive->hot.state, hot.state);
  note(guarded(event(EventKind::update, ObjectType::drive, hot.id.guid, word(hot.state), hot.reason, request), pool_of(hot.medium ? hot.medium : drive->hot.medium), drive->record.library));
  if (hot.state != drive->hot.state)
    log(LogLevel::info, name_of(world_, hot.id) + ": " + word(drive->hot.state) + " -> " + word(hot.state) + ": " + hot.reason +
                            (request ? " [" + name_of(request) + "]" : ""));
  ledger_.record(db::Change{hot});
  remember_all(history_of(drive->hot, hot, now()), request);
  MediumId const before = std::exchange(drive->hot, std::move(hot)).medium;
  use_changed(before);
  use_changed(drive->hot.medium);
}

void Book::put(SlotRecord record, std::string const& reason) {
  auto& slots = world_.libraries[record.library].slots;
  auto it = slots.find(record.number);
  if (it != slots.end() && it->second == record) return;
  note(guarded(event(it == slots.end() ? EventKind::insert : EventKind::update, ObjectType::slot, record.id.guid, word(record.state), reason), pool_of(record.medium), record.library));
  ledger_.record(db::Change{record});
  slots[record.number] = std::move(record);
}

void Book::put(PortRecord record, std::string const& reason) {
  auto& ports = world_.libraries[record.library].ports;
  auto it = ports.find(record.number);
  if (it != ports.end() && it->second == record) return;
  note(guarded(event(it == ports.end() ? EventKind::insert : EventKind::update, ObjectType::port, record.id.guid,
             word(record.content) + ", " + word(record.position), reason), pool_of(record.medium), record.library));
  ledger_.record(db::Change{record});
  ports[record.number] = std::move(record);
}

void Book::put(DoorRecord record, std::string const& reason) {
  auto& doors = world_.libraries[record.library].doors;
  auto it = doors.find(record.number);
  if (it != doors.end() && it->second == record) return;
  note(guarded(event(it == doors.end() ? EventKind::insert : EventKind::update, ObjectType::door, record.id.guid, word(record.state), reason), {}, record.library));
  ledger_.record(db::Change{record});
  doors[record.number] = std::move(record);
}

void Book::put(MediaTypeRecord record, std::string const& reason) {
  bool const known = world_.media_types.contains(record.id);
  note(event(known ? EventKind::update : EventKind::insert, ObjectType::media_type, record.id.guid, {}, reason));
  ledger_.record(db::Change{record});
  world_.media_types[record.id] = std::move(record);
}

void Book::put(PoolRecord record, std::string const& reason, security::Descriptor const* own_security) {
  bool const known = world_.pools.contains(record.id);
  record.modified = now();
  if (own_security != nullptr) record_security(record.id.guid, *own_security);
  note(guarded(event(known ? EventKind::update : EventKind::insert, ObjectType::pool, record.id.guid, {}, record.path + ": " + reason), record.id, {}));
  log(LogLevel::info, "pool " + record.path + ": " + reason);
  ledger_.record(db::Change{record});
  world_.put(std::move(record));
}

void Book::erase_pool(PoolId pool, std::string const& reason) {
  auto const* record = world_.pool(pool);
  if (record == nullptr) return;
  note(guarded(event(EventKind::erase, ObjectType::pool, pool.guid, {}, record->path + ": " + reason), pool, {}));
  log(LogLevel::info, "pool " + record->path + ": " + reason);
  ledger_.record(db::Change{db::Erase{ObjectType::pool, pool.guid}});
  world_.erase(pool);
  world_.securities.erase(pool.guid);
}

void Book::put_security(ObjectType type, Guid object, security::Descriptor const& descriptor, std::string const& reason) {
  record_security(object, descriptor);
  note(guarded(event(EventKind::update, type, object, {}, reason), PoolId{object}, LibraryId{object}));
  log(LogLevel::warning, (object.is_zero() ? "the computer" : word(type) + " " + object.text()) + ": " + reason);
}

void Book::record_security(Guid object, security::Descriptor const& descriptor) {
  auto const bytes = security::encode(descriptor);
  ledger_.record(db::Change{db::ObjectSecurity{object, std::string(reinterpret_cast<char const*>(bytes.data()), bytes.size())}});
  world_.securities.insert_or_assign(object, descriptor);
}

void Book::set_root_pool(PoolId id) {
  ledger_.record(db::Change{db::RootPool{id}});
  world_.root_pool = id;
}

void Book::put(LogicalMediumRecord record, std::string const& reason, EventKind kind) {
  note(guarded(event(kind, ObjectType::logical_medium, record.id.guid, {}, reason), record.pool, {}));
  ledger_.record(db::Change{record});
  LogicalMediumId const id = record.id;
  if (kind == EventKind::insert && !record.user.empty()) ++media_of_user_[record.user];
  if (!record.key.empty()) logical_by_key_[{record.session, record.key}] = id;
  changed_logical_media_[id] = {std::move(record), ledger_.newest_ticket()};
}

void Book::erase_logical_medium(LogicalMediumId id, std::string const& reason) {
  if (auto const gone = logical_medium(id); gone && *gone)
    if (auto const held = media_of_user_.find((*gone)->user); held != media_of_user_.end() && --held->second == 0) media_of_user_.erase(held);
  note(event(EventKind::erase, ObjectType::logical_medium, id.guid, {}, reason));
  ledger_.record(db::Change{db::Erase{ObjectType::logical_medium, id.guid}});
  changed_logical_media_[id] = {std::nullopt, ledger_.newest_ticket()};
}

// For whoever follows a request or a side by its events: its state has not changed.
std::string Book::state_of(ObjectType type, Guid object) {
  if (type == ObjectType::request)
    if (auto const request = find_request(RequestId{object}); request && *request) return word((*request)->state);
  if (type == ObjectType::side)
    if (auto const medium = find_medium_of_side(SideId{object}); medium && *medium) return word((*medium)->side(SideId{object})->state);
  if (type == ObjectType::operator_request)
    if (auto const asked = find_operator_request(OperatorRequestId{object}); asked && *asked) return word((*asked)->state);
  return {};
}

void Book::put(db::ObjectText text, ObjectType type, std::string const& reason) {
  note(guarded(event(EventKind::update, type, text.object, state_of(type, text.object), reason)));
  ledger_.record(db::Change{text});
  Guid const object = text.object;
  changed_texts_[object] = {std::move(text), ledger_.newest_ticket()};
}

void Book::put(db::ObjectAttribute attribute, ObjectType type, std::string const& reason) {
  note(guarded(event(EventKind::update, type, attribute.object, state_of(type, attribute.object), reason)));
  ledger_.record(db::Change{std::move(attribute)});
}

void Book::put(db::DoneCall call) {
  ledger_.record(db::Change{call});
  std::pair const key{call.session, call.key};
  done_calls_[key] = {std::move(call), ledger_.newest_ticket()};
}

void Book::put(ComputerRecord record, std::string const& reason) {
  if (record == world_.computer) return;
  bool const known = static_cast<bool>(world_.computer.id);  // it is made with the catalog, when nobody listens yet
  record.modified = now();
  if (known) note(event(EventKind::update, ObjectType::computer, record.id.guid, {}, reason));
  ledger_.record(db::Change{record});
  world_.computer = std::move(record);
}

void Book::put(DestinationRecord destination, ObjectType type, std::string const& reason) {
  if (!world_.destinations.insert(destination).second) return;
  note(event(EventKind::update, type, destination.object, state_of(type, destination.object), reason));
  ledger_.record(db::Change{std::move(destination)});
}

void Book::erase(DestinationRecord const& destination, ObjectType type, std::string const& reason) {
  if (world_.destinations.erase(destination) == 0) return;
  note(event(EventKind::update, type, destination.object, state_of(type, destination.object), reason));
  ledger_.record(db::Change{db::EraseDestination{destination}});
}

// In the catalog they go with their object.
void Book::drop_destinations(Guid object) {
  std::erase_if(world_.destinations, [&](auto const& one) { return one.object == object; });
}

// Nobody is to be told: nothing happens.
void Book::tell(MessageKind kind, LibraryId about, SessionId session, std::string const& text) {
  if (world_.destinations.empty()) return;
  bool const silenced = kind == MessageKind::request && (world_.computer.operator_request_flags & keep_flag::no_alerts) != 0;
  if (silenced) return;
  std::set<std::string> to;
  for (auto const& object : {world_.computer.id.guid, about.guid, session.guid})
    if (!object.is_zero())
      for (auto& name : world_.destinations_of(object, kind)) to.insert(std::move(name));
  if (to.empty()) return;
  std::string names;
  for (auto const& name : to) names += (names.empty() ? "" : ", ") + name;
  note(event(EventKind::signal, ObjectType::computer, world_.computer.id.guid, "message: " + word(kind), "for " + names + ": " + text));
}

void Book::erase_drive(DriveId id, std::string const& reason) {
  auto const* drive = world_.drive(id);
  if (drive == nullptr) return;
  log(LogLevel::info, name_of(world_, id) + ": deleted: " + reason);
  timings_.forget(id.guid);
  note(event(EventKind::erase, ObjectType::drive, id.guid, {}, reason));
  ledger_.record(db::Change{db::Erase{ObjectType::drive, id.guid}});
  if (auto* library = world_.library(drive->record.library)) std::erase_if(library->drives, [&](auto const& entry) { return entry.second == id; });
  world_.drives.erase(id);
}

void Book::erase_slot(LibraryId library, std::uint32_t number, std::string const& reason) {
  auto& slots = world_.libraries[library].slots;
  auto const slot = slots.find(number);
  if (slot == slots.end()) return;
  note(event(EventKind::erase, ObjectType::slot, slot->second.id.guid, {}, reason));
  ledger_.record(db::Change{db::Erase{ObjectType::slot, slot->second.id.guid}});
  slots.erase(slot);
}

void Book::erase_library(LibraryId id, std::string const& reason) {
  auto const* library = world_.library(id);
  if (library == nullptr) return;
  auto const drives = library->drives;
  for (auto const& [number, drive] : drives) erase_drive(drive, reason);
  auto const part_goes = [&](ObjectType type, Guid part) {
    note(event(EventKind::erase, type, part, {}, reason));
    ledger_.record(db::Change{db::Erase{type, part}});
  };
  for (auto const& [number, port] : library->ports) part_goes(ObjectType::port, port.id.guid);
  for (auto const& [number, door] : library->doors) part_goes(ObjectType::door, door.id.guid);
  for (auto const& changer : library->changers) part_goes(ObjectType::changer, changer.id.guid);
  erase_intent(id);
  log(LogLevel::info, "library " + library->record.name + ": deleted: " + reason);
  timings_.forget(id.guid);
  note(event(EventKind::erase, ObjectType::library, id.guid, {}, reason));
  ledger_.record(db::Change{db::Erase{ObjectType::library, id.guid}});
  drop_destinations(id.guid);
  world_.libraries.erase(id);
  world_.securities.erase(id.guid);
}

void Book::note_done(ObjectType type, Guid object, std::string const& reason) { note(guarded(event(EventKind::complete, type, object, {}, reason))); }

void Book::put(MediumRecord record, std::string const& reason, RequestId request, EventKind kind) {
  auto it = world_.media.find(record.id);
  if (kind == EventKind::update && it != world_.media.end()) {
    record.modified = it->second.modified;
    if (it->second == record) return;
  }
  record.modified = now();
  if (kind == EventKind::insert) ++media_count_;
  if (kind == EventKind::update && it == world_.media.end() && medium(record.id)) it = world_.media.find(record.id);
  if (it != world_.media.end()) count(it->second, -1);
  count(record, 1);
  note(guarded(event(kind, ObjectType::medium, record.id.guid, place_text(record.place), reason, request), record.pool, record.library));
  note_sides(it == world_.media.end() ? MediumRecord{} : it->second, record, reason, request);
  log(LogLevel::info, name_of(record) + ": " + place_text(record.place) + ": " + reason + (request ? " [" + name_of(request) + "]" : ""));
  ledger_.record(db::Change{record});
  remember_all(history_of(it == world_.media.end() ? MediumRecord{} : it->second, record), request);
  erased_media_.erase(record.id);
  dirty_media_[record.id] = ledger_.newest_ticket();
  cache(std::move(record));
}

void Book::remember(HistoryRecord happened) { remember_all({std::move(happened)}, {}); }

// Where no request is named it is that of the drive's mount. The drive of a move is the one at its end.
void Book::remember_all(std::vector<HistoryRecord> happened, RequestId request) {
  for (auto& one : happened) {
    one.time = now();
    if (request) one.request = request;
    for (auto const& end : {one.from, one.to})
      if (end && end->kind == ElementKind::drive)
        if (auto const* drive = world_.drive_at(one.library, end->number)) one.drive = drive->record.id;
    auto const* drive = world_.drive(one.drive);
    if (!one.library && drive != nullptr) one.library = drive->record.library;
    if (one.kind == HistoryKind::moved) say_how_long_it_took(one);
    if (one.kind == HistoryKind::mounted) say_how_it_was_asked_for(one);
    name_people(one, drive == nullptr ? SessionId{} : drive->hot.session);
    one.text = cut(printable(one.text), limits::message_chars_max);
    ledger_.record(db::Change{std::move(one)});
  }
}

// The arm's intent is there until its move has ended.
void Book::say_how_long_it_took(HistoryRecord& moved) const {
  auto const intent = world_.intents.find(moved.library);
  if (intent == world_.intents.end() || (intent->second.medium != moved.medium && intent->second.partner != moved.medium)) return;
  moved.duration = std::max(now() - intent->second.recorded, Millis{0});
}

void Book::say_how_it_was_asked_for(HistoryRecord& mounted) const {
  auto const* request = in_memory(mounted.request);
  if (request == nullptr || request->medium != mounted.medium) return;
  mounted.duration = std::max(now() - request->queued, Millis{0});
  auto const medium = world_.media.find(mounted.medium);
  auto const* side = medium == world_.media.end() ? nullptr : medium->second.side(request->side);
  if (side != nullptr) mounted.side = side->number;
}

// Of the request, while memory has it; else of the session that holds the medium.
void Book::name_people(HistoryRecord& happened, SessionId session) const {
  if (auto const* request = in_memory(happened.request)) {
    happened.user = request->user, happened.application = request->application;
  } else if (auto const holder = world_.sessions.find(session); holder != world_.sessions.end()) {
    happened.user = holder->second.user, happened.application = holder->second.application;
  }
}

// Sides come and go with their medium.
void Book::note_sides(MediumRecord const& before, MediumRecord const& after, std::string const& reason, RequestId request) {
  for (auto const& side : after.sides) {
    auto const* was = before.side(side.id);
    if (was == nullptr || was->state != side.state || was->logical_medium != side.logical_medium)
      note(guarded(event(was == nullptr ? EventKind::insert : EventKind::update, ObjectType::side, side.id.guid, word(side.state), reason, request), after.pool, after.library));
  }
  for (auto const& side : before.sides)
    if (after.side(side.id) == nullptr) note(guarded(event(EventKind::erase, ObjectType::side, side.id.guid, {}, reason, request), before.pool, before.library));
}

void Book::put(SessionRecord record) {
  note(event(EventKind::insert, ObjectType::session, record.id.guid, "open", "opened by " + record.application + " (" + record.user + ")"));
  ledger_.record(db::Change{record});
  if (!world_.sessions.contains(record.id)) ++sessions_of_uid_[record.uid];
  world_.sessions[record.id] = std::move(record);
}

void Book::erase_session(SessionId session, std::string const& reason) {
  auto const it = world_.sessions.find(session);
  if (it == world_.sessions.end()) return;
  if (--sessions_of_uid_[it->second.uid] == 0) sessions_of_uid_.erase(it->second.uid);
  world_.sessions.erase(it);
  keys_.forget(session);
  drop_destinations(session.guid);
  note(event(EventKind::erase, ObjectType::session, session.guid, "closed", reason));
  ledger_.record(db::Change{db::Erase{ObjectType::session, session.guid}});
}

void Book::erase_medium(MediumId medium, std::string const& reason, RequestId request, MediumId is) {
  auto it = world_.media.find(medium);
  if (it == world_.media.end()) return;
  log(LogLevel::info, name_of(it->second) + ": record deleted: " + reason);
  note(guarded(event(EventKind::erase, ObjectType::medium, medium.guid, {}, reason, request), it->second.pool, it->second.library));
  note_sides(it->second, {}, reason, request);
  if (is)
    ledger_.record(db::Change{HistoryGoesOn{medium, is}});
  else
    remember_all({{.kind = HistoryKind::deleted, .medium = medium, .text = reason}}, request);
  ledger_.record(db::Change{db::Erase{ObjectType::medium, medium.guid}});
  unindex_sides(it->second);
  count(it->second, -1);
  world_.media.erase(it);
  if (queue_changed_.medium) queue_changed_.medium(medium);
  erased_media_.insert(medium);
  dirty_media_[medium] = ledger_.newest_ticket();
  --media_count_;
}

std::uint64_t Book::next_media_number() {
  ledger_.record(db::Change{db::MediaNumber{++media_number_}});
  return media_number_;
}

void Book::note_service(std::string state, std::string const& reason, Said said) {
  if (said == Said::now) log(LogLevel::warning, "the service: " + state + ": " + reason);
  note(event(EventKind::signal, ObjectType::computer, {}, std::move(state), reason));
}

namespace {

std::string move_text(World const& world, IntentRecord const& move) {
  auto const medium = world.media.find(move.medium);
  return (medium == world.media.end() ? "medium " + move.medium.text() : name_of(medium->second)) + " from " + move.from.text() + " to " + move.to.text() +
         (move.partner ? ", exchanged with what is there" : "") + (move.turn ? ", turned" : "");
}

}  // namespace

void Book::put(IntentRecord intent) {
  log(LogLevel::info, "intent: " + (intent.partner ? "exchange of " + intent.from.text() + " and " : "move from " + intent.from.text() + " to ") + intent.to.text() + (intent.turn ? " turned" : "") +
                          (intent.request ? " [" + name_of(intent.request) + "]" : ""));
  ledger_.record(db::Change{intent});
  auto const& begun = world_.intents[intent.library] = std::move(intent);
  note_arm(begun, "moving", move_text(world_, begun));
}

void Book::erase_intent(LibraryId library) {
  auto const ended = world_.intents.extract(library);
  if (ended.empty()) return;
  ledger_.record(db::Change{db::EraseIntent{library}});
  note_arm(ended.mapped(), "idle", "has ended: " + move_text(world_, ended.mapped()));
}

// Whoever draws an arm learns from events when it begins and ends a move.
void Book::note_arm(IntentRecord const& intent, std::string state, std::string const& reason) {
  auto const* library = world_.library(intent.library);
  if (library == nullptr || library->changers.empty()) return;
  note(guarded(event(EventKind::update, ObjectType::changer, library->changers.front().id.guid, std::move(state), reason, intent.request), pool_of(intent.medium), intent.library));
}

void Book::put(OperatorRequestRecord record, std::string const& reason, EventKind kind) {
  auto const known = world_.operator_requests.find(record.id);
  audit<OperatorState>(operator_request_machine, [&] { return "operator request " + record.id.text(); },
                       known == world_.operator_requests.end() ? std::nullopt : std::optional(known->second.state), record.state);
  note(guarded(event(kind, ObjectType::operator_request, record.id.guid, word(record.state), reason, record.request), pool_of(MediumId{record.argument1}), LibraryId{record.argument1}));
  log(LogLevel::warning, "operator request " + record.id.text() + " " + word(record.state) + ": " + record.message);
  ledger_.record(db::Change{record});
  OperatorRequestId const id = record.id;
  take_question(id);
  if (!is_final(record.state)) {
    questions_.add(record);
    world_.operator_requests.emplace(id, std::move(record));
    return;
  }
  settling_operator_requests_[id] = std::move(record);
  ledger_.when_durable([this, id](Result<> durable) {
    if (durable) settling_operator_requests_.erase(id);
  });
  if (operator_request_settled_) operator_request_settled_(id);
}

Result<std::optional<OperatorRequestRecord>> Book::find_operator_request(OperatorRequestId id) {
  if (auto const open = world_.operator_requests.find(id); open != world_.operator_requests.end()) return open->second;
  if (auto const ended = settling_operator_requests_.find(id); ended != settling_operator_requests_.end()) return ended->second;
  if (forgotten_.contains(id.guid)) return std::nullopt;
  return reader_.operator_request(id);
}

void Book::forget(ObjectType type, Guid id, std::string const& reason) {
  note(event(EventKind::erase, type, id, {}, reason));
  ledger_.record(db::Change{db::Erase{type, id}});
  forgotten_.insert(id);  // the catalog has it until the commit
  ledger_.when_durable([this, id](Result<> durable) {
    if (durable) forgotten_.erase(id);
  });
}

Result<bool> Book::forget_request(RequestId id, std::string const& reason) {
  RSM_TRY(auto const found, find_request(id));
  if (!found || !is_final(found->state)) return false;
  ended_.erase(found->sequence);
  forget(ObjectType::request, id.guid, reason);
  return true;
}

Result<bool> Book::forget_operator_request(OperatorRequestId id, std::string const& reason) {
  RSM_TRY(auto const found, find_operator_request(id));
  if (planted(PlantedBug::open_question_forgotten) && take_question(id)) return forget(ObjectType::operator_request, id.guid, reason), true;
  if (!found || !is_final(found->state)) return false;
  settling_operator_requests_.erase(id);
  forget(ObjectType::operator_request, id.guid, reason);
  return true;
}

bool Book::take_question(OperatorRequestId id) {
  auto const open = world_.operator_requests.extract(id);
  if (open.empty()) return false;
  questions_.remove(open.mapped());
  return true;
}

void Book::erase_operator_request(OperatorRequestId id, std::string const& reason) {
  if (!take_question(id)) return;
  log(LogLevel::warning, "operator request " + id.text() + " deleted: " + reason);
  forget(ObjectType::operator_request, id.guid, reason);
}

// ---- requests ----

void Book::index(RequestRecord const& request) {
  by_library_[request.library].insert(request.id);
  by_operation_[{request.library, request.operation}].emplace(request.sequence, request.id);
  by_state_[{request.state, is_by_service(request)}].emplace(request.sequence, request.id);
  ++queue_[{request.operation, request.state, request.priority}];
  ++open_of_user_[request.user];
  if (request.session) by_session_[request.session].insert(request.id);
  if (request.medium) by_medium_[request.medium].insert(request.id);
  if (request.deadline) by_deadline_.emplace(*request.deadline, request.id);
  if (request.medium && request.state == RequestState::inprocess) held_[request.medium] = request.id;
}

void Book::unindex(RequestRecord const& request) {
  by_library_[request.library].erase(request.id);
  by_operation_[{request.library, request.operation}].erase(request.sequence);
  by_state_[{request.state, is_by_service(request)}].erase(request.sequence);
  --queue_[{request.operation, request.state, request.priority}];
  if (--open_of_user_[request.user] == 0) open_of_user_.erase(request.user);
  if (auto own = by_session_.find(request.session); own != by_session_.end()) {
    own->second.erase(request.id);
    if (own->second.empty()) by_session_.erase(own);
  }
  if (auto it = by_medium_.find(request.medium); it != by_medium_.end()) {
    it->second.erase(request.id);
    if (it->second.empty()) by_medium_.erase(it);
  }
  if (request.deadline) by_deadline_.erase({*request.deadline, request.id});
  auto held = held_.find(request.medium);
  if (held != held_.end() && held->second == request.id) held_.erase(held);
}

namespace {

// Why it is there: who wants it.
std::string asked_by(RequestRecord const& request) {
  if (is_by_service(request) || request.user.empty()) return request.application.empty() ? "the service wants it" : "asked for by " + request.application;
  return "asked for by " + request.user + (request.application.empty() ? "" : " (" + request.application + ")");
}

}  // namespace

void Book::add(RequestRecord request) {
  request.sequence = number_in(request.id).value_or(request_sequence_ + 1);
  request_sequence_ = std::max(request_sequence_, request.sequence);
  number_made_ = std::max(number_made_, request_sequence_);
  request.queued = request.changed = now();
  audit<RequestState>(request_machine, [&] { return name_of(request.id); }, std::nullopt, request.state);
  note(guarded(event(EventKind::insert, ObjectType::request, request.id.guid, word(request.state), request.reason.empty() ? asked_by(request) : request.reason, request.id), pool_of(request.medium), request.library));
  log(LogLevel::info, name_of(request.id) + ": " + describe(world_, request) + " queued" +
                          (request.session ? " [session " + request.session.text() + "]" : ""));
  ledger_.record(db::Change{request});
  keys_.add(request.session, request.key, request.sequence);
  index(request);
  MediumId const used = request.medium;
  auto const& added = world_.requests[request.id] = std::move(request);
  use_changed(used);
  mount_changed(added, added.library);
}

void Book::mount_changed(RequestRecord const& request, LibraryId of) const {
  if (request.operation == Operation::mount && queue_changed_.mount) queue_changed_.mount(of, request.id);
}

void Book::set_state(RequestId id, RequestState state, std::string const& reason) {
  auto it = world_.requests.find(id);
  if (it == world_.requests.end()) return;
  RequestRecord& request = it->second;
  if (request.state == state && request.reason == reason) return;
  audit<RequestState>(request_machine, [&] { return name_of(id); }, request.state, state);
  unindex(request);
  if (request.state != state) request.changed = now();
  request.state = state;
  request.reason = reason;
  index(request);
  use_changed(request.medium);
  note(guarded(event(EventKind::update, ObjectType::request, id.guid, word(state), reason, id), pool_of(request.medium), request.library));
  log(LogLevel::info, name_of(id) + ": " + word(state) + ": " + reason);
  ledger_.record(db::Change{request});
  mount_changed(request, request.library);
  if (state == RequestState::inprocess) figures_.request_started(request, now());
  if (state == RequestState::deferred && settled_) settled_(id);
}

void Book::update(RequestRecord request) {
  auto it = world_.requests.find(request.id);
  if (it == world_.requests.end() || it->second == request) return;
  unindex(it->second);
  RequestRecord const before = std::exchange(it->second, request);
  index(request);
  use_changed(before.medium);
  use_changed(request.medium);
  if (before.library != request.library) mount_changed(before, before.library);
  mount_changed(request, request.library);
  ledger_.record(db::Change{std::move(request)});
}

void Book::set_order(RequestId id, std::uint32_t order, std::string const& reason) {
  auto it = world_.requests.find(id);
  if (it == world_.requests.end() || it->second.order == order) return;
  RequestRecord request = it->second;
  request.order = order;
  note(guarded(event(EventKind::update, ObjectType::request, id.guid, word(request.state), reason, id), pool_of(request.medium), request.library));
  log(LogLevel::info, name_of(id) + ": " + reason);
  update(std::move(request));
}

RequestRecord Book::finish(RequestId id, Outcome outcome) {
  auto it = world_.requests.find(id);
  if (it == world_.requests.end()) return {};
  RequestRecord request = std::move(it->second);
  world_.requests.erase(it);
  unindex(request);
  audit<RequestState>(request_machine, [&] { return name_of(id); }, request.state, outcome.state);
  use_changed(request.medium);
  mount_changed(request, request.library);
  request.state = outcome.state;
  request.error = static_cast<std::uint32_t>(outcome.error);
  request.reason = std::move(outcome.reason);
  request.changed = now();
  request.completed = now();
  request.due.reset();
  note(guarded(event(EventKind::complete, ObjectType::request, id.guid, word(request.state), request.reason, id), pool_of(request.medium), request.library));  // its last change and its end are one event
  log(request.state == RequestState::failed ? LogLevel::warning : LogLevel::info,
      name_of(id) + ": " + word(request.state) + (request.error != 0 ? " " + std::string(error_name(outcome.error)) : "") + ": " +
          request.reason);
  ledger_.record(db::Change{request});
  figures_.request_finished(request, now());
  if (!is_by_service(request)) {
    bool const failed = request.state == RequestState::failed;
    tell(failed ? MessageKind::error : MessageKind::info, request.library, failed ? SessionId{} : request.session, describe(world_, request) + ": " + word(request.state) + ": " + request.reason);
  }
  keep_until_in_history(request);
  if (settled_) settled_(id);
  return request;
}

void Book::keep_until_in_history(RequestRecord const& ended) {
  ended_[ended.sequence] = ended;
  to_history_.push_back(ended.sequence);
  bool const many = to_history_.size() >= limits::history_batch;
  bool& asked_for = many ? to_history_now_ : to_history_soon_;
  if (std::exchange(asked_for, true)) return;
  auto move = lifeline_.guard([this, &asked_for] {
    asked_for = false;
    move_to_history();
  });
  many ? loop_.post(std::move(move)) : static_cast<void>(loop_.after(limits::history_delay, std::move(move)));
}

// In bounded transactions of their own, behind those that their ends were recorded in: nobody who waits for an answer waits for this.
void Book::move_to_history() {
  if (ledger_.failed()) return;  // the catalog is read again, and says which have not moved
  for (auto rest = std::exchange(to_history_, {}); !rest.empty();) {
    std::size_t const some = std::min(rest.size(), limits::history_batch);
    std::vector<std::uint64_t> numbers(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(some));
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(some));
    std::ranges::sort(numbers);
    ledger_.record_alone(db::Change{db::ToHistory{numbers, now()}});
    ledger_.when_durable([this, numbers = std::move(numbers)](Result<> durable) {
      if (!durable) return;
      for (auto const number : numbers) ended_.erase(number);
    });
  }
}

RequestRecord const* Book::request(RequestId id) const {
  auto it = world_.requests.find(id);
  return it == world_.requests.end() ? nullptr : &it->second;
}

RequestRecord const* Book::oldest_request(RequestState state, bool by_service) const {
  auto it = by_state_.find({state, by_service});
  return it == by_state_.end() || it->second.empty() ? nullptr : request(it->second.begin()->second);
}

RequestRecord const* Book::holder_of(MediumId medium) const {
  auto it = held_.find(medium);
  return it == held_.end() ? nullptr : request(it->second);
}

namespace {

template <class Key>
std::map<std::uint64_t, RequestId> const& under(std::map<Key, std::map<std::uint64_t, RequestId>> const& index, Key const& key) {
  static std::map<std::uint64_t, RequestId> const none;
  auto const it = index.find(key);
  return it == index.end() ? none : it->second;
}

}  // namespace

std::map<std::uint64_t, RequestId> const& Book::requests_in(RequestState state, bool by_service) const { return under(by_state_, {state, by_service}); }

std::map<std::uint64_t, RequestId> const& Book::requests_of(LibraryId library, Operation operation) const { return under(by_operation_, {library, operation}); }

std::size_t Book::open_requests_of(std::string const& user) const {
  auto it = open_of_user_.find(user);
  return it == open_of_user_.end() ? 0 : it->second;
}

std::size_t Book::open_requests_of(SessionId session) const {
  return requests_of(session).size();
}

std::set<RequestId> const& Book::requests_of(SessionId session) const {
  static std::set<RequestId> const none;
  auto const it = by_session_.find(session);
  return it == by_session_.end() ? none : it->second;
}

// A page of them, however many wait: the indexes that it needs have them in their order, and are read side by side from where the page begins.
std::vector<RequestRecord const*> Book::newest_requests(LibraryId library, std::uint64_t before, std::size_t most) const {
  using Line = std::map<std::uint64_t, RequestId>;
  std::vector<std::pair<Line::const_iterator, Line::const_iterator>> lines;  // each from its beginning to where the next one is taken
  auto const add = [&](Line const& line) {
    auto const end = before == 0 ? line.end() : line.lower_bound(before);
    if (end != line.begin()) lines.emplace_back(line.begin(), end);
  };
  if (library)
    for (auto line = by_operation_.lower_bound({library, Operation{}}); line != by_operation_.end() && line->first.first == library; ++line) add(line->second);
  else
    for (auto const& [state, line] : by_state_) add(line);
  auto const newest_of = [](auto const& line) { return std::prev(line.second)->first; };
  std::vector<RequestRecord const*> found;
  while (!lines.empty() && found.size() < most) {
    auto const newest = std::ranges::max_element(lines, {}, newest_of);
    --newest->second;
    found.push_back(request(newest->second->second));
    if (newest->first == newest->second) lines.erase(newest);
  }
  return found;
}

std::size_t Book::sessions_of(std::uint32_t uid) const {
  auto it = sessions_of_uid_.find(uid);
  return it == sessions_of_uid_.end() ? 0 : it->second;
}

std::size_t Book::media_of(std::string const& user) const {
  auto it = media_of_user_.find(user);
  return it == media_of_user_.end() ? 0 : it->second;
}

std::vector<RequestId> Book::open_requests_of(MediumId medium) const {
  auto it = by_medium_.find(medium);
  if (it == by_medium_.end()) return {};
  std::vector<std::pair<std::uint64_t, RequestId>> in_order;
  in_order.reserve(it->second.size());
  for (auto const& id : it->second) in_order.emplace_back(request(id)->sequence, id);
  std::ranges::sort(in_order);
  std::vector<RequestId> ids;
  ids.reserve(in_order.size());
  for (auto const& [sequence, id] : in_order) ids.push_back(id);
  return ids;
}

std::set<RequestId> const& Book::requests_of(LibraryId library) const {
  static std::set<RequestId> const none;
  auto it = by_library_.find(library);
  return it == by_library_.end() ? none : it->second;
}

// ---- reading ----

std::uint64_t Book::media_in(LibraryId library) const {
  auto const it = media_in_.find(library == world_.offline_library ? LibraryId{} : library);
  return it == media_in_.end() ? 0 : it->second;
}

std::uint64_t Book::media_of(PoolId pool) const {
  auto const it = media_of_.find(pool);
  if (it == media_of_.end()) return 0;
  return std::accumulate(it->second.begin(), it->second.end(), std::uint64_t{0}, [](std::uint64_t sum, auto const& place) { return sum + place.second; });
}

std::uint64_t Book::media_of(PoolId pool, LibraryId place) const {
  auto const it = media_of_.find(pool);
  if (it == media_of_.end()) return 0;
  auto const there = it->second.find(place);
  return there == it->second.end() ? 0 : there->second;
}

void Book::count(MediumRecord const& medium, std::int64_t by) {
  auto const* in = std::get_if<InElement>(&medium.place);
  LibraryId const place = in == nullptr ? LibraryId{} : in->library;
  media_in_[place] += static_cast<std::uint64_t>(by);
  media_of_[medium.pool][place] += static_cast<std::uint64_t>(by);
}

MediumRecord const* Book::cache(MediumRecord record) {
  MediumId const id = record.id;
  auto& place = world_.media[id];
  unindex_sides(place);  // one that it has lost leads nowhere
  place = std::move(record);
  index_sides(place);
  if (queue_changed_.medium) queue_changed_.medium(id);
  return &place;
}

void Book::index_sides(MediumRecord const& medium) {
  for (auto const& side : medium.sides) side_index_[side.id] = medium.id;
  show_allocatable(medium);
}

void Book::unindex_sides(MediumRecord const& medium) {
  for (auto const& side : medium.sides) side_index_.erase(side.id);
  for (auto const& side : rsm::allocatable_sides(medium)) allocatable_.erase(side);
}

// A cartridge that somebody uses is left to him, so that nobody who looks for one walks over it; who has a side of it already may have the next one.
void Book::show_allocatable(MediumRecord const& medium) {
  bool const left_to_others = !in_use(medium.id);
  for (auto const& side : rsm::allocatable_sides(medium)) {
    if (side.shelf == Shelf::begun || left_to_others)
      allocatable_.insert(side);
    else
      allocatable_.erase(side);
  }
}

// Somebody begins or ends to use it. One that is not in memory is read: its user needs it in any case.
void Book::use_changed(MediumId id) {
  if (!id) return;
  if (auto const it = world_.media.find(id); it != world_.media.end()) return show_allocatable(it->second);
  (void)medium(id);  // comes into the index as it is now; what cannot be read is looked at again before it is given
}

bool Book::is_mounted(MediumId medium) const {
  auto const* drive = world_.drive_of(medium);
  return drive != nullptr && drive->hot.state != DriveState::dismountable && drive->hot.state != DriveState::dismounted;
}

RequestRecord const* Book::user_of(MediumId medium, SideId side) const {
  RequestRecord const* user = nullptr;
  auto const open = by_medium_.find(medium);
  if (open == by_medium_.end()) return nullptr;
  for (auto const& id : open->second) {
    auto const* request = this->request(id);
    if (request == nullptr || request->state == RequestState::deferred || (side && request->side && request->side != side)) continue;
    bool const only_wanted = is_by_service(*request) && request->state != RequestState::inprocess;  // to be looked at, when its turn comes
    if (!only_wanted && (user == nullptr || request->sequence < user->sequence)) user = request;
  }
  return user;
}

// Of many who want it the first one found says so.
bool Book::has_user(MediumId medium) const {
  auto const open = by_medium_.find(medium);
  return open != by_medium_.end() && std::ranges::any_of(open->second, [this](RequestId id) {
    auto const* request = this->request(id);
    return request != nullptr && request->state != RequestState::deferred && (!is_by_service(*request) || request->state == RequestState::inprocess);
  });
}

Result<MediumRecord const*> Book::medium(MediumId id) {
  if (!id || erased_media_.contains(id)) return nullptr;
  if (auto it = world_.media.find(id); it != world_.media.end()) return &it->second;
  RSM_TRY(auto row, reader_.medium(id));
  return row ? cache(std::move(*row)) : nullptr;
}

Result<MediumRecord const*> Book::medium_of_side(SideId id) {
  if (auto it = side_index_.find(id); it != side_index_.end()) return medium(it->second);
  RSM_TRY(auto row, reader_.medium_of_side(id));
  if (!row || erased_media_.contains(row->id)) return nullptr;
  return cache(std::move(*row));
}

Result<std::optional<MediumRecord>> Book::find_medium(MediumId id) {
  if (!id || erased_media_.contains(id)) return std::nullopt;
  if (auto it = world_.media.find(id); it != world_.media.end()) return it->second;
  return reader_.medium(id);
}

Result<std::optional<MediumRecord>> Book::find_medium_of_side(SideId id) {
  if (auto it = side_index_.find(id); it != side_index_.end()) return find_medium(it->second);
  RSM_TRY(auto row, reader_.medium_of_side(id));
  bool const superseded = row && (erased_media_.contains(row->id) || world_.media.contains(row->id));  // in memory it has this side no more
  return superseded ? std::nullopt : std::move(row);
}

Result<std::optional<LogicalMediumRecord>> Book::logical_medium(LogicalMediumId id) {
  if (auto it = changed_logical_media_.find(id); it != changed_logical_media_.end()) return it->second.record;
  return reader_.logical_medium(id);
}

Result<db::ObjectText> Book::object_text(Guid object) {
  if (auto it = changed_texts_.find(object); it != changed_texts_.end()) return it->second.text;
  RSM_TRY(auto row, reader_.object_text(object));
  return row ? std::move(*row) : db::ObjectText{object, {}, {}};
}

Result<std::optional<db::DoneCall>> Book::done_call(SessionId session, std::string const& key) {
  if (auto const it = done_calls_.find({session, key}); it != done_calls_.end()) return it->second.call;
  return reader_.done_call(session, key);
}

Result<MediumRecord const*> Book::medium_of(Guid side_or_logical, SideId* side) {
  *side = SideId{side_or_logical};
  RSM_TRY(auto const* by_side, medium_of_side(*side));
  if (by_side != nullptr) return by_side;
  RSM_TRY(auto logical, logical_medium(LogicalMediumId{side_or_logical}));
  if (!logical) return nullptr;
  *side = logical->side;
  return medium_of_side(logical->side);
}

Result<std::optional<LogicalMediumRecord>> Book::logical_medium_of_key(SessionId session, std::string const& key) {
  if (key.empty()) return std::nullopt;
  auto const is_its = [&](std::optional<LogicalMediumRecord> const& record) { return record && record->session == session && record->key == key; };
  std::vector<LogicalMediumId> candidates;
  if (auto const it = logical_by_key_.find({session, key}); it != logical_by_key_.end()) candidates.push_back(it->second);
  RSM_TRY(auto const rows, reader_.logical_media_by_key(session, key));
  for (auto const& row : rows) candidates.push_back(row.id);
  for (auto const& id : candidates) {
    RSM_TRY(auto record, logical_medium(id));
    if (is_its(record)) return record;
  }
  return std::nullopt;
}

// Memory has what is not in the catalog yet, so a row of the catalog counts as memory has its medium. The catalog is read on from where it was
// read to, a few rows at a time: what a thousand allocations before this one have taken, and no commit has written, is not walked over again, nor
// are cartridges that somebody uses.
Result<std::optional<AllocatableSide>> Book::next_allocatable(AllocatableSide const& behind) {
  constexpr std::size_t rows_at_once = 16;
  AllocatableSide const shelf{behind.pool, behind.library, behind.shelf, 0, {}, {}, 0};
  for (;;) {
    auto const next = allocatable_.upper_bound(behind);
    bool const there = next != allocatable_.end() && next->on_the_shelf_of(behind);
    auto& read = shelves_read_.try_emplace(shelf, Read{shelf, false}).first->second;
    if (there && (read.all || *next <= read.up_to)) return *next;
    if (read.all) return std::nullopt;
    RSM_TRY(auto const rows, reader_.allocatable_sides(read.up_to, rows_at_once));
    for (auto const& row : rows) RSM_CHECK(medium(row.medium));
    if (!rows.empty()) read.up_to = rows.back();
    read.all = rows.size() < rows_at_once;
  }
}

namespace {

// Rows of the catalog are superseded by what memory holds of the same medium.
template <class Matches>
std::vector<MediumId> overlay(World const& world, std::set<MediumId> const& erased, std::vector<MediumRecord> const& rows, Matches matches) {
  std::vector<MediumId> found;
  for (auto const& row : rows)
    if (!erased.contains(row.id) && !world.media.contains(row.id)) found.push_back(row.id);
  for (auto const& [id, medium] : world.media)
    if (matches(medium)) found.push_back(id);
  std::ranges::sort(found);
  return found;
}

}  // namespace

Result<std::vector<MediumId>> Book::media_by_barcode(std::string const& barcode) {
  if (barcode.empty()) return std::vector<MediumId>{};
  RSM_TRY(auto rows, reader_.media_by_barcode(barcode));
  return overlay(world_, erased_media_, rows, [&](MediumRecord const& m) { return m.barcode == barcode; });
}

Result<std::vector<MediumId>> Book::media_by_label(Omid const& label) {
  RSM_TRY(auto rows, reader_.media_by_label(label));
  return overlay(world_, erased_media_, rows, [&](MediumRecord const& m) {
    return std::ranges::any_of(m.sides, [&](Side const& s) { return s.omid && s.omid->same_medium(label); });
  });
}

RequestRecord const* Book::open_request(std::uint64_t number) const {
  for (auto const& [state, line] : by_state_)
    if (auto const it = line.find(number); it != line.end()) return request(it->second);
  return nullptr;
}

RequestRecord const* Book::in_memory(std::uint64_t number) const {
  if (auto const* open = open_request(number)) return open;
  auto const it = ended_.find(number);
  return it == ended_.end() ? nullptr : &it->second;
}

// Of those that have ended, an id without a number is looked for among the few that are not in the history yet.
RequestRecord const* Book::in_memory(RequestId id) const {
  if (auto const* open = request(id)) return open;
  auto const number = number_in(id);
  auto const it = number ? ended_.find(*number) : std::ranges::find_if(ended_, [id](auto const& entry) { return entry.second.id == id; });
  return it == ended_.end() || it->second.id != id ? nullptr : &it->second;
}

Result<std::optional<RequestRecord>> Book::find_request(RequestId id) {
  if (auto const* there = in_memory(id)) return *there;
  if (forgotten_.contains(id.guid)) return std::nullopt;
  return reader_.request(id);
}

Result<std::optional<RequestRecord>> Book::find_request(std::uint64_t number) {
  if (auto const* there = in_memory(number)) return *there;
  RSM_TRY(auto row, reader_.request(number));
  return row && forgotten_.contains(row->id.guid) ? std::nullopt : std::move(row);
}

// Memory has what is open and what has only just ended; a row of the history that memory still has is the same request.
Result<std::vector<RequestRecord>> Book::requests_page(LibraryId library, std::uint64_t before, std::size_t most) {
  RSM_TRY(auto page, reader_.requests_page(library, before, most));
  std::erase_if(page, [this](RequestRecord const& row) { return ended_.contains(row.sequence); });
  for (auto const* open : newest_requests(library, before, most)) page.push_back(*open);
  auto newest = before == 0 ? ended_.end() : ended_.lower_bound(before);
  for (std::size_t found = 0; newest != ended_.begin() && found < most;) {
    --newest;
    if (library && newest->second.library != library) continue;
    page.push_back(newest->second);
    ++found;
  }
  std::ranges::sort(page, std::greater{}, &RequestRecord::sequence);
  page.resize(std::min(page.size(), most));
  return page;
}

Result<std::vector<RequestRecord>> Book::requests_of_key(SessionId session, std::string const& key) {
  auto const [first, count] = keys_.of(session, key);
  std::vector<RequestRecord> requests;  // in the order asked
  for (std::uint64_t number = first; number < first + count; ++number) {
    RSM_TRY(auto request, find_request(number));
    if (request && request->session == session && request->key == key) requests.push_back(std::move(*request));
  }
  return requests;
}

// Once for each commit, however many ask.
void Book::forget_durable_changes() {
  if (forgotten_up_to_ == ledger_.durable_ticket()) return;
  forgotten_up_to_ = ledger_.durable_ticket();
  for (auto it = dirty_media_.begin(); it != dirty_media_.end();) {
    if (it->second > ledger_.durable_ticket()) {
      ++it;
      continue;
    }
    erased_media_.erase(it->first);
    it = dirty_media_.erase(it);
  }
  auto const is_durable = [this](auto const& entry) { return entry.second.ticket <= ledger_.durable_ticket(); };
  std::erase_if(changed_logical_media_, is_durable);
  std::erase_if(logical_by_key_, [this](auto const& entry) { return !changed_logical_media_.contains(entry.second); });
  std::erase_if(changed_texts_, is_durable);
  std::erase_if(done_calls_, is_durable);
}

bool Book::is_wanted(MediumId medium) const { return by_medium_.contains(medium) || dirty_media_.contains(medium) || world_.drive_of(medium) != nullptr; }

// Goes round, a few at each call: however many media are wanted, nobody who asks for one pays for a walk over them.
void Book::trim() {
  constexpr std::size_t media_kept = 4096, looked_at_once = 256;
  forget_durable_changes();
  for (std::size_t n = 0; n < looked_at_once && world_.media.size() > media_kept; ++n) {
    auto next = world_.media.upper_bound(trimmed_up_to_);
    if (next == world_.media.end()) next = world_.media.begin();
    trimmed_up_to_ = next->first;
    if (!is_wanted(next->first)) evict(next);
  }
}

void Book::evict(std::map<MediumId, MediumRecord>::iterator medium) {
  for (auto const& side : medium->second.sides) side_index_.erase(side.id);
  for (auto const& side : rsm::allocatable_sides(medium->second)) let_go(side);
  world_.media.erase(medium);
}

// What was read of its shelf stays known. Beyond that the catalog is read on when it comes to it.
void Book::let_go(AllocatableSide const& side) {
  auto const read = shelves_read_.find({side.pool, side.library, side.shelf, 0, {}, {}, 0});
  if (read != shelves_read_.end() && side <= read->second.up_to) return;
  allocatable_.erase(side);
  if (read != shelves_read_.end()) read->second.all = false;
}

}  // namespace rsm
