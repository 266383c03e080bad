#include "libmgr/library/arm_desk.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/identify.hpp"

namespace rsm {

using namespace machine;

void ArmDesk::ask(ArmTask task) {
  bool const ahead = library_.settings().policy == SchedulerPolicy::throughput && task.to.kind == ElementKind::drive;
  if (planted(PlantedBug::arm_double_booked) && !arm_.idle())
    if (auto const at = view_of(task).at) library_.devices().changer().move({.from = *at, .to = task.to}, [](Result<>) {});
  ahead ? arm_.ask_ahead(std::move(task)) : arm_.ask(std::move(task));
  go_on_soon();
}

void ArmDesk::go_on_soon() {
  if (posted_) return;
  posted_ = true;
  library_.loop().post(lifeline_.guard([this] {
    posted_ = false;
    go_on();
  }));
}

void ArmDesk::go_on() {
  if (!arm_.may_begin() || library_.arm_trouble().pauses() || library_.barred() || library_.stopping() || library_.book().ledger().failed()) return;
  ArmView v = view_of(arm_.next());
  if (v.at && v.at->kind == ElementKind::drive) v.side_up = library_.belief().side_number_up(library_.belief().drive_at(v.at->number));
  begun_ = library_.now();
  perform(arm_.begin(v));
}

std::string ArmDesk::other_at_the_end_of(ArmTask const& task) const {
  auto const& [ports, slots] = std::tie(library_.belief().entry().ports, library_.belief().entry().slots);
  auto const port = task.to.kind == ElementKind::port ? ports.find(task.to.number) : ports.end();
  auto const slot = task.to.kind == ElementKind::slot ? slots.find(task.to.number) : slots.end();
  bool const unknown_in_port = port != ports.end() && port->second.content == PortContent::full && !port->second.medium;
  bool const unknown_in_slot = slot != slots.end() && slot->second.state == SlotState::full && !slot->second.medium;
  if (unknown_in_port || unknown_in_slot) return "a cartridge that nobody knows yet";
  auto const* other = library_.belief().medium(library_.belief().medium_at(task.to));
  return other == nullptr || other->id == task.medium || other->id == task.partner ? std::string() : name_of(*other);
}

// What is believed to be in a drive that has not said so decides no move.
std::optional<Element> ArmDesk::seen_at(MediumId medium) const {
  auto const at = library_.belief().place_of(medium);
  DriveId const drive = at && at->kind == ElementKind::drive ? library_.belief().drive_at(at->number) : DriveId{};
  return drive && library_.unsure_of(drive) && !arm_.idle() && arm_.current()->to == *at ? std::nullopt : at;
}

ArmView ArmDesk::view() const { return arm_.idle() ? view_of({}) : view_of(*arm_.current()); }

ArmView ArmDesk::view_of(ArmTask const& task) const {
  ArmView v;
  v.now = library_.now();
  v.door_open = door_open_;
  v.one_command = library_.arm_trouble().suspected();
  if (!task.medium) return v;
  auto const& belief = library_.belief();
  auto const* medium = belief.medium(task.medium);
  v.medium_name = medium == nullptr ? "medium " + task.medium.text() : name_of(*medium);
  v.where = medium == nullptr ? "unknown" : place_text(medium->place);
  v.at = seen_at(task.medium);
  v.destination_holds = other_at_the_end_of(task);
  if (!task.partner) return v;
  auto const* partner = belief.medium(task.partner);
  v.partner_name = partner == nullptr ? "medium " + task.partner.text() : name_of(*partner);
  v.partner_where = partner == nullptr ? "unknown" : place_text(partner->place);
  v.partner_at = belief.place_of(task.partner);
  v.both_recognized = medium != nullptr && partner != nullptr && !library_.barcode_seen(*medium).empty() && !library_.barcode_seen(*partner).empty();
  return v;
}

std::set<std::uint32_t> ArmDesk::slots_on_their_way() const {
  std::set<std::uint32_t> slots;
  if (!arm_.idle() && arm_.current()->to.kind == ElementKind::slot) slots.insert(arm_.current()->to.number);
  for (auto const& task : arm_.waiting())
    if (task.to.kind == ElementKind::slot) slots.insert(task.to.number);
  return slots;
}

bool ArmDesk::works_for(RequestId request) const {
  bool const moves = !arm_.idle() && arm_.current()->request == request;
  return moves || std::ranges::find(arm_.waiting(), request, &ArmTask::request) != arm_.waiting().end();
}

bool ArmDesk::take_back(RequestId request) {
  auto const waiting = std::ranges::find(arm_.waiting(), request, &ArmTask::request);
  return waiting != arm_.waiting().end() && arm_.withdraw(waiting->work);
}

bool ArmDesk::uses_port() const {
  if (!arm_.idle() && (arm_.from().kind == ElementKind::port || arm_.current()->to.kind == ElementKind::port)) return true;
  return std::ranges::any_of(arm_.waiting(), [this](ArmTask const& task) {
    auto const at = library_.belief().place_of(task.medium);
    return task.to.kind == ElementKind::port || (at && at->kind == ElementKind::port);
  });
}

std::string ArmDesk::text_for(RequestId request) const {
  if (idle() || arm_.current()->request == request) return text();
  return "the arm comes to it after " + text();
}

std::string ArmDesk::text() const {
  auto const* task = arm_.current();
  auto const name_of_its = [this](MediumId medium) {
    auto const it = library_.world().media.find(medium);
    return it == library_.world().media.end() ? medium.text() : name_of(it->second);
  };
  bool const is_about_to = task == nullptr && library_.arm_trouble().pauses() && !arm_.waiting().empty();
  if (is_about_to) return name_of_its(arm_.waiting().front().medium) + " to " + arm_.waiting().front().to.text() + " (the last move has failed; the next one is tried after a pause)";
  if (task == nullptr) return {};
  std::string const name = name_of_its(task->medium);
  std::string const partner = task->partner ? ", exchanged with what is there" : "";
  return name + " from " + arm_.from().text() + " to " + task->to.text() + partner + (task->turn ? ", turned" : "") + (arm_.trouble().empty() ? "" : " (" + arm_.trouble() + ")");
}

void ArmDesk::record(RecordIntent const& intent) {
  IntentRecord record{library_.id(), intent.task.request, intent.task.medium, intent.from, intent.task.to, intent.task.turn, library_.now(), intent.task.partner};
  if (planted(PlantedBug::partner_forgotten)) record.partner = {};
  if (!planted(PlantedBug::lost_intent)) library_.book().put(record);
}

// The arm reaches a port only while it is in: one that somebody left out is closed first.
void ArmDesk::send(port::Move const& what) {
  for (auto const& end : {what.from, what.to}) {
    auto const port = library_.belief().entry().ports.find(end.number);
    if (end.kind != ElementKind::port || port == library_.belief().entry().ports.end() || port->second.position == PortPosition::retracted) continue;
    return library_.devices().changer().extend_port(end.number, false, lifeline_.guard([this, what, number = end.number, step = ++moves_](Result<> closed) {
      if (step != moves_) return;
      if (!closed) return perform(arm_.moved(view(), library_.heard(std::move(closed))));
      library_.belief().set_port_position(number, PortPosition::retracted, "closed for the arm");
      send(what);
    }));
  }
  ends_seen_.clear();
  library_.devices().changer().move(what, lifeline_.guard([this, step = ++moves_](Result<> answer) {
    if (step != moves_) return;
    if (!answer && planted(PlantedBug::guess_after_jam)) {
      library_.belief().set_place(arm_.current()->medium, InElement{library_.id(), arm_.current()->to}, "guessed", arm_.current()->request);
      return perform({ArmDone{*arm_.current(), arm_.from(), {}, 1, 0}});
    }
    perform(arm_.moved(view(), library_.heard(std::move(answer))));
  }));
}

// Asks where things are and writes down what is said; then the machine decides.
void ArmDesk::look(bool everything) {
  auto const decide = [this](Result<> seen) {
    if (arm_.idle()) return;
    if (seen) return perform(arm_.looked(view()));
    library_.book().log(LogLevel::error, library_.belief().name() + ": after a move: " + seen.error().sentence());
    perform(arm_.not_looked(view(), seen.error()));
  };
  auto const* task = arm_.current();
  IntentRecord const move{library_.id(), task->request, task->medium, arm_.from(), task->to, task->turn, library_.now(), task->partner};
  if (everything) {
    door_open_ = false;
    return library_.stocktaking().look_after_move(move, ends_seen_, lifeline_.guard([this, decide](Result<> seen) {
      door_open_ = !seen && seen.error().code == Errc::not_ready;
      decide(door_open_ ? Result<>{} : seen);
    }));
  }
  std::vector<port::ElementRange> ranges{{move.from.kind, move.from.number, 1}};
  if (move.to != move.from) ranges.push_back({move.to.kind, move.to.number, 1});
  library_.devices().changer().elements(std::move(ranges), lifeline_.guard([this, decide, move](Result<port::ElementReport> report) {
    if (!library_.heard(report)) return decide(std::unexpected(report.error()));
    door_open_ = report->door_open;
    library_.belief().set_door(door_open_);
    if (door_open_) return decide({});
    ends_seen_ = report->elements;
    if (!library_.absorber().ends_of(move, report->elements)) return look(true);
    decide({});
  }));
}

void ArmDesk::remember(MoveFailed const& failed) {
  auto const* task = arm_.current();
  if (task == nullptr) return;
  library_.book().remember({.kind = HistoryKind::failed, .medium = task->medium, .library = library_.id(), .from = arm_.from(), .to = task->to,
                            .error = static_cast<std::uint32_t>(failed.error.code), .request = task->request, .text = failed.text});
}

void ArmDesk::perform(ArmActions actions) {
  auto& l = library_;
  for (auto& action : actions) {
    if (std::holds_alternative<AwaitDurable>(action)) {
      l.book().ledger().when_durable(lifeline_.guard([this, step = ++moves_](Result<> durable) {
        if (durable && step == moves_) perform(arm_.durable(view()));
      }));
    } else if (auto const* pause = std::get_if<Pause>(&action)) {
      l.loop().after(pause->time, lifeline_.guard([this, step = ++moves_] {
        if (step == moves_) perform(arm_.pause_over(view()));
      }));
    } else if (auto const* intent = std::get_if<RecordIntent>(&action)) {
      record(*intent);
    } else if (auto const* move = std::get_if<SendMove>(&action)) {
      send(move->what);
    } else if (auto const* where = std::get_if<Look>(&action)) {
      look(where->everything);
    } else if (auto const* silent = std::get_if<ChangerSilent>(&action)) {
      l.conditions().changer_silent(silent->error, silent->needs_service);
    } else if (std::holds_alternative<ChangerAnswers>(action)) {
      l.conditions().changer_answers();
    } else if (auto const* failed = std::get_if<MoveFailed>(&action)) {
      l.book().figures().device_failed(l.id(), {ElementKind::arm, 0}, failed->error.code);
      remember(*failed);
      l.book().log(LogLevel::warning, l.belief().name() + ": " + failed->text + ": " + failed->error.sentence());
    } else if (auto const* over = std::get_if<ArmDone>(&action)) {
      done(*over);
    }
  }
}

void ArmDesk::done(ArmDone const& over) {
  auto& l = library_;
  auto const intent = l.world().intents.find(l.id());
  auto const took = intent == l.world().intents.end() ? std::nullopt : std::optional(l.now() - intent->second.recorded);
  l.book().erase_intent(l.id());
  if (over.outcome && over.commands == 1) l.book().learn(l.id(), {}, over.task.turn ? TimingKind::turn : TimingKind::move, l.now() - begun_);
  if (over.commands != 0) l.book().figures().moved(l.id(), over.outcome.has_value(), over.commands, took);
  if (!over.outcome && !arm_.given_up() && l.arm_trouble().to_blame_for(over)) {
    arm_.ask(over.task);
    return l.evaluate_soon();
  }
  if (over.outcome && over.commands != 0) l.arm_trouble().moved(over.task);
  if (over.outcome && over.commands != 0 && over.task.to.kind == ElementKind::drive) {
    DriveId const drive = l.belief().drive_at(over.task.to.number);
    auto const* medium = l.belief().medium(over.task.medium);
    SideId const side = medium != nullptr && over.side_up < medium->sides.size() ? medium->sides[over.side_up].id : SideId{};
    l.belief().set_drive(drive, {.state = l.belief().state_with(over.task.medium), .reason = over.from == over.task.to ? std::string("cartridge turned over") : "cartridge put in from " + over.from.text(), .side = side, .request = over.task.request}, over.task.request);
  }
  l.arm_done(over);
  if (over.outcome && over.task.to.kind == ElementKind::slot) operations::identify::at_home(l, over.task.medium);
  if (over.outcome && over.task.partner) operations::identify::at_home(l, over.task.partner);
  go_on_soon();
  l.evaluate_soon();
}

}  // namespace rsm
