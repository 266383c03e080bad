// rsm library discover: what is there, what of it is managed already, what would be written for the rest.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "api/daemon/config.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/discover/helper.hpp"
#include "cli/rsm/discover/library_file.hpp"
#include "cli/rsm/discover/udev_rule.hpp"
#include "cli/rsm/discover/view.hpp"
#include "cli/rsm/exit_code.hpp"
#include "cli/rsm/setup/limits.hpp"
#include "cli/rsm/setup/machine.hpp"
#include "cli/rsm/setup/ready.hpp"
#include "cli/rsm/text/plural.hpp"

namespace rsm::cli {
namespace {

namespace fs = std::filesystem;

// The configuration as rsmd reads it; without a file: nothing is managed.
struct Configured {
  std::string file;
  bool there = false;
  daemon::ConfigResult read;
};

Result<Configured> read_configuration(Arguments const& args) {
  Configured configured{.file = args.config.empty() ? std::string(daemon::config_path_default) : fs::absolute(args.config).lexically_normal().string()};
  configured.there = ::access(configured.file.c_str(), F_OK) == 0;
  if (!configured.there && !args.config.empty()) return fail(Errc::file_not_found, configured.file, "there is no such configuration");
  if (configured.there) configured.read = daemon::load_config(configured.file);
  return configured;
}

std::string rules_of(discovery::FoundLibrary const& library) {
  std::string rules;
  for (auto const& element : library.elements) rules += udev_rules(element.serial, element.address);
  return rules;
}
std::string rules_of(discovery::FoundDevice const& drive) {
  return udev_rules(drive.serial, drive.address);
}

std::vector<std::string> helper_arguments(Arguments const& args, std::string const& chap_file, Configured const& configured) {
  std::vector<std::string> words;
  for (auto const& portal : args.portals) words.insert(words.end(), {"--iscsi", portal});
  if (!chap_file.empty()) words.insert(words.end(), {"--chap-file", chap_file});
  for (auto const& library : configured.read.config.libraries) {
    std::vector<std::string> devices = library.place.drives;
    devices.push_back(library.place.changer);
    for (auto const& device : devices)
      if (!device.empty()) words.insert(words.end(), {"--managed", device, library.settings.name});
  }
  return words;
}

// Names of libraries and of files: neither may be there twice.
std::set<std::string> taken_names(Configured const& configured) {
  std::set<std::string> taken;
  for (auto const& library : configured.read.config.libraries) taken.insert(lower_case(library.settings.name));
  std::error_code none;
  for (fs::directory_iterator entry(daemon::libraries_directory(configured.file), none), end; !none && entry != end; entry.increment(none))
    taken.insert(lower_case(entry->path().stem().string()));
  return taken;
}

Result<std::vector<Proposal>> proposals_for(discovery::Report const& found, Arguments const& args, std::string const& chap_file, Configured const& configured) {
  std::vector<Proposal> proposals;
  auto taken = taken_names(configured);
  auto const usable = std::ranges::count_if(found.libraries, &discovery::FoundLibrary::usable);
  auto const alone = std::ranges::count_if(found.loose, &discovery::LooseDrive::alone);
  auto const named = usable > 0 ? usable : alone;  // one name is that of the library with a changer, where there is one
  if (!args.name.empty() && named > 1)
    return fail(Errc::invalid_parameter, "--name",
                plural(named, usable > 0 ? "library was" : "drive was", usable > 0 ? "libraries were" : "drives were") + " found, and this is one name: without it each gets a name of its own");
  auto const propose = [&](discovery::FoundDevice const& device, auto const& found_one) -> Result<> {
    Proposal proposal{.name = args.name.empty() ? free_name(device, taken) : args.name};
    if (taken.contains(lower_case(proposal.name)))
      return fail(Errc::already_exists, proposal.name, "a library or a file of this name is there already: --name gives another one");
    taken.insert(lower_case(proposal.name));
    proposal.file = daemon::libraries_directory(configured.file) + "/" + proposal.name + ".toml";
    proposal.text = section_text(found_one, proposal.name, chap_file);
    proposal.rules = rules_of(found_one);
    if (!proposal.rules.empty()) proposal.rules_file = system_path("/etc/udev/rules.d/61-openrsm-" + proposal.name + ".rules");
    proposals.push_back(std::move(proposal));
    return {};
  };
  for (auto const& library : found.libraries)
    if (library.usable) RSM_CHECK(propose(library.changer, library));
  for (auto const& one : found.loose)
    if (one.alone && (args.name.empty() || usable == 0)) RSM_CHECK(propose(one.drive, one.drive));
  return proposals;
}

std::string findings_text(std::vector<std::string> const& findings) {
  std::string all;
  for (auto const& finding : findings) all += (all.empty() ? "" : "; ") + finding;
  return all;
}

// Every file is checked before the first is written; each with those before it.
Result<> add(std::vector<Proposal>& proposals, Configured const& configured) {
  if (proposals.empty()) return fail(Errc::object_not_found, "--add", "no library was found that could be added; 'rsm library discover' shows what is there");
  if (!configured.there) return fail(Errc::file_not_found, configured.file, "there is no configuration of rsmd: --config names it");
  if (!configured.read.findings.empty())
    return fail(Errc::bad_format, configured.file, "first put in order what 'rsmd --check-config' finds in it: " + findings_text(configured.read.findings));
  for (auto const& proposal : proposals)
    if (auto const checked = daemon::load_config_and(configured.file, proposal.file, proposal.text); !checked.findings.empty())
      return fail(Errc::bad_format, proposal.file, "it was not written: " + findings_text(checked.findings));
  for (auto& proposal : proposals) {
    RSM_CHECK(write_library_file(proposal.file, proposal.text));
    proposal.written = true;
    if (!proposal.rules.empty())
      RSM_CHECK(write_library_file(proposal.rules_file, "# Drives of the library " + proposal.name +
                                                            ", which 'rsm library discover --add' took over: not for desktops.\n" +
                                                            proposal.rules));
  }
  if (auto const now = daemon::load_config(configured.file); !now.findings.empty())
    return fail(Errc::bad_format, configured.file, "with what was written: " + findings_text(now.findings));
  return {};
}

// The service reads what was written when it starts again; its queue outlives that.
Result<std::string> start_with(Context const& context, std::vector<Proposal> const& proposals) {
  if (std::ranges::any_of(proposals, [](auto const& p) { return !p.rules.empty(); }))
    (void)run_program({.words = {"udevadm", "control", "--reload"}, .input = {}, .limit = limits::setup_program_limit, .environment = {}});
  RSM_CHECK(restart_unit("rsmd"));
  std::string out = "Restarted rsmd: ready.\n";
  for (auto const& proposal : proposals) {
    auto const ready = wait_until_ready(context, proposal.name);
    out += ready ? proposal.name + ": " + plural(ready->cartridges, "cartridge", "cartridges") + " found.\n"
                 : proposal.name + ": " + ready.error().sentence() + "\n";
  }
  return out;
}

// What did not answer is trouble, though the rest was shown.
int trouble_in(discovery::Report const& found) {
  int trouble = exit_code::success;
  for (auto const& portal : found.portals) {
    if (portal.problems.empty()) continue;
    if (portal.refused) return exit_code::access_denied;
    trouble = exit_code::offline;
  }
  return trouble;
}

Result<std::string> discover(Context& context) {
  auto const& args = context.args();
  if (!args.name.empty() && !is_library_file_name(args.name))
    return fail(Errc::invalid_parameter, "--name", "1 to 63 letters, digits, '.', '_' and '-', a letter or digit first: it is also the name of a file");
  RSM_TRY(auto const configured, read_configuration(args));
  std::string const chap_file = args.chap_file.empty() ? std::string() : fs::absolute(args.chap_file).lexically_normal().string();
  Discovered discovered;
  RSM_TRY(discovered.found, run_discovery(helper_arguments(args, chap_file, configured)));
  if (!configured.read.findings.empty())
    discovered.found.notes.push_back(configured.file + " cannot be read as a whole ('rsmd --check-config --config " + configured.file +
                                     "'): what it manages may be shown as free");
  RSM_TRY(discovered.proposals, proposals_for(discovered.found, args, chap_file, configured));
  Result<> const added = args.add ? add(discovered.proposals, configured) : Result<>{};
  auto const text = args.common.json ? discovery_json(discovered) : discovery_text(discovered, configured.file, context.screen());
  if (!added) {
    print(text);
    context.advise("");
    return std::unexpected(added.error());
  }
  context.exit_with(trouble_in(discovered.found));
  if (!args.add || args.common.json || !systemd_runs() || !args.config.empty()) return text;
  RSM_TRY(auto const started, start_with(context, discovered.proposals));
  return text + started;
}

}  // namespace

std::span<CommandRow const> discover_commands() {
  static constexpr CommandRow rows[] = {{"library", "discover", discover}};
  return rows;
}

}  // namespace rsm::cli
