// What the daemon and a handler say to each other: one JSON object a line, over a socket pair.
//
// What for: the handler greets once ({"hello": ...} or {"refused": ...}), then answers each command ({"id": 7, "op": "move", ...}) with
// one reply ({"id": 7, "ok": ...} or {"id": 7, "error": ...}), in order. Both ends are ours and of one build, so decoding is strict:
// an unknown, missing or wrong member, a text that is no UTF-8 or a line longer than limits::handler_line_bytes_max is
// bad_format with the path of what is wrong, and ends the conversation. Omid bytes travel as hexadecimal digits; other text that is
// no UTF-8 becomes printable on the way out. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "drivers/port/changer.hpp"
#include "drivers/port/drive.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::handler {

// Commands; which of them a device knows is its own affair.
struct AskStatus {
  friend bool operator==(AskStatus const&, AskStatus const&) = default;
};
struct MoveCartridge {
  port::Move what;
  friend bool operator==(MoveCartridge const&, MoveCartridge const&) = default;
};
struct ExtendPort {
  std::uint32_t number = 0;
  bool extend = false;
  friend bool operator==(ExtendPort const&, ExtendPort const&) = default;
};
struct LoadDrive {
  friend bool operator==(LoadDrive const&, LoadDrive const&) = default;
};
struct DismountVolume {
  bool force = false;
  friend bool operator==(DismountVolume const&, DismountVolume const&) = default;
};
struct UnloadDrive {
  bool force = false;
  friend bool operator==(UnloadDrive const&, UnloadDrive const&) = default;
};
using Command = std::variant<AskStatus, MoveCartridge, ExtendPort, LoadDrive, DismountVolume, UnloadDrive>;

struct Nothing {
  friend bool operator==(Nothing const&, Nothing const&) = default;
};
using Answer = std::variant<Nothing, port::ChangerStatus, port::DriveStatus, port::DismountReport, port::UnloadReport>;

struct CommandFrame {
  std::uint64_t id = 0;
  Command command;
  friend bool operator==(CommandFrame const&, CommandFrame const&) = default;
};
struct ReplyFrame {
  std::uint64_t id = 0;
  Result<Answer> outcome;
};
struct Hello {
  std::int64_t pid = 0;
  std::string device;   // "drive 0"
  std::string volumes;  // "block", "user"; empty for a changer
  std::string note;     // what it cannot do, and why; empty: everything
  friend bool operator==(Hello const&, Hello const&) = default;
};
using Greeting = Result<Hello>;  // the error: why it cannot serve

// "move", for people and for the wire.
std::string_view command_name(Command const& command);

// Lines with their line end.
std::string encode(CommandFrame const& frame);
std::string encode(ReplyFrame const& frame);
std::string encode_greeting(Greeting const& greeting);

// A line without its line end.
Result<CommandFrame> decode_command(std::string_view line);
Result<ReplyFrame> decode_reply(std::string_view line);
// The outer error: not a greeting at all.
Result<Greeting> decode_greeting(std::string_view line);

}  // namespace rsm::handler
