// rsm report: what is on the shelf, what drives have done, what went wrong, what pools hold; and a hand scanner's list against the catalog.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <tuple>

#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/output_file.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/exit_code.hpp"
#include "cli/rsm/report/reconcile.hpp"
#include "cli/rsm/report/report.hpp"
#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/view/words.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr std::int64_t usual_since_days = 30, day_ms = 24 * 3600 * 1000;
constexpr std::int64_t history_page = 1000;
constexpr std::streamsize scan_bytes_max = 64 << 20;

std::string made_text() {
  char host[256] = "";
  (void)::gethostname(host, sizeof host - 1);
  return std::string("OpenRSM on ") + host + ", " + clock_text(now_ms());
}

// In the form that was asked for; a PDF goes to its file.
Result<std::string> put_out(Context const& context, Report const& report) {
  auto const& args = context.args();
  int const forms = (args.csv ? 1 : 0) + (args.common.json ? 1 : 0) + (args.report.pdf.empty() ? 0 : 1);
  if (forms > 1) return fail(Errc::invalid_parameter, "--csv, --json and --pdf", "it is one of them; give one");
  if (args.csv) return report_csv(report, !args.common.no_header);
  if (args.common.json) return report_json(report);
  if (args.report.pdf.empty()) return report_text(report, context.screen());
  RSM_CHECK(write_output_file(args.report.pdf, report_pdf(report, made_text())));
  return plain_text(args.report.pdf) + ": " + plural(static_cast<std::int64_t>(report.rows.size()), "row", "rows") + "\n";
}

struct Since {
  std::int64_t from = 0;
  std::string text;
};

Result<Since> since(Context const& context) {
  auto const& text = context.args().report.since;
  if (text.empty()) return Since{now_ms() - usual_since_days * day_ms, "since " + clock_text(now_ms() - usual_since_days * day_ms)};
  auto const moment = parse_moment(text);
  if (!moment)
    return fail(Errc::invalid_parameter, "--since " + text, "write 30d or 24h for that long ago, 2026-03-01 or '2026-03-01 12:30'");
  return Since{*moment, "since " + clock_text(*moment)};
}

struct Scope {
  std::optional<Guid> library;
  std::string name;
};

Result<Scope> scope(Context& context, Connection& service) {
  if (context.args().library.empty()) return Scope{};
  RSM_TRY(auto const library, resolve_library(service, context.args().library));
  return Scope{library.id.guid, library.name};
}

std::string of(Scope const& scope) {
  return scope.library ? " of " + scope.name : "";
}

Result<std::vector<wire::MediumInfo>> media_in(Connection& service, Scope const& where) {
  RSM_TRY(auto listing,
          collect(service, &Connection::medium_list, wire::ListParams{.container = where.library, .cursor = {}, .limit = {}}));
  if (listing.more)
    return fail(Errc::insufficient_buffer, "rsm report",
                "there are more than " + std::to_string(list_rows_max) + " cartridges: take one library at a time, with --library");
  std::ranges::stable_sort(listing.items,
                           [](auto const& a, auto const& b) { return std::tie(a.barcode, a.name) < std::tie(b.barcode, b.name); });
  return std::move(listing.items);
}

std::string code_of(wire::MediumInfo const& medium) {
  return medium.barcode_state == BarCodeState::ok ? medium.barcode : std::string();
}

std::string side_states(wire::MediumInfo const& medium) {
  std::string out;
  for (auto const& side : medium.sides) {
    auto const state = word(side.state);
    if (out != state) out += (out.empty() ? "" : ", ") + state;
  }
  return out;
}

Result<std::string> shelf(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const where, scope(context, *service));
  RSM_TRY(auto const media, media_in(*service, where));
  Report report{.title = "Shelf list" + of(where),
                .scope = "",
                .columns = {{"barcode", "BAR CODE"},
                            {"name", "NAME"},
                            {"library", "LIBRARY"},
                            {"place", "PLACE"},
                            {"home_slot", "HOME SLOT", true, 0, 1},
                            {"pool", "POOL", false, 12, 0, 2},
                            {"state", "STATE"},
                            {"sides", "SIDES", false, 10, 2}},
                .rows = {},
                .summary = {}};
  std::int64_t offline = 0;
  for (auto const& m : media) {
    offline += m.place == "offline" ? 1 : 0;
    report.rows.push_back({code_of(m), m.name, m.library_name, m.place, m.home_slot ? std::to_string(*m.home_slot) : "", m.pool_name,
                           media_state_cell(m).text, side_states(m)});
  }
  report.summary = plural(static_cast<std::int64_t>(media.size()), "cartridge", "cartridges") + ", " + std::to_string(offline) + " offline";
  return put_out(context, report);
}

