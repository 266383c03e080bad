// Short lists of a drive or a medium as the text of one column: alerts, densities, what steps took.
//
// What for: a list that is short, is read and written with its record only, and is empty with nearly all (''): JSON by its description.
// Errors: read_list throws DamagedRow. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "libmgr/domain/alert.hpp"
#include "libmgr/domain/cartridge.hpp"
#include "libmgr/domain/timing.hpp"

namespace rsm::db {

std::string text_of(std::vector<AlertRecord> const& alerts);
std::string text_of(std::vector<Density> const& densities);
std::string text_of(std::vector<TimingBucket> const& buckets);
void read_list(std::string const& text, std::vector<AlertRecord>& alerts);
void read_list(std::string const& text, std::vector<Density>& densities);
void read_list(std::string const& text, std::vector<TimingBucket>& buckets);

}  // namespace rsm::db
