#include "libmgr/operations/inventory.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"

namespace rsm::operations {

using namespace inventory;

Result<Records> check(Desk const& desk, Who const& who, InventoryCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::inventory);
  RSM_TRY(auto const* library, library_for_control(desk, call.library, Errc::resource_disabled));
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::inventory, call.library));
  bool const full = call.action == InventoryAction::omid ||
                    (call.action == InventoryAction::default_method && library->record.inventory_method == InventoryMethod::omid);
  r.option = full ? operation_option::inventory_full : operation_option::inventory_slots;
  r.library = call.library;
  return Records{std::move(r)};
}

void recorded(Desk const& desk, InventoryCall const&, Records const& requests, OperatorRequests&) {
  auto const* library = desk.world().library(requests.front().library);
  std::vector<SlotRecord> slots;
  for (auto const& [number, slot] : library->slots) slots.push_back(slot);
  for (auto& slot : slots) {
    if (slot.state == SlotState::not_present) continue;
    slot.state = SlotState::needs_inventory;
    desk.book.put(slot, "an inventory was asked for");
  }
}

}  // namespace rsm::operations

namespace rsm::operations::inventory {

namespace {

// What is in use is left alone. Of what was found loaded the side that is up was read just now; of what was not, and of its other sides, nothing was.
bool has_unread(Library const& library, DriveEntry const& drive) {
  if (!drive.hot.medium || drive.hot.state == DriveState::loaded || drive.hot.state == DriveState::being_cleaned) return false;
  if (library.by_hand()) return true;
  if (!library.world().usable(drive)) return false;
  auto const* medium = library.belief().medium(drive.hot.medium);
  bool const sides_below = medium != nullptr && medium->sides.size() > 1;
  return drive.hot.state == DriveState::unloaded || (drive.hot.state == DriveState::dismountable && sides_below);
}

void end(Library& library, RequestId id, Result<std::string> const& left_out) {
  auto const* request = library.book().request(id);
  if (request == nullptr) return;
  if (!left_out) return finish(library, id, {RequestState::failed, left_out.error().code, left_out.error().sentence()});
  bool const full = request->option == operation_option::inventory_full;
  std::vector<MediumId> to_read;
  for (auto const& [number, slot] : library.belief().entry().slots)
    if (slot.medium) to_read.push_back(slot.medium);
  for (auto const& [number, drive] : library.belief().entry().drives)
    if (has_unread(library, library.belief().drive(drive))) to_read.push_back(library.belief().drive(drive).hot.medium);
  std::size_t queued = 0;
  for (auto const& medium : to_read) queued += identify::ask_for_inventory(library, medium, full) ? 1 : 0;
  std::string reason = "every element was looked at";
  if (!left_out->empty()) reason = "looked at, but: " + *left_out;
  if (queued != 0) reason += "; the labels of " + std::to_string(queued) + " media are read next";
  finish(library, id, {RequestState::passed, Errc::success, reason});
}

}  // namespace

// It bars new starts until it has run. The arm ends its move, nobody else is waited for: drives at work are left alone and named.
void evaluate(Library& library) {
  auto const requests = library.open(Operation::inventory);
  RequestId const id = requests.empty() ? RequestId{} : requests.front()->id;
  if (requests.empty() || requests.front()->state == RequestState::inprocess) return library.announce_inventory({});
  library.announce_inventory(id);
  bool const commanded = library.port().work() != nullptr && library.port().work()->commanded();
  if (library.stocktaking().under_way() || !library.arm().idle() || commanded)
    return library.book().set_state(id, RequestState::waiting, library.arm().idle() ? "starts when the port is still" : "starts as soon as the arm has brought " + library.arm().text());
  library.book().set_state(id, RequestState::inprocess, "asking the hardware where everything is");
  library.announce_inventory({});
  // Somebody looks after the library: every drive has its chance again.
  for (auto const& [number, drive] : library.belief().entry().drives) library.conditions().forgive(drive);
  library.stocktaking().begin([&library, id](Result<std::string> const& left_out) { end(library, id, left_out); });
}

}  // namespace rsm::operations::inventory
