#include "drivers/block/disk_parts.hpp"

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

namespace fs = std::filesystem;

std::string folder_of(dev_t device, std::string const& sys) { return fmt::format("{}/dev/block/{}:{}", sys, major(device), minor(device)); }

std::vector<BlockDevice> partitions_of(dev_t disk, std::string const& sys) {
  std::vector<std::pair<int, BlockDevice>> found;
  UniqueFd const folder = open_folder(folder_of(disk, sys));
  for_each_entry(folder.get(), [&](std::string_view name, unsigned char type) {
    bool const may_be_one = (type == DT_DIR || type == DT_UNKNOWN) && std::isdigit(static_cast<unsigned char>(name.back())) != 0;  // "sda1", "loop0p1"
    if (!may_be_one) return;
    std::string const number = first_line(std::string(name) + "/partition", folder.get());
    auto const device = number.empty() ? std::nullopt : device_number_in(std::string(name) + "/dev", folder.get());
    if (device) found.emplace_back(std::atoi(number.c_str()), BlockDevice{*device, kernel_node(*device, sys)});
  });
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
  std::vector<BlockDevice> partitions;
  for (auto& [number, device] : found) partitions.push_back(std::move(device));
  return partitions;
}

}  // namespace

std::string kernel_node(dev_t device, std::string const& sys) {
  std::string node;
  for_each_line(whole_text(folder_of(device, sys) + "/uevent"), [&](std::string_view line) {
    if (node.empty() && line.starts_with("DEVNAME=")) node = "/dev/" + std::string(line.substr(8));
  });
  return node;
}

std::vector<BlockDevice> parts_of(BlockDevice const& device, std::string const& sys) {
  std::vector<BlockDevice> parts{device};
  for (auto& partition : partitions_of(device.device, sys)) parts.push_back(std::move(partition));
  return parts;
}

std::vector<dev_t> numbers_of(std::vector<BlockDevice> const& devices) {
  std::vector<dev_t> numbers;
  for (auto const& device : devices) numbers.push_back(device.device);
  return numbers;
}

std::optional<BlockDevice> disk_of(BlockDevice const& device, std::string const& sys) {
  std::string const folder = folder_of(device.device, sys);
  if (first_line(folder + "/partition").empty()) return std::nullopt;
  std::error_code none;
  fs::path const real = fs::canonical(folder, none);  // .../block/sda/sda1
  auto const disk = none ? std::nullopt : device_number_in((real.parent_path() / "dev").string());
  if (!disk) return std::nullopt;
  return BlockDevice{*disk, kernel_node(*disk, sys)};
}

std::vector<BlockDevice> whole_medium(BlockDevice const& device, std::string const& sys) {
  return parts_of(disk_of(device, sys).value_or(device), sys);
}

}  // namespace rsm::block
