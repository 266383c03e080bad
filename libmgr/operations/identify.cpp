#include "libmgr/operations/identify.hpp"

#include <algorithm>
#include <set>

#include "libmgr/base/planted.hpp"
#include "libmgr/identity/judgement.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/model/media_types.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/mount.hpp"
#include "libmgr/operations/spare_drives.hpp"
#include "libmgr/operations/write_scratch.hpp"

namespace rsm::operations {
namespace {

// It bears no label, and a drive that loads it is cleaned with it.
bool is_cleaner(World const& world, MediumRecord const& medium) {
  if (planted(PlantedBug::cleaner_loaded)) return false;
  auto const type = world.media_types.find(medium.type);
  return type != world.media_types.end() && type->second.code == media_type_code::cleaner;
}

}  // namespace

Result<Records> check(Desk const& desk, Who const& who, IdentifyCall const& call) {
  for (auto const& [id, entry] : desk.world().libraries) {
    auto const found = std::ranges::find_if(entry.slots, [&](auto const& slot) { return slot.second.id == call.slot; });
    if (found == entry.slots.end()) continue;
    RSM_TRY(auto const* library, library_for_control(desk, id, Errc::resource_disabled));
    std::string const name = "slot " + std::to_string(found->first) + " of library " + library->record.name;
    RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::identify_slot, id));
    RSM_TRY(auto const* inside, desk.book.medium(found->second.medium));
    if (inside == nullptr || is_cleaner(desk.world(), *inside)) return Records{};  // nothing is read
    RequestRecord r = blank(desk, who, call.key, Operation::classify);
    r.library = id;
    r.medium = found->second.medium;
    r.reason = "what is in " + name + " is to be identified";
    return Records{std::move(r)};
  }
  return fail(Errc::object_not_found, "slot " + call.slot.text(), "there is none");
}

}  // namespace rsm::operations

