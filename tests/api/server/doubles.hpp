// Stand-ins for tests of the server: a Manager that does what a test says (chosen at link time: doubles.cpp defines the
// functions of rsm::Manager), a catalog reader over vectors, a loop with virtual time, a log that keeps its lines.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/server/dispatcher.hpp"
#include "libmgr/manager.hpp"

namespace rsm::testing {

class TestLoop final : public Loop {
 public:
  TimePoint now() const override { return from_ms(now_ms); }
  TimerId after(Millis delay, Callback callback) override {
    queue_.emplace(std::pair{now_ms + delay.count(), ++last_}, std::move(callback));
    return static_cast<TimerId>(last_);
  }
  void cancel(TimerId timer) override {
    std::erase_if(queue_, [&](auto const& entry) { return entry.first.second == static_cast<std::uint64_t>(timer); });
  }
  void post(Callback callback) override { after(Millis{0}, std::move(callback)); }
  void post_from_thread(Callback callback) override { post(std::move(callback)); }
  // Everything that is due within this time.
  void run_for(Millis time) {
    std::int64_t const end = now_ms + time.count();
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      auto first = queue_.extract(queue_.begin());
      now_ms = first.key().first;
      deed();
      counted_ = true;
      first.mapped()();
    }
    now_ms = end;
  }
  std::size_t waiting() const { return queue_.size(); }
  // Tests change the world behind the loop's back: where that is to be seen at once, it does not count.
  bool counts = false;
  std::uint64_t deeds() override { return counts ? deeds_ : ++deeds_; }
  void only_looks() override {
    if (std::exchange(counted_, false)) --deeds_;
  }
  std::int64_t now_ms = 1'000'000;

 private:
  std::map<std::pair<std::int64_t, std::uint64_t>, Callback> queue_;
  std::uint64_t last_ = 0;
  bool counted_ = false;
};

class TestLog final : public Log {
 public:
  void write(LogLevel level, std::string const& line) override { lines.emplace_back(level, line); }
  std::size_t count(std::string_view part) const {
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](auto const& l) { return l.second.find(part) != std::string::npos; }));
  }
  std::vector<std::pair<LogLevel, std::string>> lines;
};

// Keeps the promises of catalog_reader.hpp over vectors, the greatest page among them.
class TestReader final : public db::CatalogReader {
 public:
  std::vector<MediumRecord> media;  // in the order of creation
  std::vector<LogicalMediumRecord> logical_media;
  std::vector<RequestRecord> requests;
  std::vector<OperatorRequestRecord> operator_requests_kept;
  std::vector<Event> kept_events;
  std::vector<db::HistoryEntry> history;  // the oldest first
  std::map<Guid, HistorySums> sums;
  std::map<std::string, MediumId> deleted_media;  // by what they were called
  db::HistoryFilter last_history;
  db::MediaSearch last_search;
  std::map<Guid, db::ObjectText> texts;
  std::map<std::pair<Guid, std::string>, std::string> attributes;
  bool broken = false;  // every call fails
  std::size_t event_reads = 0;  // calls of events()
  std::size_t media_read = 0;   // calls of medium()

