// What the hardware says against what is believed: inventory, the start of the daemon, and the look after every move.
#include <algorithm>

#include "libmgr/media_types.hpp"
#include "libmgr/worker.hpp"

namespace rsm {

// Asks the changer and every drive that has no work. While asking_ no move starts, so nobody waits for the answer of a drive that
// needs service: what such a drive says counts when it comes.
void LibraryWorker::ask_hardware(std::move_only_function<void(Result<>)> done) {
  asking_ = true;
  devices_.changer().status(then<port::ChangerStatus>([this, done = std::move(done)](Result<port::ChangerStatus> status) mutable {
    if (status) absorb_door(status->door_open);
    if (status && status->door_open) status = fail(Errc::not_ready, entry().record.name, "its door is open; close it");
    if (!status) {
      asking_ = false;
      return done(std::unexpected(status.error()));
    }
    std::optional<IntentRecord> hint;
    if (auto it = world().intents.find(library_); it != world().intents.end()) hint = it->second;
    absorb(*status, hint);
    if (hint) {
      auto const* m = medium(hint->medium);
      book_.log(LogLevel::warning, "an interrupted move from " + hint->from.text() + " to " + hint->to.text() + " was found in the catalog; the hardware says: " +
                                       (m == nullptr ? "the medium is gone" : name_of(*m) + " is in " + place_text(m->place)));
      book_.erase_intent(library_);
    }
    silent_ = 0;
    for (auto const& [number, id] : entry().drives)
      if (work_of(id) == nullptr) {
        if (drive(id).record.condition.state != OperationalState::needs_service) examining_.insert(id);
        examine(id);
      }
    auto finish = [this, done = std::move(done)]() mutable {
      asking_ = false;
      started_ = true;
      set_library_condition(OperationalState::ready, "the hardware has said where everything is");
      bool const sick = std::ranges::any_of(entry().drives, [this](auto const& d) {
        return drive(d.second).record.condition.state == OperationalState::needs_service;
      });
      if (sick) recheck_sick_later();
      satisfy_operator(library_.guid, "the library answers again");
      done({});
      evaluate_soon();
      loop_.post(later([this] { arm_next(); }));
    };
    if (examining_.empty()) return finish();
    inventory_done_ = std::move(finish);
  }));
}

void LibraryWorker::hardware_silent(Error const& error) {
  ++silent_;
  std::string const reason = "the hardware was asked and did not answer: " + error.text();
  if (silent_ > limits::device_retries_max && error.code != Errc::not_ready) {
    set_library_condition(OperationalState::needs_service, reason);
    ask_operator(OperatorCommand::device_service, library_.guid, {}, {}, "library " + entry().record.name + ": " + reason);
  } else if (entry().record.condition.state != OperationalState::needs_service) {
    set_library_condition(OperationalState::initializing, reason);
  }
  bool const slow = silent_ > limits::device_retries_max && error.code != Errc::not_ready;
  loop_.after(slow ? limits::service_recheck_pause : limits::device_retry_pause, later([this] {
                if (asking_ || moving_) return recheck_later();
                ask_hardware([this](Result<> answered) {
                  if (!answered) hardware_silent(answered.error());
                });
              }));
}

void LibraryWorker::recheck_later() {
  if (recheck_planned_) return;
  recheck_planned_ = true;
  loop_.after(limits::device_retry_pause, later([this] {
                recheck_planned_ = false;
                if (stopping_) return;
                if (asking_ || moving_) return recheck_later();
                ask_hardware([this](Result<> answered) {
                  if (!answered) hardware_silent(answered.error());
                });
              }));
}

void LibraryWorker::recheck_sick_later() {
  if (service_recheck_planned_) return;
  service_recheck_planned_ = true;
  loop_.after(limits::service_recheck_pause, later([this] {
                service_recheck_planned_ = false;
                recheck_later();
              }));
}

void LibraryWorker::finish_inventory(RequestId id, Result<> result) {
  if (!result) {
    book_.finish(id, {RequestState::failed, result.error().code, result.error().detail});
    return hardware_silent(result.error());
  }
  auto const* request = book_.request(id);
  if (request == nullptr) return;
  bool const full = request->option == operation_option::inventory_full;
  std::size_t queued = 0;
  std::vector<MediumId> in_slots;
  for (auto const& [number, slot] : entry().slots)
    if (slot.medium) in_slots.push_back(slot.medium);
  for (auto const& medium_id : in_slots) {
    auto const* m = medium(medium_id);
    if (m == nullptr) continue;
    bool const unknown = std::ranges::any_of(m->sides, [](Side const& s) { return s.state == SideState::unknown || s.state == SideState::incompatible; });
    if (!full && !unknown) continue;
    classify(medium_id, unknown ? Operation::classify : Operation::process_omid, "inventory");
    ++queued;
  }
  std::string reason = "every element was looked at";
  if (queued != 0) reason += "; the labels of " + std::to_string(queued) + " media are read next";
  book_.finish(id, {RequestState::passed, Errc::success, reason});
}

// ---- records of the parts ----

void LibraryWorker::furnish(port::ChangerStatus const& status) {
  if (entry().changers.empty()) {
    ChangerRecord changer;
    changer.id = book_.make_id<ChangerId>();
    changer.library = library_;
    changer.name = entry().record.name + " changer";
    changer.created = book_.now();
    changer.device = devices_.device_name({ElementKind::arm, 0});
    changer.vendor = status.vendor;
    changer.product = status.product;
    changer.serial = status.serial;
    changer.revision = status.revision;
    book_.put(changer);
    DoorRecord door{book_.make_id<DoorId>(), library_, 0, DoorState::unknown, std::chrono::minutes{5}};
    book_.put(door, "found in the library");
  }
  for (auto const& e : status.elements) {
    auto const& [kind, number] = e.element;
    if (kind == ElementKind::slot && !entry().slots.contains(number))
      book_.put(SlotRecord{book_.make_id<SlotId>(), library_, number, SlotState::unknown, {}}, "found in the library");
    if (kind == ElementKind::port && !entry().ports.contains(number))
      book_.put(PortRecord{book_.make_id<PortId>(), library_, number, PortContent::unknown, PortPosition::unknown, library_settings_.port_max_extend, {}},
                "found in the library");
    if (kind == ElementKind::drive && !entry().drives.contains(number)) {
      DriveRecord record;
      record.id = book_.make_id<DriveId>();
      record.library = library_;
      record.number = number;
      record.name = entry().record.name + " drive " + std::to_string(number);
      record.device = devices_.device_name(e.element);
      record.created = book_.now();
      record.condition = {OperationalState::initializing, book_.now(), "found in the library"};
      book_.put(record, "found in the library", EventKind::insert);
    }
  }
  furnish_media_type(status);
}

void LibraryWorker::furnish_media_type(port::ChangerStatus const& status) {
  auto known = std::ranges::find_if(world().media_types, [&](auto const& t) { return t.second.code == status.media_type_code; });
  MediaTypeId type;
  if (known == world().media_types.end()) {
    type = book_.make_id<MediaTypeId>();
    book_.put(media_type_of_code(type, status.media_type_code, status.sides));
  } else {
    type = known->first;
  }
  if (entry().media_types.contains(type)) return;
  book_.put(library_, type);
  system_pool("Free", PoolType::scratch, type);
  system_pool("Import", PoolType::import, type);
  system_pool("Unrecognized", PoolType::foreign, type);
}

// The leaf of a system container for a media type; made with its container when missing (rsm-model.md section 6).
PoolId LibraryWorker::system_pool(std::string const& container, PoolType type, MediaTypeId media_type) {
  auto const make = [this, type](std::string const& name, std::string const& path, PoolId parent, MediaTypeId of) {
    PoolRecord pool;
    pool.id = book_.make_id<PoolId>();
    pool.parent = parent;
    pool.name = name;
    pool.path = path;
    pool.created = pool.modified = book_.now();
    pool.type = type;
    pool.media_type = of;
    book_.put(pool);
    return pool.id;
  };
  auto const* top = world().pool_by_path(container);
  PoolId const parent = top == nullptr ? make(container, container, {}, {}) : top->id;
  std::string const leaf = world().media_types.at(media_type).name;
  std::string const path = container + "\\" + leaf;
  auto const* pool = world().pool_by_path(path);
  return pool == nullptr ? make(leaf, path, parent, media_type) : pool->id;
}

// ---- belief and iron ----

MediumId LibraryWorker::medium_at(Element element) const {
  auto const& library = entry();
  switch (element.kind) {
    case ElementKind::slot: {
      auto it = library.slots.find(element.number);
      return it == library.slots.end() ? MediumId{} : it->second.medium;
    }
    case ElementKind::drive: {
      auto it = library.drives.find(element.number);
      return it == library.drives.end() ? MediumId{} : drive(it->second).hot.medium;
    }
    case ElementKind::port: {
      auto it = library.ports.find(element.number);
      return it == library.ports.end() ? MediumId{} : it->second.medium;
    }
    case ElementKind::arm:
      for (auto const& [id, m] : world().media)
        if (m.place == Place{InElement{library_, element}}) return id;
      return {};
  }
  return {};
}

namespace {

// Which cartridge is in which element now. A readable, unique bar code says who it is; an unreadable one is taken for who was
// there, or for the one that was on its way there (the label check before every use protects against a mistake).
class Finder {
 public:
  Finder(std::vector<port::ElementStatus> const& elements, std::function<MediumId(Element)> believed, std::function<MediumRecord const*(MediumId)> record,
         std::function<std::vector<MediumId>(std::string const&)> by_barcode, std::optional<IntentRecord> hint)
      : elements_(elements), believed_(std::move(believed)), record_(std::move(record)), by_barcode_(std::move(by_barcode)), hint_(std::move(hint)) {
    for (auto const& e : elements_)
      if (e.full && !e.barcode.empty()) ++codes_[e.barcode];
    for (auto const& e : elements_) full_[e.element] = e.full;
  }

