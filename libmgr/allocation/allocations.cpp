#include "libmgr/allocation/allocations.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/people/sessions.hpp"

namespace rsm {
namespace {

bool may_help(ObjectType type) {
  return type == ObjectType::medium || type == ObjectType::pool || type == ObjectType::library || type == ObjectType::drive || type == ObjectType::request;
}

std::string path_of(World const& world, PoolId id) {
  auto const it = world.pools.find(id);
  return it == world.pools.end() ? id.text() : it->second.path;
}

}  // namespace

Allocations::Allocations(Book& book, Loop& loop, Settings const& settings, OperatorRequests& people, std::function<Result<>()> ready)
    : book_(book), loop_(loop), settings_(settings), people_(people), ready_(std::move(ready)) {
  book_.on_change(lifeline_.guard([this](Event const& event) {
    if (!waits_.empty() && may_help(event.type)) look_soon();
  }));
}

Allocations::~Allocations() {
  for (auto const& [number, wait] : waits_) loop_.cancel(wait.timer);
  loop_.cancel(grace_timer_);
}

// ---- coming in

void Allocations::allocate(Caller const& caller, AllocateCall const& call, Reply<Allocated> reply) {
  if (auto result = at_once(caller, call)) {
    std::vector<Listener> listeners;
    listeners.push_back({caller.connection, std::move(reply)});
    return answer(std::move(listeners), std::move(*result));
  }
  if (joins_its_first(caller, call, reply)) return;
  if (auto allowed = quotas::may_have(settings_.shares.quotas, quotas::Quota::waits, caller.user, waiting_of(caller.uid)); !allowed) return reply(std::unexpected(allowed.error()));
  wait(caller, call, std::move(reply));
}

// Nothing: it has to wait.
std::optional<Result<Allocated>> Allocations::at_once(Caller const& caller, AllocateCall const& call) {
  auto const error = [](Error of) { return std::optional(Result<Allocated>(std::unexpected(std::move(of)))); };
  if (auto const session = session_of(book_.world(), caller); !session) return error(session.error());
  if (auto const ready = ready_(); !ready) return error(ready.error());
  auto before = allocation::allocated_before(book_, call, caller.session);
  if (!before) return error(before.error());
  if (*before) return Result<Allocated>(std::move(**before));
  auto const pool = allocation::check(book_, caller, call);
  if (!pool) return error(pool.error());
  if (by_key_.contains({caller.session, call.key})) return std::nullopt;  // it waits already, and keeps its place
  Group const group{call.pool, call.whole};
  bool const behind_others = !call.side && !call.next && somebody_waits(group);
  auto tried = behind_others ? Result<std::optional<Allocated>>(std::nullopt) : allocation::allocate(book_, call, caller.session);
  if (!tried) return error(tried.error());
  if (*tried) return Result<Allocated>(std::move(**tried));
  bool const waits = !call.error_if_unavailable && call.timeout != Millis{0};
  if (waits) return std::nullopt;
  return error({Errc::media_unavailable, "pool " + pool->path, behind_others ? "others wait for media of it already" : "nothing in it can be allocated now"});
}

// The same call again: a client whose connection broke, or a nervous one.
bool Allocations::joins_its_first(Caller const& caller, AllocateCall const& call, Reply<Allocated>& reply) {
  auto const it = by_key_.find({caller.session, call.key});
  if (it == by_key_.end()) return false;
  waits_.at(it->second).listeners.push_back({caller.connection, std::move(reply)});
  look_soon();
  return true;
}

void Allocations::wait(Caller const& caller, AllocateCall const& call, Reply<Allocated> reply) {
  Number const number = ++last_number_;
  Wait& waiting = waits_[number];
  waiting.caller = caller;
  waiting.call = call;
  waiting.listeners.push_back({caller.connection, std::move(reply)});
  if (call.timeout) waiting.timer = loop_.after(std::min(*call.timeout, Millis{limits::allocation_wait_max}), lifeline_.guard([this, number] { time_over(number); }));
  by_group_[{call.pool, call.whole}].insert(number);
  by_session_.emplace(caller.session, number);
  if (!call.key.empty()) by_key_[{caller.session, call.key}] = number;
  ++of_uid_[caller.uid];
  ask_operator(call.pool);
}

void Allocations::ask_operator(PoolId id) {
  World const& world = book_.world();
  auto const pool = world.pools.find(id);
  if (pool == world.pools.end()) return;
  auto const type = world.media_types.find(pool->second.media_type);
  std::string const media = type == world.media_types.end() ? "media" : "media of type " + type->second.name;
  people_.raise({OperatorKind::new_media, id.guid, {}, {}, "bring " + media + " for pool " + pool->second.path + ": nothing in it can be allocated, and somebody waits"});
}

// ---- going on

void Allocations::look_soon() {
  if (look_posted_) return;
  look_posted_ = true;
  loop_.post(lifeline_.guard([this] {
    look_posted_ = false;
    look();
  }));
}

void Allocations::look() {
  if (book_.ledger().failed() || !ready_()) return;  // resume() looks again
  std::vector<Group> groups;
  for (auto const& [group, numbers] : by_group_) groups.push_back(group);
  for (auto const& group : groups) serve(group);
}

// In the order of their coming; who cannot hear is passed over.
void Allocations::serve(Group const& group) {
  auto const numbers = by_group_.contains(group) ? by_group_.at(group) : std::set<Number>{};
  for (auto const number : numbers) {
    auto const it = waits_.find(number);
    if (it == waits_.end() || it->second.listeners.empty()) continue;
    auto tried = allocation::allocate(book_, it->second.call, it->second.caller.session);
    if (tried && !*tried) return;
    end(number, tried ? Result<Allocated>(std::move(**tried)) : Result<Allocated>(std::unexpected(tried.error())));
  }
}

bool Allocations::somebody_waits(Group const& group) const {
  auto const it = by_group_.find(group);
  return it != by_group_.end() && std::ranges::any_of(it->second, [this](Number number) { return !waits_.at(number).listeners.empty(); });
}

// ---- ending

void Allocations::end(Number number, Result<Allocated> const& result) {
  if (!waits_.contains(number)) return;  // whoever was answered before it has ended it
  Wait ended = take(number);
  if (waiting_for(ended.call.pool) == 0) {
    if (result)
      people_.met(OperatorKind::new_media, ended.call.pool.guid, result->logical.name + " was allocated, and nobody waits any more");
    else
      nobody_waits(ended.call.pool, "nobody waits for media of pool " + path_of(book_.world(), ended.call.pool) + " any more");
  }
  answer(std::move(ended.listeners), result);
}

Allocations::Wait Allocations::take(Number number) {
  Wait wait = std::move(waits_.extract(number).mapped());
  loop_.cancel(wait.timer);
  Group const group{wait.call.pool, wait.call.whole};
  by_group_[group].erase(number);
  if (by_group_[group].empty()) by_group_.erase(group);
  by_session_.erase({wait.caller.session, number});
  by_key_.erase({wait.caller.session, wait.call.key});
  if (--of_uid_[wait.caller.uid] == 0) of_uid_.erase(wait.caller.uid);
  return wait;
}

void Allocations::nobody_waits(PoolId pool, std::string const& reason) {
  if (!book_.ledger().failed()) people_.withdraw(OperatorKind::new_media, pool.guid, reason);  // else resume() sees to it
}

void Allocations::time_over(Number number) {
  auto const it = waits_.find(number);
  if (it == waits_.end()) return;
  std::string const pool = "pool " + path_of(book_.world(), it->second.call.pool);
  end(number, fail(Errc::timeout, pool, "no medium came in time"));
}

void Allocations::session_ends(SessionId session, std::string const& reason) {
  std::vector<Number> numbers;
  for (auto it = by_session_.lower_bound({session, 0}); it != by_session_.end() && it->first == session; ++it) numbers.push_back(it->second);
  for (auto const number : numbers) end(number, fail(Errc::cancelled, "session", "it has ended: " + reason));
}

void Allocations::connection_gone(ConnectionId connection) {
  if (connection == ConnectionId::none) return;
  for (auto& [number, waiting] : waits_) std::erase_if(waiting.listeners, [connection](Listener const& l) { return l.connection == connection; });
}

void Allocations::answered(OperatorRequestRecord const& record) {
  if (record.kind != OperatorKind::new_media) return;
  if (record.state != OperatorState::refused) return look_soon();
  PoolId const pool{record.argument1};
  std::vector<Number> numbers;
  for (auto const& [number, waiting] : waits_)
    if (waiting.call.pool == pool) numbers.push_back(number);
  for (auto const number : numbers) end(number, fail(Errc::cancelled, "pool " + path_of(book_.world(), pool), "the operator refused to bring media"));
}

void Allocations::resume() {
  std::set<PoolId> pools;
  for (auto const& [group, numbers] : by_group_) pools.insert(group.pool);
  for (auto const& pool : pools) ask_operator(pool);  // what asked for it may have been taken back with a commit
  look_soon();
  if (!comes_back_until_) comes_back_until_ = loop_.now() + settings_.session_grace;
  loop_.cancel(grace_timer_);
  grace_timer_ = loop_.after(std::max(Millis{0}, *comes_back_until_ - loop_.now()), lifeline_.guard([this] { forget_questions_of_nobody(); }));
}

void Allocations::forget_questions_of_nobody() {
  grace_timer_ = TimerId::none;
  std::set<PoolId> asked;
  for (auto const& [id, record] : book_.world().operator_requests)
    if (record.kind == OperatorKind::new_media) asked.insert(PoolId{record.argument1});
  for (auto const& pool : asked)
    if (waiting_for(pool) == 0) nobody_waits(pool, "whoever waited for it before the service was started again has not come back");
}

std::size_t Allocations::waiting_for(PoolId pool) const {
  std::size_t count = 0;
  for (auto it = by_group_.lower_bound({pool, false}); it != by_group_.end() && it->first.pool == pool; ++it) count += it->second.size();
  return count;
}

void Allocations::answer(std::vector<Listener> listeners, Result<Allocated> result) {
  for (auto& listener : listeners) {
    if (!result) {
      listener.reply(result);
      continue;
    }
    book_.ledger().when_durable([this, alive = lifeline_.watch(), result, reply = std::move(listener.reply)](Result<> durable) mutable {
      if (!durable) return reply(std::unexpected(durable.error()));
      if (!alive.expired()) book_.trim();
      reply(std::move(result));
    });
  }
}

}  // namespace rsm
