#include "libmgr/people/operator_requests.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/unicode.hpp"
#include "libmgr/people/rights.hpp"

namespace rsm {
// Each kind: how it is shown to Windows' programs, and what ends it.
struct OperatorRequests::Kind {
  OperatorKind kind;
  OperatorCommand command;
  std::optional<Ending> (OperatorRequests::*over)(OperatorRequestRecord const&) const;
  // What is known now says whether it is over; else the device is asked first, and raises it anew.
  bool known_at_once;
};

OperatorRequests::Kind const& OperatorRequests::kind_of(OperatorKind kind) {
  using enum OperatorKind;
  using Self = OperatorRequests;
  static constexpr std::array<Kind, 15> kinds{{
      {none, OperatorCommand::message, &Self::never, false},
      {bring_medium, OperatorCommand::move_media, &Self::medium_brought, true},
      {drive_service, OperatorCommand::device_service, &Self::drive_works, false},
      {library_service, OperatorCommand::device_service, &Self::library_answers, false},
      {slot_wanted, OperatorCommand::device_service, &Self::slot_found, true},
      {library_full, OperatorCommand::device_service, &Self::room_made, true},
      {duplicate_medium, OperatorCommand::device_service, &Self::duplicate_settled, true},
      {cartridge_not_taken, OperatorCommand::device_service, &Self::port_cleared, true},
      {double_barcode, OperatorCommand::device_service, &Self::barcodes_differ, true},
      {cleaning_wanted, OperatorCommand::device_service, &Self::drive_cleaned, false},
      {take_out, OperatorCommand::device_service, &Self::taken_out, true},
      {bad_cartridge, OperatorCommand::device_service, &Self::cartridge_works, false},
      {new_media, OperatorCommand::new_media, &Self::pool_gone, true},
      {cleaner_wanted, OperatorCommand::cleaner, &Self::cleaner_there, true},
      {door_open, OperatorCommand::device_service, &Self::door_shut, true},
  }};
  auto const it = std::ranges::find(kinds, kind, &Kind::kind);
  return it == kinds.end() ? kinds.front() : *it;
}

OperatorRequests::OperatorRequests(Loop& loop, Book& book, SlotFor slot_for, quotas::Limits quotas) : loop_(loop), book_(book), slot_for_(std::move(slot_for)), quotas_(std::move(quotas)) {
  book_.on_change([this, alive = std::weak_ptr(alive_)](Event const& event) {
    if (!alive.expired()) changed(event);
  });
}

// ---- raising, and the person's word ----

void OperatorRequests::raise(Question question) {
  if (question.kind == OperatorKind::double_barcode && question.beside < question.about) std::swap(question.about, question.beside);
  auto const same = [&](OperatorRequestId id) {
    auto const& open = book_.world().operator_requests.at(id);
    return open.kind == question.kind && open.argument1 == question.about && open.argument2 == question.beside &&
           (question.kind != OperatorKind::bring_medium || open.request == question.request);
  };
  Guid const waits = question.kind == OperatorKind::bring_medium ? question.request.guid : question.about;
  auto const& naming = book_.questions().naming(waits);
  if (auto const open = std::ranges::find_if(naming, same); open != naming.end()) return asked_again(book_.world().operator_requests.at(*open), question);
  OperatorRequestRecord record;
  record.id = book_.make_id<OperatorRequestId>();
  record.kind = question.kind;
  record.command = kind_of(question.kind).command;
  record.submitted = record.changed = book_.now();
  record.message = cut(question.message, limits::message_chars_max);
  record.argument1 = question.about;
  record.argument2 = question.beside;
  record.request = question.request;
  record.application = "Removable Storage";
  if (auto const* asking = book_.request(question.request); asking != nullptr && !asking->user.empty()) {
    record.application = asking->application;
    record.user = asking->user;
    record.computer = asking->computer;
  }
  Kind const& kind = kind_of(record.kind);
  if (kind.known_at_once && (this->*kind.over)(record)) return;
  book_.put(record, question.message, EventKind::insert);
  auto const* asking = book_.request(record.request);
  tell_people(record, asking == nullptr ? SessionId{} : asking->session);
}

// Whoever asked first may have ended, and somebody else wants the same: it is asked for them from now on. And what is to be done may have
// become something else: who reads the question reads what helps now.
void OperatorRequests::asked_again(OperatorRequestRecord record, Question const& question) {
  bool const for_another = has_ended(record.request) && record.request != question.request;
  std::string message = cut(question.message, limits::message_chars_max);
  bool const said_anew = message != record.message;
  if (!for_another && !said_anew) return;
  if (for_another) record.request = question.request;
  record.message = std::move(message);
  std::string const reason = said_anew ? record.message : "it is wanted " + (question.request ? "by " + name_of(question.request) : std::string("still"));
  book_.put(std::move(record), reason);
}

bool OperatorRequests::has_ended(RequestId request) const { return request && book_.request(request) == nullptr; }

// What it is about says which library's destinations hear of it.
void OperatorRequests::tell_people(OperatorRequestRecord const& record, SessionId session) {
  World const& world = book_.world();
  LibraryId library;
  for (auto const& argument : {record.argument1, record.argument2}) {
    if (world.library(LibraryId{argument}) != nullptr) library = LibraryId{argument};
    if (auto const* drive = world.drive(DriveId{argument})) library = drive->record.library;
  }
  if (auto const* request = book_.request(record.request); request != nullptr && !library) library = request->library;
  book_.tell(MessageKind::request, library, session, record.message);
}

std::string OperatorRequests::what_to_do(MediumRecord const& medium, LibraryId into) const {
  World const& world = book_.world();
  auto const* library = world.library(into);
  std::string const name = library == nullptr ? into.text() : library->record.name;
  if (library == nullptr || library->record.type != LibraryType::standalone) {
    bool const full = library != nullptr && std::ranges::none_of(library->slots, [](auto const& slot) { return slot.second.state == SlotState::empty; });
    return "bring " + name_of(medium) + " into library " + name + (full ? ": no slot is free, so take another cartridge out first (rsm media eject), then rsm library inject" : " (rsm library inject)");
  }
  auto const* drive = library->drives.empty() ? nullptr : world.drive(library->drives.begin()->second);
  std::string const wanted = "insert " + name_of(medium) + " in drive " + (drive == nullptr ? "0" : std::to_string(drive->record.number)) + " of " + name;
  if (library->record.condition.state == OperationalState::not_present) return wanted + ", which is not there: connect it";
  auto const inside = drive == nullptr || !drive->hot.medium ? std::nullopt : book_.find_medium(drive->hot.medium).value_or(std::nullopt);
  return inside ? wanted + "; " + name_of(*inside) + " is in it (rsm media eject '" + name_of(*inside) + "')" : wanted;
}

void OperatorRequests::ask_for_medium(MediumRecord const& medium, LibraryId into, RequestId mount) {
  if (whereabouts(book_.world(), medium)) {  // nobody has to bring it
    if (!planted(PlantedBug::mount_left_behind)) tell_ended(mount);
    return;
  }
  raise({OperatorKind::bring_medium, medium.id.guid, into.guid, mount, what_to_do(medium, into)});
  book_.set_state(mount, RequestState::waiting, name_of(medium) + " is offline: an operator was asked to bring it");
}

Result<OperatorRequestRecord> OperatorRequests::answer(Caller const& caller, OperatorRequestId id, bool done) {
  std::string const what = "operator request " + id.text();
  auto const it = book_.world().operator_requests.find(id);
  if (it == book_.world().operator_requests.end()) {
    RSM_TRY(auto const finished, book_.find_operator_request(id));
    if (!finished) return fail(Errc::object_not_found, what, "there is none");
    return fail(done ? Errc::object_not_found : Errc::invalid_state, what, "it is settled already");
  }
  OperatorRequestRecord const asked = it->second;
  // Who asked for something may stop asking for it; what the service asks for on somebody's behalf is not theirs.
  bool const may_take_back = !done && asked.kind == OperatorKind::none;
  bool const takes_back = may_take_back && rights::is_own(caller, {asked.user, {}});
  if (!takes_back) RSM_CHECK(rights::may(book_.world(), caller, done ? rights::Act::satisfy_operator_request : rights::Act::cancel_operator_request));
  OperatorRequestRecord const answered = close(asked, {done ? OperatorState::complete : OperatorState::refused, done ? "the operator says it is done" : "the operator refused"});
  // Saying so proves nothing: what is not done is asked for again (readings.md 16).
  if (done && kind_of(asked.kind).known_at_once) raise({asked.kind, asked.argument1, asked.argument2, asked.request, asked.message});
  if (answered_) answered_(answered);
  return answered;
}

Result<> OperatorRequests::seen(Caller const& caller, std::vector<OperatorRequestId> const& ids) {
  RSM_CHECK(rights::may(book_.world(), caller, rights::Act::satisfy_operator_request));
  for (auto const& id : ids) {
    auto const it = book_.world().operator_requests.find(id);
    if (it == book_.world().operator_requests.end() || it->second.state != OperatorState::submitted) continue;
    OperatorRequestRecord record = it->second;
    record.state = OperatorState::active;
    record.changed = book_.now();
    book_.put(std::move(record), "read " + by_whom(caller));
  }
  return {};
}

std::vector<OperatorRequestRecord> OperatorRequests::open_ones(OperatorKind kind, Guid about) const {
  std::vector<OperatorRequestRecord> found;
  for (auto const& id : book_.questions().naming(about)) {
    auto const& record = book_.world().operator_requests.at(id);
    if (record.kind == kind && record.argument1 == about) found.push_back(record);
  }
  return found;
}

void OperatorRequests::met(OperatorKind kind, Guid about, std::string const& reason) {
  for (auto const& record : open_ones(kind, about)) close(record, {OperatorState::complete, reason});
}

void OperatorRequests::withdraw(OperatorKind kind, Guid about, std::string const& reason) {
  for (auto const& record : open_ones(kind, about)) book_.erase_operator_request(record.id, reason);
}

namespace {

bool is_about_the_arm(OperatorRequestRecord const& record) { return record.argument2 == record.argument1; }

}  // namespace

void OperatorRequests::arm_moves(LibraryId library) {
  for (auto const& record : open_ones(OperatorKind::library_service, library.guid))
    if (is_about_the_arm(record)) close(record, {OperatorState::complete, "its arm moves again"});
}

LibraryId OperatorRequests::where_somebody_was(OperatorRequestRecord const& record) const {
  World const& world = book_.world();
  auto const library_of_medium = [&](Guid id) {
    auto const medium = book_.find_medium(MediumId{id});
    auto const at = medium && *medium ? whereabouts(world, **medium) : std::nullopt;
    return at ? at->library : LibraryId{};
  };
  switch (record.kind) {
    case OperatorKind::slot_wanted:
    case OperatorKind::take_out:
      if (auto const* drive = world.drive(DriveId{record.argument1})) return drive->record.library;
      return {};
    case OperatorKind::library_full:
      return LibraryId{record.argument1};
    case OperatorKind::cartridge_not_taken:
      return library_of_medium(record.argument2);
    case OperatorKind::duplicate_medium:
    case OperatorKind::double_barcode:
      return library_of_medium(record.argument1);
    default:
      return {};
  }
}

OperatorRequestRecord OperatorRequests::close(OperatorRequestRecord record, Ending const& ending) {
  record.state = ending.state;
  record.changed = book_.now();
  book_.put(record, ending.reason);
  tell_ended(record.request);
  return record;
}

void OperatorRequests::tell_ended(RequestId asked_for) {
  if (!ended_ || !asked_for) return;
  loop_.post([this, asked_for, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && !book_.ledger().failed()) ended_(asked_for);
  });
}

