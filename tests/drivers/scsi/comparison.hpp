// Comparing what a decoder gave with what a file of cases expects, both as JSON.
// A key that is absent means false, zero or none; what is written for people is not compared; what stands in "also_ok" is right, too.
#pragma once

#include <string>
#include <vector>

#include "tests/drivers/scsi/case_file.hpp"

namespace rsm::test {

// What is right besides `expected`: alternatives for keys, of one element (by its address) or of the whole.
class AlsoOk {
 public:
  AlsoOk() = default;
  explicit AlsoOk(json::object const& test_case) : list_(array_in(test_case, "also_ok")) {}
  bool accepts(json::value const* element_address, std::string_view key, json::value const& actual) const;

 private:
  json::array const* list_ = nullptr;
};

using Differences = std::vector<std::string>;

bool is_nothing(json::value const& value);
bool same_value(json::value const& expected, json::value const& actual);
// `where`: "elements[3]", "" for the whole.
void compare(json::object const& expected, json::object const& actual, std::string const& where, AlsoOk const& also_ok, Differences& differences);
std::string shown(json::value const& value);

// What was checked, and how it went.
class Score {
 public:
  void judge(std::string const& name, Differences const& differences);
  std::size_t passes() const { return passed_; }
  std::size_t failures() const { return failed_; }

 private:
  std::size_t passed_ = 0, failed_ = 0;
};

// Each checks all lists of its kind in a file; `checked` tells how many lists there were. An error: the file is not what it should be.
Result<void> check_element_status(json::object const& file, Score& score, int& checked);
Result<void> check_sense(json::object const& file, Score& score, int& checked);
Result<void> check_tape_alert(json::object const& file, Score& score, int& checked);
Result<void> check_libraries(json::object const& file, Score& score, int& checked);

// Every item of a list must be an object; `name` tells which one is not.
Result<json::object const*> case_at(json::array const& list, std::size_t index, std::string const& name);
Result<Buffer> bytes_in(json::object const& test_case, std::string_view key, std::string const& name);

}  // namespace rsm::test
