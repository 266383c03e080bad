#include "tests/sim/foretold.hpp"

#include <algorithm>
#include <map>

#include "libmgr/forecast/outlook.hpp"
#include "tests/sim/policy_player.hpp"

namespace rsm::sim {
namespace {

using forecast::Phase;

Phase phase_of(PlayedPhase phase) {
  switch (phase) {
    case PlayedPhase::empty: return Phase::empty;
    case PlayedPhase::to_come: return Phase::to_come;
    case PlayedPhase::coming: return Phase::coming;
    case PlayedPhase::loading: return Phase::loading;
    case PlayedPhase::idle: return Phase::idle;
    case PlayedPhase::held: return Phase::held;
    case PlayedPhase::unloading: return Phase::unloading;
    case PlayedPhase::to_go: return Phase::to_go;
    case PlayedPhase::going: return Phase::going;
  }
  return Phase::busy;
}

class ForetellingPlayer final : public PolicyPlayer {
 public:
  ForetellingPlayer(PlayedLibrary& library, ReplayPolicy policy, std::size_t every) : PolicyPlayer(library, policy), every_(every) {
    auto const& trace = library.trace();  // what a service has seen after its first mounts
    move_.learn(trace.move), load_.learn(trace.load), unload_.learn(trace.unload);
  }

  void asked(RequestRecord const& request) override {
    PolicyPlayer::asked(request);
    if (++asked_ % every_ == 0) to_tell_.push_back(request.id);
  }

  void go_on() override {
    PolicyPlayer::go_on();
    for (auto const& id : std::exchange(to_tell_, {}))
      if (auto const it = std::ranges::find(library().waiting(), id, &RequestRecord::id); it != library().waiting().end() && !hold_.empty()) tell(**it);
  }

  void hold_seen(Millis held) override {
    PolicyPlayer::hold_seen(held);
    hold_.learn(held);
  }

  void mounted(RequestRecord const& request) override {
    auto const it = told_.find(request.id);
    if (it == told_.end()) return;
    auto const& [asked, expected] = it->second;
    Millis const came = library().now() - asked;
    ++figures_.told;
    if (came <= expected.mounted_p90) ++figures_.within;
    if (came <= expected.mounted) ++figures_.earlier;
    figures_.off.push_back(std::chrono::abs(came - expected.mounted));
    figures_.came.push_back(came);
    scores_.learn(forecast::score_of(expected.played_p90, came));
    middles_.learn(forecast::score_of(expected.played, came));
    told_.erase(it);
  }

  ForecastFigures take() {
    std::ranges::sort(figures_.off);
    std::ranges::sort(figures_.came);
    return std::move(figures_);
  }

 private:
  void tell(RequestRecord const& request) {
    auto const question = asked_of_library();
    auto const at = std::ranges::find(question.waiting, request.id, &RequestRecord::id) - question.waiting.begin();
    if (auto const expected = forecast::expect(question, request.id, static_cast<std::size_t>(at))) told_[request.id] = {question.now, *expected};
  }

  forecast::Question asked_of_library() const {
    forecast::Question q;
    auto const& world = library().world();
    q.library = testing::library_id();
    q.now = library().now();
    q.policy = planned_as(), q.fairness_limit = limits::fairness_limit;
    q.pace = pace();
    q.idle_media_stay = idle_media_stay();
    q.world.libraries = world.libraries;
    q.world.drives = world.drives;
    q.costs.set_library(q.library);
    for (auto const& [kind, sketch] : {std::pair{TimingKind::move, &move_}, {TimingKind::load, &load_}, {TimingKind::unload, &unload_}, {TimingKind::hold, &hold_}}) q.costs.put(q.library.guid, kind, *sketch);
    q.doubt = forecast::doubt_of(&scores_), q.lean = forecast::lean_of(&middles_);
    auto const take_along = [&](MediumId medium) {
      if (auto const it = world.media.find(medium); it != world.media.end()) q.world.media.try_emplace(medium, it->second);
    };
    for (unsigned n = 0; n < library().drives().size(); ++n) {
      auto const& drive = library().drives()[n];
      forecast::DriveNow now{.phase = phase_of(drive.phase), .since = drive.since, .turns = drive.turns};
      if (drive.request != nullptr) {
        now.request = drive.request->id, now.expects = drive.request->medium, now.side = drive.request->side;
        if (drive.phase != PlayedPhase::held) q.under_way.push_back(*drive.request);
        take_along(drive.request->medium);
      }
      q.drives[testing::drive_id(n)] = now;
      take_along(library().hot(n).medium);
    }
    Situation s{.world = world, .library = q.library, .now = q.now, .policy = q.policy, .fairness_limit = q.fairness_limit};
    s.pace = q.pace;
    for (auto const* request : in_order_of_service(s, library().waiting())) {
      ++q.waiting_in_all;
      if (q.waiting.size() == limits::forecast_requests_most) continue;
      take_along(request->medium);
      if (auto const& drives = library().asked_by(*request).drives) std::ranges::transform(*drives, std::inserter(q.takes[request->id], q.takes[request->id].end()), testing::drive_id);
      q.waiting.push_back(*request);
    }
    return q;
  }

  struct Told {
    TimePoint asked{};
    forecast::Expected expected;
  };

  std::size_t every_, asked_ = 0;
  TimingSketch move_, load_, unload_, hold_, scores_, middles_;
  std::vector<RequestId> to_tell_;
  std::map<RequestId, Told> told_;
  ForecastFigures figures_;
};

}  // namespace

ForecastFigures foretell(Trace const& trace, ReplayPolicy policy, std::size_t every) {
  PlayedLibrary library(trace, policy != ReplayPolicy::fifo && policy != ReplayPolicy::fifo_immediate);
  ForetellingPlayer player(library, policy, every);
  library.play(player);
  return player.take();
}

}  // namespace rsm::sim
