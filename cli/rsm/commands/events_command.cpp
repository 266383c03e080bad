// rsm events: the durable log of what happened.
#include <cstdlib>

#include "cli/rsm/arguments/suggest.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/tables.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr std::int64_t recent_events = 50;     // without --since and --limit
constexpr std::int64_t events_page = 500;
constexpr std::int64_t follow_wait_ms = 60'000;  // one waiting call; then the next
constexpr std::size_t names_kept_max = 10'000;

// Names of what events are about, asked once.
class ObjectNames {
 public:
  explicit ObjectNames(Connection& service) : service_(service) {}

  std::string name(ObjectType type, Guid const& id) {
    if (names_.size() > names_kept_max) names_.clear();
    auto const [it, fresh] = names_.try_emplace(id, std::string{});
    if (fresh) it->second = ask(type, id);
    return it->second;
  }

 private:
  static std::string or_id(std::string name, Guid const& id) { return name.empty() ? id.text() : name; }

  std::string ask(ObjectType type, Guid const& id) {
    wire::GetParams const params{.id = id, .name = {}};
    auto const name_of = [&](auto const& info) { return info ? or_id(info->name, id) : id.text(); };
    auto const numbered = [&](auto const& info, char const* kind) { return info ? kind + std::to_string(info->number) : id.text(); };
    switch (type) {
      case ObjectType::library: return name_of(service_.library_get(params));
      case ObjectType::changer: return name_of(service_.changer_get(params));
      case ObjectType::drive: return name_of(service_.drive_get(params));
      case ObjectType::medium: return name_of(service_.medium_get(params));
      case ObjectType::logical_medium: return name_of(service_.logical_medium_get(params));
      case ObjectType::pool: return name_of(service_.pool_get(params));
      case ObjectType::slot: return numbered(service_.slot_get(params), "slot ");
      case ObjectType::port: return numbered(service_.port_get(params), "port ");
      case ObjectType::door: return numbered(service_.door_get(params), "door ");
      case ObjectType::side: return side_text(params);
      case ObjectType::request: return request_text(id);
      default: return id.text();
    }
  }

  std::string side_text(wire::GetParams const& params) {
    auto const side = service_.side_get(params);
    return side ? side_name(side->medium_name, side->id, side->number) : params.id->text();
  }

  std::string request_text(Guid const& id) {
    auto const request = service_.request_get({RequestId{id}});
    return request ? id.text().substr(0, 8) + " " + request_what(*request) : id.text();
  }

  Connection& service_;
  std::map<Guid, std::string> names_;
};

Result<std::optional<ObjectType>> type_of(std::string const& text) {
  if (text.empty()) return std::nullopt;
  if (auto const type = parse_word<ObjectType>(text)) return type;
  return fail(Errc::invalid_parameter, "--type " + text,
              "one of library, changer, drive, slot, port, door, medium, side, logical_medium, pool, request, operator_request, session" +
                  did_you_mean(text, {"library", "changer", "drive", "slot", "port", "door", "medium", "side", "logical_medium", "pool",
                                      "request", "operator_request", "session"}));
}

// Where to begin when nothing is said: the last few, or with --follow only what comes.
Result<std::int64_t> first_cursor(Context& context, Connection& service) {
  auto const& args = context.args();
  if (args.since) return *args.since;
  RSM_TRY(auto now, service.event_read({.cursor = {}, .type = {}, .limit = 1, .wait_ms = 0}));
  if (args.follow) return now.cursor;
  std::int64_t const back = args.limit > 0 ? args.limit : recent_events;
  return std::max({std::int64_t{0}, now.oldest - 1, now.cursor - back});
}

class EventPrinter {
 public:
  EventPrinter(Context& context, Connection& service) : context_(context), names_(service) {}

  std::string header() const {
    Canvas const canvas = context_.screen();
    return context_.args().common.json || !canvas.header ? std::string{} : event_header(canvas) + "\n";
  }
  std::string lines(std::vector<wire::EventInfo> const& events) {
    std::string out;
    for (auto const& e : events)
      out += (context_.args().common.json ? to_json_line(e) : event_line(e, names_.name(e.type, e.object), context_.screen())) + "\n";
    return out;
  }

 private:
  Context& context_;
  ObjectNames names_;
};

}  // namespace

// Prints as it reads: a long log is never held as a whole. With --json one object a line, in --follow and without.
Result<std::string> show_events(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const type, type_of(args.type));
  RSM_TRY(auto cursor, first_cursor(context, *service));
  EventPrinter printer(context, *service);
  std::int64_t left = args.limit > 0 ? args.limit : INT64_MAX;
  bool first = true;
  while (left > 0) {
    RSM_TRY(auto reply, service->event_read({.cursor = cursor,
                                             .type = type,
                                             .limit = std::min(left, events_page),
                                             .wait_ms = args.follow ? follow_wait_ms : 0}));
    std::string text = printer.lines(reply.events);
    if (first && (args.follow || !reply.events.empty())) text = printer.header() + text;
    if (first && reply.events.empty() && !args.follow && !args.common.json) text = "No events.\n";
    if (!print(text)) return fail(Errc::write_fault, "standard output", "it does not take what is written");
    first = false;
    left -= static_cast<std::int64_t>(reply.events.size());
    bool const over = reply.cursor == cursor;
    cursor = reply.cursor;
    if (!args.follow && (over || reply.events.empty())) break;
  }
  return std::string{};
}

}  // namespace rsm::cli
