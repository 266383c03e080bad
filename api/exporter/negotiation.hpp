// Which format a client wants, from the Accept field of its request.
//
// What for: OpenMetrics 1.0 where the field names it and does not like plain text better; the classic format in every other case, also
// for a field that nobody can read. Thread rule: pure function. Source: RFC 9110 section 12.5.1.
#pragma once

#include <string_view>

#include "api/exporter/exposition.hpp"

namespace rsm::exporter {

Format wanted_format(std::string_view accept);

}  // namespace rsm::exporter
