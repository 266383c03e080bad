// Where a cartridge is.
//
// What for: a place is one of few things and cannot say anything illegal ("in slot 3 and offline"). A door holds nothing.
// Addresses are by element kind and number as the hardware counts (from the library's first number).
// Thread rule: values. Source: rsm-model.md sections 2, 3 and 8; SMC element types.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

// An element of a changer, as the device knows it.
enum class ElementKind : std::uint8_t { slot = 0, drive = 1, port = 2, arm = 3 };
BOOST_DESCRIBE_ENUM(ElementKind, slot, drive, port, arm)

struct Element {
  ElementKind kind = ElementKind::slot;
  std::uint32_t number = 0;

  // "slot 3"
  std::string text() const { return word(kind) + " " + std::to_string(number); }
  friend auto operator<=>(Element const&, Element const&) = default;
};

// A cartridge in this element of that library.
struct InElement {
  LibraryId library;
  Element element;
  friend auto operator<=>(InElement const&, InElement const&) = default;
};
// Known, but in no library that is connected: on the shelf (the offline library), or nobody knows.
struct Offline {
  friend auto operator<=>(Offline const&, Offline const&) = default;
};
using Place = std::variant<Offline, InElement>;

inline std::string place_text(Place const& place) {
  auto const* in = std::get_if<InElement>(&place);
  return in == nullptr ? "offline" : in->element.text();
}

}  // namespace rsm
