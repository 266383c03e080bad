// A message to people, and how it is told: as JSON to a program, as a mail by `rsm notify --as-mail`.
//
// What for: programs that tell people read one JSON object; the mail is made here, since quoting of headers is no matter for shells. Errors
// of read: bad_format. Thread rule: pure functions. Source: RFC 5322 (headers, threads), RFC 3834 (Auto-Submitted), RFC 2047 (headers
// beyond ASCII).
#pragma once

#include <string>

#include "cli/rsm/notify/desk.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

struct Message {
  std::string kind;        // "begin", "reminder", "end", "limit", "test", "failed"
  std::string id, thread;  // "begin.0123456789abcdef@vault1"; thread: what it answers, or empty
  std::string to;          // MAIL_TO; may be empty
  std::string host;
  std::string subject, text;
  std::int64_t at = 0;
  std::vector<Condition> conditions;
};

Message message_of(Notice const& notice, std::string const& host, std::string const& to, std::int64_t now);
Message test_message(std::string const& host, std::string const& to, std::int64_t now);
// The unit that systemd says has failed.
Message failed_message(std::string const& unit, std::string const& host, std::string const& to, std::int64_t now);

std::string message_json(Message const& message);
Result<Message> read_message(std::string const& json);
// With headers and an empty line, as sendmail -t takes it.
std::string mail_text(Message const& message);

}  // namespace rsm::cli
