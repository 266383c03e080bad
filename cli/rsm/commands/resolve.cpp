#include "cli/rsm/commands/resolve.hpp"

#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/text/short_id.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

bool not_found(Error const& error) {
  switch (error.code) {
    case Errc::object_not_found:
    case Errc::invalid_media:
    case Errc::invalid_library:
    case Errc::invalid_drive:
    case Errc::invalid_media_pool: return true;
    default: return false;
  }
}

// The text as what it was asked for, when the service did not say so itself, and the command that shows what there is.
template <class T>
Result<T> about(Result<T> result, std::string const& what, std::string const& text, std::string const& list_command) {
  if (result) return result;
  Error& error = result.error();
  if (error.object.empty()) error.object = what + " '" + text + "'";
  if (error.code == Errc::object_not_found) error.detail += std::string(error.detail.empty() ? "" : "; ") + "'" + list_command + "' shows them";
  return result;
}

// What looks like an id may be a name all the same: a bar code of 32 hexadecimal digits. The id goes first.
template <class Info>
Result<Info> by_id_or_name(Connection& service, Result<Info> (Connection::*get)(wire::GetParams const&, std::optional<Millis>), std::string const& text) {
  if (auto const id = Guid::parse(text)) {
    auto info = (service.*get)({.id = *id, .name = {}}, std::nullopt);
    if (info || !not_found(info.error())) return info;
  }
  return (service.*get)({.id = {}, .name = text}, std::nullopt);
}

// The one id that begins with the text.
Result<Guid> one_of(std::vector<Guid> const& ids, std::string const& what, std::string const& text, std::string const& list_command) {
  auto const found = begins_with(ids, text);
  if (found.size() == 1) return found.front();
  if (found.empty()) return fail(Errc::object_not_found, what + " '" + text + "'", "the id of no " + what + " begins so; '" + list_command + "' shows them");
  std::string candidates;
  for (auto const& id : found) candidates += (candidates.empty() ? "" : ", ") + id.text();
  return fail(Errc::object_not_found, what + " '" + text + "'", "several begin so: " + candidates + "; write more of it");
}

Result<> must_be_id(std::string const& what, std::string const& text) {
  if (is_id_beginning(text)) return {};
  return fail(Errc::invalid_parameter, what + " '" + text + "'", "write its id, or at least the first 4 digits of it");
}

// A drive by its bare number, where only one library has it.
Result<wire::DriveInfo> drive_by_number(Connection& service, std::int64_t number, std::string const& text) {
  RSM_TRY(auto drives, collect(service, &Connection::drive_list, wire::ListParams{}));
  std::vector<wire::DriveInfo> found;
  for (auto& d : drives.items)
    if (d.number == number) found.push_back(std::move(d));
  if (found.size() == 1) return found.front();
  if (found.empty()) return fail(Errc::invalid_drive, "drive '" + text + "'", "there is none of this name or number");
  return fail(Errc::object_not_found, "drive '" + text + "'", "several libraries have a drive of this number: write LIBRARY/NUMBER");
}

std::unexpected<Error> no_such_number(std::string const& text) { return fail(Errc::object_not_found, "request '" + text + "'", "there is none of this number; 'rsm request list' shows them"); }

struct SideName {
  std::string medium;
  std::int64_t number = 0;
};

// "A00001:1".
std::optional<SideName> side_in(std::string const& text) {
  auto const colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  auto const number = parse_count(text.substr(colon + 1));
  if (!number) return std::nullopt;
  return SideName{text.substr(0, colon), *number};
}

MediaTarget target_of(wire::MediumInfo const& medium, wire::SideInfo const& side) {
  return {side.id.guid, medium.name + ":" + std::to_string(side.number)};
}

std::string sides_of(wire::MediumInfo const& medium) {
  std::string out;
  for (auto const& s : medium.sides) out += (out.empty() ? "" : ", ") + medium.name + ":" + std::to_string(s.number);
  return out;
}

Result<MediaTarget> numbered_side(wire::MediumInfo const& medium, std::int64_t number) {
  for (auto const& s : medium.sides)
    if (s.number == number) return target_of(medium, s);
  return fail(Errc::invalid_media, medium.name + ":" + std::to_string(number), "this cartridge has no such side; it has " + sides_of(medium));
}

