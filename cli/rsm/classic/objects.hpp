// Objects of the classic grammar: a GUID, or a friendly name that is compared exactly, with case. A name that several objects bear
// is object_not_found (4312) with the candidates' GUIDs. Thread rule: as the connection's.
#pragma once

#include "cli/rsm/classic/grammar.hpp"
#include "cli/rsm/commands/resolve.hpp"

namespace rsm::cli {

// The one object of the view type with this GUID or name; `missing` is the error when there is none.
Result<Guid> classic_object(client::Connection& service, std::string_view type, ClassicName const& wanted, Errc missing);

// /l (logical medium), /p (side) or /s with /c (what is in the slot of a changer's library): what is to be mounted or dismounted.
Result<MediaTarget> classic_media(client::Connection& service, ClassicCommand const& command);
// /l (logical medium) or /p (side): the logical medium.
Result<LogicalTarget> classic_logical(client::Connection& service, ClassicCommand const& command);
// The medium in a slot or drive; ERROR_EMPTY when there is none.
Result<MediumId> medium_in_slot(client::Connection& service, Guid const& slot);
Result<MediumId> medium_in_drive(client::Connection& service, Guid const& drive);
// A slot by its name "Slot 3" or "3" in a library; a drive by its name there.
Result<Guid> classic_slot(client::Connection& service, ClassicName const& wanted, std::optional<Guid> library);

}  // namespace rsm::cli
