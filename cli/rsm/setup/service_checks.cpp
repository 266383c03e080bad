#include "cli/rsm/setup/service_checks.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "cli/rsm/setup/limits.hpp"
#include "cli/rsm/setup/machine.hpp"
#include "cli/rsm/text/plural.hpp"

namespace rsm::cli {
namespace {

constexpr char const* service = "rsmd";

// "ActiveState=active" of what systemctl show says.
std::string property(std::string const& said, std::string const& name) {
  auto const begin = said.find(name + "=");
  if (begin == std::string::npos || (begin > 0 && said[begin - 1] != '\n')) return {};
  auto const value = begin + name.size() + 1;
  return said.substr(value, said.find('\n', value) - value);
}

Finding unit_state(std::string const& said) {
  auto const loaded = property(said, "LoadState"), active = property(said, "ActiveState"), enabled = property(said, "UnitFileState");
  if (loaded == "not-found")
    return {"unit", FindingState::fault, "systemd knows no unit rsmd.service: the package openrsm is not installed",
            with_rights("apt install openrsm")};
  if (active == "failed")
    return {"unit", FindingState::fault, "rsmd.service has failed (" + property(said, "Result") + ")",
            "journalctl --unit=rsmd --lines=30; " + with_rights("systemctl restart rsmd")};
  if (active != "active")
    return {"unit", FindingState::fault, "rsmd.service is " + (active.empty() ? "not known" : active), with_rights("systemctl start rsmd")};
  if (enabled == "disabled")
    return {"unit", FindingState::note, "rsmd.service is active, and does not start with the machine",
            with_rights("systemctl enable rsmd")};
  return {"unit", FindingState::ok, "rsmd.service is active and starts with the machine", ""};
}

std::string start_command(SetupConfig const& config) {
  return systemd_runs() ? with_rights("systemctl start rsmd") : with_rights("rsmd --config " + config.file);
}

// Why nobody answers, as the file system shows it.
Finding silent_socket(std::string const& path, SetupConfig const& config, Error const& error) {
  struct stat status {};
  auto const fault = [](std::string text, std::string command) {
    return Finding{"socket", FindingState::fault, std::move(text), std::move(command)};
  };
  std::string const& configured = config.read.config.socket_path;
  if (error.code == Errc::access_denied)
    return fault(path + " may not be used by you: its mode is [socket] mode of " + config.file, with_rights("rsm setup --check"));
  if (::stat(path.c_str(), &status) != 0) {
    if (configured != path && ::access(configured.c_str(), F_OK) == 0)
      return fault("nobody listens on " + path + "; the configuration has " + configured, "export OPENRSM_SOCKET=" + configured);
    return fault("there is no " + path + ": rsmd does not run", start_command(config));
  }
  if (!S_ISSOCK(status.st_mode))
    return fault(path + " is no socket: something else has made it", with_rights("rm " + path) + "; " + start_command(config));
  if (error.code == Errc::not_ready) return fault("nobody listens on " + path + ": rsmd has died and left it", start_command(config));
  return fault(path + ": " + error.sentence(), systemd_runs() ? with_rights("systemctl restart rsmd") : "rsm setup --check");
}

std::string person() {
  char const* behind_sudo = std::getenv("SUDO_USER");
  if (behind_sudo != nullptr && *behind_sudo != '\0') return behind_sudo;
  passwd const* entry = ::getpwuid(::getuid());
  return entry == nullptr ? std::to_string(::getuid()) : entry->pw_name;
}

bool belongs_to(std::string const& user, gid_t group) {
  passwd const* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return false;
  int count = 1024;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(entry->pw_name, entry->pw_gid, groups.data(), &count) < 0) return false;
  return std::find(groups.begin(), groups.begin() + count, group) != groups.begin() + count;
}

}  // namespace

SetupConfig read_setup_config(std::string const& wish) {
  SetupConfig config{
      .file = wish.empty() ? system_path(daemon::config_path_default) : std::filesystem::absolute(wish).lexically_normal().string(),
      .there = false,
      .read = {}};
  config.there = ::access(config.file.c_str(), F_OK) == 0;
  if (config.there) config.read = daemon::load_config(config.file);
  return config;
}

