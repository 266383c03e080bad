// Values as JSON and back, by their one description.
//
// What for: a struct described with BOOST_DESCRIBE_STRUCT, and whatever is made of such structs, numbers, texts, words, lists and
// choices, is written and read by one encoder and one decoder: the frames between daemon and handlers, the files of the emulated library.
// Form: a struct is an object with exactly its members; an enumeration its word; an empty optional null; a std::map with texts as keys an
// object; a choice (std::variant with Alternatives) an object with one member that names what it is.
// Other types get a form by specialising JsonForm (json_values.hpp has those of the domain).
// Reading is strict: every member is there, of its type and in its range, and no other. The first thing found wrong is kept, with its path
// ("reply.outcome.ok.full: ..."); what was read is then not to be used. Writing cannot fail: bytes that are no UTF-8 become U+FFFD.
// For .cpp files only (it brings Boost.JSON). Errors of parse_json and read_json: bad_format. Thread rule: pure functions.
#pragma once

#include <boost/describe/members.hpp>
#include <boost/json.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

// Where in a document the reader is, and what was found wrong so far.
class JsonPlace {
 public:
  JsonPlace(std::string_view name, std::string& problem) : name_(name), problem_(problem) {}
  JsonPlace member(std::string_view name) const { return JsonPlace(this, name, problem_); }
  JsonPlace element(std::size_t index) const { return JsonPlace(this, index, problem_); }
  std::string text() const;                // "reply.outcome.ok.elements[3]"
  void wrong(std::string_view why) const;  // counts only when nothing was wrong before
  bool fine() const { return problem_.empty(); }

 private:
  JsonPlace(JsonPlace const* parent, std::string_view name, std::string& problem) : parent_(parent), name_(name), problem_(problem) {}
  JsonPlace(JsonPlace const* parent, std::size_t index, std::string& problem) : parent_(parent), index_(index), problem_(problem) {}

  JsonPlace const* parent_ = nullptr;
  std::string_view name_;  // empty: an element of a list
  std::size_t index_ = 0;
  std::string& problem_;
};

// What a type is as JSON: static boost::json::value write(T const&) and static void read(boost::json::value const&, JsonPlace const&, T&).
template <class T>
struct JsonForm;

// The words of a std::variant's alternatives, in their order: specialise with a static array `words`.
template <class V>
struct Alternatives;

// Structs that people write: members that are optionals may be left out.
template <class T>
inline constexpr bool optional_members_may_be_absent = false;

// "" is never a problem. name: of the document, the start of every path.
Result<boost::json::value> parse_json(std::string_view text, std::string_view name, std::size_t bytes_max);
std::string hex_digits(std::string_view bytes);                            // lower case, two a byte
std::optional<std::string> bytes_of_hex_digits(std::string_view digits);

template <class T>
boost::json::value write_json(T const& value) {
  return JsonForm<T>::write(value);
}
template <class T>
std::string json_text(T const& value) {
  return boost::json::serialize(JsonForm<T>::write(value));
}
template <class T>
Result<T> read_json(std::string_view text, std::string_view name, std::size_t bytes_max) {
  RSM_TRY(boost::json::value const document, parse_json(text, name, bytes_max));
  std::string problem;
  Result<T> value{T{}};
  JsonForm<T>::read(document, JsonPlace(name, problem), *value);
  if (!problem.empty()) return fail(Errc::bad_format, std::string(name), problem);
  return value;
}

// ---- The forms

template <>
struct JsonForm<bool> {
  static boost::json::value write(bool value) { return value; }
  static void read(boost::json::value const& from, JsonPlace const& at, bool& to) {
    if (!from.is_bool()) return at.wrong("not true or false");
    to = from.get_bool();
  }
};

template <std::integral T>
struct JsonForm<T> {
  static boost::json::value write(T value) { return value; }
  static void read(boost::json::value const& from, JsonPlace const& at, T& to) {
    if (from.is_uint64() && std::in_range<T>(from.get_uint64()))
      to = static_cast<T>(from.get_uint64());
    else if (from.is_int64() && std::in_range<T>(from.get_int64()))
      to = static_cast<T>(from.get_int64());
    else if (from.is_int64() || from.is_uint64())
      at.wrong("not from " + std::to_string(std::numeric_limits<T>::min()) + " to " + std::to_string(std::numeric_limits<T>::max()));
    else
      at.wrong("not a whole number");
  }
};

template <>
struct JsonForm<std::string> {
  static boost::json::value write(std::string const& value);
  static void read(boost::json::value const& from, JsonPlace const& at, std::string& to) {
    if (!from.is_string()) return at.wrong("not a text");
    to.assign(from.get_string().data(), from.get_string().size());
  }
};

