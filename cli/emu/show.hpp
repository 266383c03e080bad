// An emulated library for people and for programs.
//
// What for: rsm-emu show. Nothing is counted or changed by looking. Thread rule: pure functions.
#pragma once

#include <string>

#include "drivers/emulated/library_directory.hpp"

namespace rsm::emu {

std::string library_table(emulated::LibraryDirectory const& library, emulated::Hardware hardware, TimePoint now);
// snake_case names, states as word and number, times in milliseconds; null: none, or never.
std::string library_json(emulated::LibraryDirectory const& library, emulated::Hardware hardware, TimePoint now);

}  // namespace rsm::emu
