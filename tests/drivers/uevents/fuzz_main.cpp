// uevent_fuzz: what the decoder of events makes of messages with errors: changed, cut, longer, two mixed. Each message is memory of its own of exactly its
// length: the sanitizers see a byte read too far.
// usage: uevent_fuzz [--seed N] [--inputs N | --seconds N]   Exit: 0 good, 1 something was wrong, 2 usage.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "drivers/uevents/limits.hpp"
#include "drivers/uevents/uevent.hpp"
#include "libmgr/base/random.hpp"
#include "tests/drivers/uevents/messages.hpp"

namespace rsm::test {
namespace {

class Fuzzer {
 public:
  explicit Fuzzer(std::uint64_t seed) : random_(seed), corpus_(real_messages()) {}

  // False: what came out cannot be.
  bool one() {
    std::string const message = with_errors();
    auto const exact = std::make_unique<char[]>(message.size());
    std::memcpy(exact.get(), message.data(), message.size());
    auto const event = uevents::decode(std::span<char const>(exact.get(), message.size()));
    if (event) {
      ++understood_["in all"];
      ++understood_[message.starts_with("libudev") ? "of udevd" : "of the kernel"];
      if (event->device) ++understood_["with a device"];
      if (event->medium_changed) ++understood_["a changed medium"];
      if (event->eject_wanted) ++understood_["a pressed button"];
    } else {
      ++understood_["refused: " + event.error().detail];
    }
    return !event || (!event->action.empty() && message.size() <= limits::uevent_bytes_max);
  }
  std::map<std::string, std::uint64_t> const& understood() const { return understood_; }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_.next() % limit; }

  std::string with_errors() {
    std::string message = corpus_[below(corpus_.size())];
    for (std::size_t errors = below(6); errors > 0; --errors) {
      switch (below(5)) {
        case 0:
          if (!message.empty()) message[below(message.size())] = static_cast<char>(random_.next());
          break;
        case 1:
          message.resize(below(message.size() + 1));
          break;
        case 2:
          message.insert(below(message.size() + 1), std::string(below(40), static_cast<char>(below(2) == 0 ? 0 : random_.next())));
          break;
        case 3: {
          std::string const& other = corpus_[below(corpus_.size())];
          message += other.substr(below(other.size()));
          break;
        }
        default:
          if (message.size() > 24)  // the sizes in udevd's header
            for (std::size_t at = 12; at < 24; ++at)
              if (below(4) == 0) message[at] = static_cast<char>(random_.next());
      }
    }
    return message;
  }

  SeededRandom random_;
  std::vector<std::string> corpus_;
  std::map<std::string, std::uint64_t> understood_;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

int run(std::vector<std::string_view> const& words) {
  std::uint64_t seed = 1, inputs = 20'000;
  std::optional<std::uint64_t> seconds;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    auto const value = i + 1 < words.size() ? number(words[i + 1]) : std::nullopt;
    if (!value) return 2;
    if (words[i] == "--seed") seed = *value;
    else if (words[i] == "--inputs") inputs = *value;
    else if (words[i] == "--seconds") seconds = *value;
    else return 2;
  }
  Fuzzer fuzzer(seed);
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds.value_or(0));
  std::uint64_t done = 0;
  for (; seconds ? std::chrono::steady_clock::now() < end : done < inputs; ++done)
    if (!fuzzer.one()) return fmt::print("seed {}: input {} gave what cannot be\n", seed, done), 1;
  fmt::print("{} inputs, seed {}; understood:\n", done, seed);
  for (auto const& [what, count] : fuzzer.understood()) fmt::print("  {:50} {}\n", what, count);
  // Else it does not reach what stands behind the first checks.
  for (auto const* what : {"in all", "of udevd", "of the kernel", "with a device", "a changed medium", "a pressed button", "refused: a message of udevd lies about its size"}) {
    auto const found = fuzzer.understood().find(what);
    if (found == fuzzer.understood().end() || found->second < done / 200) return fmt::print("WRONG: met too rarely: {}\n", what), 1;
  }
  return 0;
}

}  // namespace
}  // namespace rsm::test

int main(int count, char** words) { return rsm::test::run(std::vector<std::string_view>(words + 1, words + count)); }