Result<MediaTarget> only_side(wire::MediumInfo const& medium) {
  if (medium.sides.size() == 1) return target_of(medium, medium.sides.front());
  if (medium.sides.empty()) return fail(Errc::invalid_media, medium.name, "nothing is known of its sides yet; an inventory finds out");
  return fail(Errc::invalid_parameter, medium.name, "the cartridge has several sides: say which: " + sides_of(medium));
}

// The side that is up in the drive that holds this medium; none when it is in no drive.
Result<std::optional<MediaTarget>> side_in_drive(Connection& service, wire::MediumInfo const& medium) {
  SideId up = medium.mounted_side;
  if (up.is_zero() && medium.location_type == ObjectType::drive && !medium.location.is_zero()) {
    RSM_TRY(auto drive, service.drive_get({.id = medium.location, .name = {}}));
    up = drive.side;
  }
  for (auto const& s : medium.sides)
    if (s.id == up) return target_of(medium, s);
  return std::nullopt;
}

enum class Purpose { mount, dismount };

Result<MediaTarget> side_of_medium(Connection& service, wire::MediumInfo const& medium, Purpose purpose) {
  if (purpose == Purpose::mount) return only_side(medium);
  RSM_TRY(auto up, side_in_drive(service, medium));
  if (up) return *up;
  return fail(Errc::invalid_state, medium.name, "it is in no drive, there is nothing to dismount");
}

// Nothing when no object has this id: a bar code may be 32 hexadecimal digits, too.
Result<std::optional<MediaTarget>> media_by_id(Connection& service, Guid id, std::string const& text, Purpose purpose) {
  auto const found = service.object_type({id});
  if (!found && found.error().code == Errc::object_not_found) return std::nullopt;
  RSM_TRY(auto type, found);
  if (type.type == ObjectType::side) {
    RSM_TRY(auto side, service.side_get({.id = id, .name = {}}));
    return MediaTarget{id, side_name(side.medium_name, side.id, side.number)};
  }
  if (type.type == ObjectType::logical_medium) {
    RSM_TRY(auto logical, service.logical_medium_get({.id = id, .name = {}}));
    return MediaTarget{id, logical.name.empty() ? id.text() : logical.name};
  }
  if (type.type != ObjectType::medium)
    return fail(Errc::invalid_media, text, "this id is a " + spaced(word(type.type)) + ", neither a medium, a side nor a logical medium");
  RSM_TRY(auto medium, service.medium_get({.id = id, .name = {}}));
  return side_of_medium(service, medium, purpose);
}

Result<MediaTarget> media_target(Connection& service, std::string const& text, Purpose purpose) {
  if (auto const id = Guid::parse(text)) {
    RSM_TRY(auto target, media_by_id(service, *id, text, purpose));
    if (target) return *target;
  }
  if (auto const side = side_in(text)) {
    auto medium = resolve_medium(service, side->medium);
    if (medium) return numbered_side(*medium, side->number);
    if (!not_found(medium.error())) return std::unexpected(std::move(medium).error());
    auto const whole = resolve_medium(service, text);  // a name may have a colon, too
    return whole ? side_of_medium(service, *whole, purpose) : std::unexpected(not_found(whole.error()) ? medium.error() : whole.error());
  }
  RSM_TRY(auto medium, resolve_medium(service, text));
  return side_of_medium(service, medium, purpose);
}

}  // namespace

Result<wire::LibraryInfo> resolve_library(Connection& service, std::string const& text) {
  return about(by_id_or_name(service, &Connection::library_get, text), "library", text, "rsm library list");
}

Result<wire::DriveInfo> resolve_drive(Connection& service, std::string const& text) {
  auto drive = by_id_or_name(service, &Connection::drive_get, text);
  if (drive || !not_found(drive.error())) return drive;
  if (auto const number = parse_count(text)) return drive_by_number(service, *number, text);
  return about(std::move(drive), "drive", text, "rsm drive list");
}

