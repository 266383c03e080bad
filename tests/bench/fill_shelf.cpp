// Puts media on the shelf of a catalog, and mounts of the cartridges in its library into its queue: bench_fill_shelf CATALOG MEDIA [REQUESTS]
//
// The catalog is one that the daemon made and has left, with a library whose cartridges are identified. The new media look like those, each
// with one side and its label, and were last in that library. Written by the product's own writer, so the catalog is as sound as any.
// Exit status: 0 done, 1 not (the sentence says why).
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "db/database.hpp"
#include "db/limits.hpp"
#include "db/sqlite_reader.hpp"
#include "db/writer.hpp"
#include "tests/bench/contestant.hpp"
#include "tests/bench/shelf.hpp"

namespace rsm::bench {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().text());
  return std::move(*result);
}

// The identified cartridges of the library.
std::vector<MediumRecord> cartridges_of(db::SqliteReader& reader, LibraryId library) {
  constexpr std::size_t enough = 256;
  auto some = must(reader.media_page({.library = library}, {}, enough));
  std::erase_if(some, [](MediumRecord const& m) { return m.sides.empty() || !m.sides.front().omid; });
  if (some.empty()) give_up("the library has no identified cartridge");
  return some;
}

LibraryId online_library(db::ActiveWorld const& world) {
  auto const found = std::ranges::find(world.libraries, LibraryType::online, &LibraryRecord::type);
  if (found == world.libraries.end()) give_up("the catalog has no library");
  return found->id;
}

MediumRecord medium(MediumRecord const& model, LibraryId library, std::uint64_t number, std::uint64_t count) {
  MediumRecord m = model;
  m.id = {shelf_id(number, count, 0)};
  m.name = m.barcode = fmt::format("S{:07}", number);
  m.created = model.created + Millis(number);
  m.library = library;
  m.place = Offline{};
  m.home_slot.reset();
  m.sides.resize(1);
  Side& side = m.sides.front();
  side.id = {shelf_id(number, count, 1)};
  side.omid = Omid{"EXT4", std::string(side.id.guid.bytes.begin(), side.id.guid.bytes.end()), m.name};
  return m;
}

// A mount that waits for its turn, and for nobody's session.
RequestRecord request(MediumRecord const& of, LibraryId library, std::uint64_t number, TimePoint first) {
  RequestRecord r;
  r.id = request_id(number, of.id.guid);
  r.sequence = number;
  r.state = RequestState::queued;
  r.reason = "all drives are in use";
  r.queued = r.changed = first + Millis(number);
  r.session = SessionId{of.id.guid};
  r.key = std::to_string(number);
  r.application = "bench", r.user = "root", r.computer = "localhost";
  r.nowait = true;
  r.library = library;
  r.medium = of.id;
  r.side = of.sides.front().id;
  return r;
}

template <class Make>
void write_in_groups(db::Writer& writer, std::uint64_t count, Make const& make) {
  for (std::uint64_t next = 0; next < count;) {
    db::ChangeSet set;
    for (std::size_t i = 0; i < limits::commit_changes_max && next < count; ++i) set.changes.emplace_back(make(next++));
    if (auto written = writer.commit({&set, 1}); !written) give_up(written.error().error.text());
    if (auto moved = writer.checkpoint_if_due(); !moved) give_up(moved.error().error.text());
  }
}

void fill(std::string const& path, std::uint64_t count, std::uint64_t requests) {
  auto const database = must(db::Database::open_owner(path));
  db::SqliteReader reader(*database);
  auto const world = must(reader.load_active());
  LibraryId const library = online_library(world);
  auto const cartridges = cartridges_of(reader, library);
  MediumRecord const& model = cartridges.front();
  db::Writer writer(*database);
  write_in_groups(writer, count, [&](std::uint64_t n) { return medium(model, library, n, count); });
  write_in_groups(writer, requests, [&](std::uint64_t n) { return request(cartridges[n % cartridges.size()], library, world.last_request_sequence + 1 + n, model.created); });
}

}  // namespace
}  // namespace rsm::bench

int main(int argc, char** argv) {
  try {
    if (argc != 3 && argc != 4) rsm::bench::give_up("usage: bench_fill_shelf CATALOG MEDIA [REQUESTS]");
    rsm::bench::fill(argv[1], std::stoull(argv[2]), argc == 4 ? std::stoull(argv[3]) : 0);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "bench_fill_shelf: %s\n", error.what());
    return 1;
  }
}
