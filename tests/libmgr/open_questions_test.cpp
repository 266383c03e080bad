// Which operator requests are open, by what they are about.
#include "libmgr/record/open_questions.hpp"

#include <gtest/gtest.h>

#include "libmgr/base/random.hpp"

namespace rsm {
namespace {

struct OpenQuestionsTest : ::testing::Test {
  SeededRandom random{5};
  Guid const medium = random.id<MediumId>().guid, library = random.id<LibraryId>().guid;
  OpenQuestions questions;

  OperatorRequestRecord asked(OperatorKind kind, Guid first, Guid second, RequestId request = {}) {
    OperatorRequestRecord record;
    record.id = random.id<OperatorRequestId>();
    record.kind = kind;
    record.argument1 = first;
    record.argument2 = second;
    record.request = request;
    questions.add(record);
    return record;
  }
};

TEST_F(OpenQuestionsTest, AnOpenOneIsFoundByAllThatItNames) {
  auto const request = random.id<RequestId>();
  auto const one = asked(OperatorKind::bring_medium, medium, library, request);
  auto const other = asked(OperatorKind::bring_medium, medium, library);
  EXPECT_EQ(questions.naming(medium), (OpenQuestions::Ids{one.id, other.id}));
  EXPECT_EQ(questions.naming(library), (OpenQuestions::Ids{one.id, other.id}));
  EXPECT_EQ(questions.naming(request.guid), OpenQuestions::Ids{one.id});
  EXPECT_EQ(questions.of(OperatorKind::bring_medium), (OpenQuestions::Ids{one.id, other.id}));
  EXPECT_TRUE(questions.of(OperatorKind::door_open).empty());
}

TEST_F(OpenQuestionsTest, OneThatNamesNothingIsFoundByItsKindAlone) {
  auto const one = asked(OperatorKind::none, {}, {});
  EXPECT_TRUE(questions.naming({}).empty());
  EXPECT_EQ(questions.of(OperatorKind::none), OpenQuestions::Ids{one.id});
}

TEST_F(OpenQuestionsTest, OneThatIsOverIsNotFoundAnyMoreAndTheOthersAre) {
  auto const one = asked(OperatorKind::double_barcode, medium, medium), other = asked(OperatorKind::duplicate_medium, medium, library);
  questions.remove(one);
  EXPECT_EQ(questions.naming(medium), OpenQuestions::Ids{other.id});
  EXPECT_TRUE(questions.of(OperatorKind::double_barcode).empty());
  questions.remove(other);
  EXPECT_TRUE(questions.naming(medium).empty());
  EXPECT_TRUE(questions.naming(library).empty());
  asked(OperatorKind::door_open, library, {});
  questions.clear();
  EXPECT_TRUE(questions.naming(library).empty());
}

}  // namespace
}  // namespace rsm
