// Cases of sense data: buffers and their decode, the codes with what is done about them, fallbacks by key, exceptions of elements.
#include <fmt/format.h>

#include <set>

#include "drivers/scsi/sense.hpp"
#include "drivers/scsi/sense_actions.hpp"
#include "tests/drivers/scsi/comparison.hpp"

namespace rsm::test {
namespace {

using scsi::Model;
using scsi::Sense;
using scsi::SenseAction;

template <class Number>
json::value sense_number(std::optional<Number> number) {
  return number ? json::value(static_cast<std::int64_t>(*number)) : json::value(nullptr);
}

json::value field_json(std::optional<scsi::FieldPointer> const& field) {
  if (!field) return nullptr;
  return json::object{{"in_cdb", field->in_cdb}, {"byte", field->byte}, {"bit", sense_number(field->bit)}};
}

json::object sense_json(Sense const& sense) {
  return {{"format", scsi::sense_format_name(sense.format)},
          {"deferred", sense.deferred},
          {"key", sense.key},
          {"asc", sense.asc},
          {"ascq", sense.ascq},
          {"filemark", sense.filemark},
          {"eom", sense.eom},
          {"ili", sense.ili},
          {"information", sense_number(sense.information)},
          {"fru", sense.fru},
          {"field", field_json(sense.field)},
          {"progress", sense_number(sense.progress)},
          {"retries", sense_number(sense.retries)},
          {"attention_queue_overflow", sense.attention_queue_overflow}};
}

json::object action_json(SenseAction const& row) {
  json::value wait = nullptr;
  if (row.wait.interval.count() > 0)
    wait = json::object{{"interval_s", row.wait.interval.count()}, {"limit_s", row.wait.limit.count()}, {"then", scsi::action_name(row.wait.then)}};
  return {{"action", scsi::action_name(row.action)}, {"wait", wait}, {"operator", row.operator_request}, {"win32", scsi::win32_name(row.win32)}};
}

// Of what a case says about the action, what a table can answer: empty texts are none.
void compare_action(json::object const& test_case, SenseAction const& row, bool whole, Differences& differences) {
  json::object expected, actual = action_json(row);
  for (auto const* key : {"action", "wait", "operator", "win32"}) {
    auto const* value = test_case.if_contains(key);
    if (value != nullptr && !(value->is_string() && value->get_string().empty())) expected[key] = *value;
    bool const said_nothing = actual.at(key).is_string() && actual.at(key).get_string().empty();
    if (said_nothing || (!whole && value == nullptr)) actual[key] = nullptr;
  }
  compare(expected, actual, "", AlsoOk(test_case), differences);
}

// "IBM 03584": vendor and a part of the product.
Model model_of(std::string_view name) {
  std::size_t const blank = std::min(name.find(' '), name.size());
  return {name.substr(0, blank), name.substr(std::min(blank + 1, name.size()))};
}

// The models that a case is for; one that is not known where it names none.
std::vector<std::string> models_of(json::object const& test_case) {
  std::vector<std::string> models;
  if (auto const* list = array_in(test_case, "models"))
    for (auto const& model : *list)
      if (model.is_string()) models.emplace_back(model.get_string());
  if (auto const model = text_in(test_case, "model"); !model.empty()) models.push_back(model);
  if (models.empty()) models.emplace_back();
  return models;
}

Result<void> check_vector(json::object const& vector, std::string const& name, Score& score) {
  RSM_TRY(Buffer const bytes, bytes_in(vector, "bytes_hex", name));
  auto const* expected = object_in(vector, "expected");
  if (expected == nullptr) return fail(Errc::bad_format, name, "expected is not there or no object");
  Sense const sense = scsi::decode_sense(bytes);
  Differences differences;
  compare(*expected, sense_json(sense), "", AlsoOk(vector), differences);
  if (vector.contains("action"))
    for (auto const& model : models_of(vector)) compare_action(vector, scsi::action_for(model_of(model), sense), false, differences);
  score.judge(name, differences);
  return {};
}

// A row of the table: both formats give its code, and its models get its action.
Result<void> check_code(json::object const& code, std::string const& name, Score& score) {
  json::object const expected{{"key", number_in(code, "key")}, {"asc", number_in(code, "asc")}, {"ascq", number_in(code, "ascq")}};
  Differences differences;
  for (auto const* hex_name : {"fixed_hex", "descriptor_hex"}) {
    if (!code.contains(hex_name)) continue;
    RSM_TRY(Buffer const bytes, bytes_in(code, hex_name, name));
    Sense const sense = scsi::decode_sense(bytes);
    compare(expected, {{"key", sense.key}, {"asc", sense.asc}, {"ascq", sense.ascq}}, hex_name, {}, differences);
  }
  auto const byte = [&](std::string_view key) { return static_cast<std::uint8_t>(number_in(code, key)); };
  for (auto const& model : models_of(code)) compare_action(code, scsi::look_up(model_of(model), byte("key"), byte("asc"), byte("ascq")), true, differences);
  score.judge("code " + name, differences);
  return {};
}

// With a code that no table has. Rows that are described in words only are for people.
Result<void> check_fallback(json::object const& row, std::string const& name, Score& score) {
  if (!row.contains("key")) return {};
  Differences differences;
  compare_action(row, scsi::look_up({}, static_cast<std::uint8_t>(number_in(row, "key")), 0x7F, 0x7F), true, differences);
  score.judge(name, differences);
  return {};
}

Result<void> check_exception(json::object const& row, std::string const& name, Score& score) {
  auto const* found = scsi::element_exception(static_cast<std::uint8_t>(number_in(row, "asc")), static_cast<std::uint8_t>(number_in(row, "ascq")));
  Differences differences;
  if (found == nullptr)
    differences.push_back("not in the table");
  else
    for (auto const& [key, actual] : {std::pair("meaning", found->meaning), std::pair("then", found->then)})
      if (text_in(row, key) != actual) differences.push_back(fmt::format("{}: expected \"{}\", got \"{}\"", key, text_in(row, key), actual));
  score.judge("exception " + name, differences);
  return {};
}

void check_action_names(json::object const& actions, Score& score) {
  std::set<std::string_view> known;
  for (int i = 0; i <= static_cast<int>(scsi::Action::fail); ++i) known.insert(scsi::action_name(static_cast<scsi::Action>(i)));
  Differences differences;
  for (auto const& [name, meaning] : actions)
    if (!known.contains(std::string_view(name))) differences.push_back(fmt::format("{} is no action of the table", std::string_view(name)));
  score.judge("actions", differences);
}

using Check = Result<void> (*)(json::object const&, std::string const&, Score&);

Result<void> check_list(json::object const& file, std::string const& list_name, std::string_view name_key, Check check, Score& score, int& checked) {
  auto const* list = array_in(file, list_name);
  if (list == nullptr) return {};
  ++checked;
  for (std::size_t i = 0; i < list->size(); ++i) {
    RSM_TRY(auto const* item, case_at(*list, i, list_name));
    auto const name = text_in(*item, name_key);
    RSM_CHECK(check(*item, name.empty() ? fmt::format("{}[{}]", list_name, i) : name, score));
  }
  return {};
}

// Lists of the same name are in files about TapeAlert, too.
bool is_about_sense(json::object const& file) {
  auto const* vectors = array_in(file, "vectors");
  auto const* first = vectors != nullptr && !vectors->empty() ? (*vectors)[0].if_object() : nullptr;
  return first == nullptr || first->contains("expected");
}

}  // namespace

Result<void> check_sense(json::object const& file, Score& score, int& checked) {
  if (!is_about_sense(file)) return {};
  if (auto const* actions = object_in(file, "actions")) check_action_names(*actions, score);
  RSM_CHECK(check_list(file, "codes", "id", check_code, score, checked));
  RSM_CHECK(check_list(file, "fallback_by_key", "", check_fallback, score, checked));
  RSM_CHECK(check_list(file, "element_exceptions", "code", check_exception, score, checked));
  return check_list(file, "vectors", "name", check_vector, score, checked);
}

}  // namespace rsm::test
