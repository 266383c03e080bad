// What each path of the exporter answers.
//
// What for: the pages as values, without any network: which requests need the daemon's figures, and the page that they become. Unknown paths
// are 404, methods other than GET and HEAD 405, on paths that exist. A query behind the path is ignored.
// Thread rule: pure functions; PageHandler on the loop.
#pragma once

#include <string>
#include <string_view>

#include "api/exporter/daemon_source.hpp"
#include "api/exporter/metrics_page.hpp"
#include "api/http/message.hpp"

namespace rsm::exporter {

struct PageRequest {
  std::string method;  // "GET"
  std::string target;  // "/metrics?x=1"
  std::string accept;  // the Accept field; empty: none
};

struct Page {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string allow;  // of 405
};

// The daemon has to be asked for it.
bool needs_daemon(PageRequest const& request);
// `answer`: may be null where it is not needed.
Page page_for(PageRequest const& request, DaemonAnswer const* answer);

// The pages for api/http; `daemon` must outlive it.
class PageHandler final : public http::Handler {
 public:
  explicit PageHandler(DaemonSource& daemon) : daemon_(daemon) {}
  void handle(http::Request request, http::Respond respond) override;

 private:
  DaemonSource& daemon_;
};

}  // namespace rsm::exporter
