#include "libmgr/forecast/course.hpp"

#include <algorithm>

#include "libmgr/queue/scheduler.hpp"

namespace rsm::forecast {
namespace {

// splitmix64: every bit of the result depends on every bit of the value.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

std::uint64_t folded(Guid const& id) {
  std::uint64_t high = 0, low = 0;
  for (std::size_t i = 0; i < 8; ++i) high = high << 8 | id.bytes[i], low = low << 8 | id.bytes[i + 8];
  return mixed(high) ^ low;
}

class Course {
 public:
  Course(Question const& question, CourseOrder order, std::size_t& plans_left)
      : q_(question), order_(order), plans_left_(plans_left), world_(question.world), now_(question.now) {
    for (auto const& [id, drive] : q_.drives) begin_with(id, drive);
    for (auto const& request : q_.waiting) waiting_.push_back(&request);
    if (q_.arm_since) arm_free_ = now_ + q_.costs.rest(TimingKind::move, {}, share({}, TimingKind::move), now_ - *q_.arm_since);
  }

  std::map<RequestId, Served> play() {
    for (std::size_t steps = 0; steps < limits::forecast_steps_most + q_.later.size() * limits::forecast_steps_per_arrival; ++steps) {
      arrive();
      if (!go_on()) break;
      start_arm();
      auto const next = next_event();
      if (order_.until ? mounted(order_.until) : waiting_.empty() && arrived_ == q_.later.size() && nothing_comes()) break;
      if (!next || (q_.later.empty() && *next - q_.now > limits::forecast_horizon)) break;
      now_ = std::max(now_, *next);
      happen();
    }
    std::erase_if(served_, [](auto const& entry) { return entry.second.mounted == TimePoint{}; });
    return std::move(served_);
  }

 private:
  struct Played {
    Phase phase = Phase::empty;
    RequestRecord const* request = nullptr;
    TimePoint since{};
    std::optional<TimePoint> until;  // of a phase that ends by itself
    MediumId comes;
    SideId side;
    bool turns = false;
    std::uint32_t uses = 0;

    bool leaves() const { return !turns && (phase == Phase::unloading || phase == Phase::to_go || phase == Phase::going); }
    bool waits_for_arm() const { return phase == Phase::to_come || phase == Phase::to_go; }
  };

  double share(Guid const& about, TimingKind kind) const {
    if (order_.number == 0) return 0.5;
    std::uint64_t const bits = mixed(folded(about) ^ mixed(order_.number * 64ULL + static_cast<std::uint64_t>(kind)));
    return static_cast<double>(bits >> 11) / static_cast<double>(1ULL << 53);
  }
  // Of one and the same medium or drive, again and again.
  double share_of_use(Played& drive, Guid const& about, TimingKind kind) {
    Guid often = about;
    often.bytes[0] = static_cast<std::uint8_t>(often.bytes[0] ^ drive.uses);
    return share(often, kind);
  }

  RequestRecord const* under_way(RequestId id) const {
    auto const it = std::ranges::find(q_.under_way, id, &RequestRecord::id);
    return it == q_.under_way.end() ? nullptr : &*it;
  }
  DriveHot& hot(DriveId id) { return world_.drives.at(id).hot; }
  bool mounted(RequestId id) const {
    auto const it = served_.find(id);
    return it != served_.end() && it->second.mounted != TimePoint{};
  }
  bool nothing_comes() const {
    return std::ranges::none_of(drives_, [](auto const& entry) { return entry.second.request != nullptr && entry.second.phase != Phase::held; });
  }

  // What it does now has been going on for a while.
  void begin_with(DriveId id, DriveNow const& drive) {
    auto& played = drives_[id];
    played = {.phase = drive.phase, .request = under_way(drive.request), .since = drive.since, .until = {}, .comes = drive.expects, .side = drive.side, .turns = drive.turns};
    if (played.request != nullptr) served_[played.request->id] = {id, now_, {}};
    auto const rest = [&](TimingKind kind, Guid const& about) { played.until = now_ + q_.costs.rest(kind, id, share(about, kind), now_ - drive.since); };
    switch (drive.phase) {
      case Phase::coming:
      case Phase::going:
        rest(TimingKind::move, id.guid);
        arm_free_ = played.until;
        break;
      case Phase::loading: return rest(TimingKind::load, id.guid);
      case Phase::unloading: return rest(TimingKind::unload, id.guid);
      case Phase::held: return drive.abandoned ? void() : rest(TimingKind::hold, drive.request.guid);
      case Phase::busy: return rest(TimingKind::load, id.guid);
      default: return;
    }
  }

