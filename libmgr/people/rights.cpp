#include "libmgr/people/rights.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "libmgr/people/access.hpp"

namespace rsm::rights {
namespace {

using namespace security;
using enum Act;

// One line a call. rsm-model.md section 18; the calls that Windows has not are like those that they resemble.
constexpr std::array rules{
    Rule{.act = open_session, .call = "OpenNtmsSession", .computer = use},
    Rule{.act = open_notification, .call = "OpenNtmsNotification", .computer = use},
    Rule{.act = read, .call = "GetNtmsObjectInformation", .pool = use, .library = use, .computer = use, .by_kind = true},
    Rule{.act = set_attribute, .call = "SetNtmsObjectAttribute", .pool = modify, .library = modify, .computer = modify, .by_kind = true},
    Rule{.act = set_information, .call = "SetNtmsObjectInformation", .pool = modify, .library = modify, .computer = modify, .by_kind = true},
    Rule{.act = set_library, .call = "SetNtmsObjectInformation", .library = control},
    Rule{.act = read_security, .call = "GetNtmsObjectSecurity", .pool = read_control, .library = read_control, .computer = read_control, .by_kind = true},
    Rule{.act = write_security, .call = "SetNtmsObjectSecurity", .pool = write_dac, .library = write_dac, .computer = write_dac, .by_kind = true},
    Rule{.act = take_ownership, .call = "SetNtmsObjectSecurity", .pool = write_owner, .library = write_owner, .computer = write_owner, .by_kind = true},
    Rule{.act = create_pool, .call = "CreateNtmsMediaPool", .pool = control},
    Rule{.act = delete_pool, .call = "DeleteNtmsMediaPool", .pool = modify},
    Rule{.act = allocate, .call = "AllocateNtmsMedia", .pool = control, .free_pool = use, .source = control},
    Rule{.act = deallocate, .call = "DeallocateNtmsMedia", .pool = control, .free_pool = use, .source = control},
    Rule{.act = decommission, .call = "DecommissionNtmsMedia", .pool = control},
    Rule{.act = complete, .call = "SetNtmsMediaComplete", .pool = control},
    Rule{.act = move_to_pool, .call = "MoveToNtmsMediaPool", .pool = control, .free_pool = use, .source = control},
    Rule{.act = swap, .call = "SwapNtmsMedia", .pool = modify},
    Rule{.act = change_type, .call = "ChangeNtmsMediaType", .pool = modify, .computer = modify, .source = modify},
    Rule{.act = create_medium, .call = "CreateNtmsMedia", .pool = modify, .computer = modify},
    Rule{.act = delete_medium, .call = "DeleteNtmsMedia", .pool = modify, .computer = modify},
    Rule{.act = mount, .call = "MountNtmsMedia", .pool = use, .library = use},
    Rule{.act = dismount, .call = "DismountNtmsMedia", .pool = use, .library = use},
    Rule{.act = add_media_type, .call = "AddNtmsMediaType", .library = modify},
    Rule{.act = delete_media_type, .call = "DeleteNtmsMediaType", .library = modify},
    Rule{.act = delete_drive, .call = "DeleteNtmsDrive", .library = modify},
    Rule{.act = delete_library, .call = "DeleteNtmsLibrary", .library = modify},
    Rule{.act = enable, .call = "EnableNtmsObject", .library = modify},
    Rule{.act = disable, .call = "DisableNtmsObject", .library = modify},
    Rule{.act = dismount_drive, .call = "DismountNtmsDrive", .library = modify},
    Rule{.act = access_door, .call = "AccessNtmsLibraryDoor", .library = control},
    Rule{.act = clean_drive, .call = "CleanNtmsDrive", .library = control},
    Rule{.act = eject, .call = "EjectNtmsMedia", .library = control},
    Rule{.act = inject, .call = "InjectNtmsMedia", .library = control},
    Rule{.act = identify_slot, .call = "IdentifyNtmsSlot", .library = control},
    Rule{.act = inventory, .call = "InventoryNtmsLibrary", .library = control},
    Rule{.act = reserve_cleaner_slot, .call = "ReserveNtmsCleanerSlot", .library = control},
    Rule{.act = release_cleaner_slot, .call = "ReleaseNtmsCleanerSlot", .library = control},
    Rule{.act = update_label, .call = "UpdateNtmsOmidInfo", .library = control},
    Rule{.act = transfer, .call = "medium.transfer", .library = control},
    Rule{.act = cancel_request, .call = "CancelNtmsLibraryRequest", .library = control},
    Rule{.act = force_dismount, .call = "dismount.submit with force", .library = control},
    Rule{.act = eject_from_standalone, .call = "EjectDiskFromSADrive", .library = control},
    Rule{.act = get_order, .call = "GetNtmsRequestOrder", .computer = control},
    Rule{.act = set_order, .call = "SetNtmsRequestOrder", .computer = control},
    Rule{.act = delete_requests, .call = "DeleteNtmsRequests", .computer = modify},
    Rule{.act = satisfy_operator_request, .call = "SatisfyNtmsOperatorRequest", .computer = control},
    Rule{.act = cancel_operator_request, .call = "CancelNtmsOperatorRequest", .computer = control},
    Rule{.act = ask_for_media, .call = "SubmitNtmsOperatorRequest", .pool = control},
    Rule{.act = ask_for_service, .call = "SubmitNtmsOperatorRequest", .library = control},
    Rule{.act = send_message, .call = "SubmitNtmsOperatorRequest", .computer = use},
    Rule{.act = export_catalog, .call = "ExportNtmsDatabase", .computer = control},
    Rule{.act = import_catalog, .call = "ImportNtmsDatabase", .computer = control},
    Rule{.act = back_up_catalog, .call = "catalog.backup", .computer = control},
    Rule{.act = check_catalog, .call = "catalog.check", .computer = use},
    Rule{.act = close_session, .call = "session.close", .computer = control},
    Rule{.act = get_ui_options, .call = "GetNtmsUIOptions", .library = use, .computer = use, .by_kind = true},
    Rule{.act = set_ui_options, .call = "SetNtmsUIOptions", .library = use | modify, .computer = use | modify, .by_kind = true},
};

Subject subject_of(Caller const& caller) {
  return {caller.uid, caller.groups == nullptr ? std::span<std::uint32_t const>{} : std::span<std::uint32_t const>(*caller.groups), caller.administrator};
}

std::string in_words(std::uint32_t mask) {
  std::string text;
  for (auto const& word : words_of(mask)) text += (text.empty() ? "" : " and ") + word;
  return text;
}

std::string called(World const& world, Decider const& decider) {
  if (decider.pool && decider.pool == world.root_pool) return "the root of the pools";
  if (decider.pool) {
    auto const* pool = world.pool(decider.pool);
    return "pool " + (pool == nullptr ? decider.pool.text() : pool->path);
  }
  if (!decider.library) return "the computer";
  auto const* library = world.library(decider.library);
  return "library " + (library == nullptr ? decider.library.text() : library->record.name);
}

std::unexpected<Error> missing(World const& world, Caller const& caller, Rule const& rule, Decider const& decider, std::uint32_t rights) {
  auto const& owner = descriptor_of(world, decider).owner;
  std::string const givers = (owner && *owner != administrators() ? "its owner (" + who(*owner) + ") or " : std::string{}) + "an administrator";
  return fail(Errc::access_denied, called(world, decider),
              std::string(rule.call) + " takes the right " + in_words(rights) + " on it, which " + (caller.user.empty() ? "the caller" : "user " + caller.user) + " has not; " + givers +
                  " may give it (rsm security set)");
}

bool is_free_pool(World const& world, PoolId id) {
  auto const* pool = world.pool(id);
  return pool != nullptr && pool->type == PoolType::scratch;
}

// A right on an object, as a rule asks for it.
struct Question {
  Decider decider;
  std::uint32_t rights = 0;
};

// One for each column that has a right. Where the object is missing somebody else is asked: never nobody.
std::array<Question, 4> questions_of(World const& world, Rule const& rule, Objects const& objects) {
  std::array<Question, 4> asked;
  auto const on_pool = [&](PoolId pool, std::uint32_t rights) { return Question{{pool, {}}, rule.free_pool != 0 && is_free_pool(world, pool) ? rule.free_pool : rights}; };
  if (objects.pool && *objects.pool)
    asked[0] = on_pool(*objects.pool, rule.pool);
  else if (!rule.by_kind)
    asked[0] = {{{}, objects.library}, rule.pool};
  if (objects.source) asked[1] = on_pool(*objects.source, rule.source);
  if (objects.library || !rule.by_kind) asked[2] = {{{}, objects.library}, rule.library};
  bool const for_the_computer = !rule.by_kind || (!objects.library && (!objects.pool || !*objects.pool));
  if (for_the_computer) asked[3] = {{}, rule.computer};
  return asked;
}

std::string by_name(std::string const& user) { return user.empty() ? "the service" : "user " + user; }

std::unexpected<Error> not_yours(Owner const& owner, std::string const& what, std::string const& instead) {
  return fail(Errc::access_denied, what, "it belongs to " + by_name(owner.user) + "; " + instead);
}

}  // namespace

std::span<Rule const> table() { return rules; }
Rule const& rule_of(Act act) { return *std::ranges::find(rules, act, &Rule::act); }

Descriptor const& descriptor_of(World const& world, Decider const& decider) {
  static Descriptor const for_everyone = usual();
  auto const own = world.securities.find(decider.id());
  return own == world.securities.end() ? for_everyone : own->second;
}

bool allows(World const& world, Caller const& caller, Decider const& decider, std::uint32_t rights) {
  return caller.administrator || security::allows(descriptor_of(world, decider), subject_of(caller), rights);
}

Result<> may(World const& world, Caller const& caller, Act act, Objects const& objects) {
  if (caller.administrator) return {};
  auto const& rule = rule_of(act);
  for (auto const& question : questions_of(world, rule, objects))
    if (question.rights != 0 && !allows(world, caller, question.decider, question.rights)) return missing(world, caller, rule, question.decider, question.rights);
  return {};
}

Result<> may(World const& world, Caller const& caller, Act act, PoolId pool) { return may(world, caller, act, Objects{pool, {}, {}}); }
Result<> may(World const& world, Caller const& caller, Act act, LibraryId library) { return may(world, caller, act, Objects{{}, library, {}}); }
Result<> may(World const& world, Caller const& caller, Act act, Decider const& decider) {
  return may(world, caller, act, Objects{decider.pool ? std::optional(decider.pool) : std::nullopt, decider.library, {}});
}

bool can_read(World const& world, Caller const& caller, Decider const& decider) { return allows(world, caller, decider, use); }

bool can_read_guarded(World const& world, Caller const& caller, Guid guard) {
  if (guard.is_zero() || caller.administrator) return true;
  if (world.pools.contains(PoolId{guard}) || world.root_pool == PoolId{guard}) return can_read(world, caller, {PoolId{guard}, {}});
  return world.libraries.contains(LibraryId{guard}) && can_read(world, caller, {{}, LibraryId{guard}});
}

LibraryId library_of(World const& world, MediumRecord const& medium) {
  if (auto const at = whereabouts(world, medium)) return at->library;
  return world.libraries.contains(medium.library) ? medium.library : world.offline_library;
}

Decider decider_of(World const& world, MediumRecord const& medium) {
  if (medium.pool) return {medium.pool, {}};
  return {{}, library_of(world, medium)};
}

Owner owner_of(RequestRecord const& request) { return {request.user, request.session}; }
Owner owner_of(SessionRecord const& session) { return {session.user, session.id}; }

bool is_own(Caller const& caller, Owner const& owner) {
  if (owner.session && owner.session == caller.session) return true;
  return !owner.user.empty() && owner.user == caller.user;
}

Result<> may_administer(Caller const& caller, std::string const& what) {
  if (caller.administrator) return {};
  return fail(Errc::access_denied, what,
              (caller.user.empty() ? "the caller" : "user " + caller.user) + " is no administrator of the libraries (root, or a member of the configured group)");
}

Result<> may_cancel(World const& world, Caller const& caller, RequestRecord const& request) {
  if (is_own(caller, owner_of(request))) return {};
  if (may(world, caller, cancel_request, request.library)) return {};
  return not_yours(owner_of(request), name_of(request.id), "only that user, or who has the right control on " + called(world, {{}, request.library}) + ", may end it");
}

Result<> may_force(World const& world, Caller const& caller, Owner const& mount, LibraryId library, std::string const& what) {
  if (is_own(caller, mount) || may(world, caller, force_dismount, library)) return {};
  if (mount.user.empty() && !mount.session)
    return fail(Errc::access_denied, what, "nobody is known to hold it; only who has the right control on " + called(world, {{}, library}) + " may take it away with force");
  return not_yours(mount, what, "dismount it without force, or ask who has the right control on " + called(world, {{}, library}));
}

Result<> may_close(World const& world, Caller const& caller, SessionRecord const& session) {
  if (caller.uid == session.uid || is_own(caller, owner_of(session)) || may(world, caller, close_session)) return {};
  return not_yours(owner_of(session), "session " + session.id.text(), "only that user, or who has the right control on the computer, may close it");
}

Result<> may_attach(SessionRecord const& session, Guid const& secret, std::uint32_t uid) {
  if (session.secret == secret && (session.uid == uid || uid == 0)) return {};
  return fail(Errc::access_denied, "session " + session.id.text(), "wrong secret or another user");
}

Result<> may_have_priority(Caller const& caller, int priority, Shares const& shares) {
  if (caller.administrator || priority <= shares.priority_max_user) return {};
  return fail(Errc::access_denied, "priority " + std::to_string(priority),
              "only an administrator may ask for more than " + std::to_string(shares.priority_max_user) + " ([queue] priority_max_user)");
}

bool may_read_private_text(Caller const& caller, std::uint32_t whose_uid) { return caller.administrator || caller.uid == whose_uid; }

}  // namespace rsm::rights
