#include "tests/sim/history.hpp"

#include <cstdio>

namespace rsm::sim {
namespace {
constexpr std::size_t lines_kept = 60;
}

char const* History::level_mark(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "core debug";
    case LogLevel::info: return "core";
    case LogLevel::warning: return "core warning";
    case LogLevel::error: return "core error";
  }
  return "core";
}

void History::write(LogLevel level, std::string const& line) {
  note(level_mark(level), line);
  if (line.starts_with("catalog: commit failed (rolled back)")) count("commit.rolled_back");
  if (line.starts_with("catalog: commit failed (outcome unknown)")) count("commit.unknown");
}

void History::note(char const* who, std::string const& line) {
  if (auto const now = loop_.now(); now != stamp_time_) {
    stamp_ = time_text(now).substr(5);  // most lines of a step have the same
    stamp_time_ = now;
  }
  std::string text = stamp_ + " " + who + ": " + line;
  for (char const c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  if (show_) std::printf("%s\n", text.c_str());
  last_.push_back(std::move(text));
  if (last_.size() > lines_kept) last_.pop_front();
}

void History::violation(std::string const& what) {
  note("AUDITOR", what);
  if (!violation_) violation_ = what;
}

}  // namespace rsm::sim
