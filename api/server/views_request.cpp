// Requests, operator requests, sessions, events and the status of everything.
#include <algorithm>
#include <map>

#include "api/protocol/codec.hpp"
#include "api/protocol/openrpc.hpp"
#include "api/server/discretion.hpp"
#include "api/server/show.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

constexpr std::size_t waiting_shown_max = 200;

void show_names(wire::RequestInfo& out, World const& world, RequestRecord const& r) {
  if (auto const drive = world.drives.find(r.drive); drive != world.drives.end()) out.drive_name = drive->second.record.name;
  auto const library = world.libraries.find(r.library);
  if (r.slot && library != world.libraries.end() && library->second.slots.contains(*r.slot)) out.slot = library->second.slots.at(*r.slot).id;
  if (r.port && library != world.libraries.end() && library->second.ports.contains(*r.port)) out.port = library->second.ports.at(*r.port).id;
}

wire::MaybeMs maybe_ms(MaybeTime time) { return time ? wire::MaybeMs(to_ms(*time)) : std::nullopt; }

std::vector<wire::QueueCount> queue_counts(World const& world) {
  std::map<RequestState, wire::QueueCount> counts;
  for (auto const& [id, r] : world.requests) {
    auto& count = counts[r.state];
    count.state = r.state;
    ++count.count;
    count.oldest = std::min(count.oldest.value_or(INT64_MAX), to_ms(r.queued));
    if (is_by_service(r))
      ++count.by_service;
    else
      count.oldest_asked = std::min(count.oldest_asked.value_or(INT64_MAX), to_ms(r.queued));
  }
  std::vector<wire::QueueCount> out;
  for (auto const& [state, count] : counts) out.push_back(count);
  return out;
}

Result<> show_devices(wire::StatusReply& out, Context const& c) {
  ServerContext& s = *c.server;
  for (auto const& [id, entry] : c.world().libraries) {
    if (!rights::can_read(c.world(), c.caller(), {{}, id})) continue;
    RSM_TRY(auto library, library_info(s, id));
    out.libraries.push_back(std::move(library));
    for (auto const& r : entry.changers) {
      RSM_TRY(auto changer, changer_info(s, r.id));
      veil(c, changer);
      out.changers.push_back(std::move(changer));
    }
    for (auto const& [number, drive_id] : entry.drives) {
      RSM_TRY(auto drive, drive_info(s, drive_id));
      drive.alerts.clear();  // all of all drives fit into no line
      drive.densities.reset();
      veil(c, drive);
      out.drives.push_back(std::move(drive));
    }
  }
  return {};
}

// Who stands behind a drive's ids, as far as memory knows: an open session, or an open request.
void show_holders(wire::StatusReply& out, Context const& c) {
  World const& world = c.world();
  for (auto const& [id, drive] : world.drives) {
    if (!rights::can_read(world, c.caller(), {{}, drive.record.library})) continue;
    if (auto const session = world.sessions.find(drive.hot.session); session != world.sessions.end())
      out.holders.push_back({id, session->second.application, session->second.user, session->second.computer});
    else if (auto const request = world.requests.find(drive.hot.request); request != world.requests.end())
      out.holders.push_back({id, request->second.application, request->second.user, request->second.computer});
  }
}

void show_commits(wire::StatusReply& out, ServerContext& s) {
  auto const counters = s.manager.counters();
  out.started = to_ms(counters.started);
  out.commits = static_cast<std::int64_t>(counters.commits);
  out.changes = static_cast<std::int64_t>(counters.changes);
  out.uncommitted = static_cast<std::int64_t>(counters.uncommitted);
  if (counters.commit_since) out.commit_under_way_ms = std::max<std::int64_t>(0, (s.loop.now() - *counters.commit_since).count());
  out.commit_error = counters.commit_error;
  out.last_event = static_cast<std::int64_t>(counters.durable_event);  // a cursor that a crash cannot make wrong
  out.last_change = maybe_ms(counters.last_change);
  out.history = counters.history;
}

Result<> show_waiting(wire::StatusReply& out, Context const& c) {
  ServerContext& s = *c.server;
  std::size_t bytes = wire::encoded_bytes(out);
  for (auto const& [request, why] : s.manager.waiting(waiting_shown_max)) {
    if (out.waiting.size() == waiting_shown_max) break;
    if (!rights::can_read(c.world(), c.caller(), {{}, request.library})) continue;
    RSM_TRY(auto info, request_info(s, request));
    wire::WaitingInfo waiting{std::move(info), why};
    veil(c, waiting);
    bytes += wire::encoded_bytes(waiting);
    if (bytes > page_bytes_max) break;
    out.waiting.push_back(std::move(waiting));
  }
  return {};
}

}  // namespace

