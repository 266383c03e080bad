// rsm library certify: what is tried is said and asked for, then tried and shown.
#include <unistd.h>

#include <iostream>
#include <string>

#include "cli/rsm/certify/trial.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/exit_code.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

Result<LibraryContents> contents_of(Connection& service, std::string const& name) {
  LibraryContents contents;
  RSM_TRY(contents.library, resolve_library(service, name));
  wire::ListParams const inside{.container = contents.library.id.guid, .cursor = {}, .limit = {}};
  RSM_TRY(auto drives, collect(service, &Connection::drive_list, inside));
  RSM_TRY(auto media, collect(service, &Connection::medium_list, inside));
  contents.drives = std::move(drives.items);
  contents.media = std::move(media.items);
  for (auto const& medium : contents.media) {
    if (medium.pool.is_zero() || contents.pools.contains(medium.pool)) continue;
    RSM_TRY(auto const pool, service.pool_get({.id = medium.pool.guid, .name = {}}));
    contents.pools.emplace(pool.id, pool.type);
  }
  return contents;
}

// Model and revision, for the report.
std::string changer_text(Connection& service, LibraryId const& library) {
  auto const changers = collect(service, &Connection::changer_list, wire::ListParams{.container = library.guid, .cursor = {}, .limit = {}});
  if (!changers || changers->items.empty()) return {};
  auto const& changer = changers->items.front();
  std::string text;
  for (auto const& word : {changer.vendor, changer.product, changer.revision, changer.serial})
    if (!word.empty()) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string plan_text(LibraryContents const& contents, TrialChoice const& choice, bool ports) {
  std::string out = plain_text(contents.library.name) + ": every drive is tried with a mount and a dismount; nothing is written.\n  drives:     ";
  for (auto const& drive : choice.drives) out += (&drive == &choice.drives.front() ? "" : ", ") + plain_text(drive.name);
  out += "\n  cartridges: ";
  for (auto const& medium : choice.media) out += (&medium == &choice.media.front() ? "" : ", ") + plain_text(medium.name + " (" + medium.place + ")");
  if (ports) out += "\n  ports:      opened and closed again; stay away from them";
  return out;
}

// Result: whether it may begin.
Result<> ask(std::string const& plan, bool yes) {
  if (yes) return {};
  if (isatty(STDIN_FILENO) != 1) return fail(Errc::invalid_parameter, "--yes", "nobody can be asked here whether it may begin");
  note(plan + "\nBegin? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes" ? Result<>{} : fail(Errc::cancelled, "", "nothing was done");
}

int exit_of(TrialReport const& report) {
  if (report.good) return exit_code::success;
  return report.cancelled ? exit_code::given_up : exit_code::other;
}

Result<std::string> certify(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto const contents, contents_of(*service, args.targets.front()));
  auto const chosen = choose(contents, {.drives = args.certified_drives, .media = args.media, .cartridges = args.cartridges});
  if (!chosen && chosen.error().code == Errc::not_ready) context.advise("'rsm status' says what it waits for");
  RSM_TRY(auto const choice, chosen);
  RSM_CHECK(ask(plan_text(contents, choice, args.ports), args.yes));
  auto report = try_library(context, *service, contents, choice, args.ports);
  report.changer = changer_text(*service, contents.library.id);
  context.exit_with(exit_of(report));
  return args.common.json ? to_json(report) + "\n" : trial_text(report, context.screen());
}

}  // namespace

std::span<CommandRow const> certify_commands() {
  static constexpr CommandRow rows[] = {{"library", "certify", certify}};
  return rows;
}

}  // namespace rsm::cli
