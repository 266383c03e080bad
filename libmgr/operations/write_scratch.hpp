// WRITESCRATCH: the label of a free medium is written on a side.
//
// What for: every side that comes into a free pool waits UNPREPARED until its label stands on it (rsm-model.md sections 6 and 7: S6 to S8); one request for each.
// The cartridge is brought to a drive as for its identification; before anything is written, what is in the drive is looked at once more
// (identity/overwriting), and the label that will be written is recorded, so that whatever a crash leaves on the medium is known. A medium that is offline waits
// until it comes into a library. A side whose label was not written stays UNPREPARED, its request FAILED, and a person is asked to look at the cartridge; their
// word, or the move into the free pool once more, has it tried again. Who asks for the labels: pools/moving. Thread rule: the loop only.
#pragma once

#include <optional>
#include <string>

#include "libmgr/machines/drive.hpp"

namespace rsm {
class Library;
}

namespace rsm::operations::write_scratch {

void evaluate(Library& library);

// ---- what drives ask and say
Result<> may_overwrite(Library& library, MediumId medium, SideId side, std::optional<Omid> const& found);
void decided(Library& library, RequestId request, MediumId medium, SideId side, Omid const& label);
void labelled(Library& library, RequestId request, MediumId medium, SideId side, machine::LabelWritten const& label);
void failed(Library& library, DriveId drive, RequestId request, MediumId medium, Error const& error);

// It has come into this library: what waits for it on the shelf, or in another one, goes on here.
void arrived(Library& library, MediumId medium);
// Somebody has looked at it: its labels are tried again.
void looked_after(Library& library, MediumId medium);

}  // namespace rsm::operations::write_scratch
