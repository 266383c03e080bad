// A session with a device that answers by a script: limits, attentions, retries, waits, failures in words.
#include "drivers/scsi/session.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/limits.hpp"
#include "tests/drivers/scsi/answers.hpp"
#include "tests/drivers/scsi/virtual_clock.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;
using scsi::Action;

Result<scsi::Answer> good() { return scsi::Answer{}; }
Result<scsi::Answer> sense(unsigned key, unsigned asc, unsigned ascq, unsigned code = 0x70) {
  Buffer data(18);
  data[0] = std::byte(code), data[2] = std::byte(key), data[7] = std::byte{10}, data[12] = std::byte(asc), data[13] = std::byte(ascq);
  return scsi::Answer{.status = scsi::status_check_condition, .sense = data};
}

class Script final : public scsi::Transport {
 public:
  Result<scsi::Answer> send(scsi::Request const& request) override {
    operations.push_back(std::to_integer<unsigned>(request.cdb[0]));
    limit = request.limit;
    if (answers.empty()) return otherwise;
    auto answer = answers.front();
    answers.pop_front();
    return answer;
  }
  std::string const& name() const override { return name_; }

  std::deque<Result<scsi::Answer>> answers;
  Result<scsi::Answer> otherwise = good();
  std::vector<unsigned> operations;
  Millis limit{0};

 private:
  std::string name_ = "/dev/sg3";
};

class Session : public ::testing::Test {
 protected:
  Script script;
  VirtualClock clock;
  scsi::Session session{script, clock, "the library", scsi::DeviceKind::changer};
  scsi::TestUnitReady ready;
  scsi::MoveMedium move{.transport = 1, .source = 2, .destination = 3};
};

TEST_F(Session, EveryCommandHasItsLimit) {
  EXPECT_TRUE(session.run(ready));
  EXPECT_EQ(script.limit, limits::scsi_question_limit);
  EXPECT_TRUE(session.run(move));
  EXPECT_EQ(script.limit, limits::scsi_move_limit);
  EXPECT_TRUE(session.run(scsi::Rewind{}));
  EXPECT_EQ(script.limit, limits::scsi_rewind_limit);
  EXPECT_TRUE(session.run(scsi::LoadUnload{}));
  EXPECT_EQ(script.limit, limits::scsi_load_limit);
  EXPECT_TRUE(session.run(scsi::WriteFilemarks{}));
  EXPECT_EQ(script.limit, limits::scsi_filemarks_limit);
  EXPECT_TRUE(session.run(scsi::Space{}));
  EXPECT_EQ(script.limit, limits::scsi_space_limit);
  EXPECT_TRUE(session.read_tape(scsi::ReadTape{.length = 80}, 80));
  EXPECT_EQ(script.limit, limits::scsi_read_limit);
  struct Unknown {
    scsi::Cdb6 cdb() const { return {0xC0}; }
  };
  EXPECT_TRUE(session.run(Unknown{}));
  EXPECT_EQ(script.limit, limits::scsi_other_limit);
}

TEST_F(Session, AttentionsAreAnsweredByAskingAgainAndToldOnce) {
  script.answers = {sense(6, 0x29, 0), sense(6, 0x28, 0), sense(6, 0x2A, 1), sense(6, 0x5D, 0)};
  EXPECT_TRUE(session.run(ready));
  EXPECT_EQ(script.operations.size(), 5u);
  EXPECT_EQ(session.take_attentions().to_ulong(), 0b0111u);
  EXPECT_TRUE(session.take_attentions().none());
}

TEST_F(Session, NotForEver) {
  script.otherwise = sense(6, 0x28, 0);
  auto const done = session.run(ready);
  ASSERT_FALSE(done);
  EXPECT_EQ(script.operations.size(), 1u + limits::scsi_attentions_in_a_row_max);
  EXPECT_EQ(done.error().error.code, Errc::media_changed);
}

