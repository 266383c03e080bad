// Models of libraries: what is known of each is put into the bytes that such a library sends, and must come out of the decoders again.
#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "drivers/scsi/element_status.hpp"
#include "drivers/scsi/identity.hpp"
#include "drivers/scsi/mode_pages.hpp"
#include "tests/drivers/scsi/comparison.hpp"

namespace rsm::test {
namespace {

void put_number(Buffer& buffer, std::size_t at, std::size_t length, std::uint64_t value) {
  for (std::size_t i = 0; i < length; ++i) buffer[at + i] = static_cast<std::byte>(value >> 8 * (length - 1 - i));
}
void put_text(Buffer& buffer, std::size_t at, std::string_view text) {
  for (std::size_t i = 0; i < text.size() && at + i < buffer.size(); ++i) buffer[at + i] = static_cast<std::byte>(text[i]);
}

// "86 bytes", "34 (LTO), 36 (3592)": the number at the beginning; 0: none is told.
std::size_t leading_number(json::object const& parent, std::string_view name) {
  auto const* value = parent.if_contains(name);
  if (value == nullptr) return 0;
  if (value->is_number()) return static_cast<std::size_t>(number_in(parent, name));
  return value->is_string() ? std::strtoul(value->get_string().c_str(), nullptr, 10) : 0;
}

void check_inquiry(json::object const& inquiry, Differences& differences) {
  std::string const vendor = text_in(inquiry, "vendor"), product = text_in(inquiry, "product");
  if (vendor == "any" || vendor.empty()) return;
  if (vendor.size() != 8) return differences.push_back(fmt::format("inquiry.vendor: \"{}\" has not 8 characters", vendor));
  if (!product.empty() && product.size() != 16) return differences.push_back(fmt::format("inquiry.product: \"{}\" has not 16 characters", product));
  Buffer answer(36, static_cast<std::byte>(' '));
  put_number(answer, 0, 8, 0x0880050200000000 | std::uint64_t{31} << 24);
  put_text(answer, 8, vendor);
  put_text(answer, 16, product);
  auto const decoded = scsi::decode_inquiry(answer);
  if (!decoded) return differences.push_back("inquiry: " + decoded.error().text());
  if (decoded->type != scsi::device_type_changer || !decoded->removable) differences.push_back("inquiry: the type is not that of a changer");
  if (decoded->vendor != scsi::trimmed_end(vendor)) differences.push_back(fmt::format("inquiry.vendor: expected \"{}\", got \"{}\"", vendor, decoded->vendor));
  if (decoded->product != scsi::trimmed_end(product)) differences.push_back(fmt::format("inquiry.product: expected \"{}\", got \"{}\"", product, decoded->product));
}

constexpr std::array<char const*, 4> range_names = {"transport", "storage", "import_export", "drive"};

scsi::ElementRange range_of(json::object const& elements, char const* name) {
  auto const* range = object_in(elements, name);
  if (range == nullptr) return {};
  return {static_cast<std::uint16_t>(number_in(*range, "first")), static_cast<std::uint16_t>(number_in(*range, "count"))};
}

// As MODE SENSE(10) with page 1Dh.
Buffer element_address_answer(json::object const& elements) {
  Buffer answer(8 + 20);
  put_number(answer, 0, 2, answer.size() - 2);
  put_number(answer, 8, 2, 0x1D12);
  for (std::size_t i = 0; i < range_names.size(); ++i) {
    auto const range = range_of(elements, range_names[i]);
    put_number(answer, 10 + 4 * i, 2, range.first);
    put_number(answer, 12 + 4 * i, 2, range.count);
  }
  return answer;
}

void check_elements(json::object const& elements, Differences& differences) {
  auto const sense = scsi::decode_mode_sense_10(element_address_answer(elements));
  auto const* page = sense ? sense->page(scsi::element_address_page) : nullptr;
  if (page == nullptr) return differences.push_back("elements: page 1Dh does not decode");
  auto const addresses = scsi::decode_element_addresses(*page);
  if (!addresses) return differences.push_back("elements: " + addresses.error().text());
  std::array<scsi::ElementRange, 4> const got = {addresses->transport, addresses->storage, addresses->import_export, addresses->drive};
  for (std::size_t i = 0; i < got.size(); ++i)
    if (auto const wanted = range_of(elements, range_names[i]); !(got[i] == wanted))
      differences.push_back(fmt::format("elements.{}: expected {} from {}, got {} from {}", range_names[i], wanted.count, wanted.first, got[i].count, got[i].first));
}

// One drive with an identifier of this length, in a descriptor of this length.
scsi::ElementStatus drive_with_identifier(std::size_t descriptor_bytes, bool with_tag, std::uint8_t code_set, std::uint8_t type, std::size_t identifier_bytes) {
  Buffer answer(16 + descriptor_bytes);
  put_number(answer, 0, 4, 0x0100'0001);
  put_number(answer, 5, 3, 8 + descriptor_bytes);
  put_number(answer, 8, 2, with_tag ? 0x0480 : 0x0400);
  put_number(answer, 10, 2, descriptor_bytes);
  put_number(answer, 13, 3, descriptor_bytes);
  put_number(answer, 16, 2, 0x0100);
  std::size_t const header = 16 + (with_tag ? 48u : 12u);
  if (header + 4 <= answer.size()) put_number(answer, header, 4, std::uint64_t{code_set} << 24 | std::uint64_t{type} << 16 | identifier_bytes);
  put_text(answer, header + 4, std::string(identifier_bytes, 'I'));
  return scsi::decode_element_status(answer, answer.size());
}

void check_descriptor_length(json::object const& dvcid, char const* name, bool with_tag, Differences& differences) {
  std::size_t const descriptor_bytes = leading_number(dvcid, name), identifier_bytes = leading_number(dvcid, "length");
  if (descriptor_bytes == 0 || identifier_bytes == 0 || identifier_bytes > 255) return;
  auto const byte = [&](char const* key) { return static_cast<std::uint8_t>(number_in(dvcid, key)); };
  auto const status = drive_with_identifier(descriptor_bytes, with_tag, byte("code_set"), byte("type"), identifier_bytes);
  bool const whole = status.status == scsi::AnswerStatus::complete && status.anomalies.empty() && status.elements.size() == 1 && status.elements[0].identifier &&
                     status.elements[0].identifier->bytes.size() == identifier_bytes;
  if (!whole) differences.push_back(fmt::format("dvcid.{}: an identifier of {} bytes does not come out of {} bytes", name, identifier_bytes, descriptor_bytes));
}

}  // namespace

Result<void> check_libraries(json::object const& file, Score& score, int& checked) {
  auto const* libraries = array_in(file, "libraries");
  if (libraries == nullptr) return {};
  ++checked;
  for (std::size_t i = 0; i < libraries->size(); ++i) {
    RSM_TRY(auto const* library, case_at(*libraries, i, "libraries"));
    Differences differences;
    if (auto const* inquiry = object_in(*library, "inquiry"))
      check_inquiry(*inquiry, differences);
    else
      differences.push_back("inquiry: not there");
    if (auto const* elements = object_in(*library, "elements")) check_elements(*elements, differences);
    if (auto const* dvcid = object_in(*library, "dvcid")) {
      check_descriptor_length(*dvcid, "with_voltag", true, differences);
      check_descriptor_length(*dvcid, "without_voltag", false, differences);
    }
    score.judge("library " + text_in(*library, "id"), differences);
  }
  return {};
}

}  // namespace rsm::test
