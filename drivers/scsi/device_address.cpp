#include "drivers/scsi/device_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "drivers/scsi/limits.hpp"

namespace rsm::scsi {
namespace {

constexpr std::string_view iscsi_scheme = "iscsi://";
constexpr std::string_view iscsi_form = "an iSCSI device is written iscsi://HOST[:PORT]/TARGET/LUN";
constexpr std::uint16_t lun_peripheral_max = 255, lun_flat_addressing = 0x4000;

std::unexpected<Error> refuse(std::string sentence) {
  return fail(Errc::invalid_parameter, "device address", std::move(sentence));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}
std::string in_lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto const at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// Decimal, no sign, no zeros in front, at most `most`.
std::optional<std::uint16_t> number_up_to(std::string_view text, std::uint16_t most) {
  std::uint16_t number = 0;
  if (!all_digits(text) || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

Result<NodeAddress> parse_node(std::string_view text) {
  std::string path;
  for (auto const part : parts_of(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return refuse("a path of a device has no \"..\" in it");
    path.append("/").append(part);
  }
  if (path.empty() || text.ends_with('/')) return refuse("a path of a device ends with the name of its node, for example /dev/sg3");
  return NodeAddress{std::move(path)};
}

Result<std::string> parse_ipv6(std::string_view inside) {
  std::array<char, INET6_ADDRSTRLEN> spelled{};
  in6_addr number{};
  bool const good = inside.size() < spelled.size() && ::inet_pton(AF_INET6, std::string(inside).c_str(), &number) == 1;
  if (!good) return refuse("between the brackets there is no IPv6 address");
  return std::string(::inet_ntop(AF_INET6, &number, spelled.data(), spelled.size()));
}

bool is_label(std::string_view label) {
  bool const clean = std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
  return clean && !label.empty() && label.size() <= limits::iscsi_host_label_bytes_max && label.front() != '-' && label.back() != '-';
}

Result<std::string> parse_host(std::string_view host) {
  if (host.empty()) return refuse(fmt::format("the host is missing: {}", iscsi_form));
  auto const labels = parts_of(host, '.');
  if (host.size() > limits::iscsi_host_bytes_max || !std::ranges::all_of(labels, is_label))
    return refuse("the host is neither a name nor an address: letters, digits, '-' and '.' only; IPv6 stands in brackets");
  in_addr number{};
  bool const wants_number = all_digits(labels.back());
  if (wants_number && ::inet_pton(AF_INET, std::string(host).c_str(), &number) != 1)
    return refuse("the host looks like an IPv4 address and is none");
  return in_lower_case(host);
}

Result<std::uint16_t> parse_port(std::string_view text) {
  auto const port = number_up_to(text, std::numeric_limits<std::uint16_t>::max());
  if (!port || *port == 0) return refuse("the port is a number from 1 to 65535");
  return *port;
}

Result<> parse_authority(std::string_view authority, IscsiAddress& address) {
  address.port = limits::iscsi_port_default;
  if (authority.starts_with('[')) {
    auto const end = authority.find(']');
    if (end == std::string_view::npos) return refuse("the ']' after the IPv6 address is missing");
    RSM_TRY(address.host, parse_ipv6(authority.substr(1, end - 1)));
    authority.remove_prefix(end + 1);
    if (authority.empty()) return {};
    if (!authority.starts_with(':')) return refuse("behind the ']' there is nothing but ':' and the port");
    RSM_TRY(address.port, parse_port(authority.substr(1)));
    return {};
  }
  auto const colon = authority.find(':');
  if (colon != authority.rfind(':')) return refuse("an IPv6 address stands in brackets: iscsi://[::1]:3260/TARGET/LUN");
  if (colon != std::string_view::npos) {
    RSM_TRY(address.port, parse_port(authority.substr(colon + 1)));
  }
  RSM_TRY(address.host, parse_host(authority.substr(0, colon)));
  return {};
}

// "iqn.2020-01.org.example:library": a month, and the name of who had it then, backwards.
bool is_iqn(std::string_view name) {
  constexpr std::size_t month_end = 7;  // "2020-01"
  if (name.size() < month_end + 2 || !all_digits(name.substr(0, 4)) || name[4] != '-' || !all_digits(name.substr(5, 2)) ||
      name[month_end] != '.')
    return false;
  auto const month = name.substr(5, 2);
  if (month < "01" || month > "12" || !(is_letter(name[month_end + 1]) || is_digit(name[month_end + 1]))) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == ':' || c == '_'; });
}

bool is_hex_of(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::ranges::all_of(text, is_hex);
}

Result<std::string> parse_target(std::string_view name) {
  if (name.empty()) return refuse(fmt::format("the target is missing: {}", iscsi_form));
  if (name.size() > limits::iscsi_name_bytes_max)
    return refuse(fmt::format("the name of a target has at most {} characters", limits::iscsi_name_bytes_max));
  if (!is_iscsi_name(name))
    return refuse(
        "the target is not named as iSCSI names one: iqn.YEAR-MONTH.NAME[:MORE], eui. with 16 hexadecimal digits, or naa. with 16 or 32");
  return std::string(name);
}

Result<IscsiAddress> parse_iscsi(std::string_view rest) {
  auto const parts = parts_of(rest, '/');
  IscsiAddress address;
  RSM_CHECK(parse_authority(parts[0], address));
  RSM_TRY(address.target, parse_target(parts.size() > 1 ? parts[1] : std::string_view{}));
  if (parts.size() != 3) return refuse(fmt::format("the LUN, a number, ends it: {}", iscsi_form));
  auto const lun = number_up_to(parts[2], limits::scsi_lun_max);
  if (!lun) return refuse(fmt::format("the LUN is a decimal number from 0 to {}", limits::scsi_lun_max));
  address.lun = *lun;
  return address;
}

}  // namespace

bool is_iscsi_name(std::string_view name) {
  constexpr std::size_t kind_bytes = 4;
  if (name.size() <= kind_bytes || name.size() > limits::iscsi_name_bytes_max) return false;
  std::string const kind = in_lower_case(name.substr(0, kind_bytes));
  auto const rest = name.substr(kind_bytes);
  if (kind == "iqn.") return is_iqn(rest);
  if (kind == "eui.") return is_hex_of(rest, 16);
  return kind == "naa." && (is_hex_of(rest, 16) || is_hex_of(rest, 32));
}

std::string IscsiAddress::portal() const {
  return is_ipv6() ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}
std::string IscsiAddress::text() const {
  return fmt::format("{}{}/{}/{}", iscsi_scheme, portal(), in_lower_case(target), lun);
}

Result<DeviceAddress> DeviceAddress::parse(std::string_view text) {
  if (text.empty()) return refuse("it is empty");
  if (text.size() > limits::scsi_address_bytes_max)
    return refuse(fmt::format("it is longer than {} bytes", limits::scsi_address_bytes_max));
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7F; }))
    return refuse("there are no blanks and no control characters in it");
  if (text.starts_with('/')) {
    RSM_TRY(auto node, parse_node(text));
    return DeviceAddress(std::move(node));
  }
  if (in_lower_case(text.substr(0, iscsi_scheme.size())) != iscsi_scheme)
    return refuse(fmt::format("it begins with '/' (a device node) or with {}", iscsi_scheme));
  if (text.contains('@'))
    return refuse("a user and a secret do not belong into an address, which others can read: they stand in a file of their own");
  RSM_TRY(auto iscsi, parse_iscsi(text.substr(iscsi_scheme.size())));
  return DeviceAddress(std::move(iscsi));
}

std::string DeviceAddress::text() const {
  return node() != nullptr ? node()->path : iscsi()->text();
}

Result<IscsiAddress> parse_portal(std::string_view text) {
  if (text.size() > limits::scsi_address_bytes_max)
    return refuse(fmt::format("it is longer than {} bytes", limits::scsi_address_bytes_max));
  IscsiAddress address;
  RSM_CHECK(parse_authority(text, address));
  return address;
}

std::uint16_t sent_lun(std::uint16_t lun) {
  return lun <= lun_peripheral_max ? lun : static_cast<std::uint16_t>(lun_flat_addressing | lun);
}

std::optional<std::uint16_t> lun_of_sent(std::uint16_t sent) {
  if (sent <= lun_peripheral_max) return sent;
  if ((sent & ~limits::scsi_lun_max) == lun_flat_addressing) return static_cast<std::uint16_t>(sent & limits::scsi_lun_max);
  return std::nullopt;
}

}  // namespace rsm::scsi
