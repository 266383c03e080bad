#include "cli/rsm/volume/work.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "drivers/volume/limits.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::cli {

// An operation that is under way on the library's thread, and whoever waits for it.
class Awaited {
 public:
  void complete(Result<volume::Outcome> result) {
    std::lock_guard const lock(mutex_);
    result_ = std::move(result);
    changed_.notify_all();
  }
  // False: not yet.
  bool wait(Millis limit) {
    std::unique_lock lock(mutex_);
    if (limit == Millis{0}) return result_.has_value();  // to wait until now takes the kernel a moment
    return changed_.wait_for(lock, limit, [&] { return result_.has_value(); });
  }
  Result<volume::Outcome> take() { return std::move(*result_); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Result<volume::Outcome>> result_;
};

namespace {

using volume::Operation;
using volume::Outcome;
using volume::VolumeClient;

constexpr Millis idle_pause{1000};  // between two calls of the idle hook

std::string owner_text(volume::HandleOwner const& owner) {
  return "process " + std::to_string(owner.process) + " (" + owner.command + ", user " + owner.user + ")";
}

volume::HandleOwner const* locker_of(volume::VolumeStatus const& status) {
  auto const it = std::ranges::find_if(status.handles, &volume::HandleOwner::locked);
  return it == status.handles.end() ? nullptr : &*it;
}

Error managed_error(std::string const& device, std::string const& how) { return {Errc::access_denied, device, "a running service manages it: " + how}; }

template <class T>
Result<> nothing(Result<T> const& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

std::string ask_the_service(std::string const& manager) {
  return manager + "; ask the service: rsm media dismount SIDE, rsm media eject MEDIUM ('rsm drive list' shows what is in which drive)";
}

}  // namespace

VolumeWork::VolumeWork(VolumeOrder order, VolumeHooks hooks) : order_(std::move(order)), hooks_(std::move(hooks)) {
  report_.volume = order_.device;
  report_.named = order_.named;
  report_.verb = name_of(order_.verb);
  report_.dry_run = order_.dry_run;
  report_.force = order_.force;
}

VolumeWork::~VolumeWork() = default;

std::shared_ptr<Awaited> VolumeWork::start(VolumeClient& client, volume::Command command) {
  auto const limit = order_.timeout.value_or(hooks_.limit_of(command.operation));
  auto awaited = std::make_shared<Awaited>();
  client.submit(std::move(command), limit, [awaited](Result<Outcome> result) { awaited->complete(std::move(result)); });
  return awaited;
}

// The steps behind a gate, to be told along with the opening: where the condition of the volume lets nobody take it, none of them is begun.
VolumeClient::Orders VolumeWork::orders_of(volume::Access access) {
  VolumeClient::Orders orders{.all = {}, .then_close = true};
  auto const order = [&](volume::Command command) {
    auto const limit = order_.timeout.value_or(hooks_.limit_of(command.operation));
    auto awaited = std::make_shared<Awaited>();
    orders.all.push_back({std::move(command), limit, [awaited](Result<Outcome> result) { awaited->complete(std::move(result)); }});
    return awaited;
  };
  ahead_.clear();
  fit_ = order({.operation = Operation::fit});
  for (auto const step : steps_of(order_.verb)) {
    if (step == VolumeStep::run) {
      orders.then_close = false;
      break;
    }
    if (step == VolumeStep::flush && !access.write) continue;
    auto command = command_of(step);
    command.linked = true;
    ahead_.emplace_back(step, order(std::move(command)));
  }
  return orders;
}

Result<Outcome> VolumeWork::answer(VolumeClient& client, Awaited& awaited) {
  while (!awaited.wait(Millis{0})) {
    Millis const pause = client.attend(idle_pause) ? Millis{0} : idle_pause;
    if (!awaited.wait(pause)) hooks_.idle();
  }
  auto result = awaited.take();
  ended_ |= !result && client.dead();
  return result;
}

Result<Outcome> VolumeWork::ask(VolumeClient& client, volume::Command command) { return answer(client, *start(client, std::move(command))); }

// The handle is told of all steps at once, and works on them without waiting for us, up to the first that fails. What comes after that one is not begun.
void VolumeWork::order_ahead(std::vector<VolumeStep> const& plan) {
  if (working_ == nullptr) return;
  for (auto const step : plan) {
    if (step == VolumeStep::run) return;
    if (step == VolumeStep::flush && !may_write_) continue;
    auto command = command_of(step);
    command.linked = !ahead_.empty();
    ahead_.emplace_back(step, start(*working_, std::move(command)));
  }
}

// A step that failed is dealt with: those after it, which were not begun, are asked for again if they are wanted still.
Result<Outcome> VolumeWork::ask_step(VolumeStep step) {
  auto& client = working_ != nullptr ? *working_ : *asking_;
  if (ahead_.empty() || ahead_.front().first != step) return ask(client, command_of(step));
  auto const awaited = std::move(ahead_.front().second);
  ahead_.pop_front();
  auto result = answer(client, *awaited);
  if (!result) ahead_.clear();
  return result;
}

// The handle to ask through: the one that works, where there is one, so that it is not taken for another user.
Result<VolumeClient*> VolumeWork::eyes() {
  if (working_ != nullptr && !working_->dead()) return working_.get();
  if (asking_ == nullptr) {
    RSM_TRY(asking_, hooks_.open(volume::Access{}, {}));
  }
  return asking_.get();
}

Result<volume::VolumeStatus> VolumeWork::look(Operation at) {
  RSM_TRY(auto* client, eyes());
  RSM_TRY(auto const answer, ask(*client, {.operation = at}));
  RSM_TRY(status_, volume::status_from_json(answer.data));
  return status_;
}

Result<volume::HolderList> VolumeWork::holders() {
  RSM_TRY(auto* client, eyes());
  RSM_TRY(auto const answer, ask(*client, {.operation = Operation::holders}));
  return volume::holders_from_json(answer.data);
}

// What forbids the verb, whoever else uses the volume.
std::optional<Error> VolumeWork::refusal() {
  if (changes_volume(order_.verb) && !status_.managed_by.empty()) return managed_error(order_.device, ask_the_service("it is " + status_.managed_by));
  if (takes_volume(order_.verb) && !status_.system_volume.empty()) return Error{Errc::volume_contains_sys_files, order_.device, status_.system_volume};
  if (order_.verb != VolumeVerb::verify && !status_.needs_service.empty())
    return Error{Errc::not_ready, order_.device, "it needs service: " + status_.needs_service + "; 'rsm volume verify " + order_.device + "' looks whether it answers again"};
  bool const needs_it_online = order_.verb == VolumeVerb::lock || order_.verb == VolumeVerb::dismount || order_.verb == VolumeVerb::flush;
  if (needs_it_online && is_offline(status_))
    return Error{Errc::invalid_state, order_.device, "it is offline; 'rsm volume online " + order_.device + "' brings it back"};
  return std::nullopt;
}

// Who uses it now; nothing: nobody that can be seen.
std::optional<Error> VolumeWork::in_use() {
  if (auto const now = look(); now)
    if (auto const* owner = locker_of(*now)) return Error{Errc::busy, order_.device, "locked by " + owner_text(*owner)};
  auto const list = holders();
  if (!list) return std::nullopt;
  report_.holders = list->holders;
  report_.not_seen = list->not_seen;
  if (is_offline(status_)) std::erase_if(report_.holders, [this](auto const& holder) { return holder.pid == status_.offline_process; });
  if (report_.holders.empty()) return std::nullopt;
  auto const incomplete = incomplete_text(list->not_seen);
  return Error{Errc::busy, order_.device, holders_text(report_.holders) + (incomplete.empty() ? "" : "; " + incomplete)};
}

// Why the lock would be refused, asked of the one who would refuse it. Who keeps it offline lets it go before that.
std::optional<Error> VolumeWork::why_no_lock() {
  if (auto used = in_use()) return used;
  if (is_offline(status_)) return std::nullopt;
  auto client = eyes();
  if (!client) return client.error();
  auto could = ask(**client, {.operation = Operation::could_lock});
  if (could) return std::nullopt;
  if (could.error().code == Errc::access_denied && hooks_.missing_right(VolumeStep::lock).empty()) could.error().code = Errc::busy;
  return could.error();
}

bool VolumeWork::try_again(Error const& why, Millis until) {
  if (hooks_.now() >= until) return false;
  hooks_.tell("waiting", why.detail);
  if (!heard_its_end(until)) hooks_.pause(limits::busy_retry_pause);
  return true;
}

// What is mounted nowhere any more is free when its last user has ended: that can be heard, and need not be looked for.
bool VolumeWork::heard_its_end(Millis until) {
  if (!status_.mounts.empty() || locker_of(status_) != nullptr) return false;
  auto client = eyes();
  if (!client) return false;
  Millis const limit = order_.timeout.value_or(hooks_.limit_of(Operation::await_end)) / 2;  // the wait is to end, not the handle
  Millis const wait = std::min({until - hooks_.now(), limits::volume_end_wait, limit});
  auto const heard = ask(**client, {.operation = Operation::await_end, .length = static_cast<std::uint32_t>(std::max(wait, Millis{0}).count())});
  return heard && heard->number == 1;
}

Result<std::shared_ptr<VolumeClient>> VolumeWork::open_for(volume::Access access, bool with_orders) {
  auto opened = hooks_.open(access, with_orders ? orders_of(access) : VolumeClient::Orders{});
  if (!opened) {  // nothing was begun
    ahead_.clear();
    fit_ = nullptr;
  }
  return opened;
}

// For reading and writing; a volume that may only be read is not flushed, but may be locked and dismounted.
Result<> VolumeWork::open_once(bool with_orders) {
  auto opened = open_for({.read = true, .write = true}, with_orders);
  may_write_ = opened.has_value();
  bool const read_only = !opened && (opened.error().code == Errc::write_protect || opened.error().code == Errc::access_denied);
  if (read_only && order_.verb != VolumeVerb::flush) opened = open_for({.read = true}, with_orders);
  if (!opened) return std::unexpected(std::move(opened).error());
  working_ = std::move(*opened);
  return {};
}

Result<> VolumeWork::open_for_work() {
  auto const until = hooks_.now() + order_.busy_wait;
  for (;;) {
    auto const opened = opened_ ? *std::exchange(opened_, std::nullopt) : open_once();
    if (opened) return {};
    auto const used = opened.error().code == Errc::access_denied ? in_use() : std::nullopt;
    bool const locked = used && locker_of(status_) != nullptr;
    if (!locked) return std::unexpected(opened.error());
    if (!try_again(*used, until)) return std::unexpected(*used);
  }
}

void VolumeWork::record(VolumeStep step, std::string outcome, Error const& why) {
  report_.steps.push_back({.step = name_of(step), .outcome = std::move(outcome), .error = static_cast<std::int64_t>(why.code), .reason = why.detail});
}

bool VolumeWork::passed(VolumeStep step) const {
  return std::ranges::any_of(report_.steps, [&](auto const& s) { return s.step == name_of(step) && s.outcome == "done"; });
}

Result<> VolumeWork::simple(VolumeStep step) {
  RSM_TRY(auto const outcome, ask_step(step));
  if (step == VolumeStep::verify) report_.media_changes = static_cast<std::int64_t>(outcome.number);
  return {};
}

// The first step of all that need the rights of a user.
Result<> VolumeWork::flush() {
  RSM_CHECK(open_for_work());
  if (!may_write_) {
    record(VolumeStep::flush, "skipped", {Errc::success, "", "it may only be read here"});
    hooks_.tell("flush", "left out: it may only be read here");
    return {};
  }
  RSM_CHECK(simple(VolumeStep::flush));
  record(VolumeStep::flush, "done");
  return {};
}

// With force a volume that stays in use is gone on with, without the lock.
Result<> VolumeWork::lock() {
  auto const until = hooks_.now() + order_.busy_wait;
  for (;;) {
    auto const taken = ask_step(VolumeStep::lock);
    if (taken) {
      locked_ = true;
      report_.holders.clear();
      record(VolumeStep::lock, "done");
      return {};
    }
    auto why = taken.error();
    if (why.code != Errc::access_denied && why.code != Errc::busy) return std::unexpected(why);
    auto used = in_use();
    if (used) why = *used;
    else if (hooks_.missing_right(VolumeStep::lock).empty()) why.code = Errc::busy;
    if (why.code == Errc::access_denied) return std::unexpected(why);
    // Trying takes the mounts away for a moment: while whoever is in the way can be seen, it is not tried.
    bool waited = false;
    while (used && try_again(*used, until)) {
      waited = true;
      used = in_use();
    }
    if (waited && !used) continue;
    if (used) why = *used;
    if (!order_.force) return std::unexpected(why);
    record(VolumeStep::lock, "failed", why);
    hooks_.tell("without the lock", why.detail);
    return {};
  }
}

Result<> VolumeWork::run_command() {
  auto const still_locked = [this] { return !working_->dead(); };
  RSM_TRY(auto const status, hooks_.run_command(still_locked));
  report_.command_status = status;
  record(VolumeStep::run, "done");
  return {};
}

Result<> VolumeWork::dismount() {
  RSM_TRY(auto const answer, ask_step(VolumeStep::dismount));
  RSM_TRY(auto const outcome, volume::dismount_from_json(answer.data));
  report_.was_mounted = outcome.was_mounted;
  report_.note = outcome.note;
  if (outcome.forced) report_.holders_fate = outcome.handles_dead ? "dead" : "alive";
  record(VolumeStep::dismount, "done", {Errc::success, "", outcome.note});
  return {};
}

// A forced eject goes on although old handles still keep the device: the drive says whether it lets the medium go.
Result<> VolumeWork::offline() {
  auto const done = ask_step(VolumeStep::offline);
  if (done) {
    record(VolumeStep::offline, "done");
    return {};
  }
  bool const go_on = order_.force && order_.verb == VolumeVerb::eject && done.error().code == Errc::busy;
  if (!go_on) return std::unexpected(done.error());
  record(VolumeStep::offline, "failed", done.error());
  hooks_.tell("not offline", done.error().detail);
  return {};
}

Result<> VolumeWork::unlock() {
  if (!locked_) {
    record(VolumeStep::unlock, "skipped", {Errc::success, "", "no lock was taken"});
    return {};
  }
  locked_ = false;
  auto const done = ask_step(VolumeStep::unlock);
  // The lock of a volume that has left the drive went with it.
  bool const gone_with_it = !done && passed(VolumeStep::eject) && done.error().code == Errc::not_locked;
  if (!done && !gone_with_it) return std::unexpected(done.error());
  record(VolumeStep::unlock, "done");
  return {};
}

Result<> VolumeWork::take_step(VolumeStep step) {
  if (step != VolumeStep::unlock || locked_) hooks_.tell(word_of(step, status_), "");
  switch (step) {
    case VolumeStep::flush: return flush();
    case VolumeStep::lock: return lock();
    case VolumeStep::run: return run_command();
    case VolumeStep::dismount: return dismount();
    case VolumeStep::offline: return offline();
    case VolumeStep::unlock: return unlock();
    default: break;
  }
  RSM_CHECK(simple(step));
  record(step, "done");
  return {};
}

Result<> VolumeWork::look_at_condition() {
  if (fit_ == nullptr) return nothing(look(order_.dry_run ? Operation::status : Operation::condition));
  RSM_TRY(auto const answer, this->answer(*working_, *std::exchange(fit_, nullptr)));
  RSM_TRY(status_, volume::status_from_json(answer.data));
  if (answer.number == 0) ahead_.clear();
  return {};
}

// The handle that is to work answers the questions before it, too; where there is none, one that only asks.
// A service that manages the volume is asked before it is opened: whoever opens it for writing is in the service's way for a moment, and udev looks again
// when he closes it.
Result<> VolumeWork::prepare() {
  if (changes_volume(order_.verb))
    if (auto const service = hooks_.managing_service(); !service.empty()) return std::unexpected(managed_error(order_.device, service));  // it knows the medium's name
  auto const steps = steps_of(order_.verb);
  bool const works_as_user = !order_.dry_run && !steps.empty() && steps.front() == VolumeStep::flush;
  if (works_as_user) opened_ = open_once(true);
  if (opened_ && !*opened_ && opened_->error().code == Errc::timeout) return *opened_;  // it would hang again
  RSM_CHECK(look_at_condition());
  if (auto why = refusal()) return std::unexpected(std::move(*why));
  return {};
}

// What was done before a step failed is taken back as far as that can be: a volume nobody took out must not stay offline or locked.
void VolumeWork::put_back() {
  if (ended_ || working_ == nullptr || working_->dead()) return;
  auto const take_back = [&](VolumeStep step) {
    hooks_.tell(word_of(step, status_), "");
    auto const done = ask(*working_, command_of(step));
    record(step, done ? "done" : "failed", done ? Error{} : done.error());
  };
  if (order_.verb == VolumeVerb::eject) {
    if (passed(VolumeStep::allow) && status_.removal_prevented) take_back(VolumeStep::prevent);
    if (passed(VolumeStep::offline)) take_back(VolumeStep::online);
  }
  if (locked_) take_back(VolumeStep::unlock);
  locked_ = false;
}

// What is to be done, in its order: --dry-run goes through it and asks, the real call goes through it and does.
std::vector<VolumeStep> VolumeWork::plan() const {
  if (order_.verb == VolumeVerb::offline && is_offline(status_)) return {};
  auto steps = steps_of(order_.verb);
  if (order_.verb == VolumeVerb::eject && is_offline(status_)) steps.insert(steps.begin(), VolumeStep::online);
  return steps;
}

// To the first step that fails; what comes after it is not reached.
Result<> VolumeWork::go_through(std::vector<VolumeStep> const& plan, std::function<Result<>(VolumeStep)> const& each) {
  Result<> so_far;
  for (auto const step : plan) {
    if (so_far)
      so_far = each(step);
    else if (order_.dry_run || step != VolumeStep::unlock)  // what was locked is put back
      record(step, "not reached");
  }
  return so_far;
}

Result<> VolumeWork::carry_out() {
  auto const steps = plan();
  if (ahead_.empty()) order_ahead(steps);
  auto const done = go_through(steps, [this](VolumeStep step) {
    auto taken = take_step(step);
    if (!taken) record(step, "failed", taken.error());
    return taken;
  });
  if (!done) put_back();
  return done;
}

// Why a step would fail now; nothing: it would work, as far as can be said without doing it.
std::optional<Error> VolumeWork::obstacle_to(VolumeStep step) {
  bool const user_step = step == VolumeStep::flush || step == VolumeStep::lock;
  if (user_step)
    if (auto const right = hooks_.missing_right(step); !right.empty()) return Error{Errc::access_denied, order_.device, right};
  if ((user_step || step == VolumeStep::eject) && !status_.medium && !(step == VolumeStep::eject && is_optical(status_)))
    return Error{Errc::no_media_in_drive, order_.device, "there is nothing to work on"};
  if (step == VolumeStep::lock) return why_no_lock();
  // With holders only force comes so far: what they have open dies or lives on, and keeps the device either way. Who has the device itself open does not.
  auto const keeps_a_file_system = [](auto const& holder) { return !holder.what.starts_with("open device"); };
  if (step == VolumeStep::offline && std::ranges::any_of(report_.holders, keeps_a_file_system))
    return Error{Errc::busy, order_.device, "old handles keep the device: " + holders_text(report_.holders)};
  if (step == VolumeStep::eject && is_loop(status_) && !report_.holders.empty())
    return Error{Errc::unable_to_unload_media, order_.device, "a loop device stays bound as long as it is used: " + holders_text(report_.holders)};
  if (step == VolumeStep::load && !is_optical(status_) && !is_tape(status_)) return Error{Errc::not_supported, order_.device, "a " + status_.kind + " has no motor"};
  return std::nullopt;
}

Result<> VolumeWork::rehearse() {
  return go_through(plan(), [this](VolumeStep step) -> Result<> {
    auto obstacle = obstacle_to(step);
    if (!obstacle) {
      record(step, "would be done");
      return {};
    }
    record(step, "would fail", *obstacle);
    bool const lock_left_out = step == VolumeStep::lock && locker_of(status_) == nullptr;
    bool const left_to_the_drive = step == VolumeStep::offline && order_.verb == VolumeVerb::eject;
    bool const go_on = order_.force && obstacle->code == Errc::busy && (lock_left_out || left_to_the_drive);
    if (go_on) return {};
    return std::unexpected(std::move(*obstacle));
  });
}

VolumeReport VolumeWork::run() {
  auto const ready = prepare();
  if (!ready) {
    report_.fail_with(ready.error());
    return report_;
  }
  auto const done = order_.dry_run ? rehearse() : carry_out();
  if (!done) report_.fail_with(done.error());
  if (working_ != nullptr) working_->close();
  return report_;
}

}  // namespace rsm::cli
