// What the tests of the emulated library share: a small library, short names of places, virtual time, a directory of its own.
//
// Times are milliseconds after `start`. Scratch removes its directory with everything in it. Thread rule: one test at a time.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "drivers/emulated/hardware.hpp"
#include "drivers/handler/device.hpp"

namespace rsm::emulated {

constexpr TimePoint start{Millis{1'000'000}};
inline TimePoint at(std::int64_t ms) {
  return start + Millis{ms};
}
inline Element slot(std::uint32_t n) {
  return {ElementKind::slot, n};
}
inline Element drive(std::uint32_t n) {
  return {ElementKind::drive, n};
}
inline Element io_port(std::uint32_t n) {
  return {ElementKind::port, n};
}

// 2 drives, 6 slots, 1 port, 4 blank cartridges (A00001 in slot 0 ...) with two sides.
inline Geometry small_library() {
  Geometry g;
  g.slots = 6;
  g.cartridges = 4;
  g.filesystem = "none";
  g.side_bytes = 1 << 20;
  return g;
}

inline Hardware made(Geometry const& geometry = small_library()) {
  return Hardware::make(geometry).value();
}

inline std::string place_of(Hardware const& hardware, std::string const& name) {
  auto const& place = hardware.state().cartridges.at(name).place;
  return place ? place->text() : "outside";
}

// What the changer says of every element it has.
inline Result<port::ElementReport> look(Hardware& hardware, TimePoint now) { return hardware.elements(hardware.describe().elements, now); }
inline Result<port::ElementReport> look(handler::BlockingChanger& changer) { return changer.elements(changer.describe().value().elements); }

// Only what a look at an element is about in most tests.
struct Seen {
  Element element;
  bool full = false;
  port::TagState tag = port::TagState::none;
  std::string barcode;
  friend bool operator==(Seen const&, Seen const&) = default;
};
inline Seen seen(port::ElementStatus const& status) { return {status.element, status.full, status.tag, status.barcode}; }

template <class T>
Errc code_of(Result<T> const& result) {
  return result ? Errc::success : result.error().code;
}

// Moves from begin to end, in virtual time; gives the outcome.
inline Result<> moved(Hardware& hardware, Element from, Element to, TimePoint& now, bool turn = false) {
  RSM_TRY(now, hardware.begin_move({from, to, turn}, now));
  return hardware.finish_move(now);
}

inline Fault fault_of(FaultKind kind) {
  Fault fault;
  fault.kind = kind;
  return fault;
}

// A directory of its own that goes with the test.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rsm-emulated-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(Scratch const&) = delete;
  std::string path() const { return path_; }
  std::string operator/(std::string const& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace rsm::emulated
