// Who was shut out of all pools or libraries has mounted nothing of them meanwhile, and who was shut out of the computer has opened no session.
#include <algorithm>

#include "tests/sim/auditor.hpp"

namespace rsm::sim {

void Auditor::rights_change() {
  ++rights_changes_;
  if (!shut_out_.empty() && !shut_out_.back().until) shut_out_.back().until = loop_.now();
}

void Auditor::shut_out(std::string const& user, ObjectType type, std::set<Guid> objects, std::uint64_t change) {
  if (change == rights_changes_) shut_out_.push_back({user, type, std::move(objects), loop_.now(), std::nullopt});
}

std::vector<Auditor::ShutOut const*> Auditor::shut_out_when(std::string const& user, TimePoint when) const {
  std::vector<ShutOut const*> found;
  for (auto const& one : shut_out_)
    if (one.user == user && when > one.since && (!one.until || when < *one.until)) found.push_back(&one);
  return found;
}

void Auditor::entered(SessionRecord const& session) {
  for (auto const* one : shut_out_when(session.user, session.opened))
    if (one->type == ObjectType::computer) broken(session.user + " was shut out of the computer, and opened session " + session.id.text());
}

// A pool of the system or a library that was made later is everybody's, and media may have moved since.
void Auditor::check_rights(RequestRecord const& mount) {
  World const& world = manager_->world();
  for (auto const* one : shut_out_when(mount.user, mount.queued)) {
    auto const medium = manager_->find_medium(mount.medium);
    if (!medium || !*medium) continue;
    bool const all_pools = std::ranges::all_of(world.pools, [&](auto const& pool) { return !pool.second.is_system() || one->objects.contains(pool.first.guid); });
    if (one->type == ObjectType::pool && all_pools && one->objects.contains((*medium)->pool.guid))
      broken(mount.user + " was shut out of every pool, and mount " + mount.id.text() + " of " + name_of(**medium) + " was accepted");
    bool const all_libraries = std::ranges::all_of(world.libraries, [&](auto const& library) { return one->objects.contains(library.first.guid); });
    if (one->type == ObjectType::library && all_libraries)
      broken(mount.user + " was shut out of every library, and mount " + mount.id.text() + " of " + name_of(**medium) + " was accepted");
  }
}

}  // namespace rsm::sim
