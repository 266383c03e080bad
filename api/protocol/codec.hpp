// Between message structs and JSON values.
//
// What for: the server decodes parameters strictly, clients decode replies leniently, both encode. Works for every type of
// types.def. Conventions of the wire: see messages.hpp.
// Strict: an unknown or missing member, a wrong type, a number that is no int64, an unknown word, a malformed GUID is
// Errc::invalid_parameter with object = path of the member ("params.media[1]") and a detail that says what was expected and
// what came. Optional members may be absent or null. The empty text is the zero id.
// Lenient: unknown members are ignored, GUIDs may have any spelling, an unknown word becomes "unknown" where the
// enumeration has that word.
// Marks of private words in what comes in become U+FFFD: nobody makes some up.
// Encoding cannot fail: bytes that are no UTF-8 become U+FFFD; an absent optional number is null, any other absent optional is
// left out. Thread rule: pure functions. This header is light; include <boost/json/value.hpp> where values are touched.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "api/protocol/shape.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/private_text.hpp"

namespace rsm::wire {

enum class Strictness { server_strict, client_lenient };

Result<> decode_into(Shape const& shape, void* object, boost::json::value const& value, Strictness strictness, std::string_view path);
boost::json::value encode_from(Shape const& shape, void const* object);
// The same as text, without the value in between: what a server answers with. What not everybody may read (libmgr/domain/private_text.hpp)
// is written as `reader` may see it. Appends.
void encode_text(Shape const& shape, void const* object, private_text::Reader const& reader, std::string& out);
// Bytes of the JSON text of this object, within a few percent and never less: for cutting pages.
std::size_t encoded_bytes(Shape const& shape, void const* object);

template <class T>
Result<T> decode(boost::json::value const& value, Strictness strictness, std::string_view path) {
  Result<T> out{T{}};
  if (auto decoded = decode_into(shape_of<T>(), &*out, value, strictness, path); !decoded)
    out = std::unexpected(std::move(decoded).error());
  return out;
}

template <class T, class Value = boost::json::value>  // a parameter only because the type is incomplete here
Value encode(T const& object) {
  return encode_from(shape_of<T>(), &object);
}

template <class T>
std::string encode_text(T const& object, private_text::Reader const& reader) {
  std::string out;
  encode_text(shape_of<T>(), &object, reader, out);
  return out;
}

template <class T>
std::size_t encoded_bytes(T const& object) {
  return encoded_bytes(shape_of<T>(), &object);
}

}  // namespace rsm::wire
