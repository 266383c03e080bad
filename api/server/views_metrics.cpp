// metrics.read: figures and the active world as they are in memory.
#include "api/protocol/openrpc.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

std::int64_t whole(std::uint64_t n) { return static_cast<std::int64_t>(n); }

wire::HistogramInfo histogram_info(Histogram const& histogram) {
  wire::HistogramInfo out;
  for (auto const bound : histogram.bounds()) out.bounds_ms.push_back(bound.count());
  for (auto const count : histogram.counts()) out.counts.push_back(whole(count));
  out.sum_ms = histogram.sum().count();
  return out;
}

wire::LibraryMetrics library_metrics(LibraryEntry const& entry, std::uint64_t media, Figures::LibraryFigures const* figures) {
  auto const& r = entry.record;
  wire::LibraryMetrics out{.library = r.id, .name = r.name, .enabled = r.enabled, .library_type = r.type, .library_type_code = number(r.type)};
  out.operational_state = r.condition.state;
  out.operational_state_code = number(r.condition.state);
  out.reason = r.condition.reason;
  out.media = whole(media);
  std::map<SlotState, std::int64_t> slots;
  if (!entry.slots.empty())  // none: nobody has looked yet
    for (auto state : {SlotState::unknown, SlotState::full, SlotState::empty, SlotState::not_present, SlotState::needs_inventory}) slots[state] = 0;
  for (auto const& [number, slot] : entry.slots) ++slots[slot.state];
  for (auto const& [state, count] : slots) out.slots.push_back({state, number(state), count});
  if (figures == nullptr) return out;
  out.moves_passed = whole(figures->moves.passed);
  out.moves_failed = whole(figures->moves.failed);
  out.move_retries = whole(figures->moves.retries);
  out.mount_time = histogram_info(figures->mount_time);
  return out;
}

wire::DriveMetrics drive_metrics(DriveEntry const& entry) {
  auto const& [r, hot] = entry;
  wire::DriveMetrics out{.drive = r.id, .library = r.library, .number = r.number, .enabled = r.enabled};
  out.operational_state = r.condition.state;
  out.operational_state_code = number(r.condition.state);
  out.condition_reason = r.condition.reason;
  out.state = hot.state;
  out.state_code = number(hot.state);
  out.mount_count = hot.mount_count;
  out.errors_in_a_row = hot.errors_in_a_row;
  return out;
}

wire::HandlerMetrics handler_metrics(LibraryId library, port::HandlerFigures const& figures) {
  auto const ends = [&](port::HandlerEnd why) { return whole(figures.ends.at(why)); };
  using enum port::HandlerEnd;
  return {library,         figures.device.text(), whole(figures.starts), ends(exited), ends(died), ends(timed_out),
          ends(spoke_nonsense), ends(not_started)};
}

void show_world(wire::MetricsReply& out, Manager const& manager, Observations const& seen) {
  auto const& world = manager.world();
  for (auto const& [id, library] : world.libraries) out.libraries.push_back(library_metrics(library, manager.media_in(id), seen.figures->library(id)));
  for (auto const& [id, drive] : world.drives) out.drives.push_back(drive_metrics(drive));
  for (auto const& [kind, count] : seen.queue)
    out.queue.push_back({kind.operation, number(kind.operation), kind.state, number(kind.state), kind.priority, whole(count)});
  for (auto const& [kind, age] : seen.oldest) out.oldest.push_back({kind.first, number(kind.first), age.count(), kind.second});
  out.media = whole(seen.media);
  out.sessions = std::ssize(world.sessions);
  out.operator_requests = std::ssize(world.operator_requests);
}

void show_figures(wire::MetricsReply& out, Figures const& figures) {
  for (auto const& [error, count] : figures.device_errors())
    out.device_errors.push_back({error.library, error.device.text(), std::string(error_name(error.error)), number(error.error), whole(count)});
  for (auto const& [kind, count] : figures.alerts())
    out.alerts.push_back({kind.library, kind.device.text(), kind.severity, number(kind.severity), whole(count)});
  for (auto const& [operation, wait] : figures.waits()) out.waits.push_back({operation, number(operation), histogram_info(wait)});
  for (auto const& [kind, count] : figures.finished()) {
    auto const& [operation, outcome] = kind;
    out.finished.push_back({operation, number(operation), outcome, number(outcome), whole(count)});
  }
  for (auto const& [kind, count] : figures.request_errors()) {
    auto const& [operation, error] = kind;
    out.request_errors.push_back({operation, number(operation), std::string(error_name(static_cast<Errc>(error))), error, whole(count)});
  }
  out.commits_rolled_back = whole(figures.commits_rolled_back());
  out.commits_unknown = whole(figures.commits_unknown());
  out.commit_time = histogram_info(figures.commit_time());
}

wire::ForecastMetrics forecast_metrics(Figures const& figures) {
  return {whole(figures.forecasts_told()), whole(figures.forecasts_settled()), whole(figures.forecasts_within()), histogram_info(figures.forecast_error())};
}

}  // namespace

wire::MetricsReply metrics_reply(ServerContext& s) {
  auto const counters = s.manager.counters();
  auto const seen = s.manager.observe();
  wire::MetricsReply out;
  out.version = wire::product_version();
  out.now = to_ms(s.loop.now());
  out.started = to_ms(counters.started);
  out.ready = s.manager.ready();
  if (out.ready) {
    show_world(out, s.manager, seen);
    out.last_event = whole(counters.durable_event);
  }
  for (auto const& [library, devices] : seen.handlers)
    for (auto const& device : devices) out.handlers.push_back(handler_metrics(library, device));
  show_figures(out, *seen.figures);
  out.forecasts = forecast_metrics(*seen.figures);
  if (s.connections) out.connections = whole(s.connections());
  out.commits = whole(counters.commits);
  out.changes = whole(counters.changes);
  if (counters.commit_since) out.commit_waits_ms = std::max(s.loop.now() - *counters.commit_since, Millis{0}).count();
  if (auto const files = s.catalog_files ? s.catalog_files() : std::nullopt) {
    out.catalog_bytes = files->catalog_bytes;
    out.wal_bytes = files->wal_bytes;
  }
  return out;
}

}  // namespace rsm::server
