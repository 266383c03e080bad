// A service that says what a test tells it to, on a real unix socket, in the real protocol.
//
// What for: the program is run against it as against rsmd. Every method has a list of answers, given one after the other; the last
// one stays. What was asked is kept. Thread rule: made by one thread; answers are set before the program starts.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/protocol/codec.hpp"
#include "api/protocol/messages.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

class FakeDaemon {
 public:
  using Answer = std::function<Result<boost::json::value>(boost::json::value const& params)>;
  struct Asked {
    std::string method;
    boost::json::value params;
  };

  // Listens at once; the socket's directory must exist.
  explicit FakeDaemon(std::string socket);
  ~FakeDaemon();

  void answer(std::string method, Answer answer);
  template <class T>
  void reply(std::string method, T const& value) {
    answer(std::move(method), [json = wire::encode(value)](auto const&) -> Result<boost::json::value> { return json; });
  }
  void refuse(std::string method, Errc code, std::string object, std::string detail);
  // From now on every connection gets this error and is closed.
  void refuse_connections(Error why) { refusal_ = std::move(why); }
  // From now on every text in every reply ends with this.
  void spoil(std::string suffix) { spoil_ = std::move(suffix); }
  // One more answer, given after those before it.
  void then(std::string method, Answer answer);

  std::vector<Asked> asked(std::string_view method) const;
  std::string const& socket() const { return socket_; }

 private:
  void serve();
  void talk(int connection);
  std::string answer_to(std::string const& line, bool& has_session);
  Result<boost::json::value> result_of(std::string const& method, boost::json::value const& params);

  std::string socket_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Answer>> answers_;
  std::vector<Asked> asked_;
  std::string spoil_;
  std::optional<Error> refusal_;
  std::vector<std::thread> talks_;
  std::thread thread_;
};

// Everything of samples.hpp behind the reading calls.
void tell_samples(FakeDaemon& daemon);

}  // namespace rsm::cli
