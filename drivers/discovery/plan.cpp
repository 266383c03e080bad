#include "drivers/discovery/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace rsm::discovery {
namespace {

std::string device_text(FoundDevice const& device) {
  std::string text = device.vendor + (device.vendor.empty() || device.product.empty() ? "" : " ") + device.product;
  if (text.empty()) text = "a " + device.kind;
  return device.serial.empty() ? text : text + " " + device.serial;
}

// A serial number is a vendor's own: two vendors may give the same one.
bool same_device(FoundDevice const& a, FoundDevice const& b) {
  return !a.serial.empty() && a.serial == b.serial && a.vendor == b.vendor && a.product == b.product;
}

class Planner {
 public:
  Planner(std::vector<SeenChanger> const& changers, std::vector<SeenDrive> const& drives)
      : changers_(changers), drives_(drives), ways_to_(drives.size()), given_(drives.size()), why_(drives.size()) {}

  Plan make() {
    for (std::size_t i = 0; i < drives_.size(); ++i) ways_to_[i] = first_way_to(i);
    for (std::size_t i = 0; i < changers_.size(); ++i) describe(i);
    claim();
    refuse_double_claims();
    for (auto& library : open_) give_claimed(library);
    for (auto& library : open_) library.untold = static_cast<std::size_t>(std::ranges::count_if(library.shown.elements, is_untold));
    for (auto& library : open_) fill_untold(library);
    for (auto& library : open_) finish(library);
    Plan plan;
    for (auto& library : open_) plan.libraries.push_back(std::move(library.shown));
    for (std::size_t i = 0; i < drives_.size(); ++i)
      if (auto why = why_loose(i)) plan.loose.push_back({drives_[i].shown, *std::move(why), stands_alone(i)});
    return plan;
  }

 private:
  struct Open {
    SeenChanger const* changer;
    FoundLibrary shown;
    std::map<std::uint32_t, std::size_t> claimed;  // element -> drive, as the first way to it
    std::size_t untold = 0;                        // elements of which it tells nobody
    bool listed = false;
  };

  bool is_free(std::size_t drive) const {
    return drives_[drive].shown.managed_by.empty() && drives_[drive].shown.problem.empty() && !drives_[drive].shown.address.empty();
  }

  std::size_t first_way_to(std::size_t drive) const {
    for (std::size_t i = 0; i < drive; ++i)
      if (same_device(drives_[i].shown, drives_[drive].shown)) return i;
    return drive;
  }

  void describe(std::size_t at) {
    auto const& changer = changers_[at];
    auto const twin = std::find_if(changers_.begin(), changers_.begin() + static_cast<std::ptrdiff_t>(at),
                                   [&](SeenChanger const& other) { return same_device(other.shown, changer.shown); });
    if (twin != changers_.begin() + static_cast<std::ptrdiff_t>(at)) return note_twin(*twin, changer);
    Open library{.changer = &changer,
                 .shown = {.changer = changer.shown,
                           .known = changer.asked,
                           .drives = changer.drives,
                           .slots = changer.slots,
                           .ports = changer.ports,
                           .transports = changer.transports}};
    for (std::uint32_t number = 0; number < changer.drives && changer.asked; ++number) {
      FoundElement element{.number = number};
      if (auto const claim = changer.claims.find(number); claim != changer.claims.end()) element.told = scsi_library::claim_text(claim->second);
      library.shown.elements.push_back(std::move(element));
    }
    open_.push_back(std::move(library));
  }

  void note_twin(SeenChanger const& first, SeenChanger const& other) {
    for (auto& library : open_)
      if (library.changer == &first)
        library.shown.notes.push_back(
            fmt::format("{} says that it is the same changer: this is taken for a second way to one library; where it is another library, one of the two "
                        "serial numbers must be changed",
                        other.shown.address));
  }

