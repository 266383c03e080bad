#include "libmgr/objects/security.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "libmgr/objects/objects.hpp"

namespace rsm::objects {
namespace {

using rights::Act;
using rights::Decider;
using Found = std::optional<Decider>;

std::unexpected<Error> not_there(ObjectType type, Guid id) {
  return fail(Errc::object_not_found, (type == ObjectType::unknown ? "object " : word(type) + " ") + id.text(), "there is none");
}

Found of_medium(World const& world, Result<std::optional<MediumRecord>> const& medium) { return *medium ? Found(rights::decider_of(world, **medium)) : std::nullopt; }

LibraryId library_of_part(World const& world, Guid id) {
  if (auto const* drive = world.drive(DriveId{id})) return drive->record.library;
  for (auto const& [library, entry] : world.libraries) {
    auto const has = [id](auto const& parts) { return std::ranges::any_of(parts, [id](auto const& part) { return part.second.id.guid == id; }); };
    bool const its_changer = std::ranges::any_of(entry.changers, [id](ChangerRecord const& changer) { return changer.id.guid == id; });
    if (its_changer || has(entry.slots) || has(entry.ports) || has(entry.doors)) return library;
  }
  return {};
}

bool is_root(World const& world, Guid id) { return world.root_pool && world.root_pool.guid == id; }

bool has_its_own(ObjectType type) { return type == ObjectType::pool || type == ObjectType::library || type == ObjectType::computer; }

Result<> check_parts(std::uint32_t parts) {
  if (parts != 0 && (parts & ~security::every_part) == 0) return {};
  return fail(Errc::invalid_parameter, "parts", parts == 0 ? "name at least one: owner 1, group 2, access 4, audit 8" : "bits that there are not; owner 1, group 2, access 4, audit 8");
}

Result<> check_given(SetSecurityCall const& call) {
  RSM_CHECK(check_parts(call.parts));
  if ((call.parts & security::owner_part) != 0 && !call.descriptor.owner) return fail(Errc::invalid_parameter, "the security descriptor", "the owner is to be set, and there is none in it");
  if ((call.parts & security::group_part) != 0 && !call.descriptor.group) return fail(Errc::invalid_parameter, "the security descriptor", "the group is to be set, and there is none in it");
  return {};
}

// The type that was asked for, or that the object has.
Result<std::pair<ObjectType, Decider>> find(Book& book, ObjectType type, Guid id) {
  if (type == ObjectType::unknown) {
    RSM_TRY(auto const known, type_of(book, id));
    if (!known && !is_root(book.world(), id)) return not_there(type, id);
    type = known.value_or(ObjectType::pool);
  }
  RSM_TRY(auto const decider, decider_of(book, type, id));
  if (!decider) return not_there(type, id);
  return std::pair(type, *decider);
}

// Taking is one's own; giving away is for administrators.
Result<> may_own(Caller const& caller, security::Sid const& owner) {
  bool const group_of_caller = caller.groups != nullptr && security::group_of(owner) && std::ranges::find(*caller.groups, *security::group_of(owner)) != caller.groups->end();
  if (group_of_caller || security::user_of(owner) == caller.uid) return {};
  return rights::may_administer(caller, "the owner " + security::who(owner));
}

Result<> may_set(World const& world, Caller const& caller, SetSecurityCall const& call, Decider const& decider) {
  if ((call.parts & security::access_part) != 0) RSM_CHECK(rights::may(world, caller, Act::write_security, decider));
  if ((call.parts & (security::owner_part | security::group_part)) != 0) RSM_CHECK(rights::may(world, caller, Act::take_ownership, decider));
  if ((call.parts & security::owner_part) != 0) RSM_CHECK(may_own(caller, *call.descriptor.owner));
  if ((call.parts & security::audit_part) != 0) RSM_CHECK(rights::may_administer(caller, "the list of audit"));
  return {};
}

std::string text_of(std::uint32_t parts) {
  constexpr std::pair<std::uint32_t, char const*> names[] = {{security::owner_part, "owner"}, {security::group_part, "group"}, {security::access_part, "list of access"}, {security::audit_part, "list of audit"}};
  std::string text;
  for (auto const& [part, name] : names)
    if ((parts & part) != 0) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace

Result<std::optional<Decider>> decider_of(Book& book, ObjectType type, Guid id) {
  World const& world = book.world();
  auto const if_there = [&](Decider decider) -> Result<Found> {
    RSM_TRY(bool const there, exists(book, type, id));
    return there ? Found(decider) : std::nullopt;
  };
  switch (type) {
    case ObjectType::computer: return Found(Decider{});
    case ObjectType::pool: return is_root(world, id) ? Found(Decider{PoolId{id}, {}}) : if_there({PoolId{id}, {}});
    case ObjectType::library: return if_there({{}, LibraryId{id}});
    case ObjectType::drive:
    case ObjectType::changer:
    case ObjectType::slot:
    case ObjectType::port:
    case ObjectType::door: return if_there({{}, library_of_part(world, id)});
    case ObjectType::media_type:
    case ObjectType::drive_type:
    case ObjectType::changer_type:
    case ObjectType::operator_request: return if_there({});
    case ObjectType::medium: {
      RSM_TRY(auto const medium, book.find_medium(MediumId{id}));
      return of_medium(world, medium);
    }
    case ObjectType::side: {
      RSM_TRY(auto const medium, book.find_medium_of_side(SideId{id}));
      return of_medium(world, medium);
    }
    case ObjectType::logical_medium: {
      RSM_TRY(auto const logical, book.logical_medium(LogicalMediumId{id}));
      return logical ? Found(Decider{logical->pool, {}}) : std::nullopt;
    }
    case ObjectType::request: {
      RSM_TRY(auto const request, book.find_request(RequestId{id}));
      return request ? Found(Decider{{}, request->library}) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

Result<security::Descriptor> security_of(Book& book, Caller const& caller, ObjectType type, Guid id, std::uint32_t parts) {
  RSM_CHECK(check_parts(parts));
  RSM_TRY(auto const found, find(book, type, id));
  constexpr auto readable = security::owner_part | security::group_part | security::access_part;
  if ((parts & readable) != 0) RSM_CHECK(rights::may(book.world(), caller, Act::read_security, found.second));
  if ((parts & security::audit_part) != 0) RSM_CHECK(rights::may_administer(caller, "the list of audit"));
  return security::only(parts, rights::descriptor_of(book.world(), found.second));
}

Result<Guid> set_security(Book& book, Caller const& caller, SetSecurityCall const& call) {
  RSM_CHECK(check_given(call));
  RSM_TRY(auto const found, find(book, call.type, call.id));
  auto const& [type, decider] = found;
  if (!has_its_own(type))
    return fail(Errc::no_security_on_object, word(type) + " " + call.id.text(), "the " + word(decider.type()) + (decider.id().is_zero() ? std::string{} : " " + decider.id().text()) + " decides for it: set its security");
  RSM_CHECK(may_set(book.world(), caller, call, decider));
  auto const& now = rights::descriptor_of(book.world(), decider);
  auto const wanted = security::with(call.parts, now, call.descriptor);
  if (wanted != now) book.put_security(type, decider.id(), wanted, text_of(call.parts) + " changed " + by_whom(caller));
  return call.id;
}

}  // namespace rsm::objects
