#include "cli/emu/commands.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <functional>
#include <random>

#include "cli/emu/show.hpp"
#include "drivers/emulated/directory_check.hpp"
#include "drivers/emulated/leftovers.hpp"
#include "drivers/emulated/library_directory.hpp"
#include "drivers/emulated/pulled_cartridge.hpp"

namespace rsm::emu {
namespace {

using emulated::Hardware;
using emulated::LibraryDirectory;
using emulated::real_now;
using Words = std::vector<std::string>;

Result<Element> element_named(std::string const& text) {
  auto const element = emulated::parse_element(text);
  if (!element) return fail(Errc::invalid_parameter, text, "not a place; say \"slot 3\", \"drive 0\" or \"port 0\"");
  return *element;
}

Result<std::optional<Element>> maybe_element(std::string const& text) {
  if (text.empty()) return std::nullopt;
  RSM_TRY(Element const element, element_named(text));
  return element;
}

Result<double> scale_named(std::string const& text) {
  if (text == "real") return 1.0;
  if (text == "fast") return 0.02;
  if (text == "zero") return 0.0;
  double scale = 0;
  auto const* const last = text.data() + text.size();
  auto const [end, error] = std::from_chars(text.data(), last, scale);
  if (error != std::errc{} || end != last || !std::isfinite(scale))
    return fail(Errc::invalid_parameter, text, "not a timing; say real, fast, zero or a factor");
  return scale;
}

Result<emulated::FaultKind> kind_named(std::string const& text) {
  if (auto const kind = parse_word<emulated::FaultKind>(text)) return *kind;
  std::string known;
  for (auto const kind : emulated::all_fault_kinds()) known += (known.empty() ? "" : ", ") + word(kind);
  return fail(Errc::invalid_parameter, text, "no kind of fault; there are " + known);
}

// "slot" "3" -> "slot 3": so that nobody has to quote places.
Words with_places_joined(Words const& words) {
  Words joined;
  for (auto const& one : words) {
    bool const number = !one.empty() && one.find_first_not_of("0123456789") == std::string::npos;
    if (number && !joined.empty() && parse_word<ElementKind>(joined.back()))
      joined.back() += " " + one;
    else
      joined.push_back(one);
  }
  return joined;
}

// Acts on the hardware in this directory and says so.
Result<Answer> act(std::string const& directory, std::function<Result<std::string>(Hardware&)> const& change) {
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(directory));
  RSM_TRY(std::string text, library.change(change));
  return Answer{text + "\n"};
}

// What a person says, and the device that they may have brought.
struct Said {
  std::string const& directory;
  Words const& words;
  emulated::Identity const& device;
};

Result<std::uint32_t> number_named(std::string const& text, ElementKind kind) {
  auto const element = emulated::parse_element(text.find_first_not_of("0123456789") == std::string::npos ? word(kind) + " " + text : text);
  if (!element || element->kind != kind) return fail(Errc::invalid_parameter, text, "not a " + word(kind) + "; say \"" + word(kind) + " 0\"");
  return element->number;
}

Result<Answer> hand_move(Said const& said) {
  auto const& [directory, words, device] = said;
  RSM_TRY(Element const from, element_named(words[1]));
  RSM_TRY(Element const to, element_named(words[2]));
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.hand_move(from, to, real_now()));
    return fmt::format("the cartridge of {} is in {}", from.text(), to.text());
  });
}

Result<Answer> hand_take(Said const& said) {
  auto const& [directory, words, device] = said;
  RSM_TRY(Element const from, element_named(words[1]));
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_TRY(std::string const barcode, hardware.hand_take(from, real_now()));
    return fmt::format("cartridge {} is outside the library", barcode);
  });
}

Result<Answer> hand_pull(Said const& said) {
  auto const& [directory, words, device] = said;
  RSM_TRY(Element const from, element_named(words[1]));
  if (from.kind != ElementKind::drive) return fail(Errc::invalid_parameter, from.text(), "only a drive holds its cartridge; take it");
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(directory));
  RSM_TRY(std::string const barcode, emulated::pull_cartridge(library, from.number));
  return Answer{fmt::format("cartridge {} is pulled out of {}, outside the library\n", barcode, from.text())};
}

Result<Answer> hand_put(Said const& said) {
  auto const& [directory, words, device] = said;
  RSM_TRY(Element const to, element_named(words[2]));
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.hand_put(words[1], to, real_now()));
    return fmt::format("cartridge {} is in {}", words[1], to.text());
  });
}

Result<Answer> hand_swap(Said const& said) {
  auto const& [directory, words, device] = said;
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.swap_labels(words[1], words[2], real_now()));
    return fmt::format("the cartridges {} and {} carry each other's label", words[1], words[2]);
  });
}

Result<Answer> hand_soil(Said const& said) {
  auto const& [directory, words, device] = said;
  bool const soil = words[0] == "soil-label";
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.soil_label(words[1], soil, real_now()));
    return fmt::format("the label of {} can{} be read", words[1], soil ? "not" : "");
  });
}

