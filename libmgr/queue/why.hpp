// For what an open request waits: one function says it, and it never says nothing. Thread rule: pure.
#pragma once

#include <functional>
#include <string>

#include "libmgr/domain/request.hpp"

namespace rsm {

// What is known of an open request at this moment; empty members: nothing.
struct WhyFacts {
  RequestRecord const& request;
  std::string work;       // what is being done for it
  std::string library;    // why its library starts nothing
  std::string announced;  // what bars new work
  std::function<std::string()> found = {};  // what a look at the queue finds; asked when nothing else says it
};
std::string why(WhyFacts const& facts);

}  // namespace rsm
