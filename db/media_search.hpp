// Finding media by a part of what they are called: bar code, name, what a label says of itself.
//
// What for: people type some letters and want to see what they could mean. What begins with the text is read from the indexes; what contains it, by
// going through them once. Rows come in the order of the indexes, each medium once. A bar code begins with the text also in capital letters, as
// bar codes mostly are; what contains a text does so whatever the case of letters.
// Errors: SQLite::Exception and DamagedRow, caught by guarded(). Thread rule: of the connection.
#pragma once

#include "db/catalog_reader.hpp"
#include "db/database.hpp"

namespace rsm::db::media_search {

MediaFound find(Database& database, MediaSearch const& search);

}  // namespace rsm::db::media_search
