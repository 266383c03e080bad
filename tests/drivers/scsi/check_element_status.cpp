// Cases of READ ELEMENT STATUS: the command that was asked with, the answer, its elements.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/element_status.hpp"
#include "tests/drivers/scsi/comparison.hpp"

namespace rsm::test {
namespace {

using scsi::Designator;
using scsi::Element;
using scsi::ElementStatus;

json::value text_or_null(std::string_view text) { return text.empty() ? json::value(nullptr) : json::value(text); }
template <class Number>
json::value number_or_null(std::optional<Number> number) {
  return number ? json::value(static_cast<std::int64_t>(*number)) : json::value(nullptr);
}

// Texts are UTF-8 in a file: bytes above 7Fh of ASCII texts stand there as the characters of these numbers.
std::string as_utf8(Designator const& identifier) {
  std::string text;
  for (char const letter : identifier.text()) {
    auto const code = static_cast<unsigned char>(letter);
    if (code < 0x80 || identifier.code_set == Designator::utf8)
      text += letter;
    else
      text += static_cast<char>(0xC0 | code >> 6), text += static_cast<char>(0x80 | (code & 0x3F));
  }
  return text;
}

json::value identifier_json(std::optional<Designator> const& identifier, json::object const* expected) {
  if (!identifier) return nullptr;
  json::object object{{"code_set", identifier->code_set}, {"type", identifier->type}, {"length", identifier->bytes.size()}};
  bool const is_text = identifier->code_set == Designator::ascii || identifier->code_set == Designator::utf8;
  bool const as_text = expected != nullptr && expected->contains("hex") != expected->contains("text") ? expected->contains("text") : is_text;
  if (as_text)
    object["text"] = as_utf8(*identifier);
  else
    object["hex"] = identifier->hex();
  return object;
}

json::object element_json(Element const& element, json::object const& expected) {
  return {{"type", scsi::element_type_name(element.type)},
          {"address", element.address},
          {"full", element.full},
          {"except", element.exception},
          {"access", element.access ? json::value(*element.access) : json::value(nullptr)},
          {"put_by_operator", element.put_by_operator},
          {"export_enabled", element.export_enabled},
          {"import_enabled", element.import_enabled},
          {"connected_changer", element.connected_changer},
          {"operator_intervention", element.operator_intervention},
          {"asc", element.asc},
          {"ascq", element.ascq},
          {"bus_address", number_or_null(element.bus_address)},
          {"lun", number_or_null(element.lun)},
          {"not_this_bus", element.not_this_bus},
          {"source", number_or_null(element.source)},
          {"inverted", element.inverted},
          {"disabled", element.disabled},
          {"medium_type", element.medium_type},
          {"tag", text_or_null(element.tag.text)},
          {"tag_state", text_or_null(element.tag.garbled ? "garbled" : "")},
          {"tag_sequence", element.tag.sequence},
          {"alternate_tag", text_or_null(element.alternate_tag.text)},
          {"stale_tag", text_or_null(element.stale_tag)},
          {"identifier", identifier_json(element.identifier, object_in(expected, "identifier"))}};
}

void compare_element(json::value const& expected, Element const& element, std::string const& where, AlsoOk const& also_ok, Differences& differences) {
  auto const* object = expected.if_object();
  if (object == nullptr) return differences.push_back(where + ": what is expected is no object");
  compare(*object, element_json(element, *object), where, also_ok, differences);
}

void compare_elements(json::array const& expected, ElementStatus const& status, AlsoOk const& also_ok, Differences& differences) {
  if (expected.size() != status.elements.size())
    differences.push_back(fmt::format("elements: expected {}, got {}", expected.size(), status.elements.size()));
  for (std::size_t i = 0; i < std::min(expected.size(), status.elements.size()); ++i)
    compare_element(expected[i], status.elements[i], fmt::format("elements[{}]", i), also_ok, differences);
}

void compare_samples(json::object const& expected, ElementStatus const& status, AlsoOk const& also_ok, Differences& differences) {
  if (auto const count = number_in(expected, "count"); static_cast<std::size_t>(count) != status.elements.size())
    differences.push_back(fmt::format("count: expected {}, got {}", count, status.elements.size()));
  auto const* samples = object_in(expected, "samples");
  if (samples == nullptr) return;
  for (auto const& [index, sample] : *samples) {
    std::size_t const at = std::strtoul(std::string(index).c_str(), nullptr, 10);
    if (at < status.elements.size())
      compare_element(sample, status.elements[at], fmt::format("samples[{}]", at), also_ok, differences);
    else
      differences.push_back(fmt::format("samples[{}]: there is no such element", at));
  }
}

// In any order; that less came than there was room for may be told or not.
void compare_anomalies(json::object const& expected, ElementStatus const& status, Differences& differences) {
  std::set<std::string> wanted, got;
  if (auto const* list = array_in(expected, "anomalies"))
    for (auto const& anomaly : *list) wanted.insert(anomaly.is_string() ? std::string(anomaly.get_string()) : shown(anomaly));
  for (auto const anomaly : status.anomalies) got.insert(std::string(scsi::anomaly_name(anomaly)));
  for (auto* set : {&wanted, &got}) set->erase(std::string(scsi::anomaly_name(scsi::Anomaly::short_transfer)));
  if (wanted != got) differences.push_back(fmt::format("anomalies: expected [{}], got [{}]", fmt::join(wanted, ", "), fmt::join(got, ", ")));
}

void compare_status(json::object const& expected, ElementStatus const& status, AlsoOk const& also_ok, Differences& differences) {
  json::object head;
  for (auto const* key : {"status", "reason", "allocation_needed"})
    if (auto const* value = expected.if_contains(key)) head[key] = *value;
  json::object const actual{{"status", scsi::status_name(status.status)},
                            {"reason", text_or_null(scsi::reason_name(status.reason))},
                            {"allocation_needed", number_or_null(status.allocation_needed)}};
  compare(head, actual, "", also_ok, differences);
  if (expected.contains("count"))
    compare_samples(expected, status, also_ok, differences);
  else if (auto const* elements = array_in(expected, "elements"))
    compare_elements(*elements, status, also_ok, differences);
  else if (!status.elements.empty())
    differences.push_back("elements: none expected");
  auto const* partial = expected.if_contains("partial");
  if (bool const wanted = partial != nullptr && !partial->is_null(); wanted != status.partial.has_value())
    differences.push_back(wanted ? "partial: expected, not there" : "partial: there, not expected");
  else if (wanted)
    compare_element(*partial, *status.partial, "partial", also_ok, differences);
  compare_anomalies(expected, status, differences);
  static std::set<std::string, std::less<>> const known = {"status",  "reason",  "allocation_needed", "elements", "count",
                                                           "samples", "partial", "anomalies",         "note"};
  for (auto const& [key, value] : expected)
    if (!known.contains(std::string_view(key)) && !is_nothing(value)) differences.push_back(fmt::format("{}: nothing to compare this with", std::string_view(key)));
}

// A number that a request may have: 0 to `most`, false and true for 0 and 1.
Result<std::uint32_t> request_number(json::object const& request, char const* name, std::uint32_t otherwise, std::uint32_t most, std::string const& where) {
  auto const* value = request.if_contains(name);
  if (value == nullptr) return otherwise;
  if (value->is_bool()) return value->get_bool() ? 1u : 0u;
  boost::system::error_code error;
  auto const number = value->is_number() ? value->to_number<std::uint32_t>(error) : most;
  if (!value->is_number() || error || number > most) return fail(Errc::bad_format, where, fmt::format("request.{} is no number of 0 to {}", name, most));
  return number;
}

Result<scsi::ReadElementStatus> command_of(json::object const& request, std::string const& where) {
  RSM_TRY(auto const type, request_number(request, "type", 0, 15, where));
  RSM_TRY(auto const start, request_number(request, "start", 0, 0xFFFF, where));
  RSM_TRY(auto const count, request_number(request, "count", 0xFFFF, 0xFFFF, where));
  RSM_TRY(auto const voltag, request_number(request, "voltag", 0, 1, where));
  RSM_TRY(auto const curdata, request_number(request, "curdata", 0, 1, where));
  RSM_TRY(auto const dvcid, request_number(request, "dvcid", 0, 1, where));
  RSM_TRY(auto const allocation, request_number(request, "alloc", 0xFFFFFF, 0xFFFFFF, where));
  return scsi::ReadElementStatus{.type = static_cast<std::uint8_t>(type),
                                 .start = static_cast<std::uint16_t>(start),
                                 .count = static_cast<std::uint16_t>(count),
                                 .volume_tags = voltag == 1,
                                 .without_motion = curdata == 1,
                                 .device_identifiers = dvcid == 1,
                                 .allocation = allocation};
}

// The command of a case that tells one; a case that does not is decoded with room for everything.
Result<scsi::ReadElementStatus> command_in(json::object const& test_case, std::string const& where) {
  auto const* request = test_case.if_contains("request");
  if (request == nullptr) return scsi::ReadElementStatus{.allocation = 0xFFFFFF};
  if (!request->is_object()) return fail(Errc::bad_format, where, "request is no object");
  return command_of(request->get_object(), where);
}

Result<void> compare_cdb(json::object const& test_case, scsi::ReadElementStatus const& command, std::string const& where, Differences& differences) {
  if (!test_case.contains("cdb_hex") || !test_case.contains("request")) return {};
  RSM_TRY(Buffer const expected, bytes_in(test_case, "cdb_hex", where));
  auto const cdb = command.cdb();
  auto const actual = hex_of(std::as_bytes(std::span(cdb)));
  if (hex_of(expected) != actual) differences.push_back(fmt::format("CDB: expected {}, got {}", hex_of(expected), actual));
  return {};
}

Result<void> check_case(json::object const& test_case, std::string const& name, Score& score) {
  RSM_TRY(Buffer const bytes, bytes_in(test_case, "bytes_hex", name));
  auto const* expected = object_in(test_case, "expected");
  if (expected == nullptr) return fail(Errc::bad_format, name, "expected is not there or no object");
  RSM_TRY(auto const command, command_in(test_case, name));
  Differences differences;
  RSM_CHECK(compare_cdb(test_case, command, name, differences));
  compare_status(*expected, scsi::decode_element_status(bytes, command.allocation), AlsoOk(test_case), differences);
  score.judge(name, differences);
  return {};
}

}  // namespace

Result<void> check_element_status(json::object const& file, Score& score, int& checked) {
  auto const* cases = array_in(file, "cases");
  if (cases == nullptr) return {};
  ++checked;
  for (std::size_t i = 0; i < cases->size(); ++i) {
    RSM_TRY(auto const* test_case, case_at(*cases, i, "cases"));
    auto const name = text_in(*test_case, "name");
    RSM_CHECK(check_case(*test_case, name.empty() ? fmt::format("cases[{}]", i) : name, score));
  }
  return {};
}

}  // namespace rsm::test
