// EJECT: a cartridge comes out of its drive or slot, to the port, and into a person's hand.
// Errors: those of EjectNtmsMedia. Thread rule: the loop only. Source: rsm-model.md section 13.
#pragma once

#include "libmgr/operations/call.hpp"

namespace rsm {

struct EjectCall {
  std::string key;
  MediumId medium;
  bool force = false;
};

// Several cartridges in one call: a request for each, which go their own ways; the first one's id names them all. No more than the library
// has ports: a person takes them out together.
struct EjectBatchCall {
  std::string key;
  std::vector<MediumId> media;
  bool force = false;
  bool only_check = false;  // says whether it could be done, and records nothing
};

constexpr Operation operation_of(EjectCall const&) { return Operation::eject; }
constexpr Operation operation_of(EjectBatchCall const&) { return Operation::eject; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, EjectCall const& call);
Result<Records> check(Desk const& desk, Who const& who, EjectBatchCall const& call);
std::vector<KeyedObject> objects_of(Desk const& desk, EjectBatchCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, EjectCall const& call) { return {{.medium = call.medium}}; }
}

namespace operations::eject {

void evaluate(Library& library);
// Brings a cartridge that is in no drive to a port, and opens it, as soon as that is free.
void to_port(Library& library, RequestRecord const& request, Element at);

// The person has taken it out of this port.
void taken(Library& library, RequestId request, MediumId medium, std::uint32_t port);
// Nobody did in time, or `waits` needs the port, or what lies in it.
void not_taken(Library& library, std::uint32_t port, MediumId medium, RequestId waits, std::string const& message);
// It has left a stand-alone drive. Zero request: nobody asked but the button of the drive.
void left_drive(Library& library, DriveId drive, RequestId request, MediumId medium);
// A stand-alone drive has gone, and what was in it with it: that is what an eject that waits for a person wanted.
void gone_with_drive(Library& library);
// A port that is empty, and that nothing is on its way to.
std::optional<std::uint32_t> empty_port(Library const& library);

}  // namespace operations::eject
}  // namespace rsm