// What happened in the time, page by page.
Result<> each_of_history(Connection& service, Since const& from, std::function<void(wire::HistoryInfo const&)> const& take) {
  wire::HistoryListParams params;
  params.from = from.from, params.oldest_first = true, params.limit = history_page;
  for (;;) {
    RSM_TRY(auto const page, service.history_list(params));
    std::ranges::for_each(page.items, take);
    if (!page.next_cursor) return {};
    params.cursor = page.next_cursor;
  }
}

struct DriveWork {
  std::int64_t mounts = 0, mounted_ms = 0, errors = 0, alerts = 0, cleanings = 0;
};

Result<std::string> drives(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const where, scope(context, *service));
  RSM_TRY(auto const time, since(context));
  RSM_TRY(auto listing,
          collect(*service, &Connection::drive_list, wire::ListParams{.container = where.library, .cursor = {}, .limit = {}}));
  std::map<Guid, DriveWork> work;
  RSM_CHECK(each_of_history(*service, time, [&](wire::HistoryInfo const& row) {
    auto& drive = work[row.drive.guid];
    drive.mounts += row.kind == HistoryKind::mounted ? 1 : 0;
    drive.mounted_ms += row.kind == HistoryKind::dismounted ? row.duration_ms.value_or(0) : 0;
    drive.errors += row.kind == HistoryKind::failed ? 1 : 0;
    drive.alerts += row.kind == HistoryKind::alerted ? 1 : 0;
    drive.cleanings += row.kind == HistoryKind::cleaned ? 1 : 0;
  }));
  Report report{.title = "Drives" + of(where),
                .scope = time.text,
                .columns = {{"drive", "DRIVE"},
                            {"serial", "SERIAL NUMBER", false, 0, 1},
                            {"condition", "CONDITION"},
                            {"mounts", "MOUNTS", true},
                            {"mounted_minutes", "MINUTES", true},
                            {"errors", "ERRORS", true},
                            {"alerts", "ALERTS", true},
                            {"cleanings", "CLEANED", true, 0, 2},
                            {"mounts_ever", "MOUNTS EVER", true, 0, 3}},
                .rows = {},
                .summary = {}};
  DriveWork sum;
  for (auto const& d : listing.items) {
    auto const& w = work[d.id.guid];
    sum.mounts += w.mounts, sum.errors += w.errors;
    report.rows.push_back({d.name, d.serial, d.enabled ? word(d.operational_state) : "disabled", std::to_string(w.mounts),
                           std::to_string(w.mounted_ms / 60'000), std::to_string(w.errors), std::to_string(w.alerts),
                           std::to_string(w.cleanings), std::to_string(d.mount_count)});
  }
  report.summary = plural(static_cast<std::int64_t>(listing.items.size()), "drive", "drives") + ": " +
                   plural(sum.mounts, "mount", "mounts") + ", " + plural(sum.errors, "error", "errors");
  return put_out(context, report);
}

Result<std::string> errors(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const where, scope(context, *service));
  RSM_TRY(auto const time, since(context));
  Report report{.title = "Errors and alerts" + of(where),
                .scope = time.text,
                .columns = {{"time", "TIME"},
                            {"kind", "KIND"},
                            {"drive", "DRIVE"},
                            {"medium", "CARTRIDGE"},
                            {"error", "ERROR", true},
                            {"alert", "ALERT", true},
                            {"user", "USER", false, 0, 1},
                            {"text", "TEXT", false, 20, 0, 6}},
                .rows = {},
                .summary = {}};
  RSM_TRY(auto const listing,
          collect(*service, &Connection::drive_list, wire::ListParams{.container = where.library, .cursor = {}, .limit = {}}));
  RSM_CHECK(each_of_history(*service, time, [&](wire::HistoryInfo const& row) {
    bool const bad = row.kind == HistoryKind::failed || row.kind == HistoryKind::alerted || row.error != 0;
    bool const here = !where.library || row.library.guid == *where.library ||
                      std::ranges::any_of(listing.items, [&](auto const& d) { return !row.drive.is_zero() && d.id == row.drive; });
    if (bad && here)
      report.rows.push_back({clock_text(row.time), word(row.kind), row.drive_name, row.medium_name,
                             row.error == 0 ? "" : std::to_string(row.error), row.alert == 0 ? "" : std::to_string(row.alert), row.user,
                             row.text});
  }));
  report.summary = report.rows.empty() ? "Nothing went wrong."
                                       : plural(static_cast<std::int64_t>(report.rows.size()), "error or alert", "errors and alerts");
  return put_out(context, report);
}

