// The configuration of rsmd: what an administrator may decide, read from one TOML file.
//
// What for: values with sensible defaults (those of libmgr/domain/limits.hpp), so that a daemon starts without a file; a file is
// taken whole or refused whole, with every finding at once: unknown keys with the nearest known one, wrong types and values out of
// range with what is allowed, each as "FILE:LINE: [section] key: sentence". Units are in the names (_s seconds, _ms
// milliseconds). docs/configuration.md describes every key; a test holds the two together (known_keys()).
// What lies in one place with something else is refused with both keys. Errors: findings; a file that is unreadable, or no regular one, is one too. Thread rule: values; nothing here looks at the machine but load_config's file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/handler/hardware_place.hpp"
#include "libmgr/base/log.hpp"
#include "libmgr/manager.hpp"

namespace rsm::daemon {

inline constexpr std::string_view config_path_default = "/etc/openrsm/rsmd.toml";
inline constexpr std::string_view account_default = "openrsm";

enum class VolumeKind { automatic, block, user };

struct LibraryConfig {
  LibrarySettings settings;
  std::string driver = "emulated";
  handler::HardwarePlace place;
  VolumeKind volumes = VolumeKind::automatic;
};

// What one backup program sees of a library.
struct ViewConfig {
  std::string library;  // its name
  ViewSettings settings;
};

struct PoolConfig {
  std::string path;
  Millis defer_dismount_delay{};
};

// Whose quotas are others than everybody's; 0: that one is not.
struct UserConfig {
  std::string name;
  quotas::OfUser quotas;
};

// Time limits of one command of a device.
struct DeviceLimits {
  Millis move = limits::move_limit;
  Millis inventory = limits::inventory_limit;  // status of a changer
  Millis load = limits::load_limit;
  Millis unload = limits::unload_limit;
  Millis volume = limits::volume_limit;
  Millis status = limits::status_limit;
};

struct Config {
  std::string user;   // empty: openrsm when started as root and that account exists
  std::string group;  // empty: the user's own
  std::string admin_group{account_default};
  LogLevel log_level = LogLevel::info;
  std::string log_file;  // empty: standard error
  std::string socket_path = "/run/openrsm/rsmd.sock";
  std::uint32_t socket_mode = 0666;  // everyone may use, the owner and administrators control (decision 26)
  std::string catalog_path = "/var/lib/openrsm/catalog.db";
  std::string handler_program;  // empty: rsm-handler beside rsmd, else the installed one
  std::string lock_directory = "/run/openrsm/devices";
  DeviceLimits device_limits;
  Settings core;  // but its libraries with their views and the pool delays, see core_settings()
  std::vector<LibraryConfig> libraries;
  std::vector<ViewConfig> views;
  std::vector<PoolConfig> pools;
  std::vector<UserConfig> users;

  // All that the manager wants to know.
  Settings core_settings() const;
  LibraryConfig const* library(std::string_view name) const;
  // Those of its devices: where there may be tape drives, at least what these need, whatever was configured.
  DeviceLimits limits_of(LibraryConfig const& library) const;
};

struct ConfigResult {
  Config config;                      // valid when there are no findings
  std::vector<std::string> findings;  // in the order of the file
};

// `file` is only for the findings.
ConfigResult parse_config(std::string_view text, std::string const& file);
// The file, and of libraries_directory() every file NAME.toml, in which only [[library]] and [[pool]] sections may stand.
ConfigResult load_config(std::string const& path);
// The same with one more file of a library, which is not there yet: `text` as it would stand in `file`.
ConfigResult load_config_and(std::string const& path, std::string const& file, std::string_view text);
// "/etc/openrsm/libraries.d" of "/etc/openrsm/rsmd.toml".
std::string libraries_directory(std::string const& config_path);

// One key of the file, for the documentation and its test.
struct KnownKey {
  std::string section;       // "session"; "[library]" style arrays by their plain name too
  std::string name;          // "grace_s"
  std::string allowed;       // "whole number, 0 to 86400"
  std::string default_text;  // as it would stand in the file; "required" where there is none
};
std::vector<KnownKey> known_keys();

}  // namespace rsm::daemon
