// Work off the loop for one call: its result comes back on the loop.
// Errors: an exception in the work is an internal error. Thread rule: called on the loop; the work runs on another thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api/server/context.hpp"

namespace rsm::server {

// `thread`: ServerContext::in_background or ServerContext::looking_ahead.
template <class Out>
void run_beside(std::function<void(Callback)> const& thread, Context const& c, Reply<Out> reply, std::function<Result<Out>()> work) {
  auto& loop = c.server->loop;
  auto shared = std::make_shared<Reply<Out>>(std::move(reply));
  thread([&loop, c, shared = std::move(shared), work = std::move(work)]() mutable {
    Result<Out> result;
    std::string fault;
    try {
      result = work();
    } catch (std::exception const& e) {
      fault = e.what();
    }
    // The context goes back with the result: its last copy may close what only the loop may touch.
    loop.post_from_thread([c = std::move(c), shared = std::move(shared), result = std::move(result), fault = std::move(fault)]() mutable {
      if (!fault.empty()) result = std::unexpected(internal_error(c.server->log, fault));
      (*shared)(std::move(result));
    });
  });
}

template <class Out>
void in_background(Context const& c, Reply<Out> reply, std::function<Result<Out>()> work) {
  run_beside<Out>(c.server->in_background, c, std::move(reply), std::move(work));
}

}  // namespace rsm::server