TEST_F(Session, AMoveIsSentOnce) {
  for (auto const& answer : {sense(6, 0x28, 0), sense(6, 0x29, 0), sense(0xB, 0x47, 0), sense(2, 4, 1), sense(4, 0x15, 1), sense(5, 0x3B, 0x0E)}) {
    script.operations.clear();
    script.answers = {answer};
    auto const done = session.run(move);
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().doubt);
    EXPECT_EQ(script.operations.size(), 1u);
    EXPECT_NE(done.error().error.detail.find("the elements must be read"), std::string::npos);
  }
  script.answers = {sense(6, 0x5D, 0)};
  EXPECT_TRUE(session.run(move)) << "a predicted failure concerns nothing";
}

TEST_F(Session, AMoveWithoutAnswerIsInDoubt) {
  script.answers = {fail(Errc::timeout, "/dev/sg3", "no answer within 23 min")};
  auto const late = session.run(move);
  EXPECT_EQ(late.error().error, (Error{Errc::timeout, "the library", "MOVE MEDIUM: /dev/sg3: no answer within 23 min; whether it was moved is not known: the elements must be read"}));
  EXPECT_TRUE(late.error().doubt);
  script.answers = {fail(Errc::access_denied, "/dev/sg3", "not allowed")};
  EXPECT_FALSE(session.run(move).error().doubt) << "it was not sent";
}

TEST_F(Session, AReadingIsSentOnceAndConditionsAreItsAnswer) {
  scsi::ReadTape const read{.length = 80};
  script.answers = {sense(0x80, 0, 1), sense(8, 0, 5), sense(8, 0, 0), good()};
  EXPECT_TRUE(session.read_tape(read, 80)->sense.filemark);
  EXPECT_EQ(session.read_tape(read, 80)->sense.key, scsi::key_blank_check);
  EXPECT_EQ(session.read_tape(read, 80)->sense.key, scsi::key_blank_check) << "with any code";
  EXPECT_EQ(session.read_tape(read, 80)->sense.format, scsi::SenseFormat::none);
  script.answers = {sense(8, 0, 5)};
  EXPECT_FALSE(session.run(ready)) << "of another command it is a failure";
  for (auto const& answer : {sense(6, 0x29, 0), sense(0xB, 0x47, 0), sense(2, 4, 1), sense(3, 0x11, 0), sense(3, 0x0C, 0, 0x71)}) {
    script.operations.clear();
    script.answers = {answer};
    auto const done = session.read_tape(read, 80);
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().doubt);
    EXPECT_EQ(script.operations.size(), 1u);
    EXPECT_NE(done.error().error.detail.find("where the tape stands now is not known"), std::string::npos);
  }
}

TEST_F(Session, AnErrorOfAnEarlierCommandIsKeptForWhoAsks) {
  script.answers = {sense(1, 0x5D, 0, 0x71)};
  EXPECT_TRUE(session.run(ready));
  EXPECT_FALSE(session.take_deferred_error()) << "it was mended";
  script.answers = {sense(3, 0x0C, 0, 0x71)};
  EXPECT_TRUE(session.run(ready));
  auto const kept = session.take_deferred_error();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->key, scsi::key_medium_error);
  EXPECT_FALSE(session.take_deferred_error());
}

TEST_F(Session, AReservationOfAnotherComputerIsTold) {
  script.answers = {scsi::Answer{.status = scsi::status_reservation_conflict}};
  auto const held = session.run(ready).error();
  EXPECT_TRUE(held.reserved);
  EXPECT_EQ(held.error.detail, "TEST UNIT READY: reservation conflict: it is reserved by another computer (the device does not tell which); end its use there, or take the reservation away");
  EXPECT_EQ(script.operations, (std::vector<unsigned>{0x00, 0x5E, 0x5E}));
}

TEST_F(Session, AbortedCommandsAreRepeatedThreeTimes) {
  script.answers = {sense(0xB, 0x47, 0), sense(0xB, 0x47, 0), sense(0xB, 0x47, 0)};
  EXPECT_TRUE(session.run(ready));
  script.operations.clear();
  script.otherwise = sense(0xB, 0x47, 0);
  EXPECT_FALSE(session.run(ready));
  EXPECT_EQ(script.operations.size(), 4u);
}

