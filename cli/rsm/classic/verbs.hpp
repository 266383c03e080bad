// The verbs of the classic grammar with their switches and their help. Thread rule: constants. Source: rsm-cli.md section 2.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rsm::cli {

enum class SwitchValue { none, optional, needed };

struct SwitchSpec {
  std::string_view name;
  SwitchValue value = SwitchValue::needed;
  bool repeats = false;
};

struct VerbSpec {
  std::string_view verb;
  std::span<SwitchSpec const> switches;
  std::string_view usage;
};

std::span<VerbSpec const> classic_verbs();
VerbSpec const* find_classic_verb(std::string_view lower_case_verb);
std::string classic_help();
std::string classic_help(VerbSpec const& verb);

}  // namespace rsm::cli
