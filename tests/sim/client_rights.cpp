// What an administrator does with rights: shuts a user out of all pools, and lets everybody in again.
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
  std::optional<std::uint32_t> const uid = shut_out_ ? std::nullopt : std::optional(1001 + 2 * static_cast<std::uint32_t>(stage_.later_random.below(std::max(1U, stage_.swarm.clients / 2))));
  shut_out_ = uid.has_value();
  std::set<PoolId> pools;
  for (auto const& [id, pool] : stage_.manager()->world().pools) pools.insert(id);
  stage_.history.note("client", name_ + (uid ? " shuts user" + std::to_string(*uid) + " out of all pools" : std::string(" lets everybody into all pools")));
  stage_.auditor->rights_change();
  auto const left = std::make_shared<std::size_t>(pools.size());
  for (auto const& id : pools)
    stage_.manager()->change(caller(), SetSecurityCall{ObjectType::pool, id.guid, access_part, for_all_but(uid)}, heard<Guid>([this, uid, pools, left, number = stage_.auditor->rights_changes()](Result<Guid> done) {
      if (!done || --*left > 0) return;
      stage_.history.count(uid ? "rights.shut_out" : "rights.let_in");
      if (uid) stage_.auditor->shut_out("user" + std::to_string(*uid), pools, number);
    }));
}

}  // namespace rsm::sim
