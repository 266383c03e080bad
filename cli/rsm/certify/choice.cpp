#include "cli/rsm/certify/choice.hpp"

#include <algorithm>
#include <charconv>

namespace rsm::cli {
namespace {

std::string problem_of(wire::DriveInfo const& drive) {
  if (!drive.enabled) return "it is disabled: 'rsm drive enable' switches it on";
  if (drive.operational_state != OperationalState::ready) return drive.condition_reason.empty() ? "it is not ready" : drive.condition_reason;
  if (drive.state != DriveState::dismounted) return "it is in use" + (drive.medium_name.empty() ? "" : ": " + drive.medium_name + " is in it");
  return {};
}

Result<std::vector<wire::DriveInfo>> wanted_drives(LibraryContents const& contents, std::vector<std::string> const& numbers) {
  if (numbers.empty()) return contents.drives;
  std::vector<wire::DriveInfo> drives;
  for (auto const& text : numbers) {
    std::int64_t number = -1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    auto const drive = std::ranges::find(contents.drives, number, &wire::DriveInfo::number);
    if (drive == contents.drives.end()) return fail(Errc::invalid_drive, "drive " + text, contents.library.name + " has no drive of this number");
    if (std::ranges::find(drives, drive->id, &wire::DriveInfo::id) == drives.end()) drives.push_back(*drive);
  }
  return drives;
}

Result<std::vector<wire::MediumInfo>> named_media(LibraryContents const& contents, std::vector<std::string> const& names) {
  std::vector<wire::MediumInfo> media;
  for (auto const& name : names) {
    auto const medium =
        std::ranges::find_if(contents.media, [&](wire::MediumInfo const& m) { return m.name == name || m.barcode == name || m.id.text() == name; });
    if (medium == contents.media.end()) return fail(Errc::invalid_media, name, contents.library.name + " has no such cartridge");
    if (auto const why = why_not(*medium, contents.library.id); !why.empty()) return fail(Errc::invalid_media, name, why);
    if (std::ranges::find(media, medium->id, &wire::MediumInfo::id) == media.end()) media.push_back(*medium);
  }
  return media;
}

std::vector<wire::MediumInfo> scratch_media(LibraryContents const& contents) {
  std::vector<wire::MediumInfo> media;
  for (auto const& medium : contents.media) {
    auto const pool = contents.pools.find(medium.pool);
    bool const scratch = pool != contents.pools.end() && pool->second == PoolType::scratch;
    if (scratch && why_not(medium, contents.library.id).empty()) media.push_back(medium);
  }
  return media;
}

}  // namespace

bool is_mountable(wire::SideInfo const& side) {
  return side.state != SideState::unprepared && side.state != SideState::incompatible && side.state != SideState::decommissioned;
}

std::string why_not(wire::MediumInfo const& medium, LibraryId const& library) {
  if (medium.library != library) return "it is not in this library";
  if (!medium.enabled) return "it is disabled";
  if (medium.location_type != ObjectType::slot) return "it is in no slot (" + medium.place + ")";
  if (medium.state != MediaState::idle) return medium.reason.empty() ? "it is in use" : medium.reason;
  if (std::ranges::none_of(medium.sides, is_mountable)) return "none of its sides can be mounted";
  return {};
}

Result<TrialChoice> choose(LibraryContents const& contents, TrialWish const& wish) {
  auto const& library = contents.library;
  if (!library.enabled) return fail(Errc::resource_disabled, library.name, "a library that is disabled cannot be tried");
  if (library.operational_state != OperationalState::ready)
    return fail(Errc::not_ready, library.name, library.reason.empty() ? "it is not ready" : library.reason);
  TrialChoice choice;
  RSM_TRY(auto const drives, wanted_drives(contents, wish.drives));
  for (auto const& drive : drives) {
    if (auto why = problem_of(drive); why.empty())
      choice.drives.push_back(drive);
    else
      choice.left_out.push_back({drive.name, std::move(why)});
  }
  if (choice.drives.empty()) {
    std::string why = drives.empty() ? "it has no drives" : "none of its drives can be tried now";
    for (auto const& [drive, reason] : choice.left_out) why += "; " + drive + ": " + reason;
    return fail(Errc::resource_not_available, library.name, why);
  }
  if (wish.media.empty()) {
    choice.media = scratch_media(contents);
  } else {
    RSM_TRY(choice.media, named_media(contents, wish.media));
  }
  if (choice.media.empty())
    return fail(Errc::media_unavailable, library.name,
                "no cartridge of the pool Free stands idle in a slot, and others are not touched: --medium NAME names one that may be mounted (nothing is "
                "written to it)");
  auto const most = static_cast<std::size_t>(std::min<std::int64_t>(
      wish.cartridges.value_or(static_cast<std::int64_t>(std::max(choice.drives.size(), wish.media.size()))), static_cast<std::int64_t>(choice.media.size())));
  choice.media.resize(most);
  return choice;
}

}  // namespace rsm::cli
