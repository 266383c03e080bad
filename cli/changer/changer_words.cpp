#include "cli/changer/changer_words.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace rsm::changer {
namespace {

constexpr auto commands = std::to_array<std::pair<std::string_view, ChangerCommand>>({
    {"load", ChangerCommand::load},
    {"unload", ChangerCommand::unload},
    {"loaded", ChangerCommand::loaded},
    {"list", ChangerCommand::list},
    {"listall", ChangerCommand::listall},
    {"slots", ChangerCommand::slots},
    {"transfer", ChangerCommand::transfer},
});

Result<ChangerCommand> command_of(std::string const& word) {
  for (auto const& [name, command] : commands)
    if (name == word) return command;
  return fail(Errc::invalid_parameter, "'" + word + "'", "no command; there are load, unload, loaded, list, listall, slots and transfer");
}

bool moves(ChangerCommand command) { return command == ChangerCommand::load || command == ChangerCommand::unload || command == ChangerCommand::transfer; }

}  // namespace

std::optional<std::int64_t> whole_number(std::string const& text) {
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || text.starts_with('-')) return std::nullopt;
  return value;
}

Result<ChangerWords> read_changer_words(std::vector<std::string> const& words) {
  if (words.size() < 2) return fail(Errc::invalid_parameter, "rsm-changer", "it takes CHANGER-DEVICE COMMAND SLOT ARCHIVE-DEVICE DRIVE-INDEX; see rsm-changer --help");
  if (words.size() > 5) return fail(Errc::invalid_parameter, "'" + words[5] + "'", "a word too many; rsm-changer takes five");
  ChangerWords out;
  out.device = words[0];
  RSM_TRY(out.command, command_of(words[1]));
  auto const word = [&](std::size_t i) { return i < words.size() ? words[i] : std::string{}; };
  out.archive = word(3);
  if (moves(out.command)) {
    auto const slot = whole_number(word(2));
    if (!slot || *slot == 0) return fail(Errc::invalid_parameter, "slot '" + word(2) + "'", "slots are numbered from 1");
    out.slot = *slot;
  }
  if (out.command == ChangerCommand::transfer) {
    auto const destination = whole_number(out.archive);
    if (!destination || *destination == 0)
      return fail(Errc::invalid_parameter, "slot '" + out.archive + "'", "a transfer takes the slot to go to in the place of ARCHIVE-DEVICE, from 1");
    out.destination = *destination;
  }
  if (out.command == ChangerCommand::load || out.command == ChangerCommand::unload || out.command == ChangerCommand::loaded) {
    auto const drive = word(4).empty() ? std::optional<std::int64_t>{0} : whole_number(word(4));
    if (!drive) return fail(Errc::invalid_parameter, "drive '" + word(4) + "'", "drives are numbered from 0");
    out.drive = *drive;
  }
  return out;
}

}  // namespace rsm::changer
