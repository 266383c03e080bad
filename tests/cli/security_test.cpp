// Security descriptors for people: subjects and rights as words, lists that are changed, the commands.
#include "cli/rsm/view/security.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "libmgr/domain/base64.hpp"
#include "tests/cli/program_fixture.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using namespace security;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(SecurityText, SubjectsAreWordsBothWays) {
  for (auto const& [text, sid] : {std::pair{"everyone", everyone()}, {"administrators", administrators()}, {"creator", creator_owner()}, {"service", local_system()}, {"user:root", user_sid(0)}, {"group:root", group_sid(0)},
                                  {"user:3999999999", user_sid(3999999999)}, {"S-1-5-21-7", Sid{5, {21, 7}}}}) {
    auto const read = parse_subject(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, sid) << text;
    EXPECT_EQ(subject_text(sid), text);
  }
  EXPECT_EQ(*parse_subject("user:0"), user_sid(0));
  EXPECT_EQ(*parse_subject("S-1-22-1-0"), user_sid(0));
  for (auto const* wrong : {"", "alice", "user:", "user:no such user", "group:", "S-1-", "S-1-x", "S-1-5-4294967296", "user:-1"}) EXPECT_FALSE(parse_subject(wrong)) << wrong;
}

TEST(SecurityText, EntriesNameRights) {
  auto const entry = parse_entry("everyone=use,control", EntryType::allow);
  ASSERT_TRUE(entry);
  EXPECT_EQ(*entry, (Entry{EntryType::allow, 0, use | control, everyone()}));
  EXPECT_EQ(parse_entry("user:0=all", EntryType::deny)->mask, all_access);
  EXPECT_EQ(parse_entry("user:0=read-security,write-security,take-ownership,modify", EntryType::allow)->mask, read_control | write_dac | write_owner | modify);
  for (auto const* wrong : {"everyone", "everyone=", "everyone=use,", "everyone=fly", "=use"}) EXPECT_FALSE(parse_entry(wrong, EntryType::allow)) << wrong;
  EXPECT_THAT(parse_entry("everyone=fly", EntryType::allow).error().text(), HasSubstr("use, modify, control"));
}

TEST(SecurityText, RefusalsStandFirstAndWhatIsInheritedLast) {
  AccessList list{{EntryType::allow, 0, use, everyone()}, {EntryType::allow, inherited, control, user_sid(5)}};
  put_entry(list, {EntryType::deny, 0, use, user_sid(1)});
  put_entry(list, {EntryType::allow, 0, control, user_sid(5)});
  put_entry(list, {EntryType::allow, 0, modify, everyone()});
  EXPECT_THAT(list, ElementsAre(Entry{EntryType::deny, 0, use, user_sid(1)}, Entry{EntryType::allow, 0, control, user_sid(5)}, Entry{EntryType::allow, 0, modify, everyone()},
                                Entry{EntryType::allow, inherited, control, user_sid(5)}));
}

Descriptor sample() {
  Descriptor descriptor;
  descriptor.owner = user_sid(3999999999);
  descriptor.access = AccessList{{EntryType::deny, 0, use, group_sid(3999999998)}, {EntryType::allow, container_inherit, use | control, everyone()}};
  return descriptor;
}

std::string on_the_wire(Descriptor const& descriptor) {
  auto const bytes = encode(descriptor);
  return base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

TEST(SecurityText, ATableSaysWhoMayWhat) {
  auto const text = security_table(sample(), {});
  EXPECT_THAT(text, HasSubstr("Owner: user:3999999999"));
  EXPECT_THAT(text, HasSubstr("group:3999999998"));
  EXPECT_THAT(text, HasSubstr("use, control"));
  EXPECT_THAT(text, HasSubstr("pools made in it"));
  Descriptor open, closed;
  closed.access = AccessList{};
  EXPECT_THAT(security_table(open, {}), HasSubstr("everybody may everything"));
  EXPECT_THAT(security_table(closed, {}), HasSubstr("Nobody but administrators"));
}

struct ProgramSecurity : Program {
  void SetUp() override {
    Program::SetUp();
    daemon().reply("security.get", wire::SecurityReply{on_the_wire(sample())});
    daemon().reply("security.set", wire::Empty{});
    daemon().reply("pool.get", wire::PoolInfo{.id = PoolId{samples::guid(0x99000000)}, .name = "Backup", .path = "Backup"});
  }
  Descriptor sent() {
    auto const bytes = from_base64(std::string(last("security.set").as_object().at("descriptor").as_string()));
    return decode(std::as_bytes(std::span(*bytes))).value();
  }
};

TEST_F(ProgramSecurity, IsShownForPeopleAndForPrograms) {
  EXPECT_THAT(run({"security", "show", "computer"}).out, HasSubstr("use, control"));
  EXPECT_EQ(last("security.get").as_object().at("type").as_string(), "computer");
  EXPECT_THAT(run({"security", "show", "pool", "Backup", "--json"}).out, HasSubstr("\"S-1-22-2-3999999998\""));
  EXPECT_EQ(last("security.get").as_object().at("id").as_string(), samples::guid(0x99000000).text());
  for (auto const& words : {std::vector<std::string>{"security", "show", "pool"}, {"security", "show", "planet"}, {"security", "show", "computer", "x"}}) {
    auto const ran = run(words);
    EXPECT_EQ(ran.exit, 4);
    EXPECT_THAT(ran.err, HasSubstr("computer, root, pool POOL or library LIBRARY"));
  }
}

TEST_F(ProgramSecurity, ChangesWhatIsSaidAndLeavesTheRest) {
  auto const ran = run({"security", "set", "pool", "Backup", "--allow", "user:5=use,control", "--remove", "everyone"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("pool Backup"));
  auto const params = last("security.set").as_object();
  EXPECT_EQ(params.at("parts").to_number<int>(), 4);
  EXPECT_THAT(*sent().access, ElementsAre(Entry{EntryType::deny, 0, use, group_sid(3999999998)}, Entry{EntryType::allow, 0, use | control, user_sid(5)}));
  EXPECT_EQ(run({"security", "set", "pool", "Backup", "--owner", "user:6"}).exit, 0);
  EXPECT_EQ(last("security.set").as_object().at("parts").to_number<int>(), 1);
  EXPECT_EQ(sent().owner, user_sid(6));
  EXPECT_EQ(run({"security", "set", "pool", "Backup", "--deny", "user:5=use", "--for-new-pools"}).exit, 0);
  EXPECT_THAT(*sent().access, testing::Contains(Entry{EntryType::deny, container_inherit, use, user_sid(5)}));
}

TEST_F(ProgramSecurity, NothingIsSentOfWhatIsWrong) {
  EXPECT_EQ(run({"security", "set", "computer"}).exit, 4) << "what is to be set?";
  EXPECT_EQ(run({"security", "set", "computer", "--allow", "everyone"}).exit, 4);
  EXPECT_EQ(run({"security", "set", "computer", "--owner", "alice"}).exit, 4);
  EXPECT_THAT(daemon().asked("security.set"), testing::IsEmpty());
}

}  // namespace
}  // namespace rsm::cli