  std::map<Element, MediumId> find() {
    for (auto const& e : elements_)
      if (e.full && readable(e)) by_code(e);
    for (auto const& e : elements_)
      if (e.full && !readable(e)) without_code(e);
    return std::move(found_);
  }

 private:
  bool readable(port::ElementStatus const& e) const { return !e.barcode.empty() && codes_.at(e.barcode) == 1; }
  void holds(Element element, MediumId id) {
    if (id && taken_.insert(id).second) found_[element] = id;
  }
  bool on_its_way_to(Element element) const {
    return hint_ && hint_->to == element && hint_->medium && !taken_.contains(hint_->medium) && (hint_->from == hint_->to || !full_[hint_->from]);
  }
  void by_code(port::ElementStatus const& e) {
    MediumId const here = believed_(e.element);
    auto const* m = here ? record_(here) : nullptr;
    if (m != nullptr && m->barcode == e.barcode) return holds(e.element, here);
    auto const ids = by_barcode_(e.barcode);
    if (ids.size() == 1) return holds(e.element, ids.front());
    if (!ids.empty()) return;
    if (on_its_way_to(e.element) && record_(hint_->medium) != nullptr && record_(hint_->medium)->barcode.empty()) return holds(e.element, hint_->medium);
    if (m != nullptr && m->barcode.empty()) holds(e.element, here);
  }
  void without_code(port::ElementStatus const& e) {
    if (on_its_way_to(e.element)) return holds(e.element, hint_->medium);
    if (MediumId const here = believed_(e.element); here) holds(e.element, here);
  }

