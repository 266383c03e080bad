#include "api/exporter/pages.hpp"

#include "api/exporter/health.hpp"
#include "api/exporter/negotiation.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::exporter {
namespace {

constexpr std::string_view index_page = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>OpenRSM exporter</title></head>
<body><h1>OpenRSM exporter</h1>
<ul>
<li><a href="/metrics">/metrics</a>: figures of the daemon, for Prometheus</li>
<li><a href="/healthz">/healthz</a>: is everything as it should be</li>
</ul>
</body></html>
)";

std::string_view path_of(PageRequest const& request) { return std::string_view(request.target).substr(0, request.target.find('?')); }
bool is_known(std::string_view path) { return path == "/" || path == "/metrics" || path == "/healthz"; }
bool is_reading(PageRequest const& request) { return request.method == "GET" || request.method == "HEAD"; }

Page health_page(DaemonAnswer const& answer) {
  auto const wrong = troubles(answer);
  if (wrong.empty()) return {.body = "ok\n"};
  Page page{.status = 503};
  for (auto const& sentence : wrong) page.body += plain_text(sentence) + "\n";
  return page;
}

http::Response response_of(Page page) {
  http::Response response{.status = page.status, .content_type = std::move(page.content_type), .body = std::move(page.body), .fields = {}};
  if (!page.allow.empty()) response.fields.emplace_back("Allow", std::move(page.allow));
  return response;
}

}  // namespace

void PageHandler::handle(http::Request request, http::Respond respond) {
  PageRequest page{std::move(request.method), std::move(request.target), std::string(request.field("Accept"))};
  if (!needs_daemon(page)) return respond(response_of(page_for(page, nullptr)));
  daemon_.ask([page = std::move(page), respond = std::move(respond)](DaemonAnswer const& answer) mutable { respond(response_of(page_for(page, &answer))); });
}

bool needs_daemon(PageRequest const& request) { return is_reading(request) && (path_of(request) == "/metrics" || path_of(request) == "/healthz"); }

Page page_for(PageRequest const& request, DaemonAnswer const* answer) {
  auto const path = path_of(request);
  if (!is_known(path)) return {.status = 404, .body = "There is no such page: see /\n"};
  if (!is_reading(request)) return {.status = 405, .body = "This page can only be read: use GET\n", .allow = "GET, HEAD"};
  if (path == "/") return {.content_type = "text/html; charset=utf-8", .body = std::string(index_page)};
  if (path == "/healthz") return health_page(*answer);
  Format const format = wanted_format(request.accept);
  return {.content_type = std::string(content_type(format)), .body = metrics_page(*answer, format)};
}

}  // namespace rsm::exporter
