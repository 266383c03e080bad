#include "api/watch/watcher.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <mutex>
#include <set>
#include <thread>

#include "api/client/stoppable.hpp"
#include "api/watch/limits.hpp"

namespace rsm::watch {
namespace {

std::int64_t now_ms() { return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// Of the whole program: drawing is a part of what looking costs.
Millis processor_time() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::chrono::duration_cast<Millis>(std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec});
}

// Every page of a list of what is in a library.
template <class Info, class Page>
Result<std::vector<Info>> all_of(client::Connection& service, Result<Page> (client::Connection::*list)(wire::ListParams const&, std::optional<Millis>), LibraryId library) {
  std::vector<Info> all;
  wire::ListParams params{.container = library.guid, .cursor = {}, .limit = limits::page};
  do {
    RSM_TRY(auto page, (service.*list)(params, {}));
    std::ranges::move(page.items, std::back_inserter(all));
    params.cursor = page.next_cursor;
  } while (params.cursor);
  std::ranges::sort(all, {}, &Info::number);
  return all;
}

}  // namespace

struct Watcher::Impl {
  Impl(client::Options options, std::function<void()> told) : options_(std::move(options)), told_(std::move(told)) {
    options_.reconnect_limit = Millis{0};  // events go on where they were, so coming back is decided here
    auto first = std::make_shared<World>();
    first->events = std::make_shared<std::deque<wire::EventInfo>>();
    world_ = std::move(first);
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    service_.stop();
    thread_.join();
  }

  std::shared_ptr<World const> world() const {
    std::lock_guard const lock(mutex_);
    return world_;
  }
  std::shared_ptr<client::Connection> connection() const { return service_.connection(); }

 private:
  // ---- the thread

  void run() {
    while (!service_.stopped()) {
      auto const ended = watch_once();
      service_.use(nullptr);
      if (service_.stopped()) return;
      if (!ended) change([&](World& w) { w.trouble = ended.error().sentence(); });
      service_.pause(limits::connect_pause);
    }
  }

  Result<> watch_once() {
    RSM_TRY(auto opened, client::Connection::open(options_));
    std::shared_ptr<client::Connection> const service = std::move(opened);
    if (!service_.use(service)) return {};
    if (!service->server().ready) return fail(Errc::not_ready, "the service", "it is starting");
    RSM_CHECK(read_all(*service));
    for (;;) RSM_CHECK(follow(*service));
  }

  // One call that waits for events, and what they have changed.
  Result<> follow(client::Connection& service) {
    auto read = read_events(service, limits::event_wait);
    if (!read && read.error().code == Errc::no_data) return read_all(service);  // too old, or another history
    if (!read) return std::unexpected(std::move(read).error());
    if (read->empty()) {
      heard();
      return foretell_what_changed(service);
    }
    if (service_.pause(until_next_look())) return fail(Errc::cancelled, "watching", "it was ended");
    auto more = read_events(service, Millis{0});
    if (!more) return std::unexpected(std::move(more).error());
    std::ranges::move(*more, std::back_inserter(*read));
    return look(service, *read);
  }

  Result<std::vector<wire::EventInfo>> read_events(client::Connection& service, Millis wait) {
    RSM_TRY(auto reply, service.event_read({.cursor = cursor_, .type = {}, .limit = limits::events_page, .wait_ms = wait.count(), .name = {}}, wait + limits::old_after - limits::event_wait));
    if (history_ != reply.history) return fail(Errc::no_data, "events", "they have another history");
    cursor_ = reply.cursor;
    return std::move(reply.events);
  }

