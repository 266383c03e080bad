#include "api/server/kept_answers.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rsm::server {

std::string_view KeptAnswers::kept(std::string_view method) {
  static constexpr std::array<std::string_view, 3> methods{"status", "metrics.read", "rsm.describe"};
  auto const found = std::ranges::find(methods, method);
  return found == methods.end() ? std::string_view() : *found;
}

bool KeptAnswers::is_for(Kept const& answer, std::string_view method, PeerState const& peer) {
  auto const same_groups = [&] { return answer.groups == peer.groups || (answer.groups && peer.groups && *answer.groups == *peer.groups); };
  return answer.method == method && answer.uid == peer.uid && answer.administrator == peer.administrator && same_groups();
}

bool KeptAnswers::good_as_new() {
  auto const age = loop_.now() - composed_;
  return !answers_.empty() && loop_.deeds() == deeds_ && age >= Millis{0} && age < kept_max_;  // a clock that was set back proves nothing
}

KeptAnswers::Text KeptAnswers::find(std::string_view method, PeerState const& peer) {
  if (!good_as_new()) return nullptr;
  auto const answer = std::ranges::find_if(answers_, [&](Kept const& kept) { return is_for(kept, method, peer); });
  return answer == answers_.end() ? nullptr : answer->text;
}

void KeptAnswers::keep(std::string_view method, PeerState const& peer, Text text) {
  if (!good_as_new() || answers_.size() >= limits::answers_kept_max) {
    answers_.clear();
    deeds_ = loop_.deeds();
    composed_ = loop_.now();
  }
  answers_.push_back({method, peer.uid, peer.administrator, peer.groups, std::move(text)});
}

}  // namespace rsm::server
