#include "api/web/live.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "api/protocol/json_text.hpp"
#include "api/web/limits.hpp"

namespace rsm::web {

namespace json = boost::json;

class Live::Tab final : public http::WebSocketUser {
 public:
  Tab(Live& live, std::string greeting, Owner owner) : live_(live), greeting_(std::move(greeting)), owner_(std::move(owner)) {}
  ~Tab() override { leave(); }

  void opened(std::shared_ptr<http::WebSocket> socket) override {
    socket_ = std::move(socket);
    live_.tabs_.insert(this);
    say(std::make_shared<std::string const>(std::move(greeting_)));
  }
  void received(std::string text) override {
    if (!told) live_.catch_up(*this, text);
  }
  void closed() override { leave(); }

  void say(std::shared_ptr<std::string const> text) {
    if (socket_) socket_->send(std::move(text));
  }

  bool may_look() const { return owner_.is_there(); }
  void close() {
    if (socket_) socket_->close("the session has ended");
  }

  bool told = false;  // it has a picture, and follows

 private:
  void leave() {
    socket_.reset();
    live_.tabs_.erase(this);
    if (auto const ended = std::exchange(owner_.tab_ended, nullptr)) ended();
  }

  Live& live_;
  std::string greeting_;
  Owner owner_;
  std::shared_ptr<http::WebSocket> socket_;
};

std::shared_ptr<http::WebSocketUser> Live::new_tab(std::string greeting, Owner owner) { return std::make_shared<Tab>(*this, std::move(greeting), std::move(owner)); }

std::string Live::message(std::string_view what, std::string const& text) const {
  return "{\"run\":" + json::serialize(json::string(run_)) + ",\"n\":" + std::to_string(number_) + ",\"" + std::string(what) + "\":" + text + "}";
}

void Live::show(std::shared_ptr<watch::World const> world) {
  auto next = picture_of(std::move(world), picture_.world ? &picture_ : nullptr);
  auto const changes = delta_text(picture_, next);
  picture_ = std::move(next);
  if (changes.empty()) return;
  ++number_;
  auto const text = std::make_shared<std::string const>(message("delta", changes));
  deltas_.push_back(text);
  delta_bytes_ += text->size();
  while (deltas_.size() > limits::deltas_kept || (delta_bytes_ > limits::delta_bytes_kept && !deltas_.empty())) {
    delta_bytes_ -= deltas_.front()->size();
    deltas_.pop_front();
  }
  auto const all = tabs_;  // who is cut off leaves meanwhile
  for (auto* tab : all)
    if (tabs_.contains(tab) && tab->told && tab->may_look()) tab->say(text);
}

void Live::beat(watch::World const& world, std::int64_t now_ms) {
  auto const text = std::make_shared<std::string const>(json::serialize(json::object{{"beat", now_ms}, {"news", world.last_news}, {"trouble", world.trouble}}));
  auto const all = tabs_;
  for (auto* tab : all) {
    if (!tabs_.contains(tab)) continue;
    if (tab->may_look())
      tab->say(text);
    else
      tab->close();
  }
}

// What the tab says it has, and what is missing of it; whatever else it says, it gets everything.
void Live::catch_up(Tab& tab, std::string const& said) {
  tab.told = true;
  auto const parsed = wire::parse_json(said);
  auto const* has = parsed && parsed->is_object() ? &parsed->get_object() : nullptr;
  auto const* run = has == nullptr ? nullptr : has->if_contains("run");
  auto const* number = has == nullptr ? nullptr : has->if_contains("n");
  bool const same_run = run != nullptr && run->is_string() && std::string_view(run->get_string()) == run_;
  if (same_run && number != nullptr && number->is_int64() && number->get_int64() >= 0 && static_cast<std::uint64_t>(number->get_int64()) <= number_) {
    auto const missing = number_ - static_cast<std::uint64_t>(number->get_int64());
    if (missing <= deltas_.size()) {
      for (auto i = deltas_.size() - missing; i < deltas_.size(); ++i) tab.say(deltas_[i]);
      return;
    }
  }
  tab.say(std::make_shared<std::string const>(message("snapshot", snapshot_text(picture_))));
}

}  // namespace rsm::web
