#include "libmgr/model/world.hpp"

#include <algorithm>
#include <span>

#include "libmgr/domain/spoken.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm {
namespace {

void place_parts(World& world, db::ActiveWorld& rows) {
  for (auto& row : rows.library_media_types)
    if (auto* library = world.library(row.library)) library->media_types.insert(row.type);
  for (auto& row : rows.changers)
    if (auto* library = world.library(row.library)) library->changers.push_back(std::move(row));
  for (auto& row : rows.slots)
    if (auto* library = world.library(row.library)) library->slots.emplace(row.number, std::move(row));
  for (auto& row : rows.ports)
    if (auto* library = world.library(row.library)) library->ports.emplace(row.number, std::move(row));
  for (auto& row : rows.doors)
    if (auto* library = world.library(row.library)) library->doors.emplace(row.number, std::move(row));
}

void place_drives(World& world, db::ActiveWorld& rows) {
  for (auto& row : rows.drives) {
    if (auto* library = world.library(row.library)) library->drives.emplace(row.number, row.id);
    DriveId const id = row.id;
    world.drives[id].record = std::move(row);
    world.drives[id].hot.id = id;
  }
  for (auto& row : rows.hot_drives)
    if (auto* drive = world.drive(row.id)) drive->hot = std::move(row);
}

// What nobody can read lets nobody in but administrators, who may set it anew.
security::Descriptor readable_or_closed(std::string const& bytes) {
  auto read = security::decode(std::as_bytes(std::span(bytes)));
  if (read) return std::move(*read);
  security::Descriptor closed;
  closed.access = security::AccessList{};
  return closed;
}

}  // namespace

World World::from(db::ActiveWorld rows) {
  World world;
  for (auto& row : rows.libraries) {
    if (row.type == LibraryType::offline && (row.flags & library_flag::fixed_offline) != 0) world.offline_library = row.id;
    LibraryId const id = row.id;
    world.libraries[id].record = std::move(row);
  }
  place_parts(world, rows);
  place_drives(world, rows);
  for (auto& row : rows.media_types) world.media_types.emplace(row.id, std::move(row));
  for (auto& row : rows.pools) world.put(std::move(row));
  world.root_pool = rows.root_pool;
  for (auto const& row : rows.securities) world.securities.emplace(row.object, readable_or_closed(row.descriptor));
  for (auto& row : rows.sessions) world.sessions.emplace(row.id, std::move(row));
  for (auto& row : rows.open_requests) world.requests.emplace(row.id, std::move(row));
  for (auto& row : rows.intents) world.intents.emplace(row.library, std::move(row));
  for (auto& row : rows.operator_requests) world.operator_requests.emplace(row.id, std::move(row));
  if (rows.computer) world.computer = *rows.computer;
  for (auto& row : rows.device_types) world.device_types.emplace(row.id, std::move(row));
  world.destinations.insert(rows.destinations.begin(), rows.destinations.end());
  return world;
}

DeviceTypeRecord const* World::device_type(bool changer, std::string const& vendor, std::string const& product) const {
  for (auto const& [id, type] : device_types)
    if (type.changer == changer && type.vendor == vendor && type.product == product) return &type;
  return nullptr;
}

std::vector<std::string> World::destinations_of(Guid object, MessageKind kind) const {
  std::vector<std::string> names;
  for (auto it = destinations.lower_bound({object, kind, {}}); it != destinations.end() && it->object == object && it->kind == kind; ++it) names.push_back(it->name);
  return names;
}

LibraryEntry* World::library(LibraryId id) {
  auto it = libraries.find(id);
  return it == libraries.end() ? nullptr : &it->second;
}

DriveEntry* World::drive(DriveId id) {
  auto it = drives.find(id);
  return it == drives.end() ? nullptr : &it->second;
}

DriveEntry* World::drive_at(LibraryId library_id, std::uint32_t number) {
  auto* entry = library(library_id);
  if (entry == nullptr) return nullptr;
  auto it = entry->drives.find(number);
  return it == entry->drives.end() ? nullptr : drive(it->second);
}

