// TRANSFER: a cartridge goes to the slot or the port that somebody has chosen, or changes places with the one in another slot. It moves no medium that is
// mounted.
//
// What for: the transfer of changer programs, and order in the slots. In the port the cartridge lies until it is taken in or ejected: who wants it in his
// hand ejects it. What lies in a port and is not known yet is looked at there, as in an inject, and goes to its slot. Not of Windows RSM.
// Two that change places do so in one command of the changer: only where it has one (not_supported), only between slots, and only if both have bar codes by
// which they are told apart afterwards (invalid_media). Where it stopped half way the request has failed, and says where each of the two is.
// Errors: resource_not_present: no such slot or port, or its magazine is out; not_empty: the destination is full,
// or kept for another medium; busy: the medium is in use; invalid_parameter: it is there already; and those of eject.
// Thread rule: the loop only.
#pragma once

#include "libmgr/machines/arm.hpp"
#include "libmgr/operations/call.hpp"

namespace rsm {

// A medium, or what lies in a port; to a slot, or (a medium only) to a port: what is not meant is zero.
struct TransferCall {
  std::string key;
  MediumId medium;
  PortId from;
  SlotId slot;
  PortId port;
  bool exchange = false;  // what is in the slot comes to where the medium was
};

constexpr Operation operation_of(TransferCall const&) { return Operation::transfer; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, TransferCall const& call);
std::vector<KeyedObject> objects_of(Desk const& desk, TransferCall const& call);
}

namespace operations::transfer {

void evaluate(Library& library);
// The arm has decided a move; false: it was not for a transfer.
bool moved(Library& library, machine::ArmDone const& done);
// Where the cartridge of a transfer goes.
Element destination(RequestRecord const& request);

}  // namespace operations::transfer
}  // namespace rsm