// ---- looking whether it is over ----

void OperatorRequests::changed(Event const& event) {
  if (event.type == ObjectType::operator_request || (book_.world().operator_requests.empty() && !look_at_all_)) return;
  changed_.insert(event.object);
  if (event.type == ObjectType::library || event.type == ObjectType::door) look_at_all_ = true;  // of all that is behind it
  look_soon();
}

void OperatorRequests::resume() {
  changed_.clear();
  look_at_all_ = true;
  look_soon();
}

void OperatorRequests::look_soon() {
  if (look_posted_) return;
  look_posted_ = true;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    look_posted_ = false;
    observe();
  });
}

void OperatorRequests::observe() {
  if (book_.ledger().failed()) return;  // resume() looks at everything again
  std::vector<std::pair<OperatorRequestRecord, Ending>> over;
  for (auto const& id : concerned()) {
    auto const& record = book_.world().operator_requests.at(id);
    if (planted(PlantedBug::reason_outlived) || (planted(PlantedBug::read_question_outlives) && record.state == OperatorState::active)) continue;
    if (auto ending = ended(record)) over.emplace_back(record, std::move(*ending));
  }
  changed_.clear();
  look_at_all_ = false;
  for (auto const& [record, ending] : over) close(record, ending);
}

std::optional<OperatorRequests::Ending> OperatorRequests::ended(OperatorRequestRecord const& record) const {
  if (planted(PlantedBug::asked_without_reason) && record.kind == OperatorKind::bring_medium) return Ending{OperatorState::complete, "the medium is in its library"};
  return (this->*kind_of(record.kind).over)(record);
}

