#include "cli/rsm/commands/follow.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "cli/rsm/commands/event_feed.hpp"
#include "cli/rsm/commands/interrupt.hpp"
#include "cli/rsm/commands/progress.hpp"
#include "cli/rsm/commands/waiting_why.hpp"
#include "cli/rsm/view/words.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

constexpr std::int64_t tick_ms = 1000;        // running times on a terminal
constexpr std::int64_t look_again_ms = 30'000;  // without any event the requests are looked at again
constexpr std::int64_t ask_why_ms = 5'000;      // for what one waits may change without an event: while somebody looks it is asked so often, the first time after a tick

bool settled(wire::RequestInfo const& request) {
  return request.finished || is_final(request.state) ||
         (request.operation == Operation::dismount && request.state == RequestState::deferred);
}

// "passed" in the word of the operation.
std::string last_step(Operation operation) { return operation == Operation::mount ? "loaded" : "done"; }

std::string step_of_request(RequestState state, Operation operation) {
  switch (state) {
    case RequestState::inprocess: return operation == Operation::mount ? "moving" : "in process";
    case RequestState::passed: return last_step(operation);
    default: return word(state);
  }
}

class Follower {
 public:
  Follower(Context& context, client::Connection& service, std::vector<Followed> const& requests, std::int64_t cursor)
      : service_(service), requests_(requests), infos_(requests.size()), progress_(context, labels_of(requests)), cursor_(cursor),
        live_(context.live()) {}

  Result<std::vector<wire::RequestInfo>> run(std::optional<std::int64_t> limit_ms) {
    std::int64_t const end = limit_ms ? now_ms() + *limit_ms : 0;
    RSM_CHECK(look());
    RSM_CHECK(read_events(0));  // the steps so far, in their order
    show_where_silent();
    for (;;) {
      RSM_CHECK(look());
      if (std::ranges::all_of(infos_, settled)) return show_ends();
      std::int64_t wait = live_ ? tick_ms : look_again_ms;
      if (limit_ms) wait = std::min(wait, end - now_ms());
      if (wait <= 0) return time_over();
      RSM_CHECK(read_events(wait));
      if (now_ms() >= why_due_) RSM_CHECK(show_why());
      progress_.tick();
    }
  }

 private:
  static std::vector<std::string> labels_of(std::vector<Followed> const& requests) {
    std::vector<std::string> labels;
    for (auto const& r : requests) labels.push_back(r.label);
    return labels;
  }

  // What the service says of every request that is not settled.
  Result<> look() {
    if (!stale_) return {};
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (known_ && settled(infos_[i])) continue;
      RSM_TRY(infos_[i], service_.request_get({requests_[i].request}));
    }
    known_ = true;
    stale_ = false;
    return {};
  }

  void show(std::size_t i) { progress_.step(i, step_of_request(infos_[i].state, infos_[i].operation), request_why(infos_[i])); }

  Result<> show_why() {
    why_due_ = now_ms() + ask_why_ms;
    stale_ = true;
    RSM_CHECK(look());
    WaitingSeen seen;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (infos_[i].state != RequestState::queued && infos_[i].state != RequestState::waiting) continue;
      RSM_CHECK(say_why(service_, infos_[i], seen));
      show(i);
    }
    return {};
  }

  // A request that was there before the cursor has no event to tell where it is.
  void show_where_silent() {
    for (std::size_t i = 0; i < requests_.size(); ++i)
      if (progress_.silent(i)) show(i);
  }

  std::vector<wire::RequestInfo> show_ends() {
    for (std::size_t i = 0; i < requests_.size(); ++i) show(i);
    return infos_;
  }

  Result<> read_events(std::int64_t wait) {
    auto reply = service_.event_read({.cursor = cursor_, .type = {}, .limit = events_page, .wait_ms = wait});
    if (!reply && reply.error().code == Errc::no_data) {  // too old: the requests themselves say where they are
      RSM_TRY(cursor_, newest_event(service_));
      stale_ = true;
      return {};
    }
    if (!reply) return std::unexpected(std::move(reply).error());
    if (reply->events.empty() && wait == look_again_ms) stale_ = true;
    cursor_ = reply->cursor;
    for (auto const& event : reply->events) take(event);
    return {};
  }

  void take(wire::EventInfo const& event) {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      auto const& id = requests_[i].request;
      if (event.request != id && !(event.type == ObjectType::request && event.object == id.guid)) continue;
      stale_ = true;
      auto const step = step_of(event, infos_[i].operation);
      if (!step.empty()) progress_.step(i, step, event.reason);
    }
  }

  Result<std::vector<wire::RequestInfo>> time_over() const {
    std::string open;
    for (std::size_t i = 0; i < infos_.size(); ++i)
      if (!settled(infos_[i])) open += (open.empty() ? "" : ", ") + requests_[i].label;
    return fail(Errc::timeout, open, "it goes on without this program: 'rsm request list --open' shows what still runs, 'rsm explain REQUEST' why it waits");
  }

  client::Connection& service_;
  std::vector<Followed> const& requests_;
  std::vector<wire::RequestInfo> infos_;
  Progress progress_;
  std::int64_t cursor_;
  bool live_;
  bool known_ = false;
  bool stale_ = true;
  std::int64_t why_due_ = now_ms() + tick_ms;
};

// Requests of one call share their fate: with the first the others may be over already.
void cancel_all(client::Connection& service, std::vector<Followed> const& requests, bool live) {
  if (!live) note("cancelling; a move under way is finished first\n");
  for (auto const& r : requests) {
    auto const cancelled = service.request_cancel({r.request});
    if (!cancelled && cancelled.error().code != Errc::object_not_found) note(plain_text(r.label + ": " + cancelled.error().text()) + "\n");
  }
}

}  // namespace

Result<std::int64_t> newest_event(client::Connection& service) {
  RSM_TRY(auto reply, service.event_read({.cursor = {}, .type = {}, .limit = 1, .wait_ms = 0}));
  return reply.cursor;
}

std::string step_of(wire::EventInfo const& event, Operation operation) {
  if (event.type == ObjectType::request) {
    auto const state = parse_word<RequestState>(event.state);
    return state ? step_of_request(*state, operation) : std::string{};
  }
  if (event.type != ObjectType::drive) return {};
  auto const state = parse_word<DriveState>(event.state);
  if (!state) return {};
  if (operation == Operation::mount && *state == DriveState::mounted) return "loading";
  if (operation == Operation::mount && *state == DriveState::loaded) return {};  // the request itself says when all is done
  if (*state == DriveState::unloaded) return "unloading";
  return {};
}

Result<std::vector<wire::RequestInfo>> follow(Context& context, std::vector<Followed> const& requests, std::int64_t cursor,
                                              std::optional<std::int64_t> limit_ms, OnInterrupt on_interrupt) {
  RSM_TRY(auto* service, context.service());
  Follower follower(context, *service, requests, cursor);
  if (on_interrupt == OnInterrupt::leave_requests) return follower.run(limit_ms);
  Interrupt const interrupt([&] { cancel_all(*service, requests, context.live()); });
  return follower.run(limit_ms);
}

}  // namespace rsm::cli
