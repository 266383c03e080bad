// Libraries that answer anything: bytes that are changed, cut or made up, statuses and sense data by chance. Every call ends within its bounds in a value
// or in an error of the port, and a library that has come to its senses is understood again.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "libmgr/domain/limits.hpp"
#include "tests/drivers/changer/bench.hpp"

namespace rsm::test {
namespace {

class HostileLibrary final : public scsi::Transport {
 public:
  HostileLibrary(LibraryModel const& model, VirtualClock& clock, unsigned seed) : library_(model, clock), clock_(clock), chance_(seed) {}

  Result<scsi::Answer> send(scsi::Request const& request) override {
    ++commands;
    auto answer = library_.send(request);
    if (calm || chance(4) != 0) return answer;
    switch (chance(6)) {
      case 0: clock_.wait(request.limit); return fail(Errc::timeout, name(), "no answer in time");
      case 1: return fail(Errc::device_not_available, name(), "the way to the device failed");
      case 2: return scsi::Answer{.status = static_cast<std::uint8_t>(chance(256))};
      case 3: return scsi::Answer{.status = scsi::status_check_condition, .sense = random_sense()};
      case 4: spoil(request.in); break;
      default: break;
    }
    if (answer) answer->transferred = std::min<std::size_t>(request.in.size(), chance(2) == 0 ? answer->transferred : chance(200));
    return answer;
  }
  std::string const& name() const override { return library_.name(); }

  bool calm = false;
  std::size_t commands = 0;

 private:
  unsigned chance(unsigned below) { return static_cast<unsigned>(chance_() % below); }
  void spoil(std::span<std::byte> data) {
    std::size_t const reach = std::min<std::size_t>(data.size(), 200);
    for (unsigned i = 0; reach != 0 && i < 4; ++i) data[chance(static_cast<unsigned>(reach))] = static_cast<std::byte>(chance(256));
  }
  std::vector<std::byte> random_sense() {
    std::vector<std::byte> sense(chance(40));
    for (auto& byte : sense) byte = static_cast<std::byte>(chance(256));
    if (!sense.empty() && chance(3) != 0) sense[0] = static_cast<std::byte>(0x70 + chance(4));
    return sense;
  }

  ScriptedLibrary library_;
  VirtualClock& clock_;
  std::mt19937 chance_;
};

class Hostile {
 public:
  explicit Hostile(LibraryModel const& model, unsigned seed) : library_(new HostileLibrary(model, clock_, seed)), changer_(std::unique_ptr<scsi::Transport>(library_), clock_) {}

  void ask_everything() {
    check([&] { return changer_.describe(); });
    for (auto const kind : {ElementKind::slot, ElementKind::drive, ElementKind::arm}) check([&] { return changer_.elements({{kind, 0, 1}}); });
    check([&] { return changer_.move({{ElementKind::slot, 0}, {ElementKind::drive, 0}}); });
    check([&] { return changer_.extend_port(0, false); });
  }
  void calm_down() {
    library_->calm = true;
    auto const said = changer_.describe();
    ASSERT_TRUE(said) << said.error().text();
    EXPECT_EQ(said->serial, "LIB0004711");
    auto const seen = changer_.elements({{ElementKind::slot, 0, 2}, {ElementKind::drive, 0, 1}});
    EXPECT_TRUE(seen) << seen.error().text();
  }

 private:
  template <class Call>
  void check(Call call) {
    constexpr std::array errors = {Errc::timeout, Errc::device_not_available, Errc::empty, Errc::not_empty, Errc::not_ready, Errc::medium_not_accessible, Errc::resource_not_present};
    auto const begun = clock_.now();
    auto const commands = library_->commands;
    auto const result = call();
    EXPECT_LE(clock_.now() - begun, limits::move_limit + limits::move_limit);
    EXPECT_LE(library_->commands - commands, 1500u);
    if (result) return;
    EXPECT_NE(std::ranges::find(errors, result.error().code), errors.end()) << result.error().text();
    EXPECT_FALSE(result.error().detail.empty());
  }

  VirtualClock clock_;
  HostileLibrary* library_;
  changer::MediumChanger changer_;
};

TEST(HostileLibraries, AreSurvived) {
  for (auto const& model : all_models())
    for (unsigned seed = 0; seed < 60 && !::testing::Test::HasFailure(); ++seed) {
      SCOPED_TRACE(model.id + ", seed " + std::to_string(seed));
      Hostile hostile(model, seed);
      hostile.ask_everything();
      hostile.ask_everything();
      hostile.calm_down();
    }
}

}  // namespace
}  // namespace rsm::test
