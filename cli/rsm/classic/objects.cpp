#include "cli/rsm/classic/objects.hpp"

#include "cli/rsm/classic/view.hpp"
#include "cli/rsm/commands/pages.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

// Friendly names are not unique: all of them are looked at.
Result<Guid> by_name(Connection& service, ViewType const& type, std::string const& name, std::optional<Guid> container, Errc missing) {
  RSM_TRY(auto items, view_items(service, type, container));
  std::vector<Guid> found;
  for (auto const& item : items)
    if (item.name == name) found.push_back(item.id);
  if (found.size() == 1) return found.front();
  std::string const object = std::string{type.heading} + " '" + name + "'";
  if (found.empty()) return fail(missing, object, "names are compared exactly, with case; 'rsm view /t" + std::string{type.word} + "' shows them");
  std::string candidates;
  for (auto const& id : found) candidates += (candidates.empty() ? "" : ", ") + id.text();
  return fail(Errc::object_not_found, object, "several bear this name, name one by its GUID: " + candidates);
}

Result<MediaTarget> side_by_name(Connection& service, std::string const& name) {
  auto side = by_name(service, *view_type("partition"), name, std::nullopt, Errc::invalid_media);
  if (side) return MediaTarget{*side, name};
  if (side.error().code != Errc::invalid_media) return std::unexpected(std::move(side).error());
  auto only = resolve_side(service, name);  // a cartridge with one side
  if (only) return only;
  return std::unexpected(std::move(side).error());
}

Result<MediaTarget> side_in_slot(Connection& service, ClassicCommand const& command) {
  auto const changer_name = named(command, 'c');
  if (!changer_name) return fail(Errc::invalid_parameter, "/s", "the slot of which changer? give /cg or /cf, too");
  RSM_TRY(auto changer_id, classic_object(service, "changer", *changer_name, Errc::object_not_found));
  RSM_TRY(auto changer, service.changer_get({.id = changer_id, .name = {}}));
  RSM_TRY(auto slot, classic_slot(service, *named(command, 's'), changer.library.guid));
  RSM_TRY(auto medium_id, medium_in_slot(service, slot));
  RSM_TRY(auto medium, service.medium_get({.id = medium_id.guid, .name = {}}));
  if (medium.sides.empty()) return fail(Errc::invalid_media, medium.name, "nothing is known of its sides yet");
  auto const& side = medium.sides.front();
  return MediaTarget{side.id.guid, side_name(medium.name, side.id, side.number)};
}

}  // namespace

Result<Guid> classic_object(Connection& service, std::string_view type, ClassicName const& wanted, Errc missing) {
  if (wanted.guid) return *wanted.guid;
  return by_name(service, *view_type(type), wanted.name, std::nullopt, missing);
}

Result<MediaTarget> classic_media(Connection& service, ClassicCommand const& command) {
  auto const logical = named(command, 'l');
  auto const side = named(command, 'p');
  auto const slot = named(command, 's');
  if ((logical ? 1 : 0) + (side ? 1 : 0) + (slot ? 1 : 0) != 1)
    return fail(Errc::invalid_parameter, command.verb, "name one medium: /lg or /lf (logical medium), or /pg or /pf (side)");
  if (slot) return side_in_slot(service, command);
  if (side && side->guid) return MediaTarget{*side->guid, side->guid->text()};
  if (side) return side_by_name(service, side->name);
  RSM_TRY(auto id, classic_object(service, "logical_media", *logical, Errc::invalid_media));
  return MediaTarget{id, logical->guid ? id.text() : logical->name};
}

Result<LogicalTarget> classic_logical(Connection& service, ClassicCommand const& command) {
  RSM_TRY(auto target, classic_media(service, command));
  if (named(command, 'l')) return LogicalTarget{LogicalMediumId{target.id}, target.label};
  RSM_TRY(auto side, service.side_get({.id = target.id, .name = {}}));
  if (side.logical_medium.is_zero()) return fail(Errc::invalid_media, target.label, "it is not allocated");
  return LogicalTarget{side.logical_medium, target.label};
}

Result<MediumId> medium_in_slot(Connection& service, Guid const& slot) {
  RSM_TRY(auto info, service.slot_get({.id = slot, .name = {}}));
  if (info.medium.is_zero()) return fail(Errc::empty, "slot " + std::to_string(info.number), "there is no known medium in it");
  return info.medium;
}

Result<MediumId> medium_in_drive(Connection& service, Guid const& drive) {
  RSM_TRY(auto info, service.drive_get({.id = drive, .name = {}}));
  if (info.medium.is_zero()) return fail(Errc::empty, info.name, "there is no known medium in it");
  return info.medium;
}

Result<Guid> classic_slot(Connection& service, ClassicName const& wanted, std::optional<Guid> library) {
  if (wanted.guid) return *wanted.guid;
  bool const number_only = wanted.name.find_first_not_of("0123456789") == std::string::npos;
  std::string const name = number_only ? "Slot " + wanted.name : wanted.name;
  return by_name(service, *view_type("storageslot"), name, library, Errc::object_not_found);
}

}  // namespace rsm::cli
