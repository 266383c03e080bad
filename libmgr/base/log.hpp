// The core's log: one line an event, with request and session ids in it. The daemon writes it with spdlog, the simulator
// hashes it, tests drop it. Thread rule: the loop only.
#pragma once

#include <string>

namespace rsm {

enum class LogLevel { debug, info, warning, error };

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string const& line) = 0;
};

}  // namespace rsm
