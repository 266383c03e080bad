#include "cli/rsm/notify/words.hpp"

#include <optional>

namespace rsm::cli {

Result<std::vector<std::vector<std::string>>> commands_in(std::string_view text) {
  std::vector<std::vector<std::string>> commands(1);
  std::optional<std::string> word;
  bool quoted = false;  // a word that was in quotation marks is no separator
  auto const end_word = [&] {
    if (!word) return;
    if (*word == ";" && !quoted)
      commands.emplace_back();
    else
      commands.back().push_back(*word);
    word.reset();
    quoted = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (c == '\'' || c == '"') {
      auto const end = text.find(c, i + 1);
      if (end == std::string_view::npos) return fail(Errc::invalid_parameter, std::string(text), "a quotation mark has no end");
      word = word.value_or("") + std::string(text.substr(i + 1, end - i - 1));
      quoted = true;
      i = end;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      end_word();
    } else {
      word = word.value_or("") + c;
    }
  }
  end_word();
  std::erase_if(commands, [](auto const& each) { return each.empty(); });
  if (commands.empty()) return fail(Errc::invalid_parameter, std::string(text), "there is no program in it");
  return commands;
}

}  // namespace rsm::cli
