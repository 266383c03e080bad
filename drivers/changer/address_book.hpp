// The addresses of a library's elements and our names of them: kind, and number from 0.
//
// What for: the number of an element is its address less the first address of its kind (mode page 1Dh). The place in a list is never a number: libraries
// leave out elements that are away. Units: element addresses; 0 is one. Ranges: addresses 0 to 65,535; ranges may touch, not overlap.
// Errors of make(): bad_format, ranges overlap or go beyond the last address. Thread rule: values. Source: SMC-3 7.3.3 (page 1Dh).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/port/changer.hpp"
#include "drivers/scsi/element_status.hpp"
#include "drivers/scsi/mode_pages.hpp"

namespace rsm::changer {

scsi::ElementType type_of(ElementKind kind);
ElementKind kind_of(scsi::ElementType type);

class AddressBook {
 public:
  AddressBook() = default;  // without elements
  static Result<AddressBook> make(scsi::ElementAddresses const& addresses);

  std::optional<std::uint16_t> address_of(Element element) const;
  std::optional<Element> element_at(std::uint16_t address) const;
  // nullopt also for an element of another type than the page has at this address.
  std::optional<Element> element_at(scsi::ElementType type, std::uint16_t address) const;
  std::uint32_t count(ElementKind kind) const { return range(kind).count; }
  std::vector<port::ElementRange> ranges() const;  // kinds of which there are some, by kind
  friend bool operator==(AddressBook const&, AddressBook const&) = default;

 private:
  scsi::ElementRange const& range(ElementKind kind) const;

  scsi::ElementAddresses addresses_;
};

}  // namespace rsm::changer
