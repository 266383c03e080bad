#include "cli/changer/mtx_text.hpp"

#include <algorithm>

namespace rsm::changer {
namespace {

constexpr std::int64_t first_storage_address = 1024;

std::string padded(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}

std::string tag(std::optional<Medium> const& medium, bool barcodes, std::string const& before) {
  if (!barcodes || !medium || medium->barcode.empty()) return {};
  return before + code_or_id(*medium);
}

std::string drive_line(std::size_t number, Drive const& drive, bool barcodes) {
  std::string const begin = "Data Transfer Element " + std::to_string(number) + ":";
  if (!drive.full) return begin + "Empty\n";
  std::string const source = drive.home == 0 ? "Unknown Storage Element" : "Storage Element " + std::to_string(drive.home);
  return begin + "Full (" + source + " Loaded)" + tag(drive.medium, barcodes, ":VolumeTag = ") + "\n";
}

std::string slot_line(Slot const& slot, bool port, bool barcodes) {
  return "      Storage Element " + std::to_string(slot.number) + (port ? " IMPORT/EXPORT" : "") + ":" + (slot.full ? "Full " + tag(slot.medium, barcodes, ":VolumeTag=") : "Empty") + "\n";
}

bool loadable(Slot const& slot) { return slot.full && slot.medium && !slot.medium->cleaner; }

}  // namespace

std::string mtx_status_text(Shelf const& shelf, std::string const& device, Show show, bool barcodes) {
  std::size_t const ports = show.ports ? shelf.ports.size() : 0;
  std::string out = "  Storage Changer " + device + ":" + std::to_string(shelf.drives.size()) + " Drives, " + std::to_string(shelf.slots.size() + ports) + " Slots ( " +
                    std::to_string(ports) + " Import/Export )\n";
  for (std::size_t i = 0; i < shelf.drives.size(); ++i) out += drive_line(i, shelf.drives[i], barcodes);
  for (auto const& slot : shelf.slots)
    if (show.cleaning || !slot.medium || !slot.medium->cleaner) out += slot_line(slot, false, barcodes);
  for (std::size_t i = 0; i < ports; ++i) out += slot_line(shelf.ports[i], true, barcodes);
  return out;
}

std::string mtx_inquiry_text(wire::ChangerInfo const& changer) {
  return "Product Type: Medium Changer\nVendor ID: '" + padded(changer.vendor, 8) + "'\nProduct ID: '" + padded(changer.product, 16) + "'\nRevision: '" + padded(changer.revision, 4) +
         "'\nAttached Changer API: No\n";
}

std::optional<std::string> mtx_refuses_load(Shelf const& shelf, std::int64_t slot, std::int64_t drive) {
  if (slot < 1) return "No source specified";
  auto const* const from = shelf.slot(slot);
  if (from == nullptr) return "Invalid <storage-element-number> argument '" + std::to_string(slot) + "' to 'load' command";
  auto const* const to = shelf.drive(drive);
  if (to == nullptr) return "illegal <drive-number> argument '" + std::to_string(drive) + "' to 'load' command";
  if (to->holds_own()) return "Drive " + std::to_string(drive) + " Full (Storage Element " + std::to_string(to->home) + " loaded)";
  if (!from->full) return "Source Element Address " + std::to_string(first_storage_address + slot - 1) + " is Empty";
  return std::nullopt;
}

std::optional<std::string> mtx_refuses_unload(Shelf const& shelf, std::int64_t slot, std::int64_t drive) {
  auto const* const from = shelf.drive(drive);
  if (slot == 0) return "No source specified";
  if (slot > 0 && shelf.slot(slot) == nullptr) return "illegal <storage-element-number> argument '" + std::to_string(slot) + "' to 'unload' command";
  if (from == nullptr) return "illegal <drive-number> argument '" + std::to_string(drive) + "' to 'unload' command";
  if (!from->full) return "Data Transfer Element " + std::to_string(drive) + " is Empty";
  if (slot > 0 && shelf.slot(slot)->full) return "Storage Element " + std::to_string(slot) + " is Already Full";
  if (slot < 0 && from->home == 0) return "No Source for tape in drive " + std::to_string(drive) + "!";
  return std::nullopt;
}

std::optional<std::string> mtx_refuses_transfer(Shelf const& shelf, std::int64_t from, std::int64_t to, bool ports) {
  auto const element = [&](std::int64_t number) { return ports && shelf.port(number) != nullptr ? shelf.port(number) : shelf.slot(number); };
  if (from < 1) return "No source specified";
  if (to < 1) return "No destination specified";
  if (element(from) == nullptr) return "Invalid source";
  if (element(to) == nullptr) return "Invalid destination";
  if (!element(from)->full) return "Source Element Address " + std::to_string(first_storage_address + from - 1) + " is Empty";
  if (from != to && element(to)->full) return "Destination Element Address " + std::to_string(first_storage_address + to - 1) + " is Already Full";
  return std::nullopt;
}

std::optional<int> mtx_step(Shelf const& shelf, Step step, Drive const& drive) {
  std::vector<int> stops;  // what may come into the drive, and what is in it
  for (auto const& slot : shelf.slots)
    if (loadable(slot) || (drive.holds_own() && slot.number == drive.home)) stops.push_back(slot.number);
  if (stops.empty()) return std::nullopt;
  if (step == Step::first) return stops.front();
  if (step == Step::last) return stops.back();
  int const now = drive.holds_own() ? drive.home : (step == Step::next ? 0 : static_cast<int>(shelf.slots.size()) + 1);
  if (step == Step::next) {
    auto const found = std::ranges::upper_bound(stops, now);
    return found == stops.end() ? std::nullopt : std::optional{*found};
  }
  auto const found = std::ranges::lower_bound(stops, now);
  return found == stops.begin() ? std::nullopt : std::optional{*std::prev(found)};
}

}  // namespace rsm::changer
