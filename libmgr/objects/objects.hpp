// What people and applications may write of any object: SetNtmsObjectInformation and SetNtmsObjectAttribute.
//
// What for: which member of which kind of object may be written stands here and nowhere else. A call is checked and written into the book at once; its
// answer leaves when that is durable (changes.hpp). A member that is not given stays; one that is given as it is already is no change, also where
// it may not be changed: programs write back what they have read.
// Errors: invalid_parameter (87) for a member that objects of the type do not have or values out of range, invalid_name (123), object_not_found (4312),
// access_denied (5), not_supported (50: what this service keeps no record of), no_data (232: too many bytes), and those of a pool (pools/pools.hpp).
// Thread rule: the loop only. Source: ntms-functions.md section 3.
#pragma once

#include <optional>
#include <string>

#include "libmgr/pools/pools.hpp"
#include "libmgr/record/book.hpp"
#include "libmgr/settings.hpp"

namespace rsm {

struct SetObjectCall {
  ObjectType type = ObjectType::unknown;
  Guid id{};
  std::optional<std::string> name, description;
  // of a pool
  std::optional<MediaTypeId> media_type;
  std::optional<std::uint32_t> allocation_policy, deallocation_policy, max_allocates;
  // of a library
  std::optional<InventoryMethod> inventory_method;
  std::optional<bool> auto_recovery;
  std::optional<std::uint32_t> flags, cleaner_uses;
  // of the computer
  std::optional<std::uint32_t> media_pool_policy, request_flags, operator_request_flags;
  std::optional<Millis> request_purge_after, operator_request_purge_after;
  // of a drive, a port, a door
  std::optional<Millis> defer_dismount_delay, max_extend, max_open;
};

// type unknown: whatever it is. No bytes: the attribute is deleted.
struct SetAttributeCall {
  ObjectType type = ObjectType::unknown;
  Guid id{};
  std::string name, data;
};

namespace objects {

Result<Guid> set(Book& book, Settings const& settings, Caller const& caller, SetObjectCall const& call);
Result<Guid> set_attribute(Book& book, Caller const& caller, SetAttributeCall const& call);

// Whether there is an object of this type with this id.
Result<bool> exists(Book& book, ObjectType type, Guid id);
// What is made with the catalog: the computer's own record.
void settle(Book& book);
// The type of the object with this id; nothing: there is none.
Result<std::optional<ObjectType>> type_of(Book& book, Guid id);

}  // namespace objects
}  // namespace rsm
