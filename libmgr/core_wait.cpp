// Those who wait for requests to be settled.
#include <algorithm>

#include "libmgr/core.hpp"

namespace rsm {

void Manager::Core::wait(Caller caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply) {
  if (!readable()) return refuse(reply, refusal());
  for (auto const& id : requests) {
    auto found = book_.find_request(id);
    if (!found) return refuse(reply, found.error());
    if (!*found) return refuse(reply, {Errc::object_not_found, "request " + id.text(), "there is none, or it is not kept any more"});
  }
  std::uint64_t const number = ++waiter_count_;
  Waiter waiter{requests, caller.session, TimerId::none, std::move(reply)};
  if (limit)
    waiter.timer = loop_.after(std::min(*limit, Millis(limits::wait_max)), [this, alive = std::weak_ptr(alive_), number] {
      if (alive.expired()) return;
      auto it = waiters_.find(number);
      if (it == waiters_.end()) return;
      auto late = std::move(it->second);
      for (auto const& id : late.requests) waiters_of_[id].erase(number);
      waiters_.erase(it);
      late.reply(fail(Errc::timeout, "request " + late.requests.front().text(), "it is not finished yet and goes on"));
    });
  for (auto const& id : requests) waiters_of_[id].insert(number);
  waiters_.emplace(number, std::move(waiter));
  if (std::ranges::all_of(requests, [this](RequestId id) { return settled(id); })) complete(number);
}

bool Manager::Core::settled(RequestId id) const {
  auto const* open = book_.request(id);
  return open == nullptr || open->state == RequestState::deferred;
}

void Manager::Core::settle(RequestId id) {
  auto it = waiters_of_.find(id);
  if (it == waiters_of_.end()) return;
  auto const numbers = it->second;
  for (auto const number : numbers) {
    auto waiter = waiters_.find(number);
    if (waiter == waiters_.end()) continue;
    if (std::ranges::all_of(waiter->second.requests, [this](RequestId r) { return settled(r); })) complete(number);
  }
}

// The answer is made of what is durable; a commit that fails in between leaves the waiter waiting for the rebuilt world.
void Manager::Core::complete(std::uint64_t number) {
  ledger_.when_durable([this, alive = std::weak_ptr(alive_), number](Result<> durable) {
    if (alive.expired() || !durable) return;
    auto it = waiters_.find(number);
    if (it == waiters_.end()) return;
    if (!std::ranges::all_of(it->second.requests, [this](RequestId r) { return settled(r); })) return;
    Waiter waiter = std::move(it->second);
    waiters_.erase(it);
    loop_.cancel(waiter.timer);
    std::vector<RequestRecord> records;
    for (auto const& id : waiter.requests) {
      auto& others = waiters_of_[id];
      others.erase(number);
      if (others.empty()) waiters_of_.erase(id);
      auto found = book_.find_request(id);
      if (found && *found) records.push_back(std::move(**found));
    }
    if (records.size() != waiter.requests.size())
      return waiter.reply(fail(Errc::object_not_found, "request " + waiter.requests.front().text(), "it was lost in a write that failed; ask again"));
    waiter.reply(std::move(records));
  });
}

void Manager::Core::drop_waiters(SessionId session) {
  std::vector<std::uint64_t> theirs;
  for (auto const& [number, waiter] : waiters_)
    if (waiter.session == session) theirs.push_back(number);
  for (auto const number : theirs) {
    Waiter waiter = std::move(waiters_.at(number));
    waiters_.erase(number);
    loop_.cancel(waiter.timer);
    for (auto const& id : waiter.requests) {
      waiters_of_[id].erase(number);
      if (waiters_of_[id].empty()) waiters_of_.erase(id);
    }
    loop_.post([waiter = std::make_shared<Waiter>(std::move(waiter))] { waiter->reply(fail(Errc::cancelled, "session", "it was closed")); });
  }
}

}  // namespace rsm