  Millis until_next_look() const {
    auto const between = std::clamp(cost_ * limits::cost_factor, limits::refresh_least, limits::refresh_most);
    auto const since = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - looked_);
    return std::max(between - since, limits::refresh_least);
  }

  void begin_look() {
    auto const spent = processor_time();
    cost_ = spent - spent_;
    spent_ = spent;
    looked_ = std::chrono::steady_clock::now();
  }

  Result<> read_all(client::Connection& service) {
    begin_look();
    RSM_TRY(auto status, service.status({}));
    bool const goes_on = cursor_ && history_ == status.history;
    if (!goes_on) cursor_ = std::max<std::int64_t>(0, status.last_event - limits::events_before);
    history_ = status.history;
    auto next = *world();
    next.service = service.server();
    next.slots.clear();
    RSM_CHECK(read_parts(service, status, next));
    if (!goes_on) next.events = std::make_shared<std::deque<wire::EventInfo>>();
    auto events = read_events(service, Millis{0});
    if (!events && events.error().code == Errc::no_data) {  // the older ones are not kept
      cursor_ = status.last_event;
      next.events = std::make_shared<std::deque<wire::EventInfo>>();
    } else if (!events) {
      return std::unexpected(std::move(events).error());
    } else {
      add(next, std::move(*events));
    }
    return publish(service, std::move(next), std::move(status));
  }

  Result<> look(client::Connection& service, std::vector<wire::EventInfo> const& events) {
    begin_look();
    RSM_TRY(auto status, service.status({}));
    auto next = *world();
    std::set<SlotId> slots;
    bool parts = false;
    for (auto const& event : events) {
      if (event.type == ObjectType::slot) slots.insert(SlotId{event.object});
      parts = parts || event.type == ObjectType::port || event.type == ObjectType::door || event.type == ObjectType::library;
    }
    if (slots.size() > limits::slots_one_by_one) next.slots.clear();
    if (parts || !slots.empty()) RSM_CHECK(read_parts(service, status, next));
    if (slots.size() <= limits::slots_one_by_one) RSM_CHECK(read_slots(service, slots, next));
    add(next, events);
    return publish(service, std::move(next), std::move(status));
  }

  // Ports and doors, and the slots of libraries where they are not known, or are more or less than before.
  Result<> read_parts(client::Connection& service, wire::StatusReply const& status, World& next) {
    next.ports.clear();
    next.doors.clear();
    for (auto const& library : status.libraries) {
      auto const known = next.slots.find(library.id);
      if (known == next.slots.end() || std::ssize(*known->second) != library.slots) {
        RSM_TRY(auto slots, all_of<wire::SlotInfo>(service, &client::Connection::slot_list, library.id));
        next.slots[library.id] = std::make_shared<std::vector<wire::SlotInfo> const>(std::move(slots));
      }
      if (library.ports > 0) {
        RSM_TRY(next.ports[library.id], all_of<wire::PortInfo>(service, &client::Connection::port_list, library.id));
      }
      if (library.doors > 0) {
        RSM_TRY(next.doors[library.id], all_of<wire::DoorInfo>(service, &client::Connection::door_list, library.id));
      }
    }
    return {};
  }

  Result<> read_slots(client::Connection& service, std::set<SlotId> const& changed, World& next) {
    for (auto& [library, slots] : next.slots) {
      std::shared_ptr<std::vector<wire::SlotInfo>> copy;
      for (std::size_t i = 0; i < slots->size(); ++i) {
        if (!changed.contains((*slots)[i].id)) continue;
        auto slot = service.slot_get({.id = (*slots)[i].id.guid, .name = {}});
        if (!slot && slot.error().code == Errc::object_not_found) continue;  // its library tells
        if (!slot) return std::unexpected(std::move(slot).error());
        if (!copy) copy = std::make_shared<std::vector<wire::SlotInfo>>(*slots);
        (*copy)[i] = std::move(*slot);
      }
      if (copy) slots = std::move(copy);
    }
    return {};
  }

  // Names and homes of what is out of its slot.
  Result<> read_media_out(client::Connection& service, World& next) {
    std::set<MediumId> out;
    for (auto const& drive : next.status.drives) out.insert(drive.medium);
    for (auto const& [library, ports] : next.ports)
      for (auto const& port : ports) out.insert(port.medium);
    out.erase(MediumId{});
    std::erase_if(next.out, [&](auto const& known) { return !out.contains(known.first); });
    for (auto const& id : out) {
      if (next.out.contains(id)) continue;
      auto medium = service.medium_get({.id = id.guid, .name = {}});
      if (medium)
        next.out.emplace(id, std::move(*medium));
      else if (medium.error().code != Errc::object_not_found && medium.error().code != Errc::access_denied)
        return std::unexpected(std::move(medium).error());
    }
    return {};
  }

  static void add(World& next, std::vector<wire::EventInfo> events) {
    if (events.empty()) return;
    auto all = std::make_shared<std::deque<wire::EventInfo>>(*next.events);
    std::ranges::move(events, std::back_inserter(*all));
    while (all->size() > limits::events_kept) all->pop_front();
    next.events = std::move(all);
  }

  Result<> publish(client::Connection& service, World next, wire::StatusReply status) {
    next.status = std::move(status);
    RSM_CHECK(read_media_out(service, next));
    next.last_news = now_ms();
    next.trouble.clear();
    std::erase_if(next.expected, [&](auto const& known) { return !waits(next.status, known.first); });
    foretelling_owed_ = std::ranges::any_of(next.status.waiting, is_waiting_mount);
    {
      std::lock_guard const lock(mutex_);
      world_ = std::make_shared<World>(std::move(next));
    }
    told_();
    return foretell_what_changed(service);
  }

  // ---- when those who wait will be served

  static bool is_waiting_mount(wire::WaitingInfo const& waiting) {
    auto const& request = waiting.request;
    return request.operation == Operation::mount && (request.state == RequestState::queued || request.state == RequestState::waiting);
  }
  static bool waits(wire::StatusReply const& status, RequestId id) {
    return std::ranges::any_of(status.waiting, [&](auto const& waiting) { return waiting.request.id == id && is_waiting_mount(waiting); });
  }

  // One question for all of them, when something has changed since the last one. Who cannot or may not be told is told nothing.
  Result<> foretell_what_changed(client::Connection& service) {
    auto const now = std::chrono::steady_clock::now();
    if (!foretelling_owed_ || now - foretold_ < limits::foretold_least) return {};
    foretelling_owed_ = false;
    foretold_ = now;
    auto const plan = service.plan_read({}, limits::foretold_limit);
    std::map<RequestId, std::int64_t> expected;
    if (plan)
      for (auto const& library : plan->libraries)
        for (auto const& drive : library.drives)
          for (auto const& step : drive.next)
            if (library.basis) expected[step.request] = plan->now + step.mounted_ms;
    if (expected != world()->expected) change([&](World& w) { w.expected = std::move(expected); });
    return {};
  }

  // ---- what others see

  template <class Change>
  void change(Change const& apply) {
    auto next = std::make_shared<World>(*world());
    apply(*next);
    {
      std::lock_guard const lock(mutex_);
      world_ = std::move(next);
    }
    told_();
  }

  // It is there, and nothing has changed: nothing is drawn again.
  void heard() {
    auto next = std::make_shared<World>(*world());
    next->last_news = now_ms();
    std::lock_guard const lock(mutex_);
    world_ = std::move(next);
  }

  client::Options options_;
  std::function<void()> told_;
  mutable std::mutex mutex_;
  std::shared_ptr<World const> world_;
  client::Stoppable service_;

  // Of the thread alone.
  std::optional<std::int64_t> cursor_;
  Guid history_;
  Millis spent_{0}, cost_{0};
  std::chrono::steady_clock::time_point looked_{}, foretold_{};
  bool foretelling_owed_ = false;

  std::thread thread_;
};

Watcher::Watcher(client::Options options, std::function<void()> told) : impl_(std::make_unique<Impl>(std::move(options), std::move(told))) {}
Watcher::~Watcher() = default;
std::shared_ptr<World const> Watcher::world() const { return impl_->world(); }
std::shared_ptr<client::Connection> Watcher::connection() const { return impl_->connection(); }

}  // namespace rsm::watch
