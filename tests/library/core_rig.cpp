#include "tests/library/core_rig.hpp"

#include <algorithm>
#include <cstdlib>

namespace rsm {

using db::must;

CoreRig::CoreRig() : history_(loop_, std::getenv("RSM_SHOW") != nullptr) {
  settings.plans_differ = [](std::string const& where) { ADD_FAILURE() << "the plan that is kept is another one than that from scratch: " << where; };
  caller.uid = 1000;
  caller.administrator = true;
  caller.user = "alice";
}

CoreRig::~CoreRig() {
  manager_.reset();
  by_hand_.clear();
  devices_.clear();
}

void CoreRig::TearDown() {
  EXPECT_FALSE(history_.failed()) << *history_.violation();
  if (!HasFailure()) return;
  std::string last;
  for (auto const& line : history_.last_lines()) last += line + "\n";
  ADD_FAILURE() << (manager_ ? everything() : std::string{}) << last;
}

// ---- the iron

emulated::Geometry CoreRig::drives(std::uint32_t count, std::uint32_t slots, std::uint32_t cartridges, std::string const& prefix) {
  emulated::Geometry g;
  g.drives = count;
  g.slots = slots;
  g.cartridges = cartridges;
  g.sides = 1;
  g.barcode_prefix = prefix;
  g.seed = static_cast<std::uint64_t>(prefix.front());
  return g;
}

emulated::Geometry CoreRig::one_drive(std::uint32_t slots, std::uint32_t cartridges, std::string const& prefix) { return drives(1, slots, cartridges, prefix); }

sim::Iron& CoreRig::furnish(std::string const& library, emulated::Geometry geometry) {
  auto made = std::make_unique<sim::Iron>(library, must(emulated::Hardware::make(geometry)), loop_, history_, geometry.seed);
  made->work = sim::make_emulated_work(*made);
  made->strangers = false;
  irons_[library] = std::move(made);
  configure(library);
  return iron(library);
}

sim::Iron& CoreRig::furnish_by_hand(std::string const& library, emulated::Geometry geometry) {
  auto& made = furnish(library, geometry);
  settings.libraries.back().standalone = true;
  return made;
}

void CoreRig::configure(std::string const& library) {
  unconfigure(library);
  LibrarySettings one;
  one.name = library;
  settings.libraries.push_back(one);
}

void CoreRig::unconfigure(std::string const& library) {
  std::erase_if(settings.libraries, [&](LibrarySettings const& s) { return s.name == library; });
}

void CoreRig::refit(std::string const& library, std::function<void(emulated::HardwareState&)> change) {
  auto state = iron(library).hardware.state();
  change(state);
  iron(library).hardware = must(emulated::Hardware::restore(std::move(state)));
  iron(library).volumes.resize(iron(library).hardware.state().drives.size());
}

void CoreRig::plant(std::string const& library, emulated::Fault fault) { must(iron(library).hardware.add_fault(std::move(fault), now())); }

void CoreRig::cut_new(std::string const& library, std::string const& barcode) {
  auto& hardware = iron(library).hardware;
  emulated::Cartridge cartridge;
  cartridge.name = cartridge.barcode = barcode;
  for (std::uint32_t side = 0; side < hardware.state().sides; ++side) cartridge.labels.push_back(emulated::made_label("ext4", barcode, side, random_.guid()));
  must(hardware.add_cartridge(std::move(cartridge), now()));
}

void CoreRig::put_in_port(std::string const& library, std::string const& barcode) { for_the_port_.emplace_back(library, barcode); }

void CoreRig::serve_ports() {
  std::erase_if(for_the_port_, [this](auto const& wanted) {
    auto& hardware = iron(wanted.first).hardware;
    return hardware.state().ports.front().extended && hardware.port_put(0, wanted.second, now());
  });
}

// ---- lives of the daemon

void CoreRig::start() {
  if (!catalog_.reader) catalog_.open();
  for (auto const& library : settings.libraries) {
    auto& watched = devices_[library.name] = std::make_unique<WatchedDevices>(iron(library.name));
    if (library.standalone) by_hand_[library.name] = std::make_unique<standalone::StandaloneDevices>(*watched, standalone::Options{.media_type = 0x58, .hints_of_media = [this] { return hints_of_media; }});
  }
  lane_ = std::make_unique<db::InlineLane>(loop_, *catalog_.database, [] { return Millis{2}; });
  manager_ = std::make_unique<Manager>(
      loop_, random_, history_, *lane_, *catalog_.reader, [this](std::string const& library) -> port::Devices& {
        if (auto const alone = by_hand_.find(library); alone != by_hand_.end()) return *alone->second;
        return *devices_.at(library);
      }, settings);
  must(manager_->start());
  ASSERT_TRUE(run_until([this] { return manager_->ready(); }));
  std::optional<Result<SessionRecord>> session;
  auto const reply = [&session](Result<SessionRecord> opened) { session = std::move(opened); };
  if (session_)
    manager_->attach_session(session_->id, session_->secret, caller.uid, reply);
  else
    manager_->open_session({"test", caller.user, "here", caller.uid}, reply);
  ASSERT_TRUE(run_until([&] { return session.has_value(); }));
  session_ = must(*session);
  caller.session = session_->id;
}

void CoreRig::kill() {
  manager_.reset();
  lane_.reset();
  by_hand_.clear();
  devices_.clear();
  catalog_.close();
  catalog_.open();
}

// ---- time

bool CoreRig::run_until(std::function<bool()> const& done, Millis limit) {
  TimePoint const end = now() + limit;
  while (!done()) {
    serve_ports();
    if (history_.failed() || !loop_.next() || *loop_.next() > end || !loop_.step()) return done();
  }
  return true;
}

void CoreRig::run_for(Millis time) {
  bool over = false;
  loop_.after(time, [&over] { over = true; });
  while (!over && loop_.step()) serve_ports();
}

void CoreRig::settle() {
  auto const still = [this] {
    return world().requests.empty() && std::ranges::all_of(world().drives, [](auto const& d) { return d.second.hot.state == DriveState::dismounted || d.second.hot.state == DriveState::loaded || d.second.hot.state == DriveState::dismountable; });
  };
  EXPECT_TRUE(run_until(still)) << everything();
  run_for(Millis{100});
}

void CoreRig::start_and_settle() {
  start();
  EXPECT_TRUE(run_until([this] { return std::ranges::all_of(settings.libraries, [this](auto const& s) { return ready(s.name); }); })) << everything();
  settle();
}

// ---- calls

Result<CoreRig::Ids> CoreRig::call(std::function<void(Manager&, Caller, Reply<Ids>)> send) {
  auto answer = std::make_shared<std::optional<Result<Ids>>>();
  send(manager(), caller, [answer](Result<Ids> result) { *answer = std::move(result); });
  EXPECT_TRUE(run_until([&] { return answer->has_value(); }, Millis{10'000})) << "no answer";
  return *answer ? **answer : fail(Errc::internal_error, "no answer");
}

namespace {

template <class T>
Result<T> first(Result<std::vector<T>> ids) {
  if (!ids) return std::unexpected(ids.error());
  return ids->front();
}

}  // namespace

Result<CoreRig::Ids> CoreRig::mount(MountCall wanted) {
  return call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); });
}

MountCall CoreRig::mount_of(std::vector<std::string> const& names) {
  MountCall wanted;
  for (auto const& name : names) wanted.media.push_back(side(name).second.guid);
  return wanted;
}

RequestId CoreRig::mount(std::string const& name) { return must(mount(mount_of({name}))).front(); }

RequestId CoreRig::mount_within(std::string const& name, Millis limit) {
  auto wanted = mount_of({name});
  wanted.timeout = limit;
  return must(mount(wanted)).front();
}

void CoreRig::mounted(std::string const& name) {
  auto const ended = end_of(mount(name));
  EXPECT_EQ(ended.state, RequestState::passed) << name << ": " << ended.reason;
}

RequestId CoreRig::dismount(std::string const& name, bool deferred, bool force) {
  DismountCall wanted{.key = {}, .media = {side(name).second.guid}, .deferred = deferred, .force = force};
  return must(call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); })).front();
}

