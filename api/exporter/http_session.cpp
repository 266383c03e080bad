#include "api/exporter/http_session.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message_generator.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace rsm::exporter {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

// The status for a request that cannot be read; nullopt: nobody is there to read it.
std::optional<http::status> status_for(error_code why) {
  if (why == http::error::header_limit || why == http::error::buffer_overflow) return http::status::request_header_fields_too_large;
  if (why == http::error::unexpected_body || why == http::error::body_limit) return http::status::payload_too_large;
  if (why == http::error::end_of_stream || why == http::error::partial_message) return std::nullopt;
  if (why.category() == http::make_error_code(http::error::end_of_stream).category()) return http::status::bad_request;
  return std::nullopt;
}

template <class Body>
void furnish(http::response<Body>& response, Page const& page, bool keep_alive) {
  response.set(http::field::server, std::string("rsm-exporter/") + RSM_VERSION);
  response.set(http::field::content_type, page.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  if (!page.allow.empty()) response.set(http::field::allow, page.allow);
  response.keep_alive(keep_alive);
  response.content_length(page.body.size());
}

// HEAD gets the fields of the page and not the page.
http::message_generator response_of(Page page, bool head, bool keep_alive, unsigned version) {
  auto const status = static_cast<http::status>(page.status);
  if (head) {
    http::response<http::empty_body> response(status, version);
    furnish(response, page, keep_alive);
    return response;
  }
  http::response<http::string_body> response(status, version);
  furnish(response, page, keep_alive);
  response.body() = std::move(page.body);
  return response;
}

}  // namespace

HttpSession::HttpSession(Socket socket, DaemonSource& daemon, HttpLimits const& limits, std::function<void(HttpSession&)> closed)
    : stream_(std::move(socket)), daemon_(daemon), limits_(limits), closed_(std::move(closed)), buffer_(limits.header_bytes + limits.pipeline_bytes) {}

void HttpSession::close() {
  if (!closed_) return;
  error_code ignored;
  stream_.socket().shutdown(Socket::shutdown_both, ignored);
  stream_.close();
  std::exchange(closed_, nullptr)(*this);
}

// The idle limit holds until the first byte of a request, the request limit from there on.
void HttpSession::wait_for_request() {
  if (buffer_.size() != 0) return read_request();
  idle_ = true;
  stream_.expires_after(limits_.idle);
  stream_.async_read_some(buffer_.prepare(limits_.header_bytes), [self = shared_from_this()](error_code failed, std::size_t bytes) {
    self->idle_ = false;
    if (failed || !self->closed_) return self->close();
    self->buffer_.commit(bytes);
    self->read_request();
  });
}

void HttpSession::read_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser_->body_limit(std::uint64_t{0});
  stream_.expires_after(limits_.request);
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code failed, std::size_t) {
    if (!self->closed_) return;
    if (failed) return self->refuse(failed);
    self->handle();
  });
}

void HttpSession::refuse(error_code why) {
  auto const status = status_for(why);
  if (!status) return close();
  answer({.status = static_cast<unsigned>(*status), .body = std::string(http::obsolete_reason(*status)) + "\n"}, false, false);
}

void HttpSession::handle() {
  auto const& message = parser_->get();
  version_ = message.version();
  PageRequest request{std::string(message.method_string()), std::string(message.target()), std::string(message[http::field::accept])};
  bool const head = message.method() == http::verb::head;
  bool const keep_alive = message.keep_alive();
  stream_.expires_never();  // the daemon's limit holds now
  if (!needs_daemon(request)) return answer(page_for(request, nullptr), head, keep_alive);
  daemon_.ask([self = shared_from_this(), request = std::move(request), head, keep_alive](DaemonAnswer const& answer) {
    if (self->closed_) self->answer(page_for(request, &answer), head, keep_alive);
  });
}

void HttpSession::answer(Page page, bool head, bool keep_alive) {
  stream_.expires_after(limits_.write);
  boost::beast::async_write(stream_, response_of(std::move(page), head, keep_alive, version_), [self = shared_from_this(), keep_alive](error_code failed, std::size_t) {
    if (!self->closed_) return;
    if (failed || !keep_alive) return self->close();
    self->wait_for_request();
  });
}

}  // namespace rsm::exporter