  Result<db::ActiveWorld> load_active() override { return db::ActiveWorld{}; }
  Result<std::optional<MediumRecord>> medium(MediumId id) override;
  Result<std::optional<MediumRecord>> medium_of_side(SideId id) override;
  Result<std::optional<LogicalMediumRecord>> logical_medium(LogicalMediumId id) override;
  Result<std::optional<db::ObjectText>> object_text(Guid object) override;
  Result<std::optional<db::DoneCall>> done_call(SessionId session, std::string const& key) override;
  Result<std::optional<std::string>> object_attribute(Guid object, std::string const& name) override;
  Result<std::vector<LogicalMediumRecord>> logical_media_by_key(SessionId, std::string const&) override { return std::vector<LogicalMediumRecord>{}; }
  Result<std::vector<AllocatableSide>> allocatable_sides(AllocatableSide const&, std::size_t) override { return std::vector<AllocatableSide>{}; }
  Result<std::vector<MediumRecord>> media_by_barcode(std::string const& barcode) override;
  Result<std::vector<MediumRecord>> media_by_label(Omid const&) override { return std::vector<MediumRecord>{}; }
  Result<std::vector<MediumRecord>> media_by_name(std::string const& name) override;
  Result<std::vector<MediumRecord>> media_page(db::MediaFilter filter, MediumId after, std::size_t limit) override;
  Result<std::vector<LogicalMediumRecord>> logical_media_page(PoolId pool, LogicalMediumId after, std::size_t limit) override;
  Result<db::MediaFound> search_media(db::MediaSearch const& search) override;
  Result<std::uint64_t> count_media(db::MediaFilter filter) override;
  Result<std::uint64_t> count_logical_media(PoolId pool) override;
  Result<std::optional<RequestRecord>> request(RequestId id) override;
  Result<std::optional<RequestRecord>> request(std::uint64_t number) override;
  Result<std::vector<RequestRecord>> requests_page(LibraryId library, std::uint64_t before, std::size_t limit) override;
  Result<std::vector<OperatorRequestRecord>> operator_requests_page(OperatorRequestId after, std::size_t limit) override;
  Result<std::optional<OperatorRequestRecord>> operator_request(OperatorRequestId id) override;
  Result<db::EventPage> events(std::uint64_t after, std::size_t limit) override;
  Result<std::vector<db::HistoryEntry>> history_page(db::HistoryFilter const& filter, std::optional<db::HistoryCursor> const& after, std::size_t limit) override;
  Result<HistorySums> history_sums(Guid object) override;
  Result<std::optional<MediumId>> deleted_medium(std::string const& called) override;
};

// What a test sets and sees of the manager.
struct ManagerDouble {
  std::string explained = "It waits for a drive.", arm = "slot 1 to drive 0";
  std::optional<forecast::Answer> foreseen;  // of every request; nothing: it waits in no queue
  std::vector<forecast::Plan> plans;         // by library; of others there is none
  std::vector<std::optional<forecast::WhatIf>> supposed;  // what plans were asked for
  std::vector<std::pair<RequestId, forecast::Expected>> forecasts_told;
  std::map<std::pair<Guid, TimingKind>, TimingSketch> timings;
  std::vector<forecast::DrivesTried> drives_tried;
  std::vector<forecast::PastMount> past;     // that drives were tried with
  std::vector<std::string> facts{"drive 0 is in use"}, attention{"drive 1 needs service"};
  World world;
  Settings settings;
  bool ready = true;
  std::optional<Error> cannot_write;  // not ready, and only reading is served
  Manager::Counters counters;
  Figures figures;
  Observations observations;
  std::vector<std::string> calls;  // "mount key=k media=2", in their order
  Result<> refusal;                // an error: every change is refused with it
  std::string throws;              // not empty: every change throws this
  bool drops = false;              // every change forgets its reply
  std::vector<RequestId> made;     // ids that changes answer with
  std::map<SessionId, int> attached;
  bool hold_reads = false;
  std::vector<Reply<>> held_reads;
  struct Wait {
    std::vector<RequestId> requests;
    std::optional<Millis> limit;
    Reply<std::vector<RequestRecord>> reply;
  };
  std::vector<Wait> waits;
  struct OperatorWait {
    OperatorRequestId id;
    std::optional<Millis> limit;
    Reply<OperatorRequestRecord> reply;
  };
  std::vector<OperatorWait> operator_waits;
  OperatorCall last_operator_call;
  std::vector<ConnectionId> connections_gone;
  std::vector<std::move_only_function<void(std::uint64_t)>> subscribers;
  Caller last_caller, last_wait;
  std::string last_key;  // of a change of the catalog
  MountCall last_mount;
  SetObjectCall last_set;
  AllocateCall last_allocation;
  InventoryAction last_action = InventoryAction::default_method;
  TestReader* reader = nullptr;

