// What the daemon and a handler say to each other: one JSON object a line, over a socket pair.
//
// What for: the handler greets once ({"ok": {"pid": ...}} or {"error": ...}), then answers each command ({"id": 7, "command": {"move": ...}, "then": null})
// with one reply ({"id": 7, "outcome": {"ok": {"drive_status": ...}}, "doubt": false} or {"id": 7, "outcome": {"error": ...}, "doubt": false}), in order.
// A command may name another one that is to follow when it has succeeded, without a word in between: that one is answered as the next id. A new command or
// answer is its struct here, a place and a word in its list below, and its members in frame.cpp.
// Both ends are ours and of one build, so decoding is strict (libmgr/base/json_form.hpp): an unknown, missing or wrong member or a line
// longer than limits::handler_line_bytes_max is bad_format with the path of what is wrong, and ends the conversation.
// Bytes that are no UTF-8 become U+FFFD on the way out. Thread rule: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "drivers/port/changer.hpp"
#include "drivers/port/drive.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::handler {

// Commands; which of them a device knows is its own affair.
struct Describe {
  friend bool operator==(Describe const&, Describe const&) = default;
};
struct AskElements {
  std::vector<port::ElementRange> ranges;
  friend bool operator==(AskElements const&, AskElements const&) = default;
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
struct UnlockDoor {
  bool unlock = false;
  friend bool operator==(UnlockDoor const&, UnlockDoor const&) = default;
};
struct AskStatus {
  friend bool operator==(AskStatus const&, AskStatus const&) = default;
};
struct LoadDrive {
  friend bool operator==(LoadDrive const&, LoadDrive const&) = default;
};
struct ReadLabel {
  friend bool operator==(ReadLabel const&, ReadLabel const&) = default;
};
struct WriteLabel {
  port::LabelOrder order;
  friend bool operator==(WriteLabel const&, WriteLabel const&) = default;
};
struct DismountVolume {
  bool force = false;
  friend bool operator==(DismountVolume const&, DismountVolume const&) = default;
};
struct UnloadDrive {
  bool force = false;
  friend bool operator==(UnloadDrive const&, UnloadDrive const&) = default;
};
using Command = std::variant<Describe, AskElements, MoveCartridge, ExtendPort, AskStatus, LoadDrive, ReadLabel, WriteLabel, DismountVolume, UnloadDrive, UnlockDoor>;
// For people and for the wire.
inline constexpr std::array<std::string_view, std::variant_size_v<Command>> command_words{"describe", "elements",   "move",     "extend_port", "status",
                                                                                          "load",     "read_label", "write_label", "dismount", "unload",      "unlock_door"};

struct Nothing {
  friend bool operator==(Nothing const&, Nothing const&) = default;
};
using Answer = std::variant<Nothing, port::ChangerDescription, port::ElementReport, port::DriveStatus, port::Label, port::DismountReport, port::UnloadReport>;
inline constexpr std::array<std::string_view, std::variant_size_v<Answer>> answer_words{"nothing", "description",     "elements",     "drive_status",
                                                                                        "label",   "dismount_report", "unload_report"};

struct CommandFrame {
  std::uint64_t id = 0;
  Command command;
  std::optional<Command> then{};  // carried out when `command` has succeeded, and answered as id + 1
  friend bool operator==(CommandFrame const&, CommandFrame const&) = default;
};
struct ReplyFrame {
  std::uint64_t id = 0;
  Result<Answer> outcome;
  bool doubt = false;  // on the way, word came that what the library holds may have changed, and not by a command of ours
};
struct Hello {
  std::int64_t pid = 0;
  std::string device;   // "drive 0"
  std::string volumes;  // "block", "user"; empty for a changer
  std::string note;     // what it cannot do, and why; empty: everything
  friend bool operator==(Hello const&, Hello const&) = default;
};
using Greeting = Result<Hello>;  // the error: why it cannot serve

inline std::string_view command_name(Command const& command) { return command_words[command.index()]; }

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
