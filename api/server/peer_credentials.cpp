#include "api/server/peer_credentials.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rsm::server {
namespace {

constexpr std::size_t groups_max = 65536;       // NGROUPS_MAX of Linux
constexpr std::size_t name_buffer_bytes = 16384;

std::unexpected<Error> unknown_peer(char const* what) {
  return fail(Errc::access_denied, "client", std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

Result<PeerCredentials> peer_credentials(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return unknown_peer("SO_PEERCRED");
  PeerCredentials out{who.uid, who.pid, {}};
  socklen_t bytes = 0;
  bool asked = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &bytes) == 0;
  if (!asked && errno == ERANGE && bytes <= groups_max * sizeof(gid_t)) {
    out.groups.resize(bytes / sizeof(gid_t));
    asked = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, out.groups.data(), &bytes) == 0;
  }
  if (!asked) return unknown_peer("SO_PEERGROUPS");
  out.groups.resize(bytes / sizeof(gid_t));
  out.groups.push_back(who.gid);
  return out;
}

std::string user_name(std::uint32_t uid) {
  std::string buffer(name_buffer_bytes, '\0');
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::to_string(uid);
  return found->pw_name;
}

std::optional<gid_t> group_id(std::string const& name) {
  std::string buffer(name_buffer_bytes, '\0');
  group entry{};
  group* found = nullptr;
  if (name.empty() || getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return found->gr_gid;
}

bool is_administrator(PeerCredentials const& peer, std::uint32_t own_uid, std::optional<gid_t> group) {
  if (peer.uid == 0 || peer.uid == own_uid) return true;
  return group && std::find(peer.groups.begin(), peer.groups.end(), *group) != peer.groups.end();
}

}  // namespace rsm::server
