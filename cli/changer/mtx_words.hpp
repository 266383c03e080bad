// The words of rsm-mtx: several commands in one call, each with its numbers.
//
// What for: mtx's command line. A word that is no number where a number may stand begins the next command. nullopt for a word that is no command,
// with what stands before it: those are carried out first, as mtx does.
// Errors: none; MtxScript::understood. Thread rule: pure. Source: mtx 1.3.12.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rsm::changer {

enum class MtxVerb { status, inquiry, inventory, load, unload, first, next, last, previous, transfer, exchange, eject, position, eepos, setting };

struct MtxCommand {
  MtxVerb verb = MtxVerb::status;
  std::vector<std::int64_t> numbers;  // at most as many as the command takes
  std::int64_t number(std::size_t i, std::int64_t otherwise) const { return i < numbers.size() ? numbers[i] : otherwise; }
};

struct MtxScript {
  std::vector<MtxCommand> commands;
  bool barcodes = true;    // nobarcode: false
  bool understood = true;  // false: the usage follows
};

MtxScript read_mtx_words(std::vector<std::string> const& words);

}  // namespace rsm::changer
