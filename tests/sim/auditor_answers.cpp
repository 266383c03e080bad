// What was answered: it is in the catalog when the answer leaves, and after every restart.
#include <algorithm>
#include <unordered_map>

#include "db/query.hpp"
#include "tests/sim/auditor.hpp"

namespace rsm::sim {
namespace {

// The outcome of a call that ends so is not known to the client: it sends the call again.
bool outcome_unknown(Errc code) {
  return code == Errc::disk_full || code == Errc::database_failure || code == Errc::not_ready || code == Errc::not_connected;
}

// What the catalog keeps of everything that was ever answered.
struct Kept {
  struct Outcome {
    RequestState state = RequestState::queued;
    std::uint32_t error = 0;
  };
  std::unordered_map<RequestId, Outcome> requests;
  std::map<std::pair<SessionId, std::string>, std::size_t> of_key;
  std::set<SessionId> sessions;
};

Kept read_kept(db::Database& database) {
  Kept kept;
  for (auto const* sql : {"SELECT id, state, error, session, request_key FROM request", "SELECT id, state, error, session, request_key FROM request_done"}) {
    db::Query query(database, sql);
    while (query.next()) {
      RequestId id;
      Kept::Outcome outcome;
      std::pair<SessionId, std::string> key;
      query.read(id), query.read(outcome.state), query.read(outcome.error), query.read(key.first), query.read(key.second);
      kept.requests.emplace(id, outcome);
      if (!key.second.empty()) ++kept.of_key[std::move(key)];
    }
  }
  db::Query query(database, "SELECT id FROM session");
  while (query.next()) {
    SessionId id;
    query.read(id);
    kept.sessions.insert(id);
  }
  return kept;
}

}  // namespace

// Without the service's own way to them.
Result<std::vector<RequestId>> Auditor::requests_of_key(SessionId session, std::string const& key) {
  return db::guarded("catalog", [&]() -> Result<std::vector<RequestId>> {
    std::vector<RequestId> found;
    for (auto const* sql : {"SELECT id FROM request WHERE session = ? AND request_key = ?", "SELECT id FROM request_done WHERE session = ? AND request_key = ?"}) {
      db::Query query(*database_, sql, session, key);
      while (query.next()) query.read(found.emplace_back());
    }
    return found;
  });
}

void Auditor::session_opened(SessionRecord const& session) {
  if (manager_->world().sessions.contains(session.id) == false) broken("session " + session.id.text() + " was answered and is not there");
  sessions_[session.id] = session;
}

void Auditor::session_closed(SessionId session) { sessions_.erase(session); }

void Auditor::accepted(SessionId session, std::string const& key, std::vector<RequestId> const& requests, Asked const& asked) {
  for (auto const& id : requests) {
    if (!id) continue;  // INVENTORY STOP makes no request
    auto const row = committed_->request(id);
    if (row && !*row) broken("request " + id.text() + " was answered before it was durable");
    if (row && *row && (*row)->operation == Operation::dismount && (*row)->force) check_force(**row);
    if (row && *row && (*row)->operation == Operation::mount) check_rights(**row);
    if (row && *row && (*row)->operation == Operation::mount) check_forecast(**row);
    accepted_.insert(id);
  }
  auto const [it, fresh] = keys_.emplace(std::pair(session, key), requests);
  if (!fresh && it->second != requests) broken("key " + key + " was answered with other requests the second time");
  auto const rows = requests_of_key(session, key);
  if (rows && !requests.empty() && requests.front() && rows->size() != requests.size())
    broken("key " + key + " has " + std::to_string(rows->size()) + " requests in the catalog, " + std::to_string(requests.size()) + " were answered");
  check_order(key, requests, asked);
}

// What is in a drive without a robot, and is nobody's, comes at once: that needs no history.
bool Auditor::comes_at_once(RequestRecord const& mount) const {
  World const& world = manager_->world();
  auto const* iron = iron_of(mount.library);
  auto const* library = world.library(mount.library);
  if (iron == nullptr || !iron->by_hand || library == nullptr || library->drives.empty()) return false;
  auto const& drive = world.drives.at(library->drives.begin()->second);
  bool const promised = std::ranges::any_of(world.requests, [&](auto const& other) { return other.first != mount.id && other.second.medium == mount.medium && other.second.state == RequestState::inprocess; });
  return world.usable(drive) && drive.hot.medium == mount.medium && drive.hot.state != DriveState::loaded && !promised;
}

// How long a medium is kept nobody has seen before one was given back: until then nothing is foretold.
void Auditor::check_forecast(RequestRecord const& mount) {
  if (manager_ == nullptr || gave_back_.contains(mount.library) || comes_at_once(mount)) return;
  auto const foreseen = manager_->foresee(mount);
  if (!foreseen) return;
  history_.count("forecast.without_basis");
  if (auto const answer = (*foreseen)(); answer.expected) broken("request " + mount.id.text() + " is foretold to come in " + duration_text(answer.expected->mounted) + ", and no medium was given back in its library yet");
}

// One for each medium, in the order asked; what can never be served is not taken.
void Auditor::check_order(std::string const& key, std::vector<RequestId> const& requests, Asked const& asked) {
  if (asked.twice()) broken("key " + key + ": two media in one drive were accepted");
  if (asked.media.empty()) return;
  if (asked.media.size() != requests.size()) return broken("key " + key + ": " + std::to_string(requests.size()) + " answers for " + std::to_string(asked.media.size()) + " media");
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto const row = committed_->request(requests[i]);
    if (row && *row && (*row)->side.guid != asked.media[i])
      broken("key " + key + ": answer " + std::to_string(i) + " is request " + requests[i].text() + ", which is about another medium than the one asked for there");
  }
  if (requests.size() > 1) history_.count("answers.in_the_order_asked");
}

