// A server of a test's own: speaks the wire on a unix socket and does what the test says.
//
// What for: answers, errors, silence, breaks and garbage on demand, and a record of every call that came. It knows hello and the
// session calls; everything else is said with on(). Thread rule: every function from any thread; handlers run on the thread
// of their connection. The socket is in a directory of its own, removed at the end.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace rsm::test {

struct Reply {
  std::string result;  // JSON
};
struct Refuse {
  unsigned code;
  std::string detail = "said the test";
};
struct Silence {};
struct Break {};  // the connection ends, the call has no answer
struct Raw {
  std::string bytes;
};
using Act = std::variant<Reply, Refuse, Silence, Break, Raw>;

struct Call {
  int connection = 0;  // counted from 1
  std::string method;
  boost::json::object params;
  std::string id;  // JSON: for who answers later, with Raw
  std::string key() const;  // params.key, or empty
};

class FakeServer {
 public:
  using Handler = std::function<Act(Call const&)>;

  FakeServer();
  ~FakeServer();
  FakeServer(FakeServer const&) = delete;

  std::string const& path() const { return path_; }
  void on(std::string method, Handler handler);
  void grace(int ms);  // of the sessions it opens; 60000 at first

  // Breaks every connection; those who come again are let in.
  void break_all();
  // The same, and nobody is let in any more.
  void go_away();
  void come_back();

  std::vector<Call> calls() const;
  std::vector<Call> calls(std::string const& method) const;
  // Waits until so many calls of the method have come; false after 10 s.
  bool wait_for(std::string const& method, std::size_t count) const;

 private:
  struct Peer;
  void listen();
  void accept_all(int listener);
  void serve(Peer& peer);
  void handle(Peer& peer, std::string const& line);
  Act act_on(Call const& call);
  void stop_listening();
  void drop_peers();

  std::string directory_, path_;
  mutable std::mutex mutex_;
  int listener_ = -1;
  std::thread accepting_;
  std::list<std::unique_ptr<Peer>> peers_;
  std::map<std::string, Handler> handlers_;
  std::vector<Call> calls_;
  int connections_ = 0;
  int grace_ms_ = 60'000;
};

}  // namespace rsm::test
