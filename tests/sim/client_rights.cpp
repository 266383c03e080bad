// What an administrator does with rights: shuts a user out of all pools, of all libraries or of the computer, and lets everybody in again.
#include "libmgr/domain/security_descriptor.hpp"
#include "tests/sim/client.hpp"

namespace rsm::sim {
namespace {

using namespace security;

// Everyone may use it, but this user.
Descriptor for_all_but(std::optional<std::uint32_t> uid) {
  Descriptor descriptor;
  descriptor.access = AccessList{};
  if (uid) descriptor.access->push_back({EntryType::deny, 0, use, user_sid(*uid)});
  descriptor.access->push_back({EntryType::allow, 0, use, everyone()});
  return descriptor;
}

}  // namespace

void Client::change_rights() {
  auto& random = stage_.later_random;
  World const& world = stage_.manager()->world();
  constexpr ObjectType types[] = {ObjectType::pool, ObjectType::library, ObjectType::computer};
  std::optional<std::uint32_t> const uid = shut_from_ ? std::nullopt : std::optional(1001 + 2 * static_cast<std::uint32_t>(random.below(std::max(1U, stage_.swarm.clients / 2))));
  ObjectType const type = shut_from_ ? *shut_from_ : types[random.below(std::size(types))];
  shut_from_ = uid ? std::optional(type) : std::nullopt;
  std::set<Guid> objects;
  if (type == ObjectType::pool)
    for (auto const& [id, pool] : world.pools) objects.insert(id.guid);
  if (type == ObjectType::library)
    for (auto const& [id, library] : world.libraries) objects.insert(id.guid);
  if (type == ObjectType::computer) objects.insert(world.computer.id.guid);
  std::string const all = type == ObjectType::pool ? "all pools" : type == ObjectType::library ? "all libraries" : "the computer";
  stage_.history.note("client", name_ + (uid ? " shuts user" + std::to_string(*uid) + " out of " + all : " lets everybody into " + all));
  stage_.auditor->rights_change();
  auto const left = std::make_shared<std::size_t>(objects.size());
  for (auto const& id : objects)
    stage_.manager()->change(caller(), SetSecurityCall{type, id, access_part, for_all_but(uid)}, heard<Guid>([this, uid, type, objects, left, number = stage_.auditor->rights_changes()](Result<Guid> done) {
      if (!done || --*left > 0) return;
      stage_.history.count((uid ? "rights.shut_out." : "rights.let_in.") + word(type));
      if (uid) stage_.auditor->shut_out("user" + std::to_string(*uid), type, objects, number);
    }));
}

}  // namespace rsm::sim
