#include "api/protocol/methods.hpp"

#include "api/protocol/messages.hpp"

namespace rsm::wire {

std::span<MethodInfo const> methods() {
  static constexpr MethodInfo table[] = {
#define RSM_METHOD(cxx_name, wire_name, Params, Reply, needs, summary) {wire_name, &shape_of<Params>, &shape_of<Reply>, Needs::needs, summary},
#include "api/protocol/methods.def"
#undef RSM_METHOD
  };
  return table;
}

MethodInfo const* find_method(std::string_view name) {
  for (auto const& m : methods())
    if (m.name == name) return &m;
  return nullptr;
}

}  // namespace rsm::wire
