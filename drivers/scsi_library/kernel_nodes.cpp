#include "drivers/scsi_library/kernel_nodes.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "drivers/block/sysfs.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::scsi_library {
namespace {

namespace fs = std::filesystem;

struct Node {
  std::string name;  // "sg3"
  dev_t number = 0;
};

std::optional<dev_t> number_in(fs::path const& file) {
  unsigned first = 0, second = 0;
  if (std::sscanf(block::whole_text(file.string()).c_str(), "%u:%u", &first, &second) != 2) return std::nullopt;
  return makedev(first, second);
}

// Of the class "scsi_generic", "block": the one entry; of "scsi_tape" the one that does not rewind and has no mode ("nst0").
std::optional<Node> node_of_class(fs::path const& device, char const* device_class) {
  std::error_code none;
  for (fs::directory_iterator entry(device / device_class, none), end; !none && entry != end; entry.increment(none)) {
    std::string const name = entry->path().filename().string();
    bool const tape = std::string_view(device_class) == "scsi_tape";
    bool const plain = name.starts_with("nst") && name.find_first_not_of("0123456789", 3) == std::string::npos;
    if (tape && !plain) continue;
    if (auto const number = number_in(entry->path() / "dev")) return Node{name, *number};
  }
  return std::nullopt;
}

}  // namespace

Result<KernelNodes> kernel_nodes(std::string const& path, std::string const& sysfs) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return fail(Errc::resource_not_present, path, "there is no such node");
    return block::system_failure(errno, path, "look at it");
  }
  if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode)) return fail(Errc::invalid_parameter, path, "it is no node of a device");
  bool const named_block = S_ISBLK(status.st_mode);
  fs::path const device = fs::path(sysfs) / "dev" / (named_block ? "block" : "char") / fmt::format("{}:{}", major(status.st_rdev), minor(status.st_rdev)) / "device";
  KernelNodes nodes{.commands = path, .client = path, .block = named_block};
  if (auto const generic = node_of_class(device, "scsi_generic")) nodes.commands = "/dev/" + generic->name;
  if (auto const tape = node_of_class(device, "scsi_tape")) {
    nodes.tape = tape->number;
    if (status.st_rdev != tape->number) nodes.client = "/dev/" + tape->name;
  } else if (auto const disk = node_of_class(device, "block"); disk && !named_block) {
    nodes.client = "/dev/" + disk->name;
    nodes.block = true;
  }
  return nodes;
}

}  // namespace rsm::scsi_library