Result<wire::MediumInfo> resolve_medium(Connection& service, std::string const& text) {
  return about(by_id_or_name(service, &Connection::medium_get, text), "medium", text, "rsm media list");
}

Result<wire::PoolInfo> resolve_pool(Connection& service, std::string const& text) {
  return about(by_id_or_name(service, &Connection::pool_get, text), "media pool", text, "rsm pool list");
}

Result<MediaTarget> resolve_side(Connection& service, std::string const& text) { return media_target(service, text, Purpose::mount); }

Result<MediaTarget> resolve_mounted_side(Connection& service, std::string const& text) {
  return media_target(service, text, Purpose::dismount);
}

Result<LogicalTarget> resolve_logical(Connection& service, std::string const& text) {
  if (auto const id = Guid::parse(text)) {
    auto const logical = service.logical_medium_get({.id = *id, .name = {}});
    if (logical) return LogicalTarget{logical->id, logical->name};
    if (!not_found(logical.error())) return std::unexpected(logical.error());
  }
  RSM_TRY(auto target, resolve_side(service, text));
  RSM_TRY(auto side, service.side_get({.id = target.id, .name = {}}));
  if (side.logical_medium.is_zero()) return fail(Errc::invalid_media, target.label, "it is " + word(side.state) + ", not allocated");
  return LogicalTarget{side.logical_medium, target.label};
}

// Its number, which is never given again. Digits may also be the beginning of an id: that is what is meant where no request has this number.
Result<RequestId> resolve_request(Connection& service, std::string const& text) {
  if (auto const id = Guid::parse(text)) return RequestId{*id};
  if (auto const number = parse_count(text); number && *number > 0) {
    auto const info = service.request_get({.number = *number});
    if (info) return info->id;
    if (!not_found(info.error())) return std::unexpected(info.error());
    if (!is_id_beginning(text)) return no_such_number(text);
  }
  if (!is_id_beginning(text)) return fail(Errc::invalid_parameter, "request '" + text + "'", "write its number, as 'rsm request list' shows it");
  // Open requests first: they are few, and what is shortened in `rsm status` is unique among them.
  for (bool const open_only : {true, false}) {
    wire::RequestListParams params;
    params.open_only = open_only;
    RSM_TRY(auto requests, collect(service, &Connection::request_list, params));
    std::vector<Guid> ids;
    for (auto const& r : requests.items) ids.push_back(r.id.guid);
    auto found = one_of(ids, "request", text, "rsm request list");
    if (found) return RequestId{*found};
    if (!open_only && parse_count(text) && begins_with(ids, text).empty()) return no_such_number(text);
    if (!open_only || begins_with(ids, text).size() > 1) return std::unexpected(std::move(found).error());
  }
  return no_such_number(text);
}

Result<SessionId> resolve_session(Connection& service, std::string const& text) {
  if (auto const id = Guid::parse(text)) return SessionId{*id};
  RSM_CHECK(must_be_id("session", text));
  RSM_TRY(auto sessions, collect(service, &Connection::session_list, wire::ListParams{}));
  std::vector<Guid> ids;
  for (auto const& s : sessions.items) ids.push_back(s.session.guid);
  RSM_TRY(auto id, one_of(ids, "session", text, "rsm session list"));
  return SessionId{id};
}

Result<OperatorRequestId> resolve_operator_request(Connection& service, std::string const& text) {
  if (auto const id = Guid::parse(text)) return OperatorRequestId{*id};
  RSM_CHECK(must_be_id("operator request", text));
  RSM_TRY(auto requests, collect(service, &Connection::opreq_list, wire::ListParams{}));
  std::vector<Guid> ids;
  for (auto const& r : requests.items) ids.push_back(r.id.guid);
  RSM_TRY(auto id, one_of(ids, "operator request", text, "rsm opreq list"));
  return OperatorRequestId{id};
}

Result<Names> library_names(Connection& service) {
  RSM_TRY(auto libraries, collect(service, &Connection::library_list, wire::ListParams{}));
  Names names;
  for (auto const& l : libraries.items) names[l.id.guid] = l.name;
  return names;
}

}  // namespace rsm::cli
