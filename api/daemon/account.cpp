#include "api/daemon/account.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace rsm::daemon {
namespace {

constexpr std::size_t account_bytes_max = 1024 * 1024;  // one entry of the account database

std::optional<Account> find_user(std::string const& name) {
  std::vector<char> space(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  while (getpwnam_r(name.c_str(), &entry, space.data(), space.size(), &found) == ERANGE && space.size() < account_bytes_max)
    space.resize(space.size() * 2);
  if (found == nullptr) return std::nullopt;
  return Account{name, entry.pw_uid, entry.pw_gid};
}

std::unexpected<Error> refused(std::string what) {
  return fail(Errc::access_denied, std::move(what), std::strerror(errno));
}

}  // namespace

std::optional<gid_t> group_number(std::string const& name) {
  std::vector<char> space(16 * 1024);
  group entry{};
  group* found = nullptr;
  while (getgrnam_r(name.c_str(), &entry, space.data(), space.size(), &found) == ERANGE && space.size() < account_bytes_max)
    space.resize(space.size() * 2);
  if (found == nullptr) return std::nullopt;
  return entry.gr_gid;
}

Result<std::optional<Account>> account_to_become(Config const& config) {
  if (geteuid() != 0) return std::nullopt;
  auto account = find_user(config.user.empty() ? std::string(account_default) : config.user);
  if (!account && config.user.empty()) return std::nullopt;
  if (!account)
    return fail(Errc::invalid_parameter, "[daemon] user \"" + config.user + "\"", "there is no such account; make it, or name another");
  if (!config.group.empty()) {
    auto const gid = group_number(config.group);
    if (!gid)
      return fail(Errc::invalid_parameter, "[daemon] group \"" + config.group + "\"", "there is no such group; make it, or name another");
    account->gid = *gid;
  }
  return account;
}

Result<> become(Account const& account) {
  if (initgroups(account.user.c_str(), account.gid) != 0) return refused("groups of account " + account.user);
  if (setresgid(account.gid, account.gid, account.gid) != 0) return refused("group of account " + account.user);
  if (setresuid(account.uid, account.uid, account.uid) != 0) return refused("account " + account.user);
  if (account.uid != 0 && setuid(0) == 0)
    return fail(Errc::access_denied, "account " + account.user, "root came back after it was given up");
  return {};
}

Result<> prepare_directory_of(std::string const& file, mode_t mode, std::optional<Account> const& owner) {
  std::string const directory = file.substr(0, file.rfind('/'));
  if (directory.empty()) return {};
  if (mkdir(directory.c_str(), mode) != 0) {
    if (errno == EEXIST) return {};
    return fail(Errc::access_denied, "directory " + directory,
                std::string(std::strerror(errno)) + "; make it, or change the path in the configuration");
  }
  if (owner && lchown(directory.c_str(), owner->uid, owner->gid) != 0) return refused("owner of directory " + directory);
  return {};
}

}  // namespace rsm::daemon
