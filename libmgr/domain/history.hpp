// The history of cartridges and drives: what happened to which of them, by whom, and what it adds up to.
//
// What for: the book writes one record for each thing that happened, in the commit of the change itself; the catalog keeps them by medium and
// by drive, with sums that cost nothing to read. Events tell programs that something has changed; the history tells people what a cartridge or a
// drive has been through, and outlives its record.
// Units: milliseconds. Ranges: none. Errors: none. Thread rule: values and pure functions.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class HistoryKind : std::uint8_t {
  moved = 1,           // from one element of a library to another
  brought_in = 2,      // into a library: from outside, or for the first time
  taken_out = 3,       // it is in no library any more
  mounted = 4,         // its volume is in use
  dismounted = 5,      // and no more; how long it was
  failed = 6,          // a command for it, or a drive with it
  alerted = 7,         // TapeAlert
  labelled = 8,        // another label was read or written than was known
  allocated = 9,       // a side was given to an application
  deallocated = 10,    // and given back
  completed = 11,      // never written again
  decommissioned = 12, // out of service for ever
  cleaned = 13,        // a drive; how long it took
  deleted = 14         // the record of a cartridge
};
BOOST_DESCRIBE_ENUM(HistoryKind, moved, brought_in, taken_out, mounted, dismounted, failed, alerted, labelled, allocated, deallocated, completed,
                    decommissioned, cleaned, deleted)

struct HistoryRecord {
  HistoryKind kind = HistoryKind::moved;
  TimePoint time{};
  MediumId medium;                    // zero: only the drive
  DriveId drive;                      // zero: no drive had to do with it
  LibraryId library;                  // of `from` and `to`
  std::optional<Element> from, to;
  std::optional<std::uint32_t> side;  // its number
  std::optional<Millis> duration;     // of a move, of a mount that has ended, a cleaning; of a mount that begins: how long it was waited for
  std::uint32_t error = 0;            // Win32 number
  std::uint32_t alert = 0;            // number of the TapeAlert flag
  RequestId request;                  // zero: none
  std::string user, application;      // of the request or the session; empty: the service itself, or nobody knows
  std::string text;                   // what failed, was reported, is on the label
  friend bool operator==(HistoryRecord const&, HistoryRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(HistoryRecord, (), (kind, time, medium, drive, library, from, to, side, duration, error, alert, request, user, application, text))

// A cartridge that was taken for another one: what happened to `from` has happened to `into`.
struct HistoryGoesOn {
  MediumId from, into;
  friend bool operator==(HistoryGoesOn const&, HistoryGoesOn const&) = default;
};

// What the records of one cartridge or drive add up to, those that are kept no more included. How often it was mounted stands in its own record.
struct HistorySums {
  MaybeTime last_used;      // mounted or dismounted last
  std::uint64_t moves = 0;  // of a drive: cartridges that came and went
  Millis mounted{0};        // mounts that have ended
  std::uint64_t errors = 0, alerts = 0, cleanings = 0;
  friend bool operator==(HistorySums const&, HistorySums const&) = default;
};
BOOST_DESCRIBE_STRUCT(HistorySums, (), (last_used, moves, mounted, errors, alerts, cleanings))

// What this record adds to the sums of its cartridge and its drive.
HistorySums sums_of(HistoryRecord const& record);

// What has happened when a record becomes another one. Time, request and people are the book's to add; which drive an element of a move is, too.
// `before` without an id: there was none.
std::vector<HistoryRecord> history_of(MediumRecord const& before, MediumRecord const& after);
std::vector<HistoryRecord> history_of(DriveHot const& before, DriveHot const& after, TimePoint now);
// New reports, beside the medium that is in it.
std::vector<HistoryRecord> history_of(DriveRecord const& before, DriveRecord const& after, DriveHot const& now);

}  // namespace rsm
