// What people call things, into ids.
//
// What for: libraries, drives, media and pools by GUID or name (media by bar code, too; a drive also by its number, or LIBRARY/NUMBER), a side as
// "A00001:1", requests by number or the beginning of their id, sessions and operator requests by that. A name that several objects bear is
// object_not_found with the candidates. Thread rule: as the connection's.
#pragma once

#include <string>
#include <vector>

#include "api/client/connection.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {

// A side or a logical medium, as mount and dismount want it.
struct MediaTarget {
  Guid id;
  std::string label;  // "A00001:1", for messages
};

Result<wire::LibraryInfo> resolve_library(client::Connection& service, std::string const& text);
Result<wire::DriveInfo> resolve_drive(client::Connection& service, std::string const& text);
Result<wire::MediumInfo> resolve_medium(client::Connection& service, std::string const& text);
Result<wire::PoolInfo> resolve_pool(client::Connection& service, std::string const& text);
// For a mount: a medium with several sides has to be named with one.
Result<MediaTarget> resolve_side(client::Connection& service, std::string const& text);
// For a dismount: a medium without a side is the side that is up in its drive.
Result<MediaTarget> resolve_mounted_side(client::Connection& service, std::string const& text);

// A logical medium by its id, or by the side that it stands for. invalid_media: the side is not allocated.
struct LogicalTarget {
  LogicalMediumId id;
  std::string label;
};
Result<LogicalTarget> resolve_logical(client::Connection& service, std::string const& text);

Result<RequestId> resolve_request(client::Connection& service, std::string const& text);
Result<SessionId> resolve_session(client::Connection& service, std::string const& text);
Result<OperatorRequestId> resolve_operator_request(client::Connection& service, std::string const& text);

// Names of all libraries.
Result<Names> library_names(client::Connection& service);

}  // namespace rsm::cli