TEST_F(Session, WaitsByTheTableAndThenDoesWhatItSays) {
  script.otherwise = sense(2, 0x04, 0x01);
  auto const begun = clock.now();
  auto const done = session.run(ready);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().action, Action::library_service);
  EXPECT_EQ(clock.now() - begun, 900s);
  EXPECT_EQ(done.error().error, (Error{Errc::not_ready, "the library",
                                       "TEST UNIT READY: the device answered 2/04/01, becoming ready (inventory, loading, spinning up); waited for 15 min 0 s"}));
}

TEST_F(Session, WaitsNoLongerThanThePatience) {
  script.otherwise = sense(2, 0x04, 0x01);
  auto const begun = clock.now();
  session.set_patience(12s);
  auto const done = session.run(ready);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().action, Action::wait) << "the wait was not over";
  EXPECT_EQ(clock.now() - begun, 10s);
  clock.wait(2s);
  script.operations.clear();
  EXPECT_EQ(session.run(ready).error().error.code, Errc::not_ready);
  EXPECT_TRUE(script.operations.empty());
}

TEST_F(Session, BusyDevicesAreAskedAgain) {
  script.answers = {scsi::Answer{.status = scsi::status_busy}, scsi::Answer{.status = scsi::status_task_set_full}};
  EXPECT_TRUE(session.run(ready));
  script.otherwise = scsi::Answer{.status = scsi::status_busy};
  auto const begun = clock.now();
  EXPECT_EQ(session.run(ready).error().error.code, Errc::not_ready);
  EXPECT_EQ(clock.now() - begun, limits::scsi_busy_limit);
}

TEST_F(Session, SenseDataAreAskedForOnce) {
  script.otherwise = scsi::Answer{.status = scsi::status_check_condition};
  auto const done = session.run(ready);
  EXPECT_EQ(script.operations, (std::vector<unsigned>{0x00, 0x03}));
  EXPECT_EQ(done.error().error.sentence(), "the library: TEST UNIT READY failed, and the device does not say why");
  EXPECT_FALSE(done.error().answered);
}

TEST_F(Session, ADeferredErrorIsAnEarlierCommands) {
  script.answers = {sense(4, 0x44, 0, 0x71)};
  EXPECT_TRUE(session.run(ready));
  script.otherwise = sense(4, 0x44, 0, 0x71);
  script.operations.clear();
  EXPECT_FALSE(session.run(ready));
  EXPECT_EQ(script.operations.size(), 2u);
}

TEST_F(Session, RecoveredErrorsAreNoErrors) {
  script.answers = {sense(1, 0x5D, 0)};
  EXPECT_TRUE(session.run(move));
  script.answers = {sense(0, 0, 0)};
  EXPECT_TRUE(session.run(ready));
}

TEST_F(Session, VendorsCodesMeanSomethingForTheirModelsOnly) {
  script.answers = {sense(5, 0x3B, 0xA0), sense(5, 0x3B, 0xA0)};
  session.set_model("HP", "MSL G3 Series");
  EXPECT_EQ(session.run(move).error().error.code, Errc::transport_full);
  session.set_model("QUANTUM", "Scalar i500");
  EXPECT_EQ(session.run(move).error().error.code, Errc::drive_media_mismatch);
}

TEST_F(Session, EveryCodeOfTheTableEndsWithinItsBounds) {
  for (auto const& row : scsi::sense_codes())
    for (bool const moves : {false, true}) {
      SCOPED_TRACE(row.meaning);
      script.operations.clear();
      script.otherwise = sense(row.key, row.asc, row.ascq);
      auto const begun = clock.now();
      session.set_patience(24min);
      auto const done = moves ? session.run(move) : session.run(ready);
      EXPECT_LE(clock.now() - begun, 24min);
      EXPECT_LE(script.operations.size(), moves ? 6u : 400u);
      EXPECT_TRUE(done || !done.error().error.detail.empty());
      EXPECT_TRUE(done || done.error().error.code != Errc::success);
    }
}

}  // namespace
}  // namespace rsm::test
