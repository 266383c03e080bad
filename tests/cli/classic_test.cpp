#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/rsm/classic/grammar.hpp"
#include "cli/rsm/classic/verbs.hpp"

namespace rsm::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Words = std::vector<std::string>;

ClassicCommand good_classic(Words words) {
  EXPECT_TRUE(is_classic(words));
  auto parsed = parse_classic(words);
  if (auto const* usage = std::get_if<Usage>(&parsed)) ADD_FAILURE() << usage->message;
  return std::holds_alternative<ClassicCommand>(parsed) ? std::get<ClassicCommand>(parsed) : ClassicCommand{};
}

std::string wrong_classic(Words words) {
  auto parsed = parse_classic(words);
  return std::holds_alternative<Usage>(parsed) ? std::get<Usage>(parsed).message : "(accepted)";
}

auto const guid = Guid::parse("01234567-89ab-cdef-0123-456789abcdef");

TEST(Classic, IsRecognisedByItsVerb) {
  EXPECT_TRUE(is_classic({"view"}));
  EXPECT_TRUE(is_classic({"view", "/tdrive"}));
  EXPECT_FALSE(is_classic({"view", "list"}));
  EXPECT_FALSE(is_classic({"--json", "view", "list"}));
  EXPECT_TRUE(is_classic({"MOUNT", "/lgX"}));
  EXPECT_TRUE(is_classic({"--json", "--socket", "/s", "view", "/tdrive"}));
  EXPECT_TRUE(is_classic({"/?"}));
  EXPECT_FALSE(is_classic({"status"}));
  EXPECT_FALSE(is_classic({"media", "mount", "A"}));
  EXPECT_FALSE(is_classic({}));
  EXPECT_EQ(classic_verbs().size(), 15u);
  for (auto const& v : classic_verbs()) EXPECT_TRUE(is_classic({std::string{v.verb}})) << v.verb;
}

TEST(Classic, GuidsInAllThreeForms) {
  for (auto const* form : {"0123456789ABCDEF0123456789ABCDEF", "01234567-89ab-cdef-0123-456789abcdef",
                           "{01234567-89AB-CDEF-0123-456789ABCDEF}"}) {
    auto const command = good_classic({"mount", std::string{"/lg"} + form, "/owrite", "/rnormal", "/t600000"});
    EXPECT_EQ(named(command, 'l')->guid, guid) << form;
  }
  EXPECT_THAT(wrong_classic({"mount", "/lg0123"}), HasSubstr("is no GUID"));
  EXPECT_THAT(wrong_classic({"mount", "/lg{0123456789ABCDEF0123456789ABCDEF}"}), HasSubstr("is no GUID"));
}

TEST(Classic, SlashDashAndDoubleDashAreOne) {
  for (auto const* start : {"/", "-", "--"}) {
    auto const command = good_classic({"view", std::string{start} + "tdrive", std::string{start} + "b"});
    EXPECT_EQ(command.value("t"), "drive");
    EXPECT_TRUE(command.has("b"));
  }
}

TEST(Classic, LettersInAnyCaseValuesAsTyped) {
  auto const command = good_classic({"View", "/TPhysical_Media", "/CF\"My Pool\"", "/GuidDisplay", "/B"});
  EXPECT_EQ(command.verb, "view");
  EXPECT_EQ(command.value("t"), "Physical_Media");
  EXPECT_EQ(named(command, 'c')->name, "\"My Pool\"");  // the shell has taken its own quotes off
  EXPECT_TRUE(command.has("guiddisplay"));
}

TEST(Classic, MountOptionsAreCombinedOthersAreNot) {
  auto const command = good_classic({"mount", "/pfA00001:1", "/oread", "/odrive", "/dfDrive 0"});
  EXPECT_THAT(command.values("o"), ElementsAre("read", "drive"));
  EXPECT_THAT(wrong_classic({"mount", "/pfA", "/t5", "/t6"}), HasSubstr("/t is given twice"));
  EXPECT_THAT(wrong_classic({"mount", "/lfA", "/lg0123456789ABCDEF0123456789ABCDEF"}), HasSubstr("two ways"));
}

TEST(Classic, ASwitchIsDirectlyFollowedByItsValue) {
  EXPECT_THAT(wrong_classic({"mount", "/lfA", "/t", "50"}), HasSubstr("needs a value"));
  EXPECT_THAT(wrong_classic({"mount", "/lfA", "/t50", "60"}), HasSubstr("stands alone"));
  EXPECT_THAT(wrong_classic({"view", "/bx"}), HasSubstr("unknown switch '/bx'"));
  EXPECT_THAT(wrong_classic({"inventory", "/zfoo"}), HasSubstr("unknown switch '/zfoo'"));
}

TEST(Classic, DismountMayLeaveItsOptionEmpty) {
  EXPECT_TRUE(good_classic({"dismount", "/lfA", "/o"}).has("o"));
  EXPECT_EQ(good_classic({"dismount", "/lfA", "/odeferred"}).value("o"), "deferred");
}

TEST(Classic, ExtensionsGoWithEveryVerb) {
  auto const command = good_classic({"dismount", "/lfA", "--wait=5", "--json", "--win32-exit", "--socket=/s", "--app", "night"});
  EXPECT_EQ(command.wait->limit_ms, 5000);
  EXPECT_TRUE(command.common.json && command.common.win32_exit);
  EXPECT_EQ(command.common.socket, "/s");
  EXPECT_EQ(command.common.application, "night");
  EXPECT_FALSE(good_classic({"eject", "/lfA", "--wait"}).wait->limit_ms.has_value());
  EXPECT_THAT(wrong_classic({"view", "--socket"}), HasSubstr("a value is missing"));
  EXPECT_THAT(wrong_classic({"view", "--server", "other"}), HasSubstr("only the service of this computer"));
}

TEST(Classic, ABlankIsAllowedBehindTheNameOfAPoolOnly) {
  auto const command = good_classic({"allocate", "/m", "My Pool", "/oerrunavail", "/onew", "/b"});
  EXPECT_EQ(command.value("m"), "My Pool");
  EXPECT_EQ(command.values("o"), (std::vector<std::string>{"errunavail", "new"}));
  EXPECT_EQ(good_classic({"allocate", "/mMyApp\\Daily"}).value("m"), "MyApp\\Daily");
  EXPECT_EQ(good_classic({"allocate", "/mP", "/lnMonday", "/ldfirst", "/lf" "old"}).value("ln"), "Monday") << "/ln, /ld and /lf begin alike";
  EXPECT_THAT(wrong_classic({"allocate", "/m"}), HasSubstr("needs a value"));
}

TEST(Classic, Help) {
  auto const all = parse_classic({"/?"});
  ASSERT_TRUE(std::holds_alternative<Help>(all));
  EXPECT_THAT(std::get<Help>(all).text, HasSubstr("rsm mount"));
  auto const one = parse_classic({"view", "/?"});
  ASSERT_TRUE(std::holds_alternative<Help>(one));
  EXPECT_THAT(std::get<Help>(one).text, HasSubstr("physical_media"));
}

}  // namespace
}  // namespace rsm::cli
