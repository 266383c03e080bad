// Reading the catalog: the active world at start, single rows by index, long lists page by page.
//
// What for: everything here reads the last committed state on a connection of its own, which never waits for the writer.
// What the loop has changed and not yet committed is not seen: libmgr/model keeps such rows in memory and looks there first.
// Errors: database_failure (4313) with what SQLite said. Thread rule: the loop only (each call is a few microseconds to a
// few milliseconds; pages are bounded by limits::page_items_max), but for a search, which has a reader of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/changes.hpp"
#include "libmgr/domain/allocatable.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/search.hpp"

namespace rsm::db {

// Cartridges of a pool (zero: of none) that are in a library now (zero: in none).
struct MediaCount {
  LibraryId place;
  PoolId pool;
  std::uint64_t media = 0;
};

// A request of the history, by the key that its call came with.
struct EndedCall {
  std::uint64_t number = 0;
  SessionId session;
  std::string key;
  friend bool operator==(EndedCall const&, EndedCall const&) = default;
};

// All that memory holds (decision 2).
struct ActiveWorld {
  std::vector<LibraryRecord> libraries;
  std::vector<LibraryMediaType> library_media_types;
  std::vector<ChangerRecord> changers;
  std::vector<DriveRecord> drives;
  std::vector<DriveHot> hot_drives;
  std::vector<SlotRecord> slots;
  std::vector<PortRecord> ports;
  std::vector<DoorRecord> doors;
  std::vector<MediaTypeRecord> media_types;
  std::vector<PoolRecord> pools;
  std::vector<SessionRecord> sessions;
  std::vector<RequestRecord> open_requests;
  std::vector<RequestRecord> ended_requests;  // those that are not in the history yet, by number
  std::vector<EndedCall> ended_calls;         // of the history and of sessions that are open, by number
  std::vector<IntentRecord> intents;
  std::vector<OperatorRequestRecord> operator_requests;  // not final ones
  std::vector<ObjectSecurity> securities;                // of objects that have one of their own
  std::optional<ComputerRecord> computer;   // nothing: it has to be made
  std::vector<DeviceTypeRecord> device_types;
  std::vector<DestinationRecord> destinations;
  std::vector<TimingRecord> timings;        // of all libraries and drives
  std::uint64_t last_event = 0;             // the newest event number that was given, 0 = none
  std::uint64_t last_request_sequence = 0;  // over open and finished ones
  std::uint64_t media_count = 0;
  std::vector<MediaCount> media_counts;     // several may be of one pool and place
  std::map<std::string, std::uint64_t> media_of_users;  // logical media that each has allocated
  PoolId root_pool;                         // zero: it has to be made
  std::uint64_t media_number = 0;           // the newest number that was given to a cartridge
  Guid history{};                           // whose numbers the events have; zero: a new history has to begin
  std::optional<std::string> restored;      // the catalog came from this backup, which has not been told yet; empty text: nobody knows from which
};

// Media of one kind of container; zero ids: all. Order: creation.
struct MediaFilter {
  LibraryId library;
  PoolId pool;
  bool offline_only = false;
};

// Where the text is that was found, in the order in which it is looked for.
enum class SearchedText : std::uint8_t { barcode, barcode_in_capitals, name, label };
struct SearchCursor {
  SearchedText where = SearchedText::barcode;
  std::string text;  // of this row
  MediumId medium;
  friend bool operator==(SearchCursor const&, SearchCursor const&) = default;
};
struct MediaSearch {
  std::string text;  // not empty
  SearchMatch match = SearchMatch::prefix;
  MediaFilter filter;
  std::optional<SearchCursor> after;
  std::size_t limit = 0;
  std::optional<std::chrono::steady_clock::time_point> until;  // then it ends where it is
};
struct MediaFound {
  std::vector<std::pair<MediumId, SearchCursor>> media;  // each with the place behind which the next page begins
  std::optional<SearchCursor> next;                      // nothing: this was all
  bool partial = false;                                  // the time was over; `next` goes on
};

struct EventPage {
  std::vector<Event> events;  // numbers > after, ascending
  std::uint64_t oldest = 0;   // oldest event kept, 0 = none
};

// History of one medium or drive (a zero id: of all), in this library, with this request (zero: any), of this time: from <= time < to.
struct HistoryFilter {
  Guid object{};
  ObjectType type = ObjectType::unknown;  // medium or drive
  LibraryId library;
  RequestId request;
  MaybeTime from, to;
  bool newest_first = true;
};
// A page goes on behind this one, in the order of its filter.
struct HistoryCursor {
  TimePoint time{};
  std::uint64_t number = 0;
  friend bool operator==(HistoryCursor const&, HistoryCursor const&) = default;
};
struct HistoryEntry {
  std::uint64_t number = 0;
  HistoryRecord record;
  std::string medium_name, drive_name, library_name;  // as they are called now, a deleted cartridge as it was called; empty: nobody knows
};

class CatalogReader {
 public:
  virtual ~CatalogReader() = default;
  virtual Result<ActiveWorld> load_active() = 0;

