#include "drivers/changer/address_book.hpp"

#include <fmt/format.h>

#include <array>

namespace rsm::changer {
namespace {

constexpr std::array kinds = {ElementKind::slot, ElementKind::drive, ElementKind::port, ElementKind::arm};
constexpr std::uint32_t addresses_max = 65'536;

std::uint32_t end_of(scsi::ElementRange const& range) { return std::uint32_t{range.first} + range.count; }
bool holds(scsi::ElementRange const& range, std::uint16_t address) { return address >= range.first && address < end_of(range); }
bool overlap(scsi::ElementRange const& a, scsi::ElementRange const& b) { return a.count != 0 && b.count != 0 && a.first < end_of(b) && b.first < end_of(a); }

}  // namespace

scsi::ElementType type_of(ElementKind kind) {
  switch (kind) {
    case ElementKind::slot: return scsi::ElementType::storage;
    case ElementKind::drive: return scsi::ElementType::drive;
    case ElementKind::port: return scsi::ElementType::import_export;
    case ElementKind::arm: return scsi::ElementType::transport;
  }
  return scsi::ElementType::storage;
}

ElementKind kind_of(scsi::ElementType type) {
  switch (type) {
    case scsi::ElementType::storage: return ElementKind::slot;
    case scsi::ElementType::drive: return ElementKind::drive;
    case scsi::ElementType::import_export: return ElementKind::port;
    case scsi::ElementType::transport: return ElementKind::arm;
  }
  return ElementKind::slot;
}

Result<AddressBook> AddressBook::make(scsi::ElementAddresses const& addresses) {
  AddressBook book;
  book.addresses_ = addresses;
  for (auto const kind : kinds) {
    auto const& range = book.range(kind);
    if (range.count != 0 && end_of(range) > addresses_max)
      return fail(Errc::bad_format, word(kind), fmt::format("mode page 1Dh: {} elements from address {} on go beyond the last address", range.count, range.first));
    for (auto const other : kinds)
      if (kind < other && overlap(range, book.range(other)))
        return fail(Errc::bad_format, word(kind), fmt::format("mode page 1Dh: the addresses of {}s and {}s overlap", word(kind), word(other)));
  }
  return book;
}

scsi::ElementRange const& AddressBook::range(ElementKind kind) const {
  switch (kind) {
    case ElementKind::slot: return addresses_.storage;
    case ElementKind::drive: return addresses_.drive;
    case ElementKind::port: return addresses_.import_export;
    case ElementKind::arm: return addresses_.transport;
  }
  return addresses_.storage;
}

std::optional<std::uint16_t> AddressBook::address_of(Element element) const {
  auto const& elements = range(element.kind);
  if (element.number >= elements.count) return std::nullopt;
  return static_cast<std::uint16_t>(elements.first + element.number);
}

std::optional<Element> AddressBook::element_at(std::uint16_t address) const {
  for (auto const kind : kinds)
    if (holds(range(kind), address)) return Element{kind, std::uint32_t{address} - range(kind).first};
  return std::nullopt;
}

std::optional<Element> AddressBook::element_at(scsi::ElementType type, std::uint16_t address) const {
  auto const kind = kind_of(type);
  if (!holds(range(kind), address)) return std::nullopt;
  return Element{kind, std::uint32_t{address} - range(kind).first};
}

std::vector<port::ElementRange> AddressBook::ranges() const {
  std::vector<port::ElementRange> all;
  for (auto const kind : kinds)
    if (count(kind) != 0) all.push_back({kind, 0, count(kind)});
  return all;
}

}  // namespace rsm::changer
