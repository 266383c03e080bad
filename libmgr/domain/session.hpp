// Sessions: a row in the catalog with an id and a secret, not a connection (architecture decision 11). Thread rule: values.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm {

struct SessionRecord {
  SessionId id;
  Guid secret{};            // shown once, at the opening; needed to re-attach
  std::string application;  // at most 63 characters
  std::string user;
  std::string computer;
  std::uint32_t uid = 0;
  TimePoint opened{};
  friend bool operator==(SessionRecord const&, SessionRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(SessionRecord, (), (id, secret, application, user, computer, uid, opened))

struct OpenSessionCall {
  std::string application, user, computer;
  std::uint32_t uid = 0;
  bool administrator = false;
  std::shared_ptr<std::vector<std::uint32_t> const> groups;
};

// A connection of the server, while it lives. None: a caller inside the process.
enum class ConnectionId : std::uint64_t { none = 0 };

// Who calls: what the socket says of the peer, and the session the connection is attached to (zero: none).
struct Caller {
  std::uint32_t uid = 0;
  bool administrator = false;
  SessionId session;
  std::string user;  // the uid's name, as sessions and requests have it
  ConnectionId connection = ConnectionId::none;
  std::shared_ptr<std::vector<std::uint32_t> const> groups;  // the user's, as the kernel saw them when it connected; null: none
};

// "by root", for reasons.
inline std::string by_whom(Caller const& caller) { return "by " + (caller.user.empty() ? std::string("the service") : caller.user); }

}  // namespace rsm
