#include "drivers/scsi_library/standalone_drive.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "drivers/block/sysfs.hpp"
#include "drivers/scsi_library/drive_identity.hpp"
#include "drivers/scsi_library/kernel_nodes.hpp"
#include "drivers/scsi_library/limits.hpp"

namespace rsm::scsi_library {
namespace {

// The kernel's object behind a node: its number may be given to another device, its inode in sysfs is not.
using Instance = std::pair<dev_t, ino_t>;

std::string place_in_sysfs(struct stat const& node, std::string const& sysfs) {
  return fmt::format("{}/dev/{}/{}:{}", sysfs, S_ISBLK(node.st_mode) ? "block" : "char", major(node.st_rdev), minor(node.st_rdev));
}

std::optional<Instance> instance_of(std::string const& path, std::string const& sysfs) {
  struct stat node {};
  if (::stat(path.c_str(), &node) != 0) return std::nullopt;
  struct stat object {};
  if (::stat(place_in_sysfs(node, sysfs).c_str(), &object) != 0) return std::nullopt;
  return Instance{node.st_rdev, object.st_ino};
}

std::string trimmed(std::string text) {
  auto const wanted = [](char c) { return c > ' ' && c < 0x7f; };
  auto const first = std::ranges::find_if(text, wanted);
  text.erase(text.begin(), first);
  while (!text.empty() && !wanted(text.back())) text.pop_back();
  return text;
}

DeviceIdentity identity_in_sysfs(std::string const& path, std::string const& sysfs) {
  struct stat node {};
  if (::stat(path.c_str(), &node) != 0) return {};
  std::string const device = place_in_sysfs(node, sysfs) + "/device/";
  constexpr std::size_t page_header = 4;
  std::string const serial_page = block::whole_text(device + "vpd_pg80");
  return {.vendor = trimmed(block::first_line(device + "vendor")),
          .product = trimmed(block::first_line(device + "model")),
          .serial = serial_page.size() > page_header ? trimmed(serial_page.substr(page_header)) : std::string(),
          .revision = trimmed(block::first_line(device + "rev"))};
}

std::unexpected<Error> not_there(std::string const& address, std::string const& why) { return fail(Errc::device_not_available, address, why); }

Result<FoundDrive> asked(std::string const& address, OpenTransport const& open, scsi::Clock& clock) {
  RSM_TRY(auto transport, open(address));
  scsi::Session session(*transport, clock, address, scsi::DeviceKind::drive);
  session.set_patience(limits::drive_search_patience);
  RSM_TRY(auto const seen, look_at_drive(session));
  return FoundDrive{.address = address, .transport = std::move(transport), .type = seen.type, .identity = seen.identity};
}

}  // namespace

Result<FoundDrive> find_standalone_drive(std::string const& address, OpenTransport const& open, scsi::Clock& clock, std::string const& sysfs) {
  if (!address.starts_with('/')) return asked(address, open, clock);
  auto const nodes = kernel_nodes(address, sysfs);
  if (!nodes && nodes.error().code == Errc::resource_not_present) return not_there(address, nodes.error().detail);
  if (!nodes) return std::unexpected(nodes.error());
  auto const instance = instance_of(address, sysfs);
  if (!instance) return not_there(address, "it has only just gone");
  if (!nodes->block && ::access(nodes->commands.c_str(), R_OK | W_OK) != 0 && errno == EACCES)
    return fail(Errc::access_denied, address, fmt::format("{} may not be opened by this account: it has to be in the group of that node", nodes->commands));
  auto found = nodes->block ? Result<FoundDrive>(FoundDrive{.address = address, .identity = identity_in_sysfs(nodes->client, sysfs)}) : asked(address, open, clock);
  if (found) found->still_there = [address, sysfs, instance] { return instance_of(address, sysfs) == instance; };
  return found;
}

}  // namespace rsm::scsi_library