  Situation situation() const {
    Situation s{.world = world_, .library = q_.library, .now = now_, .policy = q_.policy, .fairness_limit = q_.fairness_limit};
    s.pace = q_.pace;
    s.reasons = false;
    s.failed_in = q_.failed_in;
    s.takes = q_.takes;
    s.arm_taken = arm_free_.has_value();
    for (auto const& [id, drive] : drives_) {
      s.arm_taken = s.arm_taken || drive.phase == Phase::to_come;
      if (drive.phase == Phase::empty || drive.phase == Phase::idle || drive.phase == Phase::held) continue;
      s.working.insert(id);
      if (drive.leaves()) s.emptying.insert(id);
      if (drive.comes) s.busy_media.emplace(drive.comes, std::string());
      if (auto const inside = world_.drives.at(id).hot.medium) s.busy_media.emplace(inside, std::string());
    }
    return s;
  }

  void arrive() {
    for (; arrived_ < q_.later.size() && q_.later[arrived_].queued <= now_; ++arrived_) waiting_.push_back(&q_.later[arrived_]);
  }

  // False: the scheduler has looked as often as it may.
  bool go_on() {
    take_home();
    for (bool again = true; again;) {
      again = false;
      bool const any_room = std::ranges::any_of(drives_, [](auto const& entry) { return entry.second.phase == Phase::empty || entry.second.phase == Phase::idle; });
      if (waiting_.empty() || !any_room) return true;
      if (plans_left_ == 0) return false;
      --plans_left_;
      auto const plan = plan_mounts(situation(), waiting_);
      for (auto const& start : plan.starts) begin(start.drive, start.request);
      for (auto const& [drive, request] : plan.to_empty) unload(drive);
      again = !plan.starts.empty() || !plan.to_empty.empty();
    }
    return true;
  }

  bool wanted(MediumId medium) const { return std::ranges::find(waiting_, medium, &RequestRecord::medium) != waiting_.end(); }

  // Those first that have been idle for longest: what becomes empty may be enough.
  void take_home() {
    auto empty = static_cast<std::size_t>(std::ranges::count_if(drives_, [](auto const& entry) { return entry.second.phase == Phase::empty || entry.second.leaves(); }));
    std::vector<std::pair<TimePoint, DriveId>> idle;
    for (auto const& [id, drive] : drives_)
      if (drive.phase == Phase::idle) idle.emplace_back(drive.since, id);
    std::ranges::sort(idle);
    for (auto const& [since, id] : idle) {
      bool const off = !world_.drives.at(id).record.enabled;
      bool const unwanted = !wanted(hot(id).medium) && !q_.idle_media_stay.empty() && now_ - since >= q_.idle_media_stay[std::min(empty, q_.idle_media_stay.size() - 1)];
      if (!off && !unwanted) continue;
      unload(id);
      if (!off) ++empty;
    }
  }

  void begin(DriveId id, RequestId asked) {
    auto const it = std::ranges::find(waiting_, asked, &RequestRecord::id);
    if (it == waiting_.end()) return;
    auto& drive = drives_.at(id);
    drive.request = *it;
    waiting_.erase(it);
    served_[asked] = {id, now_, {}};
    drive.comes = drive.request->medium, drive.side = drive.request->side;
    if (drive.phase == Phase::empty) return enter(drive, Phase::to_come);
    if (hot(id).side == drive.request->side) return given(id, drive);
    drive.turns = true;
    unload(id);
  }

  void enter(Played& drive, Phase phase, std::optional<Millis> takes = {}) {
    drive.phase = phase;
    drive.since = now_;
    drive.until = takes ? std::optional(now_ + *takes) : std::nullopt;
  }

  void unload(DriveId id) {
    auto& drive = drives_.at(id);
    ++drive.uses;
    hot(id).state = DriveState::unloaded;
    enter(drive, Phase::unloading, q_.costs.take(TimingKind::unload, id, share_of_use(drive, id.guid, TimingKind::unload)));
  }

  void given(DriveId id, Played& drive) {
    served_[drive.request->id].mounted = now_;
    hot(id).state = DriveState::loaded;
    auto const known = q_.holds.find(drive.request->id);
    enter(drive, Phase::held, known != q_.holds.end() ? known->second : q_.costs.take(TimingKind::hold, id, share(drive.request->id.guid, TimingKind::hold)));
  }

