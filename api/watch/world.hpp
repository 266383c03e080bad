// What a client that looks on knows of the service, at one moment. Values: a picture is drawn from one of them, and from nothing else. Times: milliseconds UTC. Thread rule: values.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/protocol/messages.hpp"

namespace rsm::watch {

// Times are milliseconds UTC.
struct World {
  std::int64_t last_news = 0;  // when the service answered last; 0: never
  std::string trouble;         // why nothing is heard of it
  wire::HelloReply service;
  wire::StatusReply status;
  std::map<LibraryId, std::shared_ptr<std::vector<wire::SlotInfo> const>> slots;  // in the order of their numbers
  std::map<LibraryId, std::vector<wire::PortInfo>> ports;
  std::map<LibraryId, std::vector<wire::DoorInfo>> doors;
  std::map<MediumId, wire::MediumInfo> out;  // media that are in drives and ports, and are named there
  std::shared_ptr<std::deque<wire::EventInfo> const> events;  // the newest last
  std::map<RequestId, std::int64_t> expected;  // when a mount that waits will be mounted, as the service has foretold it after the last change; absent: it cannot say
};

}  // namespace rsm::watch
