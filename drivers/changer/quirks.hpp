// What models of changers do in their own way, as far as the driver acts on it.
//
// What for: a driver asks quirks_of(model) once it knows the INQUIRY strings. The layout of elements is not here: mode page 1Dh of the device in hand
// is the truth about it. What a device can be asked about (volume tags, identifiers, DBD) is tried and remembered, and is not here either.
// Errors: none; a model that no row names has no quirks. Thread rule: constants. Source: at each row.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/scsi/sense_actions.hpp"

namespace rsm::changer {

enum class RangeInventory : std::uint8_t { none, standard, vendor };  // 37h, E7h

struct Quirks {
  RangeInventory range_inventory = RangeInventory::none;
  bool only_type_zero = false;             // READ ELEMENT STATUS answers for all element types at once only
  bool tags_refused_with_any_key = false;  // VOLTAG that is not known is refused with other sense keys than ILLEGAL REQUEST, too
  bool initialize_does_nothing = false;    // INITIALIZE ELEMENT STATUS answers GOOD and does nothing: the range command, for all
  bool initialize_at_start = false;        // before the first question
  bool exchange_is_only_announced = false;  // EXCHANGE MEDIUM stands in mode page 1Fh and must not be used
};

struct QuirkRow {
  std::string_view models;  // as in scsi::names_model
  Quirks quirks;
  std::string_view evidence;
};
std::span<QuirkRow const> quirk_rows();

// The first row that names the model.
Quirks const& quirks_of(scsi::Model const& model);

}  // namespace rsm::changer
