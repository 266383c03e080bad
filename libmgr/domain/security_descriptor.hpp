// Security descriptors: who may do what to an object, as bytes and as values.
//
// What for: Get/SetNtmsObjectSecurity take and give self-relative descriptors of Windows, little endian; the catalog keeps them so. Decoded with
// bounds everywhere: an offset, a size or a count that leads out of the bytes is an error and nothing else. What is understood is kept and comes
// out again as it was meant: owner, group, the list of access (DACL) and the list of audit (SACL, kept and never used: nothing is audited).
// Errors: invalid_parameter (87) for bytes that are no such descriptor, with a sentence that says what is wrong. Thread rule: pure functions.
// Source: rsm-model.md section 18; MS-DTYP 2.4.2 (SID), 2.4.4 (ACE), 2.4.5 (ACL), 2.4.6 (SECURITY_DESCRIPTOR).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::security {

// A subject: "S-1-22-1-1000" is user 1000 of this machine.
struct Sid {
  std::uint64_t authority = 0;  // 48 bits
  std::vector<std::uint32_t> parts;
  std::string text() const;
  friend auto operator<=>(Sid const&, Sid const&) = default;
};

Sid user_sid(std::uint32_t uid);   // S-1-22-1-uid
Sid group_sid(std::uint32_t gid);  // S-1-22-2-gid
Sid everyone();                    // S-1-1-0
Sid creator_owner();               // S-1-3-0: in an entry that is inherited, whoever makes the object
Sid local_system();                // S-1-5-18: the service
Sid administrators();              // S-1-5-32-544: root and the members of the configured group
std::optional<std::uint32_t> user_of(Sid const& sid), group_of(Sid const& sid);  // nothing: it is none
// "user 1000", "group 6", "everyone", "administrators"; of others "S-1-…".
std::string who(Sid const& sid);
std::optional<Sid> parse_sid(std::string_view text);  // "S-1-22-1-1000"

// Bits of a mask (rsm-model.md section 18).
constexpr std::uint32_t use = 0x1, modify = 0x2, control = 0x4;
constexpr std::uint32_t read_control = 0x20000, write_dac = 0x40000, write_owner = 0x80000;
constexpr std::uint32_t all_access = use | modify | control | read_control | write_dac;
// The generic bits of a mask in those above.
std::uint32_t mapped(std::uint32_t mask);
// "use and control": the words of a mask, as people write them; bits without a word as a number.
std::vector<std::string> words_of(std::uint32_t mask);
std::optional<std::uint32_t> right_of(std::string_view word);

// Flags of an entry.
constexpr std::uint8_t object_inherit = 0x1, container_inherit = 0x2, no_propagate = 0x4, inherit_only = 0x8, inherited = 0x10;

enum class EntryType : std::uint8_t { allow = 0, deny = 1, audit = 2 };

struct Entry {
  EntryType type = EntryType::allow;
  std::uint8_t flags = 0;
  std::uint32_t mask = 0;
  Sid who;
  friend bool operator==(Entry const&, Entry const&) = default;
};
using AccessList = std::vector<Entry>;

struct Descriptor {
  std::optional<Sid> owner, group;
  std::optional<AccessList> access;  // none: everybody may everything; empty: nobody may anything (but administrators)
  bool access_protected = false;     // takes no entries from above
  std::optional<AccessList> audit;
  friend bool operator==(Descriptor const&, Descriptor const&) = default;
};

constexpr std::size_t descriptor_bytes_max = 0x10000;  // of one descriptor; a list of access cannot be longer
constexpr std::size_t sid_parts_max = 15;

Result<Descriptor> decode(std::span<std::byte const> bytes);

// Parts of a descriptor that a caller names (SECURITY_INFORMATION).
constexpr std::uint32_t owner_part = 1, group_part = 2, access_part = 4, audit_part = 8;
constexpr std::uint32_t every_part = owner_part | group_part | access_part | audit_part;
// Without the list of access among the parts nothing is said of one: there may be one all the same.
std::vector<std::byte> encode(Descriptor const& descriptor, std::uint32_t parts = every_part);
Descriptor only(std::uint32_t parts, Descriptor const& descriptor);
// `now` with these parts of `wanted`.
Descriptor with(std::uint32_t parts, Descriptor now, Descriptor const& wanted);

}  // namespace rsm::security
