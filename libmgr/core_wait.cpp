// Waiting for requests, as the facade offers it: see libmgr/people/waits.hpp.
#include "libmgr/core.hpp"

namespace rsm {

void Manager::Core::wait(Caller caller, std::vector<RequestId> requests, std::optional<Millis> limit, Reply<std::vector<RequestRecord>> reply) {
  if (!ready()) return refuse(reply, {Errc::not_ready, "service", "it is still starting; try again"});
  waits_.wait(caller, std::move(requests), limit, std::move(reply));
}

}  // namespace rsm
