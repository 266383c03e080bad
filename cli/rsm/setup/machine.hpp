// This computer as `rsm setup` and its relatives meet it: files of the system, systemd, programs.
//
// What for: everything that is not OpenRSM's own is looked for here. OPENRSM_ROOT (empty: "/") is put before the paths of the system's own
// files, so that a test, or a system that is not booted yet, can be set up. Programs are found in PATH, with /usr/sbin and /usr/lib behind
// it. Errors: those of the programs. Thread rule: the main thread; blocks within its limits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/rsm/commands/program.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

// "/etc/default/openrsm-notify" below OPENRSM_ROOT.
std::string system_path(std::string_view path);
// Whether services are started by systemd here.
bool systemd_runs();
// The full path of a program; nothing: there is none.
std::optional<std::string> program_path(std::string const& name);
// A program beside this one, as installed or in a build folder; else as PATH has it.
std::string sibling_program(std::string const& name);
// "sudo " unless this is root.
std::string with_rights(std::string const& command);

// systemctl restart UNIT.
Result<> restart_unit(std::string const& unit);

// A file of NAME=VALUE lines as systemd reads it (EnvironmentFile=): the value of NAME, without its quotation marks; nothing: there is
// none.
std::optional<std::string> setting_in(std::string const& file, std::string_view name);

}  // namespace rsm::cli
