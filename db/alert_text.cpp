#include "db/alert_text.hpp"

#include "db/limits.hpp"
#include "db/sqlite_error.hpp"
#include "libmgr/base/json_values.hpp"

namespace rsm::db {

std::string text_of(std::vector<AlertRecord> const& alerts) { return alerts.empty() ? std::string{} : json_text(alerts); }

std::vector<AlertRecord> alerts_of(std::string const& text) {
  if (text.empty()) return {};
  auto alerts = read_json<std::vector<AlertRecord>>(text, "alerts", limits::alerts_text_bytes_max);
  if (!alerts) throw DamagedRow("column alerts: " + alerts.error().detail);
  return std::move(*alerts);
}

}  // namespace rsm::db