DriveEntry const* World::drive_of(MediumId medium) const {
  if (!medium) return nullptr;
  for (auto const& [id, drive] : drives)
    if (drive.hot.medium == medium) return &drive;
  return nullptr;
}

RequestRecord const* World::holder_of(MediumId medium) const {
  for (auto const& [id, request] : requests)
    if (request.medium == medium && request.state == RequestState::inprocess) return &request;
  return nullptr;
}

bool World::awaited(DriveHot const& drive) const {
  if (drive.state != DriveState::mounted || !drive.medium || !drive.side) return false;
  auto const request = requests.find(drive.request);
  return request != requests.end() && request->second.medium == drive.medium;
}

PoolRecord const* World::pool_by_path(std::string_view path) const {
  if (path.starts_with('\\')) path.remove_prefix(1);
  auto const found = pool_paths.find(fold_case(path));
  return found == pool_paths.end() ? nullptr : pool(found->second);
}

PoolRecord const* World::pool(PoolId id) const {
  auto const found = pools.find(id);
  return found == pools.end() ? nullptr : &found->second;
}

std::set<PoolId> const& World::pools_of(PoolId parent) const {
  static std::set<PoolId> const none;
  auto const found = pools_in.find(parent);
  return found == pools_in.end() ? none : found->second;
}

void World::put(PoolRecord record) {
  erase(record.id);
  pool_paths[fold_case(record.path)] = record.id;
  pools_in[record.parent].insert(record.id);
  PoolId const id = record.id;
  pools.insert_or_assign(id, std::move(record));
}

void World::erase(PoolId id) {
  auto const found = pools.find(id);
  if (found == pools.end()) return;
  // When a parent has been renamed, another pool may have the old path already.
  if (auto const path = pool_paths.find(fold_case(found->second.path)); path != pool_paths.end() && path->second == id) pool_paths.erase(path);
  auto const siblings = pools_in.find(found->second.parent);
  siblings->second.erase(id);
  if (siblings->second.empty()) pools_in.erase(siblings);
  pools.erase(found);
}

bool World::usable(LibraryEntry const& library) const {
  return library.record.enabled && library.record.condition.state == OperationalState::ready;
}

bool World::usable(DriveEntry const& drive) const {
  auto const* entry = library(drive.record.library);
  return drive.record.enabled && drive.record.condition.state == OperationalState::ready && entry != nullptr && usable(*entry);
}

std::optional<InElement> whereabouts(World const& world, MediumRecord const& medium) {
  auto const* in = std::get_if<InElement>(&medium.place);
  auto const* library = in == nullptr ? nullptr : world.library(in->library);
  if (library == nullptr || library->record.condition.state == OperationalState::not_present) return std::nullopt;
  return *in;
}

std::string service_hint(DriveRecord const& drive) { return "when it is repaired: " + enable_command(drive); }

std::string name_of(World const& world, DriveId id) {
  auto const* drive = world.drive(id);
  if (drive == nullptr) return "drive " + id.text();
  auto const* library = world.library(drive->record.library);
  return "drive " + std::to_string(drive->record.number) + (library == nullptr ? "" : " of " + library->record.name);
}

std::string name_of(MediumRecord const& medium) { return medium.name.empty() ? medium.id.text() : medium.name; }

std::string name_of(MediumRecord const& medium, SideId side_id) {
  auto const* side = medium.side(side_id);
  if (side == nullptr || medium.sides.size() < 2) return name_of(medium);
  return name_of(medium) + " side " + std::to_string(side->number);
}

std::string describe(World const& world, RequestRecord const& request) {
  std::string text = word(request.operation);
  std::ranges::replace(text, '_', ' ');
  auto const medium = world.media.find(request.medium);
  if (medium != world.media.end())
    text += " of " + name_of(medium->second, request.side);
  else if (request.medium)
    text += " of medium " + request.medium.text();
  else if (request.drive)
    text += (text.ends_with(" drive") ? name_of(world, request.drive).substr(std::string_view("drive").size()) : " " + name_of(world, request.drive));
  else if (auto const* library = world.library(request.library))
    text += " of " + library->record.name;
  if (!request.application.empty()) text += " for " + request.application + (request.user.empty() ? "" : " (" + request.user + ")");
  return text;
}

}  // namespace rsm
