// Cartridges, their sides, labels, logical media and media types.
// A medium's state (NtmsMediaState) is not stored: it is derived from its open request and its drive (decision 23).
// Thread rule: values. Source: rsm-model.md sections 5, 7, 8 and 11.
#pragma once

#include <algorithm>
#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/alert.hpp"
#include "libmgr/domain/cartridge.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class SideState : std::uint8_t {
  unknown = 0, unprepared = 1, incompatible = 2, decommissioned = 3, available = 4,
  allocated = 5, complete = 6, foreign = 7, import = 8, reserved = 9
};
BOOST_DESCRIBE_ENUM(SideState, unknown, unprepared, incompatible, decommissioned, available, allocated, complete, foreign, import, reserved)

enum class MediaState : std::uint8_t { idle = 0, inuse = 1, mounted = 2, loaded = 3, unloaded = 4, operror = 5, opreq = 6 };
BOOST_DESCRIBE_ENUM(MediaState, idle, inuse, mounted, loaded, unloaded, operror, opreq)

enum class BarCodeState : std::uint8_t { ok = 1, unreadable = 2 };
BOOST_DESCRIBE_ENUM(BarCodeState, ok, unreadable)

enum class ReadWrite : std::uint8_t { unknown = 0, rewritable = 1, write_once = 2, read_only = 3 };
BOOST_DESCRIBE_ENUM(ReadWrite, unknown, rewritable, write_once, read_only)

// The on-media identifier: type is the format ("EXT4"), id what is unique (the text of a file system's UUID, or bytes that an application
// has given), info text for people. A disc may bear two labels (udf and iso9660), and which of them a machine sees depends on its means.
struct Omid {
  std::string type;    // at most 63 characters
  std::string id;      // bytes, at most 255
  std::string info;    // at most 255 characters
  std::string also{};  // key() of the other label; empty: there is none
  std::string key() const { return type + " " + id; }
  bool same_medium(Omid const& other) const { return (type == other.type && id == other.id) || (!also.empty() && also == other.key()) || (!other.also.empty() && other.also == key()); }
  friend bool operator==(Omid const&, Omid const&) = default;
};

struct MediaTypeRecord {
  MediaTypeId id;
  std::uint32_t code = 0;  // rsm-model.md section 5
  std::string name;
  std::uint32_t sides = 1;
  ReadWrite read_write = ReadWrite::rewritable;
  std::uint32_t device_type = 0x07;
  friend bool operator==(MediaTypeRecord const&, MediaTypeRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(MediaTypeRecord, (), (id, code, name, sides, read_write, device_type))

// One side of a cartridge. The logical medium is zero unless ALLOCATED or COMPLETE.
struct Side {
  SideId id;
  std::uint32_t number = 0;
  SideState state = SideState::unknown;
  LogicalMediumId logical_medium;
  std::optional<Omid> omid;
  std::uint32_t mount_count = 0;
  std::uint32_t allocate_count = 0;
  std::int64_t capacity = 0;  // bytes, 0 = not known
  friend bool operator==(Side const&, Side const&) = default;
};
BOOST_DESCRIBE_STRUCT(Side, (), (id, number, state, logical_medium, omid, mount_count, allocate_count, capacity))

// A cartridge with its sides: written rarely (found, moved home, finished mount), read by index.
struct MediumRecord {
  MediumId id;
  std::string name;
  std::string description;
  TimePoint created{};
  TimePoint modified{};
  bool enabled = true;
  MediaTypeId type;
  PoolId pool;
  std::string barcode;  // empty: none, or not readable
  std::string sequence_number;
  LibraryId library;                      // last library it was in; zero: never in one
  Place place = Offline{};
  std::optional<std::uint32_t> home_slot;  // slot number in `library`
  std::string trouble;                     // why it is not IDLE although nothing is under way (OPERROR); empty: none
  std::vector<Side> sides;
  std::vector<AlertRecord> alerts;         // what drives have reported of it, the newest last
  CartridgeFacts cartridge;                // what drives have told of it

  bool offline() const { return std::holds_alternative<Offline>(place); }
  // Its trouble is that a drive has found it bad. That is over when it was mounted and no drive has said so again, and not before.
  bool blamed() const {
    return std::ranges::any_of(alerts, [this](AlertRecord const& alert) { return blames_medium(alert) && trouble == blame(alert); });
  }
  // What it could not be used for is over.
  void clear_trouble() {
    if (!blamed()) trouble.clear();
  }
  // A drive has told this of it. The capacity of a cartridge with one side is that of its side.
  void learn(CartridgeFacts const& told) {
    cartridge.learn(told);
    if (sides.size() == 1) sides.front().capacity = cartridge.capacity.value_or(sides.front().capacity);
  }
  Side const* side(SideId side_id) const {
    for (auto const& s : sides)
      if (s.id == side_id) return &s;
    return nullptr;
  }
  Side* side(SideId side_id) { return const_cast<Side*>(static_cast<MediumRecord const*>(this)->side(side_id)); }
  friend bool operator==(MediumRecord const&, MediumRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(MediumRecord, (), (id, name, description, created, modified, enabled, type, pool, barcode, sequence_number,
                      library, place, home_slot, trouble, sides, alerts, cartridge))

struct LogicalMediumRecord {
  LogicalMediumId id;
  SideId side;
  PoolId pool;
  std::string name;
  std::string description;
  TimePoint created{};
  PoolId allocated_from{};  // where its cartridge was when it was allocated
  SessionId session{};      // with `key`: the call that has made it, or has changed places with another one last
  std::string key{};        // empty: none
  std::string user{};       // who has allocated it, and has it in his quota; empty: nobody
  friend bool operator==(LogicalMediumRecord const&, LogicalMediumRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(LogicalMediumRecord, (), (id, side, pool, name, description, created, allocated_from, session, key, user))

}  // namespace rsm
