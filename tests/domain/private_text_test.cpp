#include "libmgr/domain/private_text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rsm {
namespace {

constexpr std::array<std::uint32_t, 2> owners{1000, 7};
constexpr private_text::Reader alice{.uid = 1000}, carol{.uid = 7}, bob{.uid = 1001}, root{.uid = 0, .administrator = true};

std::string sentence() {
  return "drive 0 is in use: " + private_text::make(owners, "open file /home/alice/secret", "a file of user alice") + " in process 4711 (dd)";
}

TEST(PrivateText, TheOwnersAndAdministratorsReadAllOthersTheOpenWords) {
  for (auto const& reader : {alice, carol, root})
    EXPECT_EQ(private_text::show(sentence(), reader), "drive 0 is in use: open file /home/alice/secret in process 4711 (dd)");
  EXPECT_EQ(private_text::show(sentence(), bob), "drive 0 is in use: a file of user alice in process 4711 (dd)");
  EXPECT_EQ(private_text::show_to_all(sentence()), "drive 0 is in use: a file of user alice in process 4711 (dd)");
  EXPECT_TRUE(private_text::has_marks(sentence()));
  EXPECT_FALSE(private_text::has_marks(private_text::show(sentence(), bob)));
}

TEST(PrivateText, AUidIsNotTheBeginningOfAnother) {
  EXPECT_EQ(private_text::show(sentence(), {.uid = 100}), private_text::show_to_all(sentence()));
  EXPECT_EQ(private_text::show(sentence(), {.uid = 0}), private_text::show_to_all(sentence())) << "root is who is an administrator";
}

TEST(PrivateText, TextWithoutMarksStaysAsItIs) {
  for (std::string const text : {"", "busy", "größe \xEF\xBF\xBD", "\xEF\xB7\x93 is another character"}) {
    EXPECT_EQ(private_text::show_to_all(text), text);
    EXPECT_EQ(private_text::without_marks(text), text);
  }
}

TEST(PrivateText, SeveralPassagesHaveTheirOwnOwners) {
  std::array<std::uint32_t, 1> const only_bob{1001};
  std::string const text = sentence() + "; " + private_text::make(only_bob, "/home/bob/x", "a file of user bob");
  EXPECT_EQ(private_text::show(text, bob), "drive 0 is in use: a file of user alice in process 4711 (dd); /home/bob/x");
}

// Wherever a text with marks is cut, at its end or at its beginning: no private word is left for the wrong reader, and no mark for anybody.
TEST(PrivateText, ACutShowsNothing) {
  std::string const whole = sentence();
  for (std::size_t at = 0; at <= whole.size(); ++at) {
    for (auto const& part : {whole.substr(0, at), whole.substr(at)}) {
      auto const shown = private_text::show(part, bob);
      EXPECT_EQ(shown.find("home"), std::string::npos) << at << ": " << shown;
      EXPECT_EQ(shown.find("secret"), std::string::npos) << at << ": " << shown;
      EXPECT_FALSE(private_text::has_marks(shown)) << at;
      EXPECT_EQ(shown.find("1000"), std::string::npos) << at << ": " << shown;
    }
    auto const owned = private_text::show(whole.substr(0, at), alice);
    EXPECT_FALSE(private_text::has_marks(owned)) << at;
    EXPECT_TRUE(private_text::show(whole, alice).starts_with(owned) || private_text::show_to_all(whole).starts_with(owned)) << at << ": " << owned;
  }
  EXPECT_EQ(private_text::show(whole.substr(0, whole.find("secret")), alice), "drive 0 is in use: open file /home/alice/");
}

TEST(PrivateText, MarksFromOutsideAreReplaced) {
  std::string const forged = private_text::without_marks(sentence());
  EXPECT_FALSE(private_text::has_marks(forged));
  EXPECT_NE(forged.find("\xEF\xBF\xBD"), std::string::npos);
  std::string const inside = private_text::make(owners, sentence(), sentence());
  EXPECT_EQ(private_text::show(inside, bob).find("\xEF\xB7"), std::string::npos);
}

}  // namespace
}  // namespace rsm
