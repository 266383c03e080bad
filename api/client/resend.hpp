// What may be sent a second time, and how long a call usually may take.
//
// Thread rule: pure functions. Source: architecture decision 11; methods.def.
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

#include "libmgr/domain/time.hpp"

namespace rsm::client {

// May this call be sent again when nobody knows whether the first one was carried out? Reading calls may (event.read that waits
// only from a given cursor: what comes "from now on" has moved), and calls with a key, which the service recognises.
bool may_be_sent_again(std::string_view method, boost::json::object const& params);

// A call that could be sent again if it had a key, and has none.
bool lacks_key(std::string_view method, boost::json::object const& params);

// The limit of a call that was given none.
Millis usual_limit(std::string_view method);

}  // namespace rsm::client
