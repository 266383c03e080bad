// How people name a SCSI device: a node of the kernel, or a unit of an iSCSI target.
//
// What for: configurations and commands hold such texts; a driver opens what they say (open_transport.hpp).
//   /dev/sg3, /dev/tape/by-id/scsi-3500-changer     an absolute path
//   iscsi://HOST[:PORT]/TARGET/LUN                  HOST: a name, an IPv4 address, or an IPv6 address in brackets; PORT: 3260 where none is
//   given;
//                                                   TARGET: an iqn., eui. or naa. name; LUN: 0 to 16383, decimal
// Nothing is decoded (no '%'), and a user or a secret is never part of it. text() is the one spelling of an address: two addresses with the
// same text are the same device. The reverse does not hold: of a link and its node, or a host's name and its number, only the device can
// tell that they are one. Units: bytes; ranges: drivers/scsi/limits.hpp. Errors: invalid_parameter; the sentence says what is wrong and
// never repeats the text, in which a secret may stand. Thread rule: pure. Source: RFC 7143 4.2.7 (names), RFC 3986 3.2.2 (hosts), SAM-5 4.7
// (LUNs).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

struct NodeAddress {
  std::string path;
  friend bool operator==(NodeAddress const&, NodeAddress const&) = default;
};

struct IscsiAddress {
  std::string host;  // lower case; IPv6 without brackets
  std::uint16_t port = 0;
  std::string target;  // as given: targets compare letter by letter
  std::uint16_t lun = 0;

  bool is_ipv6() const { return host.find(':') != std::string::npos; }
  std::string portal() const;  // "127.0.0.1:3260", "[::1]:3260"
  std::string text() const;    // with the target in lower case: names that differ only there are the same
  friend bool operator==(IscsiAddress const& a, IscsiAddress const& b) { return a.text() == b.text(); }
};

class DeviceAddress {
 public:
  static Result<DeviceAddress> parse(std::string_view text);

  std::string text() const;
  NodeAddress const* node() const { return std::get_if<NodeAddress>(&what_); }
  IscsiAddress const* iscsi() const { return std::get_if<IscsiAddress>(&what_); }
  friend bool operator==(DeviceAddress const&, DeviceAddress const&) = default;

 private:
  explicit DeviceAddress(std::variant<NodeAddress, IscsiAddress> what) : what_(std::move(what)) {}

  std::variant<NodeAddress, IscsiAddress> what_;
};

// "HOST[:PORT]", as in an address: an IscsiAddress without target and LUN.
Result<IscsiAddress> parse_portal(std::string_view text);

// iqn.YEAR-MONTH.NAME[:MORE], eui. with 16 hexadecimal digits, naa. with 16 or 32; at most limits::iscsi_name_bytes_max.
bool is_iscsi_name(std::string_view name);

// The LUN as bytes 0 and 1 of the field that is sent: up to 255 peripheral addressing, above it flat addressing. A bare number above 255
// would reach another unit.
std::uint16_t sent_lun(std::uint16_t lun);
// The reverse; nullopt: addressed in another way (levels below, extended), which no address here can name.
std::optional<std::uint16_t> lun_of_sent(std::uint16_t sent);

}  // namespace rsm::scsi
