#include "api/server/lookup.hpp"

#include <algorithm>
#include <set>

#include "api/protocol/json_text.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

constexpr std::size_t ids_named_max = 4;

using Found = std::set<Guid>;

bool names_part(std::string_view text, LibraryRecord const& library, std::uint32_t number, std::string_view name, std::string_view device) {
  if (!name.empty() && (text == name || (!device.empty() && text == device))) return true;
  if (name.empty() && text == std::to_string(number)) return true;
  if (!text.starts_with(library.name + "/")) return false;
  auto const part = text.substr(library.name.size() + 1);
  return part == std::to_string(number) || (!name.empty() && part == name);
}

Found parts_named(World const& world, ObjectType type, std::string const& text) {
  Found found;
  for (auto const& [id, library] : world.libraries) {
    auto const& l = library.record;
    auto const numbered = [&](auto const& parts) {
      for (auto const& [number, part] : parts)
        if (names_part(text, l, number, {}, {})) found.insert(part.id.guid);
    };
    if (type == ObjectType::slot) numbered(library.slots);
    if (type == ObjectType::port) numbered(library.ports);
    if (type == ObjectType::door) numbered(library.doors);
    if (type == ObjectType::changer)
      for (auto const& changer : library.changers)
        if (names_part(text, l, changer.number, changer.name, changer.device)) found.insert(changer.id.guid);
    if (type == ObjectType::drive)
      for (auto const& [number, drive_id] : library.drives)
        if (auto const drive = world.drives.find(drive_id);
            drive != world.drives.end() && names_part(text, l, number, drive->second.record.name, drive->second.record.device))
          found.insert(drive_id.guid);
  }
  return found;
}

Result<Found> media_named(ServerContext& s, std::string const& text) {
  Found found;
  RSM_TRY(auto by_name, s.reader.media_by_name(text));
  for (auto const& medium : by_name) found.insert(medium.id.guid);
  if (!found.empty()) return found;
  RSM_TRY(auto by_barcode, s.reader.media_by_barcode(text));
  for (auto const& medium : by_barcode) found.insert(medium.id.guid);
  return found;
}

Result<Found> objects_named(ServerContext& s, ObjectType type, std::string const& text) {
  auto const& world = s.manager.world();
  Found found;
  if (type == ObjectType::medium) return media_named(s, text);
  if (type == ObjectType::library)
    for (auto const& [id, library] : world.libraries)
      if (library.record.name == text) found.insert(id.guid);
  if (type == ObjectType::media_type)
    for (auto const& [id, media_type] : world.media_types)
      if (media_type.name == text) found.insert(id.guid);
  if (type == ObjectType::pool)
    if (auto const* pool = world.pool_by_path(text)) found.insert(pool->id.guid);
  if (type == ObjectType::computer && text == s.computer) found.insert(world.computer.id.guid);
  if (type == ObjectType::drive_type || type == ObjectType::changer_type)
    for (auto const& [id, model] : world.device_types)
      if (model.changer == (type == ObjectType::changer_type) && device_type_name(model) == text) found.insert(id.guid);
  found.merge(parts_named(world, type, text));
  return found;
}

// Which they are, so that one of them can be named.
std::string several(ObjectType type, Found const& found) {
  std::string ids;
  std::size_t left = found.size();
  for (auto const& id : found) {
    if (found.size() - left == ids_named_max) break;
    ids += (ids.empty() ? "" : ", ") + id.text();
    --left;
  }
  if (left > 0) ids += " and " + std::to_string(left) + " more";
  std::string const by_library = type == ObjectType::medium ? "" : ", or library/name";
  return std::to_string(found.size()) + " have this name: use the id of one of them (" + ids + ")" + by_library;
}

bool has_names(ObjectType type) {
  return type != ObjectType::side && type != ObjectType::logical_medium && type != ObjectType::request && type != ObjectType::session;
}

}  // namespace

Result<Guid> find_object(ServerContext& s, ObjectType type, wire::GetParams const& params) {
  if (params.id.has_value() == params.name.has_value())
    return fail(Errc::invalid_parameter, "params", "expected exactly one of id and name");
  if (params.id) return *params.id;
  std::string const shown = "\"" + wire::shortened(*params.name, limits::name_chars_max) + "\"";
  if (!has_names(type)) return fail(Errc::invalid_parameter, "params.name", "a " + word(type) + " is found by id only");
  RSM_TRY(auto found, objects_named(s, type, *params.name));
  if (found.empty()) return fail(Errc::object_not_found, word(type) + " " + shown, "there is no " + word(type) + " of this name");
  if (found.size() > 1) return fail(Errc::invalid_name, word(type) + " " + shown, several(type, found));
  return *found.begin();
}

Result<DriveId> find_drive(ServerContext& s, std::string const& text) {
  if (auto const id = Guid::parse(text); id && s.manager.world().drives.contains(DriveId{*id})) return DriveId{*id};
  auto found = find_object(s, ObjectType::drive, {.name = text});
  if (found) return DriveId{*found};
  if (found.error().code == Errc::object_not_found) found.error().code = Errc::invalid_drive;
  return std::unexpected(found.error());
}

}  // namespace rsm::server
