// Limits of the catalog.
// Units are in the names or types. Thread rule: constants. What the core looks at, too, is in libmgr/domain/limits.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr std::size_t commit_changes_max = 4096;    // changes in one group
constexpr std::size_t events_kept_max = 1'000'000;  // older ones give ERROR_NO_DATA
constexpr std::size_t requests_kept_max = 200'000;  // finished ones, however young: a flood of them fills no disk
constexpr std::size_t requests_kept_bytes_max = 128 * 1024 * 1024;  // of their rows; 200,000 ordinary ones have half of it
constexpr std::size_t done_calls_kept = 65'536;     // of sessions that are open: more than all of them can have under way
constexpr Millis catalog_busy_wait = 5s;            // for another connection to the catalog (a checkpoint behind a reader)
constexpr int catalog_cache_kib = 16 * 1024;        // pages one connection keeps in memory
constexpr std::int64_t catalog_mapped_bytes = 2'000'000'000;  // of the file, by the one that looks for single rows all the time; what is beyond is read. SQLite maps no more
constexpr int catalog_log_pages_max = 1000;         // 4 MiB of log; then it moves into the file
constexpr std::size_t history_rows_at_once = 512;   // of cartridges and drives: so many new rows go into the history, and its indexes, together
constexpr std::size_t purge_rows_each_commit = 64;  // and one more for each change of the commit
constexpr int catalog_free_pages_kept = 4096;       // 16 MiB; less is not worth writing the file anew
constexpr std::size_t catalog_page_bytes = 4096;    // SQLite's own default
constexpr std::uint64_t catalog_room_bytes = 8 * 1024 * 1024;  // what the catalog needs to go on: a whole log of catalog_log_pages_max pages, and the same in the file
constexpr std::size_t catalog_findings_max = 100;   // of one check
constexpr std::size_t media_alike_max = 10'000;     // with one bar code or one label: copies are a few, pressed discs perhaps many
constexpr std::size_t search_rows_at_once = 256;    // of a search; then it looks at the clock
constexpr std::size_t list_text_bytes_max = 1024 * 1024;  // of one record: alerts_kept_max alerts of alert_text_bytes_max, however they are written
constexpr std::uint64_t event_number_leap = 1'000'000'000'000;  // after a restore over a catalog that cannot be read: above all that it can have given
constexpr std::uint64_t media_number_leap = 1'000'000;  // the same for the numbers of cartridges: on to the next multiple, more than were ever brought in after a backup
constexpr std::uint64_t request_number_leap = 1'000'000;  // and for those of requests
constexpr int links_followed_max = 40;              // from the name of the catalog to its file, as the kernel does

}  // namespace rsm::limits
