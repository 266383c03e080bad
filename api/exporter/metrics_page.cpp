#include "api/exporter/metrics_page.hpp"

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <map>

namespace rsm::exporter {
namespace {

using enum FamilyType;
using wire::MetricsReply;

template <class E>
std::vector<std::string> words_of() {
  std::vector<std::string> words;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) { words.emplace_back(d.name); });
  return words;
}

void show_histogram(Exposition& out, Labels const& labels, wire::HistogramInfo const& h) {
  std::vector<Millis> bounds;
  for (auto const ms : h.bounds_ms) bounds.emplace_back(ms);
  out.histogram(labels, bounds, h.counts, Millis{h.sum_ms});
}

// Libraries that have hardware, with the name that their series bear.
class Libraries {
 public:
  explicit Libraries(MetricsReply const& figures) {
    for (auto const& library : figures.libraries)
      if (library.library_type != LibraryType::offline) by_id_[library.library] = &library;
  }
  template <class Each>
  void each(Each&& show) const {
    for (auto const& [id, library] : by_id_) show(*library, Labels{{"library", library->name}});
  }
  // Calls show(item, labels) for every item of a library that is known here.
  template <class Item, class Each>
  void each_of(std::vector<Item> const& items, Each&& show) const {
    for (auto const& item : items)
      if (auto const found = by_id_.find(item.library); found != by_id_.end()) show(item, Labels{{"library", found->second->name}});
  }

 private:
  std::map<LibraryId, wire::LibraryMetrics const*> by_id_;
};

Labels with(Labels labels, std::string_view name, std::string value) {
  labels.emplace_back(name, std::move(value));
  return labels;
}

void show_daemon(Exposition& out, MetricsReply const& f) {
  auto const maybe = [&](std::optional<std::int64_t> const& value) {
    if (value) out.value({}, *value);
  };
  out.family("openrsm_build", info, "The daemon that answered.");
  out.info({{"version", f.version}});
  out.family("openrsm_ready", gauge, "1 when the daemon serves calls; 0 while it starts or reopens its catalog.");
  out.value({}, f.ready ? 1 : 0);
  out.family("openrsm_start_time_seconds", gauge, "When the daemon started, seconds since 1970; counters count from then on.", "seconds");
  out.seconds({}, Millis{f.started});
  out.family("openrsm_connections", gauge, "Clients that are connected to the daemon, this exporter included.");
  maybe(f.connections);
  out.family("openrsm_sessions", gauge, "Open sessions.");
  maybe(f.sessions);
  out.family("openrsm_media", gauge, "Physical media that the catalog knows, those on the shelf included.");
  maybe(f.media);
  out.family("openrsm_operator_requests", gauge, "Requests to a person that nobody has answered.");
  maybe(f.operator_requests);
  out.family("openrsm_events", counter, "Events ever recorded in the catalog.");
  maybe(f.last_event);
  out.family("openrsm_catalog_bytes", gauge, "Size of the catalog's file.", "bytes");
  maybe(f.catalog_bytes);
  out.family("openrsm_catalog_wal_bytes", gauge, "Size of the catalog's write-ahead log.", "bytes");
  maybe(f.wal_bytes);
}

void show_commits(Exposition& out, MetricsReply const& f) {
  out.family("openrsm_commits", counter, "Commits to the catalog that are durable.");
  out.value({}, f.commits);
  out.family("openrsm_changes", counter, "Rows that were given to the catalog.");
  out.value({}, f.changes);
  out.family("openrsm_commit_failures", counter, "Commits that failed, by what became of them.");
  out.value({{"result", "rolled_back"}}, f.commits_rolled_back);
  out.value({{"result", "unknown"}}, f.commits_unknown);
  out.family("openrsm_commit_duration_seconds", histogram, "From a change to its being durable.", "seconds");
  show_histogram(out, {}, f.commit_time);
  out.family("openrsm_commit_pending_seconds", gauge, "Age of the oldest change that is not durable yet; 0 when all are.", "seconds");
  out.seconds({}, Millis{f.commit_waits_ms});
}

void show_libraries(Exposition& out, Libraries const& libraries) {
  out.family("openrsm_library_state", stateset, "Operational state of a library.");
  libraries.each([&](auto const& l, Labels const& labels) { out.states(labels, words_of<OperationalState>(), word(l.operational_state)); });
  out.family("openrsm_library_enabled", gauge, "1 unless an operator disabled the library.");
  libraries.each([&](auto const& l, Labels const& labels) { out.value(labels, l.enabled ? 1 : 0); });
  out.family("openrsm_library_media", gauge, "Physical media that are in the library now.");
  libraries.each([&](auto const& l, Labels const& labels) { out.value(labels, l.media); });
  out.family("openrsm_library_slots", gauge, "Slots of a library, by what is known of them.");
  libraries.each([&](auto const& l, Labels const& labels) {
    for (auto const& slots : l.slots) out.value(with(labels, "state", word(slots.state)), slots.slots);
  });
  out.family("openrsm_moves", counter, "Moves of the robot that came to an end, retries not counted.");
  libraries.each([&](auto const& l, Labels const& labels) {
    if (!l.mount_time) return;
    out.value(with(labels, "outcome", "passed"), l.moves_passed);
    out.value(with(labels, "outcome", "failed"), l.moves_failed);
  });
  out.family("openrsm_move_retries", counter, "Move commands beyond the first one of a move.");
  libraries.each([&](auto const& l, Labels const& labels) {
    if (l.mount_time) out.value(labels, l.move_retries);
  });
  out.family("openrsm_mount_duration_seconds", histogram, "From the start of work in the drive to LOADED, of every medium.", "seconds");
  libraries.each([&](auto const& l, Labels const& labels) {
    if (l.mount_time) show_histogram(out, labels, *l.mount_time);
  });
}

