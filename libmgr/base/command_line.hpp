// The command line of a program that has options and no commands: services, tests, benches.
//
// What for: CLI11 is compiled once for all of them; in every file that includes it it takes as long as the rest of the program.
// Errors: read() has told what is wrong (on standard error), or the help or version (on standard output), and gives the exit status: 0 for
// what was asked for. Thread rule: one thread. Source: CLI11.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rsm {

class CommandLine {
 public:
  // `program`: empty for the name that it was started by.
  explicit CommandLine(std::string const& what_for, std::string const& program = {});
  ~CommandLine();

  // "--name" is an option; "name" stands by itself and must be there.
  void text(std::string const& name, std::string& value, std::string const& help = {}, std::string const& kind = {});  // `kind`: FILE, PATH ...
  void one_of(std::string const& name, std::string& value, std::vector<std::string> const& words);
  void texts(std::string const& name, std::vector<std::string>& values);
  void number(std::string const& name, std::uint64_t& value, std::string const& help = {}, std::uint64_t first = 0, std::uint64_t last = std::numeric_limits<std::uint64_t>::max());
  void flag(std::string const& name, bool& value, std::string const& help);
  // Not both.
  void excludes(std::string const& name, std::string const& other);
  void version(std::string const& text);
  void footer(std::string const& text);
  bool was_given(std::string const& name) const;

  // nullopt: go on.
  std::optional<int> read(int argc, char const* const* argv);

 private:
  struct App;
  std::unique_ptr<App> app_;
};

}  // namespace rsm
