#include "api/server/event_hub.hpp"

#include <algorithm>
#include <type_traits>

#include "api/protocol/codec.hpp"
#include "api/protocol/limits.hpp"
#include "api/server/views.hpp"
#include "libmgr/people/rights.hpp"

namespace rsm::server {
namespace {

constexpr unsigned pages_per_call_max = 10;  // of events that do not match, before the client is asked to call again

std::unexpected<Error> too_old(std::uint64_t cursor, std::uint64_t oldest) {
  return fail(Errc::no_data, "cursor " + std::to_string(cursor),
              "events up to " + std::to_string(oldest - 1) + " are no longer kept: read all objects again, then go on from cursor " +
                  std::to_string(oldest - 1));
}

std::unexpected<Error> too_new(std::uint64_t cursor, std::uint64_t newest) {
  return fail(Errc::no_data, "cursor " + std::to_string(cursor),
              "the newest event is " + std::to_string(newest) +
                  " (was the catalog restored?): read all objects again, then go on from cursor " + std::to_string(newest));
}

// The second halves of the pairs whose first is `key`.
template <class Key>
std::vector<std::uint64_t> numbers_of(std::set<std::pair<Key, std::uint64_t>> const& index, std::type_identity_t<Key> const& key) {
  std::vector<std::uint64_t> numbers;
  for (auto it = index.lower_bound({key, 0}); it != index.end() && it->first == key; ++it) numbers.push_back(it->second);
  return numbers;
}

}  // namespace

EventHub::EventHub(ServerContext& server) : server_(server), self_(std::make_shared<EventHub*>(this)) {
  server_.manager.on_events([weak = std::weak_ptr(self_)](std::uint64_t) {
    if (auto self = weak.lock()) (*self)->look_again();
  });
}

EventHub::~EventHub() {
  for (auto& [number, waiter] : waiters_) server_.loop.cancel(waiter.timer);
}

void EventHub::read(Context const& c, wire::EventReadParams p, Reply<wire::EventReadReply> reply) {
  if (p.cursor && *p.cursor < 0) return reply(fail(Errc::invalid_parameter, "params.cursor", "expected 0 or more"));
  if (p.limit && (*p.limit < 1 || *p.limit > static_cast<std::int64_t>(limits::events_page_max)))
    return reply(fail(Errc::invalid_parameter, "params.limit", "expected 1 to " + std::to_string(limits::events_page_max)));
  if (p.wait_ms && (*p.wait_ms < 0 || *p.wait_ms > limits::wait_max.count()))
    return reply(fail(Errc::invalid_parameter, "params.wait_ms", "expected 0 to " + std::to_string(limits::wait_max.count())));
  auto const counters = server_.manager.counters();
  std::uint64_t const newest = counters.last_event;  // durable once the read below goes on
  Query query{p.cursor ? static_cast<std::uint64_t>(*p.cursor) : counters.durable_event, p.type,
              static_cast<std::size_t>(p.limit.value_or(limits::page_items_default)), p.name, c.caller()};
  Millis const wait{p.wait_ms.value_or(0)};
  // Whoever reads on behind a durable event sees committed events only, and need not wait for a commit under way.
  if (query.after <= counters.durable_event) return start(c, query, wait, std::move(reply));
  server_.manager.read([this, c, newest, query, wait, weak = std::weak_ptr(self_), reply = std::move(reply)](Result<> durable) mutable {
    if (!weak.lock()) return;
    if (!durable) return reply(std::unexpected(durable.error()));
    if (query.after > newest && query.after > server_.manager.counters().last_event) return reply(too_new(query.after, newest));
    start(c, query, wait, std::move(reply));
  });
}

void EventHub::start(Context const& c, Query query, Millis limit, Reply<wire::EventReadReply> reply) {
  std::uint64_t const asked = query.after;
  Pages pages;
  auto found = guarded<wire::EventReadReply>(c, [&] { return collect(query, pages); });
  bool const nothing_yet = found && found->events.empty() && limit > Millis{0} && !c.peer->gone;
  bool const more_to_look_at = found && query.after >= asked + pages_per_call_max * limits::events_page_max;
  if (!nothing_yet || more_to_look_at) return reply(std::move(found));
  if (c.peer->share->event_waits >= limits::event_waits_per_uid_max)
    return reply(fail(Errc::busy, "user " + c.peer->user, "waits for events with " + std::to_string(c.peer->share->event_waits) + " calls, the most a user may have"));
  wait(c.peer, query, limit, std::move(reply));
}

// Moves query.after behind what was looked at.
Result<wire::EventReadReply> EventHub::collect(Query& query, Pages& pages) const {
  wire::EventReadReply out;
  std::size_t bytes = 0;
  for (unsigned looked_at = 0; looked_at < pages_per_call_max; ++looked_at) {
    auto known = pages.find(query.after);
    if (known == pages.end()) {
      RSM_TRY(db::EventPage fresh, server_.reader.events(query.after, limits::events_page_max));
      known = pages.emplace(query.after, std::move(fresh)).first;
    }
    auto const& page = known->second;
    out.oldest = static_cast<std::int64_t>(page.oldest);
    if (query.after != 0 && page.oldest > query.after + 1) return too_old(query.after, page.oldest);
    bool full = false;
    for (auto const& event : page.events) {
      if (!query.type || *query.type == event.type) {
        auto info = event_info(event);
        if (!rights::can_read_guarded(server_.manager.world(), query.caller, event.guard)) info.reason.clear();
        bytes += wire::encoded_bytes(info);
        full = out.events.size() == query.limit || (bytes > page_bytes_max && !out.events.empty());
        if (full) break;
        out.events.push_back(std::move(info));
      }
      query.after = event.number;
    }
    if (full || page.events.size() < limits::events_page_max) break;
  }
  out.cursor = static_cast<std::int64_t>(query.after);
  out.history = server_.manager.counters().history;
  return out;
}

void EventHub::wait(std::shared_ptr<PeerState> peer, Query query, Millis limit, Reply<wire::EventReadReply> reply) {
  auto const number = ++last_waiter_;
  auto const session = peer->session;
  auto const timer = server_.loop.after(limit, [this, number] { time_over(number); });
  if (waiters_.empty()) looked_at_ = query.after;
  looked_at_ = std::min(looked_at_, query.after);  // the catalog may have begun to count anew
  ++peer->share->event_waits;
  by_type_.emplace(query.type, number);
  by_peer_.emplace(peer.get(), number);
  by_session_.emplace(session, number);
  waiters_.emplace(number, Waiter{std::move(peer), session, query, timer, std::move(reply)});
}

void EventHub::look_again() {
  while (!waiters_.empty() && look_at_next_page()) {
  }
}

// Whoever waits for something of the page is looked at, and those whose sessions have ended; the others are not touched. False: that was the last page.
bool EventHub::look_at_next_page() {
  auto page = server_.reader.events(looked_at_, limits::events_page_max);
  std::set<Type> types{std::nullopt};
  if (!page) {  // all are told
    for (auto const& [type, number] : by_type_) types.insert(type);
  } else {
    for (auto const& event : page->events) {
      types.insert(event.type);
      if (event.type == ObjectType::session && event.kind == EventKind::erase) end(SessionId{event.object});
    }
  }
  bool const more = page && page->events.size() == limits::events_page_max;
  auto const last = page && !page->events.empty() ? page->events.back().number : looked_at_;
  Pages pages;
  if (page) pages.emplace(looked_at_, std::move(*page));
  if (last != looked_at_ || !pages.contains(looked_at_))
    for (auto const& type : types)
      for (auto const number : numbers_of(by_type_, type)) look_at(number, pages);
  looked_at_ = last;
  return more;
}

void EventHub::look_at(Number number, Pages& pages) {
  auto const found = waiters_.find(number);
  if (found == waiters_.end()) return;
  auto& query = found->second.query;
  query.after = std::max(query.after, looked_at_);
  auto events = collect(query, pages);
  if (!events || !events->events.empty()) answer(number, std::move(events));
}

void EventHub::time_over(Number number) {
  auto const found = waiters_.find(number);
  if (found == waiters_.end()) return;
  auto& query = found->second.query;
  query.after = std::max(query.after, looked_at_);
  Pages pages;
  answer(number, collect(query, pages));
}

EventHub::Waiter EventHub::take(Number number) {
  auto waiter = std::move(waiters_.extract(number).mapped());
  server_.loop.cancel(waiter.timer);
  --waiter.peer->share->event_waits;
  by_type_.erase({waiter.query.type, number});
  by_peer_.erase({waiter.peer.get(), number});
  by_session_.erase({waiter.session, number});
  return waiter;
}

void EventHub::answer(Number number, Result<wire::EventReadReply> result) { take(number).reply(std::move(result)); }

void EventHub::forget(PeerState const& peer) {
  for (auto const number : numbers_of(by_peer_, &peer))
    if (waiters_.contains(number)) take(number);  // what goes with its reply may come back here
}

void EventHub::cancel(std::vector<Number> const& numbers, Error const& why) {
  for (auto const number : numbers)
    if (waiters_.contains(number)) answer(number, std::unexpected(why));
}

void EventHub::end(SessionId session) {
  cancel(numbers_of(by_session_, session), {Errc::cancelled, "session " + session.text(), "it was closed while the call waited for events"});
}

void EventHub::stop(PeerState const& peer, std::int64_t name) {
  auto numbers = numbers_of(by_peer_, &peer);
  std::erase_if(numbers, [&](Number number) { return waiters_.at(number).query.name != name; });
  cancel(numbers, {Errc::cancelled, "wait " + std::to_string(name), "its client has ended it"});
}

}  // namespace rsm::server
