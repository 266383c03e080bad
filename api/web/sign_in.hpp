// Links and sessions: who looks with which browser, and until when.
//
// What for: a link is good once and for a short time; the page that opens it gets a cookie for it, and the cookie stands for a person, whose connection to the
// service acts for that person, or for somebody who can only look. Secrets are 128 random bits, compared without telling by the time it takes, and
// kept nowhere but here. Errors: none; what is not good is not found. Times: of a steady clock. Thread rule: the loop only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/web/limits.hpp"

namespace rsm::client {
class Connection;
}

namespace rsm::web {

using Clock = std::chrono::steady_clock;
using Moment = Clock::time_point;

struct Person {
  std::uint32_t uid = 0;
  std::string user;
  bool administrator = false;
  bool view_only = false;
  std::shared_ptr<client::Connection> connection;  // of this person alone; null: can only look
  friend bool operator==(Person const&, Person const&) = default;
};

struct Session {
  Person person;
  Moment begun{}, ends{};
  bool connection_lost = false;  // goes on looking
  std::size_t sockets = 0, calls = 0;
};

class SignIn {
 public:
  // `secret` gives 32 hexadecimal digits, never the same.
  explicit SignIn(std::function<std::string()> secret) : secret_(std::move(secret)) {}

  // The secret of a link; the session that it leads to ends after `life`.
  std::string make_link(Person person, Millis life, Moment now);
  // The cookie's value; nothing: there is no such link, or no longer.
  std::optional<std::string> open_link(std::string_view link, Moment now);
  std::shared_ptr<Session> find(std::string_view cookie, Moment now);
  void end(std::string_view cookie);
  // Ends all sessions and links of a user, and says how many sessions.
  std::size_t end_all_of(std::uint32_t uid);
  // Takes out what is over.
  void clean(Moment now);
  // The service has ended, and with it every connection that was handed over.
  void connections_lost(std::function<bool(client::Connection const&)> const& is_lost);
  std::vector<std::shared_ptr<Session>> sessions() const;

 private:
  struct Link {
    Person person;
    Millis life{};
    Moment ends{};
  };
  void make_room(std::uint32_t uid);

  std::function<std::string()> secret_;
  std::map<std::string, Link, std::less<>> links_;
  std::map<std::string, std::shared_ptr<Session>, std::less<>> sessions_;
};

// As long as an --for may be: "8h", "30d", "90"; nothing: it is none.
std::optional<Millis> life_of(std::string_view text);
// Cut to what is allowed; the default where nothing was asked for.
Millis allowed_life(std::optional<Millis> asked, bool view_only);

}  // namespace rsm::web
