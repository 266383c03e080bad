#include "drivers/tape/words.hpp"

#include <fmt/format.h>

namespace rsm::tape {
namespace {

constexpr std::uint8_t medium_not_present = 0x3A, seated_only = 0x04;

Errc code_without_answer(scsi::Failure const& failure) {
  switch (failure.error.code) {
    case Errc::timeout: return Errc::timeout;
    case Errc::not_ready: return Errc::not_ready;
    default: return Errc::device_not_available;
  }
}

Errc code_for(Doing doing, scsi::Failure const& failure) {
  switch (doing) {
    case Doing::loading: return Errc::unable_to_load_medium;
    case Doing::unloading: return Errc::unable_to_unload_media;
    case Doing::flushing: return Errc::write_fault;
    case Doing::writing: return failure.key == scsi::key_data_protect ? Errc::write_protect : Errc::write_fault;
    case Doing::reading:
    case Doing::rewinding: return failure.key == scsi::key_not_ready ? Errc::not_ready : Errc::medium_not_accessible;
    case Doing::asking: break;
  }
  return failure.key == scsi::key_not_ready ? Errc::not_ready : Errc::device_not_available;
}

Errc code_of(scsi::Failure const& failure, Doing doing) {
  constexpr std::uint8_t medium_may_have_changed = 0x28;
  if (failure.reserved) return Errc::device_not_available;  // not its volume is in use: nothing can be asked of the drive
  if (!failure.answered) return code_without_answer(failure);
  if (says_no_medium(failure)) return Errc::no_media_in_drive;
  if (failure.key == scsi::key_unit_attention) return failure.asc == medium_may_have_changed ? Errc::media_changed : Errc::not_ready;
  return code_for(doing, failure);
}

AlertSeverity severity_of(scsi::Severity severity) {
  switch (severity) {
    case scsi::Severity::critical: return AlertSeverity::critical;
    case scsi::Severity::warning: return AlertSeverity::warning;
    case scsi::Severity::information: return AlertSeverity::information;
    case scsi::Severity::reserved: break;
  }
  return AlertSeverity::reserved;
}

// By what tape_alert_drive.def says of each: a cartridge is to blame only where no drive could have caused it.
AlertAbout about(unsigned flag) {
  switch (flag) {
    case 4: case 7: case 8: case 13: case 15: case 19: case 50: case 51: case 52: case 53: case 54: case 59: return AlertAbout::medium;
    case 1: case 2: case 3: case 5: case 6: case 9: case 11: case 12: case 16: case 17: case 18: case 22: case 23: case 24: case 33: case 55: case 60:
      return AlertAbout::either;
    case 20: case 21: return AlertAbout::cleaning;
    default: return AlertAbout::drive;
  }
}

}  // namespace

bool says_no_medium(scsi::Failure const& failure) {
  bool const not_ready = failure.answered && (failure.key == scsi::key_not_ready || failure.key == scsi::key_illegal_request);
  return not_ready && failure.asc == medium_not_present && failure.ascq != seated_only;
}

Error port_error(scsi::Failure const& failure, Doing doing) { return {code_of(failure, doing), failure.error.object, failure.error.detail}; }

std::string alert_text(scsi::AlertFlags const& alerts) {
  std::string text;
  for (unsigned const number : alerts.numbers()) {
    auto const flag = scsi::tape_alert_flag(scsi::DeviceKind::drive, number);
    bool const severe = flag.severity == scsi::Severity::critical || flag.severity == scsi::Severity::warning;
    if (severe) text = joined(std::move(text), fmt::format("{} (TapeAlert {}): {}", flag.name, number, flag.action));
  }
  return text.empty() ? text : "the drive reports " + text;
}

std::vector<Alert> alerts_of(scsi::AlertFlags const& alerts) {
  std::vector<Alert> all;
  for (unsigned const number : alerts.numbers()) {
    auto const flag = scsi::tape_alert_flag(scsi::DeviceKind::drive, number);
    std::string text(flag.name);
    if (!flag.meaning.empty()) text += fmt::format(": {}", flag.meaning);
    if (!flag.action.empty()) text += fmt::format("; what to do: {}", flag.action);
    all.push_back({number, severity_of(flag.severity), about(number), std::move(text)});
  }
  return all;
}

std::string joined(std::string first, std::string_view second) {
  if (!first.empty() && !second.empty()) first += "; ";
  first += second;
  return first;
}

}  // namespace rsm::tape
