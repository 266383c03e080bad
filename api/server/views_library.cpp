// Libraries and their parts.
#include <algorithm>

#include "api/server/views.hpp"

namespace rsm::server {
namespace {

// The part with this id, and the library it is in.
template <class PartId, class Get>
auto find_part(World const& world, PartId id, Get parts_of) -> decltype(&parts_of(world.libraries.begin()->second).begin()->second) {
  for (auto const& [library_id, library] : world.libraries)
    for (auto const& [number, part] : parts_of(library))
      if (part.id == id) return &part;
  return nullptr;
}

template <class Parts>
std::int64_t first_number(Parts const& parts) {
  return parts.empty() ? 0 : static_cast<std::int64_t>(parts.begin()->first);
}

Result<std::string> medium_name(ServerContext& s, MediumId id) {
  if (id.is_zero()) return std::string();
  RSM_TRY(auto medium, s.manager.find_medium(id));
  return medium ? medium->name : std::string();
}

std::int64_t open_requests(World const& world, LibraryId id) {
  return std::count_if(world.requests.begin(), world.requests.end(), [&](auto const& r) { return r.second.library == id; });
}

void count_parts(wire::LibraryInfo& out, LibraryEntry const& entry) {
  out.drives = std::ssize(entry.drives);
  out.slots = std::ssize(entry.slots);
  out.doors = std::ssize(entry.doors);
  out.ports = std::ssize(entry.ports);
  out.changers = std::ssize(entry.changers);
  out.media_types = std::ssize(entry.media_types);
  out.first_drive = first_number(entry.drives);
  out.first_slot = first_number(entry.slots);
  out.first_door = first_number(entry.doors);
  out.first_port = first_number(entry.ports);
  out.first_changer = entry.changers.empty() ? 0 : entry.changers.front().number;
}

}  // namespace

std::unexpected<Error> not_found(std::string_view type, std::string const& id) {
  return fail(Errc::object_not_found, std::string(type) + " " + id, "no " + std::string(type) + " has this id");
}

Result<wire::LibraryInfo> library_info(ServerContext& s, LibraryId id) {
  auto const& world = s.manager.world();
  auto const found = world.libraries.find(id);
  if (found == world.libraries.end()) return not_found("library", id.text());
  auto const& r = found->second.record;
  bool const shelf = id == world.offline_library;
  bool const away = r.condition.state == OperationalState::not_present;  // a vanished library shows as offline (section 2)
  LibraryType const type = shelf || away ? LibraryType::offline : r.type;
  wire::LibraryInfo out;
  out.id = r.id;
  out.name = r.name;
  out.description = r.description;
  out.created = to_ms(r.created);
  out.modified = to_ms(r.modified);
  out.enabled = r.enabled;
  out.operational_state = r.condition.state;
  out.operational_state_code = number(r.condition.state);
  out.since = to_ms(r.condition.since);
  out.reason = r.condition.reason;
  out.library_type = type;
  out.library_type_code = number(type);
  out.inventory_method = r.inventory_method;
  out.inventory_method_code = number(r.inventory_method);
  out.auto_recovery = r.auto_recovery;
  out.barcode_reader = r.barcode_reader;
  out.flags = shelf ? library_flag::fixed_offline : r.flags & ~library_flag::fixed_offline;
  count_parts(out, found->second);
  out.open_requests = open_requests(world, id);
  out.media = static_cast<std::int64_t>(s.manager.media_in(id));
  return out;
}

Result<wire::ChangerInfo> changer_info(ServerContext& s, ChangerId id) {
  for (auto const& [library_id, library] : s.manager.world().libraries)
    for (auto const& r : library.changers) {
      if (r.id != id) continue;
      wire::ChangerInfo out;
      out.id = r.id;
      out.library = r.library;
      out.name = r.name;
      out.created = to_ms(r.created);
      out.number = r.number;
      out.device = r.device;
      out.vendor = r.vendor;
      out.product = r.product;
      out.serial = r.serial;
      out.revision = r.revision;
      out.handler = s.manager.handler_text(r.library, {ElementKind::arm, r.number});
      out.doing = s.manager.arm_text(r.library);
      return out;
    }
  return not_found("changer", id.text());
}

Result<wire::DriveInfo> drive_info(ServerContext& s, DriveId id) {
  auto const& world = s.manager.world();
  auto const found = world.drives.find(id);
  if (found == world.drives.end()) return not_found("drive", id.text());
  auto const& [r, hot] = found->second;
  wire::DriveInfo out;
  out.id = r.id;
  out.library = r.library;
  out.name = r.name;
  out.created = to_ms(r.created);
  out.enabled = r.enabled;
  out.operational_state = r.condition.state;
  out.operational_state_code = number(r.condition.state);
  out.condition_reason = r.condition.reason;
  out.number = r.number;
  out.device = r.device;
  out.vendor = r.vendor;
  out.product = r.product;
  out.serial = r.serial;
  out.revision = r.revision;
  out.state = hot.state;
  out.state_code = number(hot.state);
  out.since = to_ms(hot.since);
  out.reason = hot.reason;
  out.medium = hot.medium;
  out.side = hot.side;
  out.session = hot.session;
  out.request = hot.request;
  out.volume = hot.volume;
  out.mount_count = hot.mount_count;
  out.handler = s.manager.handler_text(r.library, {ElementKind::drive, r.number});
  if (auto const library = world.libraries.find(r.library); library != world.libraries.end())
    out.defer_dismount_delay_ms = library->second.record.defer_dismount_delay.count();
  if (hot.medium.is_zero()) return out;
  RSM_TRY(auto medium, s.manager.find_medium(hot.medium));
  if (!medium) return out;
  out.medium_name = medium->name;
  if (auto const* side = medium->side(hot.side)) out.side_number = side->number;
  return out;
}

Result<wire::SlotInfo> slot_info(ServerContext& s, SlotId id) {
  auto const* r = find_part(s.manager.world(), id, [](LibraryEntry const& e) -> auto const& { return e.slots; });
  if (r == nullptr) return not_found("slot", id.text());
  RSM_TRY(auto name, medium_name(s, r->medium));
  return wire::SlotInfo{r->id, r->library, r->number, r->state, number(r->state), r->medium, name};
}

Result<wire::PortInfo> port_info(ServerContext& s, PortId id) {
  auto const* r = find_part(s.manager.world(), id, [](LibraryEntry const& e) -> auto const& { return e.ports; });
  if (r == nullptr) return not_found("port", id.text());
  return wire::PortInfo{r->id,       r->library,          r->number,              r->content, number(r->content),
                        r->position, number(r->position), r->max_extend.count(), r->medium};
}

Result<wire::DoorInfo> door_info(ServerContext& s, DoorId id) {
  auto const* r = find_part(s.manager.world(), id, [](LibraryEntry const& e) -> auto const& { return e.doors; });
  if (r == nullptr) return not_found("door", id.text());
  return wire::DoorInfo{r->id, r->library, r->number, r->state, number(r->state), r->max_open.count()};
}

}  // namespace rsm::server
