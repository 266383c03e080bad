// A book with a library of cartridges of two sides, pools, and the desk where allocations are asked for. No core, no device: what is tried are
// the rules. Thread rule: the test's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/maintenance.hpp"
#include "libmgr/allocation/allocations.hpp"
#include "libmgr/allocation/media_records.hpp"
#include "libmgr/allocation/sides.hpp"
#include "tests/people/desk.hpp"

namespace rsm {

using namespace std::chrono_literals;
using db::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AllocationRig : public people::Desk {
 protected:
  AllocationRig() {
    type = media_type(20, 0x3B, 2);
    other_type = media_type(21, 0x56, 1);
    import = pool("Import\\MO", PoolType::import, type);
    unrecognized = pool("Unrecognized\\MO", PoolType::foreign, type);
    free_pool = pool("Free\\MO", PoolType::scratch, type);
    parent = pool("App", PoolType::application, {});
    daily = pool("App\\Daily", PoolType::application, type);
    weekly = pool("App\\Weekly", PoolType::application, type);
    other = pool("App\\Tapes", PoolType::application, other_type);
    root_session = session(0);
    people.on_answered([this](OperatorRequestRecord const& record) { allocations.answered(record); });
    settle();
  }
  // Asked for in a session; what the service itself wants to look at is no use of a cartridge.
  RequestId request(Operation operation, MediumId of_medium) {
    RequestRecord record;
    record.id = book.make_id<RequestId>();
    record.operation = operation;
    record.library = library;
    record.medium = of_medium;
    record.session = root_session.id;
    record.user = root_session.user;
    book.add(record);
    return record.id;
  }

  MediaTypeId media_type(unsigned n, std::uint32_t code, std::uint32_t sides) {
    MediaTypeRecord record;
    record.id = testing::made_up<MediaTypeId>(n, 0);
    record.code = code;
    record.name = "type " + std::to_string(n);
    record.sides = sides;
    book.put(record, "for the test");
    return record.id;
  }
  PoolId pool(std::string const& path, PoolType of, MediaTypeId with) {
    PoolRecord record;
    record.id = book.make_id<PoolId>();
    record.path = record.name = path;
    record.type = of;
    record.media_type = with;
    book.put(record, "for the test");
    return record.id;
  }
  void policy(PoolId id, std::uint32_t allocation, std::uint32_t deallocation, std::uint32_t most = 0) {
    PoolRecord record = book.world().pools.at(id);
    record.allocation_policy = allocation;
    record.deallocation_policy = deallocation;
    record.max_allocates = most;
    book.put(record, "for the test");
  }
  // In slot n of the library, with these states of its sides.
  MediumId cartridge(unsigned n, PoolId in, std::vector<SideState> const& states, std::uint32_t count = 0) {
    MediumRecord m;
    m.id = testing::medium_id(100 + n);
    m.name = m.barcode = "C0000" + std::to_string(n);
    m.created = from_ms(1'600'000'000'000 + n);
    m.type = book.world().pools.at(in).media_type;
    m.pool = in;
    m.library = library;
    m.place = InElement{library, {ElementKind::slot, 100 + n}};
    for (unsigned s = 0; s < states.size(); ++s) {
      Side side;
      side.id = testing::side_id(100 + n, s);
      side.number = s;
      side.state = states[s];
      side.allocate_count = count;
      m.sides.push_back(side);
    }
    book.put(m, "for the test", {}, EventKind::insert);
    return m.id;
  }
  MediumRecord of(MediumId id) { return *must(book.medium(id)); }
  SideState state(MediumId id, unsigned side = 0) { return of(id).sides.at(side).state; }
  void change(MediumId id, std::function<void(MediumRecord&)> how) {
    MediumRecord m = of(id);
    how(m);
    book.put(m, "for the test");
  }
  SideId side(MediumId id, unsigned number = 0) { return of(id).sides.at(number).id; }

  AllocateCall call_in(PoolId in) {
    AllocateCall call;
    call.key = "k" + std::to_string(++keys);
    call.pool = in;
    call.error_if_unavailable = true;
    return call;
  }
  Caller caller_of(SessionRecord const& of_session, bool administrator = true, std::uint64_t connection = 1) {
    return {of_session.uid, administrator, of_session.id, of_session.user, ConnectionId{connection}};
  }
  // Heard when the loop has come to rest; nothing: it waits.
  std::shared_ptr<std::optional<Result<Allocated>>> send(AllocateCall const& call, std::optional<Caller> who = {}) {
    auto heard = std::make_shared<std::optional<Result<Allocated>>>();
    allocations.allocate(who.value_or(caller_of(root_session)), call, [heard](Result<Allocated> result) { *heard = std::move(result); });
    settle();
    return heard;
  }
  Result<Allocated> allocate(AllocateCall const& call, std::optional<Caller> who = {}) {
    auto const heard = send(call, who);
    if (!*heard) return fail(Errc::io_pending, "the call", "it waits");
    return **heard;
  }
  Result<Allocated> allocate(PoolId in) { return allocate(call_in(in)); }
  Errc refused(AllocateCall const& call, std::optional<Caller> who = {}) {
    auto const result = allocate(call, who);
    return result ? Errc::success : result.error().code;
  }
  // "C00001 0": the cartridge and the side that were given.
  std::string given(Result<Allocated> const& result) {
    if (!result) return result.error().text();
    auto const m = of(result->medium);
    return m.name + " " + std::to_string(m.side(result->logical.side)->number);
  }
  std::vector<OperatorRequestRecord> asked_for() {
    std::vector<OperatorRequestRecord> found;
    for (auto const& [id, record] : book.world().operator_requests)
      if (record.kind == OperatorKind::new_media) found.push_back(record);
    return found;
  }
  template <class T>
  static Errc code(Result<T> const& result) { return result ? Errc::success : result.error().code; }
  std::vector<Event> events_of(Guid object) {
    settle();
    auto events = must(catalog.reader->events(0, 1000)).events;
    std::erase_if(events, [&](Event const& e) { return e.object != object; });
    return events;
  }
  // What the catalog says of itself.
  std::vector<std::string> findings() {
    settle();
    auto all = must(db::findings_of(*catalog.database));
    std::erase_if(all, [](std::string const& f) { return f.contains("facts about itself") || f.contains("numbers that an earlier history gave"); });
    return all;
  }

  MediaTypeId type, other_type;
  PoolId import, unrecognized, free_pool, parent, daily, weekly, other;
  SessionRecord root_session;
  unsigned keys = 0;
  Settings settings;
  bool ready = true;
  OperatorRequests people{loop, book, [](LibraryId, MediumRecord const&) { return std::nullopt; }};
  Allocations allocations{book, loop, settings, people, [this]() -> Result<> {
    if (ready) return {};
    return fail(Errc::not_ready, "service", "it is still starting");
  }};
};

}  // namespace rsm
