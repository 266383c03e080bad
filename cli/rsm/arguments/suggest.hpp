// The word that was probably meant. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rsm::cli {

// The nearest of the words, if it is near: a third of its letters may be wrong (insert, delete, replace or swap), or it begins
// with what was typed. Empty: none is near.
std::string nearest(std::string_view typed, std::vector<std::string_view> const& words);
// "; did you mean 'list'?", or empty.
std::string did_you_mean(std::string_view typed, std::vector<std::string_view> const& words);

}  // namespace rsm::cli
