// What a SCSI changer says, in the words of the port.
//
// What for: elements and failures as drivers/port/changer.hpp promises them: its errors only, exceptions with a sentence, the library's own addresses.
// A slot whose magazine is away and a drive that is not there are not accessible and not full, whatever their bits say.
// Errors: none. Thread rule: pure. Source: SMC-3 6.11, drivers/port/changer.hpp.
#pragma once

#include <string>

#include "drivers/changer/address_book.hpp"
#include "drivers/scsi/session.hpp"

namespace rsm::changer {

// Only errors that the port names; the sentence stays.
Error port_error(scsi::Failure const& failure);

// What came, with a failure as the port's error.
template <class T>
Result<T> told(scsi::Outcome<T> outcome) {
  if (!outcome) return std::unexpected(port_error(outcome.error()));
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return *std::move(outcome);
}

// What the library holds, and where, may not be what it was at the last question.
bool casts_doubt(scsi::Attentions attentions);

// `tells_access`: the library has set ACCESS of some element. Some never do: it tells nothing about their elements then.
port::ElementStatus port_element(scsi::Element const& seen, Element element, AddressBook const& book, bool tells_access);
// Of an element that the library did not tell about.
port::ElementStatus untold_element(Element element, AddressBook const& book);

// The serial number of a drive in the identifier that the library tells of it. A text of its own kind (type 0) is the serial number; a T10 text holds
// vendor (8 characters), product (16) and serial number, and the last word is taken where the vendor divides it otherwise. Binary: as hexadecimal digits.
std::string serial_in(scsi::Designator const& identifier);

}  // namespace rsm::changer