// A pool before those in it.
Result<> pools_below(Connection& service, std::optional<Guid> const& parent, std::vector<wire::PoolInfo>& all) {
  RSM_TRY(auto listing, collect(service, &Connection::pool_list, wire::ListParams{.container = parent, .cursor = {}, .limit = {}}));
  std::ranges::stable_sort(listing.items, {}, &wire::PoolInfo::path);
  for (auto const& pool : listing.items) {
    all.push_back(pool);
    if (pool.pools > 0) RSM_CHECK(pools_below(service, pool.id.guid, all));
  }
  return {};
}

Result<std::string> pools(Context& context) {
  RSM_TRY(auto* service, context.service());
  std::vector<wire::PoolInfo> all;
  RSM_CHECK(pools_below(*service, std::nullopt, all));
  Report report{.title = "Media pools",
                .scope = "",
                .columns = {{"pool", "POOL"},
                            {"kind", "KIND"},
                            {"media", "CARTRIDGES", true},
                            {"allocated", "ALLOCATED", true},
                            {"max_allocations", "MAX ALLOCATIONS", true, 0, 1},
                            {"description", "DESCRIPTION", false, 10, 2}},
                .rows = {},
                .summary = {}};
  std::int64_t media = 0, allocated = 0;
  for (auto const& p : all) {
    media += p.physical_media, allocated += p.logical_media;
    report.rows.push_back({p.path, pool_kind(p.type), std::to_string(p.physical_media), std::to_string(p.logical_media),
                           p.max_allocates == 0 ? "" : std::to_string(p.max_allocates), p.description});
  }
  report.summary = plural(static_cast<std::int64_t>(all.size()), "pool", "pools") + ": " + plural(media, "cartridge", "cartridges") + ", " +
                   std::to_string(allocated) + " allocated sides";
  return put_out(context, report);
}

Result<std::string> scanned_text(std::string const& file) {
  if (file == "-") return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return fail(Errc::file_not_found, file, "it cannot be read: the list of the scanner, a bar code a line");
  if (in.tellg() > scan_bytes_max) return fail(Errc::bad_format, file, "it is larger than 64 MiB: no list of bar codes");
  in.seekg(0);
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

Result<std::string> reconcile_shelf(Context& context) {
  auto const& file = context.args().report.scan;
  if (file.empty()) return fail(Errc::invalid_parameter, "--scan", "which list? --scan FILE, a bar code a line; - for standard input");
  RSM_TRY(auto const text, scanned_text(file));
  auto const codes = codes_in(text);
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const where, scope(context, *service));
  RSM_TRY(auto const media, media_in(*service, where));
  std::vector<Shelved> catalog;
  for (auto const& m : media) catalog.push_back({code_of(m), m.name, m.place == "offline" ? m.place : m.library_name + " " + m.place});
  auto const done = reconcile(catalog, codes);
  Report report{.title = "The shelf" + of(where) + " against the catalog",
                .scope = std::to_string(codes.size()) + " bar codes of " + file,
                .columns = {{"code", "BAR CODE"}, {"what", "WHAT"}, {"place", "THE CATALOG HAS IT"}},
                .rows = {},
                .summary = {}};
  for (auto const& each : done.differences) report.rows.push_back({each.code, each.what, each.place});
  report.summary = (done.equal() ? "EQUAL: " : "NOT EQUAL: ") + std::to_string(done.present) + " present, " + std::to_string(done.missing) +
                   " missing, " + std::to_string(done.surplus) + " surplus, " + std::to_string(done.twice) + " scanned more than once" +
                   (done.without_code == 0 ? "" : ", " + std::to_string(done.without_code) + " without a bar code");
  if (!done.equal()) context.exit_with(exit_code::other);
  return put_out(context, report);
}

}  // namespace

std::span<CommandRow const> report_commands() {
  static constexpr CommandRow rows[] = {{"report", "shelf", shelf},
                                        {"report", "drives", drives},
                                        {"report", "errors", errors},
                                        {"report", "pools", pools},
                                        {"report", "reconcile", reconcile_shelf}};
  return rows;
}

}  // namespace rsm::cli
