#include "tests/drivers/changer/library_models.hpp"

#include <algorithm>
#include <array>

#include "drivers/scsi/designator.hpp"
#include "tests/drivers/scsi/case_file.hpp"

namespace rsm::test {
namespace {

scsi::ElementRange range_of(json::object const* elements, char const* name, scsi::ElementRange usual) {
  auto const* range = elements == nullptr ? nullptr : object_in(*elements, name);
  if (range == nullptr) return usual;
  auto const* count = range->if_contains("count");
  bool const told = count != nullptr && count->is_number();
  return {static_cast<std::uint16_t>(number_in(*range, "first", usual.first)), told ? static_cast<std::uint16_t>(number_in(*range, "count")) : usual.count};
}

// No range goes into the one behind it.
void cut(scsi::ElementAddresses& elements) {
  std::array<scsi::ElementRange*, 4> all = {&elements.transport, &elements.storage, &elements.import_export, &elements.drive};
  for (auto* range : all)
    for (auto const* other : all)
      if (other != range && other->count != 0 && other->first > range->first) range->count = static_cast<std::uint16_t>(std::min<int>(range->count, other->first - range->first));
}

void read_identifiers(json::object const& dvcid, LibraryModel& model) {
  auto const* supported = dvcid.if_contains("supported");
  model.identifiers = supported != nullptr && supported->is_bool() && supported->get_bool();
  model.identifier_type = static_cast<std::uint8_t>(number_in(dvcid, "type", 1));
  auto const* length = dvcid.if_contains("length");
  model.identifier_bytes = length != nullptr && length->is_number() ? static_cast<std::size_t>(number_in(dvcid, "length")) : model.identifier_type == 0 ? 10u : 34u;
  model.identifier_field = static_cast<std::size_t>(number_in(dvcid, "field_length", static_cast<std::int64_t>(model.identifier_bytes)));
}

// What only the text of the file tells.
void add_habits(LibraryModel& model) {
  auto const is = [&](std::string_view id) { return model.id == id; };
  model.identifiers_unasked = is("hp-msl6000");
  model.identifiers_void_states = is("ibm-ts4500");
  model.vendor_bytes = is("stk-l700") || is("stk-sl500") ? 4 : is("plasmon-g") ? 1 : 0;
  model.fixed_bytes = is("hp-optical") ? 4 : 12;
  model.rotates = is("hp-optical") || is("plasmon-g") || is("disc-orion");
  model.exchanges = is("hp-optical") || is("plasmon-g") || is("disc-orion") || is("ibm-3573-tl");
  model.announces_exchange = model.exchanges || is("qualstar-tls") || is("tgt-vtl");
  model.hides_transport = is("hp-optical");
  model.transport_is_no_end = is("ibm-ts4500");
  model.only_type_zero = is("sony-vgp-xl1b");
  model.needs_initialize = is("breecehill-q2");
  model.bytes_missing = is("tgt-vtl") ? 8 : 0;
  model.tells_access = !is("tgt-vtl");
  model.stale_tags = is("tgt-vtl");
  model.away_unreported = is("quantum-scalar-i500") || is("oracle-sl3000") || is("exabyte-210");
  model.serial_page = !is("quantum-px500");
  if (is("spectra-215") || is("quantum-dlt4700")) model.elements.import_export = {};
}

LibraryModel read_model(json::object const& library, std::size_t place) {
  LibraryModel model{.id = text_in(library, "id")};
  auto const* inquiry = object_in(library, "inquiry");
  std::string const vendor = inquiry == nullptr ? "" : text_in(*inquiry, "vendor"), product = inquiry == nullptr ? "" : text_in(*inquiry, "product");
  model.vendor = vendor.empty() ? "ACME" : scsi::trimmed_end(vendor);
  model.product = product.empty() ? "LIBRARY" : scsi::trimmed_end(product);
  auto const* elements = object_in(library, "elements");
  model.elements = {range_of(elements, "transport", {1, 1}), range_of(elements, "storage", {4096, 30}), range_of(elements, "import_export", {16, 2}), range_of(elements, "drive", {256, 3})};
  if (auto const* tags = object_in(library, "tags")) {
    auto const* types = array_in(*tags, "types");
    model.tags = types != nullptr && !types->empty();
    auto const* alternate = tags->if_contains("alternate");
    model.alternate_tags = alternate != nullptr && alternate->is_bool() && alternate->get_bool();
  }
  if (auto const* dvcid = object_in(library, "dvcid")) read_identifiers(*dvcid, model);
  // Forms that no source tells of these models: each of them with some.
  model.with_dbd = place % 3 != 1;
  model.without_dbd = place % 3 != 2;
  model.mode_sense_6 = place % 7 != 6;
  model.tag_padding = place % 2 == 0 ? ' ' : '\0';
  model.whole_descriptors = place % 2 == 0;
  model.allocation_mask = place % 4 == 3 ? 0xFFFF : 0xFFFFFF;
  add_habits(model);
  cut(model.elements);
  return model;
}

}  // namespace

Result<std::vector<LibraryModel>> library_models(std::string const& path) {
  RSM_TRY(auto const file, read_case_file(path));
  auto const* libraries = array_in(file, "libraries");
  if (libraries == nullptr) return fail(Errc::bad_format, path, "no list of libraries");
  std::vector<LibraryModel> models;
  for (auto const& library : *libraries) {
    if (!library.is_object()) return fail(Errc::bad_format, path, "a library is no object");
    models.push_back(read_model(library.get_object(), models.size()));
  }
  return models;
}

}  // namespace rsm::test
