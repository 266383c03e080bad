#include "libmgr/allocation/allocations.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/allocation/sides.hpp"
#include "libmgr/base/planted.hpp"
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
    if (!by_group_.empty() && may_help(event.type)) look_soon();
  }));
}

Allocations::~Allocations() {
  for (auto const& [number, wait] : waits_) loop_.cancel(wait.timer);
  loop_.cancel(grace_timer_);
}

// ---- coming in

void Allocations::allocate(Caller const& caller, AllocateCall const& call, Reply<Allocated> reply) {
  if (auto const session = session_of(book_.world(), caller); !session) return reply(std::unexpected(session.error()));
  if (auto const ready = ready_(); !ready) return reply(std::unexpected(ready.error()));
  // The same call again: a client whose connection broke, or a nervous one.
  if (auto const same = by_key_.find({caller.session, call.key}); same != by_key_.end()) return join(same->second, caller, std::move(reply));
  auto tried = first_try(caller, call);
  if (!tried) return reply(std::unexpected(tried.error()));
  if (*tried) return decide(take_in(caller, call, std::move(reply)), std::move(**tried));
  if (auto const allowed = quotas::may_have(settings_.shares.quotas, quotas::Quota::waits, caller.user, weight_of(caller.uid)); !allowed) return reply(std::unexpected(allowed.error()));
  begin_to_wait(take_in(caller, call, std::move(reply)));
}

// Nobody waits for what his quota does not let him have. A documented error of AllocateNtmsMedia says so: there is nothing for him.
Result<> Allocations::may_have_another(Caller const& caller) const {
  auto allowed = quotas::may_have(settings_.shares.quotas, quotas::Quota::media, caller.user, book_.media_of(caller.user));
  if (!allowed) allowed.error().code = Errc::media_unavailable;
  return allowed;
}

// Nothing: it has to wait.
Result<std::optional<Allocated>> Allocations::first_try(Caller const& caller, AllocateCall const& call) {
  RSM_TRY(auto before, allocation::allocated_before(book_, call, caller.session));
  if (before) return before;
  RSM_TRY(auto const pool, allocation::check(book_, caller, call));
  RSM_CHECK(may_have_another(caller));
  if (look_posted_) look();  // who came before takes first what has come for him
  bool const behind_others = !call.side && !call.next && first_audible({call.pool, call.whole}, 0).has_value();
  if (!behind_others) {
    RSM_TRY(auto allocated, allocation::allocate(book_, call, caller.session));
    if (allocated) return allocated;
  }
  if (!call.error_if_unavailable && call.timeout != Millis{0}) return std::nullopt;
  return fail(Errc::media_unavailable, "pool " + pool.path, behind_others ? "others wait for media of it already" : "nothing in it can be allocated now");
}

void Allocations::join(Number number, Caller const& caller, Reply<Allocated> reply) {
  Wait& wait = waits_.at(number);
  std::size_t const before = weight(wait);
  bool const takes_its_place_again = wait.waited && wait.listeners.empty();
  if (auto const allowed = quotas::may_have(settings_.shares.quotas, quotas::Quota::waits, caller.user, weight_of(wait.caller.uid)); !allowed && !takes_its_place_again) return reply(std::unexpected(allowed.error()));
  wait.listeners.push_back({caller.connection, std::move(reply)});
  by_connection_.emplace(caller.connection, number);
  weigh(wait.caller.uid, before, weight(wait));
  look_soon();
}

Allocations::Number Allocations::take_in(Caller const& caller, AllocateCall const& call, Reply<Allocated> reply) {
  Number const number = ++last_number_;
  Wait& wait = waits_[number];
  wait.caller = caller;
  wait.call = call;
  wait.listeners.push_back({caller.connection, std::move(reply)});
  by_session_.emplace(caller.session, number);
  by_connection_.emplace(caller.connection, number);
  if (!call.key.empty()) by_key_[{caller.session, call.key}] = number;
  return number;
}

void Allocations::begin_to_wait(Number number) {
  Wait& wait = waits_.at(number);
  std::size_t const before = weight(wait);  // others may have joined it
  wait.waited = true;
  weigh(wait.caller.uid, before, weight(wait));
  if (wait.call.timeout) wait.until = loop_.now() + std::min(*wait.call.timeout, Millis{limits::allocation_wait_max});
  set_timer(number);
  by_group_[{wait.call.pool, wait.call.whole}].insert(number);
  ask_operator(wait.call.pool);
}

