// What rsm-mtx prints, and how it speaks of what cannot be done, as mtx 1.3.12 does and Amanda reads it.
//
// What for: a medium with no bar code has no VolumeTag; one whose code has a blank or is not the only one is shown with its id; an empty slot is "Empty".
// A cleaning cartridge has no line unless asked for, so that nobody labels it. Element addresses in messages: storage 1024 + slot - 1, drives 256 + drive.
// Errors: none. Thread rule: pure functions. Source: mtx 1.3.12 and Amanda 3.5's chg-robot.
#pragma once

#include <optional>
#include <string>

#include "cli/changer/changer_text.hpp"
#include "cli/changer/shelf.hpp"

namespace rsm::changer {

std::string mtx_status_text(Shelf const& shelf, std::string const& device, Show show, bool barcodes);
std::string mtx_inquiry_text(wire::ChangerInfo const& changer);

// Why mtx would not do it; nullopt: it may be tried.
std::optional<std::string> mtx_refuses_load(Shelf const& shelf, std::int64_t slot, std::int64_t drive);
// `slot` -1: to its home.
std::optional<std::string> mtx_refuses_unload(Shelf const& shelf, std::int64_t slot, std::int64_t drive);

// `ports`: import/export slots have numbers, after the others.
std::optional<std::string> mtx_refuses_transfer(Shelf const& shelf, std::int64_t from, std::int64_t to, bool ports);

enum class Step { first, next, last, previous };
// The slot that comes into the drive; the slot in it already where nothing is to be moved; nullopt: no more media.
std::optional<int> mtx_step(Shelf const& shelf, Step step, Drive const& drive);

}  // namespace rsm::changer
