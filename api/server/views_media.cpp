// Media, sides, logical media, pools and media types.
#include <algorithm>

#include "api/server/show.hpp"
#include "api/server/views.hpp"
#include "libmgr/domain/base64.hpp"

namespace rsm::server {
namespace {

wire::SideInfo side_of(MediumRecord const& medium, Side const& side) {
  auto out = shown_as<wire::SideInfo>(side);
  out.medium = medium.id;
  out.medium_name = medium.name;
  if (medium.sides.size() == 1) out.remaining = medium.cartridge.remaining;
  if (side.omid) {
    out.label_type = side.omid->type;
    out.label_id = base64(side.omid->id);
    out.label_info = side.omid->info;
    out.label_also = side.omid->also;
  }
  return out;
}

// An offline medium is in the offline library, with no location and the type of a slot (readings.md, 7).
void show_place(wire::MediumInfo& out, World const& world, MediumRecord const& medium) {
  auto const* in = std::get_if<InElement>(&medium.place);
  out.library = in == nullptr ? world.offline_library : in->library;
  out.place = place_text(medium.place);
  auto const library = world.libraries.find(out.library);
  if (library != world.libraries.end()) out.library_name = library->second.record.name;
  if (in != nullptr && library != world.libraries.end()) {
    auto const& parts = library->second;
    std::uint32_t const n = in->element.number;
    if (in->element.kind == ElementKind::slot && parts.slots.contains(n)) out.location = parts.slots.at(n).id.guid;
    if (in->element.kind == ElementKind::port) {
      out.location_type = ObjectType::port;
      if (parts.ports.contains(n)) out.location = parts.ports.at(n).id.guid;
    }
    if (in->element.kind == ElementKind::drive) {
      out.location_type = ObjectType::drive;
      if (parts.drives.contains(n)) out.location = parts.drives.at(n).guid;
    }
    if (in->element.kind == ElementKind::arm) {
      out.location_type = ObjectType::changer;
      if (!parts.changers.empty()) out.location = parts.changers.front().id.guid;
    }
  }
  if (!medium.home_slot) return;
  auto const home = world.libraries.find(medium.library);
  if (home != world.libraries.end() && home->second.slots.contains(*medium.home_slot))
    out.home_slot_id = home->second.slots.at(*medium.home_slot).id;
}

SideId mounted_side(World const& world, MediumId medium) {
  for (auto const& [id, drive] : world.drives)
    if (drive.hot.medium == medium && (drive.hot.state == DriveState::mounted || drive.hot.state == DriveState::loaded)) return drive.hot.side;
  return {};
}

// The root has no name and holds the pools of the first level.
wire::PoolInfo root_info(World const& world) {
  wire::PoolInfo out;
  out.id = world.root_pool;
  out.type = PoolType::unknown;
  out.pools = static_cast<std::int64_t>(world.pools_of({}).size());
  show_codes(out);
  return out;
}

}  // namespace

Result<wire::MediumInfo> medium_info(ServerContext& s, MediumId id, MediumRecord const* read) {
  auto const& world = s.manager.world();
  std::optional<MediumRecord> found;
  if (auto const in_memory = world.media.find(id); read != nullptr && in_memory != world.media.end()) read = &in_memory->second;
  if (read == nullptr) {
    RSM_TRY(found, s.manager.find_medium(id));
    if (!found) return not_found("medium", id.text());
    read = &*found;
  }
  auto const& r = *read;
  wire::MediumInfo out;
  show(out, r);
  show(out, r.cartridge);
  out.state = s.manager.media_state(r, &out.reason);
  show_place(out, world, r);
  if (auto const pool = world.pools.find(r.pool); pool != world.pools.end()) out.pool_name = pool->second.path;
  out.media_type = r.type;
  if (auto const type = world.media_types.find(r.type); type != world.media_types.end()) out.media_type_code = type->second.code;
  out.barcode_state = r.barcode.empty() ? BarCodeState::unreadable : BarCodeState::ok;
  out.mounted_side = mounted_side(world, r.id);
  for (auto const& side : r.sides) out.sides.push_back(side_of(r, side));
  out.alerts = alert_infos(r.alerts);
  show_codes(out);
  return out;
}

Result<wire::SideInfo> side_info(ServerContext& s, SideId id) {
  RSM_TRY(auto medium, s.manager.find_medium_of_side(id));
  auto const* side = medium ? medium->side(id) : nullptr;
  if (side == nullptr) return not_found("side", id.text());
  return side_of(*medium, *side);
}

Result<wire::LogicalMediumInfo> logical_medium_info(ServerContext& s, LogicalMediumId id) {
  RSM_TRY(auto r, s.reader.logical_medium(id));
  if (!r) return not_found("logical medium", id.text());
  RSM_TRY(auto medium, s.manager.find_medium_of_side(r->side));
  auto const& pools = s.manager.world().pools;
  auto const pool = pools.find(r->pool);
  auto out = shown_as<wire::LogicalMediumInfo>(*r);
  if (medium) out.medium = medium->id;
  if (pool != pools.end()) out.pool_name = pool->second.path;
  return out;
}

Result<wire::PoolInfo> pool_info(ServerContext& s, PoolId id) {
  auto const& world = s.manager.world();
  if (id && id == world.root_pool) return root_info(world);
  auto const* r = world.pool(id);
  if (r == nullptr) return not_found("pool", id.text());
  auto out = shown_as<wire::PoolInfo>(*r);
  out.pools = static_cast<std::int64_t>(world.pools_of(id).size());
  RSM_TRY(auto media, s.reader.count_media({.pool = id}));
  RSM_TRY(auto logical, s.reader.count_logical_media(id));
  out.physical_media = static_cast<std::int64_t>(media);
  out.logical_media = static_cast<std::int64_t>(logical);
  return out;
}

Result<wire::MediaTypeInfo> media_type_info(ServerContext& s, MediaTypeId id) {
  auto const& types = s.manager.world().media_types;
  auto const found = types.find(id);
  if (found == types.end()) return not_found("media type", id.text());
  auto const& r = found->second;
  return shown_as<wire::MediaTypeInfo>(r);
}

}  // namespace rsm::server
