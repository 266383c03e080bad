#include "cli/changer/service.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/rsm/commands/outcome.hpp"
#include "cli/rsm/commands/pages.hpp"

namespace rsm::changer {
namespace {

using client::Connection;
using Clock = std::chrono::steady_clock;

Millis left_until(Clock::time_point end) { return std::max(Millis{0}, std::chrono::duration_cast<Millis>(end - Clock::now())); }

bool may_answer_later(Error const& error) { return error.code == Errc::not_ready || error.code == Errc::not_connected; }

// Asks again while the service is away or starting, until `end`.
template <class Ask>
auto patiently(Clock::time_point end, Ask ask) -> decltype(ask()) {
  for (;;) {
    auto answer = ask();
    if (answer || !may_answer_later(answer.error()) || left_until(end) <= look_again) return answer;
    std::this_thread::sleep_for(look_again);
  }
}

// A second attempt may help: the device failed, not the order.
bool worth_another(Error const& error) {
  switch (error.code) {
    case Errc::gen_failure:
    case Errc::device_not_available:
    case Errc::medium_not_accessible:
    case Errc::unable_to_load_medium:
    case Errc::unable_to_unload_media: return true;
    default: return false;
  }
}

// "Jukebox", or a path that ends so: Amanda wants a file that exists.
bool is_of(std::string const& device, std::string const& name) { return !name.empty() && device.substr(device.rfind('/') + 1) == name; }

class Choice {
 public:
  Choice(std::vector<wire::LibraryInfo> libraries, std::vector<wire::ViewInfo> views) : libraries_(std::move(libraries)), views_(std::move(views)) {
    std::erase_if(libraries_, [](auto const& library) { return library.library_type == LibraryType::offline; });
    std::ranges::sort(libraries_, {}, &wire::LibraryInfo::name);
  }

  Result<Part> of(std::string const& wish, std::string const& device) const {
    auto const meant = [&](std::string const& name) { return name == wish || (wish.empty() && is_of(device, name)); };
    for (auto const& view : views_)
      if (meant(view.name)) return seen_by(view);
    for (auto const& library : libraries_)
      if (meant(library.name)) return Part{library, {}, {}};
    if (!wish.empty())
      return fail(Errc::invalid_library, "library '" + wish + "'", "the service has none of this name; it has " + (names().empty() ? "none" : names()));
    if (libraries_.size() == 1) return Part{libraries_.front(), {}, {}};
    if (libraries_.empty()) return fail(Errc::invalid_library, "the service", "it has no library");
    return fail(Errc::invalid_library, "the service", "it has several libraries: say which with --library or RSM_LIBRARY: " + names());
  }

 private:
  Result<Part> seen_by(wire::ViewInfo const& view) const {
    auto const library = std::ranges::find(libraries_, view.library, &wire::LibraryInfo::id);
    if (library == libraries_.end()) return fail(Errc::invalid_library, "view '" + view.name + "'", "its library " + view.library_name + " is not there");
    Part part{*library, view, {}};
    for (auto const& other : views_)
      if (other.library == view.library && other.name != view.name) part.slots_of_others.insert(other.slots.begin(), other.slots.end());
    return part;
  }

  std::string names() const {
    std::string out;
    for (auto const& library : libraries_) out += (out.empty() ? "" : ", ") + library.name;
    for (auto const& view : views_) out += (out.empty() ? "" : ", ") + view.name;
    return out;
  }

