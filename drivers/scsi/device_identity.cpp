#include "drivers/scsi/device_identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "drivers/scsi/commands.hpp"

namespace rsm::scsi {
namespace {

constexpr std::uint16_t inquiry_bytes = 96, inquiry_bytes_min = 36, vital_product_data_bytes = 252;

// An answer that is shorter than it says is asked for again, and believed where it comes a second time.
Outcome<std::vector<std::byte>> read_whole(Session& session, InquiryCommand const& command) {
  auto const whole = [&](std::vector<std::byte> const& bytes) {
    Reader const answer(bytes);
    std::size_t const length = command.vital_product_data ? std::size_t{4} + answer.u16(2) : inquiry_bytes_min;
    return answer.has(0, 4) && bytes.size() >= std::min<std::size_t>(length, command.allocation);
  };
  RSM_TRY(auto first, session.read(command, command.allocation));
  if (whole(first)) return first;
  RSM_TRY(auto second, session.read(command, command.allocation));
  if (whole(second) || second == first) return second;
  return senseless({Errc::not_ready, session.object(), "INQUIRY: its answers are cut, each in another way"});
}

// None: the device does not have the page.
Outcome<std::optional<std::vector<std::byte>>> read_page(Session& session, std::uint8_t page) {
  auto bytes = read_whole(session, {.vital_product_data = true, .page = page, .allocation = vital_product_data_bytes});
  if (bytes) return std::optional(*std::move(bytes));
  if (is_missing(bytes.error())) return std::nullopt;
  return std::unexpected(bytes.error());
}

// A designator of the unit itself: the last word of its text, or its worldwide name.
std::string serial_among(Designators const& designators) {
  std::string worldwide;
  for (auto const& [association, designator] : designators.list) {
    if (association != Association::logical_unit || designator.cut) continue;
    auto const text = trimmed(designator.text());
    bool const binary = designator.code_set == Designator::binary;
    if (!binary && !text.empty()) return std::string(text.substr(text.find_last_of(' ') + 1));
    if (binary && worldwide.empty()) worldwide = designator.hex();
  }
  return worldwide;
}

// Page 00h: the pages that there are.
bool is_listed(std::optional<std::vector<std::byte>> const& list, std::uint8_t page) {
  constexpr std::size_t list_begin = 4;
  if (!list) return false;
  auto const pages = Reader(*list).from(list_begin);
  return std::ranges::find(pages, std::byte{page}) != pages.end();
}

// A page that is on the device's list and was refused all the same will come another time: a serial number that changes means another device.
std::unexpected<Failure> untold(Session& session, std::string_view page) {
  return senseless({Errc::not_ready, session.object(), fmt::format("it says that it has VPD page {}, and refuses it", page)});
}

}  // namespace

std::unexpected<Failure> senseless(Error error) {
  Failure failure;
  failure.error = std::move(error);
  return std::unexpected(std::move(failure));
}

Outcome<Inquiry> read_inquiry(Session& session) {
  RSM_TRY(auto const bytes, read_whole(session, {.allocation = inquiry_bytes}));
  auto inquiry = decode_inquiry(bytes);
  if (!inquiry) return senseless({Errc::device_not_available, session.object(), inquiry.error().sentence()});
  return *std::move(inquiry);
}

Outcome<std::string> read_serial(Session& session) {
  auto const number = read_page(session, 0x80);
  if (!number) return std::unexpected(number.error());
  if (*number)
    if (auto const serial = decode_serial_number(**number); serial && !serial->empty()) return *serial;
  auto const list = read_page(session, 0x00);
  if (!list) return std::unexpected(list.error());
  if (!*number && is_listed(*list, 0x80)) return untold(session, "80h");
  auto const designators = read_page(session, 0x83);
  if (!designators) return std::unexpected(designators.error());
  if (!*designators && is_listed(*list, 0x83)) return untold(session, "83h");
  if (!*designators) return std::string();
  auto const decoded = decode_designators(**designators);
  return decoded ? serial_among(*decoded) : std::string();
}

Outcome<Designators> read_designators(Session& session) {
  RSM_TRY(auto const page, read_page(session, 0x83));
  if (!page) return Designators{};
  auto decoded = decode_designators(*page);
  return decoded ? *std::move(decoded) : Designators{};
}

Outcome<DeviceIdentity> read_identity(Session& session, Inquiry const& inquiry) {
  session.set_model(inquiry.vendor, inquiry.product);
  RSM_TRY(std::string serial, read_serial(session));
  return DeviceIdentity{.vendor = inquiry.vendor, .product = inquiry.product, .serial = std::move(serial), .revision = inquiry.revision};
}

Outcome<DeviceIdentity> read_identity_of(Session& session, std::uint8_t device_type, std::string_view noun) {
  RSM_TRY(auto const inquiry, read_inquiry(session));
  if (inquiry.type != device_type || inquiry.qualifier != 0)
    return senseless({Errc::device_not_available, session.object(), fmt::format("{} {} is no {} (device type {:02X})", inquiry.vendor, inquiry.product, noun, inquiry.type)});
  return read_identity(session, inquiry);
}

}  // namespace rsm::scsi