  // Whom the libraries name.
  void claim() {
    for (auto& library : open_) {
      auto const& claims = library.changer->claims;
      for (auto& element : library.shown.elements) {
        auto const claim = claims.find(element.number);
        if (claim == claims.end()) continue;
        auto const same =
            std::ranges::find_if(claims, [&](auto const& other) { return other.first != element.number && other.second.bytes == claim->second.bytes; });
        if (same != claims.end())
          element.reason = fmt::format("the library names the same drive for the elements {} and {}: it is given to none", element.number, same->first);
        else
          claim_one(library, element, claim->second);
      }
    }
  }

  void claim_one(Open& library, FoundElement& element, scsi::Designator const& claim) {
    std::set<std::size_t> found;
    for (std::size_t i = 0; i < drives_.size(); ++i)
      if (drives_[i].shown.problem.empty() && scsi::identifies(claim, drives_[i].own, drives_[i].shown.serial)) found.insert(ways_to_[i]);
    if (found.empty()) {
      element.reason = "no drive that was found says that it is this one";
    } else if (found.size() > 1) {
      element.reason = "drives of several serial numbers answer for it: it is given none";
    } else {
      library.claimed[element.number] = *found.begin();
      claimed_by_[*found.begin()].push_back(&library);
    }
  }

  void refuse_double_claims() {
    for (auto const& [drive, libraries] : claimed_by_) {
      if (libraries.size() < 2) continue;
      std::set<std::string> names;
      for (auto const* library : libraries) names.insert(device_text(library->shown.changer) + " (" + library->shown.changer.address + ")");
      why_[drive] = fmt::format("{} claim it: it is given to none", fmt::join(names, " and "));
      for (auto* library : libraries)
        for (auto& element : library->shown.elements)
          if (auto const claimed = library->claimed.find(element.number); claimed != library->claimed.end() && claimed->second == drive) {
            element.reason = why_[drive];
            library->claimed.erase(claimed);
          }
    }
  }

