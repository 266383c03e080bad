// What is shown of requests and media: states that are derived, and the reasons why.
#include <algorithm>

#include "libmgr/core.hpp"

namespace rsm {

// NtmsMediaState is derived from drive, requests and trouble (decision 23).
MediaState Manager::Core::media_state(MediumRecord const& medium, std::string* reason) const {
  auto const say = [reason](std::string text) {
    if (reason != nullptr) *reason = std::move(text);
  };
  auto const* drive = book_.world().drive_of(medium.id);
  if (drive != nullptr) {
    say(drive->hot.reason);
    if (drive->hot.state == DriveState::loaded) return MediaState::loaded;
    if (drive->hot.state == DriveState::mounted) return MediaState::mounted;
    if (drive->hot.state == DriveState::unloaded) return MediaState::unloaded;
  }
  for (auto const& id : book_.open_requests_of(medium.id)) {
    auto const* request = book_.request(id);
    if (request->state == RequestState::deferred) continue;
    say(word(request->operation) + " " + id.text() + ": " + request->reason);
    bool const operator_asked = std::ranges::any_of(book_.world().operator_requests, [id](auto const& o) { return o.second.request == id; });
    if (operator_asked && medium.offline()) return MediaState::opreq;
    return MediaState::inuse;
  }
  if (!medium.trouble.empty()) {
    say(medium.trouble);
    return MediaState::operror;
  }
  say(drive != nullptr ? drive->hot.reason : std::string{});
  return MediaState::idle;
}

namespace {

std::string next_step(RequestRecord const& r) {
  switch (r.state) {
    case RequestState::deferred:
      return "Next: the cartridge goes home at " + (r.due ? time_text(*r.due) : std::string("any time")) + ", or earlier when somebody needs the drive; a mount of it takes it at once.";
    case RequestState::inprocess:
      return "Next: it goes on by itself when the device has answered.";
    case RequestState::queued:
    case RequestState::waiting:
      return r.deadline ? "Next: it starts by itself when that is over; at " + time_text(*r.deadline) + " it is given up." : "Next: it starts by itself when that is over; it waits without limit.";
    default:
      return {};
  }
}

}  // namespace

Explanation Manager::Core::explain(RequestRecord const& r) const {
  Explanation e{r, {}, {}};
  std::string const who = "Request " + r.id.text() + ", " + describe(book_.world(), r);
  if (is_final(r.state)) {
    e.text = who + ", is finished since " + (r.completed ? time_text(*r.completed) : "?") + ": " + word(r.state) + ", " + r.reason + ".";
    return e;
  }
  auto const* w = worker(r.library);
  std::string const why = w == nullptr ? "its library is not connected" : w->why(r.id);
  e.text = who + ", is " + word(r.state) + " for " + duration_text(loop_.now() - r.changed) + ": " + why + ". ";
  if (w != nullptr) {
    auto const& order = w->order();
    auto const at = std::ranges::find(order, r.id);
    if (at != order.end()) {
      auto const place = at - order.begin() + 1;
      e.text += "It is number " + std::to_string(place) + " of " + std::to_string(order.size()) + " waiting mounts";
      if (at != order.begin()) {
        auto const* before = book_.request(*(at - 1));
        if (before != nullptr) e.text += ", behind request " + before->id.text() + " (" + describe(book_.world(), *before) + ", priority " + std::to_string(before->priority) + ")";
      }
      e.text += ". ";
    }
    if (auto const moving = w->arm_text(); !moving.empty()) e.facts.push_back("the arm moves " + moving);
  }
  e.text += next_step(r);
  auto const* library = book_.world().library(r.library);
  if (library == nullptr) return e;
  for (auto const& [number, id] : library->drives) {
    auto const* drive = book_.world().drive(id);
    std::string fact = "drive " + std::to_string(number) + " is " + word(drive->hot.state);
    auto const medium = book_.world().media.find(drive->hot.medium);
    if (medium != book_.world().media.end()) fact += " with " + name_of(medium->second, drive->hot.side);
    if (!book_.world().usable(*drive)) fact += ", not usable: " + drive->record.condition.reason;
    if (drive->record.condition.state == OperationalState::needs_service) fact += " (" + service_hint(drive->record) + ")";
    if (w != nullptr)
      if (auto work = w->work_text(id)) fact += ", at work: " + *work;
    e.facts.push_back(fact + " (" + drive->hot.reason + ")");
  }
  for (auto const& [op_id, op] : book_.world().operator_requests)
    if (op.request == r.id) e.facts.push_back("operator request " + op_id.text() + ": " + op.message);
  return e;
}

std::vector<std::pair<RequestRecord, std::string>> Manager::Core::waiting() const {
  std::vector<std::pair<RequestRecord, std::string>> all;
  for (auto const& [id, request] : book_.world().requests) {
    auto const* w = worker(request.library);
    all.emplace_back(request, w == nullptr ? "its library is not connected" : w->why(id));
  }
  std::map<RequestId, std::size_t> position;
  for (auto const& [id, w] : workers_)
    for (std::size_t i = 0; i < w->order().size(); ++i) position[w->order()[i]] = i;
  auto const rank = [&](RequestRecord const& r) {
    auto const it = position.find(r.id);
    bool const running = r.state == RequestState::inprocess;
    return std::tuple(running ? 0 : r.state == RequestState::deferred ? 2 : 1, number(r.operation), it == position.end() ? std::size_t{0} : it->second, r.sequence);
  };
  std::ranges::stable_sort(all, [&](auto const& a, auto const& b) { return rank(a.first) < rank(b.first); });
  return all;
}

std::vector<std::string> Manager::Core::attention() const {
  auto all = catalog_attention();
  if (auto const since = ledger_.commit_since(); since && loop_.now() - *since >= limits::commit_attention_after)
    all.push_back("the disk of the catalog has not answered for " + duration_text(loop_.now() - *since) + ": " + std::to_string(ledger_.uncommitted()) +
                  " changes are not durable yet, and whoever asked for them waits");
  for (auto const& [id, w] : workers_) {
    auto const theirs = w->attention();
    all.insert(all.end(), theirs.begin(), theirs.end());
  }
  for (auto const& [id, op] : book_.world().operator_requests) all.push_back("operator request " + id.text() + ": " + op.message);
  // A medium that nobody holds any more is nobody's business until somebody waits for its drive.
  for (auto const& [id, drive] : book_.world().drives) {
    auto const* w = worker(drive.record.library);
    if (drive.hot.state == DriveState::loaded && !drive.hot.session && w != nullptr && !w->order().empty())
      all.push_back(name_of(book_.world(), id) + " holds a medium " + drive.hot.reason + ", and " + std::to_string(w->order().size()) + " mounts wait (rsm media dismount)");
  }
  return all;
}

}  // namespace rsm
