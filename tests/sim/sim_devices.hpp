// The devices of one library as the daemon of a simulation has them: handlers over the iron.
//
// What for: port::Devices in virtual time. Destroying it is the death of the daemon: steps in hand go on, their answers go nowhere.
// It also checks what must hold at the border: a move has its recorded intent and an open request, and after a move of unknown
// outcome the hardware is asked before anything else is done; no move takes from a place that was said to be empty, or brings to one that was said to be full. Thread rule: one thread.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "drivers/port/devices.hpp"
#include "tests/sim/border.hpp"
#include "tests/sim/handler.hpp"

namespace rsm::sim {

class SimDevices final : public port::Devices {
 public:
  SimDevices(Iron& iron, Border& border);
  ~SimDevices() override;

  port::Changer& changer() override;
  port::Drive& drive(std::uint32_t number) override;
  std::string handler_text(Element device) const override;
  std::vector<port::HandlerFigures> handler_figures() const override;
  std::string address(Element device) const override;
  void on_lost(std::move_only_function<void(Element, std::string)> callback) override { lost_ = std::move(callback); }
  void on_doubt(std::move_only_function<void(Element)> callback) override { told_of_doubt_ = std::move(callback); }

  Handler* handler(Element device);
  bool idle() const;

 private:
  class SimChanger;
  class SimDrive;
  Handler& handler_of(Element device);
  void heard(port::ElementReport const& report);
  // No move on a belief that the library itself had contradicted.
  void check_against_told(port::Move const& what);

  Iron& iron_;
  Border& border_;
  std::map<Element, std::shared_ptr<Handler>> handlers_;
  std::unique_ptr<SimChanger> changer_;
  std::map<std::uint32_t, std::unique_ptr<SimDrive>> drives_;
  std::move_only_function<void(Element, std::string)> lost_;
  std::move_only_function<void(Element)> told_of_doubt_;
  std::map<Element, bool> told_full_;  // what was said of elements last; not of the ends of a move since
  std::set<std::uint32_t> drives_told_of_;
  std::optional<port::Move> doubt_;  // a move that has failed, while the hardware was not asked
};

}  // namespace rsm::sim
