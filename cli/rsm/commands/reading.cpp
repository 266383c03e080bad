// list and show: ask, then a table, a record, or JSON.
#include <algorithm>
#include <map>

#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/commands/seen.hpp"
#include "cli/rsm/commands/waiting_why.hpp"
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/tables.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

// The service lists by id; people look for names. JSON keeps the service's order.
void sort_for_people(std::vector<wire::MediumInfo>& items) { std::ranges::stable_sort(items, {}, &wire::MediumInfo::name); }
void sort_for_people(std::vector<wire::PoolInfo>& items) { std::ranges::stable_sort(items, {}, &wire::PoolInfo::path); }
void sort_for_people(std::vector<wire::SideInfo>& items) {
  std::ranges::stable_sort(items, {}, [](auto const& s) { return std::pair{s.medium_name, s.number}; });
}
template <class Info>
void sort_for_people(std::vector<Info>&) {}

// What a list that is whole does not say by itself.
template <class Info>
std::string said_below(std::vector<Info> const&) { return {}; }
std::string said_below(std::vector<wire::LibraryInfo> const& items) { return items.empty() || std::ranges::any_of(items, has_hardware) ? "" : no_libraries; }

std::string more_text(std::size_t shown) {
  return (shown == 1 ? std::string("There are more than this one") : "There are more than these " + std::to_string(shown)) + ": --limit N shows N.";
}

template <class Info>
std::string list_text(Context const& context, Listing<Info> listing, Names const& names) {
  if (context.args().common.json) return to_json(listing.items) + "\n";
  sort_for_people(listing.items);
  Canvas const canvas = context.screen();
  std::string out = table_of(listing.items, names, canvas).text(canvas);
  std::string const below = listing.more ? more_text(listing.items.size()) : said_below(listing.items);
  for (auto const& line : wrap(below, canvas.width))
    if (!line.empty()) out += paint(canvas, Tone::attention, line) + "\n";
  return out;
}

template <class Info>
std::string show_text(Context const& context, Info const& info, Names const& names) {
  if (context.args().common.json) return to_json(info) + "\n";
  Canvas const canvas = context.screen();
  return record_of(info, names, canvas).text(canvas);
}

// --library and --pool as the container of a list.
Result<std::optional<Guid>> container_of(Context& context, Connection& service) {
  auto const& args = context.args();
  if (!args.library.empty() && !args.pool.empty())
    return fail(Errc::invalid_parameter, "--library and --pool", "a list is of one of them; give one");
  if (!args.library.empty()) {
    RSM_TRY(auto library, resolve_library(service, args.library));
    return library.id.guid;
  }
  if (!args.pool.empty()) {
    RSM_TRY(auto pool, resolve_pool(service, args.pool));
    return pool.id.guid;
  }
  return std::nullopt;
}

enum class WithNames { no, libraries };

template <class Page>
Result<std::string> list(Context& context, Result<Page> (Connection::*call)(wire::ListParams const&, std::optional<Millis>),
                         WithNames with_names) {
  RSM_TRY(auto* service, context.service());
  wire::ListParams params;
  RSM_TRY(params.container, container_of(context, *service));
  RSM_TRY(auto listing, collect(*service, call, params, context.args().limit));
  Names names;
  if (with_names == WithNames::libraries && !context.args().common.json) {
    RSM_TRY(names, library_names(*service));
  }
  return list_text(context, listing, names);
}

// Media that a list shows only by their id.
Result<> add_media_names(Connection& service, std::vector<wire::PortInfo> const& ports, Names& names) {
  for (auto const& p : ports) {
    if (p.medium.is_zero()) continue;
    auto medium = service.medium_get({.id = p.medium.guid, .name = {}});
    if (medium) names[p.medium.guid] = medium->name;
  }
  return {};
}