// By what has changed. A place for a cartridge depends on all slots, drives and moves of a library.
std::set<OperatorRequestId> OperatorRequests::concerned() const {
  auto const& questions = book_.questions();
  std::set<OperatorRequestId> them;
  auto const add = [&](OpenQuestions::Ids const& ids) { them.insert(ids.begin(), ids.end()); };
  if (look_at_all_)
    for (auto const& [id, record] : book_.world().operator_requests) them.insert(id);
  for (auto const kind : {OperatorKind::slot_wanted, OperatorKind::library_full}) add(questions.of(kind));
  for (auto const& object : changed_) add(questions.naming(object));
  std::erase_if(them, [&](OperatorRequestId id) { return book_.world().operator_requests.at(id).kind == OperatorKind::none; });  // of applications: nothing that is observed ends them
  return them;
}

// ---- the conditions ----

namespace {

OperatorRequests::Ending complete(std::string reason) { return {OperatorState::complete, std::move(reason)}; }

}  // namespace

std::optional<OperatorRequests::Ending> OperatorRequests::never(OperatorRequestRecord const&) const { return std::nullopt; }

std::optional<OperatorRequests::Ending> OperatorRequests::medium_brought(OperatorRequestRecord const& record) const {
  auto const found = book_.find_medium(MediumId{record.argument1});
  if (!found) return std::nullopt;  // the catalog cannot be read: nothing is known
  if (!*found) return complete("the medium is not known any more");
  if (auto const at = whereabouts(book_.world(), **found))
    return complete(name_of(**found) + " is in " + at->element.text() + " of " + book_.world().library(at->library)->record.name);
  LibraryId const into{record.argument2};
  auto const* waits = record.request ? book_.request(record.request) : nullptr;
  auto const* library = book_.world().library(into);
  bool const by_hand = library != nullptr && library->record.type == LibraryType::standalone;  // a person brings the drive, too
  if (by_hand && waits != nullptr && waits->library != into) return complete("it is asked for elsewhere");
  if (auto away = by_hand ? std::nullopt : not_connected(into)) return away;  // whoever still waits is asked for elsewhere
  if (!record.request || waits != nullptr) return std::nullopt;
  auto const ended = book_.find_request(record.request);
  if (!ended) return std::nullopt;
  bool const passed = *ended && (*ended)->state == RequestState::passed;
  return Ending{passed ? OperatorState::complete : OperatorState::refused, "the request that waited for it has ended"};
}

