#include "cli/rsm/view/words.hpp"

#include <algorithm>

#include "cli/rsm/text/short_id.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

std::string name_in(Names const& names, Guid const& id) {
  if (id.is_zero()) return {};
  auto const it = names.find(id);
  return it == names.end() ? id.text() : it->second;
}

std::string side_name(std::string const& medium, SideId const& side, std::int64_t number) {
  if (medium.empty() || side.is_zero()) return medium;
  return medium + ":" + std::to_string(number);
}

std::string spaced(std::string word) {
  std::ranges::replace(word, '_', ' ');
  return word;
}

Cell condition_cell(bool enabled, OperationalState state) {
  if (state == OperationalState::needs_service) return {"needs service", Tone::bad};
  if (state == OperationalState::not_present) return {"not present", Tone::bad};
  if (!enabled) return {"disabled", Tone::attention};
  if (state == OperationalState::initializing) return {"initializing", Tone::attention};
  return {"ready", Tone::good};
}

Cell drive_state_cell(wire::DriveInfo const& drive) {
  if (!drive.enabled || drive.operational_state != OperationalState::ready) return condition_cell(drive.enabled, drive.operational_state);
  switch (drive.state) {
    case DriveState::loaded: return {"loaded", Tone::good};
    case DriveState::dismounted: return {"empty", Tone::dim};
    default: return {spaced(word(drive.state)), Tone::attention};
  }
}

std::string drive_content(wire::DriveInfo const& drive) {
  std::string const name = side_name(drive.medium_name, drive.side, drive.side_number);
  if (!name.empty()) return name;
  if (!drive.medium.is_zero()) return drive.medium.text();
  return drive.state == DriveState::dismounted ? "" : "(not identified)";
}

Cell media_state_cell(wire::MediumInfo const& medium) {
  if (!medium.enabled) return {"disabled", Tone::attention};
  switch (medium.state) {
    case MediaState::idle: return {"idle", Tone::plain};
    case MediaState::inuse: return {"in use", Tone::plain};
    case MediaState::loaded: return {"loaded", Tone::good};
    case MediaState::operror: return {"error", Tone::bad};
    case MediaState::opreq: return {"needs a person", Tone::attention};
    default: return {word(medium.state), Tone::plain};
  }
}

Cell request_state_cell(wire::RequestInfo const& request) {
  switch (request.state) {
    case RequestState::inprocess: return {"in process", Tone::good};
    case RequestState::waiting: return {"waiting", Tone::attention};
    case RequestState::failed:
    case RequestState::invalid: return {word(request.state), Tone::bad};
    case RequestState::passed:
    case RequestState::cancelled:
    case RequestState::stopped: return {word(request.state), Tone::dim};
    default: return {word(request.state), Tone::plain};
  }
}

std::string request_name(wire::RequestInfo const& request) {
  return request.number ? std::to_string(*request.number) : short_text(request.id.guid, short_id_digits_least);
}

std::string request_what(wire::RequestInfo const& request) {
  std::string out = spaced(word(request.operation));
  if (auto const side = side_name(request.medium_name, request.side, request.side_number); !side.empty()) out += " " + side;
  if (request.drive_name.empty()) return out;
  if (request.operation == Operation::mount) return out + " in " + request.drive_name;
  if (request.operation == Operation::dismount) return out + " from " + request.drive_name;
  return out + " " + request.drive_name;
}

std::string request_who(wire::RequestInfo const& request) {
  if (request.by_service) return "the service";
  if (request.user.empty()) return request.application;
  return request.application + " (" + request.user + ")";
}

std::string session_who(wire::SessionInfo const& session) { return session.application + " (" + session.user + ")"; }

std::string request_why(wire::RequestInfo const& request) {
  if (request.error == 0) return request.reason;
  std::string name = request.error_name.empty() ? "error " + std::to_string(request.error) : request.error_name;
  name += request.error_name.empty() ? "" : " (" + std::to_string(request.error) + ")";
  return request.reason.empty() ? name : name + ": " + request.reason;
}

std::string pool_kind(PoolType type) {
  if (type == PoolType::scratch) return "free";
  return type == PoolType::foreign ? "unrecognized" : word(type);
}

}  // namespace rsm::cli