Result<std::string> list_libraries(Context& context) {
  RSM_TRY(auto* service, context.service());
  wire::ListParams params;
  RSM_TRY(params.container, container_of(context, *service));
  RSM_TRY(auto listing, collect(*service, &Connection::library_list, params, context.args().limit));
  if (!context.args().common.json) {
    RSM_TRY(auto const doors, collect(*service, &Connection::door_list, wire::ListParams{}));
    keep_what_is_wrong(listing.items, doors.items);
  }
  return list_text(context, std::move(listing), {});
}
Result<std::string> list_changers(Context& context) { return list(context, &Connection::changer_list, WithNames::libraries); }
Result<std::string> list_drives(Context& context) { return list(context, &Connection::drive_list, WithNames::libraries); }
Result<std::string> list_views(Context& context) { return list(context, &Connection::view_list, WithNames::no); }
Result<std::string> list_slots(Context& context) { return list(context, &Connection::slot_list, WithNames::libraries); }
Result<std::string> list_doors(Context& context) { return list(context, &Connection::door_list, WithNames::libraries); }
Result<std::string> list_media(Context& context) { return list(context, &Connection::medium_list, WithNames::no); }
Result<std::string> search_media(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.service());
  wire::MediumSearchParams params;
  params.text = args.targets.front();
  params.match = args.contains ? SearchMatch::contains : SearchMatch::prefix;
  if (!args.library.empty()) params.library = args.library;
  if (!args.pool.empty()) params.pool = args.pool;
  Listing<wire::MediumInfo> found;
  std::int64_t const most = args.limit > 0 ? args.limit : list_rows_max;
  for (;;) {
    params.limit = std::min<std::int64_t>(search_rows, most - std::ssize(found.items));
    RSM_TRY(auto page, service->medium_search(params));
    std::ranges::move(page.items, std::back_inserter(found.items));
    bool const full = std::ssize(found.items) >= most;
    found.more = full && page.next_cursor.has_value();
    if (full || !page.next_cursor) break;
    params.cursor = page.next_cursor;
  }
  if (found.items.empty() && !args.common.json)
    return plain_text(args.contains ? "No medium has '" + params.text + "' in its bar code, its name or a label."
                                    : "The bar code, the name or a label of no medium begins with '" + params.text + "'; --contains looks for it anywhere in them.") + "\n";
  return list_text(context, std::move(found), {});
}
Result<std::string> list_quotas(Context& context) {
  RSM_TRY(auto* service, context.service());
  wire::QuotaListParams params;
  if (!context.args().targets.empty()) params.user = context.args().targets.front();
  RSM_TRY(auto reply, service->quota_list(params));
  return list_text(context, Listing<wire::QuotaInfo>{std::move(reply.items), false}, {});
}
Result<std::string> list_operator_requests(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto listing, collect(*service, &Connection::opreq_list, wire::ListParams{}, context.args().limit));
  say_seen(*service, listing.items);
  return list_text(context, listing, {});
}

// The service lists one level; this one all, a pool before those in it.
Result<std::string> list_pools(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto listing, collect(*service, &Connection::pool_list, wire::ListParams{}));
  for (std::size_t i = 0; i < listing.items.size(); ++i) {
    if (listing.items[i].pools == 0) continue;
    RSM_TRY(auto inside, collect(*service, &Connection::pool_list,
                                 wire::ListParams{.container = listing.items[i].id.guid, .cursor = {}, .limit = {}}));
    auto const after = listing.items.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    listing.items.insert(after, inside.items.begin(), inside.items.end());
  }
  auto const most = static_cast<std::size_t>(context.args().limit > 0 ? context.args().limit : list_rows_max);
  listing.more = listing.more || listing.items.size() > most;
  if (listing.items.size() > most) listing.items.resize(most);
  return list_text(context, std::move(listing), {});
}

Result<std::string> list_ports(Context& context) {
  RSM_TRY(auto* service, context.service());
  wire::ListParams params;
  RSM_TRY(params.container, container_of(context, *service));
  RSM_TRY(auto listing, collect(*service, &Connection::port_list, params, context.args().limit));
  RSM_TRY(auto names, library_names(*service));
  RSM_CHECK(add_media_names(*service, listing.items, names));
  return list_text(context, listing, names);
}

Result<std::string> list_sides(Context& context) {
  RSM_TRY(auto* service, context.service());
  wire::ListParams params;
  RSM_TRY(params.container, container_of(context, *service));
  if (!context.args().targets.empty()) {
    RSM_TRY(auto medium, resolve_medium(*service, context.args().targets.front()));
    params.container = medium.id.guid;
  }
  RSM_TRY(auto listing, collect(*service, &Connection::side_list, params, context.args().limit));
  return list_text(context, listing, {});
}

Result<std::string> list_requests(Context& context) {
  WaitingSeen seen;
  auto const& args = context.args();
  RSM_TRY(auto* service, context.service());
  wire::RequestListParams params;
  if (args.open_only) params.open_only = true;
  if (!args.library.empty()) {
    RSM_TRY(auto library, resolve_library(*service, args.library));
    params.library = library.id;
  }
  RSM_TRY(auto listing, collect(*service, &Connection::request_list, params, args.limit));
  if (!args.common.json)
    for (auto& request : listing.items) RSM_CHECK(say_why(*service, request, seen));
  return list_text(context, listing, {});
}

Result<std::string> list_sessions(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto listing, collect(*service, &Connection::session_list, wire::ListParams{}, context.args().limit));
  std::ranges::stable_sort(listing.items, {}, &wire::SessionInfo::opened);  // the service has them by their ids
  RSM_TRY(auto drives, collect(*service, &Connection::drive_list, wire::ListParams{}));
  Names names;
  for (auto const& d : drives.items) names[d.id.guid] = d.name;
  return list_text(context, listing, names);
}

