// Rows of media and of their sides: found by small numbers, written and read as records.
//
// What for: the catalog names a medium by a number of its own (`ref`) and its pool, libraries and type by numbers of object_ref; whoever reads and writes
// records sees ids only. An id is found by its beginning, which has an index, and compared whole. A side's number is that of its medium times
// sides_of_a_row, and its position in the record.
// Errors: SQLite::Exception, DamagedRow and RefusedChange, caught by guarded(). Thread rule: of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/catalog_reader.hpp"
#include "db/database.hpp"

namespace rsm::db::medium_rows {

using Ref = std::int64_t;
constexpr Ref sides_of_a_row = 256;  // as the schema has it

std::optional<Ref> ref_of(Database& database, MediumId id);
std::optional<Ref> ref_of_medium_with(Database& database, SideId side);
std::optional<MediumId> id_of(Database& database, Ref ref);

// Whole records, in the order of their refs; a ref without a row gives none.
std::optional<MediumRecord> read(Database& database, Ref ref);
std::optional<MediumRecord> read(Database& database, MediumId id);
std::vector<MediumRecord> read(Database& database, std::vector<Ref> const& refs);

// At most `limit` of them, in the order in which they came.
std::vector<Ref> page(Database& database, MediaFilter const& filter, Ref after, std::size_t limit);
std::vector<Ref> with_barcode(Database& database, std::string const& barcode, std::size_t limit);
std::vector<Ref> with_name(Database& database, std::string const& name, std::size_t limit);
// Of each side that bears it: a medium may come twice.
std::vector<Ref> with_label(Database& database, std::string const& type, std::string const& id, std::size_t limit);
std::vector<Ref> with_other_label(Database& database, std::string const& key, std::size_t limit);
std::uint64_t count(Database& database, MediaFilter const& filter);  // from the counters

void write(Database& database, MediumRecord const& medium);
// One that is not there: nothing.
void erase(Database& database, MediumId id);
void erase(Database& database, SideId id);

}  // namespace rsm::db::medium_rows
