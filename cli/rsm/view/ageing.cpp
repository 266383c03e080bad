#include "cli/rsm/view/ageing.hpp"

#include <fmt/format.h>

#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

constexpr int subject_cells = 12;

// "812 of 5000 (16 %)"
std::string share_of_life(std::string const& used_text, std::int64_t used, std::string const& expected_text, std::optional<std::int64_t> const& expected) {
  if (!expected || *expected <= 0) return used_text;
  return fmt::format("{} of {} ({:.0f} %)", used_text, expected_text, 100.0 * static_cast<double>(used) / static_cast<double>(*expected));
}

std::string of_library(wire::HistoryInfo const& row) { return row.library_name.empty() ? std::string() : " of " + row.library_name; }
std::string side_of(wire::HistoryInfo const& row) { return row.side ? "side " + std::to_string(*row.side) + " " : std::string(); }
std::string in_drive(wire::HistoryInfo const& row) { return row.drive_name.empty() ? std::string() : " in " + row.drive_name; }

// Of steps that take seconds, a tenth of them counts.
std::string took_text(std::int64_t ms) { return ms < 10'000 ? fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0) : span_text(ms); }

std::string moved_text(wire::HistoryInfo const& row) {
  return "from " + row.from + " to " + row.to + of_library(row) + (row.duration_ms ? " in " + took_text(*row.duration_ms) : "");
}

std::string failed_text(wire::HistoryInfo const& row) {
  auto const name = std::string(error_name(static_cast<Errc>(row.error)));
  return "failed" + in_drive(row) + ": " + row.text + ": " + (name.empty() ? "error" : name) + " (" + std::to_string(row.error) + ")";
}

std::string what_happened(wire::HistoryInfo const& row) {
  switch (row.kind) {
    case HistoryKind::moved: return "moved " + moved_text(row);
    case HistoryKind::brought_in: return "came into " + row.to + of_library(row);
    case HistoryKind::taken_out: return "left " + row.from + of_library(row);
    case HistoryKind::mounted: return (row.side.value_or(0) != 0 ? side_of(row) : std::string()) + "mounted" + in_drive(row) + (row.duration_ms ? ", " + took_text(*row.duration_ms) + " after it was asked for" : "");
    case HistoryKind::dismounted: return "dismounted" + in_drive(row) + (row.duration_ms ? ", in use for " + span_text(*row.duration_ms) : "");
    case HistoryKind::failed: return failed_text(row);
    case HistoryKind::alerted: return "TapeAlert " + std::to_string(row.alert) + in_drive(row) + ": " + row.text;
    case HistoryKind::labelled: return side_of(row) + "labelled " + row.text;
    case HistoryKind::allocated: return side_of(row) + "allocated";
    case HistoryKind::deallocated: return side_of(row) + "deallocated";
    case HistoryKind::completed: return side_of(row) + "complete";
    case HistoryKind::decommissioned: return side_of(row) + "decommissioned";
    case HistoryKind::cleaned: return "cleaned" + in_drive(row) + (row.duration_ms ? " in " + took_text(*row.duration_ms) : "");
    case HistoryKind::deleted: return "deleted: " + row.text;
  }
  return word(row.kind);
}

std::string by_whom(wire::HistoryInfo const& row) {
  if (row.user.empty()) return row.application;
  return row.application.empty() ? row.user : row.user + ", " + row.application;
}

}  // namespace

void show_ageing(Fields& f, std::optional<wire::AgeingInfo> const& ageing, AgeingOf of, Canvas const& canvas) {
  if (!ageing) return f.leave_out({"ageing"});
  auto const& a = *ageing;
  f.line("Mounts", share_of_life(std::to_string(a.mounts), a.mounts, std::to_string(a.mounts_expected.value_or(0)), a.mounts_expected), {"ageing", "mount_count"});
  f.line("In use", share_of_life(span_text(a.mounted_ms), a.mounted_ms, span_text(a.mounted_expected_ms.value_or(0)), a.mounted_expected_ms), {});
  f.line("Last used", moment_text(a.last_used, canvas.now), {});
  f.line("Moves", std::to_string(a.moves), {});
  f.line("Errors", std::to_string(a.errors), {});
  f.line("TapeAlerts", std::to_string(a.alerts), {});
  if (of == AgeingOf::drive) f.line("Cleanings", std::to_string(a.cleanings), {});
}

std::string history_line(wire::HistoryInfo const& row, Canvas const& canvas) {
  std::string const who = by_whom(row);
  std::string const subject = row.medium_name.empty() ? row.drive_name : row.medium_name;
  std::string line = clock_text(row.time) + "  " + pad_right(cut(plain_text(subject), subject_cells), subject_cells) + " " + plain_text(what_happened(row)) + (who.empty() ? "" : plain_text("  (" + who + ")"));
  return canvas.width > 0 ? cut(line, canvas.width) : line;
}

}  // namespace rsm::cli
