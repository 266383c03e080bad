// What `rsm volume` has done, step by step, and what came of it: the text for people, the object of --json.
//
// What for: a script needs to know which steps of an eject were taken before one failed, and what became of those who used the volume.
// Thread rule: values and pure functions.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/rsm/text/tone.hpp"
#include "cli/rsm/volume/plan.hpp"

namespace rsm::cli {

struct StepReport {
  std::string step;     // "flush", "lock" …
  std::string outcome;  // "done" | "skipped" | "failed" | "not reached"; of a rehearsal "would be done" | "would fail" | "not reached"
  std::int64_t error = 0;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(StepReport, (), (step, outcome, error, reason))

struct VolumeReport {
  std::string volume;  // "/dev/loop1000"
  std::string named;   // as it was typed
  std::string verb;
  bool dry_run = false, force = false;
  std::vector<StepReport> steps;
  std::vector<volume::HolderEntry> holders;  // who kept it busy
  std::vector<std::int64_t> not_seen;        // processes that may not be looked at
  bool was_mounted = false;
  std::string holders_fate;  // of a forced dismount: "dead" (their I/O gives errors), "alive" (it goes on); else empty
  std::string note;          // of the dismount, for people
  std::int64_t media_changes = 0;
  std::int64_t command_status = -1;  // exit status of the command of `lock`; -1: it did not run
  std::int64_t error = 0;            // 0: it worked, or would work
  std::string error_name, error_text;
  Error failure;                     // the same, for the exit code

  bool good() const { return failure.code == Errc::success; }
  void fail_with(Error why);
};
BOOST_DESCRIBE_STRUCT(VolumeReport, (),
                      (volume, named, verb, dry_run, force, steps, holders, not_seen, was_mounted, holders_fate, note, media_changes, command_status, error,
                       error_name, error_text))

std::string to_json(VolumeReport const& report);

// "open file /mnt/a/b in process 4711 (cat, user root); …": at most limits::holders_named_max of them.
std::string holders_text(std::vector<volume::HolderEntry> const& holders);
// "incomplete: 2 processes may not be looked at: 1, 4711"; empty: all could be.
std::string incomplete_text(std::vector<std::int64_t> const& not_seen);

// What is different now, and of force what became of whom. Of work that went well.
std::string result_text(VolumeReport const& report, volume::VolumeStatus const& before, Canvas const& canvas);
// Of a forced dismount: whether old handles are dead, and whose they are; empty: nobody was forced.
std::string aftermath_text(VolumeReport const& report, Canvas const& canvas);
// What --dry-run prints.
std::string rehearsal_text(VolumeReport const& report, volume::VolumeStatus const& status, Canvas const& canvas);

}  // namespace rsm::cli