void show_devices(Exposition& out, MetricsReply const& f, Libraries const& libraries) {
  auto const each_drive = [&](auto show) {
    libraries.each_of(f.drives, [&](auto const& d, Labels const& labels) { show(d, with(labels, "drive", std::to_string(d.number))); });
  };
  out.family("openrsm_drive_state", stateset, "What is in a drive.");
  each_drive([&](auto const& d, Labels const& labels) { out.states(labels, words_of<DriveState>(), word(d.state)); });
  out.family("openrsm_drive_condition", stateset, "Operational state of a drive.");
  each_drive([&](auto const& d, Labels const& labels) { out.states(labels, words_of<OperationalState>(), word(d.operational_state)); });
  out.family("openrsm_drive_enabled", gauge, "1 unless an operator disabled the drive.");
  each_drive([&](auto const& d, Labels const& labels) { out.value(labels, d.enabled ? 1 : 0); });
  out.family("openrsm_drive_mounts", counter, "Mounts in this drive, ever.");
  each_drive([&](auto const& d, Labels const& labels) { out.value(labels, d.mount_count); });
  out.family("openrsm_drive_consecutive_errors", gauge, "Errors of this drive since its last success.");
  each_drive([&](auto const& d, Labels const& labels) { out.value(labels, d.errors_in_a_row); });
  out.family("openrsm_device_errors", counter, "Commands that a device failed, by the error.");
  libraries.each_of(f.device_errors, [&](auto const& e, Labels const& labels) { out.value(with(with(labels, "device", e.device), "error", e.error), e.errors); });
  out.family("openrsm_drive_alerts", counter, "What a drive reported of itself and of its medium (TapeAlert), by severity.");
  libraries.each_of(f.alerts, [&](auto const& a, Labels const& labels) { out.value(with(with(labels, "device", a.device), "severity", word(a.severity)), a.alerts); });
  out.family("openrsm_handler_starts", counter, "Handler processes started for a device.");
  libraries.each_of(f.handlers, [&](auto const& h, Labels const& labels) { out.value(with(labels, "device", h.device), h.starts); });
  out.family("openrsm_handler_ends", counter, "Ends of a device's handler processes, by reason; not_started: there was none to end.");
  libraries.each_of(f.handlers, [&](auto const& h, Labels const& labels) {
    auto const of = [&](std::string const& why, std::int64_t ends) { out.value(with(with(labels, "device", h.device), "reason", why), ends); };
    of("exited", h.exited);
    of("died", h.died);
    of("timed_out", h.timed_out);
    of("spoke_nonsense", h.spoke_nonsense);
    of("not_started", h.not_started);
  });
}

void show_requests(Exposition& out, MetricsReply const& f) {
  out.family("openrsm_queue_requests", gauge, "Open requests.");
  for (auto const& q : f.queue)
    out.value({{"operation", word(q.operation)}, {"state", word(q.state)}, {"priority", std::to_string(q.priority)}}, q.requests);
  out.family("openrsm_queue_oldest_seconds", gauge, "Age of the oldest open request of a state that has one, since it was asked; the service's own work apart.", "seconds");
  for (auto const& o : f.oldest) out.seconds({{"state", word(o.state)}, {"asked_by", o.by_service ? "service" : "people"}}, Millis{o.age_ms});
  out.family("openrsm_request_wait_seconds", histogram, "From being asked to being worked on for the first time.", "seconds");
  for (auto const& w : f.waits) show_histogram(out, {{"operation", word(w.operation)}}, w.wait);
  if (f.forecasts) {
    out.family("openrsm_forecasts", counter, "Forecasts of when a mount will be served that somebody was given.");
    out.value({}, f.forecasts->told);
    out.family("openrsm_forecasts_settled", counter, "Forecasts whose mount has come, by whether it came before what nine of ten come before.");
    out.value({{"bound", "held"}}, f.forecasts->within);
    out.value({{"bound", "broken"}}, f.forecasts->settled - f.forecasts->within);
    out.family("openrsm_forecast_error_seconds", histogram, "Between the expected time of a mount and the real one, either way.", "seconds");
    show_histogram(out, {}, f.forecasts->error);
  }
  out.family("openrsm_requests_finished", counter, "Requests that ended, by outcome.");
  for (auto const& r : f.finished) out.value({{"operation", word(r.operation)}, {"outcome", word(r.outcome)}}, r.requests);
  out.family("openrsm_request_errors", counter, "Requests that ended with an error, by its Win32 name.");
  for (auto const& e : f.request_errors) out.value({{"operation", word(e.operation)}, {"error", e.error}}, e.requests);
}

}  // namespace

std::string metrics_page(DaemonAnswer const& answer, Format format) {
  Exposition out(format);
  out.family("openrsm_up", gauge, "1 when the daemon answered this scrape.");
  out.value({}, answer ? 1 : 0);
  if (answer) {
    Libraries const libraries(*answer);
    show_daemon(out, *answer);
    show_commits(out, *answer);
    show_libraries(out, libraries);
    show_devices(out, *answer, libraries);
    show_requests(out, *answer);
  }
  return std::move(out).finish();
}

}  // namespace rsm::exporter
