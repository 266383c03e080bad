// Keys: a client's own name for one call, so that it may send it again after a broken connection.
//
// What for: a call that comes again under its key is not done again; it is answered with the requests of the first time, in the order
// asked. The key names the call: the same key for another operation, or for other objects, is an error of the client, and doing the one
// or answering with the other would both be wrong. What a client may well say differently in a second try (time limit, priority, NOWAIT)
// is not compared. Errors: invalid_parameter (87); no_data (232) when a part of the call is no longer kept.
// Thread rule: pure functions. Source: rsm-model.md section 15, architecture decision 11.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/request.hpp"

namespace rsm {

// What one request of a call is about: zero: not said.
struct KeyedObject {
  LibraryId library;
  MediumId medium;
  SideId side;
  DriveId drive;
  std::optional<std::uint32_t> slot, port;  // numbers, of a transfer: where to
  bool exchange = false;                    // of a transfer, in both directions
};

struct KeyedCall {
  Operation operation = Operation::mount;
  std::vector<KeyedObject> objects;  // one for each request, in the order asked
};

// `known`: the requests that this key names, in the order asked. Nothing: the key is new. Else the answer to the call.
Result<std::optional<std::vector<RequestId>>> answer_of_key(std::string const& key, std::vector<RequestRecord> const& known, KeyedCall const& call);

}  // namespace rsm