Result<wire::RequestInfo> request_info(ServerContext& s, RequestRecord const& r) {
  auto out = shown_as<wire::RequestInfo>(r);
  out.number = static_cast<std::int64_t>(r.sequence);
  out.finished = is_final(r.state);
  if (r.error != 0) out.error_name = error_name(static_cast<Errc>(r.error));
  out.by_service = is_by_service(r);
  if (r.partner) out.partner = r.partner;
  show_names(out, s.manager.world(), r);
  if (r.medium.is_zero()) return out;
  RSM_TRY(auto medium, s.manager.find_medium(r.medium));
  if (!medium) return out;
  out.medium_name = medium->name;
  if (auto const* side = medium->side(r.side)) out.side_number = side->number;
  return out;
}

Result<wire::RequestInfo> request_info(ServerContext& s, RequestId id) {
  RSM_TRY(auto request, s.manager.find_request(id));
  if (!request) return not_found("request", id.text());
  return request_info(s, *request);
}

namespace {

// What these requests are about is known by what they ask for; only a few kinds of objects come into question, and none of the many is searched.
std::optional<ObjectType> type_of_argument(World const& world, OperatorCommand command, Guid id) {
  if (id.is_zero()) return std::nullopt;
  if (world.libraries.contains(LibraryId{id})) return ObjectType::library;
  if (world.drives.contains(DriveId{id})) return ObjectType::drive;
  if (command == OperatorCommand::new_media) return world.pools.contains(PoolId{id}) ? std::optional(ObjectType::pool) : std::nullopt;
  if (command == OperatorCommand::cleaner) return ObjectType::slot;
  auto const among = [&](auto const& parts) { return std::ranges::any_of(parts, [&](auto const& part) { return part.second.id.guid == id; }); };
  for (auto const& [library_id, library] : world.libraries) {
    if (among(library.ports)) return ObjectType::port;
    if (among(library.doors)) return ObjectType::door;
  }
  return ObjectType::medium;
}

void show_type(std::optional<ObjectType> type, std::optional<ObjectType>& shown, std::optional<std::int64_t>& code) {
  shown = type;
  if (type) code = number(*type);
}

}  // namespace

wire::OperatorRequestInfo operator_request_info(World const& world, OperatorRequestRecord const& r) {
  auto out = shown_as<wire::OperatorRequestInfo>(r);
  show_type(type_of_argument(world, r.command, r.argument1), out.argument1_type, out.argument1_type_code);
  show_type(type_of_argument(world, r.command, r.argument2), out.argument2_type, out.argument2_type_code);
  return out;
}

Result<wire::OperatorRequestInfo> operator_request_info(ServerContext& s, OperatorRequestId id) {
  auto const& open = s.manager.world().operator_requests;
  if (auto const found = open.find(id); found != open.end()) return operator_request_info(s.manager.world(), found->second);
  RSM_TRY(auto r, s.reader.operator_request(id));
  if (!r) return not_found("operator request", id.text());
  return operator_request_info(s.manager.world(), *r);
}

Result<wire::SessionInfo> session_info(ServerContext& s, SessionId id) {
  auto const& world = s.manager.world();
  auto const found = world.sessions.find(id);
  if (found == world.sessions.end()) return not_found("session", id.text());
  auto const& r = found->second;
  auto out = shown_as<wire::SessionInfo>(r);
  out.session = r.id;
  out.connected = s.manager.session_connected(id);
  out.grace_ends = maybe_ms(s.manager.session_grace_ends(id));
  out.open_requests = static_cast<std::int64_t>(s.manager.open_requests_of(id));
  for (auto const& [drive_id, drive] : world.drives)
    if (drive.hot.session == id) out.drives.push_back(drive_id);
  return out;
}

wire::EventInfo event_info(Event const& e) {
  return shown_as<wire::EventInfo>(e);
}

Result<wire::StatusReply> status_reply(Context const& c) {
  ServerContext& s = *c.server;
  auto const& world = c.world();
  wire::StatusReply out;
  out.version = wire::product_version();
  out.now = to_ms(s.loop.now());
  out.ready = s.manager.ready();
  show_commits(out, s);
  RSM_CHECK(show_devices(out, c));
  show_holders(out, c);
  out.queue = queue_counts(world);
  out.attention = s.manager.attention();
  leave_out_what_is_hidden(c, out.attention);
  for (auto const& [id, r] : world.operator_requests) {
    auto asked = operator_request_info(world, r);
    veil(c, asked);
    out.operator_requests.push_back(std::move(asked));
  }
  out.sessions = std::ssize(world.sessions);
  out.catalog_bytes = s.catalog_bytes();
  RSM_CHECK(show_waiting(out, c));
  return out;
}

}  // namespace rsm::server
