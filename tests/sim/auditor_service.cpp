// Labels that programs write, allocations that were given up, destinations of messages, questions that people have read: what was answered is so.
#include <algorithm>

#include "tests/sim/auditor.hpp"

namespace rsm::sim {

// It is the label of the side from now on, until the cartridge gets another one.
void Auditor::label_told(SideId side, LogicalMediumId id, Omid const& label) {
  auto const logical = committed_->logical_medium(id);
  if (!logical || !*logical || (*logical)->side != side) return;  // given back, or another one has it, before the answer came
  auto const row = committed_->medium_of_side(side);
  if (!row || !*row) return;
  auto const& now = (*row)->side(side)->omid;
  history_.count("label.told");
  bool const since_then = now && std::ranges::any_of(irons_, [&](Iron const* iron) { return iron->became(label, *now); });
  if (!since_then && (!now || now->key() != label.key())) broken(name_of(**row, side) + " has the label " + (now ? now->key() : "of nobody") + ", and its program was told that it is " + label.key());
}

void Auditor::may_be_given_up(SessionId session, std::string const& key) {
  auto const given = given_.find({session, key});
  if (given != given_.end()) may_be_gone_.insert(given->second);
  given_up_.insert({session, key});
}

void Auditor::given_up(SessionId session, std::string const& key) {
  auto const given = given_.find({session, key});
  if (given != given_.end()) given_back(given->second);
}

void Auditor::destination_asked(DestinationRecord const& one) { destinations_[one].unsure = true; }

void Auditor::destination_heard(DestinationRecord const& one, std::optional<bool> there) {
  auto& known = destinations_[one];
  known.unsure = false;
  if (there) known.there = *there;
}

void Auditor::check_destinations() {
  auto const world = catalog_->world();
  if (!world) return;
  auto const has = [&](Guid object) {
    return object == (*world)->computer.id.guid || (*world)->libraries.contains(LibraryId{object}) || (*world)->sessions.contains(SessionId{object});
  };
  for (auto const& one : (*world)->destinations)
    if (!has(one.object)) broken("messages of " + one.object.text() + " go to " + one.name + ", and there is no such object");
  for (auto const& [one, known] : destinations_) {
    if (known.unsure || !known.there || !has(one.object)) continue;
    history_.count("destination.looked_at");
    if ((*world)->destinations.contains(one) != *known.there) broken("destination " + one.name + " of " + one.object.text() + (*known.there ? " was added and is not there" : " was taken away and is there"));
  }
}

void Auditor::questions_read(std::vector<OperatorRequestId> const& ids) {
  for (auto const& id : ids) {
    auto const row = committed_->operator_request(id);
    if (row && *row && (*row)->state == OperatorState::submitted) broken("operator request " + id.text() + " was read, and it is still submitted");
  }
}

// What a library or a drive that was deleted has held is nowhere else in it.
void Auditor::check_what_was_deleted() {
  auto const world = catalog_->world();
  auto const media = catalog_->media();
  if (!world || !media) return;
  for (auto const& medium : **media)
    if (auto const* in = std::get_if<InElement>(&medium.place); in != nullptr && !(*world)->libraries.contains(in->library))
      broken(name_of(medium) + " is said to be in " + in->element.text() + " of library " + in->library.text() + ", which was deleted");
  for (auto const& [id, request] : (*world)->requests)
    if (!(*world)->libraries.contains(request.library)) broken("request " + id.text() + " is open, and its library " + request.library.text() + " was deleted");
  for (auto const& [id, descriptor] : (*world)->securities) {
    bool const of_something = id.is_zero() || (*world)->pools.contains(PoolId{id}) || (*world)->libraries.contains(LibraryId{id}) || (*world)->root_pool == PoolId{id};
    if (!of_something) broken("who may do what is kept of " + id.text() + ", and there is no such object");
  }
}

}  // namespace rsm::sim
