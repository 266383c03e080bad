#include "tests/drivers/changer/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace rsm::test {

std::vector<LibraryModel> const& all_models() {
  static auto const models = library_models(SCSI_CASES "/libraries.json");
  if (!models) throw std::runtime_error(models.error().text());
  return *models;
}

LibraryModel model_named(std::string_view id) {
  auto const found = std::ranges::find(all_models(), id, &LibraryModel::id);
  if (found == all_models().end()) throw std::runtime_error("no such model");
  return *found;
}

namespace {

// The library is the bench's.
class Lent final : public scsi::Transport {
 public:
  explicit Lent(scsi::Transport& owner) : owner_(owner) {}
  Result<scsi::Answer> send(scsi::Request const& request) override { return owner_.send(request); }
  std::string const& name() const override { return owner_.name(); }

 private:
  scsi::Transport& owner_;
};

std::unique_ptr<scsi::Transport> reach(ScriptedLibrary& library, ScriptedKernel& kernel, Way way) {
  if (way == Way::transport) return std::make_unique<Lent>(library);
  return *scsi::SgTransport::open(library.name(), kernel);
}

}  // namespace

Bench::Bench(LibraryModel const& model, Way way)
    : library(std::make_unique<ScriptedLibrary>(model, clock)), kernel(*library), book(*changer::AddressBook::make(library->model().elements)), changer(reach(*library, kernel, way), clock) {}

Element Bench::element(std::uint16_t address) const { return *book.element_at(address); }

Element Bench::full_slot() const {
  for (auto const& [address, cell] : library->cells())
    if (cell.type == scsi::ElementType::storage && !cell.cartridge.empty()) return element(address);
  throw std::runtime_error("no full slot");
}
Element Bench::empty_slot() const {
  for (auto const& [address, cell] : library->cells())
    if (cell.type == scsi::ElementType::storage && cell.cartridge.empty()) return element(address);
  throw std::runtime_error("no empty slot");
}

Cell const& Bench::cell(Element element) const { return library->cells().at(*book.address_of(element)); }

std::size_t Bench::cartridges() const {
  return static_cast<std::size_t>(std::ranges::count_if(library->cells(), [](auto const& cell) { return !cell.second.cartridge.empty(); }));
}

Result<std::vector<port::ElementStatus>> Bench::inventory() {
  RSM_TRY(auto const description, changer.describe());
  std::vector<port::ElementStatus> all;
  for (auto const& range : description.elements)
    for (std::uint32_t first = 0; first < range.count; first += 1000) {
      RSM_TRY(auto report, changer.elements({{range.kind, first, std::min(range.count - first, 1000u)}}));
      all.insert(all.end(), report.elements.begin(), report.elements.end());
    }
  return all;
}

std::string Bench::difference(std::vector<port::ElementStatus> const& seen, bool complete) const {
  auto const& model = library->model();
  std::size_t told = 0;
  for (auto const& [address, cell] : library->cells()) {
    auto const where = book.element_at(address);
    if (!where) continue;  // a transport that is not announced
    ++told;
    auto const status = std::ranges::find(seen, *where, &port::ElementStatus::element);
    if (status == seen.end()) return where->text() + " is missing";
    auto const differs = [&](char const* what) { return fmt::format("{}: {}", where->text(), what); };
    bool const why_is_told = model.fixed_bytes >= 12;
    bool const full = !cell.cartridge.empty() && !(cell.away && why_is_told);
    if (status->address != address) return differs("address");
    if (status->full != full) return differs("full");
    if (status->accessible == cell.away) return differs("accessible");
    if (status->exception.has_value() != cell.away) return differs("exception");
    bool const untold_tag = !complete && status->barcode.empty(), untold_serial = !complete && status->drive_serial.empty();
    if (!untold_tag && status->barcode != (full && model.tags ? cell.cartridge : "")) return differs("bar code");
    if (full && why_is_told && status->source != (cell.source ? book.element_at(*cell.source) : std::nullopt)) return differs("source");
    if (full && why_is_told && cell.source && status->inverted != cell.inverted) return differs("inverted");
    bool const cut_off = model.bytes_missing != 0 && where->number + 1 == book.count(where->kind);
    bool const identified = model.identifiers && !(cell.away && model.away_unreported) && !cut_off;
    if (!untold_serial && status->drive_serial != (identified ? cell.serial : "")) return differs("serial number of the drive");
  }
  return told == seen.size() ? "" : "more elements than there are";
}

}  // namespace rsm::test
