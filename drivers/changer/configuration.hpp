// Who a changer is and how it is laid out: INQUIRY, serial number, mode pages 1Dh to 1Fh.
//
// What for: read at the start, and again after an attention that says that parameters may have changed. The serial number is that of VPD page 80h;
// a device without that page is known by its designator in page 83h. Page 1Dh is asked in both forms of MODE SENSE, without and with block
// descriptors (DBD), until one is accepted: some changers know one only. Pages 1Eh and 1Fh are asked in the form
// that was accepted, and need not be there.
// Errors: those of the session; what is there is no changer, or its page 1Dh makes no sense: answered = false, device_not_available or bad_format.
// Thread rule: one thread. Source: SPC-4 6.6, 7.5, 7.8; SMC-3 7.3.
#pragma once

#include <optional>

#include "drivers/changer/address_book.hpp"
#include "drivers/scsi/session.hpp"

namespace rsm::changer {

struct Configuration {
  DeviceIdentity identity;
  AddressBook book;
  bool rotates = false;  // a transport can turn a cartridge over
  std::optional<scsi::DeviceCapabilities> capabilities;
};

// Tells the session the model.
scsi::Outcome<Configuration> read_configuration(scsi::Session& session);

}  // namespace rsm::changer