Result<Answer> hand_protect(Said const& said) {
  auto const& [directory, words, device] = said;
  bool const protect = words[0] == "protect";
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(directory));
  RSM_CHECK(library.set_write_protect(words[1], protect));
  return Answer{fmt::format("cartridge {} is {}write protected\n", words[1], protect ? "" : "not ")};
}

Result<Answer> hand_label(Said const& said) {
  std::string const barcode = said.words[0] == "label" ? said.words[2] : "";
  return act(said.directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.put_label(said.words[1], barcode, real_now()));
    return barcode.empty() ? fmt::format("{} has no label any more", said.words[1]) : fmt::format("{} has the label \"{}\"", said.words[1], barcode);
  });
}

Result<Answer> hand_copy(Said const& said) {
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(said.directory));
  RSM_TRY(std::string const name, library.copy_cartridge(said.words[1], {.barcode = said.words[2]}));
  return Answer{fmt::format("cartridge {} (named {}) is a copy of {}, outside the library\n", said.words[2], name, said.words[1])};
}

Result<Answer> hand_take_magazine(Said const& said) {
  RSM_TRY(std::uint32_t const first, number_named(said.words[1], ElementKind::slot));
  RSM_TRY(std::uint32_t const last, number_named(said.words[2], ElementKind::slot));
  if (last < first) return fail(Errc::invalid_parameter, said.words[2], "the last slot of a magazine comes after its first");
  return act(said.directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.take_magazine({first, last - first + 1}, real_now()));
    return fmt::format("the magazine with slots {} to {} is out, with what is in it", first, last);
  });
}

Result<Answer> hand_put_magazine(Said const& said) {
  RSM_TRY(std::uint32_t const first, number_named(said.words[1], ElementKind::slot));
  return act(said.directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.put_magazine(first, real_now()));
    return fmt::format("the magazine with slot {} is in its place", first);
  });
}

Result<Answer> hand_slots(Said const& said) {
  RSM_TRY(std::uint32_t const slots, number_named(said.words[1], ElementKind::slot));
  return act(said.directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.set_slots(slots, real_now()));
    return fmt::format("the changer has {} slots", slots);
  });
}

std::string new_device_text(std::string const& place, emulated::Identity const& now) {
  return fmt::format("{} is another device now: {} {}, serial number {}, firmware {}", place, now.vendor, now.product, now.serial, now.revision);
}

Result<Answer> hand_replace_drive(Said const& said) {
  RSM_TRY(std::uint32_t const number, number_named(said.words[1], ElementKind::drive));
  return act(said.directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_TRY(auto const now, hardware.replace_drive(number, said.device, real_now()));
    return new_device_text(fmt::format("drive {}", number), now);
  });
}

Result<Answer> hand_replace_changer(Said const& said) {
  return act(said.directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_TRY(auto const now, hardware.replace_changer(said.device, real_now()));
    return new_device_text("the changer", now);
  });
}

std::string sentences(Words const& lines) {
  std::string text;
  for (auto const& line : lines) text += line + "\n";
  return text;
}

}  // namespace

Result<Answer> make(std::string const& directory, emulated::Geometry geometry, std::string const& timing) {
  RSM_TRY(geometry.timing.scale, scale_named(timing));
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::make(directory, geometry));
  return Answer{fmt::format("{}: {} drive(s), {} slot(s), {} port(s), {} cartridge(s) with {} side(s) of {} MiB ({})\n", library.path(),
                            geometry.drives, geometry.slots, geometry.ports, geometry.cartridges, geometry.sides, geometry.side_bytes >> 20,
                            geometry.filesystem)};
}

Result<Answer> show(std::string const& directory, bool json) {
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(directory));
  RSM_TRY(Hardware hardware, library.read());
  auto const now = real_now();
  return Answer{json ? library_json(library, std::move(hardware), now) : library_table(library, std::move(hardware), now)};
}

Result<Answer> fault(std::string const& directory, FaultWords const& words) {
  emulated::Fault wanted;
  RSM_TRY(wanted.kind, kind_named(words.kind));
  RSM_TRY(wanted.element, maybe_element(words.element));
  RSM_TRY(wanted.to, maybe_element(words.to));
  wanted.cartridge = words.cartridge;
  wanted.other = words.other;
  wanted.count = words.count;
  auto const now = real_now();
  if (words.seconds > 0) wanted.until = now + Millis{std::llround(words.seconds * 1000)};
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_TRY(emulated::FaultId const id, hardware.add_fault(wanted, now));
    return fmt::format("fault {} ({}) is armed", id, word(wanted.kind));
  });
}

