// Quotas: what one user or one session may have at one time of what all need.
//
// What for: a row for each quota says its limit, the key of the configuration that sets it, what it is called and what who has used it up can do; whoever
// gives something out asks `may_have`, whoever shows it asks `most`. A user may be given more or less than others by name ([[user]]).
// Errors: resource_not_available (5006), with the limit, what is held and the key. Thread rule: pure functions.
// Source: rsm-model.md section 18, readings.md 40.
#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::quotas {

enum class Quota : std::uint8_t { requests_of_user, requests_of_session, sessions, waits, operator_requests, media };
BOOST_DESCRIBE_ENUM(Quota, requests_of_user, requests_of_session, sessions, waits, operator_requests, media)

// 0: as everybody.
struct OfUser {
  std::size_t requests = 0, requests_of_session = 0, sessions = 0, waits = 0, operator_requests = 0, media = 0;
};

struct Limits {
  OfUser everybody{limits::requests_open_per_user_max, limits::requests_open_per_user_max, limits::sessions_per_uid_max, limits::waits_per_user_max,
                   limits::operator_requests_per_user_max, limits::media_per_user_max};
  std::map<std::string, OfUser> users;  // by name
};

std::size_t most(Limits const& limits, Quota quota, std::string const& user);
// "open requests", "[queue] requests_per_user".
char const* name_of(Quota quota);
char const* key_of(Quota quota);
// `held`: what the user, or the session, has already; `more` are wanted.
Result<> may_have(Limits const& limits, Quota quota, std::string const& user, std::size_t held, std::size_t more = 1);

// For who looks: what somebody has of one of them.
struct Use {
  std::string user;
  SessionId session;  // of this one only; zero: of the user
  Quota quota = Quota::sessions;
  std::size_t held = 0, most = 0;
};

}  // namespace rsm::quotas
