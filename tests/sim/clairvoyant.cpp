#include "tests/sim/clairvoyant.hpp"

#include <algorithm>

namespace rsm::sim {
namespace {

// One way to use the knowledge.
struct Way {
  bool leaves = false;  // a side in a drive is left when another one is worth more, with the exchange
  bool keeps = false;   // an idle medium that is wanted again within half an exchange stays
  double look = 0;      // exchanges: how far later arrivals are counted, beyond the time that it takes to serve those who wait
};

class ClairvoyantPlayer final : public PlayedLibrary::Player {
 public:
  ClairvoyantPlayer(PlayedLibrary& library, Way way) : library_(library), way_(way) {
    auto const& trace = library.trace();
    exchange_ = trace.unload + 2 * trace.move + trace.load;
    for (auto const& request : trace.requests) arrivals_[{testing::medium_id(request.medium), testing::side_id(request.medium, request.side)}].push_back(&request);
  }

  void go_on() override {
    look_around();
    for (unsigned drive = 0; drive < library_.drives().size(); ++drive)
      if (idle(drive)) serve_or_turn(drive);
    make_room();
    take_home();
    bring_best();
  }

  bool goes_home(unsigned, TraceRequest const&) override { return false; }

  RequestRecord const* first_of(RequestRecord const& loaded) override {
    auto const* first = &loaded;
    unsigned const drive = drive_with(loaded.medium);
    for (auto const* other : library_.waiting())
      if (key(*other) == key(loaded) && library_.takes(drive, *other) && hold(*other) < hold(*first)) first = other;
    return first;
  }

 private:
  using Key = std::pair<MediumId, SideId>;
  using Group = std::vector<RequestRecord const*>;
  struct Candidate {
    double worth;
    Group const* group;
  };

  static Key key(RequestRecord const& request) { return {request.medium, request.side}; }
  Millis hold(RequestRecord const& request) const { return library_.asked_by(request).hold; }
  bool idle(unsigned drive) const { return library_.drives()[drive].phase == PlayedPhase::idle; }

  unsigned drive_with(MediumId medium) const {
    for (unsigned drive = 0; drive < library_.drives().size(); ++drive)
      if (library_.hot(drive).medium == medium) return drive;
    return 0;
  }

  void look_around() {
    groups_.clear();
    in_drives_.clear();
    for (auto const* request : library_.waiting()) groups_[key(*request)].push_back(request);
    for (unsigned drive = 0; drive < library_.drives().size(); ++drive) {
      if (auto const* request = library_.drives()[drive].request; request != nullptr) in_drives_.insert(request->medium);
      if (library_.hot(drive).medium) in_drives_.insert(library_.hot(drive).medium);
    }
  }

  Group of(Key const& side, unsigned drive) const {
    Group found;
    if (auto const it = groups_.find(side); it != groups_.end())
      std::ranges::copy_if(it->second, std::back_inserter(found), [&](auto const* request) { return library_.takes(drive, *request); });
    return found;
  }

  RequestRecord const* shortest(Group const& group) const {
    return *std::ranges::min_element(group, {}, [this](auto const* request) { return hold(*request); });
  }

  // Requests served for a millisecond, by the best number of the shortest uses, those that come soon among them.
  double worth(Group const& group, Millis before) const {
    std::vector<Millis> holds;
    Millis all{0};
    for (auto const* request : group) holds.push_back(hold(*request)), all += holds.back();
    auto const horizon = library_.now() + before + all + Millis{static_cast<long>(way_.look * static_cast<double>(exchange_.count()))};
    auto const& arrivals = arrivals_.at(key(*group.front()));
    auto later = std::ranges::upper_bound(arrivals, library_.now() - TimePoint{}, {}, [](auto const* request) { return request->arrival; });
    for (; later != arrivals.end() && TimePoint{} + (*later)->arrival <= horizon; ++later) holds.push_back((*later)->hold);
    std::ranges::sort(holds);
    double best = 0, time = static_cast<double>(before.count()) + 1;
    for (std::size_t i = 0; i < holds.size(); ++i) {
      time += static_cast<double>(holds[i].count());
      best = std::max(best, static_cast<double>(i + 1) / time);
    }
    return best;
  }

