#include "cli/rsm/setup/emulated.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "cli/rsm/discover/library_file.hpp"
#include "cli/rsm/discover/proposal.hpp"
#include "cli/rsm/setup/limits.hpp"
#include "cli/rsm/setup/machine.hpp"

namespace rsm::cli {
namespace {

namespace fs = std::filesystem;

constexpr char const* state_file = "state.json";
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::string file_of(SetupConfig const& config, std::string const& name) {
  return daemon::libraries_directory(config.file) + "/" + name + ".toml";
}

bool is_hardware(std::string const& directory) {
  std::error_code none;
  return fs::exists(fs::path(directory) / state_file, none);
}

// Labels and serial numbers are those of this name.
std::uint64_t seed_of(std::string const& name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (unsigned char const c : name) hash = (hash ^ c) * 0x100000001b3ULL;
  return hash >> 16;
}

// The bar codes of two emulated libraries are different.
std::string prefix_for(SetupConfig const& config) {
  auto const emulated =
      static_cast<std::size_t>(std::ranges::count(config.read.config.libraries, "emulated", &daemon::LibraryConfig::driver));
  return {letters[std::min(emulated, letters.size() - 1)]};
}

// What the service runs as has to have it.
Result<> give_to_service(std::string const& directory, daemon::Config const& config) {
  std::string const account = config.user.empty() ? std::string(daemon::account_default) : config.user;
  passwd const* entry = ::geteuid() == 0 ? ::getpwnam(account.c_str()) : nullptr;
  if (entry == nullptr) return {};
  std::error_code problem;
  std::vector<std::string> paths{directory};
  for (fs::recursive_directory_iterator each(directory, problem), end; !problem && each != end; each.increment(problem))
    paths.push_back(each->path().string());
  for (auto const& path : paths)
    if (::lchown(path.c_str(), entry->pw_uid, entry->pw_gid) != 0)
      return fail(Errc::access_denied, path, "it cannot be given to " + account + ": " + std::strerror(errno));
  return {};
}

Result<> make_hardware(EmulatedLibrary const& library, SetupConfig const& config) {
  std::error_code problem;
  fs::create_directories(fs::path(library.directory).parent_path(), problem);
  if (problem)
    return fail(problem == std::errc::permission_denied ? Errc::access_denied : Errc::write_fault, library.directory,
                "its folder cannot be made: " + problem.message());
  auto const end = run_program({.words = {sibling_program("rsm-emu"), "make", library.directory, "--drives", "2", "--slots", "12",
                                          "--ports", "1", "--cartridges", "8", "--sides", "2", "--timing", "fast", "--seed",
                                          std::to_string(seed_of(library.name)), "--barcode-prefix", prefix_for(config)},
                                .input = {},
                                .limit = limits::setup_make_limit,
                                .environment = {}});
  auto const made = !end               ? Result<>(std::unexpected(end.error()))
                    : end->status == 0 ? give_to_service(library.directory, config.read.config)
                                       : Result<>(fail(Errc::write_fault, library.directory, last_line(end->complaint)));
  if (!made) fs::remove_all(library.directory, problem);  // it was not there before
  return made;
}

std::string section_of(EmulatedLibrary const& library) {
  return "# Emulated hardware, as 'rsm setup --emulated " + library.name + "' has made it; 'rsm setup --remove " + library.name +
         "' takes it away.\n[[library]]\nname = " + toml_string(library.name) +
         "\ndriver = \"emulated\"\ndirectory = " + toml_string(library.directory) + "\nvolumes = \"auto\"\n";
}

Result<> check_before(SetupConfig const& config) {
  if (!config.there) return fail(Errc::file_not_found, config.file, "there is no configuration of rsmd: --config names it");
  if (!config.read.findings.empty())
    return fail(Errc::bad_format, config.file,
                "first put in order what 'rsmd --check-config' finds in it: " + config.read.findings.front());
  return {};
}

std::string hardware_folder(SetupConfig const& config, std::string const& name, std::string const& hardware) {
  auto const* known = config.read.config.library(name);
  if (known != nullptr && known->driver == "emulated") return known->place.directory;
  auto const base = hardware.empty() ? (fs::path(config.read.config.catalog_path).parent_path() / "hardware").string()
                                     : fs::absolute(hardware).lexically_normal().string();
  return base + "/" + name;
}

}  // namespace

Result<EmulatedLibrary> add_emulated(SetupConfig const& config, std::string const& name, std::string const& hardware) {
  if (!is_library_file_name(name))
    return fail(Errc::invalid_parameter, name,
                "1 to 63 letters, digits, '.', '_' and '-', a letter or digit first: it is also the name of a file");
  RSM_CHECK(check_before(config));
  EmulatedLibrary library{.name = name, .directory = hardware_folder(config, name, hardware), .file = file_of(config, name)};
  auto const* known = config.read.config.library(name);
  if (known != nullptr && known->driver != "emulated")
    return fail(Errc::already_exists, name, "a library of this name is there, and it is not emulated: take another name");
  std::string const section = section_of(library);
  if (known == nullptr)
    if (auto const checked = daemon::load_config_and(config.file, library.file, section); !checked.findings.empty())
      return fail(Errc::bad_format, library.file, "it was not written: " + checked.findings.front());
  if (!is_hardware(library.directory)) {
    RSM_CHECK(make_hardware(library, config));
    library.made = true;
  }
  if (known == nullptr) {
    RSM_CHECK(write_library_file(library.file, section));
    library.written = true;
  }
  return library;
}

Result<RemovedLibrary> remove_library_file(SetupConfig const& config, std::string const& name, std::string const& hardware) {
  if (!is_library_file_name(name))
    return fail(Errc::invalid_parameter, name, "this is no name of a library that 'rsm setup --emulated' has made");
  RemovedLibrary removed{.directory = hardware_folder(config, name, hardware), .file = file_of(config, name)};
  auto const* known = config.read.config.library(name);
  bool const there = ::access(removed.file.c_str(), F_OK) == 0;
  if (known != nullptr && known->driver != "emulated")
    return fail(Errc::not_supported, name,
                "it is not emulated: 'rm " + removed.file + "' and a restart of rsmd take a real one out of the configuration");
  if (known != nullptr && !there)
    return fail(Errc::not_supported, name,
                "its section does not stand in " + removed.file + ": take it out of " + config.file + " by hand");
  if (known == nullptr && !there && !is_hardware(removed.directory))
    return fail(Errc::invalid_library, name,
                "there is neither a library of this name in " + config.file + " nor hardware in " + removed.directory);
  if (there && ::unlink(removed.file.c_str()) != 0)
    return fail(errno == EACCES || errno == EPERM ? Errc::access_denied : Errc::write_fault, removed.file,
                std::string("it cannot be removed: ") + std::strerror(errno));
  removed.unwritten = there;
  return removed;
}

Result<bool> remove_hardware(std::string const& directory) {
  if (!is_hardware(directory)) return false;
  // Loop devices and links that are left go first; what is still in use is said.
  auto const cleaned = run_program(
      {.words = {sibling_program("rsm-emu"), "clean", directory}, .input = {}, .limit = limits::setup_program_limit, .environment = {}});
  if (!cleaned || (cleaned->status != 0 && cleaned->status != 3))
    return fail(Errc::busy, directory, cleaned ? last_line(cleaned->complaint) : cleaned.error().sentence());
  std::error_code problem;
  fs::remove_all(directory, problem);
  if (problem) return fail(Errc::access_denied, directory, "it cannot be removed: " + problem.message());
  return true;
}

}  // namespace rsm::cli
