// The command line of a program that only tests and benches start.
//
// What for: CLI11 is compiled once for all of them; in every file that includes it it takes as long as the rest of the program.
// Errors: read() has told what is wrong, or the help, and gives the exit status. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rsm::test {

class CommandLine {
 public:
  explicit CommandLine(std::string const& what_for);
  ~CommandLine();

  // "--name" is an option; "name" stands by itself and must be there.
  void text(std::string const& name, std::string& value, std::string const& help = {});
  void one_of(std::string const& name, std::string& value, std::vector<std::string> const& words);
  void texts(std::string const& name, std::vector<std::string>& values);
  void number(std::string const& name, std::uint64_t& value, std::string const& help = {}, std::uint64_t first = 0, std::uint64_t last = std::numeric_limits<std::uint64_t>::max());
  void flag(std::string const& name, bool& value, std::string const& help);
  bool was_given(std::string const& name) const;

  // nullopt: go on.
  std::optional<int> read(int argc, char const* const* argv);

 private:
  struct App;
  std::unique_ptr<App> app_;
};

}  // namespace rsm::test
