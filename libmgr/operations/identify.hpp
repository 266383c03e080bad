// PROCESSOMID and CLASSIFY: the labels of a cartridge are read, and what follows from them.
//
// What for: who a cartridge is says libmgr/identity; here its verdicts are written down, for the cartridge itself and for every other one whose
// verdict has lost its ground by it. A medium in use is never touched. Thread rule: the loop only.
// Source: rsm-model.md sections 7 and 12; readings.md 34, 36, 40, 44.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/identity/placement.hpp"
#include "libmgr/machines/drive.hpp"
#include "libmgr/operations/call.hpp"

namespace rsm {

// What lies in this slot is identified anew (IdentifyNtmsSlot). An empty slot: nothing happens, and there is no request.
struct IdentifyCall {
  std::string key;
  SlotId slot;
};

constexpr Operation operation_of(IdentifyCall const&) { return Operation::classify; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, IdentifyCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, IdentifyCall const&) { return {{}}; }
}  // namespace operations

}  // namespace rsm

namespace rsm::operations::identify {

// Queues the reading of its labels, unless that is queued already, or the medium is a cleaner.
// True: it was not.
bool ask(Library& library, MediumId medium, Operation operation, std::string const& reason);
// The same for one that was never identified.
void ask_if_unknown(Library& library, MediumId medium, std::string const& reason);
// Another cartridge that is here bears its label: which of the two this medium is, is not known yet.
bool contested(Library& library, MediumRecord const& medium);
// It is contested, and its label will be read: that is queued, and there is a drive for it.
bool is_read_first(Library& library, MediumRecord const& medium);
// For an inventory: what is not identified, and with `full` everything else. True: it was asked for.
bool ask_for_inventory(Library& library, MediumId medium, bool full);
// One whose labels were read, and which is not decided: once more, by what is known now. True: another cartridge was asked for anew.
bool decide(Library& library, MediumId medium);
// Every try to read its label has failed: it is left alone until a person has looked at it.
bool could_not_be_read(MediumRecord const& medium);
// It was taken out, and its record may be deleted: who bears its label is judged again.
void has_left(Library& library, MediumRecord const& medium);
// It has been brought into a slot: what could not be decided while it was in use is decided now.
void at_home(Library& library, MediumId medium);

void evaluate(Library& library);

// ---- what drives say
void labels_read(Library& library, RequestId request, MediumId medium, machine::LabelsRead const& read);
void failed(Library& library, DriveId drive, RequestId request, MediumId medium, Error const& error);
// It has failed in all tries: a person is asked to look at it.
void have_looked_after(Library& library, MediumRecord const& troubled);
// Somebody has looked at it: when it is not known yet, its label is read once more.
void looked_after(Library& library, MediumId medium);
// What is in a drive does not bear the label of the medium that is believed there.
void unexpected_label(Library& library, DriveId drive, machine::Drive const& work);
// The user of a mounted medium has given it another label.
void label_changed(Library& library, MediumId medium, SideId side, std::optional<Omid> const& found);

// ---- what the elements say
identity::Catalog catalog_of(Library& library);
// Something is not where it was: what waits for another cartridge, and the duplicates, are judged again.
void judge_again(Library& library, identity::Placement const& placement);
// Bar codes that are on several cartridges now.
void doubles_seen(Library& library, std::vector<identity::Double> const& doubles);

}  // namespace rsm::operations::identify
