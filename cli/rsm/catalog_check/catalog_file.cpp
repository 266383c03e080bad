#include "cli/rsm/catalog_check/catalog_file.hpp"

#include "cli/rsm/catalog_check/report.hpp"
#include "cli/rsm/commands/helper_program.hpp"
#include "cli/rsm/commands/program.hpp"
#include "libmgr/base/json_form.hpp"

namespace rsm::cli {
namespace {

constexpr char const* checking_program = "rsm-catalog-check";
constexpr Millis check_limit{std::chrono::hours{24}};  // as long as the file is large: about a second for 200 MiB
constexpr std::size_t report_bytes_max = 4 * 1024 * 1024;

}  // namespace

Result<wire::CatalogCheckReply> check_catalog_file(std::string const& path) {
  RSM_TRY(auto const program, find_helper(checking_program, "OPENRSM_CATALOG_CHECK"));
  RSM_TRY(auto const end, run_program({.words = {program, path}, .input = {}, .limit = check_limit, .out_bytes_max = report_bytes_max, .environment = {}}));
  if (end.status != 0) return std::unexpected(told_by_helper(checking_program, end.complaint));
  RSM_TRY(auto report, read_json<CatalogFileReport>(end.out, checking_program, report_bytes_max));
  wire::CatalogCheckReply reply;
  reply.ok = report.findings.empty();
  reply.findings = std::move(report.findings);
  reply.schema_version = report.schema_version;
  reply.bytes = report.bytes;
  return reply;
}

}  // namespace rsm::cli
