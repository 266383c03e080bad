// One client as the dispatcher sees it: who it is, and the session its connection is attached to.
// The dispatcher keeps it alive while calls are under way: always owned by a shared_ptr. Thread rule: the loop only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/server/user_share.hpp"
#include "libmgr/domain/session.hpp"

namespace rsm::server {

struct PeerState : std::enable_shared_from_this<PeerState> {
  std::uint32_t uid = 0;
  std::int64_t pid = 0;        // 0: not a process of this machine
  std::string user;            // name of the uid, or its number
  bool administrator = false;  // decision 26
  std::shared_ptr<std::vector<std::uint32_t> const> groups;  // null: none
  std::string client;          // from hello, for the log
  bool greeted = false;
  SessionId session;           // zero: none
  bool gone = false;           // the client writes no more, or the connection is closed
  ConnectionId connection = ConnectionId::none;
  bool deaf = false;           // the connection is closed: nobody reads an answer
  std::shared_ptr<UserShare> share;  // of its user; from the dispatcher

  Caller caller() const { return {uid, administrator, session, user, connection, groups}; }
  std::string text() const { return user + (pid == 0 ? "" : ", pid " + std::to_string(pid)) + (client.empty() ? "" : ", " + client); }
};

}  // namespace rsm::server