Result<RequestId> CoreRig::eject(std::string const& name) {
  auto const id = medium(name).id;
  return first(call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, EjectCall{{}, id, false}, std::move(reply)); }));
}

Result<RequestId> CoreRig::transfer(std::string const& name, std::string const& library, Element to, bool exchange) {
  TransferCall wanted{.key = {}, .medium = medium(name).id, .from = {}, .slot = {}, .port = {}, .exchange = exchange};
  if (to.kind == ElementKind::port)
    wanted.port = this->library(library).ports.at(to.number).id;
  else
    wanted.slot = this->library(library).slots.at(to.number).id;
  return first(call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); }));
}

Result<RequestId> CoreRig::inject(std::string const& library) {
  auto const id = library_id(library);
  return first(call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, InjectCall{{}, id}, std::move(reply)); }));
}

Result<RequestId> CoreRig::inventory(std::string const& library, InventoryAction action) {
  auto const id = library_id(library);
  return first(call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, InventoryCall{{}, id, action}, std::move(reply)); }));
}

Result<RequestId> CoreRig::enable_drive(std::string const& library, std::uint32_t number) {
  auto const id = drive(library, number).record.id.guid;
  return first(call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, SwitchCall{{}, ObjectType::drive, id, true}, std::move(reply)); }));
}

