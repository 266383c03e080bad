// Libraries and their parts.
#include <algorithm>

#include "api/server/show.hpp"
#include "api/server/views.hpp"
#include "libmgr/library/slot_views.hpp"

namespace rsm::server {
namespace {

// The part with this id; `place`: where it is, if that is known.
template <class PartId, class Get>
auto find_part(World const& world, PartId id, std::optional<PartPlace> const& place, Get parts_of) -> decltype(&parts_of(world.libraries.begin()->second).begin()->second) {
  if (place) {
    auto const library = world.libraries.find(place->library);
    if (library == world.libraries.end()) return nullptr;
    auto const part = parts_of(library->second).find(place->number);
    return part == parts_of(library->second).end() || part->second.id != id ? nullptr : &part->second;
  }
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

template <class Info>
void show_condition(Info& out, Condition const& condition) {
  out.operational_state = condition.state;
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

bool cleaner_is_in(ServerContext& s, LibraryRecord const& library) {
  if (library.cleaner.is_zero()) return false;
  auto const medium = s.manager.find_medium(library.cleaner);
  auto const* in = medium && *medium ? std::get_if<InElement>(&(*medium)->place) : nullptr;
  return in != nullptr && in->library == library.id;
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
  show(out, r);
  show_condition(out, r.condition);
  out.since = to_ms(r.condition.since);
  out.reason = r.condition.reason;
  out.library_type = type;
  out.flags = shelf ? library_flag::fixed_offline : shown_flags(r, cleaner_is_in(s, r));
  show_codes(out);
  count_parts(out, found->second);
  out.open_requests = static_cast<std::int64_t>(s.manager.open_requests_of(id));
  out.media = static_cast<std::int64_t>(s.manager.media_in(id));
  if (!shelf) out.supports_cleaning = r.type == LibraryType::online && !found->second.drives.empty();
  if (auto const slot = found->second.slots.find(r.cleaner_slot.value_or(0)); r.cleaner_slot && slot != found->second.slots.end()) {
    out.cleaner_slot = slot->second.id;
    out.cleaner_uses = r.cleaner_uses;
  }
  return out;
}

Result<wire::ComputerInfo> computer_info(ServerContext& s, ComputerId id) {
  auto const& r = s.manager.world().computer;
  if (r.id != id) return not_found("computer", id.text());
  auto out = shown_as<wire::ComputerInfo>(r);
  out.name = s.computer;
  auto const configured = s.manager.settings().request_purge_after;
  out.request_purge_after_ms = r.request_purge_after.value_or(configured).count();
  out.operator_request_purge_after_ms = r.operator_request_purge_after.value_or(configured).count();
  return out;
}

std::string device_type_name(DeviceTypeRecord const& type) {
  if (type.vendor.empty() || type.product.empty()) return type.vendor + type.product;
  return type.vendor + " " + type.product;
}

namespace {

Result<wire::DeviceTypeInfo> device_type_info(ServerContext& s, DeviceTypeId id, bool changer) {
  auto const& all = s.manager.world().device_types;
  auto const found = all.find(id);
  if (found == all.end() || found->second.changer != changer) return not_found(changer ? "changer type" : "drive type", id.text());
  auto out = shown_as<wire::DeviceTypeInfo>(found->second);
  out.name = device_type_name(found->second);
  return out;
}

}  // namespace

Result<wire::DeviceTypeInfo> drive_type_info(ServerContext& s, DeviceTypeId id) { return device_type_info(s, id, false); }
Result<wire::DeviceTypeInfo> changer_type_info(ServerContext& s, DeviceTypeId id) { return device_type_info(s, id, true); }

namespace {

// What the recorded intent says; a move that was under way when the service ended is one until the device was asked.
Result<std::optional<wire::MovingInfo>> moving_info(ServerContext& s, LibraryId library) {
  auto const& intents = s.manager.world().intents;
  auto const intent = intents.find(library);
  if (intent == intents.end()) return std::nullopt;
  auto const& r = intent->second;
  wire::MovingInfo out{.medium = r.medium, .from = r.from.text(), .to = r.to.text(), .turned = r.turn, .since = to_ms(r.recorded)};
  RSM_TRY(out.medium_name, medium_name(s, r.medium));
  if (auto const usual = s.manager.usual_move(library)) out.usual_ms = usual->count();
  return out;
}

}  // namespace

Result<wire::ChangerInfo> changer_info(ServerContext& s, ChangerId id) {
  for (auto const& [library_id, library] : s.manager.world().libraries)
    for (auto const& r : library.changers) {
      if (r.id != id) continue;
      auto out = shown_as<wire::ChangerInfo>(r);
      out.handler = s.manager.handler_text(r.library, {ElementKind::arm, r.number});
      out.doing = s.manager.arm_text(r.library);
      RSM_TRY(out.moving, moving_info(s, r.library));
      if (auto const* model = s.manager.world().device_type(true, r.vendor, r.product)) out.changer_type = model->id;
      return out;
    }
  return not_found("changer", id.text());
}

std::vector<wire::AlertInfo> alert_infos(std::vector<AlertRecord> const& alerts) {
  std::vector<wire::AlertInfo> all;
  for (auto const& alert : alerts) all.push_back(shown_as<wire::AlertInfo>(alert));
  return all;
}

Result<wire::DriveInfo> drive_info(ServerContext& s, DriveId id) {
  auto const& world = s.manager.world();
  auto const found = world.drives.find(id);
  if (found == world.drives.end()) return not_found("drive", id.text());
  auto const& [r, hot] = found->second;
  wire::DriveInfo out;
  show(out, r);
  show(out, hot);
  show_condition(out, r.condition);
  out.condition_reason = r.condition.reason;
  if (r.last_cleaned) out.last_cleaned = to_ms(*r.last_cleaned);
  if (auto const* model = world.device_type(false, r.vendor, r.product)) out.drive_type = model->id;
  show_codes(out);
  out.alerts = alert_infos(r.alerts);
  for (auto const& density : r.densities) {
    if (!out.densities) out.densities.emplace();
    out.densities->push_back(shown_as<wire::DensityInfo>(density));
  }
  out.handler = s.manager.handler_text(r.library, {ElementKind::drive, r.number});
  if (auto const library = world.libraries.find(r.library); library != world.libraries.end())
    out.defer_dismount_delay_ms = r.defer_dismount_delay.value_or(library->second.record.defer_dismount_delay).count();
  if (hot.medium.is_zero()) return out;
  RSM_TRY(auto medium, s.manager.find_medium(hot.medium));
  if (!medium) return out;
  out.medium_name = medium->name;
  if (auto const* side = medium->side(hot.side)) out.side_number = side->number;
  return out;
}

Result<wire::SlotInfo> slot_info(ServerContext& s, SlotId id, std::optional<PartPlace> const& place) {
  auto const* r = find_part(s.manager.world(), id, place, [](LibraryEntry const& e) -> auto const& { return e.slots; });
  if (r == nullptr) return not_found("slot", id.text());
  RSM_TRY(auto name, medium_name(s, r->medium));
  auto out = shown_as<wire::SlotInfo>(*r);
  out.medium_name = std::move(name);
  auto const library = s.manager.world().libraries.find(r->library);
  if (library != s.manager.world().libraries.end() && library->second.record.cleaner_slot == r->number) out.for_cleaner = true;
  return out;
}

Result<wire::PortInfo> port_info(ServerContext& s, PortId id, std::optional<PartPlace> const& place) {
  auto const* r = find_part(s.manager.world(), id, place, [](LibraryEntry const& e) -> auto const& { return e.ports; });
  if (r == nullptr) return not_found("port", id.text());
  return shown_as<wire::PortInfo>(*r);
}

Result<wire::DoorInfo> door_info(ServerContext& s, DoorId id, std::optional<PartPlace> const& place) {
  auto const* r = find_part(s.manager.world(), id, place, [](LibraryEntry const& e) -> auto const& { return e.doors; });
  if (r == nullptr) return not_found("door", id.text());
  return shown_as<wire::DoorInfo>(*r);
}

std::vector<wire::ViewInfo> view_infos(ServerContext& s, LibraryId library) {
  std::vector<wire::ViewInfo> out;
  for (auto const& [id, entry] : s.manager.world().libraries) {
    if ((library && id != library) || entry.record.type == LibraryType::offline) continue;
    auto const& settings = s.manager.settings().libraries;
    auto const found = std::ranges::find(settings, entry.record.configured_as, &LibrarySettings::name);
    if (found == settings.end()) continue;
    for (auto const& view : found->views)
      out.push_back({.name = view.name,
                     .library = id,
                     .library_name = entry.record.name,
                     .drives = {view.drives.begin(), view.drives.end()},
                     .slots = {view.slots.begin(), view.slots.end()},
                     .ports = view.ports,
                     .trouble = not_in_library(view, entry)});
  }
  std::ranges::sort(out, {}, &wire::ViewInfo::name);
  return out;
}

}  // namespace rsm::server
