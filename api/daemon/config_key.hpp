// One key of the configuration as a value: its name, what is allowed, how it is read, what it is by default.
//
// What for: config_keys.cpp lists the keys with these makers; config.cpp walks a file with that list. read() gives a sentence
// ("must be ...") when the value is refused and leaves the target alone then. Units: seconds for *_s, milliseconds for *_ms.
// Thread rule: values.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libmgr/domain/time.hpp"

namespace rsm::daemon {

// A value of the file, without the parser's types.
struct ConfigValue {
  std::optional<std::string> text;
  std::optional<std::int64_t> whole;
  std::optional<bool> flag;
  std::optional<std::vector<std::string>> texts;  // a list of strings, and of nothing else
  std::optional<std::vector<std::int64_t>> wholes;  // a list of whole numbers, and of nothing else
  std::string found;  // "a string", "a table": for the sentence
};

using Refusal = std::optional<std::string>;

template <class Target>
struct Key {
  std::string name;
  std::string allowed;
  std::function<Refusal(ConfigValue const&, Target&)> read;
  std::function<std::string(Target const&)> show;  // as it would stand in the file
  bool required = false;
  bool required_by_driver = false;  // of the library: it has no default, and config.cpp says which driver needs it
};

inline std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", text);
}
inline Refusal must_be(std::string_view allowed, ConfigValue const& value) {
  return fmt::format("must be {}; it is {}", allowed, value.found);
}

// `check` gives a sentence when the text is refused.
template <class Target, class Member>
Key<Target> text_key(std::string name, std::string allowed, Member member, Refusal (*check)(std::string const&)) {
  auto read = [allowed, member, check](ConfigValue const& value, Target& target) -> Refusal {
    if (!value.text) return must_be(allowed, value);
    if (auto refused = check(*value.text)) return refused;
    member(target) = *value.text;
    return {};
  };
  auto show = [member](Target const& target) { return in_quotes(member(const_cast<Target&>(target))); };
  return {std::move(name), std::move(allowed), read, show};
}

// A list of strings. `check` gives a sentence when one of them is refused.
template <class Target, class Member>
Key<Target> texts_key(std::string name, std::string allowed, Member member, std::size_t most, Refusal (*check)(std::string const&)) {
  auto read = [allowed, member, most, check](ConfigValue const& value, Target& target) -> Refusal {
    if (!value.texts) return must_be(allowed, value);
    if (value.texts->size() > most) return fmt::format("must have at most {} strings; it has {}", most, value.texts->size());
    for (auto const& text : *value.texts)
      if (auto refused = check(text)) return refused;
    member(target) = *value.texts;
    return {};
  };
  auto show = [member](Target const& target) {
    std::string all;
    for (auto const& text : member(const_cast<Target&>(target))) all += (all.empty() ? "" : ", ") + in_quotes(text);
    return "[" + all + "]";
  };
  return {std::move(name), std::move(allowed), read, show};
}

// A duration; Unit says how the file counts it.
template <class Unit, class Target, class Member>
Key<Target> duration_key(std::string name, Member member, std::int64_t lowest, std::int64_t highest) {
  std::string allowed = fmt::format("a whole number, {} to {}", lowest, highest);
  auto read = [allowed, member, lowest, highest](ConfigValue const& value, Target& target) -> Refusal {
    if (!value.whole || *value.whole < lowest || *value.whole > highest) return must_be(allowed, value);
    member(target) = Unit{*value.whole};
    return {};
  };
  auto show = [member](Target const& target) {
    return std::to_string(std::chrono::duration_cast<Unit>(member(const_cast<Target&>(target))).count());
  };
  return {std::move(name), std::move(allowed), read, show};
}

// A number without a unit, or one that counts things.
template <class Target, class Member>
Key<Target> number_key(std::string name, Member member, std::int64_t lowest, std::int64_t highest) {
  std::string allowed = fmt::format("a whole number, {} to {}", lowest, highest);
  auto read = [allowed, member, lowest, highest](ConfigValue const& value, Target& target) -> Refusal {
    if (!value.whole || *value.whole < lowest || *value.whole > highest) return must_be(allowed, value);
    auto& number = member(target);
    number = static_cast<std::remove_reference_t<decltype(number)>>(*value.whole);
    return {};
  };
  auto show = [member](Target const& target) { return std::to_string(member(const_cast<Target&>(target))); };
  return {std::move(name), std::move(allowed), read, show};
}

// A list of whole numbers, each once, at least one.
template <class Target, class Member>
Key<Target> numbers_key(std::string name, Member member, std::int64_t lowest, std::int64_t highest, std::size_t most) {
  std::string allowed = fmt::format("a list of whole numbers, {} to {}", lowest, highest);
  auto read = [allowed, member, lowest, highest, most](ConfigValue const& value, Target& target) -> Refusal {
    if (!value.wholes) return must_be(allowed, value);
    auto const& numbers = *value.wholes;
    if (numbers.empty() || numbers.size() > most) return fmt::format("must have 1 to {} numbers; it has {}", most, numbers.size());
    for (auto number = numbers.begin(); number != numbers.end(); ++number) {
      if (*number < lowest || *number > highest) return fmt::format("must be {}; {} is not", allowed, *number);
      if (std::find(numbers.begin(), number, *number) != number) return fmt::format("{} stands in it twice", *number);
    }
    member(target) = {numbers.begin(), numbers.end()};
    return {};
  };
  return {std::move(name), std::move(allowed), read, [](Target const&) { return std::string("[]"); }};
}

template <class Target, class Member>
Key<Target> flag_key(std::string name, Member member) {
  auto read = [member](ConfigValue const& value, Target& target) -> Refusal {
    if (!value.flag) return must_be("true or false", value);
    member(target) = *value.flag;
    return {};
  };
  auto show = [member](Target const& target) { return member(const_cast<Target&>(target)) ? "true" : "false"; };
  return {std::move(name), "true or false", read, show};
}

// One of a few words.
template <class Target, class Member, class Value>
Key<Target> word_key(std::string name, Member member, std::vector<std::pair<std::string, Value>> words) {
  std::string allowed;
  for (auto const& [word, value] : words) allowed += (allowed.empty() ? "" : word == words.back().first ? " or " : ", ") + in_quotes(word);
  auto read = [allowed, member, words](ConfigValue const& value, Target& target) -> Refusal {
    for (auto const& [word, meaning] : words)
      if (value.text == word) {
        member(target) = meaning;
        return {};
      }
    return must_be(allowed, value);
  };
  auto show = [member, words](Target const& target) {
    for (auto const& [word, meaning] : words)
      if (meaning == member(const_cast<Target&>(target))) return in_quotes(word);
    return std::string{};
  };
  return {std::move(name), std::move(allowed), read, show};
}

}  // namespace rsm::daemon
