#include "drivers/emulated/emulated_changer.hpp"

#include "drivers/block/folder.hpp"
#include "drivers/emulated/waiting.hpp"

namespace rsm::emulated {
namespace {

class EmulatedChanger final : public handler::BlockingChanger {
 public:
  EmulatedChanger(LibraryDirectory library, UniqueFd in_use) : library_(std::move(library)), in_use_(std::move(in_use)) {}

  Result<port::ChangerDescription> describe() override {
    return library_.look([](Hardware const& hardware) -> Result<port::ChangerDescription> { return hardware.describe(); });
  }

  Result<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) override {
    auto const ask = [&](Hardware& hardware) -> Result<Hold> { return hardware.begin_elements(ranges, real_now()); };
    RSM_TRY(Hold const hold, library_.change(ask));
    RSM_CHECK(wait_while_held(library_, hold));
    return library_.change([&](Hardware& hardware) { return hardware.elements(ranges, real_now()); });
  }

  Result<> move(port::Move const& what) override {
    RSM_CHECK(begin(what));
    RSM_CHECK(wait_until_still());
    return library_.change([](Hardware& hardware) { return hardware.finish_move(real_now()); });
  }

  Result<> extend_port(std::uint32_t number, bool extend) override {
    return library_.change([&](Hardware& hardware) { return hardware.extend_port(number, extend, real_now()); });
  }

  Result<> unlock_door(bool unlock) override {
    return library_.change([&](Hardware& hardware) { return hardware.lock_door(!unlock, real_now()); });
  }

 private:
  // Between the end of a foreign move and ours, a person may be quicker: then the arm is busy again, and we wait again.
  Result<> begin(port::Move const& what) {
    for (;;) {
      RSM_CHECK(wait_until_still());
      auto const begun = library_.change([&](Hardware& hardware) { return hardware.begin_move(what, real_now()); });
      if (begun) return {};
      if (begun.error().code != Errc::busy) return std::unexpected(begun.error());
    }
  }

  Result<> wait_until_still() {
    for (;;) {
      RSM_TRY(auto const end, library_.look([](Hardware const& hardware) -> Result<MaybeTime> {
        return hardware.state().motion ? MaybeTime(hardware.state().motion->end) : std::nullopt;
      }));
      if (!end) return {};
      sleep_towards(*end);
    }
  }

  LibraryDirectory library_;
  UniqueFd in_use_;  // shared lock: somebody serves this changer
};

}  // namespace

Result<std::unique_ptr<handler::BlockingChanger>> make_emulated_changer(std::string const& directory) {
  RSM_TRY(LibraryDirectory library, LibraryDirectory::open(directory));
  auto in_use = library.lock_in_use(std::nullopt, block::LockKind::shared);
  if (!in_use && in_use.error().code == Errc::busy) return fail(Errc::busy, library.path(), "somebody is cleaning this library; try again");
  if (!in_use) return std::unexpected(in_use.error());
  return std::make_unique<EmulatedChanger>(std::move(library), std::move(*in_use));
}

}  // namespace rsm::emulated