  // What is waited for goes before what makes room, as the arm has it with policy throughput; else the oldest.
  void start_arm() {
    if (arm_free_) return;
    auto const rank = [this](auto const& entry) { return std::pair(q_.policy == SchedulerPolicy::throughput && entry.second.leaves(), entry.second.since); };
    auto best = drives_.end();
    for (auto it = drives_.begin(); it != drives_.end(); ++it)
      if (it->second.waits_for_arm() && (best == drives_.end() || rank(*it) < rank(*best))) best = it;
    if (best == drives_.end()) return;
    auto& drive = best->second;
    auto const kind = drive.turns ? TimingKind::turn : TimingKind::move;
    enter(drive, drive.leaves() ? Phase::going : Phase::coming, q_.costs.take(kind, {}, share_of_use(drive, best->first.guid, kind)));
    arm_free_ = drive.until;
  }

  // Idle media go home by themselves, where they do: a wait of its own.
  std::optional<TimePoint> next_event() const {
    std::optional<TimePoint> next = arm_free_;
    auto const sooner = [&next](TimePoint when) { next = next ? std::min(*next, when) : when; };
    for (auto const& [id, drive] : drives_)
      if (drive.until) sooner(*drive.until);
    if (arrived_ < q_.later.size()) sooner(q_.later[arrived_].queued);
    return next;
  }

  void happen() {
    if (arm_free_ && *arm_free_ <= now_) arm_free_.reset();
    for (auto& [id, drive] : drives_)
      if (drive.until && *drive.until <= now_) ended(id, drive);
  }

  void ended(DriveId id, Played& drive) {
    drive.until.reset();
    switch (drive.phase) {
      case Phase::coming: return came(id, drive);
      case Phase::loading: return loaded(id, drive);
      case Phase::held: return given_back(id, drive);
      case Phase::unloading: return enter(drive, Phase::to_go);
      case Phase::going:
      case Phase::busy:
        return gone(id, drive);
      default: return;
    }
  }

  void given_back(DriveId id, Played& drive) {
    bool const goes_home = drive.request != nullptr && q_.sent_home.contains(drive.request->id);
    drive.request = nullptr;
    drive.comes = {};
    hot(id).state = DriveState::dismountable;
    hot(id).since = now_;
    goes_home ? unload(id) : enter(drive, Phase::idle);
  }

  void came(DriveId id, Played& drive) {
    ++drive.uses;
    drive.turns = false;
    hot(id).medium = drive.comes;
    hot(id).side = drive.side;
    hot(id).state = DriveState::mounted;
    if (auto const medium = world_.media.find(drive.comes); medium != world_.media.end()) medium->second.place = InElement{q_.library, {ElementKind::drive, world_.drives.at(id).record.number}};
    Guid const about = drive.comes.guid;
    enter(drive, Phase::loading, q_.costs.take(TimingKind::load, id, share_of_use(drive, about, TimingKind::load)) + q_.costs.take(TimingKind::read_label, id, share_of_use(drive, about, TimingKind::read_label)));
  }

  void loaded(DriveId id, Played& drive) {
    if (drive.request != nullptr) return given(id, drive);
    unload(id);  // nobody waits for it any more
  }

  void gone(DriveId id, Played& drive) {
    auto& hot_drive = hot(id);
    auto const medium = world_.media.find(hot_drive.medium);
    if (medium != world_.media.end()) medium->second.place = InElement{q_.library, {ElementKind::slot, medium->second.home_slot.value_or(0)}};
    hot_drive.medium = {};
    hot_drive.side = {};
    hot_drive.state = DriveState::dismounted;
    drive.request = nullptr;
    drive.comes = {};
    enter(drive, Phase::empty);
  }

  Question const& q_;
  CourseOrder order_;
  std::size_t& plans_left_;
  World world_;
  TimePoint now_;
  std::map<DriveId, Played> drives_;
  std::vector<RequestRecord const*> waiting_;
  std::size_t arrived_ = 0;
  std::optional<TimePoint> arm_free_;  // nothing: it is free
  std::map<RequestId, Served> served_;
};

}  // namespace

std::map<RequestId, Served> play(Question const& question, CourseOrder order, std::size_t& plans_left) {
  return Course(question, order, plans_left).play();
}

}  // namespace rsm::forecast
