// Every limit of the product, with its unit and its reason. What an administrator may change is in the configuration and
// starts from the value here. Nothing waits and nothing grows without a name from this page.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

// Wire: what one client may send or hold (decision 20). A client that goes over hurts only itself.
constexpr std::size_t line_bytes_max = 256 * 1024;         // one JSON object a line
constexpr std::size_t json_depth_max = 16;                 // our deepest message has 5
constexpr std::size_t calls_open_per_connection_max = 256;  // requests under way on one connection
constexpr std::size_t connections_per_uid_max = 1024;
constexpr std::size_t connections_total_max = 8192;
constexpr std::size_t connections_reserved = 64;            // of these, for administrators only: nobody else can keep them out
constexpr std::size_t descriptors_reserved = 512;           // of the process, for catalog, log, devices and handlers: connections leave them alone
constexpr std::size_t refusals_told_max = 64;               // refused clients at once that are given the time to read why
constexpr Millis refusal_wait = 1s;                         // for such a client to read it
constexpr std::size_t sessions_per_uid_max = 4096;
constexpr std::size_t outbox_bytes_max = 8 * 1024 * 1024;  // answers a client does not read; then it is cut off
constexpr std::size_t outbox_pause_bytes = 1024 * 1024;    // with so much unread the server reads no more calls from it
constexpr Millis write_stall_max = 60s;                    // a client that reads nothing for so long is cut off
constexpr Millis half_closed_wait = 30s;                   // time for the last answers after a client has stopped writing
constexpr Millis accept_retry_pause = 100ms;               // after accept failed (no file descriptors)
constexpr std::size_t bad_lines_max = 8;                   // lines of one connection that are no JSON-RPC
constexpr std::size_t lines_per_turn_max = 64;             // calls of one connection before others have their turn
constexpr Millis turn_max = 5ms;                           // of one connection, the call in hand not counted; then the next user has its turn
constexpr std::size_t unread_bytes_per_uid_max = 32 * 1024 * 1024;  // answers that one user does not read, of all its connections: then its calls wait; and the same of lines that it does not end: then it is cut off
constexpr std::size_t reads_waiting_per_uid_max = 64;      // of one user, for a commit under way; they are answered in one go when it is durable
constexpr std::size_t event_waits_per_uid_max = 1024;      // of one user, for the next event
constexpr Millis hello_wait = 30s;                         // a connection that never says hello
constexpr std::size_t page_items_default = 200;
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
constexpr std::size_t omid_id_bytes_max = 255;

// Queue.
constexpr std::size_t requests_open_max = 100'000;
constexpr std::size_t requests_open_per_user_max = 4096;  // a default: [queue] requests_per_user
constexpr std::size_t waits_per_user_max = 16'384;         // calls that wait for requests, of all connections of a user
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
constexpr Millis handler_start_limit = 10s;
constexpr Millis handler_kill_limit = 5s;   // between SIGKILL and its end; a process in the kernel may stay longer
constexpr Millis device_retry_pause = 2s;   // before a device that failed is asked again
constexpr Millis service_recheck_pause = 30s;  // a device that needs service is asked again
constexpr unsigned device_retries_max = 3;  // asks in a row before it needs service
constexpr unsigned request_attempts_max = 3;    // tries of one mount or identification, in another drive where there is one
constexpr Millis port_poll_pause = 1s;         // a person at the port: changers give no event
constexpr unsigned move_attempts_max = 3;   // one move, with the hardware asked between attempts
constexpr unsigned drive_errors_in_a_row_max = 3;  // then the drive needs service
constexpr Millis handler_hello_limit = handler_start_limit + handler_kill_limit;  // start to first line: it may wait for the lock of its device
constexpr Millis handler_lock_look = 50ms;      // how late a handler that waits for its device's lock may notice the end of the wait
constexpr std::size_t elements_per_question_max = 1000;  // of one READ ELEMENT STATUS; an answer of some 300 KiB
constexpr unsigned inventory_failures_max = 64;  // ranges that do not answer, asked in halves; then whole ones are left out
constexpr Millis silent_after = 30s;             // a step of a device that takes longer counts as waiting: time limits apply to it
constexpr Millis deadline_look_pause = 1s;       // a request whose limit is over in the middle of a step is looked at again
constexpr Millis folder_lock_pause = 2ms;       // between two tries for a lock that is held shortly
constexpr std::size_t device_queue_max = 64;    // commands that wait for one device
constexpr std::uint32_t library_drives_max = 512;  // drive numbers that the launcher accepts: 0 to 511
constexpr unsigned handlers_per_device_max = 2;  // one that does not end and one that takes its place
constexpr std::size_t handler_line_bytes_max = 4 * 1024 * 1024;  // the longest is an answer about elements_per_question_max elements

