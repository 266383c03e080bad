// The five words that Bacula and Bareos give a changer command: %c %o %S %a %d.
//
// Errors: invalid_parameter with the word that is not understood. Thread rule: pure. Source: Changer Command of Bacula's storage daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::changer {

enum class ChangerCommand { load, unload, loaded, list, listall, slots, transfer };

struct ChangerWords {
  std::string device;  // %c: the name of a library or a view, or anything
  ChangerCommand command = ChangerCommand::list;
  std::int64_t slot = 0;   // %S: 0 where it does not matter
  std::string archive;     // %a: a transfer has its destination here; else not used
  std::int64_t destination = 0;  // of a transfer: the slot to go to, in the place of %a
  std::int64_t drive = 0;  // %d
};

Result<ChangerWords> read_changer_words(std::vector<std::string> const& words);
// A whole number without sign; anything else: nullopt.
std::optional<std::int64_t> whole_number(std::string const& text);

}  // namespace rsm::changer
