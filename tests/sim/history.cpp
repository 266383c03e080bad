#include "tests/sim/history.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace rsm::sim {
namespace {
constexpr std::size_t lines_kept = 60;

// Eight characters at a time.
std::uint64_t mixed(std::uint64_t hash, std::string const& text) {
  for (std::size_t at = 0; at < text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min(sizeof word, text.size() - at));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

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
  if (level == LogLevel::error && line.contains(" is no step of a ")) violation(line);  // the book makes it all the same, and says so
  if (line.starts_with("catalog: commit failed (rolled back)")) count("commit.rolled_back");
  if (line.starts_with("catalog: commit failed (outcome unknown)")) count("commit.unknown");
}

void History::note(char const* who, std::string const& line) {
  if (auto const now = loop_.now(); now != stamp_time_) {
    stamp_ = time_text(now).substr(5);  // most lines of a step have the same
    stamp_time_ = now;
  }
  std::string text = stamp_ + " " + who + ": " + line;
  hash_ = mixed(hash_, text);
  if (show_) std::printf("%s\n", text.c_str());
  last_.push_back(std::move(text));
  if (last_.size() > lines_kept) last_.pop_front();
}

void History::violation(std::string const& what) {
  note("AUDITOR", what);
  if (!violation_) violation_ = what;
}

}  // namespace rsm::sim
