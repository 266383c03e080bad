// Who may do what: one table, which call takes which right on which object, and the one place that every call asks.
//
// What for: three kinds of objects decide, by their security descriptors: pools (for media, sides and logical media), libraries (for their parts
// and their requests) and the computer (types, operator requests, sessions). An object without a descriptor of its own is for administrators, and
// everyone may use it. Administrators may always. What is one's own (a request, a mount, a session) is for oneself, too; and
// high priorities are nobody's unless the configuration says so. How much one may have of what all need: quotas.hpp.
// Errors: access_denied (5) for a right that is missing: the sentence names the object, the right and who may give it. Thread rule: pure functions over the world; no look into the catalog.
// Source: rsm-model.md section 18 (the column of Windows Server 2003), architecture decision 26, readings.md 40.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/security_descriptor.hpp"
#include "libmgr/domain/session.hpp"
#include "libmgr/model/world.hpp"
#include "libmgr/people/quotas.hpp"

namespace rsm::rights {

// ---- by the descriptors

enum class Act : std::uint8_t {
  open_session, open_notification, read, set_attribute, set_information, set_library, read_security, write_security, take_ownership,
  create_pool, delete_pool, allocate, deallocate, decommission, complete, move_to_pool, swap, change_type, create_medium, delete_medium,
  mount, dismount, add_media_type, delete_media_type, delete_drive, delete_library, enable, disable, dismount_drive,
  access_door, clean_drive, eject, inject, identify_slot, inventory, reserve_cleaner_slot, release_cleaner_slot, update_label, transfer,
  cancel_request, force_dismount, eject_from_standalone,
  get_order, set_order, delete_requests, satisfy_operator_request, cancel_operator_request, ask_for_media, ask_for_service, send_message,
  export_catalog, import_catalog, back_up_catalog, check_catalog, close_session, get_ui_options, set_ui_options
};

// 0: not asked there.
struct Rule {
  Act act;
  char const* call;             // as the documentation calls it; of our own calls, as the protocol does
  std::uint32_t pool = 0, library = 0, computer = 0;
  bool by_kind = false;         // the one of them that decides for the object; else all of them
  std::uint32_t free_pool = 0;  // instead of `pool` and `source`, where that is the free pool
  std::uint32_t source = 0;     // on the pool that media come from
};
std::span<Rule const> table();
Rule const& rule_of(Act act);

// What a call is about. A medium that is in no pool has none: its library decides, else the computer.
struct Objects {
  std::optional<PoolId> pool;
  LibraryId library;
  std::optional<PoolId> source;
};
Result<> may(World const& world, Caller const& caller, Act act, Objects const& objects = {});
Result<> may(World const& world, Caller const& caller, Act act, PoolId pool);
Result<> may(World const& world, Caller const& caller, Act act, LibraryId library);

// The object whose descriptor decides for another one. Neither: the computer.
struct Decider {
  PoolId pool;
  LibraryId library;
  Guid id() const { return pool ? pool.guid : library.guid; }
  ObjectType type() const { return pool ? ObjectType::pool : library ? ObjectType::library : ObjectType::computer; }
  friend bool operator==(Decider const&, Decider const&) = default;
};
Result<> may(World const& world, Caller const& caller, Act act, Decider const& decider);
// As may(read), for those who leave out what may not be read.
bool can_read(World const& world, Caller const& caller, Decider const& decider);
// The same for the guard of an event; zero: everybody may. One that is gone: administrators.
bool can_read_guarded(World const& world, Caller const& caller, Guid guard);

// A medium, wherever it is: its pool; of one that is in no pool, its library.
Decider decider_of(World const& world, MediumRecord const& medium);
// Where it is, or was last; the offline library of one that was in none.
LibraryId library_of(World const& world, MediumRecord const& medium);

security::Descriptor const& descriptor_of(World const& world, Decider const& decider);
bool allows(World const& world, Caller const& caller, Decider const& decider, std::uint32_t rights);

// ---- by whose it is

// What everybody may have of what all need (configuration, section [queue]).
struct Shares {
  int priority_max_user = 0;  // highest priority of who is no administrator: -15 to 15
  quotas::Limits quotas;
};

// Whose a request, a mount or a session is. Without user and session it is the service's, and nobody's own.
struct Owner {
  std::string user;
  SessionId session;
};
Owner owner_of(RequestRecord const& request);
Owner owner_of(SessionRecord const& session);

bool is_own(Caller const& caller, Owner const& owner);

// What no descriptor gives: the list of audit, an owner who is somebody else.
Result<> may_administer(Caller const& caller, std::string const& what);
// Ending a request: one's own, or with control of its library.
Result<> may_cancel(World const& world, Caller const& caller, RequestRecord const& request);
// Taking a medium away although files of it are open: from one's own mount, or with control of the library.
Result<> may_force(World const& world, Caller const& caller, Owner const& mount, LibraryId library, std::string const& what);
Result<> may_close(World const& world, Caller const& caller, SessionRecord const& session);
// Going on with a session in a new connection: its user who has its secret, or root who has it.
Result<> may_attach(SessionRecord const& session, Guid const& secret, std::uint32_t uid);

Result<> may_have_priority(Caller const& caller, int priority, Shares const& shares);

// Text that tells of a user's files (paths of folders that may be closed to others): to that user and to administrators.
bool may_read_private_text(Caller const& caller, std::uint32_t whose_uid);

}  // namespace rsm::rights