void Allocations::set_timer(Number number) {
  Wait& wait = waits_.at(number);
  loop_.cancel(wait.timer);
  wait.timer = TimerId::none;
  if (wait.until) wait.timer = loop_.after(std::max(Millis{0}, *wait.until - loop_.now()), lifeline_.guard([this, number] { time_over(number); }));
}

void Allocations::ask_operator(PoolId id) {
  World const& world = book_.world();
  auto const pool = world.pools.find(id);
  if (pool == world.pools.end()) return;
  auto const type = world.media_types.find(pool->second.media_type);
  std::string const media = type == world.media_types.end() ? "media" : "media of type " + type->second.name;
  people_.raise({OperatorKind::new_media, id.guid, {}, {}, "bring " + media + " for pool " + pool->second.path + ": nothing in it can be allocated, and somebody waits"});
}

// ---- how many of one user's calls wait

// The first listener of a call that had its outcome when it came waits for the disk only.
std::size_t Allocations::weight(Wait const& wait) {
  std::size_t const listeners = wait.listeners.size();
  return wait.waited ? std::max<std::size_t>(1, listeners) : listeners - std::min<std::size_t>(1, listeners);
}

void Allocations::weigh(std::uint32_t uid, std::size_t before, std::size_t now) {
  auto& sum = of_uid_[uid];
  sum += now - before;
  if (sum == 0) of_uid_.erase(uid);
}

std::size_t Allocations::weight_of(std::uint32_t uid) const {
  auto const it = of_uid_.find(uid);
  return it == of_uid_.end() ? 0 : it->second;
}

// ---- going on

void Allocations::look_soon() {
  if (look_posted_) return;
  look_posted_ = true;
  loop_.post(lifeline_.guard([this] { look(); }));
}

// In the order of their coming, whatever they wait for; a group whose first finds nothing has its turn when something has changed again.
void Allocations::look() {
  look_posted_ = false;
  if (book_.ledger().failed() || !ready_()) return;  // resume() looks again
  std::map<Number, Group> line;                      // the first of each group
  for (auto const& [group, numbers] : by_group_)
    if (auto const first = first_audible(group, 0)) line.emplace(*first, group);
  while (!line.empty()) {
    auto const [number, group] = *line.begin();
    line.erase(line.begin());
    if (!serve(number)) continue;
    if (auto const next = first_audible(group, number + 1)) line.emplace(*next, group);
  }
}

// False: nothing can be allocated for it now.
bool Allocations::serve(Number number) {
  auto const& wait = waits_.at(number);
  if (auto const still = allocation::check(book_, wait.caller, wait.call); !still && still.error().code == Errc::access_denied) {  // the right was taken away meanwhile
    decide(number, std::unexpected(still.error()));
    return true;
  }
  auto const allowed = may_have_another(wait.caller);
  auto tried = allowed ? allocation::allocate(book_, wait.call, wait.caller.session) : std::unexpected(allowed.error());
  if (!tried)
    decide(number, std::unexpected(tried.error()));
  else if (*tried)
    decide(number, std::move(**tried));
  return !tried || *tried;
}

// The first from this number on that somebody listens to.
std::optional<Allocations::Number> Allocations::first_audible(Group const& group, Number from) const {
  auto const numbers = by_group_.find(group);
  if (numbers == by_group_.end()) return std::nullopt;
  auto const it = std::find_if(numbers->second.lower_bound(from), numbers->second.end(), [this](Number number) { return !waits_.at(number).listeners.empty(); });
  return it == numbers->second.end() ? std::nullopt : std::optional(*it);
}

// ---- ending

// What is recorded for it is in the same commit; it is told when that is durable.
void Allocations::decide(Number number, Result<Allocated> outcome) {
  if (waits_.at(number).outcome) return;
  conclude(number, std::move(outcome));
  answer_when_durable(number);
}

