// Time limits of requests: kept here for every open request, whatever its library or its work does.
//
// What for: a request whose limit is over ends with ERROR_TIMEOUT (1460) in time. In the middle of a step that goes on (a robot move, a load)
// it is looked at again; a step longer than limits::silent_after counts as waiting. Thread rule: the loop only.
// Source: ntms-functions.md section 5 (dwTimeout), rsm-model.md section 9.
#pragma once

#include <functional>

#include "libmgr/base/lifeline.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

class Deadlines {
 public:
  // `expire`: the limit of this request is over. False: not now, in the middle of a step; it is asked again.
  Deadlines(Loop& loop, Book& book, std::function<bool(RequestId)> expire) : loop_(loop), book_(book), expire_(std::move(expire)) {}

  // After requests were added or loaded.
  void look();

 private:
  void over();

  Loop& loop_;
  Book& book_;
  std::function<bool(RequestId)> expire_;
  Lifeline lifeline_;
  TimerId timer_ = TimerId::none;
  TimePoint due_{};
};

}  // namespace rsm
