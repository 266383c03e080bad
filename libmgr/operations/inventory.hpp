// INVENTORY: the hardware is asked where everything is; with labels read (full) or without.
// Errors: those of InventoryNtmsLibrary. Thread rule: the loop only. Source: rsm-model.md section 12; readings.md 32 and 39.
#pragma once

#include "libmgr/operations/call.hpp"

namespace rsm {

enum class InventoryAction { fast, omid, default_method };

struct InventoryCall {
  std::string key;
  LibraryId library;
  InventoryAction action = InventoryAction::default_method;
};

constexpr Operation operation_of(InventoryCall const&) { return Operation::inventory; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, InventoryCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, InventoryCall const& call) { return {{.library = call.library}}; }
// Its request is in the book: no slot is known for certain until it has run.
void recorded(Desk const& desk, InventoryCall const& call, Records const& requests, OperatorRequests& people);
}

namespace operations::inventory {

void evaluate(Library& library);

}  // namespace operations::inventory
}  // namespace rsm
