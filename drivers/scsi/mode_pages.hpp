// Mode pages of changers: where the elements are (1Dh), which transports there are (1Eh), what can be moved where (1Fh).
//
// What for: page 1Dh of the device in hand is the only truth about its element addresses; they can be configured, and another program may have changed
// them. A first address counts only where its number of elements is not zero. Some jukeboxes announce no transport: their move commands take address 0.
// Units: element addresses and numbers of elements; bytes. Errors: bad_length, the answer or a page ends before its fixed part; bad_format, another page.
// Thread rule: pure. Source: SPC-4 7.5 (headers), SMC-3 7.3 (pages).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "drivers/scsi/element_status.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

constexpr std::uint8_t element_address_page = 0x1D, transport_geometry_page = 0x1E, device_capabilities_page = 0x1F;

struct ModePage {
  std::uint8_t code = 0, subcode = 0;  // 0 to 63, 0 to 255
  bool savable = false;                // PS: kept over power-off where somebody saves it
  std::vector<std::byte> bytes;        // the page with its own header of 2 or 4 bytes; cut where less has arrived
  bool cut = false;
};

struct ModeSense {
  std::uint8_t medium_type = 0;
  bool write_protected = false;  // WP of tapes, disks and optical media
  std::vector<std::byte> block_descriptors;
  std::vector<ModePage> pages;
  // nullptr: not among them.
  ModePage const* page(std::uint8_t code, std::uint8_t subcode = 0) const;
};

Result<ModeSense> decode_mode_sense_6(Bytes transferred);
Result<ModeSense> decode_mode_sense_10(Bytes transferred);

struct ElementRange {
  std::uint16_t first = 0, count = 0;
  friend bool operator==(ElementRange const&, ElementRange const&) = default;
};
struct ElementAddresses {
  ElementRange transport, storage, import_export, drive;
  friend bool operator==(ElementAddresses const&, ElementAddresses const&) = default;
};
Result<ElementAddresses> decode_element_addresses(ModePage const& page);

struct TransportGeometry {
  bool rotates = false;     // can turn a medium over (INVERT)
  std::uint8_t member = 0;  // transports with one number set cannot pass each other
  friend bool operator==(TransportGeometry const&, TransportGeometry const&) = default;
};
Result<std::vector<TransportGeometry>> decode_transports(ModePage const& page);

// Rows and columns by element type.
class MoveTable {
 public:
  MoveTable() = default;
  MoveTable(std::uint8_t transport, std::uint8_t storage, std::uint8_t import_export, std::uint8_t drive) : rows_{transport, storage, import_export, drive} {}
  bool allows(ElementType from, ElementType to) const { return (rows_[static_cast<std::size_t>(from) - 1] >> (static_cast<unsigned>(to) - 1) & 1) != 0; }
  friend bool operator==(MoveTable const&, MoveTable const&) = default;

 private:
  std::array<std::uint8_t, 4> rows_{};
};
struct DeviceCapabilities {
  std::uint8_t stores = 0;  // bit 0 transport, 1 storage, 2 import/export, 3 drive: may hold a medium for longer than a move
  MoveTable move, exchange;  // what the device announces; some announce EXCHANGE and do not have it
  bool can_store(ElementType type) const { return (stores >> (static_cast<unsigned>(type) - 1) & 1) != 0; }
  friend bool operator==(DeviceCapabilities const&, DeviceCapabilities const&) = default;
};
Result<DeviceCapabilities> decode_capabilities(ModePage const& page);

}  // namespace rsm::scsi
