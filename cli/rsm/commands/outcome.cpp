#include "cli/rsm/commands/outcome.hpp"

namespace rsm::cli {

Result<> outcome(wire::RequestInfo const& request, std::string const& label) {
  if (request.state == RequestState::passed || request.state == RequestState::deferred) return {};
  Errc code = Errc::invalid_operation;
  if (request.state == RequestState::cancelled || request.state == RequestState::stopped) code = Errc::cancelled;
  if (auto const known = error_from_number(static_cast<std::uint32_t>(request.error)); known && request.error != 0) code = *known;
  return fail(code, label, request.reason);
}

}  // namespace rsm::cli