template <Worded E>
struct JsonForm<E> {
  static boost::json::value write(E value) { return boost::json::string(word(value)); }
  static void read(boost::json::value const& from, JsonPlace const& at, E& to) {
    auto const parsed = from.is_string() ? parse_word<E>(from.get_string()) : std::nullopt;
    if (!parsed) return at.wrong("this word is not known");
    to = *parsed;
  }
};

template <class T>
struct JsonForm<std::optional<T>> {
  static boost::json::value write(std::optional<T> const& value) { return value ? write_json(*value) : nullptr; }
  static void read(boost::json::value const& from, JsonPlace const& at, std::optional<T>& to) {
    if (!from.is_null()) JsonForm<T>::read(from, at, to.emplace());
  }
};

template <class T>
struct JsonForm<std::vector<T>> {
  static boost::json::value write(std::vector<T> const& values) {
    boost::json::array out;
    out.reserve(values.size());
    for (auto const& value : values) out.push_back(write_json(value));
    return out;
  }
  static void read(boost::json::value const& from, JsonPlace const& at, std::vector<T>& to) {
    auto const* array = from.if_array();
    if (array == nullptr) return at.wrong("not a list");
    to.reserve(array->size());
    for (auto const& value : *array) {
      if (!at.fine()) return;
      JsonPlace const here = at.element(to.size());
      JsonForm<T>::read(value, here, to.emplace_back());
    }
  }
};

template <class T>
struct JsonForm<std::map<std::string, T>> {
  static boost::json::value write(std::map<std::string, T> const& values) {
    boost::json::object out;
    out.reserve(values.size());
    for (auto const& [name, value] : values) out.emplace(write_json(name).get_string(), write_json(value));
    return out;
  }
  static void read(boost::json::value const& from, JsonPlace const& at, std::map<std::string, T>& to) {
    auto const* object = from.if_object();
    if (object == nullptr) return at.wrong("not an object");
    for (auto const& [name, value] : *object) {
      if (!at.fine()) return;
      JsonForm<T>::read(value, at.member(name), to[std::string(name)]);
    }
  }
};

template <class... Each>
struct JsonForm<std::variant<Each...>> {
  using Choice = std::variant<Each...>;
  static constexpr auto const& words = Alternatives<Choice>::words;
  static_assert(words.size() == sizeof...(Each));

  static boost::json::value write(Choice const& value) {
    return std::visit([&](auto const& one) { return boost::json::value(boost::json::object{{words[value.index()], write_json(one)}}); }, value);
  }
  static void read(boost::json::value const& from, JsonPlace const& at, Choice& to) {
    auto const* object = from.if_object();
    if (object == nullptr || object->size() != 1) return at.wrong("not an object with one member that says what it is");
    std::string_view const given = object->begin()->key();
    bool found = false;
    boost::mp11::mp_for_each<boost::mp11::mp_iota_c<sizeof...(Each)>>([&](auto index) {
      if (found || words[index] != given) return;
      found = true;
      JsonForm<std::variant_alternative_t<index, Choice>>::read(object->begin()->value(), at.member(given), to.template emplace<index>());
    });
    if (!found) at.member(given).wrong("not one of what it can be");
  }
};

template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <DescribedStruct T>
struct JsonForm<T> {
  using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

  static boost::json::value write(T const& value) {
    boost::json::object out;
    out.reserve(boost::mp11::mp_size<Members>::value);
    boost::mp11::mp_for_each<Members>([&](auto member) { out.emplace(member.name, write_json(value.*member.pointer)); });
    return out;
  }
  static void read(boost::json::value const& from, JsonPlace const& at, T& to) {
    auto const* object = from.if_object();
    if (object == nullptr) return at.wrong("not an object");
    std::size_t known = 0;
    boost::mp11::mp_for_each<Members>([&](auto member) {
      auto& part = to.*member.pointer;
      auto const* given = object->if_contains(member.name);
      if (given == nullptr) {
        if (!may_be_absent(part)) at.member(member.name).wrong("missing");
        return;
      }
      ++known;
      using Part = std::remove_reference_t<decltype(part)>;
      if (at.fine()) JsonForm<Part>::read(*given, at.member(member.name), part);
    });
    if (known != object->size()) refuse_others(*object, at);
  }

 private:
  template <class Part>
  static constexpr bool may_be_absent(Part const&) {
    return false;
  }
  template <class Part>
  static constexpr bool may_be_absent(std::optional<Part> const&) {
    return optional_members_may_be_absent<T>;
  }
  static void refuse_others(boost::json::object const& object, JsonPlace const& at) {
    for (auto const& [name, value] : object) {
      bool known = false;
      boost::mp11::mp_for_each<Members>([&, given = std::string_view(name)](auto member) { known = known || given == member.name; });
      if (!known) at.member(name).wrong("not a member that is known");
    }
  }
};

}  // namespace rsm