namespace rsm::operations::identify {
namespace {

bool unknown(MediumRecord const& m) {
  return std::ranges::any_of(m.sides, [](Side const& s) { return s.state == SideState::unknown || s.state == SideState::incompatible; });
}

bool in_use(Library const& library, MediumId medium) {
  auto const* in = library.belief().drive_of(medium);
  return in != nullptr && in->hot.state == DriveState::loaded;
}

std::vector<MediumRecord> records(Library& library, Result<std::vector<MediumId>> const& ids) {
  std::vector<MediumRecord> found;
  if (!ids) return found;
  for (auto const& id : *ids)
    if (auto record = library.book().find_medium(id); record && *record) found.push_back(std::move(**record));
  return found;
}

}  // namespace

identity::Catalog catalog_of(Library& library) {
  return {.library = library.id(),
          .with_barcode = [&library](std::string const& code) { return records(library, library.book().media_by_barcode(code)); },
          .with_label = [&library](Omid const& label) { return records(library, library.book().media_by_label(label)); },
          .connected =
              [&library](LibraryId id) {
                auto const* entry = library.world().library(id);
                return entry != nullptr && entry->record.condition.state != OperationalState::not_present;
              },
          .verified = [&library](MediumId id) { return library.verified(id) || in_use(library, id); },
          .barcode_seen =
              [&library](MediumRecord const& medium) {
                auto const* in = std::get_if<InElement>(&medium.place);
                if (in == nullptr) return std::string{};
                return in->library == library.id() ? library.barcode_seen(medium) : medium.barcode;
              },
          .doubled = [&library](std::string const& code) { return library.doubled(code); },
          .read_only =
              [&library](MediaTypeId id) {
                auto const type = library.world().media_types.find(id);
                return type != library.world().media_types.end() && type->second.read_write == ReadWrite::read_only;
              }};
}

void doubles_seen(Library& library, std::vector<identity::Double> const& doubles) {
  std::set<std::string> codes;
  for (auto const& twice : doubles) {
    codes.insert(twice.barcode);
    if (twice.elements.size() < 2) continue;
    MediumId const one = library.belief().medium_at(twice.elements.front()), other = library.belief().medium_at(twice.elements.back());
    library.people().raise({OperatorKind::double_barcode, one.guid, other.guid, {}, twice.reason});
  }
  library.set_doubled(std::move(codes));
}

// ---- asking

bool ask(Library& library, MediumId id, Operation operation, std::string const& reason) {
  auto const* m = library.belief().medium(id);
  if (m == nullptr || is_cleaner(library.world(), *m)) return false;
  for (auto const& open_id : library.book().open_requests_of(id)) {
    auto const op = library.book().request(open_id)->operation;
    if (op == Operation::classify || op == Operation::process_omid) return false;
  }
  RequestRecord r = blank(library.book(), library.id(), operation, reason);
  r.medium = id;
  library.book().add(r);
  library.evaluate_soon();
  return true;
}

void ask_if_unknown(Library& library, MediumId id, std::string const& reason) {
  auto const* m = library.belief().medium(id);
  if (m != nullptr && unknown(*m)) ask(library, id, Operation::classify, reason);
}

bool contested(Library& library, MediumRecord const& medium) { return identity::contested(medium, catalog_of(library)); }

bool is_read_first(Library& library, MediumRecord const& medium) {
  bool const asked = std::ranges::any_of(library.book().open_requests_of(medium.id), [&](RequestId r) { return library.book().request(r)->operation == Operation::process_omid; });
  if (!asked || !contested(library, medium)) return false;
  return std::ranges::any_of(library.belief().entry().drives, [&](auto const& drive) { return library.world().usable(library.belief().drive(drive.second)); });
}

bool ask_for_inventory(Library& library, MediumId id, bool full) {
  auto const* m = library.belief().medium(id);
  if (m == nullptr || is_cleaner(library.world(), *m) || (!full && !unknown(*m))) return false;
  ask(library, id, unknown(*m) ? Operation::classify : Operation::process_omid, "inventory");
  return true;
}

// ---- starting

namespace {

void begin(Library& library, RequestRecord const& r, DriveId drive) {
  RequestRecord with_drive = r;
  with_drive.drive = drive;
  library.book().update(with_drive);
  library.drives().begin(drive, {.what = {.task = machine::DriveTask::identify, .request = r.id, .medium = r.medium}});
}

// In a stand-alone drive: nobody can bring it anywhere else.
void where_it_is(Library& library, RequestRecord const& r, std::string const& name, DriveEntry const& in) {
  DriveId const id = in.record.id;
  std::string const where = name + " is in " + library.belief().drive_name(id);
  if (in.hot.state == DriveState::loaded) return library.waits_for(r.id, where + " and in use; it is left alone");
  if (!library.world().usable(in)) return library.waits_for(r.id, where + ": " + in.record.condition.reason);
  if (!library.drives().free(id)) return library.waits_for(r.id, where + ", which is at work");
  begin(library, r, id);
}

void look_at(Library& library, RequestRecord const& r, bool wanted) {
  auto const* m = library.belief().medium(r.medium);
  auto const at = m == nullptr ? std::nullopt : library.belief().place_of(r.medium);
  if (!at) return finish(library, r.id, {RequestState::invalid, Errc::invalid_media, "the medium is not in the library any more"});
  std::string const name = name_of(*m);
  if (is_cleaner(library.world(), *m)) return finish(library, r.id, {RequestState::passed, Errc::success, name + " is a cleaning cartridge: nothing is read"});
  if (auto const busy = library.busy_with(r.medium)) return library.waits_for(r.id, name + " is in use: " + *busy);
  if (auto const* in = library.belief().drive_of(r.medium); in != nullptr && library.by_hand()) return where_it_is(library, r, name, *in);
  if (auto const* in = library.belief().drive_of(r.medium); in != nullptr) {
    bool const first_side_up = in->hot.side == m->sides.front().id;
    if (in->hot.request == r.id && first_side_up && library.world().awaited(in->hot) && library.world().usable(*in) && library.drives().free(in->record.id))
      return library.drives().begin(in->record.id, {.what = {.task = machine::DriveTask::identify, .request = r.id, .medium = r.medium}});
    library.waits_for(r.id, name + " is in " + library.belief().drive_name(in->record.id) + (in_use(library, r.medium) ? " and in use; it is left alone" : ""));
    bool const ready = in->record.condition.state == OperationalState::ready;
    if (ready && in->hot.state == DriveState::dismountable && in->hot.session.is_zero()) dismount::put_away(library, in->record.id, {}, "it is to be identified", {}, r.id);
    return;
  }
  if (!wanted && library.call_waits()) return library.waits_for(r.id, "a call of several media waits for the drives first");
  if (at->kind != ElementKind::slot) return library.waits_for(r.id, name + " is in " + at->text() + "; it is identified when it has a slot");
  DriveId const drive = spare_drive(library, r.id);
  if (!drive) {
    make_room(library, wanted, r.id, "the drive is wanted to identify a cartridge");
    return library.waits_for(r.id, "waits for an empty drive");
  }
  begin(library, r, drive);
}

// The first mount that waits for it: by priority, then by age; nothing: none does.
std::optional<std::pair<int, std::uint64_t>> wanted_by(Library const& library, MediumId medium) {
  std::optional<std::pair<int, std::uint64_t>> first;
  for (auto const& id : library.book().open_requests_of(medium)) {
    auto const* r = library.book().request(id);
    if (r->operation != Operation::mount) continue;
    std::pair const rank{-r->priority, r->sequence};
    if (!first || rank < *first) first = rank;
  }
  return first;
}

}  // namespace

void evaluate(Library& library) {
  std::vector<std::pair<std::optional<std::pair<int, std::uint64_t>>, RequestRecord>> waiting;
  for (auto operation : {Operation::process_omid, Operation::classify})
    for (auto const* request : library.open(operation))
      if (!library.drives().work_for(request->id)) waiting.emplace_back(wanted_by(library, request->medium), *request);
  std::ranges::stable_sort(waiting, {}, [](auto const& w) { return std::pair(!w.first, w.first); });
  for (auto const& [wanted, request] : waiting)
    if (library.book().request(request.id) != nullptr) look_at(library, request, wanted.has_value());
}

// ---- verdicts

namespace {

// What holds `from` holds `to` from now on: the record of the place has changed, not the cartridge.
void hold_instead(Library& library, Place const& place, MediumRecord const& from, MediumRecord const& to, std::string const& reason) {
  auto const* in = std::get_if<InElement>(&place);
  auto const* holder = in == nullptr ? nullptr : library.world().library(in->library);
  if (holder == nullptr) return;
  if (in->library == library.id()) library.saw_barcode(to.id, library.barcode_seen(from));
  auto& book = library.book();
  auto const& entry = *holder;  // perhaps another library: what was read here can decide about a cartridge there
  if (in->element.kind == ElementKind::slot) {
    SlotRecord slot = entry.slots.at(in->element.number);
    slot.medium = to.id;
    book.put(slot, reason);
  } else if (in->element.kind == ElementKind::port) {
    PortRecord port = entry.ports.at(in->element.number);
    port.medium = to.id;
    book.put(port, reason);
  } else if (in->element.kind == ElementKind::drive) {
    DriveHot hot = library.belief().drive(entry.drives.at(in->element.number)).hot;
    auto const* side = from.side(hot.side);
    hot.medium = to.id;
    hot.side = side != nullptr && side->number < to.sides.size() ? to.sides[side->number].id : SideId{};
    hot.reason = reason;
    book.put(hot);
  }
}

MediumRecord blank_record(Library& library, MediumRecord const& like, std::string const& barcode) {
  MediumRecord m;
  m.id = library.book().make_id<MediumId>();
  m.created = library.now();
  m.type = like.type;
  m.barcode = barcode;
  m.sequence_number = std::to_string(library.book().next_media_number());
  m.name = barcode.empty() ? m.sequence_number : barcode;
  m.library = library.id();
  m.place = like.place;
  m.home_slot = like.home_slot;
  m.pool = library.absorber().system_pool(PoolType::foreign, m.type);
  for (auto const& side : like.sides) {
    Side blank;
    blank.id = library.book().make_id<SideId>();
    blank.number = side.number;
    m.sides.push_back(blank);
  }
  return m;
}

bool look_next(Library& library, std::vector<MediumId> const& media, std::string const& reason) {
  bool asked = false;
  for (auto const& id : media)
    if (library.belief().place_of(id)) asked = ask(library, id, Operation::process_omid, reason) || asked;
  return asked;
}

// Writes one verdict down. Gives the media that it has changed.
std::vector<MediumId> record(Library& library, MediumRecord const& of_place, identity::Labels const& labels, identity::Verdict verdict, RequestId request) {
  if (planted(PlantedBug::copy_becomes_original) && verdict.who == identity::Who::duplicate && verdict.other) verdict.who = identity::Who::known;
  auto& book = library.book();
  std::vector<MediumId> changed{of_place.id};
  if (verdict.exchange) {
    if (auto const* m = library.belief().medium(verdict.exchange->medium)) {
      MediumRecord other = *m;
      if (other.name == other.barcode && !verdict.exchange->barcode.empty()) other.name = verdict.exchange->barcode;
      other.barcode = verdict.exchange->barcode;
      book.put(other, "the bar-code stickers were exchanged: " + verdict.reason, request);
      changed.push_back(other.id);
    }
  }
  if (verdict.who == identity::Who::known) {
    auto const* known = library.belief().medium(verdict.other);
    if (known == nullptr) return changed;
    MediumRecord const before = *known;
    MediumRecord const after = identity::merged(before, of_place, labels, verdict);
    library.belief().leave(before.id);
    for (auto const& open : book.open_requests_of(of_place.id))
      if (open != request) finish(library, open, {RequestState::invalid, Errc::invalid_media, "the medium is " + name_of(before)});
    hold_instead(library, of_place.place, of_place, after, verdict.reason);
    book.erase_medium(of_place.id, "it is " + name_of(before), request, before.id);
    book.put(after, verdict.reason, request);
    library.verify(after.id);
    write_scratch::arrived(library, after.id);
    changed.push_back(after.id);
    return changed;
  }
  MediumRecord after = identity::as_judged(of_place, labels, verdict);
  if (verdict.pool) after.pool = library.absorber().system_pool(*verdict.pool, after.type);
  bool const turned_over = !after.sides.empty() && after.sides.front().id != of_place.sides.front().id;
  if (turned_over) hold_instead(library, of_place.place, of_place, after, verdict.reason);
  book.put(after, verdict.reason, request);
  library.verify(after.id);
  if (verdict.who == identity::Who::duplicate && !verdict.tell.empty())
    library.people().raise({OperatorKind::duplicate_medium, after.id.guid, verdict.other.guid, {}, verdict.tell});
  look_next(library, verdict.look_at, "another cartridge bears its label");
  return changed;
}

// A verdict is not kept when its ground has gone: asked until nothing more follows. True: a cartridge has to be read first, and nobody was
// about to.
bool reconsider(Library& library, std::vector<MediumId> changed, MediumRecord const* erased = nullptr) {
  constexpr unsigned rounds_max = 64;  // each resolves one cartridge
  std::vector<MediumId> look_at;
  auto const catalog = catalog_of(library);
  for (unsigned round = 0; round < rounds_max; ++round) {
    auto known = records(library, changed);
    if (erased != nullptr) known.push_back(*erased);
    auto unsettled = identity::concerned(known, catalog);
    // What is in use is left alone; it is judged when it is in its slot again.
    std::erase_if(unsettled, [&](MediumRecord const& m) { return (erased != nullptr && m.id == erased->id) || in_use(library, m.id); });
    auto const next = identity::reconsider(unsettled, catalog);
    look_at = next.look_at;
    if (!next.next) break;
    auto const* m = library.belief().medium(next.next->record);
    if (m == nullptr) break;
    MediumRecord const stranger = *m;
    for (auto const& id : record(library, stranger, identity::recorded_labels(stranger), next.next->verdict, {}))
      if (std::ranges::find(changed, id) == changed.end()) changed.push_back(id);
  }
  return look_next(library, look_at, "another cartridge bears its label");
}

// What was read of a cartridge is judged and written down. The outcome of the request that read it.
Outcome settle(Library& library, identity::Reading const& reading, RequestId request) {
  auto judgement = identity::judge(reading, catalog_of(library));
  if (!judgement.displaced.empty() && judgement.verdict.other) {
    // Somebody has exchanged cartridges unseen: what was read in the place of the other one before says nothing any more.
    library.doubt_label(judgement.verdict.other);
    judgement = identity::judge(reading, catalog_of(library));
  }
  if (!reading.note.empty()) judgement.verdict.reason += ": " + reading.note;
  MediumRecord of_place = reading.record;
  Outcome outcome{RequestState::passed, Errc::success, judgement.verdict.reason};
  std::vector<MediumId> changed{reading.record.id};
  if (!judgement.displaced.empty()) {
    outcome = {RequestState::failed, Errc::unexpected_omid, judgement.displaced};
    MediumRecord const stranger = blank_record(library, reading.record, judgement.verdict.barcode);
    library.book().put(identity::displaced(reading.record, judgement.displaced), judgement.displaced, request);
    library.book().put(stranger, "found in the place of " + name_of(reading.record), {}, EventKind::insert);
    hold_instead(library, stranger.place, reading.record, stranger, judgement.displaced);
    of_place = stranger;
  }
  of_place.learn(reading.cartridge);
  // It ends first: what follows may end the other requests of this cartridge.
  library.book().finish(request, outcome);
  for (auto const& id : record(library, of_place, reading.labels, judgement.verdict, request)) changed.push_back(id);
  reconsider(library, std::move(changed));
  return outcome;
}

}  // namespace

void labels_read(Library& library, RequestId request, MediumId id, machine::LabelsRead const& read) {
  auto const* m = library.belief().medium(id);
  if (m == nullptr) return finish(library, request, {RequestState::invalid, Errc::invalid_media, "the medium is gone"});
  identity::Reading reading{.record = *m, .barcode = library.barcode_seen(*m), .labels = {}, .used = false, .note = read.note, .cartridge = read.cartridge};
  for (auto const& [side_id, label] : read.labels)
    if (auto const* side = m->side(side_id)) reading.labels[side->number] = label;
  settle(library, reading, request);
  library.evaluate_soon();
}

namespace {

constexpr char const* not_identified = "could not be identified: ";

// Who waits for a cartridge that is not known would have it looked at again and again, and before all others.
void end_mounts_of(Library& library, MediumId id, Error const& error) {
  auto const open = library.book().open_requests_of(id);
  for (auto const& request : open) {
    auto const* m = library.belief().medium(id);
    auto const* r = library.book().request(request);
    auto const* side = m == nullptr || r == nullptr || r->operation != Operation::mount ? nullptr : m->side(r->side);
    if (side != nullptr && side->state == SideState::unknown && !side->omid)
      finish(library, request, {RequestState::failed, error.code, name_of(*m) + " could not be identified: " + error.sentence()});
  }
}

}  // namespace

bool could_not_be_read(MediumRecord const& medium) { return medium.trouble.starts_with(not_identified); }

void have_looked_after(Library& library, MediumRecord const& troubled) {
  if (!troubled.enabled || troubled.offline()) return;
  std::string const where = "; look at it, or take it out of library " + library.belief().name() + " (rsm media eject)";
  library.people().raise({OperatorKind::bad_cartridge, troubled.id.guid, {}, {}, name_of(troubled) + ": " + troubled.trouble + where});
}

void looked_after(Library& library, MediumId medium) {
  if (!library.belief().place_of(medium)) return;
  ask_if_unknown(library, medium, "the operator has looked at it");
  if (auto const* m = library.belief().medium(medium); m != nullptr && could_not_be_read(*m)) ask(library, medium, Operation::process_omid, "the operator has looked at it");
  write_scratch::looked_after(library, medium);
}

void failed(Library& library, DriveId drive, RequestId request, MediumId id, Error const& error) {
  bool const silent = error.code == Errc::timeout || error.code == Errc::device_not_available;
  auto& tries = library.tries(request);
  if (silent ? tries.unanswered_left() : tries.left()) {
    ++(silent ? tries.unanswered : tries.failed);
    tries.in.insert(drive);
    return library.book().set_state(request, RequestState::waiting, error.sentence());
  }
  if (auto const* m = library.belief().medium(id); m != nullptr && !m->offline()) {  // who has left meanwhile is not to blame
    MediumRecord troubled = *m;
    troubled.trouble = not_identified + error.sentence();
    for (auto& side : troubled.sides)
      if (side.state == SideState::unknown && error.code == Errc::unable_to_load_medium) side.state = SideState::incompatible;
    library.book().put(troubled, troubled.trouble, request);
    have_looked_after(library, troubled);
  }
  finish(library, request, {RequestState::failed, error.code, error.sentence()});
  end_mounts_of(library, id, error);
}

void unexpected_label(Library& library, DriveId drive, machine::Drive const& work) {
  library.doubt_label(work.medium());
  if (work.task() == machine::DriveTask::mount && !library.belief().entry().record.auto_recovery) return;
  MediumId const medium = work.medium() ? work.medium() : library.belief().drive(drive).hot.medium;
  ask(library, medium, Operation::process_omid, "its label was not the expected one");
}

void judge_again(Library& library, identity::Placement const& placement) {
  std::vector<MediumId> unsettled;
  for (auto const& found : placement.found)
    if (auto const* m = found.medium ? library.belief().medium(found.medium) : nullptr; m != nullptr && identity::standing(*m) != identity::Standing::settled && !identity::recorded_labels(*m).empty())
      unsettled.push_back(m->id);
  if (!unsettled.empty()) reconsider(library, std::move(unsettled));
}

bool decide(Library& library, MediumId medium) { return reconsider(library, {medium}); }

void has_left(Library& library, MediumRecord const& medium) { reconsider(library, {}, &medium); }

// One that could not be read comes home from each try, and would be tried for ever: a person looks at it first.
void at_home(Library& library, MediumId medium) {
  auto const* m = library.belief().medium(medium);
  if (m != nullptr && !could_not_be_read(*m) && identity::standing(*m) != identity::Standing::settled && !identity::recorded_labels(*m).empty()) decide(library, medium);
}

void label_changed(Library& library, MediumId id, SideId side_id, std::optional<Omid> const& found) {
  auto const* m = library.belief().medium(id);
  auto const* side = m == nullptr ? nullptr : m->side(side_id);
  if (side == nullptr) return;
  identity::Reading reading{.record = *m, .barcode = library.barcode_seen(*m), .labels = {{side->number, found}}, .used = true, .note = {}};
  settle(library, reading, {});
}

}  // namespace rsm::operations::identify
