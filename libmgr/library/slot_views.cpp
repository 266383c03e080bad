#include "libmgr/library/slot_views.hpp"

#include <algorithm>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/number_ranges.hpp"

namespace rsm {

SlotViews::SlotViews(std::vector<ViewSettings> const& views) {
  for (auto const& view : views) {
    for (auto const slot : view.slots) view_of_.emplace(slot, names_.size());
    names_.push_back(view.name);
  }
}

std::string const* SlotViews::of(std::uint32_t slot) const {
  auto const found = view_of_.find(slot);
  return found == view_of_.end() ? nullptr : &names_[found->second];
}

std::string const* SlotViews::of(MediumRecord const& medium, LibraryId library) const {
  return medium.home_slot && medium.library == library ? of(*medium.home_slot) : nullptr;
}

namespace {

template <class Elements>
std::vector<std::int64_t> missing(std::vector<std::uint32_t> const& named, Elements const& there) {
  std::vector<std::int64_t> out;
  for (auto const number : named)
    if (!there.contains(number)) out.push_back(number);
  return out;
}

// `add`: to the catalog's numbers, for those that people write.
std::string sentence(ViewSettings const& view, LibraryEntry const& library, std::string const& kind, std::vector<std::int64_t> numbers, std::int64_t add) {
  std::size_t const more = numbers.size() - std::min(numbers.size(), limits::view_numbers_named_max);
  numbers.resize(numbers.size() - more);
  std::string const rest = more == 0 ? "" : " and " + std::to_string(more) + " more that it names";
  return "view " + view.name + ": library " + library.record.name + " has no " + kind + " " + ranges_text(numbers, add) + rest;
}

}  // namespace

std::vector<std::string> not_in_library(ViewSettings const& view, LibraryEntry const& library) {
  std::vector<std::string> out;
  if (library.slots.empty() && library.drives.empty()) return out;
  auto const drives = missing(view.drives, library.drives);
  auto const slots = missing(view.slots, library.slots);
  if (!drives.empty()) out.push_back(sentence(view, library, "drive", drives, 0));
  if (!slots.empty()) out.push_back(sentence(view, library, "slot", slots, 1));
  return out;
}

}  // namespace rsm
