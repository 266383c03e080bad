// The contract as an OpenRPC 1.2.6 document (what rsm.describe answers).
//
// What for: any language can make a client from it; JSON Schemas (draft 7) of parameters and results come from the same shapes
// that the codec uses, so they cannot differ from the server. Parameters allow no other members, results do.
// Thread rule: pure functions.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace rsm::wire {

boost::json::value openrpc_document();
// Its text, made once.
std::string const& openrpc_text();
// "0.1.0"
std::string_view product_version();

}  // namespace rsm::wire
