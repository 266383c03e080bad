// Alerts of a drive or a medium as the text of one column.
//
// What for: a list that is short, is read and written with its record only, and is empty with nearly all (''): JSON by its description.
// Errors: alerts_of throws DamagedRow. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "libmgr/domain/alert.hpp"

namespace rsm::db {

std::string text_of(std::vector<AlertRecord> const& alerts);
std::vector<AlertRecord> alerts_of(std::string const& text);

}  // namespace rsm::db