Result<Answer> heal(std::string const& directory, std::string const& kind, bool all) {
  if (kind.empty() == !all) return fail(Errc::invalid_parameter, "heal", "say the kind of fault, or --all");
  std::optional<emulated::FaultKind> one;
  if (!all) {
    RSM_TRY(one, kind_named(kind));
  }
  return act(directory,
             [&](Hardware& hardware) -> Result<std::string> { return fmt::format("{} fault(s) healed", hardware.heal(one, real_now())); });
}

Result<Answer> hand(std::string const& directory, std::vector<std::string> const& said, emulated::Identity const& device) {
  struct Verb {
    char const* name;
    std::size_t words;
    Result<Answer> (*act)(Said const&);
  };
  static constexpr Verb verbs[] = {{"move", 3, hand_move},
                                   {"take", 2, hand_take},
                                   {"put", 3, hand_put},
                                   {"pull", 2, hand_pull},
                                   {"copy", 3, hand_copy},
                                   {"swap-labels", 3, hand_swap},
                                   {"label", 3, hand_label},
                                   {"unlabel", 2, hand_label},
                                   {"soil-label", 2, hand_soil},
                                   {"wipe-label", 2, hand_soil},
                                   {"protect", 2, hand_protect},
                                   {"unprotect", 2, hand_protect},
                                   {"take-magazine", 3, hand_take_magazine},
                                   {"put-magazine", 2, hand_put_magazine},
                                   {"slots", 2, hand_slots},
                                   {"replace-drive", 2, hand_replace_drive},
                                   {"replace-changer", 1, hand_replace_changer}};
  Words const words = with_places_joined(said);
  for (auto const& verb : verbs)
    if (!words.empty() && words[0] == verb.name && words.size() == verb.words) return verb.act({directory, words, device});
  return fail(Errc::invalid_parameter, "hand", std::string("say: ") + hand_actions);
}

Result<Answer> port(std::string const& directory, std::vector<std::string> const& words, std::uint32_t number) {
  std::string const verb = words.empty() ? "" : words[0];
  if (verb == "put" && words.size() == 2)
    return act(directory, [&](Hardware& hardware) -> Result<std::string> {
      RSM_CHECK(hardware.port_put(number, words[1], real_now()));
      return fmt::format("cartridge {} is in port {}", words[1], number);
    });
  if (verb == "take" && words.size() == 1)
    return act(directory, [&](Hardware& hardware) -> Result<std::string> {
      RSM_TRY(std::string const barcode, hardware.port_take(number, real_now()));
      return fmt::format("cartridge {} is outside the library", barcode);
    });
  if (verb == "press" && words.size() == 1)
    return act(directory, [&](Hardware& hardware) -> Result<std::string> {
      RSM_CHECK(hardware.port_press(number, real_now()));
      return fmt::format("port {} is retracted", number);
    });
  return fail(Errc::invalid_parameter, "port", "say: put BARCODE, take or press");
}

Result<Answer> door(std::string const& directory, std::string const& position) {
  if (position != "open" && position != "close") return fail(Errc::invalid_parameter, position, "say: open or close");
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.set_door(position == "open", real_now()));
    return std::string("the door is ") + (position == "open" ? "open" : "closed");
  });
}

Result<Answer> soil(std::string const& directory, std::uint32_t drive) {
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.soil_drive(drive, real_now()));
    return fmt::format("drive {} wants to be cleaned", drive);
  });
}

Result<Answer> timing(std::string const& directory, std::string const& text) {
  RSM_TRY(double const scale, scale_named(text));
  return act(directory, [&](Hardware& hardware) -> Result<std::string> {
    RSM_CHECK(hardware.set_scale(scale, real_now()));
    return fmt::format("timing x {}", scale);
  });
}

Result<Answer> cartridge(std::string const& directory, emulated::NewCartridge const& wanted, std::optional<std::uint64_t> seed) {
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(directory));
  RSM_TRY(std::string const name, library.add_cartridge(wanted, seed ? *seed : std::random_device{}()));
  if (name == wanted.barcode) return Answer{fmt::format("cartridge {} is made, outside the library\n", name)};
  return Answer{fmt::format("cartridge {} (named {}) is made, outside the library\n", wanted.barcode.empty() ? "without a label" : wanted.barcode, name)};
}

Result<Answer> check(std::string const& directory) {
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(directory));
  RSM_TRY(auto const problems, emulated::check_directory(library));
  if (problems.empty()) return Answer{"state and files agree\n"};
  return Answer{sentences(problems), true};
}

Result<Answer> clean(std::string const& directory) {
  RSM_TRY(LibraryDirectory const library, LibraryDirectory::open(directory));
  RSM_TRY(auto const found, emulated::remove_leftovers(library));
  if (found.removed.empty() && found.left.empty()) return Answer{"nothing was left\n"};
  std::string text = sentences(found.removed);
  for (auto const& line : found.left) text += "left alone: " + line + "\n";
  return Answer{text, !found.left.empty()};
}

}  // namespace rsm::emu
