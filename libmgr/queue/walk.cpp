#include "libmgr/queue/walk.hpp"

#include <algorithm>
#include <functional>

#include "libmgr/base/planted.hpp"

namespace rsm {
namespace {

RequestRecord const* request_of(World const& world, RequestId id) {
  auto const it = world.requests.find(id);
  return it == world.requests.end() ? nullptr : &it->second;
}

// Whose turn it is, and where he stands.
struct Turn {
  RequestRecord const* head = nullptr;
  MountLines::Line const* line = nullptr;  // nothing: he stands alone, or with his call
  Planner::Group call{};
  bool in_drive = false;  // his medium is in a drive
};

// The lines that want one drive, or any, in the order of service of their heads; each once.
class Stream {
 public:
  using Skips = std::function<bool(RequestRecord const& head)>;  // nobody who stands behind him with his priority can be served
  virtual ~Stream() = default;
  // The next side and its first request there; nullptr: none is left.
  virtual RequestRecord const* head() const = 0;
  virtual std::vector<MountLines::Line const*> take() = 0;
};

struct Around {
  Situation const& s;
  MountLines const& lines;
  Planner const& planner;
  DriveId target;
  std::function<bool(MediumId)> left_out;  // looked at elsewhere, or busy
  std::function<bool(RequestRecord const&)> exhausted;
};

MountLines::Line const* line_of(MountLines const& lines, SideKey const& side, MountLines::LineKey const& key) {
  auto const* there = lines.side(side);
  auto const line = there->lines.find(key);
  return line == there->lines.end() ? nullptr : &line->second;
}

// Policies strict and batch: by priority, then by age; who waits for too long is older than who does not.
class ByPriority final : public Stream {
 public:
  ByPriority(Around around, MountLines::Target const& target) : a_(std::move(around)), level_(target.heads.begin()), end_(target.heads.end()) {
    if (level_ != end_) at_ = level_->second.begin();
    settle();
  }
  RequestRecord const* head() const override { return head_; }
  std::vector<MountLines::Line const*> take() override {
    std::vector<MountLines::Line const*> taken{line_of(a_.lines, std::get<SideKey>(*at_), {level_->first, a_.target})};
    ++at_;
    settle();
    return taken;
  }

 private:
  void settle() {
    head_ = nullptr;
    while (level_ != end_) {
      if (at_ == level_->second.end()) {
        next_level();
        continue;
      }
      auto const& side = std::get<SideKey>(*at_);
      if (a_.left_out(side.first)) {
        ++at_;
        continue;
      }
      auto const* line = line_of(a_.lines, side, {level_->first, a_.target});
      auto const* head = request_of(a_.s.world, line->begin()->id);
      if (head == nullptr) {
        ++at_;
      } else if (a_.exhausted(*head)) {
        next_level();
      } else {
        head_ = head;
        return;
      }
    }
  }
  void next_level() {
    if (++level_ != end_) at_ = level_->second.begin();
  }

  Around a_;
  std::map<int, MountLines::Heads>::const_iterator level_, end_;
  MountLines::Heads::const_iterator at_{};
  RequestRecord const* head_ = nullptr;
};

// Policy throughput: who waits for too long, by age; then by priority, and by worth. Among sides for which the same number waits the older
// one is worth more, so of each number only the first is compared.
class ByWorth final : public Stream {
 public:
  ByWorth(Around around, MountLines::Target const& target)
      : a_(std::move(around)), target_(target), late_(target.by_age.begin()), level_(target.by_worth.begin()) {
    begin_level();
    settle();
  }
  RequestRecord const* head() const override { return head_; }
  std::vector<MountLines::Line const*> take() override {
    std::vector<MountLines::Line const*> taken;
    for (auto const& [key, line] : a_.lines.side(side_)->lines)
      if (key.drive == a_.target) taken.push_back(&line);
    past_this_one();
    settle();
    return taken;
  }

 private:
  using Sides = std::set<std::pair<TimePoint, SideKey>>;
  struct Number {
    Sides::const_iterator at, end;
  };

  void past_this_one() {
    if (among_late_)
      ++late_;
    else
      ++numbers_[best_].at;
  }

