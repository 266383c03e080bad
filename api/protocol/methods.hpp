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
  Shape const& (*params_shape)();  // made when it is asked for: a client that makes one call needs those of one method
  Shape const& (*reply_shape)();
  Needs needs;
  std::string_view summary;

  Shape const* params() const { return &params_shape(); }
  Shape const* reply() const { return &reply_shape(); }
};

// In the order of methods.def.
std::span<MethodInfo const> methods();
MethodInfo const* find_method(std::string_view name);

}  // namespace rsm::wire
