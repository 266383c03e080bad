#include "cli/rsm/view/security.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using namespace security;

constexpr std::array known_subjects{
    std::pair{std::string_view("everyone"), &everyone},
    std::pair{std::string_view("administrators"), &administrators},
    std::pair{std::string_view("creator"), &creator_owner},
    std::pair{std::string_view("service"), &local_system},
};

std::optional<std::uint32_t> plain_number(std::string_view text) {
  std::uint32_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

std::unexpected<Error> not_a_subject(std::string_view text, std::string const& why) { return fail(Errc::invalid_parameter, "\"" + plain_text(text) + "\"", why); }

std::string joined_words(std::vector<std::string> const& words) {
  std::string text;
  for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "nothing" : text;
}

std::string what_it_is_for(Entry const& entry) {
  if ((entry.flags & inherit_only) != 0) return "pools made in it";
  return (entry.flags & container_inherit) != 0 ? "it, and pools made in it" : "it";
}

// Refusals of its own, then what is allowed, then what is inherited.
int rank_of_entry(Entry const& entry) { return ((entry.flags & inherited) != 0 ? 2 : 0) + (entry.type == EntryType::deny ? 0 : 1); }

}  // namespace

std::string subject_text(Sid const& sid) {
  if (auto const uid = user_of(sid)) {
    auto const* user = ::getpwuid(*uid);
    return "user:" + (user == nullptr ? std::to_string(*uid) : plain_text(user->pw_name));
  }
  if (auto const gid = group_of(sid)) {
    auto const* group = ::getgrgid(*gid);
    return "group:" + (group == nullptr ? std::to_string(*gid) : plain_text(group->gr_name));
  }
  return who(sid);
}

Result<Sid> parse_subject(std::string_view text) {
  for (auto const& [name, sid] : known_subjects)
    if (text == name) return sid();
  if (auto const sid = parse_sid(text)) return *sid;
  std::string const name(text.substr(std::min(text.size(), text.find(':') + 1)));
  if (text.starts_with("user:")) {
    if (auto const uid = plain_number(name)) return user_sid(*uid);
    if (auto const* user = ::getpwnam(name.c_str())) return user_sid(user->pw_uid);
    return not_a_subject(name, "there is no user of this name");
  }
  if (text.starts_with("group:")) {
    if (auto const gid = plain_number(name)) return group_sid(*gid);
    if (auto const* group = ::getgrnam(name.c_str())) return group_sid(group->gr_gid);
    return not_a_subject(name, "there is no group of this name");
  }
  return not_a_subject(text, "expected user:NAME, group:NAME, everyone, administrators, creator, service or a SID");
}

Result<Entry> parse_entry(std::string_view text, EntryType type) {
  auto const equals = text.find('=');
  if (equals == std::string_view::npos) return not_a_subject(text, "expected WHO=RIGHT,RIGHT: user:alice=use,control");
  Entry entry{.type = type, .flags = 0, .mask = 0, .who = {}};
  RSM_TRY(entry.who, parse_subject(text.substr(0, equals)));
  for (auto rest = text.substr(equals + 1);;) {
    auto const comma = rest.find(',');
    auto const right = right_of(rest.substr(0, comma));
    if (!right) return not_a_subject(rest.substr(0, comma), "no such right: use, modify, control, read-security, write-security, take-ownership or all");
    entry.mask |= *right;
    if (comma == std::string_view::npos) return entry;
    rest.remove_prefix(comma + 1);
  }
}

std::string security_table(Descriptor const& descriptor, Canvas const& canvas) {
  std::string text = "Owner: " + (descriptor.owner ? subject_text(*descriptor.owner) : "nobody") + "\n";
  if (!descriptor.access) return text + "There is no list of access: everybody may everything.\n";
  Table table({{"WHO"}, {"MAY"}, {"RIGHTS"}, {"ON", Align::left, 0, 1}}, "Nobody but administrators may anything.");
  for (auto const& entry : *descriptor.access)
    table.row({subject_text(entry.who), entry.type == EntryType::deny ? Cell("may not", Tone::attention) : Cell("may"), joined_words(words_of(mapped(entry.mask))), what_it_is_for(entry)});
  return text + table.text(canvas);
}

std::string security_json(Descriptor const& descriptor) {
  namespace json = boost::json;
  json::object out;
  if (descriptor.owner) out["owner"] = subject_text(*descriptor.owner), out["owner_sid"] = descriptor.owner->text();
  if (descriptor.access) {
    json::array entries;
    for (auto const& entry : *descriptor.access) {
      json::array rights;
      for (auto const& word : words_of(mapped(entry.mask))) rights.emplace_back(word);
      entries.push_back(json::object{{"who", subject_text(entry.who)}, {"sid", entry.who.text()}, {"allowed", entry.type == EntryType::allow}, {"rights", std::move(rights)},
                                     {"mask", entry.mask}, {"flags", entry.flags}});
    }
    out["access"] = std::move(entries);
  }
  return pretty_json(json::serialize(out)) + "\n";
}

void put_entry(AccessList& list, Entry entry) {
  std::erase_if(list, [&](Entry const& other) { return other.who == entry.who && other.type == entry.type && (other.flags & inherited) == 0; });
  auto const behind = std::ranges::find_if(list, [&](Entry const& other) { return rank_of_entry(other) > rank_of_entry(entry); });
  list.insert(behind, std::move(entry));
}

}  // namespace rsm::cli
