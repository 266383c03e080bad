// What was typed after `rsm`, as data.
//
// What for: the commands read it, the parsers (GNU style here, the classic verbs in classic/) fill it in. Durations are
// milliseconds. Thread rule: values. Source: docs/rsm.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rsm::cli {

enum class ColorWhen { automatic, always, never };

// A duration, or "without limit" for a bare --wait.
struct WaitFor {
  std::optional<std::int64_t> limit_ms;
  friend bool operator==(WaitFor const&, WaitFor const&) = default;
};

// Options that every command has.
struct CommonOptions {
  std::string socket;  // empty: OPENRSM_SOCKET, else the built-in place
  bool json = false;
  bool no_header = false;
  ColorWhen color = ColorWhen::automatic;
  bool win32_exit = false;
  std::string application = "RSM";
};

struct SetupArguments {
  std::string emulated, remove, hardware;  // names; a folder
  bool check = false;
};

// Of media labels. Lengths are millimetres, as they were written.
struct LabelArguments {
  std::string pdf, from, type, sheet, offset, scale;
  std::int64_t count = 1, skip = 0;
  bool color = false, reprint = false, test_page = false;
};

struct ReportArguments {
  std::string pdf, scan, since;
};

struct NotifyArguments {
  std::vector<std::string> run;  // commands, in words that are split as a shell would
  std::string to, after, remind, digest, what, state;  // empty: as the settings have it
  std::string failed;                                  // the unit that has
  bool test = false, as_mail = false;
};

struct Arguments {
  std::string object, verb;  // "media", "mount"; the verb is empty for status, events, describe, explain
  CommonOptions common;
  std::vector<std::string> targets;

  std::optional<std::int64_t> watch_ms;
  std::optional<WaitFor> wait;
  std::int64_t limit = 0;  // rows of a list; 0: the built-in limit
  std::string library, pool;
  bool open_only = false;
  bool contains = false;
  bool view_only = false, no_browser = false;  // of the web console
  std::string how_long, login_socket;

  bool read = false, write = false, nowait = false, error_if_offline = false, error_if_unavailable = false;
  std::vector<std::string> drives;
  std::optional<std::int64_t> priority;
  std::optional<std::int64_t> timeout_ms;

  bool deferred = false, immediate = false, force = false, system_too = false;
  bool fast = false, full = false, stop = false;
  std::string stop_request;
  std::optional<std::uint32_t> uses;  // of a cleaning cartridge
  std::string after_door;             // the inventory that follows
  std::string to;  // of a transfer: "3", "slot 3", "port 0"; of an order: "1", "last"
  bool exchange = false;
  std::string message, about, into;  // of an operator request

  std::string media_type;  // of a pool, by name or id; "none": a pool for pools; empty: not given
  std::optional<std::string> description;
  std::optional<bool> from_free, to_free;
  std::optional<std::int64_t> max_allocations;
  bool change_type = false;
  std::optional<bool> purge_free, keep_import, keep_failed;  // of the computer
  std::optional<std::int64_t> keep_requests_ms;

  std::vector<std::string> allowed, denied, removed;  // of security: "user:alice=use,control"; of removed: "user:alice"
  std::string owner;
  bool for_new_pools = false;

  bool follow = false;
  std::optional<std::int64_t> since, since_ms;  // events: after this number, or from this time on
  std::string type;
  std::string file;

  std::optional<std::int64_t> from_ms, until_ms;  // of the history: moments
  bool oldest_first = false, csv = false, trace = false;
  bool read_only = false, ascii = false;  // of top

  std::vector<std::string> what_if;        // of a plan: as it was written
  std::optional<std::int64_t> within_ms;   // of advice: the wait that is wanted

  std::vector<std::string> warning, critical;  // of check: as they were written
  bool dry_run = false;

  std::vector<std::string> portals;  // of discover: "HOST[:PORT]"
  std::string chap_file, config, name;
  bool add = false;

  std::string side, next_of;  // of an allocation
  bool whole = false;
  std::string barcode, state;  // of a cartridge that is made
  std::vector<std::string> labels;
  std::string first_bytes, file_system;  // of a label that a program has written
  bool error_if_duplicate = false;

  std::vector<std::string> certified_drives, media;  // of certify: empty: all; chosen by the program
  std::optional<std::int64_t> cartridges;
  bool yes = false, ports = false;

  SetupArguments setup;
  LabelArguments sheet;
  ReportArguments report;
  NotifyArguments notify;

  std::vector<std::string> command;  // what stands behind "--": a program and its arguments
};

// A wrong command line: what is wrong and what to type instead.
struct Usage {
  std::string message;
};
// Help or version was asked for: to standard output, success.
struct Help {
  std::string text;
};

}  // namespace rsm::cli