  // Of several ways to a drive.
  std::optional<std::size_t> best_way(std::size_t drive, std::string const& place) const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < drives_.size(); ++i) {
      if (ways_to_[i] != drive || !is_free(i)) continue;
      if (!best || (drives_[i].place == place && drives_[*best].place != place)) best = i;
    }
    return best;
  }

  void give(Open& library, FoundElement& element, std::size_t way, std::string reason) {
    element.address = drives_[way].shown.address;
    element.serial = drives_[way].shown.serial;
    element.reason = std::move(reason);
    for (std::size_t i = 0; i < drives_.size(); ++i) {
      if (ways_to_[i] != ways_to_[way]) continue;
      given_[i] = true;
      if (i != way)
        library.shown.notes.push_back(fmt::format("drive {}: {} is taken for a second way to it and not used", element.number, drives_[i].shown.address));
    }
  }

  void give_claimed(Open& library) {
    for (auto& element : library.shown.elements) {
      auto const claimed = library.claimed.find(element.number);
      if (claimed == library.claimed.end()) continue;
      if (auto const way = best_way(claimed->second, library.changer->place)) {
        give(library, element, *way, "the library names it");
      } else {
        auto const& drive = drives_[claimed->second].shown;
        element.reason = drive.managed_by.empty() ? "there is no name for this drive that a configuration could use"
                                                  : fmt::format("library {} of the configuration has this drive", drive.managed_by);
      }
    }
  }

  static bool is_untold(FoundElement const& element) { return element.told.empty() && element.address.empty() && element.reason.empty(); }

  void fill_untold(Open& library) {
    std::size_t const wanted = library.untold;
    if (wanted == 0) return;
    std::vector<std::size_t> near;
    for (std::size_t i = 0; i < drives_.size(); ++i)
      if (ways_to_[i] == i && is_free(i) && !given_[i] && why_[i].empty() && !claimed_by_.contains(i) && drives_[i].place == library.changer->place)
        near.push_back(i);
    std::ranges::stable_sort(near, {}, [&](std::size_t i) { return drives_[i].order; });
    bool const alone = std::ranges::none_of(
        open_, [&](Open const& other) { return &other != &library && other.changer->place == library.changer->place && other.untold > 0; });
    bool const fits = alone && near.size() == wanted && library.changer->shown.managed_by.empty() && can_be_listed(library);
    auto next = near.begin();
    for (auto& element : library.shown.elements) {
      if (!is_untold(element)) continue;
      if (fits)
        give(library, element, *next++,
             wanted == 1 ? "the library does not say whose drive stands there; it is the only one left in this place"
                         : "the library does not say whose drive stands there; by the order of addresses only");
      else
        element.reason = "the library does not say whose drive stands there";
    }
    library.listed = fits;
    if (fits && wanted > 1)
      library.shown.notes.push_back(fmt::format(
          "the order of {} drives is a guess by their addresses: 'rsm library certify' mounts a cartridge in each and shows whether it is right", wanted));
    if (!fits)
      library.shown.notes.push_back(
          fmt::format("the library does not say whose drive stands in {} of its drive elements, and in the same place there {} that nobody claims: list the "
                      "drives by hand, with drive_order = \"listed\"",
                      wanted,
                      near.empty()       ? "is no drive"
                      : near.size() == 1 ? "is one drive"
                                         : fmt::format("are {} drives", near.size())));
  }

  // The first address of a list is drive 0: no element before the last may be without one.
  static bool can_be_listed(Open const& library) {
    return std::ranges::all_of(library.shown.elements, [](FoundElement const& e) { return !e.address.empty() || is_untold(e); });
  }

  void finish(Open& library) {
    auto& shown = library.shown;
    shown.drive_order = library.listed ? "listed" : "identity";
    shown.usable = shown.known && shown.changer.managed_by.empty() && !shown.changer.address.empty();
    if (!shown.changer.managed_by.empty()) return;
    if (shown.changer.address.empty()) shown.notes.emplace_back("the kernel has no generic node of this changer: load its module sg ('modprobe sg')");
    if (!shown.changer.problem.empty()) shown.notes.push_back(shown.changer.problem);
    for (auto const& element : shown.elements)
      if (element.address.empty() && !element.told.empty())
        shown.notes.push_back(fmt::format("drive {} ({}): {}", element.number, element.told, element.reason));
    bool const has_drives = std::ranges::any_of(shown.elements, [](FoundElement const& e) { return !e.address.empty(); });
    if (shown.known && shown.drives > 0 && !has_drives)
      shown.notes.emplace_back("no drive is given to this library: cartridges can be moved, nothing can be mounted");
  }

  // None: it is given to a library, or the configuration has it, or it is a second way to one of these.
  std::optional<std::string> why_loose(std::size_t drive) const {
    auto const& shown = drives_[drive].shown;
    if (given_[drive] || !shown.managed_by.empty()) return std::nullopt;
    if (!shown.problem.empty()) return shown.problem;
    std::size_t const first = ways_to_[drive];
    if (first != drive) return fmt::format("it says that it is the same drive as {}", drives_[first].shown.address);
    if (!why_[drive].empty()) return why_[drive];
    if (shown.address.empty()) return "the kernel has no generic node of it: load its module sg ('modprobe sg')";
    if (claimed_by_.contains(drive)) return "a changer names it, and its library is not set up as it stands here";
    return "no changer names it: a drive that stands alone, or one whose library was not asked or does not tell whose drives it has";
  }

  bool stands_alone(std::size_t drive) const {
    if (!is_free(drive) || ways_to_[drive] != drive || !why_[drive].empty() || claimed_by_.contains(drive)) return false;
    auto const says_all = [](Open const& library) { return library.changer->asked && (library.untold == 0 || library.listed); };
    return std::ranges::all_of(open_, [&](Open const& library) { return library.changer->place != drives_[drive].place || says_all(library); });
  }

  std::vector<SeenChanger> const& changers_;
  std::vector<SeenDrive> const& drives_;
  std::vector<std::size_t> ways_to_;  // the first way to the same drive
  std::vector<bool> given_;
  std::vector<std::string> why_;  // given to none
  std::vector<Open> open_;
  std::map<std::size_t, std::vector<Open*>> claimed_by_;
};

}  // namespace

Plan make_plan(std::vector<SeenChanger> const& changers, std::vector<SeenDrive> const& drives) { return Planner(changers, drives).make(); }

}  // namespace rsm::discovery
