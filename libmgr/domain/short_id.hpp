// The beginning of an id in a sentence for people: all commands take an id by its beginning.
//
// What for: sessions and questions to operators, which have no number and no name. Units: characters of the text form. Thread rule: pure functions.
// Source: decision 36 (requests have numbers).
#pragma once

#include <cstddef>
#include <string>

#include "libmgr/domain/ids.hpp"

namespace rsm {

constexpr std::size_t short_id_digits = 8;

inline std::string short_id(Guid const& id) { return id.text().substr(0, short_id_digits); }

}  // namespace rsm