Result<RequestRecord> CoreRig::cancel(RequestId id) {
  auto answer = std::make_shared<std::optional<Result<RequestRecord>>>();
  manager().cancel(caller, id, [answer](Result<RequestRecord> result) { *answer = std::move(result); });
  EXPECT_TRUE(run_until([&] { return answer->has_value(); }, Millis{10'000})) << "no answer";
  return *answer ? **answer : fail(Errc::internal_error, "no answer");
}

Result<> CoreRig::stop_inject(RequestId id) {
  auto answer = std::make_shared<std::optional<Result<>>>();
  manager().stop_inject(caller, id, [answer](Result<> result) { *answer = std::move(result); });
  EXPECT_TRUE(run_until([&] { return answer->has_value(); }, Millis{10'000})) << "no answer";
  return *answer ? **answer : fail(Errc::internal_error, "no answer");
}

Result<OperatorRequestRecord> CoreRig::answer(OperatorRequestId id, bool done) {
  auto answer = std::make_shared<std::optional<Result<OperatorRequestRecord>>>();
  auto const reply = [answer](Result<OperatorRequestRecord> result) { *answer = std::move(result); };
  done ? manager().answer_operator_request(caller, id, true, reply) : manager().answer_operator_request(caller, id, false, reply);
  EXPECT_TRUE(run_until([&] { return answer->has_value(); }, Millis{10'000})) << "no answer";
  return *answer ? **answer : fail(Errc::internal_error, "no answer");
}

// ---- what became of it

RequestRecord CoreRig::request(RequestId id) {
  auto const found = must(manager().find_request(id));
  if (!found) throw std::runtime_error("no request " + id.text());
  return *found;
}

RequestRecord CoreRig::end_of(RequestId id, Millis limit) {
  EXPECT_TRUE(run_until([&] { return !open(id); }, limit)) << "it has not ended: " << why(id);
  run_for(Millis{20});  // what follows from its end
  return request(id);
}

std::vector<MediumRecord> CoreRig::media_named(std::string const& name) {
  std::vector<MediumRecord> found;
  for (auto const& row : must(catalog_.reader->media_by_name(name)))
    if (auto current = must(manager().find_medium(row.id))) found.push_back(*current);
  return found;
}

MediumRecord CoreRig::medium(std::string const& name) {
  auto const found = media_named(name);
  if (found.size() != 1) throw std::runtime_error(std::to_string(found.size()) + " media are called " + name);
  return found.front();
}

std::pair<MediumRecord, SideId> CoreRig::side(std::string const& name) {
  auto const slash = name.find('/');
  auto const found = medium(name.substr(0, slash));
  auto const number = slash == std::string::npos ? 0U : static_cast<unsigned>(std::stoul(name.substr(slash + 1)));
  return {found, found.sides.at(number).id};
}

LibraryId CoreRig::library_id(std::string const& name) {
  for (auto const& [id, entry] : world().libraries)
    if (entry.record.name == name) return id;
  throw std::runtime_error("no library " + name);
}

DriveEntry const& CoreRig::drive(std::string const& library, std::uint32_t number) { return *world().drive(this->library(library).drives.at(number)); }

std::vector<OperatorRequestRecord> CoreRig::asked(OperatorKind kind) {
  std::vector<OperatorRequestRecord> found;
  for (auto const& [id, one] : world().operator_requests)
    if (one.kind == kind) found.push_back(one);
  return found;
}

std::vector<Event> CoreRig::all_events() {
  std::vector<Event> all;
  for (std::uint64_t after = 0;;) {
    auto const page = must(catalog_.reader->events(after, limits::events_page_max)).events;
    if (page.empty()) break;
    after = page.back().number;
    all.insert(all.end(), page.begin(), page.end());
  }
  return all;
}

std::vector<Event> CoreRig::events_of(Guid object) {
  auto found = all_events();
  std::erase_if(found, [object](Event const& event) { return event.object != object; });
  return found;
}

std::string CoreRig::everything() {
  std::string text = "at " + time_text(now()) + "\n";
  for (auto const& [id, r] : world().requests) text += manager().explain(r).text + "\n";
  for (auto const& [id, d] : world().drives) text += name_of(world(), id) + " is " + word(d.hot.state) + " (" + d.hot.reason + "), " + word(d.record.condition.state) + ": " + d.record.condition.reason + "\n";
  for (auto const& line : manager().attention()) text += "attention: " + line + "\n";
  return text;
}

}  // namespace rsm
