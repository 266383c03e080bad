// Finding one object by id or by what people call it.
//
// Names: a library's name; a drive's or changer's name or device, or "library/name", "library/number"; a slot's, port's or door's
// number or "library/number"; a medium's name or bar code; a pool's full name (a leading backslash and the case of
// letters do not matter); a media type's name; a drive type's or changer type's vendor and product; the machine's name for the computer. Sides, logical media, requests and sessions have ids only.
// Errors: object_not_found (4312), invalid_name (123) when a name fits two objects, invalid_parameter (87) unless
// exactly one of id and name is given. Thread rule: the loop only, inside Manager::read.
#pragma once

#include "api/server/context.hpp"

namespace rsm::server {

Result<Guid> find_object(ServerContext& s, ObjectType type, wire::GetParams const& params);
// For volume.of_drive: id, name or device. Errc::invalid_drive (15) when there is none.
Result<DriveId> find_drive(ServerContext& s, std::string const& text);

}  // namespace rsm::server
