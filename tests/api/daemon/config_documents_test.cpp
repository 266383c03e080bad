// The parser, docs/configuration.md and packaging/rsmd.toml say the same: every key, what is allowed, every default.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "api/daemon/config.hpp"

namespace rsm::daemon {
namespace {

std::string file_text(std::string const& name) {
  std::ifstream in(std::string(RSM_SOURCE_DIR) + "/" + name);
  EXPECT_TRUE(in.is_open()) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

// "### `[session]`" begins a section, "| `grace_s` | ..." is the row of a key.
std::map<std::string, std::string> rows_of_document() {
  std::map<std::string, std::string> rows;
  std::istringstream in(file_text("docs/configuration.md"));
  std::string section;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("### `[")) {
      auto const begin = line.find_first_not_of("#` [");
      section = line.substr(begin, line.find(']') - begin);
    } else if (line.starts_with("| `") && !section.empty()) {
      rows[section + "." + line.substr(3, line.find('`', 3) - 3)] = line;
    }
  }
  return rows;
}

TEST(ConfigDocuments, TheDocumentHasEveryKeyWithItsRangeAndDefaultAndNoOther) {
  auto rows = rows_of_document();
  for (auto const& key : known_keys()) {
    auto const name = key.section + "." + key.name;
    ASSERT_TRUE(rows.contains(name)) << name << " is missing in docs/configuration.md";
    EXPECT_THAT(rows[name], testing::HasSubstr(key.allowed)) << name;
    EXPECT_THAT(rows[name], testing::HasSubstr(key.default_text == "required" ? "| required |" : "| `" + key.default_text + "` |")) << name;
    rows.erase(name);
  }
  for (auto const& [name, row] : rows) ADD_FAILURE() << name << " is in docs/configuration.md, but the parser does not know it";
}

// In the example, what is a comment by "#key = value" is the default; uncommented, the whole file must be valid.
std::string uncommented(std::string const& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line); out += line + "\n")
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
  return out;
}

TEST(ConfigDocuments, TheExampleIsValidAsItIsAndWithEveryCommentedKey) {
  auto const text = file_text("packaging/rsmd.toml");
  EXPECT_THAT(parse_config(text, "rsmd.toml").findings, testing::IsEmpty());
  EXPECT_THAT(parse_config(uncommented(text), "rsmd.toml").findings, testing::IsEmpty());
}

TEST(ConfigDocuments, TheExampleShowsEveryKeyWithItsDefault) {
  std::istringstream in(file_text("packaging/rsmd.toml"));
  std::set<std::string> shown, names;
  std::string section;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#") && line.size() > 1 && line[1] != ' ') line.erase(0, 1);
    if (line.starts_with("[")) section = line.substr(line.find_first_not_of('['), line.find(']') - line.find_first_not_of('['));
    auto const equals = line.find(" = ");
    if (line.starts_with("#") || equals == std::string::npos) continue;
    names.insert(section + "." + line.substr(0, equals));
    auto const setting = line.substr(0, line.find(" #"));
    shown.insert(section + "." + setting.substr(0, setting.find_last_not_of(' ') + 1));
  }
  for (auto const& key : known_keys()) {
    auto const name = key.section + "." + key.name;
    EXPECT_TRUE(names.contains(name)) << name;
    bool const as_default = shown.contains(name + " = " + key.default_text);
    EXPECT_TRUE(key.default_text == "required" || as_default) << name << " = " << key.default_text;
  }
}

}  // namespace
}  // namespace rsm::daemon
