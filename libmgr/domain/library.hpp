// Libraries and the parts of them that do not move media by themselves: changers, slots, doors, ports.
//
// What for: the records of the catalog and of the active world. Thread rule: values.
// Source: rsm-model.md sections 1 to 4 (numbers are those of NtmsLibraryType, NtmsOperationalState and so on).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "libmgr/domain/device.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class OperationalState : std::uint8_t { ready = 0, initializing = 10, needs_service = 20, not_present = 21 };
BOOST_DESCRIBE_ENUM(OperationalState, ready, initializing, needs_service, not_present)

enum class LibraryType : std::uint8_t { unknown = 0, offline = 1, online = 2, standalone = 3 };
BOOST_DESCRIBE_ENUM(LibraryType, unknown, offline, online, standalone)

enum class InventoryMethod : std::uint8_t { none = 0, fast = 1, omid = 2 };
BOOST_DESCRIBE_ENUM(InventoryMethod, none, fast, omid)

// NTMS_LIBRARYFLAG_FIXEDOFFLINE and its neighbours.
namespace library_flag {
constexpr std::uint32_t fixed_offline = 0x01;
constexpr std::uint32_t cleaner_present = 0x02;
constexpr std::uint32_t autodetect_change = 0x04;
constexpr std::uint32_t ignore_cleaner_uses = 0x08;
constexpr std::uint32_t recognize_cleaner_barcode = 0x10;
}  // namespace library_flag

// Members of a library that a client has chosen (SetNtmsObjectInformation): the configuration does not overwrite them. The one that is as configured again
// is the configuration's again.
namespace chosen {
constexpr std::uint32_t inventory_method = 0x01;
constexpr std::uint32_t auto_recovery = 0x02;
constexpr std::uint32_t recognize_cleaner_barcode = 0x04;
constexpr std::uint32_t autodetect_change = 0x08;
}  // namespace chosen

// Uses of a cleaning cartridge that nobody counts.
constexpr std::uint32_t cleaner_uses_uncounted = 0xffffffff;

// What an object's operational state is, since when and why. No state changes without its reason.
struct Condition {
  OperationalState state = OperationalState::initializing;
  TimePoint since{};
  std::string reason;
  friend bool operator==(Condition const&, Condition const&) = default;
};

struct LibraryRecord {
  LibraryId id;
  std::string name;         // at most 63 characters; the configuration's, until somebody calls it otherwise
  std::string description;  // at most 126
  TimePoint created{};
  TimePoint modified{};
  LibraryType type = LibraryType::online;
  bool enabled = true;
  Condition condition;
  InventoryMethod inventory_method = InventoryMethod::fast;
  bool auto_recovery = true;
  bool barcode_reader = true;
  std::uint32_t flags = 0;
  Millis defer_dismount_delay{300'000};
  std::string configured_as{};     // its name in the configuration
  std::uint32_t chosen_by_clients = 0;   // bits of namespace chosen
  std::optional<std::uint32_t> cleaner_slot{};  // reserved for the cleaning cartridge, and for nothing else; none: no slot is
  MediumId cleaner{};                    // the cleaning cartridge, as long as it is in the library; zero: none
  std::uint32_t cleaner_uses = 0;        // that it has left; cleaner_uses_uncounted: nobody counts them
  friend bool operator==(LibraryRecord const&, LibraryRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(LibraryRecord, (), (id, name, description, created, modified, type, enabled, condition, inventory_method,
                      auto_recovery, barcode_reader, flags, defer_dismount_delay, configured_as, chosen_by_clients, cleaner_slot, cleaner, cleaner_uses))
// The flags that say how it is with its cleaning cartridge follow from the rest.
inline std::uint32_t shown_flags(LibraryRecord const& library, bool cleaner_is_in) {
  std::uint32_t const own = library.flags & ~(library_flag::fixed_offline | library_flag::cleaner_present | library_flag::ignore_cleaner_uses);
  std::uint32_t const present = cleaner_is_in ? library_flag::cleaner_present : 0;
  return own | present | (library.cleaner_uses == cleaner_uses_uncounted ? library_flag::ignore_cleaner_uses : 0);
}

struct ChangerRecord : DeviceIdentity {
  ChangerId id;
  LibraryId library;
  std::uint32_t number = 0;
  std::string name;
  std::string device;  // persistent device name, never a number of the kernel
  TimePoint created{};
  friend bool operator==(ChangerRecord const&, ChangerRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(ChangerRecord, (DeviceIdentity), (id, library, number, name, device, created))

enum class SlotState : std::uint8_t { unknown = 0, full = 1, empty = 2, not_present = 3, needs_inventory = 4 };
BOOST_DESCRIBE_ENUM(SlotState, unknown, full, empty, not_present, needs_inventory)

struct SlotRecord {
  SlotId id;
  LibraryId library;
  std::uint32_t number = 0;
  SlotState state = SlotState::unknown;
  MediumId medium;  // the cartridge in it; zero when empty or not known
  friend bool operator==(SlotRecord const&, SlotRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(SlotRecord, (), (id, library, number, state, medium))
// Nothing is known to be in it: while an inventory is due nothing is known for certain, and a slot that will be free is free.
constexpr bool may_be_free(SlotRecord const& slot) { return (slot.state == SlotState::empty || slot.state == SlotState::needs_inventory) && slot.medium.is_zero(); }

enum class PortContent : std::uint8_t { unknown = 0, full = 1, empty = 2 };
BOOST_DESCRIBE_ENUM(PortContent, unknown, full, empty)
enum class PortPosition : std::uint8_t { unknown = 0, extended = 1, retracted = 2 };
BOOST_DESCRIBE_ENUM(PortPosition, unknown, extended, retracted)

struct PortRecord {
  PortId id;
  LibraryId library;
  std::uint32_t number = 0;
  PortContent content = PortContent::unknown;
  PortPosition position = PortPosition::unknown;
  Millis max_extend{300'000};
  MediumId medium;
  friend bool operator==(PortRecord const&, PortRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(PortRecord, (), (id, library, number, content, position, max_extend, medium))

enum class DoorState : std::uint8_t { unknown = 0, closed = 1, open = 2 };
BOOST_DESCRIBE_ENUM(DoorState, unknown, closed, open)

struct DoorRecord {
  DoorId id;
  LibraryId library;
  std::uint32_t number = 0;
  DoorState state = DoorState::unknown;
  Millis max_open{300'000};
  friend bool operator==(DoorRecord const&, DoorRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(DoorRecord, (), (id, library, number, state, max_open))

}  // namespace rsm
