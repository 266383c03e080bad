// An allocation that waits as long as it was asked to.
//
// What for: the service keeps the time limit. Without one, the same call is made again when the longest wait of one call is over, with the same key: the
// service knows it and it keeps its place. Errors: those of logical_medium.allocate. Thread rule: as the connection's.
#pragma once

#include <chrono>

#include "api/client/connection.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::client {

inline Result<wire::AllocateReply> allocate_and_wait(Connection& connection, wire::AllocateParams const& params) {
  Millis const patience = limits::wait_max + Millis{params.timeout_ms.value_or(0)};
  for (;;) {
    auto const begun = std::chrono::steady_clock::now();
    auto reply = connection.logical_medium_allocate(params, patience);
    bool const ran_out = !reply && (reply.error().code == Errc::not_connected || reply.error().code == Errc::timeout) &&
                         std::chrono::steady_clock::now() - begun >= limits::wait_max;
    if (!ran_out || params.timeout_ms) return reply;
  }
}

}  // namespace rsm::client
