#include "libmgr/operations/write_scratch.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/free_label.hpp"
#include "libmgr/domain/side_transitions.hpp"
#include "libmgr/identity/overwriting.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/spare_drives.hpp"
#include "libmgr/pools/labels_wanted.hpp"

namespace rsm::operations::write_scratch {
namespace {

// What the trouble of a medium says whose label could not be written.
constexpr char const* not_written = "the label of a free medium could not be written: ";

bool is_looked_at_first(Library const& library, MediumId medium) {
  return std::ranges::any_of(library.book().open_requests_of(medium), [&](RequestId id) {
    auto const operation = library.book().request(id)->operation;
    return operation == Operation::classify || operation == Operation::process_omid;
  });
}

void begin(Library& library, RequestRecord const& r, Side const& side, DriveId drive) {
  RequestRecord with_drive = r;
  with_drive.drive = drive;
  library.book().update(with_drive);
  Omid const label = free_label_to_write(side.omid, library.book().make_guid());
  library.drives().begin(drive, {.what = {.task = machine::DriveTask::label, .request = r.id, .medium = r.medium, .side = r.side, .reason = {}, .label = label}});
}

DriveId drive_for(Library const& library, RequestRecord const& r) {
  if (!r.specific_drive) return spare_drive(library, r.id);
  auto const* d = library.world().drive(r.drive);
  bool const takes_it = d != nullptr && library.world().usable(*d) && library.drives().free(r.drive) && d->hot.state == DriveState::dismounted && !d->hot.medium;
  return takes_it ? r.drive : DriveId{};
}

void in_its_drive(Library& library, RequestRecord const& r, Side const& side, std::string const& name, DriveEntry const& in) {
  DriveId const id = in.record.id;
  std::string const where = name + " is in " + library.belief().drive_name(id);
  if (in.hot.state == DriveState::loaded) return library.waits_for(r.id, where + " and in use; it is left alone");
  bool const usable = library.world().usable(in) && library.drives().free(id);
  bool const brought_for_it = in.hot.request == r.id && library.world().awaited(in.hot);
  if (usable && (library.by_hand() || brought_for_it)) return begin(library, r, side, id);
  library.waits_for(r.id, where);
  if (!library.by_hand() && in.record.condition.state == OperationalState::ready && in.hot.state == DriveState::dismountable && in.hot.session.is_zero())
    dismount::put_away(library, id, {}, "its free label is to be written", {}, r.id);
}

// Until its medium comes into a library (arrived).
void wait_on_the_shelf(Library& library, RequestRecord r, std::string const& name) {
  r.library = library.world().offline_library;
  r.drive = {};
  r.specific_drive = false;
  library.book().update(r);
  library.book().set_state(r.id, RequestState::waiting, name + " is in no library now; its label is written when it comes into one");
}

// False: there is no drive for any that lies in a slot.
bool look_at(Library& library, RequestRecord const& r) {
  auto const* m = library.belief().medium(r.medium);
  auto const* side = m == nullptr ? nullptr : m->side(r.side);
  if (side == nullptr) return finish(library, r.id, {RequestState::invalid, Errc::invalid_media, "the medium is not known any more"}), true;
  std::string const name = name_of(*m, r.side);
  if (side->state != SideState::unprepared) return finish(library, r.id, {RequestState::invalid, Errc::invalid_state, name + " is " + word(side->state) + " and waits for no label"}), true;
  auto const wait = [&](std::string const& why) { return library.waits_for(r.id, why), true; };
  auto const at = library.belief().place_of(r.medium);
  if (!at) return wait_on_the_shelf(library, r, name), true;
  if (!m->enabled) return wait(name + " is disabled");
  if (auto const busy = library.busy_with(r.medium)) return wait(name + " is in use: " + *busy);
  if (is_looked_at_first(library, r.medium)) return wait(name + " is identified first");
  if (auto const* in = library.belief().drive_of(r.medium); in != nullptr) return in_its_drive(library, r, *side, name, *in), true;
  if (library.call_waits()) return wait("a call of several media waits for the drives first");
  if (at->kind != ElementKind::slot) return wait(name + " is in " + at->text() + "; its label is written when it has a slot");
  DriveId const drive = drive_for(library, r);
  if (drive) return begin(library, r, *side, drive), true;
  make_room(library, false, r.id, "the drive is wanted to write the label of a free medium");
  wait(r.specific_drive ? "waits for " + library.belief().drive_name(r.drive) + " to be empty" : "waits for an empty drive");
  return r.specific_drive;
}

}  // namespace

void evaluate(Library& library) {
  auto const& open = library.book().requests_of(library.id(), Operation::write_scratch);
  for (auto next = open.begin(); next != open.end();) {
    auto const [age, id] = *next;
    if (!library.drives().work_for(id) && !look_at(library, RequestRecord(*library.book().request(id)))) return;  // nobody behind it gets a drive either
    next = open.upper_bound(age);  // it may have ended, or waits elsewhere now
  }
}

Result<> may_overwrite(Library& library, MediumId medium, SideId id, std::optional<Omid> const& found) {
  auto const* m = library.belief().medium(medium);
  auto const* side = m == nullptr ? nullptr : m->side(id);
  if (side == nullptr) return fail(Errc::invalid_media, "medium " + medium.text(), "it is not known any more");
  return identity::may_be_overwritten(*m, *side, found, identify::catalog_of(library));
}

void decided(Library& library, RequestId request, MediumId medium, SideId id, Omid const& label) {
  auto const* found = library.belief().medium(medium);
  if (found == nullptr) return;
  MediumRecord m = *found;
  Side* side = m.side(id);
  if (side == nullptr || side->state != SideState::unprepared) return;
  side->omid = label;
  if (planted(PlantedBug::available_unlabelled)) side->state = SideState::available;
  library.book().put(m, "the label of a free medium is about to be written", request);
}

void labelled(Library& library, RequestId request, MediumId medium, SideId id, machine::LabelWritten const& written) {
  auto const* found = library.belief().medium(medium);
  if (found == nullptr) return;
  MediumRecord m = *found;
  Side* side = m.side(id);
  auto const next = side == nullptr ? std::unexpected(Error{Errc::invalid_media}) : after(side->state, SideStep::label_written, name_of(m, id));
  if (next) {
    side->state = *next;
    side->omid = written.label;
    if (m.trouble.starts_with(not_written)) m.trouble.clear();
    std::string const reason = "the label of a free medium was written" + (written.note.empty() ? std::string() : "; " + written.note);
    library.book().put(m, reason, request);
    library.verify(medium);
    library.book().note_done(ObjectType::pool, m.pool.guid, name_of(m, id) + ": " + reason);
  }
  if (library.book().request(request) != nullptr) finish(library, request, {RequestState::passed, Errc::success, name_of(m, id) + " has the label of a free medium"});
  library.evaluate_soon();
}

void failed(Library& library, DriveId drive, RequestId request, MediumId medium, Error const& error) {
  if (library.book().request(request) == nullptr) return;
  bool const silent = error.code == Errc::timeout || error.code == Errc::device_not_available;
  bool const final = error.code == Errc::write_protect || error.code == Errc::not_supported || error.code == Errc::invalid_state;
  auto& tries = library.tries(request);
  if (!final && (silent ? tries.unanswered_left() : tries.left())) {
    ++(silent ? tries.unanswered : tries.failed);
    tries.in.insert(drive);
    library.book().set_state(request, RequestState::waiting, error.sentence());
    return library.evaluate_soon();
  }
  if (auto const* found = library.belief().medium(medium)) {
    MediumRecord troubled = *found;
    troubled.trouble = not_written + error.sentence();
    library.book().put(troubled, troubled.trouble, request);
    identify::have_looked_after(library, troubled);
  }
  finish(library, request, {RequestState::failed, error.code, error.sentence()});
}

void arrived(Library& library, MediumId medium) {
  auto const* m = library.belief().medium(medium);
  if (m == nullptr || std::ranges::none_of(m->sides, [](Side const& side) { return side.state == SideState::unprepared; })) return;
  for (auto const& id : library.book().open_requests_of(medium)) {
    RequestRecord r = *library.book().request(id);
    if (r.operation != Operation::write_scratch || r.library == library.id()) continue;
    r.library = library.id();
    r.drive = {};
    r.specific_drive = false;
    library.book().update(r);
    library.book().set_state(id, RequestState::waiting, name_of(*m) + " has come into library " + library.belief().name());
  }
  pools::ask_for_labels(library.book(), MediumRecord(*m), {.why = "it has come into library " + library.belief().name()});
  library.evaluate_soon();
}

void looked_after(Library& library, MediumId medium) {
  auto const* m = library.belief().medium(medium);
  if (m != nullptr) pools::ask_for_labels(library.book(), MediumRecord(*m), {.why = "the operator has looked at it"});
}

}  // namespace rsm::operations::write_scratch
