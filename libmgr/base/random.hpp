// Chance, injected: the daemon seeds it from the operating system, the simulator from its command line. GUIDs come from it.
// Thread rule: the loop only.
#pragma once

#include <cstdint>

#include "libmgr/domain/ids.hpp"

namespace rsm {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  Guid guid() {  // RFC 4122 version 4
    Guid g;
    for (int half = 0; half < 2; ++half) {
      std::uint64_t bits = next();
      for (int i = 0; i < 8; ++i, bits >>= 8) g.bytes[static_cast<std::size_t>(half * 8 + i)] = static_cast<std::uint8_t>(bits);
    }
    g.bytes[6] = static_cast<std::uint8_t>((g.bytes[6] & 0x0f) | 0x40);
    g.bytes[8] = static_cast<std::uint8_t>((g.bytes[8] & 0x3f) | 0x80);
    return g;
  }
  template <class AnyId>
  AnyId id() {
    return AnyId{guid()};
  }
};

// xoshiro256** seeded by splitmix64: the same numbers on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15ULL;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      word = z ^ (z >> 31);
    }
  }
  std::uint64_t next() override {
    auto const rotate = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
    std::uint64_t const result = rotate(state_[1] * 5, 7) * 9;
    std::uint64_t const t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }
  // 0 <= result < bound; bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_[4];
};

}  // namespace rsm
