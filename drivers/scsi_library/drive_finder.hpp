// Which of the configured drives stands in an element of a library.
//
// What for: nodes of the kernel and their order change; a drive is known by who it says that it is. The library tells an identifier of the drive in each
// element (READ ELEMENT STATUS with DVCID), each drive tells its own (VPD pages 80h and 83h), and the two are compared.
//   DriveOrder::identity  the one address whose drive the library names in this element
//   DriveOrder::listed    the address at this place of the list, where the library says nothing else
// Nothing is guessed: a drive that the library names for two elements, an element that two addresses answer for, and one that none answers for give
// none, with a sentence. Errors: device_not_available; those of the transport and the session. Object: "drive N".
// Thread rule: one thread; blocks up to the limits of the session. Source: SMC-3 6.11, SPC-4 7.8.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "drivers/handler/hardware_place.hpp"
#include "drivers/scsi/session.hpp"
#include "drivers/scsi_library/drive_identity.hpp"
#include "libmgr/domain/device.hpp"

namespace rsm::scsi_library {

using OpenTransport = std::function<Result<std::unique_ptr<scsi::Transport>>(std::string const& address)>;

struct FoundDrive {
  std::string address;
  std::unique_ptr<scsi::Transport> transport;
  std::uint8_t type = 0;  // device_type_tape, ...
  DeviceIdentity identity;
  std::function<bool()> still_there{};  // false: what stood at the address has gone, or something else stands there; empty: that shows itself
};

class DriveFinder {
 public:
  DriveFinder(handler::HardwarePlace place, OpenTransport open, scsi::Clock& clock) : place_(std::move(place)), open_(std::move(open)), clock_(clock) {}
  Result<FoundDrive> find(std::uint32_t number);
  // Once: the search has met a unit attention of the library that nobody else will be told. Behind a node of the kernel all who ask are one initiator, and an
  // attention is told to an initiator once; an iSCSI session of the search's own has its own.
  bool take_doubt() { return std::exchange(doubt_, false); }

 private:
  struct Candidate;

  Result<DriveClaims> claims();
  static Result<DriveClaims> ask_claims(scsi::Session& session);
  Result<Candidate> look_at(std::string const& address) const;
  Result<FoundDrive> listed(std::uint32_t number, DriveClaims const& claims) const;
  Result<FoundDrive> identified(std::uint32_t number, DriveClaims const& claims) const;

  handler::HardwarePlace place_;
  OpenTransport open_;
  scsi::Clock& clock_;
  bool doubt_ = false;
};

}  // namespace rsm::scsi_library
