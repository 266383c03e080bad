// Which account the daemon runs as, and becoming it.
//
// What for: started as root, rsmd keeps root only for its launcher and goes on as an ordinary account (architecture decision 12).
// Errors: invalid_parameter for a user or group that does not exist; access_denied when the kernel refuses.
// Thread rule: before any thread is started. Source: setuid(2), initgroups(3).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "api/daemon/config.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::daemon {

struct Account {
  std::string user;
  uid_t uid = 0;
  gid_t gid = 0;
};

// The account to become: nullopt when not started as root, or as root without a configured user and without account "openrsm".
Result<std::optional<Account>> account_to_become(Config const& config);
// Gives up root for good, and looks whether it is really gone.
Result<> become(Account const& account);
// The group's number; nullopt when there is no such group.
std::optional<gid_t> group_number(std::string const& name);
// Makes the directory of `file` when only its last level is missing, owned by the account (when given), with this mode.
Result<> prepare_directory_of(std::string const& file, mode_t mode, std::optional<Account> const& owner);

}  // namespace rsm::daemon
