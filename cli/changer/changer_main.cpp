// rsm-changer: what Bacula and Bareos call as their changer command.
#include <cstdio>
#include <cstdlib>

#include "cli/changer/changer_text.hpp"
#include "cli/changer/changer_words.hpp"
#include "cli/changer/moves.hpp"
#include "cli/changer/service.hpp"
#include "libmgr/domain/unicode.hpp"

namespace {

using namespace rsm;
using namespace rsm::changer;

constexpr char const* usage =
    "Usage: rsm-changer [OPTION]... CHANGER-DEVICE COMMAND [SLOT [ARCHIVE-DEVICE [DRIVE-INDEX]]]\n"
    "What Bacula and Bareos call: Changer Command = \"rsm-changer %c %o %S %a %d\".\n"
    "Commands: load, unload, loaded, list, listall, slots, transfer (to slot ARCHIVE-DEVICE). Slots from 1, drives from 0.\n"
    "  --library NAME    the library or view (default: $RSM_LIBRARY, the name that CHANGER-DEVICE is or ends with, the only one)\n"
    "  --limit SECONDS   of one command, waiting included (default: $RSM_CHANGER_LIMIT_S, 270)\n"
    "  --cleaning        list cleaning cartridges, too\n"
    "  --ports           count and list import/export ports, too\n"
    "  --socket PATH     where rsmd listens (default: $OPENRSM_SOCKET, /run/openrsm/rsmd.sock)\n"
    "Exit status: 0 done, 1 not done, with one sentence on standard error.\n";

void remark(std::string const& text) { std::fprintf(stderr, "rsm-changer: %s\n", plain_text(text).c_str()); }

Result<std::string> listed(Shelf const& shelf, Options const& options) {
  auto const listing = list_text(shelf, {options.cleaning, options.ports});
  for (auto const& text : listing.remarks) remark(text);
  return listing.text;
}

Result<std::string> loaded(Shelf const& shelf, std::int64_t number) {
  auto const* const drive = shelf.drive(number);
  if (drive == nullptr) return fail(Errc::invalid_parameter, "drive " + std::to_string(number), "there is none; " + shelf.name + " has " + std::to_string(shelf.drives.size()));
  if (drive->holds_own() && drive->home == 0)
    return fail(Errc::library_full, "drive " + std::to_string(number), "it is full, and no slot is free for its medium; take a medium out of the library");
  return loaded_text(*drive);
}

Result<std::string> load(Service& service, Shelf const& shelf, ChangerWords const& words) {
  RSM_TRY(auto const plan, plan_load(shelf, words.slot, words.drive));
  RSM_CHECK(service.load(plan.medium, plan.drive));
  return std::string{};
}

Result<std::string> unload(Service& service, Shelf const& shelf, ChangerWords const& words) {
  RSM_TRY(auto const plan, plan_unload(shelf, words.slot, words.drive));
  RSM_CHECK(service.unload(plan.medium, plan.drive));
  return std::string{};
}

Result<std::string> transfer(Service& service, Shelf const& shelf, ChangerWords const& words, bool ports) {
  RSM_TRY(auto const plan, plan_transfer(shelf, words.slot, words.destination, ports));
  RSM_CHECK(service.transfer(plan.from, plan.to));
  return std::string{};
}

Result<std::string> answer(Options const& options) {
  RSM_TRY(auto const words, read_changer_words(options.words));
  RSM_TRY(auto service, Service::open(options, words.device, "rsm-changer"));
  RSM_TRY(auto const shelf, service.shelf());
  RSM_CHECK(check_usable(shelf));
  Show const show{options.cleaning, options.ports};
  switch (words.command) {
    case ChangerCommand::load: return load(service, shelf, words);
    case ChangerCommand::unload: return unload(service, shelf, words);
    case ChangerCommand::loaded: return loaded(shelf, words.drive);
    case ChangerCommand::list: return listed(shelf, options);
    case ChangerCommand::listall: return listall_text(shelf, show);
    case ChangerCommand::slots: return slots_text(shelf, show);
    case ChangerCommand::transfer: return transfer(service, shelf, words, options.ports);
  }
  return std::string{};
}

int run(std::vector<std::string> arguments) {
  auto options = read_options(std::move(arguments), [](char const* name) { return std::getenv(name); });
  Result<std::string> text = options ? Result<std::string>{} : std::unexpected(options.error());
  if (options && options->help)
    text = std::string(usage);
  else if (options && options->version)
    text = std::string("rsm-changer " RSM_VERSION "\n");
  else if (options)
    text = answer(*options);
  if (!text) {
    remark(text.error().sentence());
    return 1;
  }
  bool const written = std::fwrite(text->data(), 1, text->size(), stdout) == text->size();
  return std::fflush(stdout) == 0 && written ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (std::exception const& error) {
    remark(error.what());
    return 1;
  }
}
