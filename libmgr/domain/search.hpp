// How a text that somebody types is looked for in names. Thread rule: values.
#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>

#include "libmgr/domain/words.hpp"

namespace rsm {

enum class SearchMatch : std::uint8_t { prefix = 0, contains = 1 };
BOOST_DESCRIBE_ENUM(SearchMatch, prefix, contains)

}  // namespace rsm
