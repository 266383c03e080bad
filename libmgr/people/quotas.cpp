#include "libmgr/people/quotas.hpp"

#include <array>

namespace rsm::quotas {
namespace {

struct Row {
  Quota quota;
  std::size_t OfUser::*limit;
  char const *name, *key, *one, *instead;
};
constexpr auto rows = std::to_array<Row>({
    {Quota::requests_of_user, &OfUser::requests, "open requests", "[queue] requests_per_user", "one user", "wait for some of them, or cancel some"},
    {Quota::requests_of_session, &OfUser::requests_of_session, "open requests of one session", "[queue] requests_per_session", "a session", "wait for some of them, or cancel some"},
    {Quota::sessions, &OfUser::sessions, "sessions", "[queue] sessions_per_user", "one user", "close some"},
    {Quota::waits, &OfUser::waits, "calls that wait", "[queue] waits_per_user", "one user", "the requests go on; wait with fewer calls"},
    {Quota::operator_requests, &OfUser::operator_requests, "open operator requests", "[queue] operator_requests_per_user", "one user", "wait until some are answered, or cancel some"},
    {Quota::media, &OfUser::media, "allocated media", "[queue] media_per_user", "one user", "give some back"},
});

Row const& row_of(Quota quota) { return rows[static_cast<std::size_t>(quota)]; }

}  // namespace

std::size_t most(Limits const& limits, Quota quota, std::string const& user) {
  auto const limit = row_of(quota).limit;
  auto const own = limits.users.find(user);
  return own != limits.users.end() && own->second.*limit != 0 ? own->second.*limit : limits.everybody.*limit;
}

char const* name_of(Quota quota) { return row_of(quota).name; }
char const* key_of(Quota quota) { return row_of(quota).key; }

Result<> may_have(Limits const& limits, Quota quota, std::string const& user, std::size_t held, std::size_t more) {
  std::size_t const limit = most(limits, quota, user);
  if (held + more <= limit) return {};
  Row const& row = row_of(quota);
  return fail(Errc::resource_not_available, "user " + user,
              "has " + std::to_string(held) + " " + row.name + (more == 1 ? "" : " and wants " + std::to_string(more) + " more") + "; " + row.one + " may have " + std::to_string(limit) + ": " +
                  row.instead + " (" + row.key + ", or [[user]] for this one)");
}

}  // namespace rsm::quotas
