// What a descriptor lets somebody do, and which descriptor a new object gets.
//
// What for: the judgement behind the rights module: entries in their order, what comes first decides for each right; administrators may always.
// Thread rule: pure functions. Source: rsm-model.md section 18; MS-DTYP 2.5.3.2 (access check), 2.5.3.4 (inheritance).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "libmgr/domain/security_descriptor.hpp"

namespace rsm::security {

// Who asks: the user, its groups and everyone. The groups are somebody else's, for as long as it is asked.
struct Subject {
  std::uint32_t uid = 0;
  std::span<std::uint32_t const> groups;
  bool administrator = false;
  bool is(Sid const& sid) const;  // this user, one of its groups, or everyone
};

// Of these rights, those that the descriptor gives. An owner may always read and change the list of access.
std::uint32_t granted(Descriptor const& descriptor, Subject const& who, std::uint32_t wanted);
bool allows(Descriptor const& descriptor, Subject const& who, std::uint32_t wanted);

// Administrators everything, everyone may use: the computer, libraries and the system pools.
Descriptor usual();
// A pool that an application makes: as given; else what is inherited of the parent and everything for its maker and the service; directly
// under the root its maker and the service only.
Descriptor of_new_pool(Descriptor const* parent, Sid const& maker, std::optional<Descriptor> given);

}  // namespace rsm::security
