// The verbs of rsm-emu: each takes what the command line said, acts on a library's directory, and gives the text to print.
//
// Errors: those of the hardware and of its directory, with the object named. Thread rule: one thread; calls block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/emulated/library_directory.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::emu {

constexpr char const* hand_actions =
    "move FROM TO | take PLACE | put CARTRIDGE PLACE | pull DRIVE | copy CARTRIDGE BARCODE | swap-labels A B | label CARTRIDGE BARCODE | unlabel CARTRIDGE | soil-label C | "
    "wipe-label C | protect C | unprotect C | take-magazine SLOT SLOT | put-magazine SLOT | slots N | replace-drive DRIVE | replace-changer";

// What a verb has to say, and whether it found something that somebody should look at (exit code 3).
struct Answer {
  std::string text;
  bool findings = false;
};

struct FaultWords {
  std::string kind, element, cartridge, to, other;
  std::uint32_t count = 1;
  double seconds = 0;  // 0: without end
};

Result<Answer> make(std::string const& directory, emulated::Geometry geometry, std::string const& timing);
Result<Answer> show(std::string const& directory, bool json);
Result<Answer> fault(std::string const& directory, FaultWords const& words);
Result<Answer> heal(std::string const& directory, std::string const& kind, bool all);
// `device`: of a drive or changer that replaces another.
Result<Answer> hand(std::string const& directory, std::vector<std::string> const& words, emulated::Identity const& device);
Result<Answer> port(std::string const& directory, std::vector<std::string> const& words, std::uint32_t number);
Result<Answer> door(std::string const& directory, std::string const& position);
Result<Answer> timing(std::string const& directory, std::string const& scale);
Result<Answer> cartridge(std::string const& directory, emulated::NewCartridge const& wanted, std::optional<std::uint64_t> seed);
Result<Answer> check(std::string const& directory);
// The drive wants to be cleaned from now on, and says so.
Result<Answer> soil(std::string const& directory, std::uint32_t drive);
Result<Answer> clean(std::string const& directory);

}  // namespace rsm::emu
