#include "drivers/volume/volume_wire.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "drivers/volume/limits.hpp"

namespace rsm::volume {
namespace {

constexpr std::uint32_t frame_mark = 0x564d5352;  // "RSMV"

struct Head {
  std::uint32_t mark = frame_mark;
  std::uint16_t kind = 0, what = 0;
  std::uint32_t code = 0, length = 0;
  std::uint64_t id = 0, number = 0;
  std::uint32_t flags = 0, bytes = 0;
};
static_assert(sizeof(Head) == 40);
constexpr std::uint32_t prevent_bit = 1, linked_bit = 2;  // of Head::flags

// An error travels as its object, a zero byte, its detail.
std::string error_bytes(Error const& error) { return shown_here(error.object) + '\0' + shown_here(error.detail); }

Error error_from(std::uint32_t code, std::string const& bytes) {
  std::size_t const end = std::min(bytes.find('\0'), bytes.size());
  auto const known = error_from_number(code);
  return {known.value_or(Errc::internal_error), bytes.substr(0, end), end < bytes.size() ? bytes.substr(end + 1) : std::string()};
}

}  // namespace

Frame frame_of(std::uint64_t id, Command command) {
  return {.kind = FrameKind::command,
          .what = static_cast<std::uint16_t>(command.operation),
          .id = id,
          .number = command.offset,
          .length = command.length,
          .prevent = command.prevent ? 1U : 0U,
          .linked = command.linked,
          .data = std::move(command.data)};
}

Command command_of(Frame frame) {
  return {.operation = static_cast<Operation>(frame.what),
          .prevent = frame.prevent != 0,
          .offset = frame.number,
          .length = frame.length,
          .data = std::move(frame.data),
          .linked = frame.linked};
}

Frame reply_frame(FrameKind kind, std::uint64_t id, Result<Outcome> outcome) {
  if (!outcome) return {.kind = kind, .code = static_cast<std::uint32_t>(outcome.error().code), .id = id, .data = error_bytes(outcome.error())};
  return {.kind = kind, .id = id, .number = outcome->number, .data = std::move(outcome->data)};
}

Result<Outcome> outcome_of(Frame frame) {
  if (frame.code != 0) return std::unexpected(error_from(frame.code, frame.data));
  return Outcome{frame.number, std::move(frame.data)};
}

std::string encode(Frame const& frame) {
  Head const head{.kind = static_cast<std::uint16_t>(frame.kind),
                  .what = frame.what,
                  .code = frame.code,
                  .length = frame.length,
                  .id = frame.id,
                  .number = frame.number,
                  .flags = (frame.prevent != 0 ? prevent_bit : 0) | (frame.linked ? linked_bit : 0),
                  .bytes = static_cast<std::uint32_t>(frame.data.size())};
  std::string bytes(sizeof head, '\0');
  std::memcpy(bytes.data(), &head, sizeof head);
  return bytes += frame.data;
}

Result<std::optional<Frame>> FrameReader::next() {
  Head head;
  if (buffer_.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, buffer_.data(), sizeof head);
  bool const known = head.kind >= static_cast<std::uint16_t>(FrameKind::greeting) && head.kind <= static_cast<std::uint16_t>(FrameKind::close);
  if (head.mark != frame_mark || !known || head.bytes > limits::volume_report_bytes_max) return fail(Errc::bad_format, "volume handler", "the stream is damaged");
  if (buffer_.size() < sizeof head + head.bytes) return std::nullopt;
  Frame frame{.kind = static_cast<FrameKind>(head.kind),
              .what = head.what,
              .code = head.code,
              .id = head.id,
              .number = head.number,
              .length = head.length,
              .prevent = head.flags & prevent_bit,
              .linked = (head.flags & linked_bit) != 0,
              .data = buffer_.substr(sizeof head, head.bytes)};
  buffer_.erase(0, sizeof head + head.bytes);
  return frame;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace rsm::volume
