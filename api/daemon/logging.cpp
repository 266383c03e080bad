#include "api/daemon/logging.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <cstdlib>

#include "libmgr/domain/private_text.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::daemon {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// sd-daemon(3): SD_ERR and its neighbours.
class JournalLevel final : public spdlog::custom_flag_formatter {
 public:
  void format(spdlog::details::log_msg const& message, std::tm const&, spdlog::memory_buf_t& out) override {
    std::string_view const prefix = message.level >= spdlog::level::err     ? "<3>"
                                    : message.level == spdlog::level::warn  ? "<4>"
                                    : message.level == spdlog::level::debug ? "<7>"
                                                                            : "<6>";
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JournalLevel>(); }
};

std::unique_ptr<spdlog::formatter> layout(bool journal) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<JournalLevel>('*').set_pattern(journal ? "%*%v" : "%Y-%m-%d %H:%M:%S.%eZ %-7l %v");
  return formatter;
}

class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LineSink(LineOut& out) : out_(out) {}

 private:
  void sink_it_(spdlog::details::log_msg const& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    out_.write({line.data(), line.size()});
  }
  void flush_() override {}

  LineOut& out_;
};

std::shared_ptr<spdlog::logger> make_logger(LogLevel least, LineOut& out, bool journal) {
  auto logger = std::make_shared<spdlog::logger>("rsmd", std::make_shared<LineSink>(out));
  logger->set_formatter(layout(journal));
  logger->set_level(spdlog_level(least));
  return logger;
}

}  // namespace

Logging::Logging(LogLevel least, std::string file) : least_(least), file_(std::move(file)) {}
Logging::~Logging() {
  if (!out_) return;
  for (auto const& one : repeated_.rest()) write_out(one.level, one.text);
}

Result<std::unique_ptr<Logging>> Logging::open(LogLevel least, std::string const& file, std::unique_ptr<LineOut> standard_error) {
  std::unique_ptr<Logging> log(new Logging(least, file));
  if (file.empty())
    log->write_to(standard_error ? std::move(standard_error) : LineOut::to_standard_error());
  else
    RSM_CHECK(log->reopen());
  return log;
}

void Logging::write_to(std::unique_ptr<LineOut> out) {
  auto logger = make_logger(least_, *out, file_.empty() && std::getenv("JOURNAL_STREAM") != nullptr);
  logger_ = std::move(logger);
  if (out_ && out_->dropped() > 0) tell_dropped(out_->dropped());
  out_ = std::move(out);
}

void Logging::write(LogLevel level, std::string const& line) {
  if (level < least_) return;
  auto const now = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
  for (auto const& one : repeated_.take(level, plain_text(private_text::show_to_all(line)), now)) write_out(one.level, one.text);
}

void Logging::write_out(LogLevel level, std::string const& line) {
  if (auto const dropped = out_->dropped(); dropped > 0) {
    tell_dropped(dropped);
    bool const taken = out_->dropped() == dropped;
    out_->forget(taken ? dropped : 1);  // the sentence itself is no line of the log
    if (!taken) return out_->count_dropped();
  }
  logger_->log(spdlog_level(level), "{}", line);
}

void Logging::tell_dropped(std::uint64_t lines) {
  logger_->log(spdlog::level::warn, "{} {} of the log {} dropped here: {} not taken without waiting", lines, lines == 1 ? "line" : "lines",
               lines == 1 ? "was" : "were", lines == 1 ? "it was" : "they were");
}

Result<> Logging::reopen() {
  if (file_.empty()) return {};
  RSM_TRY(auto opened, LineOut::to_file(file_));
  write_to(std::move(opened));
  return {};
}

}  // namespace rsm::daemon