// Force on a mount: by its user or by the administrators, who are user0 here.
void Auditor::check_force(RequestRecord const& dismount) {
  auto const mount = committed_->request(dismount.work_item);
  if (!mount || dismount.user == "user0") return;
  if (!*mount || (*mount)->user != dismount.user)
    broken(dismount.user + " was allowed force (request " + dismount.id.text() + ") on what was mounted for " + (*mount ? (*mount)->user : "nobody"));
}

void Auditor::refused(SessionId session, std::string const& key, Error const& error) {
  if (outcome_unknown(error.code) || keys_.contains({session, key})) return;
  auto const rows = requests_of_key(session, key);
  if (rows && !rows->empty()) broken("a call was refused (" + error.text() + ") and has made request " + rows->front().text());
}

void Auditor::settled(std::vector<RequestId> const& asked, std::vector<RequestRecord> const& records) {
  read_events();
  if (!std::ranges::equal(asked, records, {}, {}, &RequestRecord::id)) broken("a wait was answered in another order than asked");
  for (auto const& record : records) {
    if (!is_final(record.state)) {
      if (record.state != RequestState::deferred) broken("request " + record.id.text() + " was told to be settled and is " + word(record.state));
      continue;
    }
    check_final(record);
  }
}

void Auditor::check_final(RequestRecord const& record) {
  auto const row = committed_->request(record.id);
  if (row && (!*row || (*row)->state != record.state || (*row)->error != record.error))
    broken("request " + record.id.text() + " was told to be " + word(record.state) + " before that was durable");
  auto const [it, fresh] = final_.emplace(record.id, record);
  if (!fresh && (it->second.state != record.state || it->second.error != record.error))
    broken("request " + record.id.text() + " ended as " + word(it->second.state) + " and then as " + word(record.state));
  accepted_.insert(record.id);
  bool const mounted = record.operation == Operation::mount && record.state == RequestState::passed;
  if (mounted && !loaded_for_.contains(record.id)) broken("mount " + record.id.text() + " was told to be done before LOADED was durable");
  if (!mounted) return;
  auto const* drive = manager_->world().drive(record.drive);
  if (drive != nullptr && drive->hot.state == DriveState::loaded && drive->hot.request == record.id) check_label(*drive, false);
}

void Auditor::cancelled(RequestRecord const& record) {
  if (!is_final(record.state)) return broken("the cancel of request " + record.id.text() + " was answered, and it is " + word(record.state));
  read_events();
  check_final(record);
}

void Auditor::after_restart() {
  read_events();
  check_answered();
  sessions_.clear();  // nobody is connected now: each is known again when it is attached again
}

void Auditor::check_answered() {
  check_given();
  auto const kept = db::guarded("catalog", [&]() -> Result<Kept> { return read_kept(*database_); });
  if (!kept) return;  // seen by whoever opens the catalog
  for (auto const& id : accepted_)
    if (!kept->requests.contains(id)) broken("request " + id.text() + " was answered and is lost");
  for (auto const& [id, told] : final_) {
    auto const row = kept->requests.find(id);
    if (row != kept->requests.end() && (row->second.state != told.state || row->second.error != told.error))
      broken("request " + id.text() + " was told to be " + word(told.state) + " and is " + word(row->second.state));
  }
  for (auto const& [key, requests] : keys_) {
    auto const of_key = kept->of_key.find(key);
    std::size_t const there = of_key == kept->of_key.end() ? 0 : of_key->second;
    if (!requests.empty() && requests.front() && there != requests.size()) broken("key " + key.second + " has " + std::to_string(there) + " requests");
  }
  for (auto const& [id, session] : sessions_)
    if (!kept->sessions.contains(id)) broken("session " + id.text() + " was answered, was never closed, and is lost");
}

}  // namespace rsm::sim
