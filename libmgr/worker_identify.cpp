// Identification: every side of a cartridge is loaded once and its label read (requests CLASSIFY and PROCESSOMID).
// What the labels say decides who the cartridge is (rsm-model.md sections 7 and 12).
#include <algorithm>

#include "libmgr/worker.hpp"

namespace rsm {

void LibraryWorker::start_identify(RequestId request, DriveId id) {
  auto const* r = book_.request(request);
  auto const* m = medium(r->medium);
  DriveWork work;
  work.kind = WorkKind::identify;
  work.request = request;
  work.medium = m->id;
  work.step = "about to be identified";
  for (auto const& side : m->sides) work.to_read.push_back(side.id);
  RequestRecord with_drive = *r;
  with_drive.drive = id;
  book_.update(with_drive);
  book_.set_state(request, RequestState::inprocess, "its labels are read in " + drive_name(id));
  begin_work(id, std::move(work));
  when_durable([this, id] { identify_next(id); });
}

void LibraryWorker::identify_next(DriveId id) {
  DriveWork& work = *work_of(id);
  if (work.to_read.empty()) return identified(id);
  auto const* m = medium(work.medium);
  auto const* at = m == nullptr ? nullptr : std::get_if<InElement>(&m->place);
  if (at == nullptr) return identify_failed(id, {Errc::medium_not_accessible, "medium", "it left the library"});
  Element const here{ElementKind::drive, drive(id).record.number};
  SideId const next = work.to_read.front();
  if (at->element == here && drive(id).hot.side == next) return identify_load(id);
  if (at->element == here) return identify_turn(id);
  work.step = "waiting for the arm to bring it to drive " + std::to_string(here.number);
  work.arm_ticket = arm_move(work.request, work.medium, here, m->side(next)->number == 1, [this, id](Result<> moved) {
    if (work_of(id) == nullptr) return;
    work_of(id)->arm_ticket = 0;
    if (!moved) return identify_failed(id, moved.error());
    identify_load(id);
  });
}

void LibraryWorker::identify_turn(DriveId id) {
  DriveWork& work = *work_of(id);
  work.step = "turning it";
  device(id).unload(false, then<port::UnloadReport>([this, id](Result<port::UnloadReport> unloaded) {
    DriveWork* turning = work_of(id);
    if (turning == nullptr) return;
    if (!unloaded) {
      drive_failed(id, unloaded.error(), "unloading to turn the cartridge");
      return identify_failed(id, unloaded.error());
    }
    set_drive(id, DriveState::unloaded, "to be turned");
    Element const here{ElementKind::drive, drive(id).record.number};
    turning->arm_ticket = arm_move(turning->request, turning->medium, here, true, [this, id](Result<> moved) {
      if (work_of(id) == nullptr) return;
      work_of(id)->arm_ticket = 0;
      if (!moved) return identify_failed(id, moved.error());
      identify_load(id);
    });
  }));
}

void LibraryWorker::identify_load(DriveId id) {
  work_of(id)->step = "loading and reading its label";
  when_durable([this, id] {
    if (work_of(id) == nullptr) return;
    device(id).load(then<port::DriveStatus>([this, id](Result<port::DriveStatus> status) { identify_loaded(id, std::move(status)); }));
  });
}

void LibraryWorker::identify_loaded(DriveId id, Result<port::DriveStatus> status) {
  DriveWork* work = work_of(id);
  if (work == nullptr) return;
  if (!status) {
    drive_failed(id, status.error(), "loading");
    if (status.error().code != Errc::timeout && status.error().code != Errc::device_not_available)
      set_drive(id, DriveState::unloaded, "could not load: " + status.error().text());
    return identify_failed(id, status.error());
  }
  drive_succeeded(id);
  // The device may know better than we do which side is up.
  auto const* m = medium(work->medium);
  SideId up = work->to_read.front();
  if (m != nullptr && status->side_up < m->sides.size()) up = m->sides[status->side_up].id;
  work->labels[up] = status->omid;
  std::erase(work->to_read, up);
  set_drive(id, DriveState::mounted, "label read", [&](DriveHot& hot) { hot.side = up; });
  identify_secure(id);
}

void LibraryWorker::identify_secure(DriveId id) {
  device(id).dismount(false, then<port::DismountReport>([this, id](Result<port::DismountReport> report) {
    DriveWork* work = work_of(id);
    if (work == nullptr) return;
    if (report) return identify_next(id);
    if (report.error().code == Errc::busy && ++work->attempts < 20) {
      loop_.after(settings_.busy_retry_pause, later([this, id] {
                    if (work_of(id) != nullptr) identify_secure(id);
                  }));
      return;
    }
    drive_failed(id, report.error(), "taking the cartridge out of use");
    identify_failed(id, report.error());
  }));
}

void LibraryWorker::identified(DriveId id) {
  DriveWork const work = *work_of(id);
  set_drive(id, DriveState::unloaded, "identified", [](DriveHot& hot) { hot.session = {}, hot.volume.clear(); });
  end_work(id);
  failures_.erase(work.request);
  auto const* r = book_.request(work.request);
  bool const compare = r != nullptr && r->operation == Operation::process_omid;
  auto const* m = medium(work.medium);
  if (m == nullptr) {
    book_.finish(work.request, {RequestState::invalid, Errc::invalid_media, "the medium is gone"});
    return;
  }
  bool const differs = compare && std::ranges::any_of(work.labels, [&](auto const& read) {
    auto const* side = m->side(read.first);
    return side != nullptr && side->omid && !(read.second && side->omid->same_medium(*read.second));
  });
  if (differs)
    labels_differ(work.medium, work.labels, work.request);
  else
    apply_labels(work.medium, work.labels, work.request);
}

// The medium in this database that bears one of these labels, if it is another one.
MediumId LibraryWorker::owner_of_labels(MediumId id, std::map<SideId, std::optional<Omid>> const& labels) {
  for (auto const& [side, label] : labels) {
    if (!label) continue;
    auto const ids = book_.media_by_label(*label).value_or(std::vector<MediumId>{});
    for (auto const& owner : ids)
      if (owner != id) return owner;
  }
  return {};
}

void LibraryWorker::apply_labels(MediumId id, std::map<SideId, std::optional<Omid>> const& labels, RequestId request) {
  MediumRecord m = *medium(id);
  bool const provisional = std::ranges::all_of(m.sides, [](Side const& s) { return s.state == SideState::unknown || s.state == SideState::incompatible; });
  bool duplicate = false;
  if (MediumId const owner = owner_of_labels(id, labels); owner) {
    auto const* known = medium(owner);
    if (provisional && known != nullptr && known->offline()) {
      merge_into(owner, id, request);
      return;
    }
    duplicate = true;
  }
  bool import = false;
  for (auto& side : m.sides) {
    auto const read = labels.find(side.id);
    if (read == labels.end()) continue;
    if (side.state != SideState::unknown && side.state != SideState::incompatible) continue;
    side.omid = read->second;
    side.state = read->second && !duplicate ? SideState::import : SideState::foreign;
    import = import || side.state == SideState::import;
  }
  if (provisional) {
    m.pool = import ? system_pool("Import", PoolType::import, m.type) : system_pool("Unrecognized", PoolType::foreign, m.type);
    auto const& first = m.sides.front().omid;
    if (m.barcode.empty() && m.sides.size() == 1 && first && !first->info.empty()) m.name = first->info;
  }
  std::string reason = import ? "label understood" : "no label that is understood";
  if (duplicate) {
    m.enabled = false;
    reason = "its label is that of another medium that is in the library, too; it is disabled";
    operator_requests_.raise({OperatorKind::duplicate_medium, id.guid, owner_of_labels(id, labels).guid, request, name_of(m) + ": " + reason});
  }
  m.trouble.clear();
  book_.put(m, reason, request);
  book_.finish(request, {RequestState::passed, Errc::success, reason});
}

// Model S4: the known record gets the new place, the provisional one is deleted.
void LibraryWorker::merge_into(MediumId known_id, MediumId provisional_id, RequestId request) {
  MediumRecord const provisional = *medium(provisional_id);
  MediumRecord known = *medium(known_id);
  known.place = provisional.place;
  known.library = library_;
  known.home_slot = provisional.home_slot;
  known.barcode = provisional.barcode;
  known.trouble.clear();
  for (auto const& other : book_.open_requests_of(provisional_id))
    if (other != request) book_.finish(other, {RequestState::invalid, Errc::invalid_media, "the medium is " + name_of(known)});
  book_.erase_medium(provisional_id, "it is " + name_of(known), request);
  book_.put(known, "recognised by its label", request);
  if (auto const* at = std::get_if<InElement>(&known.place)) {
    if (at->element.kind == ElementKind::slot) {
      SlotRecord slot = entry().slots.at(at->element.number);
      slot.medium = known_id;
      book_.put(slot, "recognised by its label");
    } else if (at->element.kind == ElementKind::drive) {
      DriveId const id = entry().drives.at(at->element.number);
      std::uint32_t up = 0;
      if (auto const* side = provisional.side(drive(id).hot.side)) up = side->number;
      set_drive(id, drive(id).hot.state, "recognised by its label", [&](DriveHot& hot) {
        hot.medium = known_id;
        hot.side = up < known.sides.size() ? known.sides[up].id : SideId{};
      });
    }
  }
  book_.finish(request, {RequestState::passed, Errc::success, "it is " + name_of(known) + ", recognised by its label"});
}

// Somebody exchanged cartridges or labels: what is in the place is taken for a new cartridge and identified by what was read; the
// medium that was believed there is not in the library until it is found.
void LibraryWorker::labels_differ(MediumId id, std::map<SideId, std::optional<Omid>> const& labels, RequestId request) {
  MediumRecord believed = *medium(id);
  Place const place = believed.place;
  std::string const code = believed.barcode;
  std::map<std::uint32_t, std::optional<Omid>> by_number;
  for (auto const& [side, label] : labels)
    if (auto const* s = believed.side(side)) by_number[s->number] = label;
  believed.place = Offline{};
  believed.barcode.clear();
  believed.trouble = "another cartridge was found in its place: its label differs";
  std::uint32_t up = 0;
  auto const* at = std::get_if<InElement>(&place);
  auto const* in_drive = world().drive_of(id);
  if (in_drive != nullptr)
    if (auto const* side = believed.side(in_drive->hot.side)) up = side->number;
  book_.put(believed, believed.trouble, request);
  book_.finish(request, {RequestState::failed, Errc::unexpected_omid, believed.trouble});
  if (at == nullptr) return;
  MediumId const found = provisional_medium(at->element, code);
  MediumRecord stranger = *medium(found);
  stranger.home_slot = believed.home_slot;
  book_.put(stranger, "found in the place of " + name_of(believed));
  if (in_drive != nullptr)
    set_drive(in_drive->record.id, in_drive->hot.state, believed.trouble, [&](DriveHot& hot) {
      hot.medium = found;
      hot.side = up < stranger.sides.size() ? stranger.sides[up].id : SideId{};
    });
  // A cartridge it may have changed places with is looked at, too.
  std::map<SideId, std::optional<Omid>> read;
  for (auto const& side : stranger.sides) read[side.id] = by_number[side.number];
  if (MediumId const owner = owner_of_labels(found, read); owner)
    if (auto const* other = medium(owner); other != nullptr && !other->offline()) classify(owner, Operation::process_omid, "another cartridge bears its label");
}

void LibraryWorker::identify_failed(DriveId id, Error const& error) {
  DriveWork const work = *work_of(id);
  end_work(id);
  bool const silent = error.code == Errc::timeout || error.code == Errc::device_not_available;
  if (silent || ++failures_[work.request] < limits::request_attempts_max) return book_.set_state(work.request, RequestState::waiting, error.text());
  failures_.erase(work.request);
  if (auto const* m = medium(work.medium)) {
    MediumRecord troubled = *m;
    troubled.trouble = "could not be identified: " + error.text();
    for (auto& side : troubled.sides)
      if (side.state == SideState::unknown && error.code == Errc::unable_to_load_medium) side.state = SideState::incompatible;
    book_.put(troubled, troubled.trouble, work.request);
  }
  book_.finish(work.request, {RequestState::failed, error.code, error.text()});
}

}  // namespace rsm