Finding check_unit() {
  if (!systemd_runs()) return {"unit", FindingState::note, "no systemd runs here: who starts rsmd, and when, is up to you", ""};
  auto const end = run_program({.words = {"systemctl", "show", service, "--property=LoadState,ActiveState,UnitFileState,Result"},
                                .input = {},
                                .limit = limits::setup_program_limit,
                                .environment = {}});
  if (!end) return {"unit", FindingState::fault, "systemctl does not answer: " + end.error().sentence(), "systemctl status rsmd"};
  return unit_state(end->out);
}

Finding check_socket(Context const& context, SetupConfig const& config, std::unique_ptr<client::Connection>& connection) {
  client::Options options;
  options.connect_limit = limits::setup_socket_limit;
  options.reconnect_limit = Millis{0};
  auto const path = client::socket_path(context.args().common.socket);
  auto const begun = std::chrono::steady_clock::now();
  auto opened = context.connect(std::move(options));
  if (!opened) return silent_socket(path, config, opened.error());
  auto const took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
  connection = std::move(*opened);
  auto const server = connection->server();
  char text[64];
  std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(took) / 1000);
  if (!server.ready) return {"socket", FindingState::note, path + " answers, and the service is still starting", "rsm status --watch"};
  return {"socket", FindingState::ok, path + " answers within " + text + " (rsmd " + server.version + ")", ""};
}

Finding check_group(SetupConfig const& config, client::Connection const* connection) {
  auto const& name = config.read.config.admin_group;
  group const* entry = ::getgrnam(name.c_str());
  if (entry == nullptr)
    return {"group", FindingState::fault, "there is no group " + name + ", whose members are the administrators",
            with_rights(name == daemon::account_default && program_path("systemd-sysusers") ? "systemd-sysusers"
                                                                                            : "groupadd --system " + name)};
  if (connection != nullptr && connection->server().administrator.value_or(false))
    return {"group", FindingState::ok, "you are an administrator of the service (" + connection->server().user.value_or("") + ")", ""};
  auto const user = person();
  if (user == "root")
    return {"group", FindingState::ok, "the group " + name + " is there; root is an administrator as its members are", ""};
  if (belongs_to(user, entry->gr_gid)) {
    std::string const in = user + " is in the group " + name;
    bool const known = connection == nullptr || ::geteuid() == 0;
    return known ? Finding{"group", FindingState::ok, in, ""}
                 : Finding{"group", FindingState::note, in + ", but this login does not know it yet", "newgrp " + name};
  }
  return {"group", FindingState::note, user + " is not in the group " + name + ": may use media, and operate nothing",
          with_rights("adduser " + user + " " + name) + ", then log in again"};
}

std::vector<Finding> check_configuration(SetupConfig const& config) {
  std::vector<Finding> found;
  if (!config.there) {
    found.push_back({"configuration", FindingState::note, "there is no " + config.file + ": rsmd has its defaults and no library",
                     with_rights("rsm setup --emulated demo")});
    return found;
  }
  for (auto const& each : config.read.findings) {
    // "FILE:LINE: [section] key: sentence"
    auto const file = each.substr(0, each.find(':'));
    found.push_back(
        {"configuration", FindingState::fault, each, with_rights("editor " + file) + ", then rsmd --check-config --config " + config.file});
  }
  if (!found.empty()) return found;
  auto const count = static_cast<std::int64_t>(config.read.config.libraries.size());
  if (count == 0)
    found.push_back({"configuration", FindingState::note, config.file + " is right, and has no library",
                     with_rights("rsm library discover --add") + ", or " + with_rights("rsm setup --emulated demo")});
  else
    found.push_back({"configuration", FindingState::ok, config.file + " is right: " + plural(count, "library", "libraries"), ""});
  return found;
}

}  // namespace rsm::cli
