// Whether the volume is in a drive of a service that answers.
//
// What for: what a daemon manages is not to be taken out of its hands. The handler's own knowledge (VolumeStatus::managed_by) decides first; this asks
// the daemon at the socket, too, and compares devices, not names. A daemon that is absent or does not answer within
// limits::volume_service_wait says nothing. Thread rule: the main thread.
#pragma once

#include <string>

namespace rsm::cli {

// "it is Drive 0 of Jukebox with A00001:0 …; ask the service: rsm media dismount A00001:0, rsm media eject A00001"; empty: none has it.
std::string managing_service(std::string const& device, std::string const& socket);

}  // namespace rsm::cli
