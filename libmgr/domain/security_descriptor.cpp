#include "libmgr/domain/security_descriptor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace rsm::security {
namespace {

constexpr std::string_view the_bytes = "the security descriptor";
constexpr std::uint16_t access_present = 0x0004, audit_present = 0x0010, access_is_protected = 0x1000, self_relative = 0x8000;
constexpr std::size_t header_size = 20, list_header_size = 8, entry_header_size = 8, sid_header_size = 8;
constexpr std::uint8_t descriptor_revision = 1, list_revision = 2, list_revision_ds = 4, sid_revision = 1;

std::unexpected<Error> malformed(std::string const& what) { return fail(Errc::invalid_parameter, std::string(the_bytes), what); }

// Little endian, within its bytes.
class Reader {
 public:
  explicit Reader(std::span<std::byte const> bytes) : bytes_(bytes) {}
  bool holds(std::size_t at, std::size_t size) const { return at <= bytes_.size() && size <= bytes_.size() - at; }
  std::uint8_t u8(std::size_t at) const { return std::to_integer<std::uint8_t>(bytes_[at]); }
  std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(u8(at) | u8(at + 1) << 8); }
  std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(u16(at)) | static_cast<std::uint32_t>(u16(at + 2)) << 16; }
  std::span<std::byte const> part(std::size_t at, std::size_t size) const { return bytes_.subspan(at, size); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::span<std::byte const> bytes_;
};

std::size_t size_of(Sid const& sid) { return sid_header_size + 4 * sid.parts.size(); }

Result<Sid> sid_at(Reader const& bytes, std::size_t at, std::string const& whose) {
  if (!bytes.holds(at, sid_header_size)) return malformed("the subject of " + whose + " is not within it");
  if (bytes.u8(at) != sid_revision) return malformed("the subject of " + whose + " has revision " + std::to_string(bytes.u8(at)) + ", not 1");
  std::size_t const parts = bytes.u8(at + 1);
  if (parts > sid_parts_max) return malformed("the subject of " + whose + " has " + std::to_string(parts) + " parts, at most " + std::to_string(sid_parts_max) + " exist");
  if (!bytes.holds(at, sid_header_size + 4 * parts)) return malformed("the subject of " + whose + " is cut off");
  Sid sid;
  for (std::size_t i = 2; i < sid_header_size; ++i) sid.authority = sid.authority << 8 | bytes.u8(at + i);
  for (std::size_t i = 0; i < parts; ++i) sid.parts.push_back(bytes.u32(at + sid_header_size + 4 * i));
  return sid;
}

Result<AccessList> list_at(Reader const& bytes, std::size_t at, std::string const& name, bool audits) {
  if (!bytes.holds(at, list_header_size)) return malformed(name + " is not within it");
  if (auto const revision = bytes.u8(at); revision != list_revision && revision != list_revision_ds) return malformed(name + " has revision " + std::to_string(revision) + ", not 2");
  std::size_t const size = bytes.u16(at + 2), count = bytes.u16(at + 4);
  if (size < list_header_size || !bytes.holds(at, size)) return malformed(name + " is cut off");
  Reader const list(bytes.part(at, size));
  AccessList entries;
  std::size_t next = list_header_size;
  for (std::size_t i = 0; i < count; ++i) {
    std::string const which = "entry " + std::to_string(i) + " of " + name;
    if (!list.holds(next, entry_header_size)) return malformed(which + " is cut off");
    std::size_t const entry_size = list.u16(next + 2);
    if (entry_size < entry_header_size + sid_header_size || !list.holds(next, entry_size)) return malformed(which + " has " + std::to_string(entry_size) + " bytes, which cannot be");
    auto const type = list.u8(next);
    if (audits ? type != static_cast<std::uint8_t>(EntryType::audit) : type > static_cast<std::uint8_t>(EntryType::deny))
      return malformed(which + " is of type " + std::to_string(type) + ", which is not known here");
    auto sid = sid_at(Reader(list.part(next, entry_size)), entry_header_size, which);
    if (!sid) return std::unexpected(sid.error());
    entries.push_back({static_cast<EntryType>(type), list.u8(next + 1), list.u32(next + 4), std::move(*sid)});
    next += entry_size;
  }
  return entries;
}

