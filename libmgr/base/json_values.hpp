// The domain's own values as JSON: places, labels, errors, times.
//
// What for: see json_form.hpp. An element is "slot 3"; the bytes of a label's id are hexadecimal digits; an error is its Win32 number with
// its texts; a Result is {"ok": ...} or {"error": ...}; times are milliseconds (since 1970 UTC), as whole numbers. For .cpp files only. Thread rule: pure functions.
#pragma once

#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm {

template <>
struct JsonForm<Element> {
  static boost::json::value write(Element value) { return boost::json::string(value.text()); }
  static void read(boost::json::value const& from, JsonPlace const& at, Element& to);
};

template <>
struct JsonForm<Omid> {
  static boost::json::value write(Omid const& value);
  static void read(boost::json::value const& from, JsonPlace const& at, Omid& to);
};

template <>
struct JsonForm<Error> {
  static boost::json::value write(Error const& value);
  static void read(boost::json::value const& from, JsonPlace const& at, Error& to);
};

template <>
struct JsonForm<Millis> {
  static boost::json::value write(Millis value) { return std::int64_t{value.count()}; }
  static void read(boost::json::value const& from, JsonPlace const& at, Millis& to);
};

template <>
struct JsonForm<TimePoint> {
  static boost::json::value write(TimePoint value) { return std::int64_t{to_ms(value)}; }
  static void read(boost::json::value const& from, JsonPlace const& at, TimePoint& to);
};

template <class T>
struct JsonForm<Result<T>> {
  static boost::json::value write(Result<T> const& value) {
    if (!value) return boost::json::object{{"error", write_json(value.error())}};
    return boost::json::object{{"ok", write_json(*value)}};
  }
  static void read(boost::json::value const& from, JsonPlace const& at, Result<T>& to) {
    auto const* object = from.if_object();
    if (object == nullptr || object->size() != 1) return at.wrong("neither ok nor an error");
    if (auto const* ok = object->if_contains("ok")) return JsonForm<T>::read(*ok, at.member("ok"), to.emplace());
    auto const* error = object->if_contains("error");
    if (error == nullptr) return at.wrong("neither ok nor an error");
    Error read;
    JsonForm<Error>::read(*error, at.member("error"), read);
    to = std::unexpected(std::move(read));
  }
};

}  // namespace rsm
