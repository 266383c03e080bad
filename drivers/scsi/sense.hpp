// Sense data: what a device says about the command that it has just refused, or about something before it.
//
// What for: drivers hand over what came with CHECK CONDITION or from REQUEST SENSE; sense_actions.hpp says what to do about it. Both formats give the
// same struct. Valid are the bytes that came and that the additional length covers; what is not there is zero or none.
//   format = none   no sense data: no bytes, no key among them, zeros, or a vendor's own format. Never taken for "nothing is wrong"
//   deferred        it belongs to an earlier command; the present one was not carried out
// Units: information is signed, in blocks or bytes as the command had it (ILI: asked for less found); progress in 65,536ths.
// Errors: none; every buffer gives a value. Thread rule: pure. Source: SPC-4 4.5.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/scsi/bytes.hpp"

namespace rsm::scsi {

enum class SenseFormat { none, fixed, descriptor };
std::string_view sense_format_name(SenseFormat format);

enum SenseKey : std::uint8_t {
  key_no_sense = 0,
  key_recovered_error = 1,
  key_not_ready = 2,
  key_medium_error = 3,
  key_hardware_error = 4,
  key_illegal_request = 5,
  key_unit_attention = 6,
  key_data_protect = 7,
  key_blank_check = 8,
  key_vendor_specific = 9,
  key_aborted_command = 11,
  key_volume_overflow = 13,
  key_miscompare = 14,
};

// Which field of the command the device did not accept.
struct FieldPointer {
  bool in_cdb = false;  // else in the parameter list
  std::uint16_t byte = 0;
  std::optional<std::uint8_t> bit;
  friend bool operator==(FieldPointer const&, FieldPointer const&) = default;
};

struct Sense {
  SenseFormat format = SenseFormat::none;
  bool deferred = false;
  std::uint8_t key = 0, asc = 0, ascq = 0;
  bool filemark = false, eom = false, ili = false;
  std::optional<std::int64_t> information;
  std::uint8_t fru = 0;                  // the part that is suspected, the vendor's number; 0: not told
  std::optional<FieldPointer> field;     // key 5
  std::optional<std::uint16_t> progress;  // keys 0 and 2
  std::optional<std::uint16_t> retries;   // keys 1, 3 and 4
  bool attention_queue_overflow = false;  // key 6: unit attentions were lost
  friend bool operator==(Sense const&, Sense const&) = default;

  // Filemark, end of medium or another block length with key 0: the normal course of reading and writing, whatever the codes say.
  bool condition() const { return key == key_no_sense && (filemark || eom || ili); }
};

Sense decode_sense(Bytes transferred);

}  // namespace rsm::scsi
