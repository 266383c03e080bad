// The devices of a simulated library, seen from the border: every command that leaves is written down, and a test may refuse one.
// Thread rule: the test's thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/sim_devices.hpp"

namespace rsm {

class WatchedDevices final : public port::Devices {
 public:
  explicit WatchedDevices(sim::Iron& iron);
  ~WatchedDevices() override;

  port::Changer& changer() override;
  port::Drive& drive(std::uint32_t number) override;
  std::string handler_text(Element device) const override { return inner_.handler_text(device); }
  std::vector<port::HandlerFigures> handler_figures() const override { return inner_.handler_figures(); }
  std::string address(Element device) const override { return inner_.address(device); }
  void on_lost(std::move_only_function<void(Element, std::string)> callback) override { inner_.on_lost(std::move(callback)); }
  void on_doubt(std::move_only_function<void(Element)> callback) override { doubt_ = std::move(callback); }  // the irons of these tests have none of their own

  struct Seen {
    Element device;
    std::string what;  // "move", "elements", "load" ...
    std::vector<port::ElementRange> ranges;  // of elements
    port::Move move;                         // of a move
  };
  std::vector<Seen> seen;
  std::size_t count(std::string const& what) const;
  std::size_t count(std::string const& what, Element device) const;
  // Asked at each command: an error is its answer, and the device does not hear of it.
  std::function<std::optional<Error>(Seen const&)> refuse;
  // What the changer says of itself, changed on its way; empty: as it is.
  std::function<void(port::ChangerDescription&)> describes;
  // How long the status of a drive is on its way when the drive has said it.
  Millis status_late{0};
  // What drives have to report: told with the next report of their status or of an unload, once.
  std::vector<Alert>& alerts(std::uint32_t drive) { return (*alerts_)[drive]; }
  // What a drive tells of the cartridge in it, with its label and when it is unloaded; and what it can record.
  CartridgeFacts& cartridge(std::uint32_t drive) { return (*cartridges_)[drive]; }
  std::vector<Density>& densities(std::uint32_t drive) { return (*densities_)[drive]; }
  // Asked just now, it was told that somebody may have moved cartridges.
  void doubt(Element asked) { doubt_(asked); }
  sim::SimDevices& inner() { return inner_; }

 private:
  class WatchedChanger;
  class WatchedDrive;
  // True: it may go on to the device.
  template <class T>
  bool pass(Seen what, port::Done<T>& done);

  class NobodyLooks;
  std::shared_ptr<std::map<std::uint32_t, std::vector<Alert>>> alerts_ = std::make_shared<std::map<std::uint32_t, std::vector<Alert>>>();  // answers may outlive it
  std::shared_ptr<std::map<std::uint32_t, CartridgeFacts>> cartridges_ = std::make_shared<std::map<std::uint32_t, CartridgeFacts>>();
  std::shared_ptr<std::map<std::uint32_t, std::vector<Density>>> densities_ = std::make_shared<std::map<std::uint32_t, std::vector<Density>>>();
  std::move_only_function<void(Element)> doubt_;
  sim::Iron& iron_;
  std::unique_ptr<sim::Border> nobody_;
  sim::SimDevices inner_;
  std::unique_ptr<WatchedChanger> changer_;
  std::map<std::uint32_t, std::unique_ptr<WatchedDrive>> drives_;
};

}  // namespace rsm
