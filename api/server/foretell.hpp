// What is to be expected of a mount that waits, for whoever asks why it does.
//
// What for: the library is copied on the loop and played on another thread (ServerContext::looking_ahead), for limits::forecasts_under_way_max callers at
// a time. What the caller may not see is left out of the sentences. Errors: none; where nothing can be foretold the answer has no forecast.
// Thread rule: the loop only.
#pragma once

#include <memory>

#include "api/server/context.hpp"

namespace rsm::server {

// Answers with `explained`, and with a forecast where one can be made.
void foretell(Context const& c, wire::ExplainReply explained, Reply<wire::ExplainReply> reply);

// Keeps one of the places of those who look ahead, as long as it lives. Empty: all are taken.
class Ahead {
 public:
  explicit Ahead(ServerContext& s) : under_way_(*s.forecasts_under_way < limits::forecasts_under_way_max ? s.forecasts_under_way : nullptr) {
    if (under_way_ != nullptr) ++*under_way_;
  }
  ~Ahead() {
    if (under_way_ != nullptr) --*under_way_;
  }
  Ahead(Ahead const&) = delete;
  Ahead& operator=(Ahead const&) = delete;
  explicit operator bool() const { return under_way_ != nullptr; }

 private:
  std::shared_ptr<std::size_t> under_way_;
};

}  // namespace rsm::server