  std::vector<wire::LibraryInfo> libraries_;
  std::vector<wire::ViewInfo> views_;
};

template <class Page>
using ListCall = Result<Page> (Connection::*)(wire::ListParams const&, std::optional<Millis>);

template <class Page>
auto all_of(Connection& service, Clock::time_point end, ListCall<Page> call, std::optional<Guid> container) {
  wire::ListParams params;
  params.container = container;
  return patiently(end, [&] { return cli::collect(service, call, params); });
}

Result<std::set<Guid>> own_work(Connection& service, std::vector<wire::DriveInfo> const& drives) {
  std::set<Guid> found;
  for (auto const& drive : drives) {
    if (drive.request.is_zero() || drive.state == DriveState::loaded) continue;
    auto const request = service.request_get({drive.request});
    if (!request && request.error().code == Errc::object_not_found) continue;  // over, and not kept any more
    if (!request) return std::unexpected(request.error());
    if (request->by_service) found.insert(drive.request.guid);
  }
  return found;
}

// Initializing: it asks its hardware where everything is, as after a start of the service; not_ready, so that it is asked again.
Result<wire::LibraryInfo> library_at_rest(Connection& service, LibraryId id) {
  RSM_TRY(auto library, service.library_get({.id = id.guid, .name = {}}));
  if (library.enabled && library.operational_state == OperationalState::initializing) return fail(Errc::not_ready, "library " + library.name, library.reason);
  return library;
}

Result<wire::RequestInfo> wait(Connection& service, RequestId id, Clock::time_point until, Clock::time_point last) {
  return patiently(last, [&] {
    wire::WaitParams const params{.request = id, .timeout_ms = left_until(until).count()};
    return service.request_wait(params, left_until(last) + look_again);
  });
}

// Until the request is finished. A mount's own time limit ends it; what still waits a moment later (a dismount has none) is taken back.
Result<wire::RequestInfo> end_of(Connection& service, RequestId id, Clock::time_point end) {
  auto const last = end + end_margin;
  auto info = wait(service, id, end + end_margin / 10, last);
  if (info || info.error().code != Errc::timeout) return info;
  (void)patiently(last, [&] { return service.request_cancel({id}); });
  info = wait(service, id, last, last);
  if (!info || info->state != RequestState::cancelled) return info;
  info->error = static_cast<std::int64_t>(Errc::timeout);
  info->reason = "the time limit was over while it waited; it has been taken back";
  return info;
}

}  // namespace

Result<Service> Service::open(Options const& options, std::string const& device, std::string const& program) {
  client::Options wanted;
  wanted.socket = options.socket;
  wanted.client_name = program;
  wanted.reconnect_limit = options.limit;
  auto const begin = Clock::now();
  auto const reading_end = begin + std::min(reading_limit, options.limit);
  RSM_TRY(auto connection, patiently(reading_end, [&] { return Connection::open(wanted); }));
  RSM_TRY(auto libraries, all_of(*connection, reading_end, &Connection::library_list, {}));
  RSM_TRY(auto views, all_of(*connection, reading_end, &Connection::view_list, {}));
  RSM_TRY(auto part, Choice(std::move(libraries.items), std::move(views.items)).of(options.library, device));
  return Service(std::move(connection), std::move(part), options.limit, begin + options.limit, program);
}

// A session that cannot be closed now is closed by the service after its grace.
Service::~Service() {
  if (connection_ != nullptr && session_open_) (void)connection_->close_session();
}

Result<Shelf> Service::shelf() {
  Facts facts;
  auto& service = *connection_;
  auto const end = reading_end();
  RSM_TRY(facts.library, patiently(end, [&] { return library_at_rest(service, part_.library.id); }));
  RSM_TRY(auto media, all_of(service, end, &Connection::medium_list, part_.library.id.guid));
  RSM_TRY(auto slots, all_of(service, end, &Connection::slot_list, part_.library.id.guid));
  RSM_TRY(auto ports, all_of(service, end, &Connection::port_list, part_.library.id.guid));
  RSM_TRY(auto drives, all_of(service, end, &Connection::drive_list, part_.library.id.guid));
  RSM_TRY(facts.service_requests, own_work(service, drives.items));
  facts.media = std::move(media.items);
  facts.slots = std::move(slots.items);
  facts.ports = std::move(ports.items);
  facts.drives = std::move(drives.items);
  facts.view = part_.view;
  facts.slots_of_others = part_.slots_of_others;
  return arrange(std::move(facts));
}

Result<wire::ChangerInfo> Service::changer() {
  RSM_TRY(auto changers, all_of(*connection_, reading_end(), &Connection::changer_list, part_.library.id.guid));
  if (changers.items.empty()) return fail(Errc::resource_not_present, part_.library.name, "it has no changer");
  return changers.items.front();
}

Result<> Service::session() {
  if (session_open_) return {};
  RSM_CHECK(patiently(reading_end(), [&] { return connection_->open_session(program_); }));
  session_open_ = true;
  return {};
}

template <class Submit>
Result<> Service::move(Submit submit, std::string const& label) {
  RSM_CHECK(session());
  for (int attempt = 1;; ++attempt) {
    RSM_TRY(auto const key, client::make_key());
    RSM_TRY(auto const requests, patiently(end_, [&] { return submit(key, left_until(end_)); }));
    if (requests.requests.size() != 1) return fail(Errc::bad_format, label, "the service answered with another number of requests than one");
    RSM_TRY(auto const info, end_of(*connection_, requests.requests.front(), end_));
    auto done = cli::outcome(info, label);
    if (done || !worth_another(done.error()) || attempt == attempts_max || left_until(end_) == Millis{0}) return done;
  }
}

Result<> Service::load(Medium const& medium, Drive const& drive) {
  if (medium.sides.empty()) return fail(Errc::invalid_media, medium.name, "nothing is known of its sides yet; an inventory finds out");
  if (medium.sides.size() > 1) return fail(Errc::not_supported, medium.name, "it has several sides, and a changer command cannot say which; mount it with rsm media mount");
  auto const submit = [&](std::string const& key, Millis left) {
    wire::MountParams params;
    params.key = key;
    params.media = {medium.sides.front().guid};
    params.drives = std::vector{drive.id};
    params.error_if_offline = true;
    params.timeout_ms = left.count();
    return connection_->mount_submit(params, left + look_again);
  };
  return move(submit, medium.name + " in " + drive.name);
}

Result<> Service::transfer(Slot const& from, Slot const& to) { return transfer(from, to, false); }
Result<> Service::exchange(Slot const& from, Slot const& to) { return transfer(from, to, true); }

Result<> Service::transfer(Slot const& from, Slot const& to, bool exchange) {
  auto const submit = [&](std::string const& key, Millis left) -> Result<wire::SubmitReply> {
    wire::TransferParams params{.key = key, .medium = {}, .from = {}, .slot = {}, .port = {}, .exchange = exchange};
    if (from.medium)
      params.medium = from.medium->id;
    else
      params.from = from.port;
    if (to.port) params.port = to.port;
    if (to.id) params.slot = to.id;
    RSM_TRY(auto const reply, connection_->medium_transfer(params, left + look_again));
    return wire::SubmitReply{{reply.request}};
  };
  return move(submit, (from.medium ? from.medium->name : "slot " + std::to_string(from.number)) + " to slot " + std::to_string(to.number));
}

Result<> Service::inventory() {
  auto const submit = [&](std::string const& key, Millis left) -> Result<wire::SubmitReply> {
    wire::InventoryParams const params{.key = key, .library = part_.library.id, .action = wire::InventoryAction::default_method};
    RSM_TRY(auto const reply, connection_->library_inventory(params, left + look_again));
    return wire::SubmitReply{{reply.request}};
  };
  return move(submit, part_.library.name);
}

Result<> Service::unload(Medium const& medium, Drive const& drive) {
  RSM_TRY(auto const now, patiently(reading_end(), [&] { return connection_->drive_get({.id = drive.id.guid, .name = {}}); }));
  auto const submit = [&](std::string const& key, Millis left) {
    wire::DismountParams params;
    params.key = key;
    params.media = {now.side.guid};
    return connection_->dismount_submit(params, left + look_again);
  };
  return move(submit, medium.name + " in " + drive.name);
}

}  // namespace rsm::changer
