// One hostile caller of libvolumectl: random calls with random handles, codes, sizes, names and pointers, on handles that others use and close.
//
// What for: whatever a program does, a call ends with an answer and an error number, nothing is touched after its time, and nothing crashes.
// Deterministic for one caller; several on the same handles meet by chance. What it keeps to is what no library can check: memory stays until
// the operation that was given it has completed, and is as large as what the volume can put there. Thread rule: one thread each.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "fake_volume.hpp"
#include "volumectl.h"

namespace rsm::test {

// Handles that all callers use: volumes, events and listeners, open ones and closed ones.
enum class Kind : std::size_t { volume, event, listener };
struct FuzzPool {
  std::array<std::array<std::atomic<HANDLE>, 12>, 3> handles{};
  FakeVolumes volumes;
};

struct FuzzTally {
  std::uint64_t calls = 0, good = 0;
  std::map<DWORD, std::uint64_t> errors;
};

class FuzzCaller {
 public:
  FuzzCaller(FuzzPool& pool, std::uint64_t seed);
  FuzzCaller(FuzzCaller&&) noexcept;
  ~FuzzCaller();
  void call();  // one
  std::map<std::string, FuzzTally> const& tallies() const { return tallies_; }
  std::vector<std::string> const& complaints() const { return complaints_; }

 private:
  struct Memory;
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <class T, std::size_t N>
  T pick(T const (&values)[N]) {
    return values[below(N)];
  }
  // Mostly of the kind, sometimes of another, sometimes none at all.
  HANDLE handle(Kind kind);
  HANDLE made_up();
  void keep(Kind kind, HANDLE fresh);
  DWORD size();
  LPDWORD place();
  LPOVERLAPPED overlapped();
  std::string narrow_name();
  std::u16string wide_name();

  void told(char const* function, bool good);
  void expect_six(char const* function, HANDLE used, bool good);
  void open();
  void close();
  void control();
  void transfer();
  void seek();
  void results();
  void cancels();
  void events();
  void waits();
  void extensions();
  void listeners();
  void last_error();
  void volume_acts();

  FuzzPool& pool_;
  std::mt19937_64 random_;
  std::unique_ptr<Memory> memory_;
  std::map<std::string, FuzzTally> tallies_;
  std::vector<std::string> complaints_;
};

}  // namespace rsm::test
