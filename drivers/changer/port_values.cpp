#include "drivers/changer/port_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rsm::changer {
namespace {

using scsi::ElementTrouble;
using scsi::Win32;

Errc port_code(scsi::Failure const& failure) {
  switch (failure.win32) {
    case Win32::source_element_empty: return Errc::empty;
    case Win32::no_media_in_drive: return Errc::empty;
    case Win32::destination_element_full: return Errc::not_empty;
    case Win32::illegal_element_address:
    case Win32::resource_not_present: return Errc::resource_not_present;
    case Win32::not_ready:
    case Win32::busy:
    case Win32::device_door_open:
    case Win32::magazine_not_present:
    case Win32::library_offline:
    case Win32::device_reinitialization_needed:
    case Win32::bus_reset:
    case Win32::media_changed: return Errc::not_ready;
    case Win32::device_not_available:
    case Win32::dev_not_exist:
    case Win32::access_denied: return Errc::device_not_available;
    case Win32::none: break;
    default: return Errc::medium_not_accessible;
  }
  if (failure.answered) return failure.key == scsi::key_not_ready || failure.key == scsi::key_unit_attention ? Errc::not_ready : Errc::medium_not_accessible;
  switch (failure.error.code) {
    case Errc::timeout: return Errc::timeout;
    case Errc::not_ready: return Errc::not_ready;
    case Errc::gen_failure: return Errc::medium_not_accessible;
    default: return Errc::device_not_available;
  }
}

bool is_away(ElementTrouble trouble) { return trouble == ElementTrouble::slot_absent || trouble == ElementTrouble::slot_unknown || trouble == ElementTrouble::drive_absent; }

port::ElementException exception_of(scsi::Element const& seen, scsi::ElementException const* known) {
  if (known != nullptr) return {seen.asc, seen.ascq, fmt::format("{}: {}", known->meaning, known->then)};
  if (seen.asc == 0 && seen.ascq == 0) return {0, 0, "the library reports an exception of it and does not say which"};
  return {seen.asc, seen.ascq, fmt::format("the library reports exception {:02X}/{:02X} of it, which is not known", seen.asc, seen.ascq)};
}

void put_tag(scsi::Element const& seen, scsi::ElementException const* known, port::ElementStatus& status) {
  bool const label_exception = known != nullptr && (known->trouble == ElementTrouble::label_unreadable || known->trouble == ElementTrouble::label_upside_down);
  if (!seen.tag.text.empty()) {
    status.tag = port::TagState::readable;
    status.barcode = seen.tag.text;
  } else if (seen.tag.garbled || label_exception) {
    status.tag = port::TagState::unreadable;
  }
}

}  // namespace

Error port_error(scsi::Failure const& failure) { return {port_code(failure), failure.error.object, failure.error.detail}; }

bool casts_doubt(scsi::Attentions attentions) {
  using enum scsi::Attention;
  return std::ranges::any_of(std::array{reset, medium_may_have_changed, parameters_changed}, [&](scsi::Attention one) { return attentions.test(static_cast<std::size_t>(one)); });
}

port::ElementStatus port_element(scsi::Element const& seen, Element element, AddressBook const& book, bool tells_access) {
  port::ElementStatus status{.element = element, .address = seen.address};
  auto const* known = seen.exception ? scsi::element_exception(seen.asc, seen.ascq) : nullptr;
  if (seen.exception) status.exception = exception_of(seen, known);
  bool const away = known != nullptr && is_away(known->trouble);
  status.full = seen.full && !away;
  status.accessible = (seen.access.value_or(true) || !tells_access) && !seen.disabled && !away;
  if (element.kind == ElementKind::drive && seen.identifier) status.drive_serial = serial_in(*seen.identifier);
  if (!status.full) return status;
  put_tag(seen, known, status);
  if (seen.source) status.source = book.element_at(*seen.source);
  status.inverted = seen.source && seen.inverted;
  return status;
}

port::ElementStatus untold_element(Element element, AddressBook const& book) {
  port::ElementStatus status{.element = element, .address = book.address_of(element).value_or(0), .accessible = false};
  status.exception = port::ElementException{0, 0, "the library tells nothing about this element"};
  return status;
}

std::string serial_in(scsi::Designator const& identifier) {
  constexpr std::size_t serial_place = 24;
  if (identifier.cut) return {};
  if (identifier.code_set == scsi::Designator::binary) return identifier.hex();
  auto const text = scsi::trimmed(identifier.text());
  if (identifier.type != scsi::Designator::t10) return std::string(text);
  std::size_t const blank = text.find_last_of(' ');
  std::size_t const word = blank == std::string_view::npos ? 0 : blank + 1;
  bool const columns = text.size() > serial_place && word < serial_place;
  return std::string(scsi::trimmed(text.substr(columns ? serial_place : word)));
}

}  // namespace rsm::changer
