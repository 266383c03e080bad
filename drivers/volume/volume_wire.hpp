// What a program and the handler of its volume handle say to each other, over a socket pair.
//
// What for: frames with a fixed head and bytes behind it, since data of reads and writes cross, too. Both ends are of one build; still the
// head is checked, so that a damaged stream ends the handle instead of the program. Order: the handler greets once (data: the node, or the
// error as text); then commands, each answered by `began` when its turn has come and by one reply; notices and their answers at any time.
// Thread rule: pure but for send_frame and receive. Source: none; private to these two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/volume/volume_types.hpp"

namespace rsm::volume {

enum class FrameKind : std::uint16_t { greeting = 1, command, cancel, began, reply, notice, notice_answer, close };

struct Frame {
  FrameKind kind = FrameKind::command;
  std::uint16_t what = 0;       // Operation of a command, Notice of a notice
  std::uint32_t code = 0;       // Win32 number of a reply or greeting; 0: it worked
  std::uint64_t id = 0;         // of the operation or the notice
  std::uint64_t number = 0;     // offset, count, pid of the greeting
  std::uint32_t length = 0;     // of a read
  std::uint32_t prevent = 0;
  bool linked = false;          // of a command; of a close: only when the command before it went well
  std::string data = {};
};

Frame frame_of(std::uint64_t id, Command command);
Command command_of(Frame frame);
Frame reply_frame(FrameKind kind, std::uint64_t id, Result<Outcome> outcome);
Result<Outcome> outcome_of(Frame frame);

// The bytes of a frame.
std::string encode(Frame const& frame);

// Takes a stream apart.
class FrameReader {
 public:
  void add(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole frame; nullopt: not all of it is here yet. bad_format: not our stream.
  Result<std::optional<Frame>> next();

 private:
  std::string buffer_;
};

// Everything, or false: the other side has gone. Waits as long as the other side reads.
bool send_all(int socket, std::string_view bytes);

}  // namespace rsm::volume