// Volumes (decision 15).
constexpr Millis busy_wait = 10s;
constexpr Millis busy_retry_pause = 500ms;
constexpr std::size_t holders_named_max = 16;
constexpr Millis lock_settle_limit = 100ms;  // users that are just leaving: udev, an io_uring after its close (19 ms measured)
constexpr Millis lock_settle_pause = 10ms;
constexpr unsigned mount_table_reads_max = 3;     // looks at mounts whose namespaces end meanwhile
constexpr std::uint32_t loop_devices_max = 1024;  // numbers tried from the first of our own

// Handles on volumes (drivers/volume): libvolumectl and `rsm volume`.
constexpr std::size_t volume_transfer_bytes_max = 1024 * 1024;  // of one read or write that crosses to the handler; longer ones are cut into these
constexpr std::size_t volume_handles_max = 256;                 // on one volume, of all programs
constexpr std::size_t volume_operations_max = 1024;             // under way on one handle
constexpr Millis volume_notice_limit = 10s;   // a listener that does not answer holds a lock up for so long
constexpr Millis volume_notice_words = 1s;  // from the connection of who tells to its one word, sent at once
constexpr Millis volume_record_wait = 2s;     // for the lock of a volume's record; it is held for microseconds
constexpr Millis volume_online_limit = 5s;    // for the process that keeps a volume offline to let it go
constexpr Millis volume_settle_pause = 10ms;  // between two looks at what another process has to do
constexpr Millis volume_close_limit = 10s;    // release of lock and preventions at close; then the handler goes on by itself
constexpr Millis volume_start_limit = 10s;    // of a handler, to its first word
constexpr Millis volume_service_wait = 2s;    // `rsm volume` asks a service whether it manages the volume; the handler's own knowledge goes first
constexpr Millis scsi_command_limit = 60s;     // of one command to a disk or tape drive by SG_IO: a cartridge disk spins down before it comes out
constexpr unsigned scsi_unit_attentions_max = 8;  // in a row before a command is answered: reset, new medium, changed parameters
constexpr std::size_t volume_report_bytes_max = 8 * 1024 * 1024;  // status and holders as text
constexpr std::size_t volume_names_bytes_max = 1024 * 1024;      // /etc/openrsm/volumes.toml
constexpr std::size_t volumectl_handles_max = 4096;   // of one process: volumes, events, listeners
constexpr std::size_t volumectl_failures_max = 1024;  // sentences kept of completed operations, for each handle
constexpr std::size_t volumectl_name_units_max = 32767;  // of a name, as on Windows; a longer one is not read to its end

// Catalog.
constexpr std::size_t commit_changes_max = 4096;    // changes in one group
constexpr std::size_t events_kept_max = 1'000'000;  // older ones give ERROR_NO_DATA
constexpr std::size_t events_page_max = 1000;
constexpr Millis request_purge_after = 72h;         // dwLibRequestPurgeTime
constexpr std::size_t requests_kept_max = 200'000;  // finished ones, however young: a flood of them fills no disk
constexpr std::size_t requests_kept_bytes_max = 128 * 1024 * 1024;  // of their rows; 200,000 ordinary ones have half of it
constexpr Millis catalog_reopen_pause = 1s;
constexpr Millis catalog_failure_memory = 10s;      // a commit that fails so soon after another one: the next try waits catalog_reopen_pause
constexpr Millis commit_attention_after = 5s;       // a commit takes milliseconds: a disk that is silent for so long needs a person
constexpr Millis commit_stop_limit = 10s;           // at SIGTERM
constexpr Millis catalog_busy_wait = 5s;            // for another connection to the catalog (a checkpoint behind a reader)
constexpr int catalog_cache_kib = 16 * 1024;        // pages one connection keeps in memory
constexpr int catalog_log_pages_max = 1000;         // 4 MiB of log; then it moves into the file
constexpr std::size_t purge_rows_each_commit = 64;  // and one more for each change of the commit
constexpr std::size_t catalog_page_bytes = 4096;    // SQLite's own default
constexpr std::uint64_t catalog_room_bytes = 8 * 1024 * 1024;  // what the catalog needs to go on: a whole log of catalog_log_pages_max pages, and the same in the file
constexpr std::size_t catalog_findings_max = 100;   // of one check
constexpr std::size_t media_alike_max = 10'000;     // with one bar code or one label: copies are a few, pressed discs perhaps many
constexpr std::uint64_t event_number_leap = 1'000'000'000'000;  // after a restore over a catalog that cannot be read: above all that it can have given
constexpr int links_followed_max = 40;              // from the name of the catalog to its file, as the kernel does

