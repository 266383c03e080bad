// rsm-emu: makes, shows and disturbs emulated libraries. It is the person with the cartridges in the hand, not the daemon.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

#include "cli/emu/commands.hpp"

namespace {

using rsm::Result;
using rsm::emu::Answer;

enum ExitCode { done = 0, failed = 1, not_understood = 2, findings = 3 };

// Where CLI11 puts what it reads, and the verb that was chosen.
struct CommandLine {
  std::string directory;
  rsm::emulated::Geometry geometry;
  std::uint64_t mebibytes = 0;  // 0: 32, or 320 for xfs
  std::string timing = "real";
  rsm::emu::FaultWords fault;
  rsm::emulated::NewCartridge cartridge;
  rsm::emulated::Identity device;
  std::vector<std::string> words;
  std::string word;
  std::uint32_t port = 0;
  std::uint32_t drive = 0;
  std::optional<std::uint64_t> seed;
  bool json = false;
  bool all = false;
  std::function<Result<Answer>()> verb;
};

CLI::App* add_verb(CLI::App& app, CommandLine& line, char const* name, char const* what, std::function<Result<Answer>()> verb) {
  auto* const sub = app.add_subcommand(name, what);
  sub->add_option("DIR", line.directory, "directory of the library")->required();
  sub->callback([&line, verb = std::move(verb)] { line.verb = verb; });
  return sub;
}

void describe_make(CLI::App& app, CommandLine& line) {
  auto* const sub = add_verb(app, line, "make", "make a library, with cartridges and images", [&line] {
    std::uint64_t const usual = line.geometry.filesystem == "xfs" ? 320 : 32;
    std::uint64_t const wanted = line.mebibytes != 0 ? line.mebibytes : usual;
    line.geometry.side_bytes = wanted << 20;
    return rsm::emu::make(line.directory, line.geometry, line.timing);
  });
  auto& g = line.geometry;
  sub->add_option("--drives", g.drives, "drives (0: a library that only keeps)")->capture_default_str();
  sub->add_option("--slots", g.slots, "storage slots")->capture_default_str();
  sub->add_option("--ports", g.ports, "import/export ports")->capture_default_str();
  sub->add_option("--cartridges", g.cartridges, "cartridges, in the slots from slot 0 on")->capture_default_str();
  sub->add_option("--sides", g.sides, "sides of a cartridge: 1 or 2")->capture_default_str();
  sub->add_option("--fs", g.filesystem, "file system of each side: ext4, xfs or none (blank)")->capture_default_str();
  sub->add_option("--size", line.mebibytes, "MiB of each side (default 32, xfs 320)")->check(CLI::Range(1u, 1u << 20));
  sub->add_option("--timing", line.timing, "real, fast, zero or a factor")->capture_default_str();
  sub->add_option("--seed", g.seed, "of the labels' UUIDs and the serial number")->capture_default_str();
  sub->add_option("--barcode-prefix", g.barcode_prefix, "1 to 4 of A-Z and 0-9")->capture_default_str();
}

void describe_faults(CLI::App& app, CommandLine& line) {
  auto* const sub = add_verb(app, line, "fault", "arm a fault", [&line] { return rsm::emu::fault(line.directory, line.fault); });
  std::string kinds = "one of";
  for (auto const kind : rsm::emulated::all_fault_kinds()) kinds += " " + rsm::word(kind);
  sub->add_option("KIND", line.fault.kind, kinds)->required();
  sub->add_option("--element", line.fault.element, "only when this is concerned: \"drive 0\", \"slot 3\"");
  sub->add_option("--cartridge", line.fault.cartridge, "only when the cartridge with this bar code is concerned");
  sub->add_option("--to", line.fault.to, "moved_by_hand: into this slot; elements_fail, elements_hang: the last of a range from --element on");
  sub->add_option("--with", line.fault.other, "swapped_labels: bar code of the other cartridge");
  sub->add_option("--count", line.fault.count, "how many commands it hits; 0: until healed")->capture_default_str();
  sub->add_option("--for", line.fault.seconds, "seconds until it is over by itself")->check(CLI::Range(0.001, 1e9));

  auto* const heal = add_verb(app, line, "heal", "end faults", [&line] { return rsm::emu::heal(line.directory, line.word, line.all); });
  heal->add_option("KIND", line.word, "the kind of fault to end");
  heal->add_flag("--all", line.all, "end all faults");
}

void describe_person(CLI::App& app, CommandLine& line) {
  auto* const hand = add_verb(app, line, "hand", "a person moves cartridges behind the library's back",
                              [&line] { return rsm::emu::hand(line.directory, line.words, line.device); });
  hand->add_option("ACTION", line.words, std::string(rsm::emu::hand_actions) + " (a cartridge by its bar code, or as name:NAME)")->required();
  hand->add_option("--serial", line.device.serial, "replace-*: serial number of the new device (default: another one)");
  hand->add_option("--revision", line.device.revision, "replace-*: its firmware (default: as before)");
  hand->add_option("--vendor", line.device.vendor, "replace-*: its vendor (default: as before)");
  hand->add_option("--product", line.device.product, "replace-*: its product (default: as before)");
  auto* const port = add_verb(app, line, "port", "a person at an extended import/export port",
                              [&line] { return rsm::emu::port(line.directory, line.words, line.port); });
  port->add_option("ACTION", line.words, "put BARCODE | take | press")->required();
  port->add_option("--port", line.port, "number of the port")->capture_default_str();
  auto* const soil = add_verb(app, line, "soil", "a drive becomes dirty: it asks to be cleaned (TapeAlert 20)", [&line] { return rsm::emu::soil(line.directory, line.drive); });
  soil->add_option("DRIVE", line.drive, "number of the drive")->required();
  auto* const door =
      add_verb(app, line, "door", "a person opens or closes the door", [&line] { return rsm::emu::door(line.directory, line.word); });
  door->add_option("POSITION", line.word, "open | close")->required();
}

void describe_rest(CLI::App& app, CommandLine& line) {
  auto* const show = add_verb(app, line, "show", "what is where, what moves, which faults are armed",
                              [&line] { return rsm::emu::show(line.directory, line.json); });
  show->add_flag("--json", line.json, "for programs");
  auto* const timing =
      add_verb(app, line, "timing", "change how fast it is", [&line] { return rsm::emu::timing(line.directory, line.word); });
  timing->add_option("SCALE", line.word, "real, fast, zero or a factor")->required();
  auto* const cartridge = add_verb(app, line, "cartridge", "make one more cartridge, outside the library",
                                   [&line] { return rsm::emu::cartridge(line.directory, line.cartridge, line.seed); });
  cartridge->add_option("BARCODE", line.cartridge.barcode, "up to 32 printable characters, others may have the same; CLN... and CLR... are cleaning cartridges (default: no label)");
  cartridge->add_option("--name", line.cartridge.name, "of its folder: 1 to 10 of A-Z and 0-9 (default: the bar code, or a number)");
  cartridge->add_option("--seed", line.seed, "of its labels' UUIDs (default: chance)");
  add_verb(app, line, "check", "whether state and files agree", [&line] { return rsm::emu::check(line.directory); });
  add_verb(app, line, "clean", "unbind loop devices and remove links that a killed daemon left",
           [&line] { return rsm::emu::clean(line.directory); });
}

int report(Result<Answer> const& answer) {
  if (!answer) {
    std::fprintf(stderr, "%s\n", answer.error().text().c_str());
    return failed;
  }
  std::fputs(answer->text.c_str(), stdout);
  if (std::fflush(stdout) != 0) return failed;
  return answer->findings ? findings : done;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Makes, shows and disturbs emulated libraries.\n"
      "Exit codes: 0 done, 1 failed (the error is on standard error), 2 command line not understood, 3 check or clean found something."};
  app.require_subcommand(1);
  CommandLine line;
  describe_make(app, line);
  describe_rest(app, line);
  describe_faults(app, line);
  describe_person(app, line);
  try {
    app.parse(argc, argv);
    return report(line.verb());
  } catch (CLI::Success const& help) {
    return app.exit(help);
  } catch (CLI::ParseError const& error) {
    std::fprintf(stderr, "%s\n",
                 rsm::Error{rsm::Errc::invalid_parameter, "rsm-emu", std::string(error.what()) + "; see rsm-emu --help"}.text().c_str());
    return not_understood;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "rsm-emu: %s\n", error.what());
    return failed;
  }
}
