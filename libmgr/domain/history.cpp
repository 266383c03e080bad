#include "libmgr/domain/history.hpp"

#include <algorithm>

#include "libmgr/domain/side_transitions.hpp"

namespace rsm {
namespace {

std::optional<HistoryKind> kind_of_step(SideState from, SideState to) {
  if (from == to) return std::nullopt;
  if (to == SideState::allocated) return HistoryKind::allocated;
  if (to == SideState::complete) return HistoryKind::completed;
  if (to == SideState::decommissioned) return HistoryKind::decommissioned;
  if (has_logical_medium(from)) return HistoryKind::deallocated;
  return std::nullopt;
}

void add_move(std::vector<HistoryRecord>& happened, MediumRecord const& before, MediumRecord const& after) {
  auto const* was = std::get_if<InElement>(&before.place);
  auto const* is = std::get_if<InElement>(&after.place);
  if (before.place == after.place) return;
  HistoryRecord record{.medium = after.id};
  if (was != nullptr) record.library = was->library, record.from = was->element;
  if (is != nullptr) record.library = is->library, record.to = is->element;
  bool const stayed = was != nullptr && is != nullptr && was->library == is->library;
  record.kind = stayed ? HistoryKind::moved : is != nullptr ? HistoryKind::brought_in : HistoryKind::taken_out;
  if (record.kind == HistoryKind::brought_in) record.from.reset();  // of another library, or of none
  happened.push_back(std::move(record));
}

void add_side(std::vector<HistoryRecord>& happened, MediumId medium, Side const& before, Side const& after) {
  if (after.omid && before.omid != after.omid)
    happened.push_back({.kind = HistoryKind::labelled, .medium = medium, .side = after.number, .text = after.omid->key()});
  if (auto const kind = kind_of_step(before.state, after.state)) happened.push_back({.kind = *kind, .medium = medium, .side = after.number});
}

}  // namespace

HistorySums sums_of(HistoryRecord const& record) {
  HistorySums sums;
  switch (record.kind) {
    case HistoryKind::moved:
      sums.moves = 1;
      break;
    case HistoryKind::mounted:
      sums.last_used = record.time;
      break;
    case HistoryKind::dismounted:
      sums.last_used = record.time;
      sums.mounted = std::max(record.duration.value_or(Millis{0}), Millis{0});  // a clock that was set back counts as none
      break;
    case HistoryKind::failed:
      sums.errors = 1;
      break;
    case HistoryKind::alerted:
      sums.alerts = 1;
      break;
    case HistoryKind::cleaned:
      sums.cleanings = 1;
      break;
    default:
      break;
  }
  return sums;
}

std::vector<HistoryRecord> history_of(MediumRecord const& before, MediumRecord const& after) {
  std::vector<HistoryRecord> happened;
  add_move(happened, before, after);
  for (auto const& side : after.sides) {
    auto const* was = before.side(side.id);
    add_side(happened, after.id, was == nullptr ? Side{} : *was, side);
  }
  return happened;
}

std::vector<HistoryRecord> history_of(DriveHot const& before, DriveHot const& after, TimePoint now) {
  std::vector<HistoryRecord> happened;
  bool const was_loaded = before.state == DriveState::loaded, is_loaded = after.state == DriveState::loaded;
  bool const again = was_loaded && is_loaded && before.since != after.since;  // given to the next one without a move
  if (was_loaded && (!is_loaded || again))
    happened.push_back({.kind = HistoryKind::dismounted, .medium = before.medium, .drive = after.id, .duration = now - before.since, .request = before.request});
  if (is_loaded && (!was_loaded || again))
    happened.push_back({.kind = HistoryKind::mounted, .medium = after.medium, .drive = after.id, .request = after.request});
  if (before.state == DriveState::being_cleaned && after.state != DriveState::being_cleaned)
    happened.push_back({.kind = HistoryKind::cleaned, .medium = before.medium, .drive = after.id, .duration = now - before.since, .request = before.request});
  return happened;
}

std::vector<HistoryRecord> history_of(DriveRecord const& before, DriveRecord const& after, DriveHot const& now) {
  std::vector<HistoryRecord> happened;
  for (auto const& alert : after.alerts)
    if (std::ranges::find(before.alerts, alert) == before.alerts.end())
      happened.push_back({.kind = HistoryKind::alerted, .medium = now.medium, .drive = after.id, .alert = alert.number, .text = alert.text});
  return happened;
}

}  // namespace rsm
