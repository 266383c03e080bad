#include "libmgr/people/access.hpp"

#include <algorithm>

namespace rsm::security {
namespace {

Entry allowed(Sid who, std::uint32_t mask, std::uint8_t flags = 0) { return {EntryType::allow, flags, mask, std::move(who)}; }

// What a pool below gets of this entry: for itself, and to give on.
void inherit(Entry entry, Sid const& maker, AccessList& into) {
  if ((entry.flags & container_inherit) == 0) return;
  bool const goes_on = (entry.flags & no_propagate) == 0;
  std::uint8_t const given_on = goes_on ? entry.flags & (object_inherit | container_inherit) : 0;
  entry.flags = static_cast<std::uint8_t>(given_on | inherited);
  if (entry.who != creator_owner()) {
    into.push_back(std::move(entry));
    return;
  }
  Entry for_the_maker = entry;
  for_the_maker.who = maker;
  for_the_maker.flags = inherited;
  into.push_back(std::move(for_the_maker));
  if (!goes_on) return;
  entry.flags = static_cast<std::uint8_t>(given_on | inherited | inherit_only);
  into.push_back(std::move(entry));
}

}  // namespace

bool Subject::is(Sid const& sid) const {
  if (auto const user = user_of(sid)) return *user == uid;
  if (auto const group = group_of(sid)) return std::ranges::find(groups, *group) != groups.end();
  static Sid const all = everyone(), those_who_may_always = administrators();
  return sid == all || (administrator && sid == those_who_may_always);
}

std::uint32_t granted(Descriptor const& descriptor, Subject const& who, std::uint32_t wanted) {
  wanted = mapped(wanted);
  if (who.administrator || !descriptor.access) return wanted;
  std::uint32_t given = 0, undecided = wanted;
  if (descriptor.owner && who.is(*descriptor.owner)) {
    given = wanted & (read_control | write_dac);
    undecided &= ~given;
  }
  for (auto const& entry : *descriptor.access) {
    if ((entry.flags & inherit_only) != 0 || !who.is(entry.who)) continue;
    std::uint32_t const decided = mapped(entry.mask) & undecided;
    if (entry.type == EntryType::allow) given |= decided;
    undecided &= ~decided;
  }
  return given;
}

bool allows(Descriptor const& descriptor, Subject const& who, std::uint32_t wanted) { return granted(descriptor, who, wanted) == mapped(wanted); }

Descriptor usual() {
  Descriptor result;
  result.owner = administrators();
  result.group = administrators();
  result.access = AccessList{allowed(administrators(), all_access), allowed(local_system(), all_access), allowed(everyone(), use)};
  return result;
}

Descriptor of_new_pool(Descriptor const* parent, Sid const& maker, std::optional<Descriptor> given) {
  Descriptor result = given.value_or(Descriptor{});
  if (!result.owner) result.owner = maker;
  if (!result.group) result.group = maker;
  if (given && given->access) return result;
  AccessList entries{allowed(maker, all_access), allowed(local_system(), all_access)};
  if (parent != nullptr && parent->access && !result.access_protected)
    for (auto const& entry : *parent->access) inherit(entry, maker, entries);
  result.access = std::move(entries);
  return result;
}

}  // namespace rsm::security
