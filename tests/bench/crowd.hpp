// Many clients of one server on a unix socket, each with at most one call under way.
//
// What for: the same clients ask the product and its yardsticks, so what a client costs is in every figure alike. What a client says
// is a Script; how bytes become answers is a Framing.
// Errors: give_up() when the server closes a connection or does not answer within answer_limit. Thread rule: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/contestant.hpp"

namespace rsm::bench {

constexpr std::chrono::seconds answer_limit{60};  // for the next answer to anybody

class Framing {
 public:
  virtual ~Framing() = default;
  virtual void feed(std::string_view bytes) = 0;
  // The next whole answer among the bytes fed so far; valid until the next call of this object.
  virtual std::optional<std::string_view> next() = 0;
};

// One answer a line.
class LineFraming final : public Framing {
 public:
  void feed(std::string_view bytes) override;
  std::optional<std::string_view> next() override;

 private:
  std::string buffer_;
  std::size_t taken_ = 0;  // bytes of the buffer that were given out
};

// What one client says, call by call. An operation is one call or several, one after the other.
class Script {
 public:
  virtual ~Script() = default;
  virtual std::string begin() = 0;
  // The next call of the same operation; none: it is over.
  virtual std::optional<std::string> go_on(std::string_view /*answer*/) { return std::nullopt; }
};
using Scripts = std::vector<std::unique_ptr<Script>>;

// When a client begins no further operation: the first of the two that is reached. What was begun is always finished.
struct Budget {
  std::optional<Seconds> time;
  std::optional<std::size_t> each;  // operations of one client
};

class Crowd {
 public:
  using MakeFraming = std::unique_ptr<Framing> (*)();
  Crowd(std::string const& socket, std::size_t clients, MakeFraming make_framing);
  ~Crowd();
  Crowd(Crowd const&) = delete;
  Crowd& operator=(Crowd const&) = delete;

  std::size_t size() const { return clients_.size(); }
  // One script for each client; ends when nobody has a call under way.
  Round work(Scripts& scripts, Budget budget);

 private:
  struct Client {
    int fd = -1;
    std::unique_ptr<Framing> framing;
    std::size_t operations = 0;
    Clock::time_point begun{};
    bool busy = false;
  };

  void begin(std::size_t number, Script& script);
  void send(Client& client, std::string const& call);
  void receive(Client& client);
  std::vector<std::size_t> wait();

  std::vector<Client> clients_;
  int poll_ = -1;
};

}  // namespace rsm::bench
