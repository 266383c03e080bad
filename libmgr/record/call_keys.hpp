// Which requests the calls of open sessions have made, by the keys that they came with.
//
// What for: a call that is sent again under its key is not carried out again; whether a key is new is asked at every call, and answered
// without the catalog. The requests of one call have numbers that follow each other. Kept of calls that have ended are the newest
// limits::call_keys_kept of all sessions, as many as there are finished requests in the catalog; keys go with their session. Thread rule:
// the loop only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm {

class CallKeys {
 public:
  struct Numbers {
    std::uint64_t first = 0;
    std::uint32_t count = 0;  // 0: the key is new
  };

  // is_open: whether the request with this number is; those of open ones are kept, however many there are.
  explicit CallKeys(std::function<bool(std::uint64_t)> is_open, std::size_t most = limits::call_keys_kept)
      : is_open_(std::move(is_open)), most_(most) {}

  // Of requests in the order of their numbers. An empty key: nothing.
  void add(SessionId session, std::string const& key, std::uint64_t number);
  Numbers of(SessionId session, std::string const& key) const;
  void forget(SessionId session);
  void clear();
  std::size_t size() const { return age_.size(); }

 private:
  using Calls = std::map<std::string, Numbers>;
  struct Session {
    Calls calls;
    std::deque<Calls::iterator> age;  // the oldest first
  };
  void forget_oldest();

  std::function<bool(std::uint64_t)> is_open_;
  std::size_t most_;
  std::map<SessionId, Session> sessions_;
  std::deque<SessionId> age_;  // whose call it was, the oldest first; the session may be gone
};

}  // namespace rsm