  bool overdue(SideKey const& side) const { return a_.planner.overdue(a_.lines.side(side)->demand); }

  void settle() {
    for (;;) {
      head_ = nullptr;
      if (!next_side()) return;
      if (!a_.left_out(side_.first)) head_ = first_of(side_);
      if (head_ == nullptr) {
        past_this_one();
        continue;
      }
      if (!a_.exhausted(*head_)) return;
      if (!among_late_)
        numbers_.clear(), level_ = target_.by_worth.end();
      else if (a_.planner.takes_all(*head_))
        late_over_ = true;
      else
        past_this_one();  // only others of this side wait for too long
    }
  }

  bool next_side() {
    among_late_ = !late_over_ && late_ != target_.by_age.end() && overdue(std::get<SideKey>(*late_));
    if (among_late_) return side_ = std::get<SideKey>(*late_), true;
    late_over_ = true;
    for (;;) {
      std::erase_if(numbers_, [](Number const& n) { return n.at == n.end; });
      if (!numbers_.empty()) break;
      if (level_ == target_.by_worth.end()) return false;
      ++level_;
      begin_level();
    }
    best_ = 0;
    for (std::size_t n = 1; n < numbers_.size(); ++n)
      if (worth_more(n, best_)) best_ = n;
    side_ = numbers_[best_].at->second;
    return true;
  }

  void begin_level() {
    if (level_ == target_.by_worth.end()) return;
    TimePoint const limit = a_.s.now - overdue_after(a_.s.pace);  // those who wait since before that have had their turn
    for (auto const& [number, sides] : level_->second)
      if (auto const at = sides.lower_bound({limit, SideKey{}}); at != sides.end()) numbers_.push_back({at, sides.end()});
  }

  bool worth_more(std::size_t a, std::size_t b) const {
    auto const &one = *numbers_[a].at, &other = *numbers_[b].at;
    double const worth_one = worth(a_.lines.side(one.second)->demand, a_.s.pace, a_.s.now),
                 worth_other = worth(a_.lines.side(other.second)->demand, a_.s.pace, a_.s.now);
    return worth_one != worth_other ? worth_one > worth_other : one < other;
  }

  RequestRecord const* first_of(SideKey const& side) const {
    RequestRecord const* first = nullptr;
    for (auto const& [key, line] : a_.lines.side(side)->lines) {
      auto const* head = key.drive == a_.target ? request_of(a_.s.world, line.begin()->id) : nullptr;
      if (head != nullptr && (first == nullptr || a_.planner.before(*head, *first))) first = head;
    }
    return first;
  }

  Around a_;
  MountLines::Target const& target_;
  MountLines::ByAge::const_iterator late_;
  bool late_over_ = false, among_late_ = false;
  MountLines::ByWorth::const_iterator level_;
  std::vector<Number> numbers_;
  std::size_t best_ = 0;
  SideKey side_;
  RequestRecord const* head_ = nullptr;
};

class Walk {
 public:
  Walk(Situation const& situation, MountLines const& lines)
      : s_(situation),
        lines_(lines),
        planner_(situation, lines),
        turns_([this](Turn const& a, Turn const& b) { return planner_.before(*a.head, *b.head); }) {}

  MountPlan plan() {
    gather_to_plan();
    while (auto turn = next(nullptr)) place(*turn);
    return std::move(planner_.plan());
  }

  std::string why(RequestRecord const& request) {
    auto const group = group_of(request);
    if (group.empty()) return {};
    gather_to_plan();
    while (auto turn = next(group.front())) place(*turn);
    planner_.place(group, true);
    auto const& why = planner_.plan().why;
    auto const it = why.find(request.id);
    return it == why.end() ? std::string{} : it->second;
  }

  std::vector<RequestId> first(std::size_t most) {
    gather_all();
    std::vector<RequestId> ids;
    while (ids.size() < most) {
      auto turn = next(nullptr);
      if (!turn) break;
      ids.push_back(turn->head->id);
      advance(*turn);
    }
    return ids;
  }

