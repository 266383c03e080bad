// What happened in one run: every line of the log, every device command, every reply; their hash; the first rule that was broken.
//
// What for: two runs of one seed must have the same hash; a failing run shows its last lines. Also counts how often each fault,
// outcome and restart really occurred. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "libmgr/base/log.hpp"
#include "libmgr/base/loop.hpp"

namespace rsm::sim {

using Coverage = std::map<std::string, std::uint64_t>;

class History final : public Log {
 public:
  // show: print every line as it comes.
  History(Loop const& loop, bool show) : loop_(loop), show_(show) {}

  void write(LogLevel level, std::string const& line) override;
  // "robot", "client", "fault" ...: who speaks.
  void note(char const* who, std::string const& line);
  void count(std::string const& what) { ++coverage_[what]; }
  // The first one counts; the run ends at the next step.
  void violation(std::string const& what);

  bool failed() const { return violation_.has_value(); }
  std::optional<std::string> const& violation() const { return violation_; }
  std::uint64_t hash() const { return hash_; }
  Coverage const& coverage() const { return coverage_; }
  std::deque<std::string> const& last_lines() const { return last_; }

 private:
  static char const* level_mark(LogLevel level);
  Loop const& loop_;
  bool show_;
  TimePoint stamp_time_ = TimePoint::min();
  std::string stamp_;
  std::uint64_t hash_ = 1469598103934665603ULL;
  std::optional<std::string> violation_;
  std::deque<std::string> last_;
  Coverage coverage_;
};

}  // namespace rsm::sim