void Allocations::conclude(Number number, Result<Allocated> outcome) {
  Wait& wait = waits_.at(number);
  wait.outcome = std::move(outcome);
  if (!wait.waited) return;
  PoolId const pool = wait.call.pool;
  Group const group{pool, wait.call.whole};
  by_group_[group].erase(number);
  if (by_group_[group].empty()) by_group_.erase(group);
  if (waiting_for(pool) != 0) return;
  if (*wait.outcome)
    people_.met(OperatorKind::new_media, pool.guid, (*wait.outcome)->logical.name + " was allocated, and nobody waits any more");
  else
    nobody_waits(pool, "nobody waits for media of pool " + path_of(book_.world(), pool) + " any more");
}

void Allocations::answer_when_durable(Number number) {
  book_.ledger().when_durable(lifeline_.guard([this, number](Result<> durable) { settle(number, std::move(durable)); }));
}

// A failure that took everything back is told to who came for an answer at once; who waits goes on. After any other, resume() asks the catalog.
void Allocations::settle(Number number, Result<> durable) {
  auto const it = waits_.find(number);
  if (it == waits_.end() || !it->second.outcome) return;
  if (durable) return answer(number, *it->second.outcome);
  if (!book_.ledger().taken_back()) return;
  if (it->second.waited) return wait_on(number);
  answer(number, std::unexpected(durable.error()));
}

void Allocations::wait_on(Number number) {
  Wait& wait = waits_.at(number);
  wait.outcome.reset();
  wait.refused = {};
  by_group_[{wait.call.pool, wait.call.whole}].insert(number);
  set_timer(number);
}

void Allocations::answer(Number number, Result<Allocated> result) {
  Wait ended = take(number);
  if (result) book_.trim();
  for (auto& listener : ended.listeners) listener.reply(result);
}

Allocations::Wait Allocations::take(Number number) {
  Wait wait = std::move(waits_.extract(number).mapped());
  weigh(wait.caller.uid, weight(wait), 0);
  loop_.cancel(wait.timer);
  Group const group{wait.call.pool, wait.call.whole};
  if (auto const it = by_group_.find(group); it != by_group_.end()) {
    it->second.erase(number);
    if (it->second.empty()) by_group_.erase(it);
  }
  by_session_.erase({wait.caller.session, number});
  for (auto const& listener : wait.listeners) by_connection_.erase({listener.connection, number});
  by_key_.erase({wait.caller.session, wait.call.key});
  return wait;
}

void Allocations::nobody_waits(PoolId pool, std::string const& reason) {
  if (!book_.ledger().failed()) people_.withdraw(OperatorKind::new_media, pool.guid, reason);  // else resume() sees to it
}

void Allocations::time_over(Number number) {
  auto const it = waits_.find(number);
  if (it == waits_.end()) return;
  Wait& wait = it->second;
  wait.timer = TimerId::none;
  if (wait.outcome) return;  // on its way to the disk; taken back, resume() sets the timer again
  Result<Allocated> const late = fail(Errc::timeout, "pool " + path_of(book_.world(), wait.call.pool), "no medium came in time");
  if (book_.ledger().failed()) return answer(number, late);  // nothing was recorded for it
  decide(number, late);
}

void Allocations::give_up(Caller const& caller, std::string const& key, Reply<> reply) {
  auto const refuse = [&reply](Error error) { reply(std::unexpected(std::move(error))); };
  if (auto const session = session_of(book_.world(), caller); !session) return refuse(session.error());
  if (auto const ready = ready_(); !ready) return refuse(ready.error());
  if (key.empty()) return refuse({Errc::invalid_parameter, "key", "it is empty"});
  if (auto const waiting = by_key_.find({caller.session, key}); waiting != by_key_.end()) decide(waiting->second, fail(Errc::cancelled, "allocation", "given up by who asked for it"));
  auto const given = book_.logical_medium_of_key(caller.session, key);
  if (!given) return refuse(given.error());
  if (*given && !planted(PlantedBug::given_up_kept))
    if (auto back = allocation::deallocate(book_, caller, (*given)->id); !back) return refuse(back.error());
  book_.ledger().when_durable([reply = std::move(reply)](Result<> durable) mutable { reply(std::move(durable)); });
}

