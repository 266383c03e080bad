#include "api/web/allowed_calls.hpp"

#include <algorithm>
#include <array>

namespace rsm::web {
namespace {

struct AllowedCall {
  std::string_view method;
  CallKind kind;
};
constexpr auto allowed = std::to_array<AllowedCall>({
    {"drive.get", CallKind::looks},
    {"history.list", CallKind::looks},
    {"library.timing", CallKind::looks},
    {"medium.get", CallKind::looks},
    {"medium.search", CallKind::looks},
    {"metrics.read", CallKind::looks},
    {"opreq.list", CallKind::looks},
    {"plan.read", CallKind::looks},
    {"request.explain", CallKind::looks},
    {"request.get", CallKind::looks},
    {"slot.get", CallKind::looks},
    {"opreq.satisfy", CallKind::acts},
    {"opreq.refuse", CallKind::acts},
    {"dismount.submit", CallKind::in_session},
    {"drive.dismount", CallKind::in_session},
    {"library.inventory", CallKind::in_session},
    {"medium.eject", CallKind::in_session},
    {"mount.submit", CallKind::in_session},
    {"object.disable", CallKind::in_session},
    {"object.enable", CallKind::in_session},
    {"request.cancel", CallKind::in_session},
});

}  // namespace

std::optional<CallKind> kind_of_call(std::string_view method) {
  auto const found = std::ranges::find(allowed, method, &AllowedCall::method);
  return found == allowed.end() ? std::nullopt : std::optional(found->kind);
}

}  // namespace rsm::web
