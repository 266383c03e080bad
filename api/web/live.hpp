// The pictures that all tabs follow, and the tabs.
//
// What for: a tab opens a WebSocket and says where it was ({"run":"…","n":N}, or {}); it gets what it missed, or a whole picture where that is not kept any
// more, and then each change. All get the same texts. Each second it is told that the console is there, and when the service was heard last. A
// tab that does not read is cut off (api/http) and comes back by itself.
// Thread rule: the loop only.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "api/http/message.hpp"
#include "api/web/picture.hpp"

namespace rsm::web {

class Live {
 public:
  // `run`: another text for each start of the console: numbers of an earlier one mean nothing.
  explicit Live(std::string run) : run_(std::move(run)) {}

  void show(std::shared_ptr<watch::World const> world);
  // To every tab: the console is there, and what `world` says of the service's last word.
  void beat(watch::World const& world, std::int64_t now_ms);

  // Of a tab: whether it may still look (asked with each beat; then it is closed), and told once when it has gone.
  struct Owner {
    std::function<bool()> is_there;
    std::function<void()> tab_ended;
  };
  // `greeting`: said first.
  std::shared_ptr<http::WebSocketUser> new_tab(std::string greeting, Owner owner);
  std::size_t tabs() const { return tabs_.size(); }

 private:
  class Tab;
  std::string message(std::string_view what, std::string const& text) const;
  void catch_up(Tab& tab, std::string const& said);

  std::string run_;
  Picture picture_;
  std::uint64_t number_ = 0;  // of the newest delta
  std::deque<std::shared_ptr<std::string const>> deltas_;  // the newest last
  std::size_t delta_bytes_ = 0;
  std::set<Tab*> tabs_;  // that have been told a picture, or wait for one
};

}  // namespace rsm::web
