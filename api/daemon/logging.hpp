// The daemon's log: rsm::Log written with spdlog, one line an event.
//
// What for: "2026-03-01 12:34:56.789Z info  request 3f... WAITING: ..." to standard error or to a file; where systemd's journal
// reads standard error (JOURNAL_STREAM) the time is left to it and the level goes in front as "<6>". A line is written as
// people may see it (plain_text), so that one event stays one line whatever a client put into a name, and with what all may read
// (private_text). Lines that repeat without end are counted (repeated_lines.hpp). Every line leaves at once, or is dropped and
// counted, when nobody takes it; how many were, the next line that is taken says before itself.
// Errors: access_denied when the file cannot be opened. A log that cannot be written later never stops the daemon.
// Thread rule: the loop only.
#pragma once

#include <memory>
#include <string>

#include "api/daemon/line_out.hpp"
#include "libmgr/base/log.hpp"
#include "libmgr/base/repeated_lines.hpp"
#include "libmgr/domain/error.hpp"

namespace spdlog {
class logger;
}

namespace rsm::daemon {

class Logging final : public Log {
 public:
  // An empty file: standard error; as it was opened before the account was changed, where it was.
  static Result<std::unique_ptr<Logging>> open(LogLevel least, std::string const& file, std::unique_ptr<LineOut> standard_error = {});
  ~Logging() override;

  void write(LogLevel level, std::string const& line) override;
  // Opens the file again by its name (after logrotate has moved it). An error: the old one stays in use.
  Result<> reopen();

 private:
  Logging(LogLevel least, std::string file);
  void write_to(std::unique_ptr<LineOut> out);
  void write_out(LogLevel level, std::string const& line);
  void tell_dropped(std::uint64_t lines);

  LogLevel least_;
  std::string file_;
  std::unique_ptr<LineOut> out_;
  std::shared_ptr<spdlog::logger> logger_;  // writes to out_
  RepeatedLines repeated_;
};

}  // namespace rsm::daemon
