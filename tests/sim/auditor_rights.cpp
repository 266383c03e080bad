// Who was shut out of all pools has mounted nothing of them meanwhile.
#include <algorithm>

#include "tests/sim/auditor.hpp"

namespace rsm::sim {

void Auditor::rights_change() {
  ++rights_changes_;
  if (!shut_out_.empty() && !shut_out_.back().until) shut_out_.back().until = loop_.now();
}

void Auditor::shut_out(std::string const& user, std::set<PoolId> pools, std::uint64_t change) {
  if (change == rights_changes_) shut_out_.push_back({user, std::move(pools), loop_.now(), std::nullopt});
}

// A pool of the system that was made later is everybody's, and its media may have moved since.
void Auditor::check_rights(RequestRecord const& mount) {
  auto const within = std::ranges::find_if(shut_out_, [&](ShutOut const& one) { return one.user == mount.user && mount.queued > one.since && (!one.until || mount.queued < *one.until); });
  if (within == shut_out_.end()) return;
  bool const all_closed = std::ranges::all_of(manager_->world().pools, [&](auto const& pool) { return !pool.second.is_system() || within->pools.contains(pool.first); });
  auto const medium = manager_->find_medium(mount.medium);
  if (all_closed && medium && *medium && within->pools.contains((*medium)->pool))
    broken(mount.user + " was shut out of every pool, and mount " + mount.id.text() + " of " + name_of(**medium) + " was accepted");
}

}  // namespace rsm::sim
