#include "drivers/changer/configuration.hpp"

#include <algorithm>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/device_identity.hpp"

namespace rsm::changer {
namespace {

constexpr std::uint16_t mode_bytes = 255;

template <class Command>
scsi::Outcome<std::optional<scsi::ModePage>> read_mode_page(scsi::Session& session, Command command, std::uint8_t page) {
  command.page = page;
  command.allocation = mode_bytes;
  auto const bytes = session.read(command, mode_bytes);
  if (!bytes && scsi::is_missing(bytes.error())) return std::nullopt;
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
    if (!book) return scsi::senseless({Errc::bad_format, session.object(), book.error().sentence()});
    return Addresses{*std::move(book), form};
  }
  return scsi::senseless({Errc::bad_format, session.object(), "it does not tell where its elements are (mode page 1Dh)"});
}

}  // namespace

scsi::Outcome<Configuration> read_configuration(scsi::Session& session) {
  Configuration configuration;
  RSM_TRY(configuration.identity, scsi::read_identity_of(session, scsi::device_type_changer, "changer"));
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
