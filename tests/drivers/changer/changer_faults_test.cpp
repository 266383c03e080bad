// Every model, every command of describe, inventory, move and exchange, every code of sense.json: each call ends within its bounds, says nothing wrong, and the
// next inventory is the library's. Each as the transport itself and through SG_IO. A run takes a part of the codes at each command, another one for each
// command, model and way; all of them at all (some minutes): CHANGER_TEST_CODES=all.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "drivers/changer/limits.hpp"
#include "tests/drivers/changer/bench.hpp"
#include "tests/drivers/scsi/case_file.hpp"

namespace rsm::test {
namespace {

using Kind = Fault::Kind;

std::vector<Buffer> const& all_codes() {
  static auto const codes = all_sense_codes(SCSI_CASES "/sense.json");
  return codes;
}

// Few elements: what is tested here does not depend on their number.
LibraryModel small(LibraryModel model) {
  model.elements.storage.count = std::min<std::uint16_t>(model.elements.storage.count, 6);
  model.elements.import_export.count = std::min<std::uint16_t>(model.elements.import_export.count, 1);
  model.elements.drive.count = std::min<std::uint16_t>(model.elements.drive.count, 2);
  return model;
}

constexpr std::array port_errors = {Errc::timeout, Errc::device_not_available, Errc::empty, Errc::not_empty, Errc::not_ready, Errc::medium_not_accessible, Errc::gen_failure, Errc::resource_not_present};

void expect_port_error(Error const& error, bool of_exchange) {
  bool const refused = of_exchange && error.code == Errc::not_supported;
  EXPECT_TRUE(refused || std::ranges::find(port_errors, error.code) != port_errors.end()) << error.text();
  EXPECT_FALSE(error.object.empty() || error.detail.empty()) << error.text();
}

class Course {
 public:
  Course(LibraryModel const& model, Way way) : bench_(model, way) {}

  // The commands that a course without fault takes.
  std::size_t undisturbed() {
    run();
    return bench_.library->commands();
  }
  // Of MOVE MEDIUM (A5h) or EXCHANGE MEDIUM (A6h); none: it was not sent.
  std::optional<std::size_t> place_of(std::uint8_t operation) const {
    auto const& operations = bench_.library->operations();
    auto const at = std::ranges::find(operations, operation);
    return at != operations.end() ? std::optional(static_cast<std::size_t>(at - operations.begin()) + 1) : std::nullopt;
  }
  void spoiled(std::size_t nth, Fault fault) {
    bench_.library->spoil(nth, std::move(fault));
    run();
    bench_.library->heal();
    expect_the_truth();
  }

 private:
  template <class Call>
  auto bounded(Millis limit, Call call, bool of_exchange = false) {
    auto const begun = bench_.clock.now();
    auto const commands = bench_.library->commands();
    auto result = call();
    EXPECT_LE(bench_.clock.now() - begun, limit);
    EXPECT_LE(bench_.library->commands() - commands, 400u);
    if (!result) expect_port_error(result.error(), of_exchange);
    return result;
  }

  void run() {
    auto const described = bounded(limits::status_limit, [&] { return bench_.changer.describe(); });
    if (described) {
      EXPECT_EQ(described->serial, "LIB0004711");
      EXPECT_EQ(described->elements, bench_.book.ranges());
    }
    std::vector<port::ElementStatus> all;
    bool whole = true;
    for (auto const& range : bench_.book.ranges()) {
      auto seen = bounded(limits::inventory_limit, [&] { return bench_.changer.elements({range}); });
      whole = whole && seen;
      if (seen) all.insert(all.end(), seen->elements.begin(), seen->elements.end());
    }
    EXPECT_EQ(whole ? bench_.difference(all, false) : "", "");
    Element const slot = bench_.full_slot(), drive{ElementKind::drive, 0};
    std::string const cartridge = bench_.cell(slot).cartridge;
    auto const moved = bounded(limits::move_limit + limits::scsi_move_limit, [&] { return bench_.changer.move({slot, drive}); });
    EXPECT_TRUE(!moved || bench_.cell(drive).cartridge == cartridge);
    EXPECT_LE(bench_.library->moves(), 1u);
    exchange();
  }