std::optional<OperatorRequests::Ending> OperatorRequests::drive_works(OperatorRequestRecord const& record) const {
  DriveId const id{record.argument1};
  auto const* drive = book_.world().drive(id);
  if (drive == nullptr) return complete("the drive is not known any more");
  if (auto away = not_connected(drive->record.library)) return away;
  if (drive->record.condition.state != OperationalState::ready) return std::nullopt;
  return complete(name_of(book_.world(), id) + " works again");
}

std::optional<OperatorRequests::Ending> OperatorRequests::library_answers(OperatorRequestRecord const& record) const {
  LibraryId const id{record.argument1};
  if (auto away = not_connected(id)) return away;
  if (is_about_the_arm(record)) return std::nullopt;
  auto const& library = *book_.world().library(id);
  bool const door_open = std::ranges::any_of(library.doors, [](auto const& d) { return d.second.state == DoorState::open; });
  if (library.record.condition.state != OperationalState::ready || door_open) return std::nullopt;
  return complete("library " + library.record.name + " answers again");
}

std::optional<OperatorRequests::Ending> OperatorRequests::slot_found(OperatorRequestRecord const& record) const {
  DriveId const id{record.argument1};
  auto const* drive = book_.world().drive(id);
  if (drive == nullptr) return complete("the drive is not known any more");
  if (auto away = not_connected(drive->record.library)) return away;
  MediumId const wanted{record.argument2};
  auto const found = book_.find_medium(wanted);
  if (!found) return std::nullopt;
  if (!*found || drive->hot.medium != wanted) return complete((*found ? name_of(**found) : std::string("the cartridge")) + " is out of " + name_of(book_.world(), id));
  if (drive->hot.state == DriveState::loaded) return complete(name_of(**found) + " is mounted in " + name_of(book_.world(), id) + " again");
  if (!has_to_leave(*drive, record.request)) return Ending{OperatorState::refused, "nobody wants it out of " + name_of(book_.world(), id) + " any more"};
  auto const slot = slot_for_(drive->record.library, **found);
  if (!slot) return std::nullopt;
  return complete(slot->text() + " is free for " + name_of(**found));
}

