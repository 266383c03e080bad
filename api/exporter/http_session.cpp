#include "api/exporter/http_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

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

// HEAD gets the fields of the page and not the page.
std::string response_of(Page const& page, bool head, bool keep_alive, unsigned version) {
  auto const reason = http::obsolete_reason(static_cast<http::status>(page.status));
  auto text = fmt::format("HTTP/{}.{} {} {}\r\nServer: rsm-exporter/{}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", version / 10, version % 10, page.status,
                          std::string_view(reason.data(), reason.size()), RSM_VERSION, page.content_type, page.body.size());
  text += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  if (!page.allow.empty()) text += fmt::format("Allow: {}\r\n", page.allow);
  bool const kept_unsaid = version >= 11;
  if (keep_alive != kept_unsaid) text += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  text += "\r\n";
  if (!head) text += page.body;
  return text;
}

}  // namespace

HttpSession::HttpSession(Socket socket, DaemonSource& daemon, HttpLimits const& limits, std::function<void(HttpSession&)> closed)
    : socket_(std::move(socket)), limit_(socket_.get_executor()), daemon_(daemon), limits_(limits), closed_(std::move(closed)) {}

void HttpSession::close() {
  if (!closed_) return;
  error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
  limit_.cancel();
  std::exchange(closed_, nullptr)(*this);
}

void HttpSession::limit(Millis time) {
  limit_.expires_after(time);
  limit_.async_wait([self = shared_from_this()](error_code cancelled) {
    bool const replaced = self->limit_.expiry() > boost::asio::steady_timer::clock_type::now();
    if (!cancelled && !replaced) self->close();
  });
}

// The idle limit holds until the first byte of a request, the request limit from there on.
void HttpSession::wait_for_request() {
  if (!in_.empty()) return begin_request();
  idle_ = true;
  limit(limits_.idle);
  read_more(&HttpSession::begin_request);
}

void HttpSession::read_more(void (HttpSession::*then)()) {
  auto const held = in_.size();
  auto const most = limits_.header_bytes + limits_.pipeline_bytes;
  if (held >= most) return refuse(http::error::buffer_overflow);
  in_.resize(std::min(most, held + limits_.header_bytes));
  socket_.async_read_some(boost::asio::buffer(in_.data() + held, in_.size() - held), [self = shared_from_this(), held, then](error_code failed, std::size_t bytes) {
    self->idle_ = false;
    self->in_.resize(held + bytes);
    if (!self->closed_) return;
    if (failed) return self->close();
    (*self.*then)();
  });
}

void HttpSession::begin_request() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser_->body_limit(std::uint64_t{0});
  limit(limits_.request);
  parse();
}

void HttpSession::parse() {
  error_code failed;
  for (std::size_t taken = 1; taken > 0 && !in_.empty() && !failed && !parser_->is_done();) {
    taken = parser_->put(boost::asio::buffer(in_), failed);
    in_.erase(0, taken);
  }
  if (failed && failed != http::error::need_more) return refuse(failed);
  if (!parser_->is_done()) return read_more(&HttpSession::parse);
  handle();
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
  no_limit();  // the daemon's limit holds now
  if (!needs_daemon(request)) return answer(page_for(request, nullptr), head, keep_alive);
  daemon_.ask([self = shared_from_this(), request = std::move(request), head, keep_alive](DaemonAnswer const& answer) {
    if (self->closed_) self->answer(page_for(request, &answer), head, keep_alive);
  });
}

void HttpSession::answer(Page const& page, bool head, bool keep_alive) {
  limit(limits_.write);
  out_ = response_of(page, head, keep_alive, version_);
  boost::asio::async_write(socket_, boost::asio::buffer(out_), [self = shared_from_this(), keep_alive](error_code failed, std::size_t) {
    if (!self->closed_) return;
    if (failed || !keep_alive) return self->close();
    self->wait_for_request();
  });
}

}  // namespace rsm::exporter
