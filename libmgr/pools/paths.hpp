// Names of media pools: levels joined by backslashes.
//
// What for: full names as CreateNtmsMediaPool takes them, and single levels as a rename takes them. A leading backslash is ignored. Errors:
// invalid_name (123) for a name that is none, with what is wrong with it. Thread rule: pure functions. Source: rsm-model.md section 6.
#pragma once

#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::pools {

struct PoolPath {
  std::string parent;  // empty: directly under the root
  std::string name;    // the last level
  std::string whole;   // without the leading backslash
};

Result<PoolPath> split(std::string_view path);
// 1 to 63 characters (as Windows counts them), none of them a backslash or one that steers.
Result<> check_level(std::string_view name);
// "MyApp" and "Daily": "MyApp\Daily"; without a parent: the name. Not more than 511 characters.
Result<std::string> join(std::string_view parent, std::string_view name);

}  // namespace rsm::pools
