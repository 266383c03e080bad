// rsm history: what happened to cartridges and drives, as it comes: a long history is never held as a whole.
#include <algorithm>
#include <csignal>

#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/commands/trace_export.hpp"
#include "cli/rsm/view/ageing.hpp"
#include "cli/rsm/view/csv.hpp"
#include "cli/rsm/view/json.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr std::int64_t history_page_rows = 500;
constexpr std::int64_t history_rows_for_people = 50;  // of a list on a screen, without --limit; --json and --csv are for programs and give all

bool nothing_is_called_so(Error const& error) { return error.code == Errc::object_not_found || error.code == Errc::invalid_drive || error.code == Errc::invalid_media; }

// A cartridge, also one that was deleted, or else a drive, or a request.
Result<wire::HistoryPage> first_page(Connection& service, wire::HistoryListParams& params, std::vector<std::string> const& targets) {
  if (targets.empty()) return service.history_list(params);
  auto const& text = targets.front();
  params.medium = text;
  auto page = service.history_list(params);
  if (page || !nothing_is_called_so(page.error())) return page;
  params.medium.reset();
  auto const drive = resolve_drive(service, text);
  if (!drive && !nothing_is_called_so(drive.error())) return std::unexpected(drive.error());
  if (!drive) {
    auto const request = resolve_request(service, text);
    if (!request) return fail(Errc::object_not_found, "'" + text + "'", "no cartridge, no drive and no request has this name, and none that was deleted had it");
    params.request = *request;
    return service.history_list(params);
  }
  params.drive = drive->id.text();
  return service.history_list(params);
}

Result<> put_out(std::string const& text) {
  return print(text) ? Result<>{} : fail(Errc::write_fault, "standard output", "it does not take what is written");
}

std::string row_text(Context const& context, wire::HistoryInfo const& row) {
  if (context.args().common.json) return to_json_line(row) + "\n";
  return context.args().csv ? to_csv(row) : history_line(row, context.screen()) + "\n";
}

Result<std::string> show_history(Context& context) {
  auto const& args = context.args();
  if (args.csv && args.common.json) return fail(Errc::invalid_parameter, "--csv and --json", "it is one of them; give one");
  std::signal(SIGPIPE, SIG_IGN);
  if (args.trace) return export_trace(context);
  RSM_TRY(auto* service, context.service());
  bool const for_people = !args.csv && !args.common.json;
  std::int64_t left = args.limit > 0 ? args.limit : for_people ? history_rows_for_people : INT64_MAX;
  wire::HistoryListParams params;
  params.from = args.from_ms, params.to = args.until_ms;
  if (!args.library.empty()) params.library = args.library;
  params.oldest_first = args.oldest_first;
  params.limit = std::min(left, history_page_rows);
  RSM_TRY(auto page, first_page(*service, params, args.targets));
  if (args.csv && !args.common.no_header) RSM_CHECK(put_out(csv_header(wire::shape_of<wire::HistoryInfo>())));
  if (for_people && page.items.empty()) return std::string("Nothing is known to have happened.\n");
  for (;;) {
    std::string text;
    for (auto const& row : page.items) text += row_text(context, row);
    RSM_CHECK(put_out(text));
    left -= static_cast<std::int64_t>(page.items.size());
    if (!page.next_cursor || left <= 0) break;
    params.cursor = page.next_cursor;
    params.limit = std::min(left, history_page_rows);
    RSM_TRY(page, service->history_list(params));
  }
  if (for_people && page.next_cursor && args.limit == 0) note("There is more: --limit N shows N rows, --csv and --json show all.\n");
  return std::string{};
}

}  // namespace

std::span<CommandRow const> history_commands() {
  static constexpr CommandRow rows[] = {
      {"history", "", show_history},
  };
  return rows;
}

}  // namespace rsm::cli
