// The methods of the protocol as a table, made from methods.def.
// Thread rule: immutable, safe anywhere.
#pragma once

#include <span>
#include <string_view>

#include "api/protocol/shape.hpp"

namespace rsm::wire {

struct MethodInfo {
  std::string_view name;  // "mount.submit"
  Shape const* params;
  Shape const* reply;
  std::string_view summary;
};

// In the order of methods.def.
std::span<MethodInfo const> methods();
MethodInfo const* find_method(std::string_view name);

}  // namespace rsm::wire
