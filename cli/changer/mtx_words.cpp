#include "cli/changer/mtx_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/changer/changer_words.hpp"

namespace rsm::changer {
namespace {

struct Row {
  std::string_view word;
  MtxVerb verb;
  std::size_t numbers;
};

constexpr auto rows = std::to_array<Row>({
    {"status", MtxVerb::status, 0},      {"inquiry", MtxVerb::inquiry, 0},     {"inventory", MtxVerb::inventory, 0},
    {"load", MtxVerb::load, 2},          {"unload", MtxVerb::unload, 2},       {"first", MtxVerb::first, 1},
    {"next", MtxVerb::next, 1},          {"last", MtxVerb::last, 1},           {"previous", MtxVerb::previous, 1},
    {"transfer", MtxVerb::transfer, 2},  {"exchange", MtxVerb::exchange, 3},   {"eject", MtxVerb::eject, 0},
    {"position", MtxVerb::position, 1},  {"eepos", MtxVerb::eepos, 1},         {"nobarcode", MtxVerb::setting, 0},
    {"noattach", MtxVerb::setting, 0},   {"altres", MtxVerb::setting, 0},      {"invert", MtxVerb::setting, 0},
    {"invert2", MtxVerb::setting, 0},
});

bool is_number(std::string const& word) {
  std::string const digits = word.starts_with('-') ? word.substr(1) : word;
  return whole_number(digits).has_value();
}

std::int64_t number_of(std::string const& word) { return word.starts_with('-') ? -1 : whole_number(word).value_or(-1); }

}  // namespace

MtxScript read_mtx_words(std::vector<std::string> const& words) {
  MtxScript out;
  for (std::size_t i = 0; i < words.size();) {
    auto const row = std::ranges::find(rows, std::string_view(words[i]), &Row::word);
    if (row == rows.end()) {
      out.understood = false;
      return out;
    }
    if (words[i] == "nobarcode") out.barcodes = false;
    MtxCommand command{.verb = row->verb, .numbers = {}};
    // An empty word in the place of a slot is no slot; the drive behind it counts.
    for (++i; i < words.size() && command.numbers.size() < row->numbers && (words[i].empty() || is_number(words[i])); ++i) command.numbers.push_back(number_of(words[i]));
    out.commands.push_back(std::move(command));
  }
  return out;
}

}  // namespace rsm::changer