  std::vector<port::ElementStatus> const& elements_;
  std::function<MediumId(Element)> believed_;
  std::function<MediumRecord const*(MediumId)> record_;
  std::function<std::vector<MediumId>(std::string const&)> by_barcode_;
  std::optional<IntentRecord> hint_;
  std::map<std::string, int> codes_;
  mutable std::map<Element, bool> full_;
  std::set<MediumId> taken_;
  std::map<Element, MediumId> found_;
};

}  // namespace

void LibraryWorker::absorb(port::ChangerStatus const& status, std::optional<IntentRecord> const& hint) {
  furnish(status);
  doubted_.clear();
  std::map<MediumId, Element> believed;
  for (auto const& e : status.elements)
    if (MediumId const id = medium_at(e.element); id) believed.emplace(id, e.element);
  Finder finder(
      status.elements, [this](Element e) { return medium_at(e); }, [this](MediumId id) { return medium(id); },
      [this](std::string const& code) {
        auto ids = book_.media_by_barcode(code);
        return ids ? *ids : std::vector<MediumId>{};
      },
      hint);
  auto const found = finder.find();
  std::set<MediumId> present;
  for (auto const& [element, id] : found) present.insert(id);
  for (auto const& e : status.elements) {
    auto it = found.find(e.element);
    std::optional<MediumId> holds;
    if (it != found.end()) holds = it->second;
    if (e.full && !holds && e.element.kind != ElementKind::port) {
      holds = provisional_medium(e.element, e.barcode);
      present.insert(*holds);
    }
    if (holds) {
      set_place(*holds, InElement{library_, e.element}, hint && hint->medium == *holds ? "moved" : "found by inventory", hint ? hint->request : RequestId{});
      auto const* m = medium(*holds);
      if (m != nullptr && m->barcode.empty() && !e.barcode.empty() && book_.media_by_barcode(e.barcode).value_or(std::vector<MediumId>{}).empty()) {
        MediumRecord named = *m;
        named.barcode = e.barcode;
        if (named.name == named.sequence_number) named.name = e.barcode;
        book_.put(named, "its bar code can be read now");
      }
    }
    bool const moved = hint && (e.element == hint->from || e.element == hint->to);
    std::string const moved_text = holds ? "brought from " + (hint ? hint->from.text() : "") : "brought to " + (hint ? hint->to.text() : "");
    absorb_element(e, holds, moved ? moved_text : holds ? "found full" : "found empty");
  }
  for (auto const& [id, element] : believed)
    if (!present.contains(id)) medium_missing(id, "it was in " + element.text() + " and is nowhere in the library now");
}

void LibraryWorker::absorb_element(port::ElementStatus const& e, std::optional<MediumId> holds, std::string const& reason) {
  switch (e.element.kind) {
    case ElementKind::slot: {
      SlotRecord slot = entry().slots.at(e.element.number);
      slot.state = !e.accessible ? SlotState::not_present : e.full ? SlotState::full : SlotState::empty;
      slot.medium = holds.value_or(MediumId{});
      return book_.put(slot, reason);
    }
    case ElementKind::port: {
      PortRecord port = entry().ports.at(e.element.number);
      port.content = e.full ? PortContent::full : PortContent::empty;
      port.medium = holds.value_or(MediumId{});
      return book_.put(port, reason);
    }
    case ElementKind::drive: {
      DriveId const id = entry().drives.at(e.element.number);
      if (drive(id).hot.medium == holds.value_or(MediumId{})) return;
      set_drive(id, holds ? DriveState::mounted : DriveState::dismounted, reason, [&](DriveHot& hot) {
        hot.medium = holds.value_or(MediumId{});
        hot.side = {};
        hot.session = {};
        hot.request = {};
        hot.volume.clear();
      });
      if (holds && work_of(id) == nullptr && !asking_) examine(id);
      return;
    }
    case ElementKind::arm:
      if (holds) book_.log(LogLevel::error, entry().record.name + ": a cartridge is in the arm");
      return;
  }
}

void LibraryWorker::absorb_door(bool open) {
  auto it = entry().doors.find(0);
  door_text_ = open ? "the door of " + entry().record.name + " is open: close it, then the library goes on" : "";
  if (it == entry().doors.end()) return;
  DoorRecord door = it->second;
  door.state = open ? DoorState::open : DoorState::closed;
  book_.put(door, open ? "found open" : "found closed");
}

MediumId LibraryWorker::provisional_medium(Element element, std::string const& barcode) {
  auto const ids = book_.media_by_barcode(barcode).value_or(std::vector<MediumId>{});
  MediumRecord m;
  m.id = book_.make_id<MediumId>();
  m.created = book_.now();
  m.type = entry().media_types.empty() ? MediaTypeId{} : *entry().media_types.begin();
  m.barcode = ids.empty() ? barcode : "";
  m.sequence_number = std::to_string(book_.next_media_number());
  m.name = m.barcode.empty() ? m.sequence_number : m.barcode;
  m.library = library_;
  m.place = InElement{library_, element};
  if (element.kind == ElementKind::slot) m.home_slot = element.number;
  m.pool = system_pool("Unrecognized", PoolType::foreign, m.type);
  auto const type = world().media_types.find(m.type);
  std::uint32_t const sides = type == world().media_types.end() ? 1 : type->second.sides;
  for (std::uint32_t n = 0; n < sides; ++n) {
    Side side;
    side.id = book_.make_id<SideId>();
    side.number = n;
    m.sides.push_back(side);
  }
  book_.put(m, "found in " + element.text() + ", not known yet", {}, EventKind::insert);
  classify(m.id, Operation::classify, "found in " + element.text());
  return m.id;
}

void LibraryWorker::set_place(MediumId id, Place place, std::string const& reason, RequestId request) {
  auto const* m = medium(id);
  if (m == nullptr) return;
  MediumRecord changed = *m;
  bool const arrived = changed.offline() && !std::holds_alternative<Offline>(place);
  changed.place = place;
  if (auto const* in = std::get_if<InElement>(&place)) {
    changed.library = in->library;
    if (in->element.kind == ElementKind::slot) {
      changed.home_slot = in->element.number;
      changed.trouble.clear();
    }
  }
  book_.put(changed, reason, request);
  if (arrived) satisfy_operator(id.guid, name_of(changed) + " is in " + place_text(place));
}

void LibraryWorker::medium_missing(MediumId id, std::string const& reason) {
  auto const* m = medium(id);
  if (m == nullptr) return;
  book_.log(LogLevel::warning, name_of(*m) + ": " + reason);
  set_place(id, Offline{}, reason);
}

// Queues the reading of its labels, unless that is queued already.
void LibraryWorker::classify(MediumId id, Operation operation, std::string const& reason) {
  for (auto const& open_id : book_.open_requests_of(id)) {
    auto const op = book_.request(open_id)->operation;
    if (op == Operation::classify || op == Operation::process_omid) return;
  }
  RequestRecord r;
  r.id = book_.make_id<RequestId>();
  r.operation = operation;
  r.reason = reason;
  r.application = "Removable Storage";
  r.library = library_;
  r.medium = id;
  r.nowait = true;
  book_.add(r);
  evaluate_soon();
}

// ---- drives ----

void LibraryWorker::examine(DriveId id, RequestId request) {
  DriveWork work;
  work.kind = WorkKind::examine;
  work.request = request;
  work.medium = drive(id).hot.medium;
  work.step = "being asked what is in it";
  begin_work(id, std::move(work));
  when_durable([this, id] {
    device(id).status(then<port::DriveStatus>([this, id](Result<port::DriveStatus> status) { examined(id, std::move(status)); }));
  });
}

void LibraryWorker::examined(DriveId id, Result<port::DriveStatus> status) {
  RequestId const request = work_of(id) == nullptr ? RequestId{} : work_of(id)->request;
  auto const finish = [this, id, request, trouble = status ? Errc::device_not_available : status.error().code] {
    end_work(id);
    finish_enable(id, request, trouble);
    if (examining_.erase(id) != 0 && examining_.empty() && inventory_done_) std::exchange(inventory_done_, nullptr)();
  };
  if (!status) {
    bool const was_sick = drive(id).record.condition.state == OperationalState::needs_service;
    set_drive_condition(id, OperationalState::needs_service, "it does not answer: " + status.error().text());
    was_sick ? recheck_sick_later() : recheck_later();
    return finish();
  }
  if (!status->product.empty() && drive(id).record.product != status->product) {
    DriveRecord record = drive(id).record;
    record.vendor = status->vendor;
    record.product = status->product;
    record.serial = status->serial;
    record.revision = status->revision;
    book_.put(record, "identified");
  }
  if (drive(id).hot.errors_in_a_row < limits::drive_errors_in_a_row_max) set_drive_condition(id, OperationalState::ready, "it answers");
  DriveHot const hot = drive(id).hot;
  auto const* m = medium(hot.medium);
  if (m == nullptr) {
    if (hot.state != DriveState::dismounted) set_drive(id, DriveState::dismounted, "found empty");
    return finish();
  }
  if (!status->loaded) {
    set_drive(id, DriveState::unloaded, "found in the drive, not loaded", [](DriveHot& h) { h.session = {}, h.request = {}, h.volume.clear(); });
    return finish();
  }
  SideId const up = status->side_up < m->sides.size() ? m->sides[status->side_up].id : SideId{};
  auto const* side = m->side(up);
  bool const label_right = side != nullptr && (!side->omid || (status->omid && status->omid->same_medium(*side->omid)));
  bool const in_use = status->volume == port::VolumeState::online || status->volume == port::VolumeState::mounted;
  // INPROCESS and loaded: it waits for the other media of its call; what a life before left is WAITING.
  auto const* mount = book_.request(hot.request);
  bool finished_mount = mount != nullptr && mount->state == RequestState::inprocess;
  if (mount == nullptr) {
    auto const ended = book_.find_request(hot.request);
    finished_mount = !ended || !*ended || (*ended)->state == RequestState::passed;
  }
  if (hot.state == DriveState::loaded && hot.side == up && label_right && in_use && finished_mount) return finish();
  if (side != nullptr && hot.side != up) set_drive(id, hot.state, "side " + std::to_string(side->number) + " is up", [&](DriveHot& h) { h.side = up; });
  if (!label_right) {
    MediumId const stranger = m->id;
    set_drive(id, DriveState::unloaded, "the label in the drive is not that of " + name_of(*m), [](DriveHot& h) { h.session = {}, h.volume.clear(); });
    finish();
    return classify(stranger, Operation::process_omid, "its label was not the expected one");
  }
  device(id).dismount(false, then<port::DismountReport>([this, id, finish](Result<port::DismountReport> report) {
    if (report)
      set_drive(id, DriveState::dismountable, "found loaded; its volume is offline", [](DriveHot& h) { h.session = {}, h.request = {}, h.volume.clear(); });
    else if (report.error().code == Errc::busy)
      set_drive(id, DriveState::loaded, "found in use: " + report.error().detail, [](DriveHot& h) { h.request = {}; });
    else
      drive_failed(id, report.error(), "securing what was found in it");
    finish();
  }));
}

}  // namespace rsm
