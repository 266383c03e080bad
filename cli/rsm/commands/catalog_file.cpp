#include "cli/rsm/commands/catalog_file.hpp"

#include "db/maintenance.hpp"

namespace rsm::cli {

Result<wire::CatalogCheckReply> check_catalog_file(std::string const& path) {
  RSM_TRY(auto report, db::check_catalog(path));
  wire::CatalogCheckReply reply;
  reply.ok = report.ok();
  reply.findings = std::move(report.findings);
  reply.schema_version = report.schema_version;
  reply.bytes = static_cast<std::int64_t>(report.bytes);
  return reply;
}

}  // namespace rsm::cli
