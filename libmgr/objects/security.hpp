// Who may do what with an object: GetNtmsObjectSecurity and SetNtmsObjectSecurity, and which object decides for which.
//
// What for: pools, libraries and the computer have security descriptors of their own, or the one that all have who have none. Every other object
// shows that of the object that decides for it, and cannot be given one. The root of the pools is a pool here: who may do what to it makes pools.
// Errors: invalid_parameter (87: no part, parts that there are not, an owner or a group that is missing), object_not_found (4312: none of this
// id and type), no_security_on_object (1350: to set, of an object for which another one decides), access_denied (5).
// Thread rule: the loop only. Source: rsm-model.md section 18, ntms-functions.md section 10, readings.md 25 and 38.
#pragma once

#include <cstdint>
#include <optional>

#include "libmgr/people/rights.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

// type computer: whatever the id. type unknown: whatever it is.
struct SetSecurityCall {
  ObjectType type = ObjectType::unknown;
  Guid id{};
  std::uint32_t parts = 0;  // SECURITY_INFORMATION: those of `descriptor` that are meant
  security::Descriptor descriptor;
};

namespace objects {

// Which object decides for this one; nothing: there is none of this id and type.
Result<std::optional<rights::Decider>> decider_of(Book& book, ObjectType type, Guid id);

Result<security::Descriptor> security_of(Book& book, Caller const& caller, ObjectType type, Guid id, std::uint32_t parts);
Result<Guid> set_security(Book& book, Caller const& caller, SetSecurityCall const& call);

}  // namespace objects
}  // namespace rsm
