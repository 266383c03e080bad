// What a key names, and what it does not.
#include "libmgr/queue/keys.hpp"

#include <gmock/gmock.h>

#include "tests/support/world_builder.hpp"

namespace rsm {
namespace {

using ::rsm::testing::drive_id;
using ::rsm::testing::library_id;
using ::rsm::testing::medium_id;
using ::rsm::testing::request_id;
using ::rsm::testing::side_id;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Requests of one call of these media, in its order; ids that sort the other way round.
std::vector<RequestRecord> call_of(Operation operation, std::vector<unsigned> const& media) {
  std::vector<RequestRecord> requests;
  for (auto const n : media) {
    RequestRecord r;
    r.id = request_id(100 - static_cast<unsigned>(requests.size()));
    r.sequence = 10 + requests.size();
    r.operation = operation;
    r.library = library_id();
    r.medium = medium_id(n);
    r.side = side_id(n, 0);
    r.drive = drive_id(n);
    r.group_size = static_cast<std::uint32_t>(media.size());
    requests.push_back(r);
  }
  return requests;
}
KeyedCall asking(Operation operation, std::vector<unsigned> const& media) {
  KeyedCall call{operation, {}};
  for (auto const n : media) call.objects.push_back({.side = side_id(n, 0)});
  return call;
}

TEST(Keys, ANewKeyHasNoAnswer) {
  auto const answer = answer_of_key("k", {}, asking(Operation::mount, {1, 2}));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
}

TEST(Keys, TheAnswerIsInTheOrderAsked) {
  auto const known = call_of(Operation::mount, {7, 3});
  auto const answer = answer_of_key("k", known, asking(Operation::mount, {7, 3}));
  ASSERT_TRUE(answer && *answer) << answer.error().text();
  EXPECT_THAT(**answer, ElementsAre(known[0].id, known[1].id));
}

TEST(Keys, AnotherOperationIsRefused) {
  auto const known = call_of(Operation::mount, {7});
  auto const answer = answer_of_key("my key", known, asking(Operation::dismount, {7}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::invalid_parameter);
  EXPECT_THAT(answer.error().text(), ::testing::AllOf(HasSubstr("my key"), HasSubstr("mount"), HasSubstr("dismount"), HasSubstr(known[0].id.text())));
}

TEST(Keys, OtherMediaOrAnotherOrderOrNumberAreRefused) {
  auto const known = call_of(Operation::mount, {7, 3});
  for (auto const& media : {std::vector<unsigned>{7, 4}, {3, 7}, {7}, {7, 3, 5}}) {
    auto const answer = answer_of_key("k", known, asking(Operation::mount, media));
    ASSERT_FALSE(answer) << media.size();
    EXPECT_EQ(answer.error().code, Errc::invalid_parameter);
  }
}

TEST(Keys, ACallOfWhichAPartIsNoLongerKeptIsNotAnsweredWithTheRest) {
  auto known = call_of(Operation::mount, {7, 3});
  known.erase(known.begin());
  auto const answer = answer_of_key("k", known, asking(Operation::mount, {7, 3}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::no_data);
}

TEST(Keys, WhatIsNotSaidIsNotCompared) {
  auto const known = call_of(Operation::dismount, {7});
  EXPECT_TRUE(answer_of_key("k", known, {Operation::dismount, {{.drive = drive_id(7)}}}));
  EXPECT_FALSE(answer_of_key("k", known, {Operation::dismount, {{.drive = drive_id(8)}}}));
  EXPECT_TRUE(answer_of_key("k", known, {Operation::dismount, {{.library = library_id(), .medium = medium_id(7)}}}));
  EXPECT_FALSE(answer_of_key("k", known, {Operation::dismount, {{.library = library_id(), .medium = medium_id(8)}}}));
}

}  // namespace
}  // namespace rsm
