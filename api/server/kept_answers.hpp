// Answers of which many ask the same: composed once, and sent to all as bytes while nothing changes.
//
// What for: the status of everything and the figures take longer to put together than to send, and whoever watches asks for them often. What was
// composed is kept with the number of deeds of the loop (Loop::deeds) and given out while there is none more: it is the change that ends it, so nobody
// sees a state from before something that he was told of. Its clock, and what it tells in ages (how long the disk has not answered), may be limits::answer_kept_max
// old. Each user has answers of its own: what a user may see depends on who it is, and on its groups. No more than limits::answers_kept_max of them; then they
// begin anew. Errors: none; a call that is refused is kept by nobody. Thread rule: the loop only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/limits.hpp"
#include "api/server/peer.hpp"
#include "libmgr/base/loop.hpp"

namespace rsm::server {

class KeptAnswers {
 public:
  // The ending of a line (wire::reply_ending).
  using Text = std::shared_ptr<std::string const>;

  // `kept_max` zero: everything is composed anew.
  explicit KeptAnswers(Loop& loop, Millis kept_max = limits::answer_kept_max) : loop_(loop), kept_max_(kept_max) {}

  // Methods without parameters whose answers are the whole world; the name lives as long as the program. Empty: it is none of them.
  static std::string_view kept(std::string_view method);

  // What this peer would be answered now; null: it has to be composed.
  Text find(std::string_view method, PeerState const& peer);
  // It was composed just now, for this peer, of this moment. `method`: as kept() gave it.
  void keep(std::string_view method, PeerState const& peer, Text text);

 private:
  struct Kept {
    std::string_view method;
    std::uint32_t uid;
    bool administrator;
    std::shared_ptr<std::vector<std::uint32_t> const> groups;
    Text text;
  };
  static bool is_for(Kept const& answer, std::string_view method, PeerState const& peer);
  bool good_as_new();

  Loop& loop_;
  Millis kept_max_;
  std::uint64_t deeds_ = 0;  // when these were composed
  TimePoint composed_{};     // the oldest of them
  std::vector<Kept> answers_;
};

}  // namespace rsm::server
