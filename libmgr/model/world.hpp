// The active world in memory: libraries and their parts, media types, pools, sessions, open requests, intents.
//
// What for: decisions look here and nowhere else; it can be rebuilt from the catalog at any moment (decision 2). Media are
// many and stay in the catalog: `media` holds those that an open request or a drive touches, or whose last change is not
// durable yet. Ordered containers only: iteration is the same in every run. Thread rule: the loop only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "db/catalog_reader.hpp"
#include "libmgr/domain/computer.hpp"
#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/pool.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/security_descriptor.hpp"
#include "libmgr/domain/session.hpp"

namespace rsm {

struct DriveEntry {
  DriveRecord record;
  DriveHot hot;
};

struct LibraryEntry {
  LibraryRecord record;
  std::map<std::uint32_t, DriveId> drives;   // by number
  std::map<std::uint32_t, SlotRecord> slots;
  std::map<std::uint32_t, PortRecord> ports;
  std::map<std::uint32_t, DoorRecord> doors;
  std::vector<ChangerRecord> changers;
  std::set<MediaTypeId> media_types;
};

struct World {
  std::map<LibraryId, LibraryEntry> libraries;
  std::map<DriveId, DriveEntry> drives;
  std::map<MediaTypeId, MediaTypeRecord> media_types;
  std::map<PoolId, PoolRecord> pools;           // written by put(PoolRecord) and erase(PoolId) only: they keep the two below
  std::map<std::string, PoolId> pool_paths;     // by the path, the case of letters left out
  std::map<PoolId, std::set<PoolId>> pools_in;  // by parent; zero: directly under the root
  PoolId root_pool;                             // it has no record: its id is all that there is of it
  std::map<Guid, security::Descriptor> securities;  // of pools, libraries and the computer (zero) that have one of their own
  std::map<SessionId, SessionRecord> sessions;
  std::map<RequestId, RequestRecord> requests;  // open ones
  std::map<LibraryId, IntentRecord> intents;
  std::map<OperatorRequestId, OperatorRequestRecord> operator_requests;  // not final ones
  std::map<MediumId, MediumRecord> media;       // touched ones
  LibraryId offline_library;
  ComputerRecord computer;
  std::map<DeviceTypeId, DeviceTypeRecord> device_types;
  std::set<DestinationRecord> destinations;  // by object and kind

  static World from(db::ActiveWorld rows);

  LibraryEntry* library(LibraryId id);
  LibraryEntry const* library(LibraryId id) const { return const_cast<World*>(this)->library(id); }
  DriveEntry* drive(DriveId id);
  DriveEntry const* drive(DriveId id) const { return const_cast<World*>(this)->drive(id); }
  DriveEntry* drive_at(LibraryId library, std::uint32_t number);
  // The drive that holds this medium, if one does.
  DriveEntry const* drive_of(MediumId medium) const;
  // The open request that holds or will hold this medium now (INPROCESS, or WAITING in the drive), if one does.
  RequestRecord const* holder_of(MediumId medium) const;
  // A cartridge was brought into the drive for a request that is still open, and has not been loaded since.
  bool awaited(DriveHot const& drive) const;
  // The case of letters does not matter, a leading backslash neither.
  PoolRecord const* pool_by_path(std::string_view path) const;
  PoolRecord const* pool(PoolId id) const;
  // The model of a drive or changer; nullptr: none has shown it.
  DeviceTypeRecord const* device_type(bool changer, std::string const& vendor, std::string const& product) const;
  // Where messages of this kind about this object go, by name.
  std::vector<std::string> destinations_of(Guid object, MessageKind kind) const;
  std::set<PoolId> const& pools_of(PoolId parent) const;
  void put(PoolRecord record);
  void erase(PoolId id);

  // Enabled, READY, and everything that contains it is usable (rsm-model.md section 1).
  bool usable(LibraryEntry const& library) const;
  bool usable(DriveEntry const& drive) const;
};

// Where a medium is, for whoever wants to use it: in an element of a library that is present. Nothing: it is offline, in every respect
// (readings.md 41).
std::optional<InElement> whereabouts(World const& world, MediumRecord const& medium);

// "drive 0 of Jukebox", "A00001 side 1": the way every message names things.
std::string name_of(World const& world, DriveId drive);
// What the operator does about a drive that needs service: "when it is repaired: rsm drive enable 'Jukebox drive 0'".
std::string service_hint(DriveRecord const& drive);
std::string name_of(MediumRecord const& medium);
std::string name_of(MediumRecord const& medium, SideId side);
std::string describe(World const& world, RequestRecord const& request);

}  // namespace rsm
