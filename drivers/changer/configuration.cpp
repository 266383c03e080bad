#include "drivers/changer/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/identity.hpp"

namespace rsm::changer {
namespace {

constexpr std::uint16_t inquiry_bytes = 96, inquiry_bytes_min = 36, vital_product_data_bytes = 252, mode_bytes = 255;

std::unexpected<scsi::Failure> senseless(Error error) {
  scsi::Failure failure;
  failure.error = std::move(error);
  return std::unexpected(std::move(failure));
}

// The device does not have what was asked for; anything else is a failure of the question.
bool is_missing(scsi::Failure const& failure) { return failure.refused_field() || failure.unknown_command(); }

// Half a serial number is another device's. An answer that is shorter than it says is asked for again, and believed where it comes a second time.
scsi::Outcome<std::vector<std::byte>> read_whole(scsi::Session& session, scsi::InquiryCommand const& command) {
  auto const whole = [&](std::vector<std::byte> const& bytes) {
    scsi::Reader const answer(bytes);
    std::size_t const length = command.vital_product_data ? std::size_t{4} + answer.u16(2) : inquiry_bytes_min;
    return answer.has(0, 4) && bytes.size() >= std::min<std::size_t>(length, command.allocation);
  };
  RSM_TRY(auto first, session.read(command, command.allocation));
  if (whole(first)) return first;
  RSM_TRY(auto second, session.read(command, command.allocation));
  if (whole(second) || second == first) return second;
  return senseless({Errc::not_ready, session.object(), "INQUIRY: its answers are cut, each in another way"});
}

scsi::Outcome<scsi::Inquiry> read_inquiry(scsi::Session& session) {
  auto const bytes = read_whole(session, {.allocation = inquiry_bytes});
  if (!bytes) return std::unexpected(bytes.error());
  auto inquiry = scsi::decode_inquiry(*bytes);
  if (!inquiry) return senseless({Errc::device_not_available, session.object(), inquiry.error().sentence()});
  if (inquiry->type != scsi::device_type_changer || inquiry->qualifier != 0)
    return senseless({Errc::device_not_available, session.object(), fmt::format("{} {} is no changer (device type {:02X})", inquiry->vendor, inquiry->product, inquiry->type)});
  return *std::move(inquiry);
}

// None: the device does not have the page.
scsi::Outcome<std::optional<std::vector<std::byte>>> read_page(scsi::Session& session, std::uint8_t page) {
  auto bytes = read_whole(session, {.vital_product_data = true, .page = page, .allocation = vital_product_data_bytes});
  if (bytes) return std::optional(*std::move(bytes));
  if (is_missing(bytes.error())) return std::nullopt;
  return std::unexpected(bytes.error());
}

// A designator of the unit itself: the last word of its text, or its worldwide name.
std::string serial_among(scsi::Designators const& designators) {
  std::string worldwide;
  for (auto const& [association, designator] : designators.list) {
    if (association != scsi::Association::logical_unit || designator.cut) continue;
    auto const text = scsi::trimmed(designator.text());
    bool const binary = designator.code_set == scsi::Designator::binary;
    if (!binary && !text.empty()) return std::string(text.substr(text.find_last_of(' ') + 1));
    if (binary && worldwide.empty()) worldwide = designator.hex();
  }
  return worldwide;
}

// Page 00h: the pages that there are.
bool is_listed(std::optional<std::vector<std::byte>> const& list, std::uint8_t page) {
  constexpr std::size_t list_begin = 4;
  if (!list) return false;
  auto const pages = scsi::Reader(*list).from(list_begin);
  return std::ranges::find(pages, std::byte{page}) != pages.end();
}

// A page that is on the device's list and was refused all the same will come another time: a serial number that changes means another device.
std::unexpected<scsi::Failure> untold(scsi::Session& session, std::string_view page) {
  return senseless({Errc::not_ready, session.object(), fmt::format("it says that it has VPD page {}, and refuses it", page)});
}

scsi::Outcome<std::string> read_serial(scsi::Session& session) {
  auto const number = read_page(session, 0x80);
  if (!number) return std::unexpected(number.error());
  if (*number)
    if (auto const serial = scsi::decode_serial_number(**number); serial && !serial->empty()) return *serial;
  auto const list = read_page(session, 0x00);
  if (!list) return std::unexpected(list.error());
  if (!*number && is_listed(*list, 0x80)) return untold(session, "80h");
  auto const designators = read_page(session, 0x83);
  if (!designators) return std::unexpected(designators.error());
  if (!*designators && is_listed(*list, 0x83)) return untold(session, "83h");
  if (!*designators) return std::string();
  auto const decoded = scsi::decode_designators(**designators);
  return decoded ? serial_among(*decoded) : std::string();
}

template <class Command>
scsi::Outcome<std::optional<scsi::ModePage>> read_mode_page(scsi::Session& session, Command command, std::uint8_t page) {
  command.page = page;
  command.allocation = mode_bytes;
  auto const bytes = session.read(command, mode_bytes);
  if (!bytes && is_missing(bytes.error())) return std::nullopt;
  if (!bytes) return std::unexpected(bytes.error());
  auto const sense = [&] {
    if constexpr (std::is_same_v<Command, scsi::ModeSense6>) return scsi::decode_mode_sense_6(*bytes);
    else return scsi::decode_mode_sense_10(*bytes);
  }();
  auto const* found = sense ? sense->page(page) : nullptr;
  if (found == nullptr || found->cut) return std::nullopt;
  return *found;
}

// A form of MODE SENSE.
struct ModeForm {
  bool ten_bytes = false, no_block_descriptors = true;
};
constexpr ModeForm mode_forms[] = {{false, true}, {false, false}, {true, true}, {true, false}};

scsi::Outcome<std::optional<scsi::ModePage>> read_mode_page(scsi::Session& session, ModeForm form, std::uint8_t page) {
  if (form.ten_bytes) return read_mode_page(session, scsi::ModeSense10{.no_block_descriptors = form.no_block_descriptors}, page);
  return read_mode_page(session, scsi::ModeSense6{.no_block_descriptors = form.no_block_descriptors}, page);
}

struct Addresses {
  AddressBook book;
  ModeForm form;  // that the device has answered to
};

scsi::Outcome<Addresses> read_addresses(scsi::Session& session) {
  for (ModeForm const form : mode_forms) {
    RSM_TRY(auto const page, read_mode_page(session, form, scsi::element_address_page));
    if (!page) continue;
    auto const addresses = scsi::decode_element_addresses(*page);
    auto book = addresses ? AddressBook::make(*addresses) : std::unexpected(addresses.error());
    if (!book) return senseless({Errc::bad_format, session.object(), book.error().sentence()});
    return Addresses{*std::move(book), form};
  }
  return senseless({Errc::bad_format, session.object(), "it does not tell where its elements are (mode page 1Dh)"});
}

}  // namespace

scsi::Outcome<Configuration> read_configuration(scsi::Session& session) {
  Configuration configuration;
  RSM_TRY(auto const inquiry, read_inquiry(session));
  session.set_model(inquiry.vendor, inquiry.product);
  RSM_TRY(std::string serial, read_serial(session));
  configuration.identity = {.vendor = inquiry.vendor, .product = inquiry.product, .serial = std::move(serial), .revision = inquiry.revision};
  RSM_TRY(auto addresses, read_addresses(session));
  configuration.book = std::move(addresses.book);
  RSM_TRY(auto const geometry, read_mode_page(session, addresses.form, scsi::transport_geometry_page));
  if (geometry)
    if (auto const transports = scsi::decode_transports(*geometry)) configuration.rotates = std::ranges::any_of(*transports, &scsi::TransportGeometry::rotates);
  RSM_TRY(auto const capabilities, read_mode_page(session, addresses.form, scsi::device_capabilities_page));
  if (capabilities)
    if (auto const decoded = scsi::decode_capabilities(*capabilities)) configuration.capabilities = *decoded;
  return configuration;
}

}  // namespace rsm::changer
