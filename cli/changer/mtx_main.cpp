// rsm-mtx: mtx's commands on a library of the service, for Amanda and for people.
#include <cstdio>
#include <cstdlib>

#include "cli/changer/moves.hpp"
#include "cli/changer/mtx_text.hpp"
#include "cli/changer/mtx_words.hpp"
#include "cli/changer/service.hpp"
#include "libmgr/domain/unicode.hpp"

namespace {

using namespace rsm;
using namespace rsm::changer;

// The first line is what scripts look for to know mtx.
constexpr char const* version_text = "mtx version 1.3.12\n\nrsm-mtx " RSM_VERSION "\n";
constexpr char const* usage =
    "Usage:\n"
    "  rsm-mtx --version\n"
    "  rsm-mtx [OPTION]... [-f DEVICE] COMMAND... (several are carried out in turn)\n"
    "  [nobarcode] status | inquiry | inventory | eject\n"
    "  load SLOT [DRIVE] | unload [SLOT] [DRIVE] | first [DRIVE] | next [DRIVE] | last [DRIVE] | previous [DRIVE]\n"
    "  transfer SLOT SLOT | exchange SLOT SLOT\n"
    "Options: --library NAME (of a library or a view), --limit SECONDS, --cleaning, --ports, --socket PATH; see rsm-mtx(1).\n";

constexpr int storage_address = 1024, drive_address = 256;  // of the first element, in messages

// Amanda does not ask for these again; for a status it does.
bool moves(MtxVerb verb) {
  switch (verb) {
    case MtxVerb::load:
    case MtxVerb::unload:
    case MtxVerb::first:
    case MtxVerb::next:
    case MtxVerb::last:
    case MtxVerb::previous: return true;
    default: return false;
  }
}

// A command that was not done; the lines have been said.
struct Stopped {};
using Done = std::expected<void, Stopped>;

Done stop(std::string const& line) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", plain_text(line).c_str());
  return std::unexpected(Stopped{});
}

Done stop(Error const& error) {
  if (error.code == Errc::not_ready || error.code == Errc::not_connected) std::fprintf(stderr, "mtx: Request Sense: Sense Key=Not Ready\n");
  return stop("rsm-mtx: " + error.sentence());
}