  PlaceInLines place_of(RequestRecord const& request) {
    PlaceInLines place;
    auto const consider = [&](RequestRecord const* one, std::size_t so_many) {
      if (one == nullptr || !planner_.before(*one, request)) return false;
      place.before += so_many;
      if (place.last == nullptr || planner_.before(*place.last, *one)) place.last = one;
      return true;
    };
    for (auto const& [key, side] : lines_.sides()) {
      if (!side.planned) continue;
      std::size_t in_lines = 0;
      for (auto const& [line_key, line] : side.lines) {
        in_lines += line.size();
        if (consider(request_of(s_.world, line.rbegin()->id), line.size())) continue;  // all of them
        for (auto const& one : line)
          if (!consider(request_of(s_.world, one.id), 1)) break;
      }
      if (in_lines == side.all.size()) continue;
      for (auto const& [sequence, id] : side.all)
        if (auto const* one = request_of(s_.world, id); one != nullptr && (one->group_size > 1 || one->order != order_none))
          consider(one, 1);
    }
    return place;
  }

 private:
  // How far those who want one drive, or any, have been served.
  struct Reach {
    bool nobody = false;       // also not who has waited for too long
    std::optional<int> below;  // nobody of this priority or a lower one who has not
  };

  bool exhausted(DriveId target, RequestRecord const& r) const {
    auto const it = reach_.find(target);
    if (it == reach_.end()) return false;
    if (it->second.nobody) return true;
    if (planner_.takes_all(r) || !it->second.below) return false;
    return s_.policy == SchedulerPolicy::throughput || *it->second.below >= r.priority;
  }

  void nothing_left_for(DriveId target, RequestRecord const& r) {
    auto& reach = reach_[target];
    if (planner_.takes_all(r))
      reach.nobody = true;
    else
      reach.below = std::max(reach.below.value_or(r.priority), r.priority);
  }

  static DriveId target_of(RequestRecord const& r) { return r.specific_drive ? r.drive : DriveId{}; }
  bool in_drive(MediumId medium) const { return planner_.in_drives().contains(medium); }

  void gather_to_plan() {
    for (auto const& [medium, drive] : planner_.in_drives()) gather_lines_of(medium);
    gather_with_a_place();
    for (auto const& [size, calls] : lines_.calls_by_size()) {
      if (planner_.wants_too_much(size)) break;  // nor does a greater one change anything
      for (auto const& id : calls)
        if (auto group = group_of(lines_.calls().at(id)); group.size() == size)
          turns_.insert({.head = group.front(), .call = std::move(group)});
    }
    streams_of(lines_.within_reach(), [this](MediumId medium) { return in_drive(medium) || s_.busy_media.contains(medium); });
  }

  void gather_all() {
    for (auto const& [medium, drive] : planner_.in_drives()) gather_lines_of(medium);
    gather_with_a_place();
    for (auto const& [id, call] : lines_.calls())
      for (auto const* member : group_of(call)) turns_.insert({.head = member});
    auto const left_out = [this](MediumId medium) { return in_drive(medium); };
    streams_of(lines_.within_reach(), left_out);
    streams_of(lines_.aside(), left_out);
  }

  void gather_lines_of(MediumId medium) {
    for (auto const& key : lines_.sides_of(medium)) {
      auto const& side = *lines_.side(key);
      if (!side.planned) continue;
      for (auto const& [line_key, line] : side.lines) join(line, line.begin());
    }
  }

  void gather_with_a_place() {
    for (auto const& [place, id] : lines_.with_a_place())
      if (auto const* r = request_of(s_.world, id); r != nullptr && lines_.planned(id))
        turns_.insert({.head = r, .in_drive = in_drive(r->medium)});
  }

  void streams_of(MountLines::Targets const& targets, std::function<bool(MediumId)> const& left_out) {
    for (auto const& [drive, target] : targets) {
      Around around{s_, lines_, planner_, drive, left_out, [this, drive](RequestRecord const& r) { return exhausted(drive, r); }};
      if (s_.policy == SchedulerPolicy::throughput)
        streams_.push_back(std::make_unique<ByWorth>(std::move(around), target));
      else
        streams_.push_back(std::make_unique<ByPriority>(std::move(around), target));
    }
  }

