// A record as the wire shows it: every member that both have, by its name.
//
// What for: a view is derived from two descriptions (BOOST_DESCRIBE_STRUCT at the record and in api/protocol/messages.hpp), so a new
// field of a record appears on the wire when it stands in both, and nothing has to be written between them. Times become milliseconds
// UTC, a duration `x` becomes `x_ms`; members of one name whose types do not fit (a slot's number and a slot's id) are left to the view.
// show_codes() fills each `x_code` from its word `x`. Errors: none. Thread rule: pure functions.
#pragma once

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <optional>
#include <string_view>

#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm::server {
namespace shown {

template <class T>
using members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

constexpr bool equal(std::string_view name, std::string_view other, std::string_view ending) {
  return name.size() == other.size() + ending.size() && name.starts_with(other) && name.ends_with(ending);
}

inline void put(std::int64_t& out, TimePoint value) { out = to_ms(value); }
inline void put(std::optional<std::int64_t>& out, MaybeTime value) { out = value ? std::optional(to_ms(*value)) : std::nullopt; }
inline void put(std::int64_t& out, Millis value) { out = value.count(); }
template <class To, class From>
  requires(!std::integral<To> && std::is_assignable_v<To&, From const&>) || (std::integral<To> && std::integral<From> && std::same_as<To, bool> == std::same_as<From, bool>)
void put(To& out, From const& value) {
  if constexpr (std::integral<To>)
    out = static_cast<To>(value);
  else
    out = value;
}

template <class To, class From>
concept Fits = requires(To& out, From const& value) { put(out, value); };

}  // namespace shown

template <class Info, class Record>
void show(Info& out, Record const& record) {
  using boost::mp11::mp_for_each;
  mp_for_each<shown::members<Record>>([&]<class From>(From) {
    mp_for_each<shown::members<Info>>([&]<class To>(To) {
      using Value = std::remove_cvref_t<decltype(record.*From::pointer)>;
      constexpr bool same = shown::equal(To::name, From::name, "") || (std::same_as<Value, Millis> && shown::equal(To::name, From::name, "_ms"));
      if constexpr (same && shown::Fits<std::remove_cvref_t<decltype(out.*To::pointer)>, Value>) shown::put(out.*To::pointer, record.*From::pointer);
    });
  });
}

template <class Info>
void show_codes(Info& out) {
  using boost::mp11::mp_for_each;
  mp_for_each<shown::members<Info>>([&]<class Word>(Word) {
    if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(out.*Word::pointer)>>)
      mp_for_each<shown::members<Info>>([&]<class Code>(Code) {
        if constexpr (shown::equal(Code::name, Word::name, "_code")) out.*Code::pointer = number(out.*Word::pointer);
      });
  });
}

// The Info of a record that needs nothing else.
template <class Info, class Record>
Info shown_as(Record const& record) {
  Info out;
  show(out, record);
  show_codes(out);
  return out;
}

}  // namespace rsm::server
