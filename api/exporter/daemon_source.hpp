// The daemon as the exporter asks it: one question at a time, shared by all who want to know.
//
// What for: the client's connection blocks, so a thread of its own asks (metrics.read) over one connection that is kept. Who asks while a
// question is under way gets the answer to that one. A connection that broke is made again within the same question. An answer
// comes at the latest after limits::exporter_ask_limit: the figures, or the error that kept them away. When the daemon goes away or
// comes back a line on standard error says so. Callbacks run on the loop, never inside ask(), each exactly once; after the end none.
// Thread rule: the loop only. The destructor waits for the question under way, at most limits::exporter_ask_limit.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/exporter/metrics_page.hpp"

namespace boost::asio {
class io_context;
}

namespace rsm::exporter {

class DaemonSource {
 public:
  using Done = std::move_only_function<void(DaemonAnswer const&)>;

  // `loop` must outlive it. `socket`: as client::Options::socket.
  DaemonSource(boost::asio::io_context& loop, std::string socket);
  ~DaemonSource();
  void ask(Done done);

 private:
  class Asker;
  std::unique_ptr<Asker> asker_;
};

}  // namespace rsm::exporter
