// The core over emulated libraries, a catalog in memory and virtual time: what a test of a whole story needs.
//
// What for: a test furnishes libraries, starts the daemon's core, calls the facade as the server would, acts as the person at the iron, plants faults,
// restarts the core over the same catalog (also with another configuration or other hardware), and asks what became of it. It sees every
// command that leaves for a device, and can refuse one. A test ends wrongly when the devices were used wrongly (a move although nobody asked where the last one ended).
// RSM_SHOW=1 prints everything that happens. Thread rule: the test's thread.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/inline_lane.hpp"
#include "drivers/standalone/standalone_devices.hpp"
#include "libmgr/manager.hpp"
#include "tests/db/fixture.hpp"
#include "tests/library/watched_devices.hpp"
#include "tests/sim/sim_loop.hpp"

namespace rsm {

class CoreRig : public testing::Test {
 protected:
  using Ids = std::vector<RequestId>;

  CoreRig();
  ~CoreRig() override;
  void TearDown() override;

  // ---- the iron, and the configuration of the next life
  // Cartridges fill its slots; `label` names them: A00001, A00002 ...
  sim::Iron& furnish(std::string const& library, emulated::Geometry geometry);
  // Its one drive is served by hand: what is in the slots of the iron lies on a shelf.
  sim::Iron& furnish_by_hand(std::string const& library, emulated::Geometry geometry);
  sim::Iron& iron(std::string const& library) { return *irons_.at(library); }
  // The library is not in the configuration any more, or again.
  void unconfigure(std::string const& library);
  void configure(std::string const& library);
  // Other hardware in the place of this: between two lives.
  void refit(std::string const& library, std::function<void(emulated::HardwareState&)> change);
  void plant(std::string const& library, emulated::Fault fault);
  void heal(std::string const& library) { iron(library).heal(); }
  // A new cartridge, in the hand of a person.
  void cut_new(std::string const& library, std::string const& barcode);
  // A person puts it into an extended port, when one is.
  void put_in_port(std::string const& library, std::string const& barcode);

  // ---- lives of the daemon
  void start();  // until calls are served
  void kill();
  void restart() { kill(), start(); }
  Manager& manager() { return *manager_; }
  World const& world() { return manager_->world(); }
  WatchedDevices& devices(std::string const& library) { return *devices_.at(library); }

  // What the kernel would tell of a stand-alone drive; whether it tells of every medium.
  bool hints_of_media = false;
  void hint(std::string const& library, port::DriveHint hint) { by_hand_.at(library)->hint(hint); }

  // ---- time
  TimePoint now() const { return loop_.now(); }
  void run_for(Millis time);
  // False: not within this time.
  bool run_until(std::function<bool()> const& done, Millis limit = std::chrono::hours(2));
  // Until every open request has ended, and the drives are still.
  void settle();
  // Until every library is ready and all cartridges are identified.
  void start_and_settle();

  // ---- calls; names: "A00001", and "A00001/1" for side 1
  Caller caller;
  Result<Ids> call(std::function<void(Manager&, Caller, Reply<Ids>)> send);
  Result<Ids> mount(MountCall call);
  RequestId mount(std::string const& name);
  RequestId mount_within(std::string const& name, Millis limit);
  MountCall mount_of(std::vector<std::string> const& names);
  RequestId dismount(std::string const& name, bool deferred = false, bool force = false);
  Result<RequestId> eject(std::string const& name);
  // To a slot or a port of this library.
  Result<RequestId> transfer(std::string const& name, std::string const& library, Element to, bool exchange = false);
  Result<RequestId> inject(std::string const& library);
  Result<RequestId> inventory(std::string const& library, InventoryAction action = InventoryAction::fast);
  Result<RequestId> enable_drive(std::string const& library, std::uint32_t number);
  Result<RequestRecord> cancel(RequestId id);
  Result<> stop_inject(RequestId id);
  Result<OperatorRequestRecord> answer(OperatorRequestId id, bool done);
  // Mounted, and passed.
  void mounted(std::string const& name);

  // ---- what became of it
  RequestRecord request(RequestId id);
  bool open(RequestId id) { return !is_final(request(id).state); }
  // Its record when it has ended; a failure of the test when it does not.
  RequestRecord end_of(RequestId id, Millis limit = std::chrono::hours(2));
  std::string why(RequestId id) { return manager().explain(request(id)).text; }
  MediumRecord medium(std::string const& name);
  bool known(std::string const& name) { return !media_named(name).empty(); }
  std::string place_of(std::string const& name) { return place_text(medium(name).place); }
  LibraryId library_id(std::string const& name);
  LibraryEntry const& library(std::string const& name) { return *world().library(library_id(name)); }
  DriveEntry const& drive(std::string const& library, std::uint32_t number);
  bool ready(std::string const& library) { return this->library(library).record.condition.state == OperationalState::ready; }
  std::vector<OperatorRequestRecord> asked(OperatorKind kind);
  std::vector<Event> all_events();
  std::vector<Event> events_of(Guid object);
  std::string everything();  // for messages: open requests with what they wait for, drives, questions

  static emulated::Geometry one_drive(std::uint32_t slots, std::uint32_t cartridges, std::string const& prefix = "A");
  static emulated::Geometry drives(std::uint32_t count, std::uint32_t slots, std::uint32_t cartridges, std::string const& prefix = "A");

  Settings settings;

 private:
  std::vector<MediumRecord> media_named(std::string const& name);
  std::pair<MediumRecord, SideId> side(std::string const& name);
  void serve_ports();

  sim::SimLoop loop_{from_ms(1'767'225'600'000)};
  sim::History history_;
  SeededRandom random_{3};
  db::MemoryCatalog catalog_;
  std::map<std::string, std::unique_ptr<sim::Iron>> irons_;
  std::map<std::string, LibrarySettings> library_settings_;
  std::map<std::string, std::unique_ptr<WatchedDevices>> devices_;
  std::map<std::string, std::unique_ptr<standalone::StandaloneDevices>> by_hand_;
  std::unique_ptr<db::InlineLane> lane_;
  std::unique_ptr<Manager> manager_;
  std::optional<SessionRecord> session_;  // opened in the first life, gone on with in the others
  std::vector<std::pair<std::string, std::string>> for_the_port_;  // library, bar code
};

}  // namespace rsm
