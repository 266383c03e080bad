// Descriptors as bytes: right ones come out as they went in, wrong ones are refused with what is wrong.
#include "libmgr/domain/security_descriptor.hpp"

#include <gmock/gmock.h>

namespace rsm::security {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes bytes(std::initializer_list<int> values) {
  Bytes result;
  for (int const value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

// Written by hand from MS-DTYP: owner S-1-22-1-1000, group S-1-22-2-100; user 1000 may 7, everyone is denied 4.
Bytes const by_hand = bytes({
    1, 0, 0x04, 0x80, 20, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 52, 0, 0, 0,               // header
    1, 2, 0, 0, 0, 0, 0, 22, 1, 0, 0, 0, 0xE8, 3, 0, 0,                                // owner at 20
    1, 2, 0, 0, 0, 0, 0, 22, 2, 0, 0, 0, 100, 0, 0, 0,                                 // group at 36
    2, 0, 52, 0, 2, 0, 0, 0,                                                           // list at 52
    0, 0, 24, 0, 7, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 22, 1, 0, 0, 0, 0xE8, 3, 0, 0,       // allow
    1, 0, 20, 0, 4, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,                       // deny
});

Descriptor meant() {
  Descriptor d;
  d.owner = user_sid(1000);
  d.group = group_sid(100);
  d.access = AccessList{{EntryType::allow, 0, 7, user_sid(1000)}, {EntryType::deny, 0, 4, everyone()}};
  return d;
}

std::string refusal(Bytes const& wrong) {
  auto const result = decode(wrong);
  if (result) return "taken";
  EXPECT_EQ(result.error().code, Errc::invalid_parameter);
  return result.error().text();
}
Bytes changed(std::size_t at, int value) {
  Bytes wrong = by_hand;
  wrong.at(at) = static_cast<std::byte>(value);
  return wrong;
}

TEST(SecurityDescriptor, WhatIsWrittenByHandIsUnderstoodAndWrittenTheSame) {
  auto const read = decode(by_hand);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, meant());
  EXPECT_EQ(encode(meant()), by_hand);
}

TEST(SecurityDescriptor, EverythingComesBackAsItWent) {
  Descriptor none;  // no list: everybody
  Descriptor empty;
  empty.access = AccessList{};
  Descriptor full = meant();
  full.access_protected = true;
  full.audit = AccessList{{EntryType::audit, 0x40, control, everyone()}};
  full.access->push_back({EntryType::allow, container_inherit | inherit_only, 0x10000000, creator_owner()});
  full.access->push_back({EntryType::allow, 0, use, {0x123456789ABC, {}}});
  for (auto const& descriptor : {none, empty, meant(), full}) {
    auto const again = decode(encode(descriptor));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(*again, descriptor);
  }
}

TEST(SecurityDescriptor, NoListAndAnEmptyOneAreTwoThings) {
  Descriptor empty;
  empty.access = AccessList{};
  EXPECT_FALSE(decode(encode({}))->access);
  EXPECT_TRUE(decode(encode(empty))->access);
}

TEST(SecurityDescriptor, WhatIsWrongIsNamed) {
  EXPECT_THAT(refusal({}), HasSubstr("0 bytes"));
  EXPECT_THAT(refusal(changed(0, 2)), HasSubstr("revision 2"));
  EXPECT_THAT(refusal(changed(3, 0)), HasSubstr("not self-relative"));
  EXPECT_THAT(refusal(changed(7, 0xFF)), HasSubstr("the owner is not within it"));
  EXPECT_THAT(refusal(changed(20, 3)), HasSubstr("revision 3"));
  EXPECT_THAT(refusal(changed(21, 16)), HasSubstr("16 parts"));
  EXPECT_THAT(refusal(changed(52, 1)), HasSubstr("list of access has revision 1"));
  EXPECT_THAT(refusal(changed(54, 200)), HasSubstr("cut off"));
  EXPECT_THAT(refusal(changed(54, 4)), HasSubstr("cut off"));
  EXPECT_THAT(refusal(changed(56, 3)), HasSubstr("entry 2 of the list of access is cut off"));
  EXPECT_THAT(refusal(changed(62, 12)), HasSubstr("12 bytes"));
  EXPECT_THAT(refusal(changed(60, 9)), HasSubstr("type 9"));
  EXPECT_THAT(refusal(changed(69, 5)), HasSubstr("cut off")) << "the subject is longer than its entry";
  EXPECT_THAT(refusal(Bytes(descriptor_bytes_max + 1)), HasSubstr("at most"));
}

TEST(SecurityDescriptor, NoCutIsTakenAndNoneReadsTooFar) {
  for (std::size_t size = 0; size < by_hand.size(); ++size) {
    Bytes const cut(by_hand.begin(), by_hand.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decode(cut)) << size;
  }
}

TEST(SecurityDescriptor, NoByteMakesItReadTooFar) {
  for (std::size_t at = 0; at < by_hand.size(); ++at)
    for (int const value : {0, 1, 0x7F, 0x80, 0xFF}) {
      auto const wrong = changed(at, value);
      if (auto const read = decode(wrong)) {
        EXPECT_TRUE(decode(encode(*read))) << at << " " << value;
      }
    }
}

TEST(SecurityDescriptor, SubjectsAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(user_sid(1000).text(), "S-1-22-1-1000");
  EXPECT_EQ(administrators().text(), "S-1-5-32-544");
  EXPECT_EQ((Sid{0x123456789ABC, {7}}).text(), "S-1-0x123456789abc-7");
}

TEST(SecurityDescriptor, GenericRightsAreMapped) {
  EXPECT_EQ(mapped(0x80000000), use | read_control);
  EXPECT_EQ(mapped(0x40000000), use | modify | write_dac);
  EXPECT_EQ(mapped(0x20000000), all_access);
  EXPECT_EQ(mapped(0x10000000), all_access);
  EXPECT_EQ(mapped(control | write_owner), control | write_owner);
}

TEST(SecurityDescriptor, OnlyThePartsThatAreNamedAreTakenOrChanged) {
  Descriptor other;
  other.owner = user_sid(7);
  other.access = AccessList{};
  EXPECT_EQ(only(owner_part, meant()), (Descriptor{user_sid(1000), {}, {}, false, {}}));
  EXPECT_EQ(only(every_part, meant()), meant());
  Descriptor const owner_changed = with(owner_part, meant(), other);
  EXPECT_EQ(owner_changed.owner, user_sid(7));
  EXPECT_EQ(owner_changed.access, meant().access);
  EXPECT_EQ(with(access_part, meant(), other).access, AccessList{});
}

}  // namespace
}  // namespace rsm::security
