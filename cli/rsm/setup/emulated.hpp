// An emulated library by one command, and out of the way by another.
//
// What for: `rsm setup --emulated NAME` and `--remove NAME`. Hardware is made by rsm-emu, the section is written as `rsm library discover`
// writes its own, and checked as rsmd reads it. What is there already is left, so that it may be said twice. Names: those of
// is_library_file_name(). Errors: invalid_parameter, a name that cannot be one; already_exists, another library has it; bad_format, the
// configuration is not in order; busy, its media are in use; what the programs said. Thread rule: the main thread; blocks.
#pragma once

#include <string>

#include "cli/rsm/setup/service_checks.hpp"

namespace rsm::cli {

struct EmulatedLibrary {
  std::string name, directory, file;
  bool made = false, written = false;  // by this command
};

Result<EmulatedLibrary> add_emulated(SetupConfig const& config, std::string const& name, std::string const& hardware);

struct RemovedLibrary {
  std::string directory, file;
  bool unwritten = false;  // the file was there and is gone
};
// The file only; the hardware goes when the service has let go of it.
Result<RemovedLibrary> remove_library_file(SetupConfig const& config, std::string const& name, std::string const& hardware);
// Only what rsm-emu has made; nothing there: nothing to do.
Result<bool> remove_hardware(std::string const& directory);

}  // namespace rsm::cli