class Writer {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<std::byte>(value)); }
  void u16(std::size_t value) {
    u8(static_cast<std::uint8_t>(value));
    u8(static_cast<std::uint8_t>(value >> 8));
  }
  void u32(std::size_t value) {
    u16(value & 0xFFFF);
    u16(value >> 16 & 0xFFFF);
  }
  void u32_at(std::size_t at, std::size_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes_[at + i] = static_cast<std::byte>(value >> 8 * i);
  }
  void sid(Sid const& sid) {
    u8(sid_revision);
    u8(static_cast<std::uint8_t>(sid.parts.size()));
    for (int shift = 40; shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(sid.authority >> shift));
    for (auto const part : sid.parts) u32(part);
  }
  void list(AccessList const& entries) {
    std::size_t size = list_header_size;
    for (auto const& entry : entries) size += entry_header_size + size_of(entry.who);
    u8(list_revision);
    u8(0);
    u16(size);
    u16(entries.size());
    u16(0);
    for (auto const& entry : entries) {
      u8(static_cast<std::uint8_t>(entry.type));
      u8(entry.flags);
      u16(entry_header_size + size_of(entry.who));
      u32(entry.mask);
      sid(entry.who);
    }
  }
  std::size_t size() const { return bytes_.size(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

std::string hexadecimal(std::uint64_t number, std::size_t least) {
  std::array<char, 16> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  std::string text(digits.data(), end);
  return text.size() < least ? std::string(least - text.size(), '0') + text : text;
}

constexpr std::uint64_t linux_authority = 22;
constexpr std::uint32_t linux_user = 1, linux_group = 2;

struct RightWord {
  std::uint32_t bit;
  std::string_view word;
};
constexpr std::array<RightWord, 6> right_words{{{use, "use"}, {modify, "modify"}, {control, "control"}, {read_control, "read-security"}, {write_dac, "write-security"}, {write_owner, "take-ownership"}}};

}  // namespace

std::string Sid::text() const {
  std::string text = authority < (1ULL << 32) ? "S-1-" + std::to_string(authority) : "S-1-0x" + hexadecimal(authority, 12);
  for (auto const part : parts) text += "-" + std::to_string(part);
  return text;
}

Sid user_sid(std::uint32_t uid) { return {linux_authority, {linux_user, uid}}; }
Sid group_sid(std::uint32_t gid) { return {linux_authority, {linux_group, gid}}; }
Sid everyone() { return {1, {0}}; }
Sid creator_owner() { return {3, {0}}; }
Sid local_system() { return {5, {18}}; }
Sid administrators() { return {5, {32, 544}}; }

std::optional<std::uint32_t> user_of(Sid const& sid) {
  if (sid.authority != linux_authority || sid.parts.size() != 2 || sid.parts[0] != linux_user) return std::nullopt;
  return sid.parts[1];
}

std::optional<std::uint32_t> group_of(Sid const& sid) {
  if (sid.authority != linux_authority || sid.parts.size() != 2 || sid.parts[0] != linux_group) return std::nullopt;
  return sid.parts[1];
}

std::string who(Sid const& sid) {
  if (auto const user = user_of(sid)) return "user " + std::to_string(*user);
  if (auto const group = group_of(sid)) return "group " + std::to_string(*group);
  if (sid == everyone()) return "everyone";
  if (sid == creator_owner()) return "creator";
  if (sid == local_system()) return "service";
  return sid == administrators() ? "administrators" : sid.text();
}

std::optional<Sid> parse_sid(std::string_view text) {
  if (!text.starts_with("S-1-")) return std::nullopt;
  text.remove_prefix(4);
  std::vector<std::uint64_t> numbers;
  for (bool more = true; more;) {
    auto const dash = text.find('-');
    more = dash != std::string_view::npos;
    auto piece = text.substr(0, dash);
    bool const in_hex = numbers.empty() && piece.starts_with("0x");
    if (in_hex) piece.remove_prefix(2);
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), number, in_hex ? 16 : 10);
    if (error != std::errc{} || end != piece.data() + piece.size()) return std::nullopt;
    numbers.push_back(number);
    if (more) text.remove_prefix(dash + 1);
  }
  if (numbers.front() >= (1ULL << 48) || numbers.size() > sid_parts_max + 1) return std::nullopt;
  Sid sid{numbers.front(), {}};
  for (auto const part : std::span(numbers).subspan(1)) {
    if (part > UINT32_MAX) return std::nullopt;
    sid.parts.push_back(static_cast<std::uint32_t>(part));
  }
  return sid;
}

