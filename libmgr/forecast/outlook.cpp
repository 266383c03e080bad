#include "libmgr/forecast/outlook.hpp"

#include <algorithm>
#include <cmath>

#include "libmgr/forecast/course.hpp"

namespace rsm::forecast {
namespace {

struct Seen {
  std::vector<Millis> starts, mounted;
  std::map<DriveId, unsigned> drives;
};

Millis at_share(std::vector<Millis>& values, unsigned percent) {
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, values.size() * percent / 100)];
}

Millis times(Millis time, double factor) { return Millis{std::llround(static_cast<double>(time.count()) * factor)}; }

double factor_of(TimingSketch const* scores, double share, double otherwise) {
  if (scores == nullptr || scores->seen() < limits::forecast_scores_least) return otherwise;
  return std::clamp(static_cast<double>(scores->quantile(share).count()) / 1000, 0.25, 20.0);
}

Expected expected_of(Seen seen, Question const& question) {
  Expected e;
  e.drive = std::ranges::max_element(seen.drives, {}, [](auto const& entry) { return entry.second; })->first;
  e.played = at_share(seen.mounted, 50), e.played_p90 = at_share(seen.mounted, 90);
  e.mounted_p90 = times(e.played_p90, question.doubt);
  e.mounted = std::min(times(e.played, question.lean), e.mounted_p90);
  e.start = std::min(times(at_share(seen.starts, 50), question.lean), e.mounted);
  e.start_p90 = std::clamp(times(at_share(seen.starts, 90), question.doubt), e.start, e.mounted_p90);
  return e;
}

// Plays courses, and counts what comes in them; a course that was cut short counts for those whom it has brought, if nobody else would be counted.
class Courses {
 public:
  Courses(Question const& question, RequestId until) : question_(question), until_(until) {
    for (unsigned number = 0; number < limits::forecast_courses && plans_left_ != 0; ++number) {
      auto served = play(question, {number, until}, plans_left_);
      if (plans_left_ == 0 && played_ != 0) break;
      ++played_;
      for (auto const& [id, one] : served) {
        auto& seen = seen_[id];
        seen.starts.push_back(one.start - question.now), seen.mounted.push_back(one.mounted - question.now);
        ++seen.drives[one.drive];
      }
      if (number == 0) middle_ = std::move(served);
    }
  }

  std::map<RequestId, Served> const& middle() const { return middle_; }
  std::optional<Expected> of(RequestId id) const {
    auto const it = seen_.find(id);
    if (it == seen_.end() || 2 * it->second.mounted.size() < played_) return std::nullopt;
    return expected_of(it->second, question_);
  }

 private:
  Question const& question_;
  RequestId until_;
  std::size_t plans_left_ = limits::forecast_plans_most;
  unsigned played_ = 0;
  std::map<RequestId, Seen> seen_;
  std::map<RequestId, Served> middle_;
};

}  // namespace

Millis score_of(Millis played, Millis came) {
  double const whole = static_cast<double>(std::max(played, Millis{1'000}).count());
  return Millis{std::llround(1000 * static_cast<double>(std::max(came, Millis{0}).count()) / whole)};
}

double doubt_of(TimingSketch const* scores) { return factor_of(scores, 0.9, limits::forecast_doubt); }
double lean_of(TimingSketch const* scores) { return factor_of(scores, 0.5, 1); }

Outlook outlook(Question const& question) {
  Courses const courses(question, {});
  Outlook out;
  for (auto const& request : question.waiting) {
    auto const expected = courses.of(request.id);
    if (!expected) continue;
    out.expected[request.id] = *expected;
    out.wait += expected->mounted;
    out.last = std::max(out.last, expected->mounted);
    if (auto const it = courses.middle().find(request.id); it != courses.middle().end()) out.next[it->second.drive].push_back({request.id, it->second.start - question.now});
  }
  if (!out.expected.empty()) out.wait /= static_cast<long>(out.expected.size());
  for (auto& [drive, steps] : out.next) std::ranges::stable_sort(steps, {}, &Step::start);
  return out;
}

std::optional<Expected> expect(Question const& question, RequestId request, std::size_t place) {
  bool const played = std::ranges::find(question.waiting, request, &RequestRecord::id) != question.waiting.end();
  if (played) return Courses(question, request).of(request);
  Courses const courses(question, {});
  std::optional<Expected> last;
  std::size_t come = 0;
  for (auto const& other : question.waiting)
    if (auto const expected = courses.of(other.id)) {
      ++come;
      if (!last || expected->mounted > last->mounted) last = expected;
    }
  if (!last) return std::nullopt;
  auto const at_their_pace = [&](Millis& time) { time = Millis{time.count() * static_cast<std::int64_t>(place + 1) / static_cast<std::int64_t>(come)}; };
  for (auto* time : {&last->start, &last->start_p90, &last->mounted, &last->mounted_p90, &last->played, &last->played_p90}) at_their_pace(*time);
  return last;
}

}  // namespace rsm::forecast
