// The limits that several rooms share, each with its unit and its reason; those of one room are in the limits.hpp of its folder, so that a
// change of one compiles that room. What an administrator may change is in the configuration and starts from the value here. Nothing waits
// and nothing grows without a name from one of these pages. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

// Wire: what one client may send or hold (decision 20). A client that goes over hurts only itself.
constexpr std::size_t line_bytes_max = 256 * 1024;         // one JSON object a line
constexpr std::size_t json_depth_max = 16;                 // our deepest message has 5
constexpr std::size_t descriptors_reserved = 512;           // of the process, for catalog, log, devices and handlers: connections leave them alone
constexpr std::size_t sessions_per_uid_max = 4096;
constexpr Millis accept_retry_pause = 100ms;               // after accept failed (no file descriptors)
constexpr std::size_t page_items_max = 1000;
constexpr std::size_t mount_media_max = 64;                // media in one mount call
constexpr std::size_t key_bytes_max = 64;                  // client-made request key
constexpr Millis wait_max = 24h;                           // one blocking call; the client asks again

// Names (rsm-model.md section 14: array lengths include the terminator).
constexpr std::size_t name_chars_max = 63;
constexpr std::size_t description_chars_max = 126;
constexpr std::size_t application_chars_max = 63;
constexpr std::size_t pool_path_chars_max = 511;
constexpr std::size_t message_chars_max = 255;
constexpr std::size_t attribute_name_chars_max = 31;
constexpr std::size_t attribute_bytes_max = 0xFFFF;

// Views of the configuration.
constexpr std::size_t view_slots_max = 20'000;  // with numbers of six digits one answer holds them (line_bytes_max)
constexpr std::size_t view_numbers_named_max = 16;  // in a sentence about what a library does not have
constexpr std::size_t omid_id_bytes_max = 255;
constexpr std::size_t omid_also_bytes_max = 63 + 1 + omid_id_bytes_max;  // type, blank, id

// Queue.
constexpr std::size_t requests_open_max = 100'000;
constexpr std::size_t call_keys_kept = 200'000;          // of calls that have ended, in sessions that are open: as many as finished requests are kept (db/limits.hpp)
constexpr std::size_t history_batch = 512;               // requests that have ended and go to the history together
constexpr Millis history_delay = 1s;                     // and when they are fewer
constexpr std::size_t requests_open_per_user_max = 4096;  // a default: [queue] requests_per_user
constexpr std::size_t waits_per_user_max = 16'384;         // calls that wait for requests, of all connections of a user
constexpr std::size_t operator_requests_per_user_max = 256;  // open at one time, of those that applications submit: a person reads them
constexpr std::size_t media_per_user_max = 1'000'000;     // logical media of one user; a default: [queue] media_per_user
constexpr Millis allocation_wait_max = 24h * 365;          // a limit beyond it is none: the timers of the loop have an end
constexpr std::size_t destinations_max = 64;                // of messages of one kind about one object
constexpr Millis fairness_limit = 15min;  // older requests of one priority come first (decision 8)

// Sessions.
constexpr Millis session_grace = 60s;  // time to re-attach after a broken connection (decision 11)

// Devices: the time limit of every command; past it the device needs service.
constexpr Millis move_limit = 25min;       // vendors ask for 13 to 25 min for one move
constexpr Millis inventory_limit = 30min;  // INITIALIZE ELEMENT STATUS
constexpr Millis load_limit = 10min;
constexpr Millis unload_limit = 10min;
constexpr Millis volume_limit = 2min;      // flush, lock, dismount, offline of a volume
constexpr Millis status_limit = 30s;
// Of tape drives, at least: an LTO drive may take 17 min to load a cartridge, 13 min to rewind it and 29 min to write what waits in its buffer, with the
// retries of a poor tape (limits of the vendors' own drivers).
constexpr Millis tape_load_limit = 30min;
constexpr Millis tape_unload_limit = 30min;
constexpr Millis tape_volume_limit = 45min;
constexpr Millis handler_kill_limit = 5s;   // between SIGKILL and its end; a process in the kernel may stay longer
constexpr std::size_t elements_per_question_max = 1000;  // of one READ ELEMENT STATUS; an answer of some 300 KiB
constexpr std::size_t alerts_kept_max = 64;  // of one drive or medium: the last one of each TapeAlert flag
constexpr std::size_t alert_text_bytes_max = 1024;  // kept of what a drive reports
constexpr std::size_t densities_kept_max = 64;  // of one drive
constexpr std::uint32_t library_drives_max = 512;  // drive numbers that the launcher accepts: 0 to 511

// Volumes (decision 15).
constexpr Millis busy_wait = 10s;
constexpr Millis busy_retry_pause = 500ms;
constexpr std::size_t holders_named_max = 16;
constexpr std::size_t drives_named_max = 4;          // in a sentence about for what a request waits; of the others it says how many there are

// Catalog.
constexpr std::size_t events_page_max = 1000;
constexpr Millis request_purge_after = 72h;         // dwLibRequestPurgeTime
constexpr Millis history_purge_after = 24h * 400;   // a year and the month after it: a default, [history] keep_days
constexpr std::size_t history_kept = 1'000'000;     // rows of some 120 bytes, indexes included: a default, [history] keep_rows
constexpr Millis catalog_reopen_pause = 1s;
constexpr Millis catalog_failure_memory = 10s;      // a commit that fails so soon after another one: the next try waits catalog_reopen_pause
constexpr Millis commit_attention_after = 5s;       // a commit takes milliseconds: a disk that is silent for so long needs a person
constexpr Millis commit_stop_limit = 10s;           // at SIGTERM

// Daemon.
constexpr Millis stop_look_pause = 20ms;   // between two looks at what is still under way
constexpr Millis device_stop_limit = 5s;  // SIGTERM: device commands that may still come back; a handler ends its step without us
constexpr Millis stop_limit = device_stop_limit + commit_stop_limit;  // SIGTERM to exit

}  // namespace rsm::limits
