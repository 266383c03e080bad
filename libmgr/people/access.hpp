// What a descriptor lets somebody do, and which descriptor a new object gets.
//
// What for: the judgement behind the rights module: entries in their order, what comes first decides for each right; administrators may always.
// Thread rule: pure functions. Source: rsm-model.md section 18; MS-DTYP 2.5.3.2 (access check), 2.5.3.4 (inheritance).
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "libmgr/domain/security_descriptor.hpp"

namespace rsm::security {

// Who asks: the user, its groups and everyone.
struct Subject {
  std::set<Sid> sids;
  bool administrator = false;
};
Subject subject(std::uint32_t uid, std::span<std::uint32_t const> groups, bool administrator);

// Of these rights, those that the descriptor gives. An owner may always read and change the list of access.
std::uint32_t granted(Descriptor const& descriptor, Subject const& who, std::uint32_t wanted);
bool allows(Descriptor const& descriptor, Subject const& who, std::uint32_t wanted);

// Administrators everything, everyone may use: the computer, libraries and the system pools.
Descriptor usual();
// A pool that an application makes: as given; else what is inherited of the parent and everything for its maker and the service; directly
// under the root its maker and the service only.
Descriptor of_new_pool(Descriptor const* parent, Sid const& maker, std::optional<Descriptor> given);

}  // namespace rsm::security
