// A daemon's figures for tests: one library "Jukebox" with two drives, the shelf, a queue, and numbers that differ from each other.
#pragma once

#include "api/protocol/messages.hpp"

namespace rsm::exporter::samples {

inline Guid guid(std::uint8_t kind, std::uint8_t n) {
  Guid id;
  id.bytes[0] = kind;
  id.bytes[15] = n;
  return id;
}

inline wire::HistogramInfo histogram(std::int64_t first) { return {{100, 1000}, {first, 2, 1}, first * 50 + 3000}; }

inline wire::MetricsReply figures() {
  LibraryId const jukebox{guid(1, 1)}, shelf{guid(1, 2)};
  wire::MetricsReply f{.version = "0.1.0", .now = 1'700'000'100'000, .started = 1'700'000'000'500, .ready = true};
  f.libraries = {{.library = jukebox, .name = "Jukebox", .slots = {{SlotState::full, 1, 6}, {SlotState::empty, 2, 0}}, .media = 6, .moves_passed = 18, .moves_failed = 1, .move_retries = 2, .mount_time = histogram(4)},
                 {.library = shelf, .name = "Offline library", .library_type = LibraryType::offline, .library_type_code = 1}};
  f.drives = {{.drive = DriveId{guid(2, 1)}, .library = jukebox, .number = 0, .state = DriveState::loaded, .state_code = 2, .mount_count = 7},
              {.drive = DriveId{guid(2, 2)}, .library = jukebox, .number = 1, .errors_in_a_row = 2}};
  f.handlers = {{.library = jukebox, .device = "drive 1", .starts = 3, .died = 1, .timed_out = 1}};
  f.device_errors = {{jukebox, "arm 0", "ERROR_TIMEOUT", 1460, 1}};
  f.alerts = {{jukebox, "drive 1", AlertSeverity::critical, 0, 3}};
  f.queue = {{Operation::mount, 17, RequestState::waiting, 5, 3, 2}, {Operation::dismount, 16, RequestState::queued, 0, 0, 0}};
  f.oldest = {{RequestState::waiting, 5, 90'500}};
  f.waits = {{Operation::mount, 17, histogram(9)}};
  f.finished = {{Operation::mount, 17, RequestState::passed, 2, 11}};
  f.request_errors = {{Operation::mount, 17, "ERROR_UNEXPECTED_OMID", 4334, 1}};
  f.media = 8;
  f.sessions = 3;
  f.operator_requests = 1;
  f.last_event = 160;
  f.connections = 5;
  f.commits = 59;
  f.changes = 197;
  f.commit_time = histogram(60);
  f.catalog_bytes = 221'184;
  f.wal_bytes = 0;
  f.forecasts = wire::ForecastMetrics{.told = 21, .settled = 20, .within = 18, .error = histogram(5)};
  return f;
}

}  // namespace rsm::exporter::samples