  bool wanted_soon(unsigned drive) const {
    auto const it = arrivals_.find({library_.hot(drive).medium, library_.hot(drive).side});
    if (!way_.keeps || it == arrivals_.end()) return false;
    auto const later = std::ranges::upper_bound(it->second, library_.now() - TimePoint{}, {}, [](auto const* request) { return request->arrival; });
    return later != it->second.end() && TimePoint{} + (*later)->arrival - library_.now() < exchange_ / 2;
  }

  std::vector<Candidate> candidates() const {
    std::vector<Candidate> found;
    for (auto const& [side, group] : groups_)
      if (!in_drives_.contains(side.first)) found.push_back({worth(group, exchange_), &group});
    std::ranges::stable_sort(found, std::ranges::greater{}, &Candidate::worth);
    return found;
  }

  void serve(unsigned drive, RequestRecord const* request) {
    auto& group = groups_.at(key(*request));
    std::erase(group, request);
    if (group.empty()) groups_.erase(key(*request));
    in_drives_.insert(request->medium);
    library_.begin(drive, request);
  }

  void serve_or_turn(unsigned drive) {
    Key const up{library_.hot(drive).medium, library_.hot(drive).side};
    if (auto const here = of(up, drive); !here.empty()) {
      if (way_.leaves && better_elsewhere(drive, worth(here, Millis{0}))) return library_.unload(drive);
      return serve(drive, shortest(here));
    }
    RequestRecord const* best = nullptr;
    double most = 0;
    for (auto const& [side, waiting] : groups_) {
      if (side.first != up.first) continue;
      auto const group = of(side, drive);
      if (group.empty() || worth(group, exchange_ - library_.trace().move) <= most) continue;
      most = worth(group, exchange_ - library_.trace().move);
      best = shortest(group);
    }
    if (best != nullptr) serve(drive, best);
  }

  bool better_elsewhere(unsigned drive, double here) const {
    return std::ranges::any_of(groups_, [&](auto const& entry) {
      if (in_drives_.contains(entry.first.first)) return false;
      auto const group = of(entry.first, drive);
      return !group.empty() && worth(group, exchange_) > here;
    });
  }

  bool taken_by_any(unsigned drive, Group const& group) const {
    return std::ranges::any_of(group, [&](auto const* request) { return library_.takes(drive, *request); });
  }

  // As many drives become empty as groups wait for one.
  void make_room() {
    std::set<unsigned> given;
    for (auto const& candidate : candidates()) {
      std::optional<unsigned> room;
      for (unsigned drive = 0; drive < library_.drives().size(); ++drive) {
        auto const& d = library_.drives()[drive];
        bool const free = d.phase == PlayedPhase::empty || d.leaves();
        if (given.contains(drive) || !(free || (idle(drive) && !wanted_soon(drive))) || !taken_by_any(drive, *candidate.group)) continue;
        auto const rank = [this](unsigned which) { return std::pair(idle(which), library_.hot(which).since); };
        if (!room || rank(drive) < rank(*room)) room = drive;
      }
      if (!room) continue;
      given.insert(*room);
      if (idle(*room)) library_.unload(*room);
    }
  }

  void take_home() {
    for (unsigned drive = 0; drive < library_.drives().size(); ++drive)
      if (idle(drive) && !wanted_soon(drive)) library_.unload(drive);
  }

  void bring_best() {
    if (library_.arm_taken()) return;
    for (auto const& candidate : candidates())
      for (unsigned drive = 0; drive < library_.drives().size(); ++drive) {
        if (library_.drives()[drive].phase != PlayedPhase::empty || !taken_by_any(drive, *candidate.group)) continue;
        return serve(drive, shortest(of(key(*candidate.group->front()), drive)));
      }
  }

  PlayedLibrary& library_;
  Way way_;
  Millis exchange_;
  std::map<Key, std::vector<TraceRequest const*>> arrivals_;
  std::map<Key, Group> groups_;
  std::set<MediumId> in_drives_;
};

}  // namespace

ReplayFigures clairvoyant(Trace const& trace) {
  std::optional<ReplayFigures> best;
  for (bool const leaves : {false, true})
    for (bool const keeps : {false, true})
      for (double const look : {0.0, 0.5}) {
        PlayedLibrary library(trace, false);
        ClairvoyantPlayer player(library, {leaves, keeps, look});
        auto figures = library.play(player);
        if (!best || figures.mean() < best->mean()) best = std::move(figures);
      }
  return std::move(*best);
}

}  // namespace rsm::sim
