// The addresses of a host, within a limit.
//
// What for: the resolver of the C library waits as long as it likes (a name server that is silent: 10 s and more), and libiscsi takes the
// first address only. A number is answered at once; a name is looked up by a thread, which is left alone when the limit is over and ends
// with the resolver's own limit. Units: milliseconds. Errors: not_connected: there is no such name, nobody has answered in time, or too
// many lookups are still under way. Thread rule: any. Source: getaddrinfo(3).
#pragma once

#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::scsi {

// As numbers, in the resolver's order: "192.0.2.7", "::1".
Result<std::vector<std::string>> look_up_host(std::string const& host, Millis limit);

}  // namespace rsm::scsi
