// TapeAlert: the 64 flags by which tape drives and changers say what is wrong with medium, drive or library.
//
// What for: a driver reads log page 2Eh (or 12h, which clears nothing by being read) and hands over what came. The flags of drives and of changers are
// different tables: the device type chooses, never the number alone. On most devices reading page 2Eh clears the flags: it is read in one place only,
// with room for all of it (tape_alert_page_bytes), and what was read is kept.
//   complete   the page is there; `set` has what is set, `reported` what the page spoke of
//   truncated  the page did not arrive whole: flags that are not `reported` are unknown, not clear
//   malformed  another page, or parameters that do not fit into it
// Ranges: flags 1 to 64, others are passed over. Errors: none; every page gives a value. Thread rule: pure. Source: SSC-3 and SMC-2, TapeAlert; SPC-4 7.3.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "drivers/scsi/element_status.hpp"
#include "drivers/scsi/sense_actions.hpp"

namespace rsm::scsi {

constexpr std::uint8_t tape_alert_page = 0x2E, tape_alert_response_page = 0x12;
constexpr std::size_t tape_alert_page_bytes = 324;
constexpr unsigned tape_alert_flags = 64;

// A set of flags by their numbers.
class AlertFlags {
 public:
  void add(std::uint64_t number) {
    if (number >= 1 && number <= tape_alert_flags) bits_ |= bit(number);
  }
  void remove(std::uint64_t number) {
    if (number >= 1 && number <= tape_alert_flags) bits_ &= ~bit(number);
  }
  bool has(std::uint64_t number) const { return number >= 1 && number <= tape_alert_flags && (bits_ & bit(number)) != 0; }
  bool empty() const { return bits_ == 0; }
  std::vector<unsigned> numbers() const;  // ascending
  friend bool operator==(AlertFlags const&, AlertFlags const&) = default;

 private:
  static std::uint64_t bit(std::uint64_t number) { return std::uint64_t{1} << (number - 1); }
  std::uint64_t bits_ = 0;
};

struct TapeAlerts {
  AnswerStatus status = AnswerStatus::complete;
  AlertFlags set, reported;
};

// `transferred`: the answer to LOG SENSE for page 2Eh or 12h.
TapeAlerts decode_tape_alerts(Bytes transferred);

enum class Severity : std::uint8_t {
  critical,     // stop using what it names until decided
  warning,      // count it, act when idle or on repetition
  information,  // log
  reserved,     // log the number
};
std::string_view severity_name(Severity severity);

struct TapeAlertFlag {
  unsigned number = 0;
  Severity severity = Severity::reserved;
  std::string_view name;     // in our own words
  std::string_view meaning;  // may be empty where the name says it
  std::string_view action;
};

std::span<TapeAlertFlag const> tape_alert_table(DeviceKind kind);
// Of a flag that the table does not have: reserved.
TapeAlertFlag tape_alert_flag(DeviceKind kind, unsigned number);

}  // namespace rsm::scsi
