// Every vector of the files of cases, cut at every byte: what is decoded of the beginning is the beginning of what is decoded of the whole.
// Each piece is memory of its own of exactly its length: the address sanitizer sees a byte read too far.
#include <gtest/gtest.h>

#include <algorithm>

#include "drivers/scsi/element_status.hpp"
#include "drivers/scsi/identity.hpp"
#include "drivers/scsi/mam.hpp"
#include "drivers/scsi/mode_pages.hpp"
#include "drivers/scsi/sense_actions.hpp"
#include "drivers/scsi/stream.hpp"
#include "drivers/scsi/tape_alert.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

std::string file(std::string_view name) { return SCSI_CASES "/" + std::string(name) + ".json"; }

// Of long answers, not every byte behind the first thousand.
std::size_t next_cut(std::size_t length) { return length < 1024 ? length + 1 : length + 4999; }

template <class Look>
void cut_everywhere(Buffer const& whole, Look&& look) {
  for (std::size_t length = 0; length <= whole.size(); length = next_cut(length)) look(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
}

TEST(Truncation, ElementStatusIsABeginningOfTheWhole) {
  for (auto const& vector : all_vectors({file("element-status")})) {
    SCOPED_TRACE(vector.name);
    auto const whole = scsi::decode_element_status(vector.bytes, vector.allocation);
    cut_everywhere(vector.bytes, [&](Buffer const& piece) {
      auto const cut = scsi::decode_element_status(piece, vector.allocation);
      ASSERT_LE(cut.elements.size(), whole.elements.size());
      ASSERT_TRUE(std::equal(cut.elements.begin(), cut.elements.end(), whole.elements.begin()));
      ASSERT_FALSE(cut.partial && cut.status != scsi::AnswerStatus::truncated);
      bool const short_of_elements = cut.elements.size() < whole.elements.size();
      bool const bytes_announced = std::ranges::find(whole.anomalies, scsi::Anomaly::header_count_zero) == whole.anomalies.end();
      bool const promised = bytes_announced && whole.elements.size() <= whole.announced_elements;
      ASSERT_FALSE(short_of_elements && promised && cut.status == scsi::AnswerStatus::complete) << piece.size();
    });
  }
}

TEST(Truncation, SenseData) {
  for (auto const& vector : all_vectors({file("sense")})) {
    SCOPED_TRACE(vector.name);
    auto const whole = scsi::decode_sense(vector.bytes);
    cut_everywhere(vector.bytes, [&](Buffer const& piece) {
      auto const cut = scsi::decode_sense(piece);
      ASSERT_TRUE(cut.format == whole.format || cut.format == scsi::SenseFormat::none);
      ASSERT_TRUE(cut.format == scsi::SenseFormat::none || cut.key == whole.key);
      ASSERT_TRUE(!cut.information || cut.information == whole.information);
      ASSERT_FALSE(scsi::action_for({}, cut).meaning.empty());
    });
  }
}

TEST(Truncation, TapeAlertKnowsWhatItDoesNotKnow) {
  for (auto const& vector : all_vectors({file("tapealert")})) {
    SCOPED_TRACE(vector.name);
    auto const whole = scsi::decode_tape_alerts(vector.bytes);
    cut_everywhere(vector.bytes, [&](Buffer const& piece) {
      auto const cut = scsi::decode_tape_alerts(piece);
      for (unsigned const number : cut.set.numbers()) ASSERT_TRUE(whole.set.has(number));
      ASSERT_TRUE(cut.status != scsi::AnswerStatus::complete || cut.reported == whole.reported);
    });
  }
}

TEST(Truncation, OfTheOtherAnswers) {
  cut_everywhere(inquiry_answer(), [](Buffer const& piece) { ASSERT_EQ(scsi::decode_inquiry(piece).has_value(), piece.size() >= 5); });
  cut_everywhere(serial_number_answer(), [](Buffer const& piece) { ASSERT_EQ(scsi::decode_serial_number(piece).has_value(), piece.size() >= 4); });
  cut_everywhere(designators_answer(), [](Buffer const& piece) {
    auto const designators = scsi::decode_designators(piece);
    ASSERT_EQ(designators && designators->complete, piece.size() == designators_answer().size());
  });
  cut_everywhere(mode_sense_6_answer(), [](Buffer const& piece) {
    auto const sense = scsi::decode_mode_sense_6(piece);
    ASSERT_EQ(sense.has_value(), piece.size() >= 4);
    for (std::size_t i = 0; sense && i < sense->pages.size(); ++i) {
      auto const& page = sense->pages[i];
      ASSERT_TRUE(page.cut || scsi::decode_element_addresses(page) || scsi::decode_transports(page) || scsi::decode_capabilities(page));
    }
  });
  cut_everywhere(mode_sense_10_answer(), [](Buffer const& piece) { ASSERT_EQ(scsi::decode_mode_sense_10(piece).has_value(), piece.size() >= 8); });
  cut_everywhere(medium_memory_answer(), [](Buffer const& piece) {
    auto const memory = scsi::decode_medium_memory(piece);
    ASSERT_EQ(memory && memory->complete, piece.size() == medium_memory_answer().size());
  });
}

TEST(Truncation, OfWhatTapeDrivesAnswer) {
  using Form = scsi::ReadPosition::Form;
  auto const cut_position = [](Buffer const& whole, Form form) {
    cut_everywhere(whole, [&](Buffer const& piece) { ASSERT_EQ(scsi::decode_read_position(piece, form).has_value(), piece.size() == whole.size()); });
  };
  cut_position(short_position_answer(), Form::brief);
  cut_position(long_position_answer(), Form::full);
  cut_position(extended_position_answer(), Form::extended);
  cut_everywhere(block_limits_answer(), [](Buffer const& piece) { ASSERT_EQ(scsi::decode_block_limits(piece).has_value(), piece.size() >= 6); });
  cut_everywhere(tape_mode_6_answer(), [](Buffer const& piece) {
    auto const mode = scsi::decode_mode_sense_6(piece);
    ASSERT_EQ(mode.has_value(), piece.size() >= 4);
    ASSERT_EQ(mode && scsi::tape_format(*mode), piece.size() >= 12);
  });
  cut_everywhere(tape_mode_10_answer(), [](Buffer const& piece) {
    auto const mode = scsi::decode_mode_sense_10(piece);
    ASSERT_EQ(mode.has_value(), piece.size() >= 8);
    ASSERT_EQ(mode && scsi::tape_format(*mode), piece.size() >= 16);
  });
}

// What every decoder makes of what is meant for another one: anything, within bounds.
TEST(Truncation, EveryDecoderOnEveryVector) {
  for (auto const& vector : all_vectors({file("element-status"), file("sense"), file("tapealert")})) {
    SCOPED_TRACE(vector.name);
    cut_everywhere(vector.bytes, [](Buffer const& piece) {
      (void)scsi::decode_sense(piece);
      (void)scsi::decode_tape_alerts(piece);
      (void)scsi::decode_inquiry(piece);
      (void)scsi::decode_serial_number(piece);
      (void)scsi::decode_designators(piece);
      (void)scsi::decode_mode_sense_6(piece);
      (void)scsi::decode_mode_sense_10(piece);
      (void)scsi::decode_medium_memory(piece);
      (void)scsi::decode_read_position(piece, scsi::ReadPosition::Form::extended);
      (void)scsi::decode_block_limits(piece);
      (void)scsi::decode_read(scsi::decode_sense(piece), 65'536, piece.size());
    });
  }
}

}  // namespace
}  // namespace rsm::test
