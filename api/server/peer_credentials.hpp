// Who is at the other end of a unix socket: SO_PEERCRED and SO_PEERGROUPS, as the kernel saw them at connect().
// Errors: access_denied with the reason. Thread rule: safe anywhere (getpwuid may ask a name service).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::server {

struct PeerCredentials {
  std::uint32_t uid = 0;
  std::int64_t pid = 0;
  std::vector<gid_t> groups;  // the primary group among them
};

Result<PeerCredentials> peer_credentials(int socket);
// The user's name, or its number as text when nobody knows the name.
std::string user_name(std::uint32_t uid);
// nullopt: there is no group of this name.
std::optional<gid_t> group_id(std::string const& name);
// Decision 26: root, the service's own user, members of the configured group.
bool is_administrator(PeerCredentials const& peer, std::uint32_t own_uid, std::optional<gid_t> group);

}  // namespace rsm::server
