#include "drivers/block/volume_link.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "drivers/block/system_error.hpp"

namespace rsm::block {
namespace {

Result<> refuse_what_is_no_link(std::string const& link) {
  struct stat st {};
  if (::lstat(link.c_str(), &st) != 0 || S_ISLNK(st.st_mode)) return {};
  return fail(Errc::already_exists, link, "the name of the drive's volume is taken by something that is no symbolic link; remove it");
}

}  // namespace

Result<> set_link(std::string const& link, std::string const& target) {
  RSM_CHECK(refuse_what_is_no_link(link));
  std::string const fresh = link + ".new";
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return system_failure(errno, fresh, "remove what an earlier process left");
  if (::symlink(target.c_str(), fresh.c_str()) != 0) return system_failure(errno, link, "make the link to " + target);
  if (::rename(fresh.c_str(), link.c_str()) != 0) {
    int const problem = errno;
    ::unlink(fresh.c_str());
    return system_failure(problem, link, "put the link to " + target + " in place");
  }
  return {};
}

Result<> remove_link(std::string const& link) {
  RSM_CHECK(refuse_what_is_no_link(link));
  if (::unlink(link.c_str()) != 0 && errno != ENOENT) return system_failure(errno, link, "remove the link");
  return {};
}

bool link_leads_to(std::string const& link, std::string const& target) {
  std::array<char, 4096> buffer{};
  ssize_t const length = ::readlink(link.c_str(), buffer.data(), buffer.size());
  return length > 0 && std::string_view(buffer.data(), static_cast<std::size_t>(length)) == target;
}

}  // namespace rsm::block
