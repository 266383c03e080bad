// The messages between daemon and launcher: one fixed structure a datagram, over a SOCK_SEQPACKET pair.
//
// What for: the launcher is privileged, so what it reads has no syntax to get wrong: a size, a mark, numbers with bounds. Same machine,
// same build: host byte order. A started handler's end of its socket comes with `started` (SCM_RIGHTS). Thread rule: values.
#pragma once

#include <array>
#include <cstdint>

namespace rsm::handler {

constexpr std::uint32_t launcher_mark = 0x524d4c31;  // "RML1"

enum class LauncherAsk : std::uint32_t { start = 1, kill = 2 };

struct LauncherRequest {
  std::uint32_t mark = launcher_mark;
  std::uint32_t ask = 0;
  std::uint64_t id = 0;       // of a start: comes back with its answer
  std::uint32_t library = 0;  // index in the configuration
  std::uint32_t kind = 0;     // ElementKind: arm (the changer) or drive
  std::uint32_t number = 0;
  std::int32_t pid = 0;       // of a kill
};

enum class LauncherTell : std::uint32_t { started = 1, refused = 2, ended = 3 };

struct LauncherEvent {
  std::uint32_t mark = launcher_mark;
  std::uint32_t tell = 0;
  std::uint64_t id = 0;
  std::int32_t pid = 0;
  std::int32_t status = 0;     // of an end: as from waitpid(2)
  std::uint32_t error = 0;     // of a refusal: Win32 number
  std::uint32_t reserved = 0;
  std::array<char, 480> text{};  // of a refusal: ends with a zero byte
};

}  // namespace rsm::handler