  static ManagerDouble* current;  // whose turn it is: tests run one after the other
};

// A server on all of this.
struct TestServer {
  TestLoop loop;
  TestLog log;
  TestReader reader;
  ManagerDouble manager_double;
  bool hold_background = false;  // work in the background waits in held_work
  std::vector<Callback> held_work;
  bool hold_ahead = false;  // and who looks ahead in held_ahead
  std::vector<Callback> held_ahead;
  std::unique_ptr<Manager> manager;
  std::unique_ptr<server::Dispatcher> dispatcher;
  std::shared_ptr<server::PeerState> peer;  // root, has said hello
  std::uint64_t peers_made = 0;

  explicit TestServer(Loop* other_loop = nullptr);
  ~TestServer();
  std::shared_ptr<server::PeerState> new_peer(std::uint32_t uid, bool greeted = true);
  // The answer's line, once it is there; empty: not yet.
  std::shared_ptr<std::string> send(server::PeerState& from, std::string_view method, std::string_view params = "{}");
  // "ERROR_BUSY drive 0", or "ok" with what result holds: for calls that are answered at once.
  std::string call(std::string_view method, std::string_view params = "{}");
  std::string call(server::PeerState& from, std::string_view method, std::string_view params = "{}");
};

// "ok {...}" or "ERROR_NAME object" of an answer's line.
std::string short_form(std::string const& line);

// A library "Jukebox" with 2 drives, 4 slots, a port, a door and a changer; the offline library; pools; a session of uid 1000.
namespace ids {
template <class AnyId = Guid>
AnyId made_up(unsigned kind, unsigned n = 0) {
  Guid guid;
  guid.bytes[0] = static_cast<std::uint8_t>(kind);
  guid.bytes[14] = static_cast<std::uint8_t>(n >> 8);
  guid.bytes[15] = static_cast<std::uint8_t>(n + 1);
  if constexpr (std::is_same_v<AnyId, Guid>)
    return guid;
  else
    return AnyId{guid};
}
inline LibraryId library() { return made_up<LibraryId>(1); }
inline LibraryId shelf() { return made_up<LibraryId>(1, 9); }
inline DriveId drive(unsigned n) { return made_up<DriveId>(2, n); }
inline MediumId medium(unsigned n) { return made_up<MediumId>(3, n); }
inline SideId side(unsigned medium_number, unsigned n) { return made_up<SideId>(4, medium_number * 2 + n); }
inline RequestId request(unsigned n) { return made_up<RequestId>(5, n); }
inline SessionId session(unsigned n) { return made_up<SessionId>(6, n); }
inline SlotId slot(unsigned n) { return made_up<SlotId>(7, n); }
inline PortId port() { return made_up<PortId>(8); }
inline DoorId door() { return made_up<DoorId>(9); }
inline ChangerId changer() { return made_up<ChangerId>(10); }
inline PoolId pool(unsigned n) { return made_up<PoolId>(11, n); }
inline MediaTypeId media_type(unsigned n) { return made_up<MediaTypeId>(12, n); }
inline LogicalMediumId logical(unsigned n) { return made_up<LogicalMediumId>(13, n); }
inline OperatorRequestId operator_request(unsigned n) { return made_up<OperatorRequestId>(14, n); }
}  // namespace ids
inline std::string in_quotes(Guid id) { return "\"" + id.text() + "\""; }
// A call as it goes over the wire.
inline std::string line_of(int id, std::string_view method, std::string_view params = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + std::string(method) + R"(","params":)" + std::string(params) + "}\n";
}
void furnish(TestServer& server);
RequestRecord mount_request(unsigned n, RequestState state);

}  // namespace rsm::testing
