// What a handler does on its device, by the kind of iron that the device is of.
//
// What for: the ports of a simulation (sim_devices) ask it for the work of a command; a handler carries it out, piece by piece in virtual time. The
// emulated hardware goes from state to state (emulated_work); the drivers of real devices block, on a clock of their own (scsi_work).
// Errors: those of drivers/port. Thread rule: one thread; it outlives every handler.
#pragma once

#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "drivers/port/changer.hpp"
#include "drivers/port/drive.hpp"
#include "libmgr/base/random.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::sim {

class Iron;

struct Wait {
  TimePoint until;  // emulated::never: until somebody wakes the iron
};
template <class T>
using Step = std::variant<Wait, Result<T>>;
// Called again after each wait.
template <class T>
using Work = std::function<Step<T>()>;

// How long a command of each kind may take: past it its handler is killed.
struct WorkTimes {
  Millis describe = limits::status_limit;
  Millis elements = limits::inventory_limit;
  Millis move = limits::move_limit;
  Millis port = limits::move_limit;
  Millis status = limits::status_limit;
  Millis load = limits::load_limit;
  Millis unload = limits::unload_limit;
  Millis volume = limits::volume_limit;
};

class DeviceWork {
 public:
  virtual ~DeviceWork() = default;
  virtual WorkTimes times() const = 0;

  virtual Work<port::ChangerDescription> describe() = 0;
  virtual Work<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) = 0;
  virtual Work<void> move(port::Move const& what) = 0;
  virtual Work<void> extend_port(std::uint32_t number, bool extend) = 0;
  virtual Work<void> unlock_door(bool unlock) = 0;
  virtual Work<port::DriveStatus> status(std::uint32_t drive) = 0;
  virtual Work<port::DriveStatus> load(std::uint32_t drive) = 0;
  virtual Work<port::Label> read_label(std::uint32_t drive) = 0;
  virtual Work<port::Label> write_label(std::uint32_t drive, port::LabelOrder const& order) = 0;
  virtual Work<port::DismountReport> dismount(std::uint32_t drive, bool force) = 0;
  virtual Work<port::UnloadReport> unload(std::uint32_t drive, bool force) = 0;

  // Of the changer: once, its process was told that somebody may have moved cartridges (drivers/handler/device.hpp).
  virtual bool take_doubt() { return false; }
  // The process that served this device is gone.
  virtual void handler_gone(Element device) = 0;
  // A label that no cartridge has had before.
  virtual Omid new_label(std::string const& cartridge, std::uint32_t side) = 0;
  // Something of its own happens to the library. False: this kind of iron has nothing of its own.
  virtual bool spoil(SeededRandom& random) = 0;
  // Somebody was at the cartridges.
  virtual void touched(SeededRandom& random) = 0;
  // Nothing goes wrong any more.
  virtual void heal() = 0;
  // Whether a port that is open for a person is told as such; else only whoever has opened it knows.
  virtual bool tells_of_open_ports() const = 0;
  // Since its cartridge came, the drive has said something of it that is not so, or would not say anything to us.
  virtual bool has_lied(std::uint32_t drive) const = 0;
};

std::unique_ptr<DeviceWork> make_emulated_work(Iron& iron);

}  // namespace rsm::sim
