// Labels of the members of the wire's objects, and what their numbers mean; made from fields.def.
//
// What for: whatever shows an object member by member (`rsm drive show`, docs/protocol.md) takes the members from the shape and their labels
// from here, so that a new member appears everywhere without being named anywhere else. Thread rule: immutable, safe anywhere.
#pragma once

#include <string>
#include <string_view>

#include "api/protocol/shape.hpp"

namespace rsm::wire {

enum class FieldAs { plain, time, duration, bytes, hidden };

struct FieldInfo {
  FieldAs as = FieldAs::plain;
  std::string label;  // "Known since"
};

// `object`: the name of its shape.
FieldInfo field_info(std::string_view object, std::string_view member);

}  // namespace rsm::wire
