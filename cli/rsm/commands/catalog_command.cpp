// rsm catalog: check, backup, export, import. A file is checked without the service.
#include <filesystem>

#include "api/client/limits.hpp"
#include "cli/rsm/catalog_check/catalog_file.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

std::string check_text(Context const& context, wire::CatalogCheckReply const& reply) {
  Canvas const canvas = context.screen();
  std::string const facts = ": schema " + std::to_string(reply.schema_version) + ", " + bytes_text(reply.bytes) + "\n";
  if (reply.ok) return paint(canvas, Tone::good, "The catalog is sound") + facts;
  std::string out = paint(canvas, Tone::bad, "The catalog is damaged") + facts;
  for (auto const& finding : reply.findings) out += "  - " + plain_text(finding) + "\n";
  return out;
}

Result<wire::CatalogCheckReply> checked(Context& context) {
  auto const& file = context.args().file;
  if (!file.empty()) return check_catalog_file(file);
  RSM_TRY(auto* service, context.service());
  return service->catalog_check({});
}

// A damaged catalog is printed as it was found, and is an error, too, so that a script sees it.
Result<std::string> check_catalog(Context& context) {
  RSM_TRY(auto const reply, checked(context));
  std::string const text = context.args().common.json ? to_json(reply) + "\n" : check_text(context, reply);
  if (reply.ok) return text;
  print(text);
  return fail(Errc::database_failure, context.args().file.empty() ? "the catalog" : context.args().file,
              std::to_string(reply.findings.size()) + " findings; restore a backup as docs/recovery.md says");
}

Result<std::string> back_up_catalog(Context& context) {
  RSM_TRY(auto* service, context.service());
  std::error_code error;
  auto const path = std::filesystem::absolute(context.args().targets.front(), error);
  if (error) return fail(Errc::invalid_name, context.args().targets.front(), error.message());
  RSM_TRY(auto reply, service->catalog_backup({path.string()}));
  if (context.args().common.json) return to_json(reply) + "\n";
  return plain_text(reply.path + ": " + bytes_text(reply.bytes) + " written; 'rsm catalog check --file " + reply.path + "' checks it") + "\n";
}

Result<std::string> export_catalog(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto reply, service->catalog_export({}, limits::client_copy_limit));
  if (context.args().common.json) return to_json(reply) + "\n";
  return plain_text(reply.path + ": " + bytes_text(reply.bytes) + " written") + "\n";
}

Result<std::string> import_catalog(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto reply, service->catalog_import({}, limits::client_copy_limit));
  if (context.args().common.json) return to_json(reply) + "\n";
  return plain_text(reply.path + ": " + bytes_text(reply.bytes) + "; the service goes on with it at its next start") + "\n";
}

}  // namespace

std::span<CommandRow const> catalog_commands() {
  static constexpr CommandRow rows[] = {
      {"catalog", "check", check_catalog},
      {"catalog", "backup", back_up_catalog},
      {"catalog", "export", export_catalog},
      {"catalog", "import", import_catalog},
  };
  return rows;
}

}  // namespace rsm::cli
