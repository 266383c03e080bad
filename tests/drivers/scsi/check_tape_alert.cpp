// Cases of TapeAlert: log pages and the flags that they set, the tables of drives and of changers.
#include <fmt/format.h>

#include "drivers/scsi/tape_alert.hpp"
#include "tests/drivers/scsi/comparison.hpp"

namespace rsm::test {
namespace {

Result<scsi::DeviceKind> device_of(json::object const& vector, std::string const& name) {
  auto const device = text_in(vector, "device");
  if (device == "changer") return scsi::DeviceKind::changer;
  if (device == "tape" || device == "drive") return scsi::DeviceKind::drive;
  return fail(Errc::bad_format, name, "device is neither tape nor changer");
}

bool is_about_tape_alert(json::object const& vector) { return vector.contains("set") || vector.contains("device"); }

Result<void> check_page(json::object const& vector, std::string const& name, Score& score) {
  RSM_TRY(Buffer const bytes, bytes_in(vector, "bytes_hex", name));
  RSM_TRY(auto const kind, device_of(vector, name));
  auto const alerts = scsi::decode_tape_alerts(bytes);
  Differences differences;
  json::array numbers;
  for (unsigned const number : alerts.set.numbers()) {
    numbers.push_back(number);
    if (scsi::tape_alert_flag(kind, number).number != number) differences.push_back(fmt::format("flag {} is another one in the table", number));
  }
  json::object expected;
  for (auto const* key : {"set", "status"})
    if (auto const* value = vector.if_contains(key)) expected[key] = *value;
  compare(expected, {{"set", numbers}, {"status", scsi::status_name(alerts.status)}}, "", AlsoOk(vector), differences);
  score.judge(name, differences);
  return {};
}

void check_flag(json::object const& row, scsi::DeviceKind kind, std::string const& table, Score& score) {
  auto const number = number_in(row, "number");
  auto const flag = scsi::tape_alert_flag(kind, static_cast<unsigned>(number));
  Differences differences;
  using Column = std::pair<char const*, std::string_view>;
  Column const columns[] = {{"name", flag.name}, {"severity", scsi::severity_name(flag.severity)}, {"meaning", flag.meaning}, {"action", flag.action}};
  for (auto const& [key, actual] : columns)
    if (text_in(row, key) != actual) differences.push_back(fmt::format("{}: expected \"{}\", got \"{}\"", key, text_in(row, key), actual));
  score.judge(fmt::format("flag {} of the {} table", number, table), differences);
}

Result<void> check_table(json::object const& file, std::string const& table, scsi::DeviceKind kind, Score& score, int& checked) {
  auto const* rows = array_in(file, table);
  if (rows == nullptr) return {};
  ++checked;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    RSM_TRY(auto const* row, case_at(*rows, i, table));
    check_flag(*row, kind, table, score);
  }
  return {};
}

}  // namespace

Result<void> check_tape_alert(json::object const& file, Score& score, int& checked) {
  RSM_CHECK(check_table(file, "drive", scsi::DeviceKind::drive, score, checked));
  RSM_CHECK(check_table(file, "changer", scsi::DeviceKind::changer, score, checked));
  auto const* vectors = array_in(file, "vectors");
  if (vectors == nullptr || vectors->empty() || !(*vectors)[0].is_object() || !is_about_tape_alert((*vectors)[0].get_object())) return {};
  ++checked;
  for (std::size_t i = 0; i < vectors->size(); ++i) {
    RSM_TRY(auto const* vector, case_at(*vectors, i, "vectors"));
    auto const name = text_in(*vector, "name");
    RSM_CHECK(check_page(*vector, name.empty() ? fmt::format("vectors[{}]", i) : name, score));
  }
  return {};
}

}  // namespace rsm::test
