// Which calls of the service a page may make, and for what each is.
//
// What for: a page asks for a few things; everything else of the service stays out of reach of whatever runs in a browser. Whether a person may do it is the
// service's own to say. Thread rule: a constant table.
#pragma once

#include <optional>
#include <string_view>

namespace rsm::web {

enum class CallKind {
  looks,      // also with a link that can only look
  acts,       // only for a person, without a session at the service
  in_session  // only for a person, and the service wants a session
};

// Nothing: no page may make this call.
std::optional<CallKind> kind_of_call(std::string_view method);

}  // namespace rsm::web
