#include "drivers/discovery/kernel_devices.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <tuple>

#include "drivers/block/sysfs.hpp"
#include "drivers/discovery/limits.hpp"
#include "drivers/scsi/device_address.hpp"
#include "drivers/scsi/identity.hpp"

namespace rsm::discovery {
namespace {

namespace fs = std::filesystem;

struct DurableName {
  Durability durability = Durability::node;
  std::string path;
};
using NamesOfNodes = std::multimap<std::string, DurableName>;  // by "st0"

std::vector<fs::path> entries(fs::path const& folder) {
  std::vector<fs::path> found;
  std::error_code none;
  for (fs::directory_iterator entry(folder, none), end; !none && entry != end && found.size() < limits::discovery_devices_max; entry.increment(none))
    found.push_back(entry->path());
  std::ranges::sort(found);
  return found;
}

NamesOfNodes durable_names(fs::path const& dev) {
  constexpr auto folders = std::to_array<std::pair<char const*, Durability>>(
      {{"tape/by-id", Durability::by_id}, {"disk/by-id", Durability::by_id}, {"tape/by-path", Durability::by_path}, {"disk/by-path", Durability::by_path}});
  NamesOfNodes names;
  for (auto const& [folder, durability] : folders)
    for (auto const& link : entries(dev / folder)) {
      std::error_code none;
      auto const to = fs::read_symlink(link, none);
      if (!none && scsi::DeviceAddress::parse(link.string())) names.emplace(to.filename().string(), DurableName{durability, link.string()});
    }
  return names;
}

// "scsi-35000e11152d7a001", "wwn-0x5000e11152d7a001": a worldwide name, and no serial number.
bool is_worldwide(std::string name) {
  for (std::string_view const end : {"-nst", "-changer"})
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  if (name.starts_with("wwn-")) return true;
  constexpr std::size_t short_digits = 17, long_digits = 33;  // one that says its kind, and 8 or 16 bytes
  if (!name.starts_with("scsi-")) return false;
  name.erase(0, 5);
  return (name.size() == short_digits || name.size() == long_digits) && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

auto rank(DurableName const& name, bool tape) {
  std::string const last = fs::path(name.path).filename().string();
  return std::tuple(name.durability, is_worldwide(last), tape && !last.ends_with("-nst"), last.size(), name.path);
}

bool read_place(std::string const& name, KernelDevice& device) {
  unsigned long long unit = 0;
  int end = 0;
  bool const read = std::sscanf(name.c_str(), "%u:%u:%u:%llu%n", &device.host, &device.channel, &device.target, &unit, &end) == 4;
  device.unit = unit;
  return read && static_cast<std::size_t>(end) == name.size();
}

std::vector<KernelNode> nodes_of(fs::path const& device) {
  std::vector<KernelNode> nodes;
  for (auto const* device_class : {"scsi_generic", "scsi_tape", "scsi_changer", "block"})
    for (auto const& entry : entries(device / device_class))
      if (auto const number = block::device_number_in((entry / "dev").string()))
        nodes.push_back({entry.filename().string(), {*number, std::string_view(device_class) == "block"}});
  std::ranges::sort(nodes, {}, &KernelNode::name);
  return nodes;
}

bool is_removable(fs::path const& device) {
  return std::ranges::any_of(entries(device / "block"), [](fs::path const& disk) { return block::first_line((disk / "removable").string()) == "1"; });
}

bool is_wanted(std::uint8_t type, fs::path const& device) {
  switch (type) {
    case scsi::device_type_changer:
    case scsi::device_type_tape:
    case scsi::device_type_cd:
    case scsi::device_type_optical:
      return true;
    case scsi::device_type_disk:
      return is_removable(device);
    default:
      return false;
  }
}

// "nst0" among nst0, nst0l, st0 and the others: what programs use.
bool is_plain_node(std::string const& name) { return !name.empty() && name.back() >= '0' && name.back() <= '9'; }

void name_it(KernelDevice& device, fs::path const& dev, NamesOfNodes const& names) {
  bool const tape = device.type == scsi::device_type_tape;
  std::vector<DurableName> all;
  for (auto const& node : device.nodes) {
    if (node.name.starts_with("sg")) device.commands = (dev / node.name).string();
    auto const [first, last] = names.equal_range(node.name);
    if (is_plain_node(node.name) || !tape)
      for (auto name = first; name != last; ++name) all.push_back(name->second);
  }
  auto const best = std::ranges::min_element(all, [&](auto const& a, auto const& b) { return rank(a, tape) < rank(b, tape); });
  if (best != all.end()) {
    device.address = best->path;
    device.durability = best->durability;
  } else {
    device.address = device.commands;
  }
}

}  // namespace

std::vector<KernelDevice> kernel_devices(std::string const& sysfs, std::string const& dev) {
  std::map<std::string, KernelDevice> devices;
  auto const names = durable_names(dev);
  for (auto const* device_class : {"scsi_generic", "scsi_tape", "scsi_changer", "block"})
    for (auto const& entry : entries(fs::path(sysfs) / "class" / device_class)) {
      std::error_code none;
      fs::path const folder = fs::canonical(entry / "device", none);
      KernelDevice device;
      if (none || devices.contains(folder.string()) || !read_place(folder.filename().string(), device)) continue;
      std::string const type = block::first_line((folder / "type").string());
      unsigned number = 0;
      if (std::from_chars(type.data(), type.data() + type.size(), number).ec != std::errc{} || number > 0x1F ||
          !is_wanted(static_cast<std::uint8_t>(number), folder))
        continue;
      device.type = static_cast<std::uint8_t>(number);
      device.nodes = nodes_of(folder);
      fs::path const driver = fs::read_symlink(folder / "driver", none);
      if (!none) device.driver = driver.filename().string();
      name_it(device, dev, names);
      devices.emplace(folder.string(), std::move(device));
    }
  std::vector<KernelDevice> all;
  for (auto& [folder, device] : devices) all.push_back(std::move(device));
  std::ranges::sort(all, {}, [](KernelDevice const& d) { return std::tuple(d.host, d.channel, d.target, d.unit); });
  if (all.size() > limits::discovery_devices_max) all.resize(limits::discovery_devices_max);
  return all;
}

}  // namespace rsm::discovery
