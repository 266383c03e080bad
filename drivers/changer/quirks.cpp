#include "drivers/changer/quirks.hpp"

#include <array>

namespace rsm::changer {
namespace {

// A row for certain products stands before the one for their vendor.
constexpr auto rows = std::to_array<QuirkRow>({
    {"IBM 3573-TL, DELL", {.range_inventory = RangeInventory::standard}, "TS3100 SCSI reference, contents; TL2000 is made by the same house"},
    {"IBM 03584", {.range_inventory = RangeInventory::vendor, .initialize_does_nothing = true}, "IBM Diamondback documentation, the same command set"},
    {"HP MSL G3", {.range_inventory = RangeInventory::standard}, "SAM-QFS"},
    {"STK L20, STK L40, STK L80, STK SL500, STK SL150", {.range_inventory = RangeInventory::standard}, "SAM-QFS; SL150 SCSI reference"},
    {"ADIC Scalar DLT", {.initialize_at_start = true}, "SAM-QFS: the 448 comes up confused"},
    {"QUANTUM Scalar, ADIC Scalar", {.range_inventory = RangeInventory::vendor}, "Scalar intelligent libraries SCSI reference"},
    {"EXABYTE Magnum 224, EXABYTE Magnum 448, TANDBERG Magnum", {.range_inventory = RangeInventory::standard}, "Magnum 224/448 SCSI reference 1014826"},
    {"EXABYTE Magnum 1x7", {.range_inventory = RangeInventory::vendor}, "Magnum 1x7 SCSI reference 1012975"},
    {"Sony VGP-XL1B", {.only_type_zero = true}, "mtx change log"},
    {"ADIC DAT", {.tags_refused_with_any_key = true}, "mtx"},
    {"QUALSTAR", {.exchange_is_only_announced = true}, "SAM-QFS excludes it for the TLS and RLS series"},
    {"DISC, BHTi", {.initialize_at_start = true}, "SAM-QFS (DISC); mtx FAQ (Breece Hill Q2: no command works before)"},
});
constexpr Quirks none;

}  // namespace

std::span<QuirkRow const> quirk_rows() { return rows; }

Quirks const& quirks_of(scsi::Model const& model) {
  for (auto const& row : rows)
    if (scsi::names_model(row.models, model)) return row.quirks;
  return none;
}

}  // namespace rsm::changer
