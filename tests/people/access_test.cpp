// Who is let in by which list.
#include "libmgr/people/access.hpp"

#include <gmock/gmock.h>

namespace rsm::security {
namespace {

using ::testing::Contains;

std::uint32_t const wheel[] = {100};
Subject const root{0, {}, true};
Subject const alice{1000, wheel, false};
Subject const bob{1001, {}, false};

Descriptor of(AccessList entries) {
  Descriptor d;
  d.access = std::move(entries);
  return d;
}
Entry allow(Sid who, std::uint32_t mask, std::uint8_t flags = 0) { return {EntryType::allow, flags, mask, std::move(who)}; }
Entry deny(Sid who, std::uint32_t mask) { return {EntryType::deny, 0, mask, std::move(who)}; }

TEST(Access, NoListIsForEverybodyAnEmptyOneForAdministratorsOnly) {
  EXPECT_TRUE(allows({}, bob, control));
  EXPECT_FALSE(allows(of({}), bob, use));
  EXPECT_TRUE(allows(of({}), root, control | write_dac));
}

TEST(Access, UserGroupAndEveryoneCount) {
  auto const d = of({allow(user_sid(1000), control), allow(group_sid(100), modify), allow(everyone(), use)});
  EXPECT_TRUE(allows(d, alice, use | modify | control));
  EXPECT_TRUE(allows(d, bob, use));
  EXPECT_FALSE(allows(d, bob, use | modify));
  EXPECT_EQ(granted(d, bob, use | modify | control), use);
}

TEST(Access, WhatComesFirstDecidesRightByRight) {
  EXPECT_FALSE(allows(of({deny(user_sid(1000), use), allow(everyone(), use)}), alice, use));
  EXPECT_TRUE(allows(of({allow(everyone(), use), deny(user_sid(1000), use)}), alice, use));
  EXPECT_EQ(granted(of({deny(group_sid(100), control), allow(user_sid(1000), use | control)}), alice, use | control), use);
}

TEST(Access, AnEntryThatIsOnlyInheritedDecidesNothingHere) {
  EXPECT_FALSE(allows(of({allow(everyone(), use, container_inherit | inherit_only)}), alice, use));
  EXPECT_TRUE(allows(of({allow(everyone(), use, container_inherit)}), alice, use));
}

TEST(Access, AnOwnerMayAlwaysMendTheList) {
  auto d = of({deny(everyone(), all_access)});
  d.owner = user_sid(1000);
  EXPECT_TRUE(allows(d, alice, read_control | write_dac));
  EXPECT_FALSE(allows(d, alice, use));
  EXPECT_FALSE(allows(d, bob, read_control));
}

TEST(Access, GenericRightsInAListCountAsWhatTheyMean) {
  EXPECT_TRUE(allows(of({allow(everyone(), 0x80000000)}), bob, use | read_control));
  EXPECT_FALSE(allows(of({allow(everyone(), 0x80000000)}), bob, modify));
}

TEST(Access, UsuallyEverybodyMayUseAndAdministratorsControl) {
  EXPECT_TRUE(allows(usual(), bob, use));
  EXPECT_FALSE(allows(usual(), bob, modify));
  EXPECT_FALSE(allows(usual(), bob, control));
  EXPECT_TRUE(allows(usual(), root, control));
}

TEST(Access, APoolUnderTheRootIsItsMakersOnly) {
  auto const d = of_new_pool(nullptr, user_sid(1000), {});
  EXPECT_EQ(d.owner, user_sid(1000));
  EXPECT_TRUE(allows(d, alice, all_access));
  EXPECT_FALSE(allows(d, bob, use));
}

TEST(Access, APoolBelowGetsWhatIsInherited) {
  auto parent = of({allow(group_sid(100), use, container_inherit), allow(everyone(), use, container_inherit | no_propagate), allow(everyone(), control), allow(creator_owner(), modify, container_inherit)});
  auto const d = of_new_pool(&parent, user_sid(1001), {});
  EXPECT_TRUE(allows(d, alice, use));
  EXPECT_FALSE(allows(d, alice, control)) << "not inheritable";
  EXPECT_TRUE(allows(d, bob, all_access)) << "its maker";
  EXPECT_THAT(*d.access, Contains(allow(group_sid(100), use, container_inherit | inherited)));
  EXPECT_THAT(*d.access, Contains(allow(everyone(), use, inherited))) << "not given on";
  EXPECT_THAT(*d.access, Contains(allow(user_sid(1001), modify, inherited))) << "creator owner is the maker";
  EXPECT_THAT(*d.access, Contains(allow(creator_owner(), modify, container_inherit | inherited | inherit_only))) << "and the next one's maker";
}

TEST(Access, WhatIsGivenIsTakenAsItIs) {
  auto parent = of({allow(everyone(), use, container_inherit)});
  auto const d = of_new_pool(&parent, user_sid(1000), of({}));
  EXPECT_EQ(d.access, AccessList{});
  EXPECT_EQ(d.owner, user_sid(1000));
}

TEST(Access, AProtectedListTakesNothingFromAbove) {
  auto parent = of({allow(everyone(), use, container_inherit)});
  Descriptor given;
  given.access_protected = true;
  EXPECT_FALSE(allows(of_new_pool(&parent, user_sid(1000), given), bob, use));
}

}  // namespace
}  // namespace rsm::security