  virtual Result<std::optional<MediumRecord>> medium(MediumId id) = 0;
  virtual Result<std::optional<MediumRecord>> medium_of_side(SideId id) = 0;
  virtual Result<std::optional<LogicalMediumRecord>> logical_medium(LogicalMediumId id) = 0;
  virtual Result<std::vector<LogicalMediumRecord>> logical_media_by_key(SessionId session, std::string const& key) = 0;
  // The first ones of a shelf behind this one, in their order; those with the smallest values are its beginning.
  virtual Result<std::vector<AllocatableSide>> allocatable_sides(AllocatableSide const& behind, std::size_t limit) = 0;
  virtual Result<std::vector<MediumRecord>> media_by_barcode(std::string const& barcode) = 0;          // all of them
  virtual Result<std::vector<MediumRecord>> media_by_label(Omid const& label) = 0;                     // type and id; all of them
  virtual Result<std::vector<MediumRecord>> media_by_name(std::string const& name) = 0;                // at most 2
  // Rows after the cursor (created, id); a zero id starts at the beginning.
  virtual Result<std::vector<MediumRecord>> media_page(MediaFilter filter, MediumId after, std::size_t limit) = 0;
  virtual Result<std::vector<LogicalMediumRecord>> logical_media_page(PoolId pool, LogicalMediumId after, std::size_t limit) = 0;
  // May take as long as `until` allows: not on the loop, but where a catalog has one connection only.
  virtual Result<MediaFound> search_media(MediaSearch const& search) = 0;
  virtual Result<std::uint64_t> count_media(MediaFilter filter) = 0;           // from counters, not by a scan
  virtual Result<std::uint64_t> count_logical_media(PoolId pool) = 0;

  // What people call an object whose record does not say it; bytes of an application.
  virtual Result<std::optional<ObjectText>> object_text(Guid object) = 0;
  virtual Result<std::optional<std::string>> object_attribute(Guid object, std::string const& name) = 0;

  // What the call with this key has done in this session.
  virtual Result<std::optional<DoneCall>> done_call(SessionId session, std::string const& key) = 0;

  virtual Result<std::optional<RequestRecord>> request(RequestId id) = 0;      // open or finished
  virtual Result<std::optional<RequestRecord>> request(std::uint64_t number) = 0;
  // Of the history, newest first, with sequence < before (0: from the newest). Those that are open, and those that have ended and are not in the
  // history yet, are wholly in memory (ActiveWorld).
  virtual Result<std::vector<RequestRecord>> requests_page(LibraryId library, std::uint64_t before, std::size_t limit) = 0;
  virtual Result<std::vector<OperatorRequestRecord>> operator_requests_page(OperatorRequestId after, std::size_t limit) = 0;
  virtual Result<std::optional<OperatorRequestRecord>> operator_request(OperatorRequestId id) = 0;
  virtual Result<EventPage> events(std::uint64_t after, std::size_t limit) = 0;

  virtual Result<std::vector<HistoryEntry>> history_page(HistoryFilter const& filter, std::optional<HistoryCursor> const& after, std::size_t limit) = 0;
  // Zeros of what nothing has happened to.
  virtual Result<HistorySums> history_sums(Guid object) = 0;
  // A cartridge that has no record any more, by its id, bar code or name; of several the one that was deleted last.
  virtual Result<std::optional<MediumId>> deleted_medium(std::string const& called) = 0;
};

}  // namespace rsm::db
