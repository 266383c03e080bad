// rsm events: the durable log of what happened.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <deque>

#include "cli/rsm/arguments/suggest.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/event_feed.hpp"
#include "cli/rsm/commands/interrupt.hpp"
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/tables.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr std::int64_t recent_events = 50;     // without --since and --limit
constexpr std::int64_t look_back_growth = 8;   // of one type: so much further back each time
constexpr std::int64_t follow_wait_ms = 10'000;  // one waiting call; then a look whether anybody still reads, and the next
constexpr std::size_t names_kept_max = 10'000;

// Names of what events are about, asked once.
class ObjectNames {
 public:
  std::string name(Connection& service, ObjectType type, Guid const& id) {
    if (names_.size() > names_kept_max) names_.clear();
    auto const [it, fresh] = names_.try_emplace(id, std::string{});
    if (fresh) it->second = ask(service, type, id);
    return it->second;
  }

 private:
  static std::string or_id(std::string name, Guid const& id) { return name.empty() ? id.text() : name; }

  static std::string ask(Connection& service, ObjectType type, Guid const& id) {
    wire::GetParams const params{.id = id, .name = {}};
    auto const name_of = [&](auto const& info) { return info ? or_id(info->name, id) : id.text(); };
    auto const numbered = [&](auto const& info, char const* kind) { return info ? kind + std::to_string(info->number) : id.text(); };
    switch (type) {
      case ObjectType::library: return name_of(service.library_get(params));
      case ObjectType::changer: return name_of(service.changer_get(params));
      case ObjectType::drive: return name_of(service.drive_get(params));
      case ObjectType::medium: return name_of(service.medium_get(params));
      case ObjectType::logical_medium: return name_of(service.logical_medium_get(params));
      case ObjectType::pool: return name_of(service.pool_get(params));
      case ObjectType::slot: return numbered(service.slot_get(params), "slot ");
      case ObjectType::port: return numbered(service.port_get(params), "port ");
      case ObjectType::door: return numbered(service.door_get(params), "door ");
      case ObjectType::side: return side_text(service, params);
      case ObjectType::request: return request_text(service, id);
      case ObjectType::computer: return "the service";
      case ObjectType::session:
      case ObjectType::operator_request: return short_text(id, short_id_digits_least);  // the commands take its beginning
      default: return id.text();
    }
  }

  static std::string side_text(Connection& service, wire::GetParams const& params) {
    auto const side = service.side_get(params);
    return side ? side_name(side->medium_name, side->id, side->number) : params.id->text();
  }

  static std::string request_text(Connection& service, Guid const& id) {
    auto const request = service.request_get({RequestId{id}});
    return request ? request_name(*request) + " " + request_what(*request) : id.text();
  }

  std::map<Guid, std::string> names_;
};

Result<std::optional<ObjectType>> type_of(std::string const& text) {
  if (text.empty()) return std::nullopt;
  if (auto const type = parse_word<ObjectType>(text)) return type;
  return fail(Errc::invalid_parameter, "--type " + text,
              "one of library, changer, drive, slot, port, door, medium, side, logical_medium, pool, request, operator_request, session, computer" +
                  did_you_mean(text, {"library", "changer", "drive", "slot", "port", "door", "medium", "side", "logical_medium", "pool",
                                      "request", "operator_request", "session", "computer"}));
}

// The number before the first event that is not older: found by halves, since events are numbered as they come.
Result<std::int64_t> cursor_at(EventFeed& feed, std::int64_t time, wire::EventReadReply const& now) {
  std::int64_t before = std::max(std::int64_t{0}, now.oldest - 1), after = now.cursor;
  while (before < after) {
    auto const middle = before + (after - before) / 2;
    RSM_TRY(auto const next, feed.read({.cursor = middle, .type = {}, .limit = 1, .wait_ms = 0}));
    bool const is_older = !next.events.empty() && next.events.front().time < time;
    (is_older ? before : after) = is_older ? middle + 1 : middle;
  }
  return before;
}

// The numbers of the last events of a type behind a cursor.
Result<std::deque<std::int64_t>> last_of_type(EventFeed& feed, ObjectType type, std::int64_t cursor, std::int64_t wanted) {
  std::deque<std::int64_t> numbers;
  while (true) {
    RSM_TRY(auto const reply, feed.read({.cursor = cursor, .type = type, .limit = events_page, .wait_ms = 0}));
    for (auto const& event : reply.events) {
      numbers.push_back(event.number);
      if (std::ssize(numbers) > wanted) numbers.pop_front();
    }
    if (reply.events.empty() || reply.cursor == cursor) return numbers;
    cursor = reply.cursor;
  }
}

