// A scripted history: change set k writes things of many tables that all say k, so that a catalog shows which sets it has, and
// half a set shows as what it is. Thread rule: pure functions of their arguments.
#pragma once

#include <string>

#include "db/maintenance.hpp"
#include "tests/db/fixture.hpp"

namespace rsm::db::history {

// A GUID that says what it is of: k of kind `what`.
inline Guid guid(std::uint8_t what, std::uint64_t k) {
  Guid g;
  g.bytes[0] = what;
  for (int i = 0; i < 8; ++i) g.bytes[static_cast<std::size_t>(15 - i)] = static_cast<std::uint8_t>(k >> (8 * i));
  return g;
}
constexpr std::uint64_t media_count = 12;
inline MediumId medium_of(std::uint64_t k) {
  return {guid(2, k % media_count)};
}

// Set k, whose event has this number: session k, request k (finishing request k-3, and putting k-5 into the history), event k, and one of twelve media whose texts and sides carry k. Rows of
// a realistic length, so that a commit has several pages.
inline ChangeSet set(std::uint64_t k, std::uint64_t event_number) {
  std::string const k_text = std::to_string(k);
  SessionRecord session{.id = {guid(1, k)}, .application = "set " + k_text, .uid = static_cast<std::uint32_t>(k), .opened = samples::at(0)};
  auto const request = [](std::uint64_t n) {
    return RequestRecord{.id = {guid(3, n)},
                         .sequence = n,
                         .reason = std::string(200, 'r') + std::to_string(n),
                         .changed = samples::at(0),
                         .key = std::to_string(n)};
  };
  MediumRecord medium{.id = medium_of(k), .name = "A" + std::to_string(k % media_count), .description = std::string(300, 'm') + k_text};
  for (std::uint32_t n : {0u, 1u})
    medium.sides.push_back(
        Side{.id = {guid(static_cast<std::uint8_t>(4 + n), k % media_count)}, .number = n, .mount_count = static_cast<std::uint32_t>(k)});
  ChangeSet set{{session, request(k), medium}, {}};
  if (k > 3) {
    auto finished = request(k - 3);
    finished.state = RequestState::passed;
    set.changes.push_back(finished);
  }
  if (k > 5) set.changes.push_back(ToHistory{{k - 5}, samples::at(0)});
  set.events.push_back({.number = event_number, .time = samples::at(static_cast<std::int64_t>(k)), .object = guid(1, k), .reason = "set " + k_text});
  return set;
}

inline ChangeSet set(std::uint64_t k) { return set(k, k); }

// The newest k of which the catalog has everything, after proving that it has everything of all before and nothing of any
// later one; throws with what is wrong. Event numbers have gone on after a restore.
enum class Numbers { as_sets, gone_on };
inline std::uint64_t newest(CatalogReader& reader, Numbers numbers = Numbers::as_sets) {
  auto const wrong = [](std::string const& what, std::uint64_t k) { throw std::logic_error(what + " at set " + std::to_string(k)); };
  auto const world = must(reader.load_active());
  std::uint64_t const k = numbers == Numbers::as_sets ? world.last_event : world.sessions.size();
  if (world.sessions.size() != k) wrong("sessions " + std::to_string(world.sessions.size()), k);
  for (std::uint64_t i = 0; i < k; ++i)
    if (world.sessions[i].uid != i + 1 || world.sessions[i].id != SessionId{guid(1, i + 1)}) wrong("a session is another one", k);
  if (numbers == Numbers::as_sets ? world.last_request_sequence != k : world.last_request_sequence < k) wrong("last request", k);
  for (std::uint64_t i = 1; i <= k; ++i) {
    auto const request = must(reader.request({guid(3, i)}));
    if (!request || is_final(request->state) != (i + 3 <= k)) wrong("request " + std::to_string(i), k);
  }
  if (auto const moved = must(reader.requests_page({}, 0, 1)); (k > 5 ? k - 5 : 0) != (moved.empty() ? 0 : moved.front().sequence)) wrong("the history of requests", k);
  if (world.media_count != std::min(k, media_count)) wrong("media counter", k);
  for (std::uint64_t i = k > media_count ? k - media_count + 1 : 1; i <= k; ++i)
    if (auto const medium = must(reader.medium(medium_of(i))); !medium || !(*medium == std::get<MediumRecord>(set(i).changes[2])))
      wrong("a medium", i);
  return k;
}

// And the file is sound.
inline std::uint64_t newest_sound(MemoryCatalog& catalog) {
  auto const findings = must(findings_of(*catalog.database));
  if (!findings.empty()) throw std::logic_error("finding: " + findings.front());
  return newest(*catalog.reader);
}

}  // namespace rsm::db::history
