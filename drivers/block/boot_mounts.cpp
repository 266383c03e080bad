#include "drivers/block/boot_mounts.hpp"

#include <fmt/format.h>
#include <mntent.h>
#include <sys/sysmacros.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/printable.hpp"
#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

namespace fs = std::filesystem;
constexpr unsigned loop_major = 7;

bool is_fixed(BlockDevice const& device, std::string const& sys) {
  auto const disk = disk_of(device, sys).value_or(device).device;
  if (major(disk) == loop_major || major(disk) == 0) return false;
  return first_line(fmt::format("{}/dev/block/{}:{}/removable", sys, major(disk), minor(disk))) == "0";
}

// "UUID=…" as the link that udev makes for it.
std::string path_of(std::string_view source, std::string const& by) {
  constexpr std::pair<std::string_view, char const*> tags[] = {
      {"UUID=", "by-uuid"}, {"LABEL=", "by-label"}, {"PARTUUID=", "by-partuuid"}, {"PARTLABEL=", "by-partlabel"}, {"ID=", "by-id"}};
  for (auto const& [tag, folder] : tags) {
    if (!source.starts_with(tag)) continue;
    std::string_view value = source.substr(tag.size());
    if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return fmt::format("{}/{}/{}", by, folder, value);
  }
  return std::string(source);
}

// By the kernel's name of what the path leads to: a node need not be there.
std::optional<dev_t> number_of(std::string const& path, std::string const& sys) {
  std::error_code none;
  fs::path target = path;
  for (int links = 0; links < 8 && fs::is_symlink(target, none); ++links) {
    auto const next = fs::read_symlink(target, none);
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  return device_number_in(fmt::format("{}/class/block/{}/dev", sys, target.filename().string()));
}

std::string in_fstab(BlockDevice const& device, BootTables const& tables) {
  std::unique_ptr<FILE, int (*)(FILE*)> const table(::setmntent(tables.fstab.c_str(), "re"), ::endmntent);
  if (!table) return {};
  mntent entry{};
  char words[4096];
  while (::getmntent_r(table.get(), &entry, words, sizeof words) != nullptr) {
    if (entry.mnt_dir[0] != '/' || ::hasmntopt(&entry, "noauto") != nullptr) continue;
    if (number_of(path_of(entry.mnt_fsname, tables.by), tables.sys) == device.device) return fmt::format("{} mounts it at {}", tables.fstab, printable(entry.mnt_dir));
  }
  return {};
}

// "What=" and "Where=" of a mount unit.
std::string in_unit(fs::path const& unit, BlockDevice const& device, BootTables const& tables) {
  std::ifstream in(unit);
  std::string line, what, where;
  while (std::getline(in, line)) {
    if (line.starts_with("What=")) what = line.substr(5);
    if (line.starts_with("Where=")) where = line.substr(6);
  }
  if (what.empty() || number_of(path_of(what, tables.by), tables.sys) != device.device) return {};
  return fmt::format("{} mounts it at {}", unit.string(), printable(where));
}

std::string in_units(BlockDevice const& device, BootTables const& tables) {
  for (auto const& folder : tables.units) {
    std::error_code none;
    for (fs::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
      if (entry->path().extension() != ".mount") continue;
      if (auto text = in_unit(entry->path(), device, tables); !text.empty()) return text;
    }
  }
  return {};
}

}  // namespace

std::string boot_mount_of(BlockDevice const& device, BootTables const& tables) {
  if (!is_fixed(device, tables.sys)) return {};
  auto text = in_fstab(device, tables);
  return text.empty() ? in_units(device, tables) : text;
}

}  // namespace rsm::block
