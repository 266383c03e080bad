#include "libmgr/forecast/drives_needed.hpp"

#include <algorithm>
#include <numeric>

#include "libmgr/forecast/course.hpp"

namespace rsm::forecast {
namespace {

template <class AnyId>
AnyId numbered(std::uint8_t kind, std::uint64_t n) {
  AnyId id;
  id.guid.bytes[0] = kind;
  for (std::size_t byte = 0; byte < 8; ++byte) id.guid.bytes[15 - byte] = static_cast<std::uint8_t>((n + 1) >> (8 * byte));
  return id;
}

// The library at the beginning of the history: everything at home, and so many drives.
Question emptied(Question const& question, std::uint32_t drives, TimePoint begin) {
  Question q;
  q.library = question.library;
  q.now = begin;
  q.policy = question.policy, q.fairness_limit = question.fairness_limit;
  q.pace = question.pace;
  q.idle_media_stay = question.idle_media_stay;
  q.costs = question.costs;
  auto& library = q.world.libraries[q.library];
  library.record = question.world.library(q.library)->record;
  for (std::uint32_t n = 0; n < drives; ++n) {
    DriveEntry drive;
    drive.record.id = drive.hot.id = numbered<DriveId>(1, n);
    drive.record.library = q.library;
    drive.record.number = n;
    drive.record.condition.state = OperationalState::ready;
    library.drives[n] = drive.record.id;
    q.drives[drive.record.id] = {};
    q.world.drives[drive.record.id] = std::move(drive);
  }
  return q;
}

void put_history(Question& q, std::vector<PastMount> const& history) {
  for (std::size_t n = 0; n < history.size(); ++n) {
    auto const& mount = history[n];
    RequestRecord request;
    request.id = numbered<RequestId>(2, n);
    request.sequence = n;
    request.library = q.library;
    request.medium = mount.medium, request.side = mount.side;
    request.queued = mount.asked;
    request.priority = mount.priority;
    q.holds[request.id] = mount.hold;
    if (mount.at_once) q.sent_home.insert(request.id);
    q.later.push_back(std::move(request));
    auto& medium = q.world.media[mount.medium];
    medium.id = mount.medium;
    medium.library = q.library;
    if (!medium.home_slot) medium.home_slot = static_cast<std::uint32_t>(q.world.media.size());
    medium.place = InElement{q.library, {ElementKind::slot, *medium.home_slot}};
  }
}

}  // namespace

std::vector<DrivesTried> drives_tried(Question const& question, std::vector<PastMount> history) {
  std::vector<DrivesTried> rows;
  std::ranges::stable_sort(history, {}, &PastMount::asked);
  if (history.size() > limits::advice_mounts_most) history.erase(history.begin(), history.end() - limits::advice_mounts_most);
  if (history.empty()) return rows;
  auto const there = static_cast<std::uint32_t>(question.world.library(question.library)->drives.size());
  std::uint32_t const first = there > limits::advice_drives_most / 2 ? there - limits::advice_drives_most / 2 + 1 : 1;
  for (std::uint32_t drives = first; drives < first + limits::advice_drives_most; ++drives) {
    Question q = emptied(question, drives, history.front().asked);
    put_history(q, history);
    std::size_t plans = limits::advice_plans_most;
    auto const served = play(q, {}, plans);
    std::vector<Millis> waits;
    for (auto const& request : q.later)
      if (auto const it = served.find(request.id); it != served.end()) waits.push_back(it->second.mounted - request.queued);
    if (plans == 0 || waits.size() != history.size()) continue;  // so few drives do not get through it
    std::ranges::sort(waits);
    rows.push_back({drives, std::accumulate(waits.begin(), waits.end(), Millis{0}) / static_cast<long>(waits.size()), waits[waits.size() * 9 / 10], waits.back(), waits.size()});
    bool const no_better = rows.size() > 1 && rows[rows.size() - 2].wait_p90 - rows.back().wait_p90 < limits::forecast_gain_least;
    if (drives > there && no_better) break;
  }
  return rows;
}

}  // namespace rsm::forecast
