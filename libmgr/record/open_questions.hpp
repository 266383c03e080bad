// Which operator requests are open about an object, for a request, of a kind.
//
// What for: a hundred thousand mounts may wait for media that people bring; whether one was asked for already, and which are over by what
// has just happened, is found without looking at the others. Thread rule: the loop only.
#pragma once

#include <map>
#include <set>

#include "libmgr/domain/request.hpp"

namespace rsm {

class OpenQuestions {
 public:
  using Ids = std::set<OperatorRequestId>;

  void add(OperatorRequestRecord const& record);
  void remove(OperatorRequestRecord const& record);
  void clear();
  // That name this object as the first or the second that they are about, or as the request that waits for the answer.
  Ids const& naming(Guid object) const;
  Ids const& of(OperatorKind kind) const;

 private:
  std::map<Guid, Ids> naming_;
  std::map<OperatorKind, Ids> of_;
};

}  // namespace rsm
