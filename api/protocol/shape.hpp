// What a message type looks like, at run time.
//
// What for: one small engine each for decoding, encoding, JSON Schema and the documentation, instead of one instantiation for
// every type: a Shape names the members of a described struct and gives access to an object of it. Shapes are made once
// from the descriptions of messages.hpp and live for ever.
// Errors: none; a type without a row in types.def does not link. Thread rule: immutable, safe anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rsm::wire {

enum class Kind : std::uint8_t {
  boolean,      // bool
  integer,      // std::int64_t
  text,         // std::string, UTF-8
  guid,         // Guid or a strong id
  enumeration,  // its word on the wire
  optional,     // std::optional of `element`
  array,        // std::vector of `element`
  structure,
  document      // a struct of one std::string that holds a JSON object: that object is what travels
};

struct Shape;

struct Member {
  std::string_view name;
  Shape const* shape;
  void* (*in)(void* object);  // the member of this object
};

struct Word {
  std::string_view word;
  std::int64_t number;
};

struct Shape {
  Kind kind = Kind::structure;
  std::string_view name;           // of a structure or enumeration
  std::vector<Member> members;     // structure
  std::vector<Word> words;         // enumeration
  Shape const* element = nullptr;  // optional, array

  std::int64_t (*number)(void const* object) = nullptr;           // enumeration
  void (*set_number)(void* object, std::int64_t value) = nullptr;  // enumeration
  std::size_t (*size)(void const* object) = nullptr;              // array; optional: 0 or 1
  void const* (*at)(void const* object, std::size_t index) = nullptr;  // array; optional: its value
  void* (*append)(void* object) = nullptr;                        // array: a new last element; optional: its new value

  void const* member(Member const& m, void const* object) const { return m.in(const_cast<void*>(object)); }
  Word const* word_of(std::int64_t value) const;
  Member const* find(std::string_view member_name) const;
  // A member of this shape may be left out.
  bool may_be_absent() const { return kind == Kind::optional; }
};

// Defined for every type of types.def.
template <class T>
Shape const& shape_of();

// Every structure and every enumeration of types.def, in its order.
std::vector<Shape const*> const& all_structures();
std::vector<Shape const*> const& all_enumerations();

// The candidate that a person most likely meant by `word`; empty when none is near.
std::string_view nearest(std::string_view word, std::vector<std::string_view> const& candidates);

}  // namespace rsm::wire
