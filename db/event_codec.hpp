// The events of one commit as one compact row.
//
// Format, version 1 (integers are LEB128 varints, signed ones zigzag): version byte, then for each event: time minus the time
// of the one before (signed; the first: minus 0), kind byte, type byte, object (16 bytes), state (length, bytes), reason
// (length, bytes), 0 or 1 and the request (16 bytes). Numbers are not written: they follow from the row's first.
// Errors: database_failure (4313) for bytes that are not such a row. Thread rule: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/event.hpp"

namespace rsm::db {

class EventEncoder {
 public:
  void add(Event const& event);
  std::string const& payload() const { return payload_; }

 private:
  std::string payload_;
  std::int64_t last_time_ = 0;
};

Result<std::vector<Event>> decode_events(std::string_view payload, std::uint64_t first);

}  // namespace rsm::db