// Clients (api/client).
constexpr Millis client_connect_limit = 5s;       // connect and hello
constexpr Millis client_reconnect_pause_min = 50ms;  // doubled after each failure
constexpr Millis client_reconnect_pause_max = 1s;
constexpr Millis client_call_limit = 60s;         // a call that does not wait for work
constexpr Millis client_send_limit = 30s;         // a service that does not read
constexpr std::size_t client_reply_bytes_max = outbox_bytes_max;  // a longer line is no answer
constexpr std::size_t client_pages_max = 100'000;  // a list that is longer has no end

// Log (libmgr/base/repeated_lines.hpp): what somebody does without end is counted.
constexpr std::size_t log_lines_alike_max = 100;    // lines that differ in numbers and ids only, written within one window
constexpr std::size_t log_lines_max = 1000;         // of all kinds, within one window; errors are always written
constexpr Millis log_alike_window = 10s;
constexpr std::size_t log_kinds_max = 512;          // kinds of lines that are told apart at once

// Daemon.
constexpr Millis stop_look_pause = 20ms;   // between two looks at what is still under way
constexpr Millis device_stop_limit = 5s;  // SIGTERM: device commands that may still come back; a handler ends its step without us
constexpr Millis stop_limit = device_stop_limit + commit_stop_limit;  // SIGTERM to exit

// Monitoring (cli/rsm/check): defaults of the thresholds are in its table of metrics.
constexpr Millis check_limit = 10s;            // rsm check, then UNKNOWN; the usual limit of monitoring plugins
constexpr Millis start_attention_after = 60s;  // a service that is still not ready then needs a person

// Exporter (api/exporter): what one HTTP client may send or hold, and how long the daemon may take.
constexpr Millis exporter_ask_limit = 4s;             // the daemon, its connection included; below Prometheus' usual 10 s for a scrape
constexpr Millis exporter_request_limit = 5s;         // from the first byte of a request to its last
constexpr Millis exporter_write_limit = 5s;           // a client that does not read its answer
constexpr Millis exporter_idle_limit = 150s;          // between two requests of one connection; a scrape interval is at most two minutes
constexpr std::size_t exporter_header_bytes_max = 8 * 1024;
constexpr std::size_t exporter_pipeline_bytes_max = 16 * 1024;  // sent ahead of the answers
constexpr std::size_t exporter_connections_max = 64;  // a few Prometheus servers and a person; the longest idle one makes room

// Emulated library.
constexpr std::uint32_t emulator_elements_max = 100'000;  // slots; of the other kinds their own limits
constexpr std::uint32_t emulator_drives_max = library_drives_max;
constexpr std::uint32_t emulator_ports_max = 1000;
constexpr std::size_t emulator_barcode_chars_max = 32;    // a volume tag of SMC
constexpr std::size_t emulator_log_bytes_spare = 256 * 1024;  // what its cartridges' log may grow by before it is written anew (or by its own length)
constexpr double emulator_scale_max = 1000;              // timing factor
constexpr Millis emulator_step_max = 1h;                 // one time of the timing model
constexpr std::size_t emulator_faults_max = 1000;        // armed at once
constexpr std::uint64_t emulator_side_bytes_max = 1ULL << 40;       // of one side
constexpr std::size_t emulator_file_bytes_max = 256 * 1024 * 1024;  // state.json, faults.json, the log of cartridges
constexpr Millis emulator_lock_limit = 10s;   // for the lock of its directory; held for one read and write of a file
constexpr Millis emulator_look_pause = 100ms;  // longest sleep of a handler before it looks at the hardware again
constexpr Millis emulator_format_limit = 2min;  // mkfs of one side

}  // namespace rsm::limits
