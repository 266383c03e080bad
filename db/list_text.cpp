#include "db/list_text.hpp"

#include "db/limits.hpp"
#include "db/sqlite_error.hpp"
#include "libmgr/base/json_values.hpp"

namespace rsm::db {
namespace {

template <class T>
std::string written(std::vector<T> const& list) {
  return list.empty() ? std::string{} : json_text(list);
}

template <class T>
std::vector<T> read(std::string const& text, char const* column) {
  if (text.empty()) return {};
  auto list = read_json<std::vector<T>>(text, column, limits::list_text_bytes_max);
  if (!list) throw DamagedRow(std::string("column ") + column + ": " + list.error().detail);
  return std::move(*list);
}

}  // namespace

std::string text_of(std::vector<AlertRecord> const& alerts) { return written(alerts); }
std::string text_of(std::vector<Density> const& densities) { return written(densities); }
std::string text_of(std::vector<TimingBucket> const& buckets) { return written(buckets); }
void read_list(std::string const& text, std::vector<AlertRecord>& alerts) { alerts = read<AlertRecord>(text, "alerts"); }
void read_list(std::string const& text, std::vector<Density>& densities) { densities = read<Density>(text, "densities"); }
void read_list(std::string const& text, std::vector<TimingBucket>& buckets) { buckets = read<TimingBucket>(text, "buckets"); }

}  // namespace rsm::db
