#include "drivers/handler/serve.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "drivers/handler/line_buffer.hpp"

namespace rsm::handler {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;

template <class T>
Result<Answer> as_answer(Result<T> result) {
  if (!result) return std::unexpected(std::move(result).error());
  if constexpr (std::is_void_v<T>)
    return Answer{Nothing{}};
  else
    return Answer{std::move(*result)};
}

Result<Answer> not_known(Command const& command, char const* device) {
  return fail(Errc::not_supported, device, "it has no command " + std::string(command_name(command)));
}

struct Changer {
  BlockingChanger& device;
  Result<Answer> operator()(Describe) const { return as_answer(device.describe()); }
  Result<Answer> operator()(AskElements const& ask) const { return as_answer(device.elements(ask.ranges)); }
  Result<Answer> operator()(MoveCartridge const& move) const { return as_answer(device.move(move.what)); }
  Result<Answer> operator()(ExtendPort const& port) const { return as_answer(device.extend_port(port.number, port.extend)); }
  Result<Answer> operator()(UnlockDoor const& door) const { return as_answer(device.unlock_door(door.unlock)); }
  Result<Answer> operator()(auto const& other) const { return not_known(other, "changer"); }
};

struct Drive {
  BlockingDrive& device;
  Result<Answer> operator()(AskStatus) const { return as_answer(device.status()); }
  Result<Answer> operator()(LoadDrive) const { return as_answer(device.load()); }
  Result<Answer> operator()(ReadLabel) const { return as_answer(device.read_label()); }
  Result<Answer> operator()(WriteLabel const& write) const { return as_answer(device.write_label(write.order)); }
  Result<Answer> operator()(DismountVolume const& dismount) const { return as_answer(device.dismount(dismount.force)); }
  Result<Answer> operator()(UnloadDrive const& unload) const { return as_answer(device.unload(unload.force)); }
  Result<Answer> operator()(auto const& other) const { return not_known(other, "drive"); }
};

bool take_doubt(Device& device) {
  return std::visit([](auto& one) { return one->take_doubt(); }, device);
}

class Conversation {
 public:
  Conversation(int fd, int signals, Device& device) : fd_(fd), signals_(signals), device_(device) {}

  ServeEnd run() {
    for (;;) {
      while (auto line = lines_.next()) {
        auto const frame = decode_command(*line);
        if (!frame) return refuse(frame.error());
        auto succeeded = answer(frame->id, frame->command);
        if (!succeeded) return ServeEnd::daemon_gone;
        if (asked_to_end()) return ServeEnd::asked_to_end;
        if (!frame->then || !*succeeded) continue;
        if (!answer(frame->id + 1, *frame->then)) return ServeEnd::daemon_gone;
        if (asked_to_end()) return ServeEnd::asked_to_end;
      }
      if (lines_.overflow()) return ServeEnd::not_understood;
      if (!wait_for_bytes()) return ServeEnd::asked_to_end;
      if (!read_some()) return ServeEnd::daemon_gone;
    }
  }

 private:
  static ServeEnd refuse(Error const& error) {
    std::fprintf(stderr, "rsm-handler: %s\n", error.text().c_str());
    return ServeEnd::not_understood;
  }

  // Carries it out and tells what came of it. Whether it has succeeded; nothing: nobody is there to hear it.
  std::optional<bool> answer(std::uint64_t id, Command const& command) {
    auto outcome = carry_out(device_, command);
    bool const succeeded = outcome.has_value();
    if (!write_line(fd_, encode(ReplyFrame{id, std::move(outcome), take_doubt(device_)}))) return std::nullopt;
    return succeeded;
  }

  bool asked_to_end() const {
    pollfd look{signals_, POLLIN, 0};
    return ::poll(&look, 1, 0) > 0;
  }

  // Nothing is in hand here: the daemon's next command, or a signal, is the event. False: a signal.
  bool wait_for_bytes() const {
    std::array<pollfd, 2> looks{pollfd{fd_, POLLIN, 0}, pollfd{signals_, POLLIN, 0}};
    while (::poll(looks.data(), looks.size(), -1) < 0 && errno == EINTR) {
    }
    return looks[1].revents == 0;
  }

  bool read_some() {
    std::array<char, read_bytes> bytes;
    ssize_t const got = ::read(fd_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return false;
    lines_.add({bytes.data(), static_cast<std::size_t>(got)});
    return true;
  }

  int fd_;
  int signals_;
  Device& device_;
  LineBuffer lines_;
};

}  // namespace

Result<Answer> carry_out(Device& device, Command const& command) {
  try {
    if (auto* changer = std::get_if<std::unique_ptr<BlockingChanger>>(&device)) return std::visit(Changer{**changer}, command);
    return std::visit(Drive{*std::get<std::unique_ptr<BlockingDrive>>(device)}, command);
  } catch (std::exception const& problem) {
    return fail(Errc::device_not_available, std::string(command_name(command)), std::string("the driver failed: ") + problem.what());
  }
}

bool write_line(int fd, std::string_view line) {
  while (!line.empty()) {
    ssize_t const written = ::send(fd, line.data(), line.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

ServeEnd serve(int fd, int signals, Device& device) { return Conversation(fd, signals, device).run(); }

}  // namespace rsm::handler
