#include "cli/rsm/notify/message.hpp"

#include <algorithm>
#include <ctime>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/when.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
BOOST_DESCRIBE_STRUCT(Message, (), (kind, id, thread, to, host, subject, text, at, conditions))

namespace {

constexpr std::size_t subject_chars_max = 120, message_bytes_max = 1 << 20;
constexpr char const* how_to_silence =
    "\nLess of this: AFTER, REMIND and WHAT in /etc/default/openrsm-notify; none: systemctl disable --now rsm-notify\n";

std::string in_subject(std::string const& title) {
  auto text = plain_text(title);
  return text.size() <= subject_chars_max ? text : cut(text, subject_chars_max) + "...";
}

std::string subject_of(Notice const& notice) {
  if (notice.kind == NoticeKind::limit) return plural(notice.withheld, "message was", "messages were") + " not sent";
  std::string subject = in_subject(notice.conditions.front().title);
  if (notice.conditions.size() > 1) subject += " (and " + std::to_string(notice.conditions.size() - 1) + " more)";
  if (notice.kind == NoticeKind::reminder) return "still: " + subject;
  return notice.kind == NoticeKind::end ? "over: " + subject : subject;
}

std::string condition_text(Condition const& condition, NoticeKind kind, std::int64_t now) {
  std::string const lasted = span_text(now - condition.since);
  std::string out = plain_text(condition.title) + "\n";
  if (kind == NoticeKind::end) return out + "  over, after " + lasted + "\n";
  out += "  since " + clock_text(condition.since) + " (" + lasted + ")\n";
  if (!condition.detail.empty()) out += "  " + plain_text(condition.detail) + "\n";
  if (!condition.command.empty()) out += "  what helps: " + plain_text(condition.command) + "\n";
  return out;
}

std::string text_of(Notice const& notice, std::int64_t now) {
  std::string out;
  if (notice.kind == NoticeKind::limit)
    out = "There were more messages than are sent in an hour; " + plural(notice.withheld, "was", "were") + " kept back. " +
          (notice.conditions.empty() ? "Nothing lasts any more.\n" : "This lasts:\n\n");
  for (auto const& condition : notice.conditions)
    out += condition_text(condition, notice.kind, now) + (notice.conditions.size() > 1 ? "\n" : "");
  if (notice.last_of_hour)
    out += "\nThis is the last message before " + clock_text(notice.next_hour) +
           ": there were too many. Then one says how many more there were; until then: rsm status\n";
  return out + how_to_silence;
}

std::string whole_id(std::string const& id, std::string const& host) {
  return id.empty() ? std::string() : id + "@" + host;
}

// RFC 2047, in pieces that are short enough for a line.
std::string header_text(std::string const& text) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  if (std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; })) return text;
  std::string out, piece;
  auto const flush = [&] {
    if (!piece.empty()) out += (out.empty() ? "" : "\n ") + ("=?UTF-8?Q?" + piece + "?=");
    piece.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const byte = static_cast<unsigned char>(text[i]);
    bool const begins = (byte & 0xC0) != 0x80;  // never in the middle of a character
    if (begins && piece.size() > 45) flush();
    bool const plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    if (plain)
      piece += text[i];
    else if (byte == ' ')
      piece += '_';
    else
      piece += std::string{'=', hex[byte >> 4], hex[byte & 15]};
  }
  flush();
  return out;
}

std::string date_text(std::int64_t at) {
  std::time_t const seconds = at / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  static constexpr char const* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr char const* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d +0000", days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
                parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text;
}

// One line each: what is asked of the service may hold anything.
std::string one_line(std::string const& text) {
  return plain_text(text);
}

}  // namespace

Message message_of(Notice const& notice, std::string const& host, std::string const& to, std::int64_t now) {
  return {.kind = word(notice.kind),
          .id = whole_id(notice.id, host),
          .thread = notice.kind == NoticeKind::begin ? "" : whole_id(notice.thread, host),
          .to = to,
          .host = host,
          .subject = "[openrsm " + host + "] " + subject_of(notice),
          .text = text_of(notice, now),
          .at = now,
          .conditions = notice.conditions};
}

Message test_message(std::string const& host, std::string const& to, std::int64_t now) {
  return {.kind = "test",
          .id = whole_id("test." + std::to_string(now), host),
          .thread = "",
          .to = to,
          .host = host,
          .subject = "[openrsm " + host + "] a test: this is how you are told",
          .text = "Somebody has said 'rsm notify --test'. Nothing is wrong.\n",
          .at = now,
          .conditions = {}};
}

Message failed_message(std::string const& unit, std::string const& host, std::string const& to, std::int64_t now) {
  return {.kind = "failed",
          .id = whole_id("failed." + std::to_string(now), host),
          .thread = "",
          .to = to,
          .host = host,
          .subject = "[openrsm " + host + "] " + one_line(unit) + " has failed",
          .text = one_line(unit) + " has ended and does not come back by itself.\n  what helps: journalctl --unit=" + one_line(unit) +
                  " --lines=30, then rsm setup --check\n" + how_to_silence,
          .at = now,
          .conditions = {}};
}

std::string message_json(Message const& message) {
  return json_text(message) + "\n";
}

Result<Message> read_message(std::string const& json) {
  return read_json<Message>(json, "message", message_bytes_max);
}

std::string mail_text(Message const& message) {
  std::string out = "To: " + one_line(message.to) + "\nSubject: " + header_text(one_line(message.subject)) +
                    "\nDate: " + date_text(message.at) + "\nMessage-ID: <" + one_line(message.id) + ">\n";
  if (!message.thread.empty()) out += "In-Reply-To: <" + one_line(message.thread) + ">\nReferences: <" + one_line(message.thread) + ">\n";
  return out + "Auto-Submitted: auto-generated\nX-OpenRSM: " + one_line(message.kind) +
         "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n" + message.text;
}

}  // namespace rsm::cli
