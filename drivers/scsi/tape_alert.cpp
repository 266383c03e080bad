#include "drivers/scsi/tape_alert.hpp"

#include <algorithm>
#include <array>

namespace rsm::scsi {
namespace {

constexpr std::size_t log_header_bytes = 4, parameter_header_bytes = 4;

#define RSM_TAPE_ALERT(number, severity, name, meaning, action) TapeAlertFlag{number, Severity::severity, name, meaning, action},
constexpr auto drive_flags = std::to_array<TapeAlertFlag>({
#include "drivers/scsi/tape_alert_drive.def"
});
constexpr auto changer_flags = std::to_array<TapeAlertFlag>({
#include "drivers/scsi/tape_alert_changer.def"
});
#undef RSM_TAPE_ALERT

constexpr bool stand_at_their_numbers(std::span<TapeAlertFlag const> flags) {
  for (std::size_t i = 0; i < flags.size(); ++i)
    if (flags[i].number != i + 1) return false;
  return true;
}
static_assert(stand_at_their_numbers(drive_flags) && stand_at_their_numbers(changer_flags));

struct LogParameter {
  std::uint16_t code;
  Bytes value;
};

void report(TapeAlerts& alerts, std::uint64_t number, bool set) {
  alerts.reported.add(number);
  set ? alerts.set.add(number) : alerts.set.remove(number);
}

// Page 2Eh: one parameter for each flag, which is set when any bit of its value is.
void read_flag(LogParameter const& parameter, TapeAlerts& alerts) {
  bool const set = std::ranges::any_of(parameter.value, [](std::byte byte) { return byte != std::byte{0}; });
  report(alerts, parameter.code, set);
}

// Page 12h: parameter 0 has all flags as bits, flag 1 first.
void read_bits(LogParameter const& parameter, TapeAlerts& alerts) {
  if (parameter.code != 0) return;
  for (std::size_t i = 0; i < parameter.value.size() * 8 && i < tape_alert_flags; ++i)
    report(alerts, i + 1, (std::to_integer<unsigned>(parameter.value[i / 8]) & (0x80u >> i % 8)) != 0);
}

}  // namespace

TapeAlerts decode_tape_alerts(Bytes transferred) {
  Reader const answer(transferred);
  TapeAlerts alerts;
  std::uint8_t const page = answer.u8(0) & 0x3F;
  if (answer.size() > 0 && page != tape_alert_page && page != tape_alert_response_page) return {.status = AnswerStatus::malformed};
  if (!answer.has(0, log_header_bytes)) return {.status = AnswerStatus::truncated};

  std::size_t const end = log_header_bytes + answer.u16(2);
  for (std::size_t at = log_header_bytes; at < end;) {
    std::size_t const next = at + parameter_header_bytes + answer.u8(at + 3);
    bool const header_is_there = answer.has(at, parameter_header_bytes);
    if (!header_is_there || next > answer.size() || next > end) {
      alerts.status = end > answer.size() ? AnswerStatus::truncated : AnswerStatus::malformed;
      return alerts;
    }
    LogParameter const parameter{answer.u16(at), answer.part(at + parameter_header_bytes, answer.u8(at + 3))};
    page == tape_alert_page ? read_flag(parameter, alerts) : read_bits(parameter, alerts);
    at = next;
  }
  return alerts;
}

std::vector<unsigned> AlertFlags::numbers() const {
  std::vector<unsigned> numbers;
  for (unsigned number = 1; number <= tape_alert_flags; ++number)
    if (has(number)) numbers.push_back(number);
  return numbers;
}

std::string_view severity_name(Severity severity) {
  static constexpr std::array<std::string_view, 4> names = {"critical", "warning", "information", "reserved"};
  return names[static_cast<std::size_t>(severity)];
}

std::span<TapeAlertFlag const> tape_alert_table(DeviceKind kind) {
  if (kind == DeviceKind::drive) return drive_flags;
  return changer_flags;
}

TapeAlertFlag tape_alert_flag(DeviceKind kind, unsigned number) {
  auto const table = tape_alert_table(kind);
  if (number >= 1 && number <= table.size()) return table[number - 1];
  return {number, Severity::reserved, "reserved", "", "log the number"};
}

}  // namespace rsm::scsi
