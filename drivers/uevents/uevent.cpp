#include "drivers/uevents/uevent.hpp"

#include <arpa/inet.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "drivers/uevents/limits.hpp"

namespace rsm::uevents {
namespace {

// systemd, sd-device/device-monitor.c: the header of udevd's messages. Sizes and offsets are in the byte order of the machine.
struct UdevHeader {
  char prefix[8];           // "libudev" and a zero
  std::uint32_t magic;      // in network order
  std::uint32_t header_size;
  std::uint32_t variables_at;
  std::uint32_t variables_size;
};
constexpr char udev_prefix[8] = "libudev";
constexpr std::uint32_t udev_magic = 0xfeedcafe;

std::unexpected<Error> bad(char const* why) { return fail(Errc::bad_format, "uevent", why); }

std::string_view until_zero(std::string_view text) { return text.substr(0, text.find('\0')); }

Result<std::string_view> variables_of_udev(std::string_view message) {
  UdevHeader header{};
  if (message.size() < sizeof header) return bad("a message of udevd is too short");
  std::memcpy(&header, message.data(), sizeof header);
  if (ntohl(header.magic) != udev_magic) return bad("a message of udevd of another version");
  if (header.variables_at < sizeof header || header.variables_at > message.size() || header.variables_size > message.size() - header.variables_at)
    return bad("a message of udevd lies about its size");
  return message.substr(header.variables_at, header.variables_size);
}

Result<std::string_view> variables_of_kernel(std::string_view message) {
  auto const head = until_zero(message);
  if (head.size() == message.size() || head.find("@/") == std::string_view::npos) return bad("it does not begin with what happened to whom");
  return message.substr(head.size() + 1);
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Uevent> decode(std::span<char const> bytes) {
  std::string_view const message(bytes.data(), bytes.size());
  if (message.size() > limits::uevent_bytes_max) return bad("longer than any event");
  bool const of_udev = message.starts_with(std::string_view(udev_prefix, sizeof udev_prefix));
  RSM_TRY(std::string_view rest, of_udev ? variables_of_udev(message) : variables_of_kernel(message));
  Uevent event;
  std::optional<unsigned> first, second;
  for (std::size_t variables = 0; !rest.empty(); ++variables) {
    if (variables == limits::uevent_variables_max) return bad("more variables than any event has");
    auto const variable = until_zero(rest);
    rest.remove_prefix(std::min(variable.size() + 1, rest.size()));
    auto const equals = variable.find('=');
    if (equals == std::string_view::npos) continue;
    auto const name = variable.substr(0, equals), value = variable.substr(equals + 1);
    if (name == "ACTION") event.action = value;
    if (name == "SUBSYSTEM") event.subsystem = value;
    if (name == "DEVTYPE") event.type = value;
    if (name == "MAJOR") first = number(value);
    if (name == "MINOR") second = number(value);
    if (name == "DISK_MEDIA_CHANGE") event.medium_changed = value == "1";
    if (name == "DISK_EJECT_REQUEST") event.eject_wanted = value == "1";
  }
  if (event.action.empty()) return bad("it does not say what happened");
  if (first && second) event.device = makedev(*first, *second);
  return event;
}

bool trusted(Sender const& sender) {
  if (!sender.credentials || sender.credentials->user != 0) return false;
  if (sender.groups == group_kernel) return sender.port == 0 && sender.credentials->process == 0;
  return sender.groups == group_udev;
}

}  // namespace rsm::uevents
