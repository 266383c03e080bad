#include "cli/rsm/arguments/suggest.hpp"

#include <algorithm>

namespace rsm::cli {
namespace {

// Edits between two words, a swap of neighbours counting once.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      bool const swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view typed, std::vector<std::string_view> const& words) {
  std::string_view best;
  std::size_t best_distance = 0;
  for (auto word : words) {
    if (typed.size() >= 3 && word.starts_with(typed)) return std::string{word};
    std::size_t const d = distance(typed, word);
    if (d > std::max<std::size_t>(1, word.size() / 3)) continue;
    if (best.empty() || d < best_distance) {
      best = word;
      best_distance = d;
    }
  }
  return std::string{best};
}

std::string did_you_mean(std::string_view typed, std::vector<std::string_view> const& words) {
  std::string const word = nearest(typed, words);
  return word.empty() ? std::string{} : "; did you mean '" + word + "'?";
}

}  // namespace rsm::cli