Result<std::string> show_library(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto library, resolve_library(*service, context.args().targets.front()));
  if (context.args().common.json) return to_json(library) + "\n";
  wire::ListParams const inside{.container = library.id.guid, .cursor = {}, .limit = {}};
  RSM_TRY(auto changers, collect(*service, &Connection::changer_list, inside));
  RSM_TRY(auto drives, collect(*service, &Connection::drive_list, inside));
  RSM_TRY(auto ports, collect(*service, &Connection::port_list, inside));
  RSM_TRY(auto doors, collect(*service, &Connection::door_list, inside));
  Names names{{library.id.guid, ""}};  // of which library all this is stands above it
  RSM_CHECK(add_media_names(*service, ports.items, names));
  Canvas const canvas = context.screen();
  say_open_door(library, doors.items);
  Record record = record_of(library, names, canvas);
  if (!changers.items.empty()) record.section("Changers", table_of(changers.items, names, canvas));
  record.section("Drives", table_of(drives.items, names, canvas));
  if (!ports.items.empty()) record.section("Ports", table_of(ports.items, names, canvas));
  if (!doors.items.empty()) record.section("Doors", table_of(doors.items, names, canvas));
  return record.text(canvas);
}

Result<std::string> show_drive(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto drive, resolve_drive(*service, context.args().targets.front()));
  RSM_TRY(auto names, library_names(*service));
  RSM_TRY(auto sessions, collect(*service, &Connection::session_list, wire::ListParams{}));
  for (auto const& s : sessions.items) names[s.session.guid] = session_who(s) + ", " + s.session.text();
  return show_text(context, drive, names);
}

Result<std::string> show_medium(Context& context) {
  RSM_TRY(auto* service, context.service());
  auto const& text = context.args().targets.front();
  auto medium = resolve_medium(*service, text);
  if (!medium && text.find(':') != std::string::npos) {  // a side: its cartridge
    auto of_side = resolve_medium(*service, text.substr(0, text.rfind(':')));
    if (of_side) medium = std::move(of_side);
  }
  if (!medium) return std::unexpected(std::move(medium).error());
  Names names;
  if (auto type = service->media_type_get({.id = medium->media_type.guid, .name = {}})) names[type->id.guid] = type->name;
  return show_text(context, *medium, names);
}

Result<std::string> show_pool(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto pool, resolve_pool(*service, context.args().targets.front()));
  Names names;
  if (!pool.media_type.is_zero())
    if (auto type = service->media_type_get({.id = pool.media_type.guid, .name = {}})) names[type->id.guid] = type->name;
  return show_text(context, pool, names);
}

Result<std::string> show_request(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto id, resolve_request(*service, context.args().targets.front()));
  RSM_TRY(auto request, service->request_get({id}));
  RSM_TRY(auto names, library_names(*service));
  WaitingSeen seen;
  if (!context.args().common.json) RSM_CHECK(say_why(*service, request, seen));
  return show_text(context, request, names);
}

Result<std::string> show_operator_request(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto id, resolve_operator_request(*service, context.args().targets.front()));
  RSM_TRY(auto asked, service->opreq_get({id}));
  say_seen(*service, {asked});
  return show_text(context, asked, {});
}

Result<std::string> explain_request(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto id, resolve_request(*service, context.args().targets.front()));
  RSM_TRY(auto reply, service->request_explain({id}));
  if (context.args().common.json) return to_json(reply) + "\n";
  return explanation_text(reply, context.screen());
}

Result<std::string> describe_protocol(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto reply, service->describe({}));
  return pretty_json(reply.document) + "\n";
}

}  // namespace

std::span<CommandRow const> reading_commands() {
  static constexpr CommandRow rows[] = {
      {"library", "list", list_libraries},
      {"changer", "list", list_changers},
      {"drive", "list", list_drives},
      {"slot", "list", list_slots},
      {"view", "list", list_views},
      {"door", "list", list_doors},
      {"media", "list", list_media},
      {"media", "search", search_media},
      {"opreq", "list", list_operator_requests},
      {"pool", "list", list_pools},
      {"port", "list", list_ports},
      {"side", "list", list_sides},
      {"request", "list", list_requests},
      {"libreq", "list", list_requests},
      {"session", "list", list_sessions},
      {"quota", "list", list_quotas},
      {"library", "show", show_library},
      {"drive", "show", show_drive},
      {"media", "show", show_medium},
      {"pool", "show", show_pool},
      {"request", "show", show_request},
      {"opreq", "show", show_operator_request},
      {"request", "explain", explain_request},
      {"explain", "", explain_request},
      {"describe", "", describe_protocol},
  };
  return rows;
}

}  // namespace rsm::cli