// What is idle may stay, unless somebody wants it elsewhere, or the drive.
bool OperatorRequests::has_to_leave(DriveEntry const& drive, RequestId asked_for) const {
  if (drive.hot.state != DriveState::dismountable || !drive.record.enabled || book_.request(asked_for) != nullptr) return true;
  return std::ranges::any_of(book_.open_requests_of(drive.hot.medium), [this](RequestId id) {
    auto const* request = book_.request(id);
    bool const moves = request->operation == Operation::dismount || request->operation == Operation::eject || request->operation == Operation::transfer;
    return moves && request->state != RequestState::deferred;
  });
}

std::optional<OperatorRequests::Ending> OperatorRequests::room_made(OperatorRequestRecord const& record) const {
  LibraryId const id{record.argument1};
  if (auto away = not_connected(id)) return away;
  auto const& ports = book_.world().library(id)->ports;
  auto const port = std::ranges::find_if(ports, [&](auto const& p) { return p.second.id.guid == record.argument2; });
  if (port == ports.end()) return complete("the port is not known any more");
  Element const here{ElementKind::port, port->first};
  if (port->second.content == PortContent::empty) return complete(here.text() + " is empty");
  auto const inside = book_.find_medium(port->second.medium);
  if (!inside) return std::nullopt;
  auto const slot = slot_for_(id, inside->value_or(MediumRecord{}));
  if (!slot) return std::nullopt;
  return complete(slot->text() + " is free (rsm library inject)");
}

std::optional<OperatorRequests::Ending> OperatorRequests::duplicate_settled(OperatorRequestRecord const& record) const {
  auto const found = book_.find_medium(MediumId{record.argument1});
  if (!found) return std::nullopt;
  if (!*found) return complete("the medium is not known any more");
  if (!whereabouts(book_.world(), **found)) return complete(name_of(**found) + " has left the library");
  if ((*found)->enabled) return complete(name_of(**found) + " was enabled");
  return std::nullopt;
}

std::optional<OperatorRequests::Ending> OperatorRequests::port_cleared(OperatorRequestRecord const& record) const {
  for (auto const& [id, library] : book_.world().libraries)
    for (auto const& [number, port] : library.ports) {
      if (port.id.guid != record.argument1) continue;
      Element const here{ElementKind::port, number};
      if (auto away = not_connected(id)) return away;
      if (port.content == PortContent::empty) return complete(here.text() + " is empty");
      if (has_ended(record.request)) return Ending{OperatorState::refused, "the request that waited for it has ended"};
      MediumId const left{record.argument2};
      if (left && port.medium && port.medium != left) return complete("another cartridge is in " + here.text());
      return std::nullopt;
    }
  return complete("the port is not known any more");
}