  void exchange() {
    if (!bench_.library->model().exchanges) return;
    Element const one{ElementKind::slot, 2}, other{ElementKind::slot, 4};
    std::string const first = bench_.cell(one).cartridge, second = bench_.cell(other).cartridge;
    auto const moves = bench_.library->moves();
    auto const done = bounded(limits::move_limit + limits::scsi_move_limit, [&] { return bench_.changer.move({one, other, false, true}); }, true);
    // Both slots stay full: that a device says "done" and has not done it shows only in the bar codes, which the caller compares.
    bool const exchanged = bench_.cell(one).cartridge == second && bench_.cell(other).cartridge == first;
    EXPECT_TRUE(!done || exchanged || bench_.library->moves() == moves);
    EXPECT_LE(bench_.library->moves() - moves, 1u);
  }

  void expect_the_truth() {
    auto const seen = bench_.inventory();
    ASSERT_TRUE(seen) << seen.error().text();
    EXPECT_EQ(bench_.difference(*seen), "");
    EXPECT_EQ(bench_.cartridges(), (bench_.library->model().elements.storage.count + 1u) / 2);
  }

  Bench bench_;
};

class Faults : public ::testing::TestWithParam<std::tuple<LibraryModel, Way>> {
 protected:
  LibraryModel const model_ = small(std::get<LibraryModel>(GetParam()));
  Way const way_ = std::get<Way>(GetParam());
  std::size_t const commands_ = Course(model_, way_).undisturbed(), move_ = command(0xA5).value();

  // `code`: its place in the list.
  bool is_taken(std::size_t nth, std::size_t code) const {
    constexpr std::size_t part = 16;
    static bool const all = std::getenv("CHANGER_TEST_CODES") != nullptr;
    return all || (nth + code + model_.id.size() + (way_ == Way::sg_io ? part / 2 : 0)) % part == 0;
  }

  // At MOVE MEDIUM and EXCHANGE MEDIUM only.
  void at_the_moves(Kind kind) {
    for (auto const& code : all_codes())
      for (auto const nth : {std::optional(move_), command(0xA6)}) {
        if (HasFailure()) return;
        if (!nth) continue;
        SCOPED_TRACE("command " + std::to_string(*nth) + ", sense " + hex_of(code));
        Course(model_, way_).spoiled(*nth, {.kind = kind, .sense = code});
      }
  }
  std::optional<std::size_t> command(std::uint8_t operation) const {
    Course course(model_, way_);
    course.undisturbed();
    return course.place_of(operation);
  }

  void each_command(Fault const& fault, std::optional<std::size_t> code = {}) {
    for (std::size_t nth = 1; nth <= commands_ && !HasFailure(); ++nth) {
      if (code && !is_taken(nth, *code)) continue;
      SCOPED_TRACE("command " + std::to_string(nth) + ", sense " + hex_of(fault.sense) + ", kind " + std::to_string(static_cast<int>(fault.kind)));
      Course(model_, way_).spoiled(nth, fault);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Changer, Faults, ::testing::Combine(::testing::ValuesIn(all_models()), ::testing::Values(Way::transport, Way::sg_io)), [](auto const& one) {
  std::string name = std::get<LibraryModel>(one.param).id + (std::get<Way>(one.param) == Way::sg_io ? "_sg_io" : "");
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(Faults, EveryCodeAtEveryCommand) {
  for (std::size_t code = 0; code < all_codes().size(); ++code) each_command({.kind = Kind::sense, .sense = all_codes()[code]}, code);
}

TEST_P(Faults, EveryCodeForGood) {
  for (std::size_t code = 0; code < all_codes().size(); ++code)
    for (std::size_t const nth : {std::size_t{1}, commands_ / 2, move_}) {
      if (HasFailure()) return;
      if (!is_taken(nth, code)) continue;
      SCOPED_TRACE("from command " + std::to_string(nth) + " on, sense " + hex_of(all_codes()[code]));
      Course(model_, way_).spoiled(nth, {.kind = Kind::sense, .sense = all_codes()[code], .times = 100'000});
    }
}

TEST_P(Faults, MovedAndThenAnError) { at_the_moves(Kind::error_after); }

TEST_P(Faults, MovedHalfWay) { at_the_moves(Kind::error_half_way); }

TEST_P(Faults, NoAnswer) {
  each_command({.kind = Kind::silent});
  each_command({.kind = Kind::silent_after});
  for (std::size_t const nth : {std::size_t{1}, commands_ / 2, move_}) Course(model_, way_).spoiled(nth, {.kind = Kind::silent, .times = 100'000});
}

TEST_P(Faults, AnswersThatAreCut) {
  for (std::size_t const bytes : {0u, 1u, 4u, 7u, 8u, 9u, 15u, 16u, 17u, 28u, 40u, 67u, 68u, 69u, 100u}) each_command({.kind = Kind::cut, .bytes = bytes});
}

}  // namespace
}  // namespace rsm::test
