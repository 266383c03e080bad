#include "libmgr/people/waits.hpp"

#include <algorithm>
#include <utility>


namespace rsm {
namespace {

// The second halves of the pairs whose first is `key`.
template <class Key>
std::vector<std::uint64_t> numbers_of(std::set<std::pair<Key, std::uint64_t>> const& index, Key const& key) {
  std::vector<std::uint64_t> numbers;
  for (auto it = index.lower_bound({key, 0}); it != index.end() && it->first == key; ++it) numbers.push_back(it->second);
  return numbers;
}

template <class Id>
std::string named_of(char const* kind, Id id) {
  return std::string(kind) + " " + id.text();
}

}  // namespace

bool LibraryRequestsAwaited::is_settled(Book const& book, RequestId id) {
  auto const* open = book.request(id);
  return open == nullptr || open->state == RequestState::deferred;
}

template <class Awaited>
WaitsFor<Awaited>::~WaitsFor() {
  for (auto const& [number, wait] : waits_) loop_.cancel(wait.timer);
}

template <class Awaited>
void WaitsFor<Awaited>::wait(Caller const& caller, std::vector<Id> requests, std::optional<Millis> limit, Reply<std::vector<Record>> reply) {
  auto allowed = check(requests);
  if (allowed) allowed = quotas::may_have(quotas_, quotas::Quota::waits, caller.user, size_of(caller.uid));
  if (!allowed) return reply(std::unexpected(allowed.error()));
  Number const number = ++last_number_;
  Millis const longest = std::min(limit.value_or(limits::wait_max), Millis{limits::wait_max});
  auto const timer = timer_for(number, longest);
  for (auto const& id : requests) by_request_.emplace(id, number);
  if (caller.session) by_session_.emplace(caller.session, number);
  if (caller.connection != ConnectionId::none) by_connection_.emplace(caller.connection, number);
  ++of_uid_[caller.uid];
  auto const it = waits_.emplace(number, Wait{std::move(requests), caller.session, caller.connection, caller.uid, timer, false, std::move(reply)}).first;
  if (is_settled(it->second)) answer_when_durable(number);
}

template <class Awaited>
TimerId WaitsFor<Awaited>::timer_for(Number number, Millis limit) {
  return loop_.after(limit, [this, alive = std::weak_ptr(alive_), number] {
    if (!alive.expired()) time_over(number);
  });
}

template <class Awaited>
Result<> WaitsFor<Awaited>::check(std::vector<Id> const& requests) const {
  for (auto const& id : requests) {
    RSM_TRY(auto const found, Awaited::find(book_, id));
    if (!found) return fail(Errc::object_not_found, named_of(Awaited::name, id), "there is none, or it is not kept any more");
  }
  return {};
}

template <class Awaited>
bool WaitsFor<Awaited>::is_settled(Wait const& wait) const {
  return std::ranges::all_of(wait.requests, [this](Id id) { return Awaited::is_settled(book_, id); });
}

template <class Awaited>
void WaitsFor<Awaited>::settled(Id request) {
  for (auto const number : numbers_of(by_request_, request))
    if (auto const& wait = waits_.at(number); !wait.cancelled && is_settled(wait)) answer_when_durable(number);
}

template <class Awaited>
void WaitsFor<Awaited>::resume() {
  for (auto& [number, wait] : waits_) {
    wait.cancelled = wait.session && !book_.world().sessions.contains(wait.session);
    if (wait.cancelled)
      cancel_when_durable(number);
    else if (is_settled(wait))
      answer_when_durable(number);
  }
}

template <class Awaited>
void WaitsFor<Awaited>::end_session(SessionId session) {
  for (auto const number : numbers_of(by_session_, session)) {
    waits_.at(number).cancelled = true;
    cancel_when_durable(number);
  }
}

// The end of the session is recorded in this turn of the loop. A commit that fails in between may have taken it back: resume() sees.
template <class Awaited>
void WaitsFor<Awaited>::cancel_when_durable(Number number) {
  loop_.post([this, alive = std::weak_ptr(alive_), number] {
    if (alive.expired()) return;
    book_.ledger().when_durable([this, alive, number](Result<> durable) {
      auto const found = alive.expired() || !durable ? waits_.end() : waits_.find(number);
      if (found != waits_.end() && found->second.cancelled) take(number).reply(fail(Errc::cancelled, "session", "it was closed"));
    });
  });
}

template <class Awaited>
void WaitsFor<Awaited>::end_connection(ConnectionId connection) {
  for (auto const number : numbers_of(by_connection_, connection)) take(number);
}

template <class Awaited>
std::size_t WaitsFor<Awaited>::size_of(std::uint32_t uid) const {
  auto const it = of_uid_.find(uid);
  return it == of_uid_.end() ? 0 : it->second;
}

template <class Awaited>
void WaitsFor<Awaited>::time_over(Number number) {
  auto const found = waits_.find(number);
  if (found == waits_.end()) return;
  // What it waits for has come; the answer is on its way to the disk.
  if (found->second.cancelled || is_settled(found->second)) {
    found->second.timer = timer_for(number, limits::catalog_reopen_pause);
    return;
  }
  Wait late = take(number);
  std::string const what = late.requests.empty() ? std::string(Awaited::name) : named_of(Awaited::name, late.requests.front());
  late.reply(fail(Errc::timeout, what, "it is not finished yet and goes on"));
}

// The answer says what is durable when it leaves: the records as they are now, because a deferred dismount may have gone on meanwhile. A commit
// that fails in between leaves it waiting for the rebuilt world.
template <class Awaited>
void WaitsFor<Awaited>::answer_when_durable(Number number) {
  book_.ledger().when_durable([this, alive = std::weak_ptr(alive_), number, records = records_of(waits_.at(number))](Result<> durable) mutable {
    if (!alive.expired() && durable && waits_.contains(number)) take(number).reply(std::move(records));
  });
}

template <class Awaited>
auto WaitsFor<Awaited>::records_of(Wait const& wait) const -> Result<std::vector<Record>> {
  std::vector<Record> records;
  for (auto const& id : wait.requests) {
    auto found = Awaited::find(book_, id);
    if (!found || !*found) return fail(Errc::object_not_found, named_of(Awaited::name, id), "it was lost in a write that failed; ask again");
    records.push_back(std::move(**found));
  }
  return records;
}

template <class Awaited>
typename WaitsFor<Awaited>::Wait WaitsFor<Awaited>::take(Number number) {
  Wait wait = std::move(waits_.extract(number).mapped());
  loop_.cancel(wait.timer);
  for (auto const& id : wait.requests) by_request_.erase({id, number});
  by_session_.erase({wait.session, number});
  by_connection_.erase({wait.connection, number});
  if (--of_uid_[wait.uid] == 0) of_uid_.erase(wait.uid);
  return wait;
}

template class WaitsFor<LibraryRequestsAwaited>;
template class WaitsFor<OperatorRequestsAwaited>;

}  // namespace rsm