std::optional<OperatorRequests::Ending> OperatorRequests::barcodes_differ(OperatorRequestRecord const& record) const {
  auto const one = book_.find_medium(MediumId{record.argument1}), other = book_.find_medium(MediumId{record.argument2});
  if (!one || !other) return std::nullopt;
  for (auto const& medium : {*one, *other}) {
    if (!medium) return complete("one of the two media is not known any more");
    if (!whereabouts(book_.world(), *medium)) return complete(name_of(*medium) + " has left the library");
  }
  if ((*one)->barcode == (*other)->barcode && !(*one)->barcode.empty()) return std::nullopt;
  return complete("their bar codes differ now");
}

std::optional<OperatorRequests::Ending> OperatorRequests::taken_out(OperatorRequestRecord const& record) const {
  DriveId const id{record.argument1};
  auto const* drive = book_.world().drive(id);
  if (drive == nullptr) return complete("the drive is not known any more");
  if (auto away = not_connected(drive->record.library)) return away;
  if (drive->hot.medium != MediumId{record.argument2}) return complete("it is out of " + name_of(book_.world(), id));
  if (!has_ended(record.request)) return std::nullopt;
  return Ending{OperatorState::refused, "the request that waited for it has ended"};
}

std::optional<OperatorRequests::Ending> OperatorRequests::cartridge_works(OperatorRequestRecord const& record) const {
  auto const found = book_.find_medium(MediumId{record.argument1});
  if (!found) return std::nullopt;
  if (!*found) return complete("the medium is not known any more");
  if (!whereabouts(book_.world(), **found)) return complete(name_of(**found) + " has left the library");
  if (!(*found)->enabled) return complete(name_of(**found) + " was disabled");
  if ((*found)->trouble.empty()) return complete(name_of(**found) + " can be used again");
  return std::nullopt;
}

// Whether media have come, and who waits for them, the allocations know.
std::optional<OperatorRequests::Ending> OperatorRequests::pool_gone(OperatorRequestRecord const& record) const {
  if (book_.world().pools.contains(PoolId{record.argument1})) return std::nullopt;
  return complete("the pool is not known any more");
}

// By a cleaning cartridge of the library; whether a person has cleaned it only they know.
std::optional<OperatorRequests::Ending> OperatorRequests::drive_cleaned(OperatorRequestRecord const& record) const {
  auto const* drive = book_.world().drive(DriveId{record.argument1});
  if (drive == nullptr) return complete("the drive is not known any more");
  if (drive->record.last_cleaned && *drive->record.last_cleaned >= record.submitted) return complete(name_of(book_.world(), drive->record.id) + " was cleaned");
  return not_connected(drive->record.library);
}

std::optional<OperatorRequests::Ending> OperatorRequests::cleaner_there(OperatorRequestRecord const& record) const {
  LibraryId const id{record.argument1};
  if (auto away = not_connected(id)) return away;
  if (has_ended(record.request)) return Ending{OperatorState::refused, "the request that waited for it has ended"};
  auto const& library = book_.world().library(id)->record;
  auto const cleaner = book_.find_medium(library.cleaner);
  if (!cleaner || !*cleaner || library.cleaner_uses == 0) return std::nullopt;
  auto const at = whereabouts(book_.world(), **cleaner);
  if (!at || at->library != id || at->element.kind == ElementKind::port) return std::nullopt;  // from a port it has to be put in
  return complete(name_of(**cleaner) + " is in library " + library.name);
}

std::optional<OperatorRequests::Ending> OperatorRequests::door_shut(OperatorRequestRecord const& record) const {
  for (auto const& [id, library] : book_.world().libraries)
    for (auto const& [number, door] : library.doors) {
      if (door.id.guid != record.argument1) continue;
      if (auto away = not_connected(id)) return away;
      if (door.state == DoorState::open) return std::nullopt;
      return complete("the door is closed");
    }
  return complete("the door is not known any more");
}

// Nobody can do anything for a library that is not configured any more.
std::optional<OperatorRequests::Ending> OperatorRequests::not_connected(LibraryId id) const {
  auto const* library = book_.world().library(id);
  if (library == nullptr) return complete("the library is not known any more");
  if (library->record.condition.state != OperationalState::not_present) return std::nullopt;
  return complete("library " + library->record.name + " is not connected any more");
}

}  // namespace rsm