  // Those of a call who wait and are planned, in order of service.
  Planner::Group group_of(MountLines::Call const& call) const {
    Planner::Group group;
    for (auto const& [sequence, id] : call.waiting)
      if (auto const* r = request_of(s_.world, id); r != nullptr && lines_.planned(id)) group.push_back(r);
    std::ranges::sort(group, [this](auto const* a, auto const* b) { return planner_.before(*a, *b); });
    return group;
  }
  Planner::Group group_of(RequestRecord const& request) const {
    auto const call = request.group_size > 1 ? lines_.calls().find(request.group) : lines_.calls().end();
    if (call != lines_.calls().end()) return group_of(call->second);
    auto const* r = request_of(s_.world, request.id);
    return r == nullptr || !lines_.planned(request.id) ? Planner::Group{} : Planner::Group{r};
  }

  void join(MountLines::Line const& line, MountLines::Line::const_iterator at) {
    if (at == line.end()) return;
    if (auto const* r = request_of(s_.world, at->id)) turns_.insert({.head = r, .line = &line, .in_drive = in_drive(r->medium)});
  }

  void advance(Turn const& turn) {
    if (turn.line != nullptr) join(*turn.line, std::next(turn.line->find({turn.head->queued, turn.head->sequence, turn.head->id})));
  }

  // Whose turn it is; nothing: nobody's, or that of `until` has come.
  std::optional<Turn> next(RequestRecord const* until) {
    for (;;) {
      Stream* first = nullptr;
      for (auto const& stream : streams_)
        if (stream->head() != nullptr && (first == nullptr || planner_.before(*stream->head(), *first->head()))) first = stream.get();
      bool const from_stream = first != nullptr && (turns_.empty() || planner_.before(*first->head(), *turns_.begin()->head));
      if (!from_stream && turns_.empty()) return std::nullopt;
      auto const* head = from_stream ? first->head() : turns_.begin()->head;
      if (until != nullptr && !planner_.before(*head, *until)) return std::nullopt;
      if (!from_stream) return turns_.extract(turns_.begin()).value();
      for (auto const* line : first->take()) join(*line, line->begin());
    }
  }

  void place(Turn const& turn) {
    auto const& r = *turn.head;
    if (!turn.call.empty()) return planner_.place(turn.call, false);
    DriveId const target = target_of(r);
    if (planner_.claimed(r.medium) || s_.busy_media.contains(r.medium) || (!turn.in_drive && exhausted(target, r))) return;
    auto const before = planner_.effects();
    planner_.place({&r}, false);
    if (planner_.lacked_drive()) nothing_left_for(target, r);
    if (planner_.effects() != before && !planted(PlantedBug::line_left_too_early)) advance(turn);
  }

  Situation const& s_;
  MountLines const& lines_;
  Planner planner_;
  std::set<Turn, std::function<bool(Turn const&, Turn const&)>> turns_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::map<DriveId, Reach> reach_;
};

}  // namespace

// Also with bugs that are planted in the order itself.
bool is_planned_from_scratch(Situation const& situation, MountLines const& lines) {
  return !lines.in_order() || !situation.takes.empty() || planted(PlantedBug::starvation) || planted(PlantedBug::priority_inverted);
}

MountPlan plan_lines(Situation const& situation, MountLines const& lines) {
  if (is_planned_from_scratch(situation, lines)) return plan_mounts(situation, lines.all_planned(situation.world));
  return Walk(situation, lines).plan();
}

std::string why_in_lines(Situation const& situation, MountLines const& lines, RequestRecord const& request) {
  if (!is_planned_from_scratch(situation, lines)) return Walk(situation, lines).why(request);
  auto const plan = plan_mounts(situation, lines.all_planned(situation.world));
  auto const it = plan.why.find(request.id);
  return it == plan.why.end() ? std::string{} : it->second;
}

std::vector<RequestId> first_in_lines(Situation const& situation, MountLines const& lines, std::size_t most) {
  if (!is_planned_from_scratch(situation, lines)) return Walk(situation, lines).first(most);
  std::vector<RequestId> ids;
  for (auto const* request : in_order_of_service(situation, lines.all_planned(situation.world)))
    if (ids.size() < most) ids.push_back(request->id);
  return ids;
}

PlaceInLines place_in_lines(Situation const& situation, MountLines const& lines, RequestRecord const& request) {
  return Walk(situation, lines).place_of(request);
}

}  // namespace rsm