std::vector<std::string> words_of(std::uint32_t mask) {
  std::vector<std::string> words;
  for (auto const& [bit, word] : right_words) {
    if ((mask & bit) == 0) continue;
    words.emplace_back(word);
    mask &= ~bit;
  }
  if (mask != 0) words.push_back("0x" + hexadecimal(mask, 1));
  return words;
}

std::optional<std::uint32_t> right_of(std::string_view word) {
  if (word == "all") return all_access;
  auto const found = std::ranges::find(right_words, word, &RightWord::word);
  return found == right_words.end() ? std::nullopt : std::optional(found->bit);
}

std::uint32_t mapped(std::uint32_t mask) {
  constexpr std::uint32_t generic_read = 0x80000000, generic_write = 0x40000000, generic_execute = 0x20000000, generic_all = 0x10000000;
  constexpr std::uint32_t generic = generic_read | generic_write | generic_execute | generic_all;
  std::uint32_t rights = mask & ~generic;
  if ((mask & generic_read) != 0) rights |= use | read_control;
  if ((mask & generic_write) != 0) rights |= use | modify | write_dac;
  if ((mask & (generic_execute | generic_all)) != 0) rights |= all_access;
  return rights;
}

Result<Descriptor> decode(std::span<std::byte const> bytes) {
  if (bytes.size() > descriptor_bytes_max) return malformed("it has " + std::to_string(bytes.size()) + " bytes, at most " + std::to_string(descriptor_bytes_max) + " are taken");
  Reader const reader(bytes);
  if (!reader.holds(0, header_size)) return malformed("it has " + std::to_string(bytes.size()) + " bytes, " + std::to_string(header_size) + " is the least");
  if (reader.u8(0) != descriptor_revision) return malformed("it has revision " + std::to_string(reader.u8(0)) + ", not 1");
  std::uint16_t const flags = reader.u16(2);
  if ((flags & self_relative) == 0) return malformed("it is not self-relative");
  Descriptor result;
  if (auto const at = reader.u32(4); at != 0) {
    RSM_TRY(result.owner, sid_at(reader, at, "the owner"));
  }
  if (auto const at = reader.u32(8); at != 0) {
    RSM_TRY(result.group, sid_at(reader, at, "the group"));
  }
  if (auto const at = reader.u32(12); (flags & audit_present) != 0 && at != 0) {
    RSM_TRY(result.audit, list_at(reader, at, "the list of audit", true));
  }
  if (auto const at = reader.u32(16); (flags & access_present) != 0 && at != 0) {
    RSM_TRY(result.access, list_at(reader, at, "the list of access", false));
  }
  result.access_protected = (flags & access_is_protected) != 0;
  return result;
}

std::vector<std::byte> encode(Descriptor const& descriptor, std::uint32_t parts) {
  Writer bytes;
  bytes.u8(descriptor_revision);
  bytes.u8(0);
  // No list of access, but the word that there is one: everybody may everything.
  bytes.u16(static_cast<std::size_t>(self_relative | ((parts & access_part) != 0 ? access_present : 0) | (descriptor.audit ? audit_present : 0) | (descriptor.access_protected ? access_is_protected : 0)));
  for (int i = 0; i < 4; ++i) bytes.u32(0);
  auto const begins = [&](std::size_t offset_at) { bytes.u32_at(offset_at, bytes.size()); };
  if (descriptor.owner) begins(4), bytes.sid(*descriptor.owner);
  if (descriptor.group) begins(8), bytes.sid(*descriptor.group);
  if (descriptor.audit) begins(12), bytes.list(*descriptor.audit);
  if (descriptor.access) begins(16), bytes.list(*descriptor.access);
  return bytes.take();
}

Descriptor only(std::uint32_t parts, Descriptor const& descriptor) {
  Descriptor result;
  if ((parts & owner_part) != 0) result.owner = descriptor.owner;
  if ((parts & group_part) != 0) result.group = descriptor.group;
  if ((parts & audit_part) != 0) result.audit = descriptor.audit;
  if ((parts & access_part) != 0) {
    result.access = descriptor.access;
    result.access_protected = descriptor.access_protected;
  }
  return result;
}

Descriptor with(std::uint32_t parts, Descriptor now, Descriptor const& wanted) {
  if ((parts & owner_part) != 0) now.owner = wanted.owner;
  if ((parts & group_part) != 0) now.group = wanted.group;
  if ((parts & audit_part) != 0) now.audit = wanted.audit;
  if ((parts & access_part) != 0) {
    now.access = wanted.access;
    now.access_protected = wanted.access_protected;
  }
  return now;
}

}  // namespace rsm::security