// The last few of one type may be far back among the others.
Result<std::int64_t> cursor_before_last(EventFeed& feed, ObjectType type, std::int64_t wanted, wire::EventReadReply const& now) {
  std::int64_t const begin = std::max(std::int64_t{0}, now.oldest - 1);
  for (std::int64_t back = wanted;; back *= look_back_growth) {
    std::int64_t const cursor = std::max(begin, now.cursor - back);
    RSM_TRY(auto const numbers, last_of_type(feed, type, cursor, wanted));
    if (std::ssize(numbers) >= wanted) return numbers.front() - 1;
    if (cursor == begin) return begin;
  }
}

// Where to begin when nothing is said: the last few, or with --follow only what comes.
Result<std::int64_t> first_cursor(Arguments const& args, std::optional<ObjectType> type, EventFeed& feed) {
  if (args.since) return *args.since;
  RSM_TRY(auto now, feed.read({.cursor = {}, .type = {}, .limit = 1, .wait_ms = 0}));
  if (args.since_ms) return cursor_at(feed, *args.since_ms, now);
  if (args.follow) return now.cursor;
  std::int64_t const back = args.limit > 0 ? args.limit : recent_events;
  if (type) return cursor_before_last(feed, *type, back, now);
  return std::max({std::int64_t{0}, now.oldest - 1, now.cursor - back});
}

// Whoever read our output has gone: `head` has seen enough.
bool nobody_reads() {
  pollfd out{STDOUT_FILENO, 0, 0};
  return ::poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

// Prints the events of a feed as they come: a long log is never held as a whole. With --json one object a line.
class EventPrinter {
 public:
  EventPrinter(Context& context, EventFeed& feed, std::optional<ObjectType> type, std::int64_t cursor)
      : context_(context), feed_(feed), type_(type), cursor_(cursor) {}

  // Until the limit, the end of the log, or with --follow until it is stopped or nobody reads any more.
  Result<> run() {
    auto const& args = context_.args();
    std::int64_t left = args.limit > 0 ? args.limit : INT64_MAX;
    if (args.follow) RSM_CHECK(say(header()));
    while (left > 0 && !feed_.stopped() && !nobody_reads()) {
      auto reply = feed_.read({.cursor = cursor_, .type = type_, .limit = std::min(left, events_page), .wait_ms = args.follow ? follow_wait_ms : 0});
      if (!reply) {
        if (!args.follow || !EventFeed::away(reply.error().code)) return std::unexpected(std::move(reply).error());
        if (!feed_.stopped()) RSM_CHECK(feed_.come_back(reply.error(), cursor_));
        continue;
      }
      RSM_CHECK(take(reply->events));
      left -= static_cast<std::int64_t>(reply->events.size());
      bool const over = reply->cursor == cursor_ || reply->events.empty();
      cursor_ = reply->cursor;
      if (!args.follow && over) break;
    }
    return {};
  }

 private:
  std::string header() {
    headed_ = true;
    Canvas const canvas = context_.screen();
    return context_.args().common.json || !canvas.header ? std::string{} : event_header(canvas) + "\n";
  }

  // Line by line: whoever reads them sees each when it happens, and whole.
  Result<> take(std::vector<wire::EventInfo> const& events) {
    bool const json = context_.args().common.json;
    if (events.empty() && !headed_ && !json) RSM_CHECK(say("No events.\n"));
    if (!headed_) RSM_CHECK(say(events.empty() ? std::string{} : header()));
    headed_ = true;
    for (auto const& e : events)
      RSM_CHECK(say((json ? to_json_line(e) : event_line(e, names_.name(feed_.service(), e.type, e.object), context_.screen())) + "\n"));
    return {};
  }

  Result<> say(std::string const& text) {
    return print(text) ? Result<>{} : fail(Errc::write_fault, "standard output", "it does not take what is written");
  }

  Context& context_;
  EventFeed& feed_;
  ObjectNames names_;
  std::optional<ObjectType> type_;
  std::int64_t cursor_;
  bool headed_ = false;
};

// Ctrl-C, and a reader that goes away, are how this ends; they are no errors.
Result<std::string> show_events(Context& context) {
  auto const& args = context.args();
  std::signal(SIGPIPE, SIG_IGN);
  RSM_TRY(auto const type, type_of(args.type));
  EventFeed feed(context);
  RSM_CHECK(feed.open());
  Interrupt const interrupt([&feed] { feed.stop(); });
  auto const begin = first_cursor(args, type, feed);
  Result<> const ended = begin ? EventPrinter(context, feed, type, *begin).run() : Result<>{std::unexpected(begin.error())};
  if (!ended && !feed.stopped() && !nobody_reads()) return std::unexpected(ended.error());
  return std::string{};
}

}  // namespace

std::span<CommandRow const> events_commands() {
  static constexpr CommandRow rows[] = {
      {"events", "", show_events},
  };
  return rows;
}

}  // namespace rsm::cli
