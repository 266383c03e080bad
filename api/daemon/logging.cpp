#include "api/daemon/logging.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdlib>

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

std::shared_ptr<spdlog::logger> make_logger(LogLevel least, std::string const& file) {
  spdlog::sink_ptr sink;
  if (file.empty())
    sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
  else
    sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file);
  auto logger = std::make_shared<spdlog::logger>("rsmd", sink);
  logger->set_formatter(layout(file.empty() && std::getenv("JOURNAL_STREAM") != nullptr));
  logger->set_level(spdlog_level(least));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

}  // namespace

std::string one_line(std::string const& line) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  out.reserve(line.size());
  for (char c : line) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f)
      out += c;
    else
      out.append("\\x").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
  }
  return out;
}

Logging::Logging(LogLevel least, std::string file) : least_(least), file_(std::move(file)) {}
Logging::~Logging() = default;

Result<std::unique_ptr<Logging>> Logging::open(LogLevel least, std::string const& file) {
  std::unique_ptr<Logging> log(new Logging(least, file));
  RSM_CHECK(log->reopen());
  return log;
}

void Logging::write(LogLevel level, std::string const& line) {
  if (level >= least_) out_->log(spdlog_level(level), "{}", one_line(line));
}

Result<> Logging::reopen() {
  try {
    out_ = make_logger(least_, file_);
    return {};
  } catch (spdlog::spdlog_ex const& e) {
    return fail(Errc::access_denied, "log file " + file_, e.what());
  }
}

}  // namespace rsm::daemon
