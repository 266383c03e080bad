#include "libmgr/library/library.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/spoken.hpp"
#include "libmgr/operations/operations.hpp"
#include "libmgr/queue/limits.hpp"
#include "libmgr/queue/why.hpp"

namespace rsm {

Library::Library(Parts parts, LibraryId library, LibrarySettings settings, port::Devices& devices)
    : loop_(parts.loop),
      settings_(parts.settings),
      own_settings_(std::move(settings)),
      views_(own_settings_.views),
      devices_(devices),
      people_(parts.people),
      belief_(parts.book, library),
      conditions_(*this),
      absorber_(*this),
      drives_(*this),
      arm_(*this),
      arm_trouble_(*this),
      port_(*this),
      door_(*this),
      hand_(*this),
      stocktaking_(*this),
      pace_(Pace::learned(parts.book.timings(), library)) {
  mounts_ = std::make_unique<WaitingMounts>(*this);
  for (auto const& [id, medium] : world().media) medium_changed(id);
  devices_.on_doubt(lifeline_.guard([this](Element asked) {
    book().log(LogLevel::info, belief_.name() + ": " + asked.text() + " was told that somebody may have moved cartridges; the library is asked where everything is");
    stocktaking_.look_soon();
  }));
  devices_.on_lost(lifeline_.guard([this](Element element, std::string why) {
    if (element.kind == ElementKind::arm) return stocktaking_.look_soon();
    DriveId const id = element.kind == ElementKind::drive ? belief_.drive_at(element.number) : DriveId{};
    if (!id) return;
    drives_.process_lost(id);
    book().log(LogLevel::warning, belief_.drive_name(id) + ": " + why);
    if (drives_.free(id) && belief_.drive(id).hot.medium) drives_.begin(id, {.what = {.task = machine::DriveTask::examine, .medium = belief_.drive(id).hot.medium}});
  }));
}

void Library::start() {
  belief_.set_library_condition(OperationalState::initializing, "asking the hardware where everything is");
  stocktaking_.begin([](Result<std::string> const&) {});
}

bool Library::idle() const {
  auto const works = drives_.all();
  bool const drives_wait = std::ranges::all_of(works, [](auto const& entry) { return entry.second->waits(); });
  bool const port_waits = port_.work() == nullptr || !port_.work()->commanded();
  return arm_.idle() && !stocktaking_.under_way() && port_waits && drives_wait && !door_.commanded();
}

void Library::evaluate_soon() {
  why_of_all_.reset();
  if (evaluate_posted_) return;
  evaluate_posted_ = true;
  loop_.post(lifeline_.guard([this] {
    evaluate_posted_ = false;
    evaluate();
  }));
}

void Library::evaluate_at(TimePoint when) {
  if (wake_timer_ != TimerId::none && wake_time_ <= when) return;
  if (wake_timer_ != TimerId::none) loop_.cancel(wake_timer_);
  wake_time_ = when;
  wake_timer_ = loop_.after(std::max(when - now(), Millis{0}), lifeline_.guard([this] {
    wake_timer_ = TimerId::none;
    evaluate_soon();
  }));
}

void Library::evaluate() {
  if (book().ledger().failed()) return;
  book().trim();
  if (stopping_ || !stocktaking_.started()) return;
  std::erase_if(tries_, [this](auto const& entry) { return book().request(entry.first) == nullptr; });
  why_.clear();
  if (accepting()) port_.close_forgotten();
  for (auto const& operation : operations::in_order()) {
    if (operation.needs_ready_library && !accepting()) continue;
    operation.evaluate(*this);
  }
}

bool Library::accepting() const { return !barred() && belief_.entry().record.condition.state == OperationalState::ready; }

bool Library::barred() const { return stocktaking_.under_way() || stocktaking_.failed() || announced_ || door_.bars(); }

std::vector<RequestRecord const*> Library::open(Operation operation) const {
  std::vector<RequestRecord const*> found;
  for (auto const& [sequence, id] : book().requests_of(belief_.id(), operation)) found.push_back(book().request(id));
  return found;
}

std::optional<Element> Library::home_for(MediumRecord const& medium) const {
  std::set<std::uint32_t> taken = arm_.slots_on_their_way();
  for (auto const* request : open(Operation::transfer))
    if (request->slot && request->medium != medium.id) taken.insert(*request->slot);
  auto const& record = belief_.entry().record;
  if (record.cleaner && record.cleaner == medium.id && !planted(PlantedBug::cleaner_put_anywhere))
    return belief_.home_for(medium, [&](std::uint32_t slot) { return slot == record.cleaner_slot && !taken.contains(slot); });
  auto const free = [&](std::uint32_t slot) { return !taken.contains(slot) && slot != record.cleaner_slot; };
  if (views_.none()) return belief_.home_for(medium, free);
  auto const* view = views_.of(medium, id());
  auto const home = belief_.home_for(medium, [&](std::uint32_t slot) { return free(slot) && views_.of(slot) == view; });
  if (home || view != nullptr) return home;
  return belief_.home_for(medium, free);  // of no view: better in a slot of one than in a drive
}

std::string Library::no_home_text(MediumRecord const& medium) const {
  auto const* view = views_.of(medium, id());
  if (view == nullptr) return "no free slot for " + name_of(medium) + ": take a cartridge out of the library";
  return "no free slot of view " + *view + " for " + name_of(medium) + ": take a cartridge out of one, or transfer it";
}

std::optional<std::string> Library::busy_with(MediumId medium) const {
  if (auto const at = drives_.work_with(medium); at && at.work->task() != machine::DriveTask::examine) return at.work->step();
  if (arm_.moves(medium)) return "being moved";
  if (port_.work() != nullptr && port_.work()->medium() == medium) return port_.work()->step();
  return std::nullopt;
}

Situation Library::situation() const {
  Situation s{.world = world(), .library = belief_.id(), .now = now(), .policy = settings_.policy, .fairness_limit = settings_.fairness_limit, .by_hand = by_hand()};
  s.pace = pace_;
  // An arm that is in doubt is given something else to try.
  s.arm_taken = !arm_trouble_.suspected() && (!arm_.idle() || !arm_.machine().waiting().empty());
  for (auto const& [id, work] : drives_.all()) {
    s.working.insert(id);
    if (work->task() == machine::DriveTask::put_away) s.emptying.insert(id);
    if (work->task() == machine::DriveTask::identify || work->task() == machine::DriveTask::label || work->task() == machine::DriveTask::examine) s.lent.insert(id);
    if (work->medium()) s.busy_media[work->medium()] = work->step();
  }
  s.not_reached = arm_trouble_.not_reached();
  for (auto const& [id, tries] : tries_)
    if (!tries.in.empty()) s.failed_in[id] = tries.in;
  if (auto const* task = arm_.machine().current(); task != nullptr) s.busy_media.try_emplace(task->medium, "being moved");
  if (port_.work() != nullptr && port_.work()->medium()) s.busy_media.try_emplace(port_.work()->medium(), port_.work()->step());
  for (auto const* request : open(Operation::eject)) s.busy_media.try_emplace(request->medium, "it is to be ejected");
  for (auto const* request : open(Operation::transfer))
    if (request->medium) s.busy_media.try_emplace(request->medium, "it is to be moved");
  for (auto const& [number, drive] : belief_.entry().drives)
    if (auto const* in = by_hand() ? nullptr : belief_.medium(belief_.drive(drive).hot.medium); in != nullptr && !home_for(*in)) s.homeless.insert(drive);
  return s;
}

Library::Tries const* Library::tries_of(RequestId request) const {
  auto it = tries_.find(request);
  return it == tries_.end() ? nullptr : &it->second;
}

std::optional<IntentRecord> Library::take_move_of(MediumId medium) {
  if (!left_in_arm_ || left_in_arm_->medium != medium) return std::nullopt;
  return std::exchange(left_in_arm_, std::nullopt);
}

std::string Library::barcode_seen(MediumRecord const& medium) const {
  auto const it = barcodes_seen_.find(medium.id);
  return it == barcodes_seen_.end() ? medium.barcode : it->second;
}

std::string Library::how_it_left(MediumId medium) const {
  auto const it = left_how_.find(medium);
  return it == left_how_.end() || it->second.empty() ? std::string{} : "; " + it->second;
}

void Library::plan_made(MountPlan const& plan) {
  room_coming_ = plan.room_coming;
  room_for_ = plan.room_for;
  call_waits_ = plan.call_waits;
}

std::size_t Library::empty_drives() const {
  return static_cast<std::size_t>(std::ranges::count_if(belief_.entry().drives, [&](auto const& numbered) {
    auto const& drive = belief_.drive(numbered.second);
    auto const* work = drives_.work(numbered.second);
    bool const empty = work == nullptr ? !drive.hot.medium : work->task() == machine::DriveTask::put_away;
    return empty && world().usable(drive);
  }));
}

Millis Library::idle_stay(Millis delay, std::size_t empty) const {
  if (settings_.policy != SchedulerPolicy::throughput) return delay;
  return reuse_.stay({settings_.idle_stay_least, std::min(settings_.idle_stay_most, delay)}, empty);
}

std::vector<Millis> Library::idle_stays(Millis delay) const {
  if (settings_.policy != SchedulerPolicy::throughput) return {delay};
  return reuse_.stays({settings_.idle_stay_least, std::min(settings_.idle_stay_most, delay)});
}

std::string Library::idle_stay_text(Millis delay, std::size_t empty) const {
  Millis const stay = idle_stay(delay, empty);
  std::string const configured = "its delay is " + duration_text(delay);
  if (settings_.policy != SchedulerPolicy::throughput || (stay == delay && reuse_.worth_it())) return configured;
  if (!reuse_.worth_it() || stay < std::min(settings_.idle_stay_most, delay)) return reuse_text(empty);
  return "it stays for " + duration_text(stay) + " at most ([queue] idle_stay_most_s)";
}

void Library::medium_changed(MediumId id) {
  mounts_->medium_changed(id);
  auto const medium = world().media.find(id);
  auto const* in = medium == world().media.end() ? nullptr : std::get_if<InElement>(&medium->second.place);
  if (in != nullptr && in->library == belief_.id() && in->element.kind == ElementKind::arm)
    in_arm_.insert(id);
  else
    in_arm_.erase(id);
}

std::size_t Library::mounts_waiting() const { return mounts_->lines().size(); }

std::vector<RequestId> Library::first_mounts(std::size_t most) const { return first_in_lines(situation(), mounts_->lines(), most); }

std::optional<PlaceInLines> Library::place_of(RequestRecord const& mount) const {
  auto const& lines = mounts_->lines();
  if (!lines.planned(mount.id)) return std::nullopt;
  return place_in_lines(situation(), lines, mount);
}

void Library::arm_done(machine::ArmDone const& done) {
  if (drives_.moved(done.task.work, done.outcome) || port_.moved(done.task.work, done.outcome) || operations::transfer::moved(*this, done)) return;
  if (!done.outcome) book().log(LogLevel::error, belief_.name() + ": " + done.outcome.error().sentence());
}

// ---- for people

std::string Library::why(RequestRecord const& request) const {
  WhyFacts facts{.request = request};
  if (auto const at = drives_.work_for(request.id)) {
    std::string const drive = belief_.drive_name(at.drive), step = at.work->step();
    facts.work = step.contains(drive) ? step : step + " (" + drive + ")";
    if (at.work->waits_for_arm() && arm_trouble_.named()) facts.work = "library " + belief_.name() + ": " + arm_trouble_.text();
  }
  if (port_.works_for(request.id)) facts.work = port_.work()->step();
  if (door_.works_for(request.id)) facts.work = door_.text();
  if (request.operation == Operation::transfer && arm_.works_for(request.id)) facts.work = arm_.text_for(request.id);
  auto const& record = belief_.entry().record;
  if (!stocktaking_.started() || record.condition.state != OperationalState::ready)
    facts.library = "library " + record.name + " " + how_it_is(record.condition.state) + ": " + record.condition.reason;
  else if (stocktaking_.under_way())
    facts.library = "library " + record.name + " is being asked where everything is";
  if (door_.bars() && !door_.works_for(request.id)) facts.announced = door_.text();
  if (announced_ && announced_ != request.id) facts.announced = "an inventory (" + name_of(announced_) + ") comes first";
  facts.found = [this, &request] { return found_for(request); };
  return rsm::why(facts);
}

// What the last look has found, or what a plan that is made now says of a mount.
std::string Library::found_for(RequestRecord const& request) const {
  if (auto it = why_.find(request.id); it != why_.end()) return it->second;
  auto const& lines = mounts_->lines();
  if (!lines.planned(request.id)) return {};
  auto const s = situation();
  if (!is_planned_from_scratch(s, lines)) return why_in_lines(s, lines, request);
  if (!why_of_all_) why_of_all_ = plan_lines(s, lines).why;  // once for all who are asked about until something happens
  auto const it = why_of_all_->find(request.id);
  return it == why_of_all_->end() ? std::string{} : it->second;
}

bool Library::room_comes_for(RequestRecord const& mount) const {
  if (room_coming_.contains(mount.id)) return true;
  return room_for_.contains(mount.medium) && !mount.specific_drive && mount.group_size <= 1 && now() - mount.queued <= overdue_after(pace_);
}

// What has failed already and is tried again counts as waiting: otherwise tries without end would go on for ever.
bool Library::step_goes_on(DriveId id, machine::Drive const& work) const {
  if (belief_.drive(id).hot.errors_in_a_row != 0 || (work.waits_for_arm() && arm_trouble_.suspected())) return false;
  if (work.waits_for_arm() && !arm_.moves_for(work.id())) return !barred() && arm_.idle();
  if (work.waits_for_arm()) return !barred() && arm_.machine().trouble().empty() && now() - arm_.machine().step_since() < limits::silent_after;
  return !work.waits() && now() - work.step_since() < limits::silent_after;
}

bool Library::goes_on(RequestId id) const {
  auto const* request = book().request(id);
  if (request == nullptr || request->group_size < 2 || request->operation == Operation::dismount) return one_goes_on(id);
  return std::ranges::any_of(mounts_of_call(*request), [this](RequestId other) { return one_goes_on(other); });
}

std::vector<RequestId> Library::mounts_of_call(RequestRecord const& mount) const {
  auto const& calls = mounts_->lines().calls();
  auto const call = calls.find(mount.group);
  std::vector<RequestId> members;
  if (call != calls.end())
    for (auto const& [sequence, id] : call->second.all) members.push_back(id);
  return members;
}

bool Library::one_goes_on(RequestId id) const {
  if (auto const at = drives_.work_for(id)) return step_goes_on(at.drive, *at.work);
  auto const* request = book().request(id);
  if (request == nullptr || request->operation != Operation::mount || !room_comes_for(*request)) return false;
  auto const works = drives_.all();
  return std::ranges::any_of(works, [this](auto const& w) { return w.second->task() == machine::DriveTask::put_away && step_goes_on(w.first, *w.second); });
}

// Somebody has put it there, and nobody has said that it is to be taken in; nothing where somebody was asked about this port already.
std::string Library::left_in_port(std::uint32_t number, PortRecord const& port) const {
  bool const seen_to = port_.work() != nullptr || !book().questions().naming(port.id.guid).empty();
  if (port.content != PortContent::full || seen_to) return {};
  std::string const& name = belief_.entry().record.name;
  auto const* medium = belief_.medium(port.medium);
  std::string const here = (medium == nullptr ? "a cartridge" : name_of(*medium)) + " is in port " + std::to_string(number) + " of " + name;
  if (!home_for(medium == nullptr ? MediumRecord{} : *medium)) return here + ", and no slot is free: take it out, or make room (rsm media eject), then rsm library inject '" + name + "'";
  return here + ": rsm library inject '" + name + "' puts it into a slot; or take it out (rsm media eject opens the port)";
}

std::vector<std::string> Library::attention() const {
  std::vector<std::string> all;
  auto const& entry = belief_.entry();
  std::string const& name = entry.record.name;
  if (!entry.record.enabled) all.push_back("library " + name + " is disabled (rsm library enable '" + name + "')");
  if (entry.record.condition.state == OperationalState::needs_service) all.push_back("library " + name + " needs service: " + entry.record.condition.reason);
  if (arm_trouble_.named() && entry.record.condition.state != OperationalState::needs_service) all.push_back("library " + name + ": " + arm_trouble_.text());
  bool const door_wanted = door_.bars() && !door_.commanded();  // it says itself what is to be done
  if (auto const door = entry.doors.find(0); door != entry.doors.end() && door->second.state == DoorState::open && !door_wanted)
    all.push_back("the door of " + name + " is open: close it, then the library goes on");
  for (auto const& [number, id] : entry.drives) {
    auto const& d = belief_.drive(id);
    if (!d.record.enabled) all.push_back(belief_.drive_name(id) + " is disabled (" + enable_command(d.record) + ")");
    if (auto const* work = drives_.work(id); work != nullptr && work->handles_live()) all.push_back(belief_.drive_name(id) + ": " + work->step());
    if (d.record.condition.state == OperationalState::needs_service)
      all.push_back(belief_.drive_name(id) + " needs service: " + d.record.condition.reason + " (" + service_hint(d.record) + ")");
  }
  bool const any_drive = std::ranges::any_of(entry.drives, [this](auto const& d) { return belief_.drive(d.second).record.condition.state != OperationalState::not_present; });
  if (stocktaking_.started() && !any_drive) all.push_back("library " + name + " has no drive: nothing in it can be mounted or identified");
  if (port_.work() != nullptr && port_.work()->waits_for_person()) all.push_back(port_.work()->step());
  for (auto const& [number, port] : entry.ports)
    if (auto text = left_in_port(number, port); !text.empty()) all.push_back(std::move(text));
  if (door_wanted) all.push_back(door_.text());
  return all;
}

}  // namespace rsm
