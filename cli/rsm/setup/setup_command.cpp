// rsm setup: a library by one command, out of the way by another, and what is wrong with this installation.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/setup/emulated.hpp"
#include "cli/rsm/setup/machine.hpp"
#include "cli/rsm/setup/machine_checks.hpp"
#include "cli/rsm/setup/ready.hpp"
#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/json.hpp"
#include "drivers/block/volume.hpp"
#include "libmgr/base/json_form.hpp"

namespace rsm::cli {
namespace {

constexpr int word_cells = 10, text_cells = 48;

std::string step(std::string const& word, std::string const& text, std::string const& remark = {}) {
  return pad_right(word, word_cells) + (remark.empty() ? text : pad_right(text, text_cells) + " (" + remark + ")") + "\n";
}

// What the service says of the library after the restart, as one line.
struct SetUp {
  std::string name, directory, file, volumes;
  bool made = false, written = false, restarted = false;
  std::int64_t cartridges = 0, ready_ms = 0;
};
BOOST_DESCRIBE_STRUCT(SetUp, (), (name, directory, file, volumes, made, written, restarted, cartridges, ready_ms))

std::string volumes_word(SetupConfig const& config, std::string const& name) {
  auto const* library = config.read.config.library(name);
  if (library != nullptr && library->volumes != daemon::VolumeKind::automatic)
    return library->volumes == daemon::VolumeKind::block ? "block" : "user";
  return ::geteuid() == 0 && block::block_volumes_possible() ? "block" : "user";
}

std::string restart_by_hand(SetupConfig const& config) {
  return "no systemd runs here: end rsmd and start it again, 'rsmd --config " + config.file + "'";
}

std::string adding_text(SetUp const& done, SetupConfig const& config, Finding const& group, std::string const& first) {
  std::string out = done.made ? step("made", done.directory + " (2 drives, 12 slots, 8 cartridges)") : step("there is", done.directory);
  out += done.written ? step("wrote", done.file, "undo: " + with_rights("rsm setup --remove " + done.name)) : step("there is", done.file);
  if (done.restarted)
    out += step("restarted", "rsmd: ready in " + std::to_string(done.ready_ms / 1000) + "." + std::to_string(done.ready_ms % 1000 / 100) +
                                 " s, " + plural(done.cartridges, "cartridge", "cartridges") + " found; volumes: " + done.volumes);
  else if (done.made || done.written)
    out += step("restart", restart_by_hand(config));
  else
    out += step("runs", "rsmd has it, with " + plural(done.cartridges, "cartridge", "cartridges"));
  out += step("next", "rsm media mount " + first + ":0     rsm top");
  if (group.state != FindingState::ok) out += step("", group.text + ": " + group.command);
  return out;
}

Result<std::string> add(Context& context, SetupConfig const& before) {
  auto const& args = context.args();
  RSM_TRY(auto const library, add_emulated(before, args.setup.emulated, args.setup.hardware));
  auto const config = read_setup_config(args.config);
  SetUp done{.name = library.name,
             .directory = library.directory,
             .file = library.file,
             .volumes = volumes_word(config, library.name),
             .made = library.made,
             .written = library.written};
  auto const begun = std::chrono::steady_clock::now();
  bool const news = library.made || library.written || !known_to_service(context, library.name);
  if (news && systemd_runs()) {
    RSM_CHECK(restart_unit("rsmd"));
    done.restarted = true;
  }
  std::string first = "A00001";
  if (done.restarted || !news) {
    RSM_TRY(auto const ready, wait_until_ready(context, library.name));
    done.cartridges = ready.cartridges;
    if (!ready.first_medium.empty()) first = ready.first_medium;
  }
  done.ready_ms = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun).count();
  if (args.common.json) return pretty_json(json_text(done)) + "\n";
  std::unique_ptr<client::Connection> connection;
  (void)check_socket(context, config, connection);
  return adding_text(done, config, check_group(config, connection.get()), first);
}

// What would be torn out of somebody's hands.
Result<> nothing_is_used(Context& context, std::string const& name) {
  auto opened =
      context.connect({.socket = {}, .client_name = {}, .connect_limit = limits::client_connect_limit, .reconnect_limit = Millis{0}});
  if (!opened) return {};  // nobody serves it
  RSM_TRY(auto const status, (*opened)->status({}));
  auto const library = std::ranges::find(status.libraries, name, &wire::LibraryInfo::name);
  if (library == status.libraries.end()) return {};
  for (auto const& drive : status.drives)
    if (drive.library == library->id && drive.state == DriveState::loaded)
      return fail(Errc::busy, drive.name,
                  "it has " + drive.medium_name + ", which is in use: 'rsm media dismount " + drive.medium_name + "' first");
  if (library->open_requests > 0)
    return fail(Errc::busy, name,
                plural(library->open_requests, "request", "requests") + " of it still open: 'rsm request list --open --library " + name +
                    "' shows them");
  return {};
}

// Records of what is gone from the configuration; what was allocated stays, offline.
std::string forget_in_catalog(Context& context, std::string const& name) {
  auto const service = context.with_session();
  if (!service) return {};
  auto const library = resolve_library(**service, name);
  if (!library) return {};
  auto const deleted = (*service)->library_delete({library->id}, limits::client_copy_limit);
  return deleted ? step("forgot", "the record of " + name + "; what was allocated in it is kept, and offline")
                 : step("left", "the record of " + name + ": " + deleted.error().sentence());
}

Result<std::string> remove(Context& context, SetupConfig const& config) {
  auto const& args = context.args();
  auto const& name = args.setup.remove;
  RSM_CHECK(nothing_is_used(context, name));
  RSM_TRY(auto const removed, remove_library_file(config, name, args.setup.hardware));
  std::string out;
  if (removed.unwritten) out += step("removed", removed.file);
  bool const served = known_to_service(context, name);
  if (served && !systemd_runs())
    return out + step("restart", restart_by_hand(config)) +
           step("next", with_rights("rsm setup --remove " + name), "again: then its hardware goes, too");
  if (served) {
    RSM_CHECK(restart_unit("rsmd"));
    RSM_CHECK(wait_until_ready(context, ""));
    out += step("restarted", "rsmd: ready");
    out += forget_in_catalog(context, name);
  }
  RSM_TRY(bool const gone, remove_hardware(removed.directory));
  if (gone) out += step("removed", removed.directory);
  return args.common.json ? std::string("{}\n") : out;
}

Result<std::string> check_all(Context& context, SetupConfig const& config) {
  std::vector<Finding> found{check_unit()};
  std::unique_ptr<client::Connection> connection;
  found.push_back(check_socket(context, config, connection));
  found.push_back(check_group(config, connection.get()));
  std::ranges::move(check_configuration(config), std::back_inserter(found));
  std::ranges::move(check_devices(config.read.config), std::back_inserter(found));
  found.push_back(check_volumes(config.read.config));
  found.push_back(check_disk(config.read.config));
  std::optional<std::int64_t> newest;
  if (connection != nullptr)
    if (auto const status = connection->status({}); status && status->last_change) newest = *status->last_change;
  found.push_back(check_clock(newest, now_ms()));
  found.push_back(check_mail());
  context.exit_with(any_fault(found) ? 1 : 0);
  return context.args().common.json ? findings_json(found) : findings_text(found, context.screen());
}

Result<std::string> setup(Context& context) {
  auto const& wish = context.args().setup;
  int const wishes = (wish.emulated.empty() ? 0 : 1) + (wish.remove.empty() ? 0 : 1) + (wish.check ? 1 : 0);
  if (wishes != 1)
    return fail(Errc::invalid_parameter, "rsm setup",
                "one of --check, --emulated NAME or --remove NAME; a real library: 'rsm library discover --add'");
  auto const config = read_setup_config(context.args().config);
  if (wish.check) return check_all(context, config);
  return wish.emulated.empty() ? remove(context, config) : add(context, config);
}

}  // namespace

std::span<CommandRow const> setup_commands() {
  static constexpr CommandRow rows[] = {{"setup", "", setup}};
  return rows;
}

}  // namespace rsm::cli
