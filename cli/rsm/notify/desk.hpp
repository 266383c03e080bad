// When people are told what: a desk at which conditions come in and messages go out.
//
// What for: one message when conditions have lasted `after`, those of one `digest` in one; a reminder each `remind`; one at the end, in the
// thread of the first. At most limits::notices_per_hour an hour, then one that says how many more there were. Nothing here waits, sends or
// looks at a clock: the time is an argument. A message counts as said when sent() was called; what was not is offered again. Units:
// milliseconds UTC. Thread rule: one thread.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/rsm/notify/condition.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::cli {

struct NoticeTimes {
  Millis after{}, remind{}, digest{};
};

// A condition that is there, and what was said of it.
struct OpenCondition {
  Condition what;
  std::int64_t first_said = 0, last_said = 0;  // 0: not yet
  std::string thread;                          // of the message in which it was said first; empty: none could be sent
  std::int64_t over = 0;                       // when it ended; 0: it lasts
  friend bool operator==(OpenCondition const&, OpenCondition const&) = default;
};
BOOST_DESCRIBE_STRUCT(OpenCondition, (), (what, first_said, last_said, thread, over))

// What outlives this program.
struct DeskState {
  std::int64_t cursor = 0;  // of the events
  std::vector<OpenCondition> open;
  std::vector<std::int64_t> sent_at;  // of the last hour
  std::int64_t withheld = 0;          // messages that were not sent, since the limit was reached
  friend bool operator==(DeskState const&, DeskState const&) = default;
};
BOOST_DESCRIBE_STRUCT(DeskState, (), (cursor, open, sent_at, withheld))

enum class NoticeKind { begin, reminder, end, limit };
BOOST_DESCRIBE_ENUM(NoticeKind, begin, reminder, end, limit)

struct Notice {
  NoticeKind kind = NoticeKind::begin;
  std::vector<Condition> conditions;
  std::string id;      // the same for the same message, also when it is sent again
  std::string thread;  // the message that it belongs to; empty: none
  std::int64_t withheld = 0;
  bool last_of_hour = false;  // nothing more is sent before `next_hour`
  std::int64_t next_hour = 0;
};

class Desk {
 public:
  Desk(NoticeTimes times, std::vector<std::string> kinds) : times_(times), kinds_(std::move(kinds)) {}

  DeskState& state() { return state_; }
  // What the service says now: what is not in it is over.
  void see(std::vector<Condition> const& now_there, std::int64_t now);
  // The service does not answer: what it said before is neither there nor over.
  void away(Condition const& daemon);
  // What is to be sent now, one at a time; nothing: look again at next_look(). Past the limit messages count as said here.
  std::optional<Notice> next(std::int64_t now);
  void sent(Notice const& notice, std::int64_t now);
  // When next() may have something, if nothing new comes; absent: never.
  std::optional<std::int64_t> next_look(std::int64_t now) const;

 private:
  bool wanted(Condition const& condition) const;
  std::optional<Notice> due(std::int64_t now) const;
  void count_as_said(Notice const& notice, std::int64_t now);
  std::size_t sent_lately(std::int64_t now) const;
  std::optional<Notice> after_the_limit(std::int64_t now) const;

  NoticeTimes times_;
  std::vector<std::string> kinds_;
  DeskState state_;
};

}  // namespace rsm::cli
