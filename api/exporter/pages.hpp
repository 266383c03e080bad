// What each path of the exporter answers.
//
// What for: the pages as values, without any network: which requests need the daemon's figures, and the page that they become. Unknown paths
// are 404, methods other than GET and HEAD 405, on paths that exist. A query behind the path is ignored.
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "api/exporter/metrics_page.hpp"

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

}  // namespace rsm::exporter
