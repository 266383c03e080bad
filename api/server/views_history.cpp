// The history of cartridges and drives as the wire shows it, and what it adds up to.
#include <numeric>

#include "api/server/show.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

std::string element_text(std::optional<Element> const& element) { return element ? element->text() : std::string(); }

std::optional<std::int64_t> if_said(std::uint64_t number) { return number == 0 ? std::nullopt : std::optional(static_cast<std::int64_t>(number)); }

std::optional<std::int64_t> if_said_in_hours(std::uint64_t hours) {
  return hours == 0 ? std::nullopt : std::optional(Millis(std::chrono::hours(hours)).count());
}

// The mount that goes on counts up to now.
wire::AgeingInfo ageing_from(ServerContext& s, HistorySums const& sums, DriveHot const* loaded) {
  auto out = shown_as<wire::AgeingInfo>(sums);
  if (loaded != nullptr && loaded->state == DriveState::loaded) out.mounted_ms += std::max(s.loop.now() - loaded->since, Millis{0}).count();
  return out;
}

}  // namespace

Result<wire::AgeingInfo> ageing_of(ServerContext& s, MediumRecord const& medium) {
  RSM_TRY(auto const sums, s.reader.history_sums(medium.id.guid));
  auto const* drive = s.manager.world().drive_of(medium.id);
  auto out = ageing_from(s, sums, drive == nullptr ? nullptr : &drive->hot);
  auto const& expected = s.manager.settings().ageing;
  out.mounts = std::accumulate(medium.sides.begin(), medium.sides.end(), std::int64_t{0}, [](std::int64_t sum, Side const& side) { return sum + side.mount_count; });
  out.mounts_expected = if_said(expected.medium_mounts);
  out.mounted_expected_ms = if_said_in_hours(expected.medium_hours);
  return out;
}

Result<wire::AgeingInfo> ageing_of(ServerContext& s, DriveEntry const& drive) {
  RSM_TRY(auto const sums, s.reader.history_sums(drive.record.id.guid));
  auto out = ageing_from(s, sums, &drive.hot);
  auto const& expected = s.manager.settings().ageing;
  out.mounts = drive.hot.mount_count;
  out.mounts_expected = if_said(expected.drive_mounts);
  out.mounted_expected_ms = if_said_in_hours(expected.drive_hours);
  return out;
}

wire::HistoryInfo history_info(db::HistoryEntry const& entry) {
  auto out = shown_as<wire::HistoryInfo>(entry.record);
  out.number = static_cast<std::int64_t>(entry.number);
  out.medium_name = entry.medium_name, out.drive_name = entry.drive_name, out.library_name = entry.library_name;
  out.from = element_text(entry.record.from), out.to = element_text(entry.record.to);
  if (entry.record.side) out.side = *entry.record.side;
  if (entry.record.duration) out.duration_ms = entry.record.duration->count();
  return out;
}

}  // namespace rsm::server
