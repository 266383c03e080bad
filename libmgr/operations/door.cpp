#include "libmgr/operations/door.hpp"

#include "libmgr/library/library.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/inventory.hpp"

namespace rsm::operations {
namespace {

std::uint32_t door_option(DoorAction action, InventoryMethod own) {
  switch (action) {
    case DoorAction::none: return operation_option::door_none;
    case DoorAction::fast: return operation_option::door_fast;
    case DoorAction::omid: return operation_option::door_full;
    case DoorAction::default_method: break;
  }
  if (own == InventoryMethod::none) return operation_option::door_none;
  return own == InventoryMethod::omid ? operation_option::door_full : operation_option::door_fast;
}

}  // namespace

Result<Records> check(Desk const& desk, Who const& who, DoorCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::door_access);
  RSM_TRY(auto const* library, library_for_control(desk, call.library, Errc::resource_disabled));
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::access_door, call.library));
  if (library->doors.empty()) return fail(Errc::resource_not_present, "library " + library->record.name, "it has no door");
  r.library = call.library;
  r.option = door_option(call.action, library->record.inventory_method);
  return Records{std::move(r)};
}

}  // namespace rsm::operations

namespace rsm::operations::door {

// Asked for while the library starts, too: a door that is open keeps it from starting.
void evaluate(Library& library) {
  auto const requests = library.open(Operation::door_access);
  if (!requests.empty() && !library.door().works_for(requests.front()->id)) library.door().want(requests.front()->id);
  library.door().begin_if_still();
}

void closed(Library& library, RequestRecord const& r) {
  if (r.option != operation_option::door_none) {
    RequestRecord inventory = blank(library.book(), library.id(), Operation::inventory, "the door was closed");
    inventory.option = r.option == operation_option::door_full ? operation_option::inventory_full : operation_option::inventory_slots;
    library.book().add(inventory);
  }
  finish(library, r.id, {RequestState::passed, Errc::success, r.option == operation_option::door_none ? "the door is closed" : "the door is closed; an inventory follows"});
}

}  // namespace rsm::operations::door
