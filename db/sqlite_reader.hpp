// The CatalogReader over SQLite.
//
// What for: see db/catalog_reader.hpp. With a connection of its own it reads a committed snapshot and never waits for the
// writer; with the owner's connection (in-memory VFS, one connection only) it reads between two commits of the same thread.
// MediaFilter: `library` means the media that are in it now; with offline_only, those whose last library it was.
// Errors: database_failure (4313); object_not_found (4312) when the row that a page's cursor names is gone: begin again.
// Thread rule: the loop only.
#pragma once

#include <memory>

#include "db/catalog_reader.hpp"
#include "db/database.hpp"

namespace rsm::db {

class Query;

class SqliteReader final : public CatalogReader {
 public:
  explicit SqliteReader(std::unique_ptr<Database> own);
  explicit SqliteReader(Database& shared);
  ~SqliteReader() override;

  Result<ActiveWorld> load_active() override;

  Result<std::optional<MediumRecord>> medium(MediumId id) override;
  Result<std::optional<MediumRecord>> medium_of_side(SideId id) override;
  Result<std::optional<LogicalMediumRecord>> logical_medium(LogicalMediumId id) override;
  Result<std::optional<ObjectText>> object_text(Guid object) override;
  Result<std::optional<DoneCall>> done_call(SessionId session, std::string const& key) override;
  Result<std::optional<std::string>> object_attribute(Guid object, std::string const& name) override;
  Result<std::vector<LogicalMediumRecord>> logical_media_by_key(SessionId session, std::string const& key) override;
  Result<std::vector<AllocatableSide>> allocatable_sides(AllocatableSide const& behind, std::size_t limit) override;
  Result<std::vector<MediumRecord>> media_by_barcode(std::string const& barcode) override;
  Result<std::vector<MediumRecord>> media_by_label(Omid const& label) override;
  Result<std::vector<MediumRecord>> media_by_name(std::string const& name) override;
  Result<std::vector<MediumRecord>> media_page(MediaFilter filter, MediumId after, std::size_t limit) override;
  Result<std::vector<LogicalMediumRecord>> logical_media_page(PoolId pool, LogicalMediumId after, std::size_t limit) override;
  Result<MediaFound> search_media(MediaSearch const& search) override;
  Result<std::uint64_t> count_media(MediaFilter filter) override;
  Result<std::uint64_t> count_logical_media(PoolId pool) override;

  Result<std::optional<RequestRecord>> request(RequestId id) override;
  Result<std::optional<RequestRecord>> request(std::uint64_t number) override;
  Result<std::vector<RequestRecord>> requests_page(LibraryId library, std::uint64_t before, std::size_t limit) override;
  Result<std::vector<OperatorRequestRecord>> operator_requests_page(OperatorRequestId after, std::size_t limit) override;
  Result<std::optional<OperatorRequestRecord>> operator_request(OperatorRequestId id) override;
  Result<EventPage> events(std::uint64_t after, std::size_t limit) override;

  Result<std::vector<HistoryEntry>> history_page(HistoryFilter const& filter, std::optional<HistoryCursor> const& after, std::size_t limit) override;
  Result<HistorySums> history_sums(Guid object) override;
  Result<std::optional<MediumId>> deleted_medium(std::string const& called) override;

 private:
  std::unique_ptr<Database> own_;
  Database& database_;
};

}  // namespace rsm::db
