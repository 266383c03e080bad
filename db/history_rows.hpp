// The history of cartridges and drives in the catalog: its rows, its sums, and how it is kept within its bounds.
//
// What for: the writer adds a row to what is new and to the sums of its medium and drive, in the transaction of the change; what is new goes into the
// history, which has indexes, by limits::history_rows_at_once at a time. It takes the oldest rows out in bounded
// bites; the reader gives pages by medium, by drive or by time. The newest row stays, so that numbers never start again.
// Errors: SQLite::Exception and DamagedRow, caught by guarded(). Thread rule: of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/catalog_reader.hpp"
#include "db/database.hpp"

namespace rsm::db::history_rows {

// ---- writing, inside a transaction
void add(Database& database, HistoryRecord const& record);
void go_on(Database& database, HistoryGoesOn const& one);
// Rows older than `before`, and those beyond the newest `kept`; at most `bite` of each. With the last row of a deleted cartridge its sums go.
void purge(Database& database, TimePoint before, std::uint64_t kept, std::size_t bite);

// ---- reading
std::vector<HistoryEntry> page(Database& database, HistoryFilter const& filter, std::optional<HistoryCursor> const& after, std::size_t limit);
HistorySums sums(Database& database, Guid object);
std::optional<MediumId> deleted_medium(Database& database, std::string const& called);

}  // namespace rsm::db::history_rows