void Allocations::session_ends(SessionId session, std::string const& reason) {
  std::vector<Number> numbers;
  for (auto it = by_session_.lower_bound({session, 0}); it != by_session_.end() && it->first == session; ++it) numbers.push_back(it->second);
  for (auto const number : numbers) {
    if (waits_.at(number).outcome) continue;
    conclude(number, fail(Errc::cancelled, "session", "it has ended: " + reason));
    loop_.post(lifeline_.guard([this, number] { answer_when_durable(number); }));  // the end of the session is recorded by then
  }
}

void Allocations::connection_gone(ConnectionId connection) {
  if (connection == ConnectionId::none) return;
  for (auto it = by_connection_.lower_bound({connection, 0}); it != by_connection_.end() && it->first == connection; it = by_connection_.erase(it)) {
    Wait& wait = waits_.at(it->second);
    std::size_t const before = weight(wait);
    std::erase_if(wait.listeners, [connection](Listener const& l) { return l.connection == connection; });
    weigh(wait.caller.uid, before, weight(wait));
  }
}

void Allocations::answered(OperatorRequestRecord const& record) {
  if (record.kind != OperatorKind::new_media) return;
  if (record.state != OperatorState::refused) return look_soon();
  PoolId const pool{record.argument1};
  std::vector<Number> numbers;
  for (bool const whole : {false, true})
    if (auto const it = by_group_.find({pool, whole}); it != by_group_.end()) numbers.insert(numbers.end(), it->second.begin(), it->second.end());
  std::ranges::sort(numbers);
  for (auto const number : numbers) {
    waits_.at(number).refused = record.id;
    decide(number, fail(Errc::cancelled, "pool " + path_of(book_.world(), pool), "the operator refused to bring media"));
  }
}

// ---- after a failure

void Allocations::resume() {
  std::vector<Number> numbers;
  for (auto const& [number, wait] : waits_) numbers.push_back(number);
  for (auto const number : numbers) take_up_again(number);
  std::set<PoolId> pools;
  for (auto const& [group, numbers_of_group] : by_group_) pools.insert(group.pool);
  for (auto const& pool : pools) ask_operator(pool);  // what asked for it may have been taken back with a commit
  look_soon();
  if (!comes_back_until_) comes_back_until_ = loop_.now() + settings_.session_grace;
  loop_.cancel(grace_timer_);
  grace_timer_ = loop_.after(std::max(Millis{0}, *comes_back_until_ - loop_.now()), lifeline_.guard([this] { forget_questions_of_nobody(); }));
}

// What was decided for it is in the catalog now, or nothing of it is.
void Allocations::take_up_again(Number number) {
  Wait& wait = waits_.at(number);
  auto outcome = std::exchange(wait.outcome, std::nullopt);
  if (outcome && was_carried_out(wait, *outcome)) return decide(number, std::move(*outcome));
  if (!book_.world().sessions.contains(wait.caller.session)) return decide(number, fail(Errc::cancelled, "session", "it has ended"));
  if (!outcome) return;
  if (wait.waited) return wait_on(number);
  auto tried = first_try(wait.caller, wait.call);
  if (!tried) return decide(number, std::unexpected(tried.error()));
  if (*tried) return decide(number, std::move(**tried));
  begin_to_wait(number);
}

bool Allocations::was_carried_out(Wait const& wait, Result<Allocated> const& outcome) {
  if (outcome) {
    auto const logical = book_.logical_medium(outcome->logical.id);
    return logical && *logical;
  }
  auto const refused = wait.refused ? book_.find_operator_request(wait.refused) : std::nullopt;
  return refused && *refused && (*refused)->state == OperatorState::refused;
}

void Allocations::forget_questions_of_nobody() {
  grace_timer_ = TimerId::none;
  std::set<PoolId> asked;
  for (auto const& id : book_.questions().of(OperatorKind::new_media)) asked.insert(PoolId{book_.world().operator_requests.at(id).argument1});
  for (auto const& pool : asked)
    if (waiting_for(pool) == 0) nobody_waits(pool, "whoever waited for it before the service was started again has not come back");
}

std::size_t Allocations::waiting_for(PoolId pool) const {
  std::size_t count = 0;
  for (auto it = by_group_.lower_bound({pool, false}); it != by_group_.end() && it->first.pool == pool; ++it) count += it->second.size();
  return count;
}

}  // namespace rsm
