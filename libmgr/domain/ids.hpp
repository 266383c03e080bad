// GUIDs and strong ids.
//
// What for: every object of RSM has a GUID, made once, never reused; a strong id keeps a drive's from being taken for a
// side's. Bytes are in text order (big endian), which is also the order in the catalog (BLOB(16)); the mixed byte order of
// the Windows structure exists only in the C library. The zero GUID means "none".
// Thread rule: values, safe anywhere. Source: rsm-model.md section 1, architecture decision 19.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rsm {

struct Guid {
  std::array<std::uint8_t, 16> bytes{};

  // Lower case, 8-4-4-4-12.
  std::string text() const;
  // 8-4-4-4-12 with or without braces, or 32 hexadecimal digits; either case. Anything else: nullopt.
  static std::optional<Guid> parse(std::string_view text);
  bool is_zero() const { return half(0) == 0 && half(8) == 0; }
  // In the order of the bytes; every look into a map asks.
  friend bool operator==(Guid const& a, Guid const& b) { return a.half(0) == b.half(0) && a.half(8) == b.half(8); }
  friend std::strong_ordering operator<=>(Guid const& a, Guid const& b) {
    auto const first = a.half(0) <=> b.half(0);
    return first != 0 ? first : a.half(8) <=> b.half(8);
  }

 private:
  std::uint64_t half(std::size_t at) const {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return std::endian::native == std::endian::little ? std::byteswap(number) : number;
  }
};

template <class Tag>
struct Id {
  Guid guid{};

  std::string text() const { return guid.text(); }
  bool is_zero() const { return guid.is_zero(); }
  explicit operator bool() const { return !guid.is_zero(); }
  friend auto operator<=>(Id const&, Id const&) = default;
};

using LibraryId = Id<struct LibraryTag>;
using ChangerId = Id<struct ChangerTag>;
using DriveId = Id<struct DriveTag>;
using DriveTypeId = Id<struct DriveTypeTag>;
using SlotId = Id<struct SlotTag>;
using PortId = Id<struct PortTag>;
using DoorId = Id<struct DoorTag>;
using MediumId = Id<struct MediumTag>;              // PMID
using SideId = Id<struct SideTag>;                  // partition
using LogicalMediumId = Id<struct LogicalMediumTag>;  // LMID
using PoolId = Id<struct PoolTag>;
using MediaTypeId = Id<struct MediaTypeTag>;
using SessionId = Id<struct SessionTag>;
using RequestId = Id<struct RequestTag>;
using OperatorRequestId = Id<struct OperatorRequestTag>;

// A request has a number, and its id carries it in the first six bytes, so that ids grow as requests are made and their rows lie side by side; the other
// bytes are chance, so that nobody guesses an id (RFC 9562 version 8). Ids from before that are all chance (version 4): the number of such a request
// stands in its record only.
RequestId request_id(std::uint64_t number, Guid const& chance);
std::optional<std::uint64_t> number_in(RequestId const& id);
// "request 1042", as people call it; "request " and the whole id where that carries no number.
std::string name_of(RequestId const& id);

}  // namespace rsm

template <>
struct std::hash<rsm::Guid> {
  std::size_t operator()(rsm::Guid const& guid) const noexcept {
    std::size_t h = 1469598103934665603ULL;
    for (auto b : guid.bytes) h = (h ^ b) * 1099511628211ULL;
    return h;
  }
};
template <class Tag>
struct std::hash<rsm::Id<Tag>> {
  std::size_t operator()(rsm::Id<Tag> const& id) const noexcept { return std::hash<rsm::Guid>{}(id.guid); }
};
