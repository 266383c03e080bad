// The methods of the protocol as a table, made from methods.def.
// Thread rule: immutable, safe anywhere.
#pragma once

#include <span>
#include <string_view>

#include "api/protocol/shape.hpp"

namespace rsm::wire {

// What must be there before a method is served; checked in this order: session, service ready.
enum class Needs { always, read, ready, session };

struct MethodInfo {
  std::string_view name;  // "mount.submit"
  Shape const* params;
  Shape const* reply;
  Needs needs;
  std::string_view summary;
};

// In the order of methods.def.
std::span<MethodInfo const> methods();
MethodInfo const* find_method(std::string_view name);

}  // namespace rsm::wire