void say(std::string const& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

class Mtx {
 public:
  Mtx(Options options, bool barcodes) : options_(std::move(options)), barcodes_(barcodes) {}

  Done run(MtxCommand const& command) {
    if (command.verb == MtxVerb::setting) return {};
    if (command.verb == MtxVerb::eepos) return eepos(command.number(0, -1));
    if (auto const opened = open(); !opened) return stop(opened.error());
    service_->begins(moves(command.verb) ? options_.limit : reading_limit);
    if (command.verb == MtxVerb::inquiry) return inquiry();
    if (command.verb == MtxVerb::inventory) return inventory();
    auto shelf = service_->shelf();
    if (!shelf) return stop(shelf.error());
    if (auto const usable = check_usable(*shelf); !usable) return stop(usable.error());
    shelf_ = std::move(*shelf);
    return with_shelf(command);
  }

 private:
  Result<> open() {
    if (service_) return {};
    RSM_TRY(auto service, Service::open(options_, options_.device, "rsm-mtx"));
    service_.emplace(std::move(service));
    return {};
  }

  Done with_shelf(MtxCommand const& c) {
    switch (c.verb) {
      case MtxVerb::status: return say(mtx_status_text(shelf_, options_.device, {options_.cleaning, options_.ports}, barcodes_)), Done{};
      case MtxVerb::load: return load(c.number(0, -1), c.number(1, 0));
      case MtxVerb::unload: return unload(c.number(0, -1), c.number(1, 0));
      case MtxVerb::first: return step(Step::first, c.number(0, 0));
      case MtxVerb::next: return step(Step::next, c.number(0, 0));
      case MtxVerb::last: return step(Step::last, c.number(0, 0));
      case MtxVerb::previous: return step(Step::previous, c.number(0, 0));
      case MtxVerb::transfer: return transfer(c.number(0, -1), c.number(1, -1));
      case MtxVerb::exchange: return exchange(c.number(0, -1), c.number(1, -1), c.number(2, c.number(0, -1)));
      case MtxVerb::position: return stop("Could not position transport");
      default: return eject();
    }
  }

  Done eepos(std::int64_t position) { return position < 0 || position > 3 ? stop("eepos equires argument between 0 and 3.") : Done{}; }

  Done inquiry() {
    auto const changer = service_->changer();
    if (!changer) return stop(changer.error());
    return say(mtx_inquiry_text(*changer)), Done{};
  }

  Done inventory() {
    if (auto const done = service_->inventory(); !done) return stop(done.error());
    return {};
  }

  Done load(std::int64_t slot, std::int64_t drive) {
    std::string const progress = "Loading media from Storage Element " + std::to_string(slot) + " into drive " + std::to_string(drive) + "...";
    if (auto const why = mtx_refuses_load(shelf_, slot, drive)) {
      if (why->starts_with("Source Element")) say(progress);  // mtx has begun when it finds that the slot is empty
      return stop(*why);
    }
    auto const plan = plan_load(shelf_, slot, drive);
    if (!plan) return stop(plan.error());
    say(progress);
    return ended(service_->load(plan->medium, plan->drive), storage_address + slot - 1, drive_address + drive);
  }

  Done unload(std::int64_t slot, std::int64_t drive) {
    if (auto const why = mtx_refuses_unload(shelf_, slot, drive)) return stop(*why);
    auto const plan = plan_unload(shelf_, slot < 0 ? 0 : slot, drive);
    if (!plan) return stop(plan.error());
    int const home = plan->drive.home;
    say("Unloading drive " + std::to_string(drive) + " into Storage Element " + std::to_string(home) + "...");
    return ended(service_->unload(plan->medium, plan->drive), drive_address + drive, storage_address + home - 1);
  }

  Done ended(Result<> const& moved, std::int64_t from, std::int64_t to) {
    if (moved) return say("done\n"), Done{};
    say("\n");
    (void)stop(moved.error());
    return stop("MOVE MEDIUM from Element Address " + std::to_string(from) + " to " + std::to_string(to) + " Failed");
  }

  // Looked for before anything moves, so that a drive is not emptied for nothing.
  Done step(Step step, std::int64_t number) {
    auto const* const drive = shelf_.drive(number);
    if (drive == nullptr) return stop("illegal <drive-number> argument '" + std::to_string(number) + "' to 'load' command");
    auto const slot = mtx_step(shelf_, step, *drive);
    if (!slot) return stop("No More Media");
    if (drive->holds_own() && drive->home == *slot) return say("loading...done.\n"), Done{};
    if (!drive->holds_own()) return load(*slot, number);
    if (auto const done = unload(-1, number); !done) return done;
    auto shelf = service_->shelf();
    if (!shelf) return stop(shelf.error());
    shelf_ = std::move(*shelf);
    return load(*slot, number);
  }

  static std::string addresses(std::int64_t from, std::int64_t to) {
    return " MEDIUM from Element Address " + std::to_string(storage_address + from - 1) + " to " + std::to_string(storage_address + to - 1) + " Failed";
  }

  // Prints nothing when it is done, as mtx does.
  Done transfer(std::int64_t from, std::int64_t to) {
    if (auto const why = mtx_refuses_transfer(shelf_, from, to, options_.ports)) return stop(*why);
    auto const plan = plan_transfer(shelf_, from, to, options_.ports);
    if (!plan) return stop(plan.error());
    if (auto const done = service_->transfer(plan->from, plan->to); !done) {
      (void)stop(done.error());
      return stop("MOVE" + addresses(from, to));
    }
    return {};
  }

  // Two cartridges change places in one command of the changer, where it has one. Prints nothing when it is done.
  Done exchange(std::int64_t from, std::int64_t to, std::int64_t then) {
    if (from < 1) return stop("No source specified");
    if (to < 1) return stop("No destination specified");
    if (shelf_.slot(from) == nullptr) return stop("Invalid source");
    if (shelf_.slot(to) == nullptr) return stop("Invalid destination");
    auto const plan = plan_exchange(shelf_, from, to, then);
    if (!plan) return stop(plan.error());
    if (auto const done = service_->exchange(plan->from, plan->to); !done) {
      (void)stop(done.error());
      return stop("EXCHANGE" + addresses(from, to));
    }
    return {};
  }

  Done eject() {
    (void)stop("Eject (0x1B) failed");
    return stop("mtx:eject failed");
  }

  Options options_;
  bool barcodes_;
  std::optional<Service> service_;
  Shelf shelf_;
};

int run(std::vector<std::string> arguments) {
  auto options = read_options(std::move(arguments), [](char const* name) { return std::getenv(name); });
  if (!options || options->help || options->version) {
    if (!options) (void)stop(options.error());
    if (options && options->version) std::fputs(version_text, stderr);
    std::fputs(usage, stderr);
    return 1;
  }
  auto const script = read_mtx_words(options->words);
  Mtx mtx(*options, script.barcodes);
  for (auto const& command : script.commands)
    if (!mtx.run(command)) return 1;
  if (!script.understood) std::fputs(usage, stderr);
  return script.understood && std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (std::exception const& error) {
    std::fprintf(stderr, "rsm-mtx: %s\n", error.what());
    return 1;
  }
}
