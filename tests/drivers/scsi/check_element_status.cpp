// Cases of READ ELEMENT STATUS: the command that was asked with, the answer, its elements.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
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
  compare(head,
          {{"status", scsi::status_name(status.status)}, {"reason", text_or_null(scsi::reason_name(status.reason))}, {"allocation_needed", number_or_null(status.allocation_needed)}},
          "", also_ok, differences);
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
  static std::set<std::string, std::less<>> const known = {"status", "reason", "allocation_needed", "elements", "count", "samples", "partial", "anomalies", "note"};
  for (auto const& [key, value] : expected)
    if (!known.contains(std::string_view(key)) && !is_nothing(value)) differences.push_back(fmt::format("{}: nothing to compare this with", std::string_view(key)));
}

scsi::ReadElementStatus command_of(json::object const& request) {
  auto const flag = [&](std::string_view name) {
    auto const* value = request.if_contains(name);
    return value != nullptr && !is_nothing(*value);
  };
  return {.type = static_cast<std::uint8_t>(number_in(request, "type")),
          .start = static_cast<std::uint16_t>(number_in(request, "start")),
          .count = static_cast<std::uint16_t>(number_in(request, "count", 65535)),
          .volume_tags = flag("voltag"),
          .without_motion = flag("curdata"),
          .device_identifiers = flag("dvcid"),
          .allocation = static_cast<std::uint32_t>(number_in(request, "alloc", 65535))};
}

void compare_command(json::object const& test_case, json::object const& request, Differences& differences) {
  auto const expected = text_in(test_case, "cdb_hex");
  auto const cdb = command_of(request).cdb();
  auto const actual = hex_of(std::as_bytes(std::span(cdb)));
  if (!expected.empty() && expected != actual) differences.push_back(fmt::format("CDB: expected {}, got {}", expected, actual));
}

Result<void> check_case(json::object const& test_case, std::string const& name, Score& score) {
  RSM_TRY(Buffer const bytes, bytes_in(test_case, "bytes_hex", name));
  auto const* expected = object_in(test_case, "expected");
  if (expected == nullptr) return fail(Errc::bad_format, name, "expected is not there or no object");
  Differences differences;
  auto const* request = object_in(test_case, "request");
  if (request != nullptr) compare_command(test_case, *request, differences);
  auto const room = request != nullptr ? number_in(*request, "alloc", 65535) : std::numeric_limits<std::int64_t>::max();
  compare_status(*expected, scsi::decode_element_status(bytes, static_cast<std::size_t>(room)), AlsoOk(test_case), differences);
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
