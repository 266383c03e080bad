// Sessions: a row in the catalog with an id and a secret, not a connection (architecture decision 11). Thread rule: values.
#pragma once

#include <cstdint>
#include <string>

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

// Who calls: what the socket says of the peer, and the session the connection is attached to (zero: none).
struct Caller {
  std::uint32_t uid = 0;
  bool administrator = false;
  SessionId session;
};

}  // namespace rsm
