#include "api/http/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <utility>

namespace rsm::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

// The status for a request that cannot be read; nullopt: nobody is there to read it.
std::optional<beast_http::status> status_for(error_code why) {
  if (why == beast_http::error::header_limit || why == beast_http::error::buffer_overflow) return beast_http::status::request_header_fields_too_large;
  if (why == beast_http::error::unexpected_body || why == beast_http::error::body_limit) return beast_http::status::payload_too_large;
  if (why == beast_http::error::end_of_stream || why == beast_http::error::partial_message) return std::nullopt;
  if (why.category() == beast_http::make_error_code(beast_http::error::end_of_stream).category()) return beast_http::status::bad_request;
  return std::nullopt;
}

// HEAD gets the fields of the page and not the page.
std::string text_of(Response const& response, std::string const& server, bool head, bool keep_alive, unsigned version) {
  auto const reason = beast_http::obsolete_reason(static_cast<beast_http::status>(response.status));
  auto text = fmt::format("HTTP/{}.{} {} {}\r\nServer: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", version / 10, version % 10, response.status,
                          std::string_view(reason.data(), reason.size()), server, response.content_type, response.body.size());
  text += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  for (auto const& [name, value] : response.fields) text += fmt::format("{}: {}\r\n", name, value);
  bool const kept_unsaid = version >= 11;
  if (keep_alive != kept_unsaid) text += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  text += "\r\n";
  if (!head) text += response.body;
  return text;
}

}  // namespace

Session::Session(Socket socket, Handler& handler, ServerOptions const& options, std::function<void(Session&)> closed, Upgraded upgraded)
    : socket_(std::move(socket)), limit_(socket_.get_executor()), handler_(handler), options_(options), closed_(std::move(closed)), upgraded_(std::move(upgraded)) {}

void Session::close() {
  if (!closed_) return;
  error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
  limit_.cancel();
  std::exchange(closed_, nullptr)(*this);
}

void Session::limit(Millis time) {
  limit_.expires_after(time);
  limit_.async_wait([self = shared_from_this()](error_code cancelled) {
    bool const replaced = self->limit_.expiry() > boost::asio::steady_timer::clock_type::now();
    if (!cancelled && !replaced) self->close();
  });
}

// The idle limit holds until the first byte of a request, the request limit from there on.
void Session::wait_for_request() {
  if (!in_.empty()) return begin_request();
  idle_ = true;
  limit(options_.limits.idle);
  read_more(&Session::begin_request);
}

void Session::read_more(void (Session::*then)()) {
  auto const held = in_.size();
  auto const most = options_.limits.header_bytes + options_.limits.pipeline_bytes + options_.limits.body_bytes;
  if (held >= most) return refuse(beast_http::error::buffer_overflow);
  in_.resize(std::min(most, held + options_.limits.header_bytes));
  socket_.async_read_some(boost::asio::buffer(in_.data() + held, in_.size() - held), [self = shared_from_this(), held, then](error_code failed, std::size_t bytes) {
    self->idle_ = false;
    self->in_.resize(held + bytes);
    if (!self->closed_) return;
    if (failed) return self->close();
    (*self.*then)();
  });
}

void Session::begin_request() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(static_cast<std::uint32_t>(options_.limits.header_bytes));
  parser_->body_limit(std::uint64_t{options_.limits.body_bytes});
  limit(options_.limits.request);
  parse();
}

void Session::parse() {
  error_code failed;
  for (std::size_t taken = 1; taken > 0 && !in_.empty() && !failed && !parser_->is_done();) {
    taken = parser_->put(boost::asio::buffer(in_), failed);
    in_.erase(0, taken);
  }
  if (failed && failed != beast_http::error::need_more) return refuse(failed);
  if (!parser_->is_done()) return read_more(&Session::parse);
  handle();
}

void Session::refuse(error_code why) {
  auto const status = status_for(why);
  if (!status) return close();
  answer({.status = static_cast<unsigned>(*status), .body = std::string(beast_http::obsolete_reason(*status)) + "\n"}, false, false);
}

void Session::handle() {
  auto& message = parser_->get();
  version_ = message.version();
  Request request{std::string(message.method_string()), std::string(message.target()), {}, std::move(message.body())};
  for (auto const& field : message) request.fields.emplace_back(field.name_string(), field.value());
  bool const head = message.method() == beast_http::verb::head;
  bool const keep_alive = message.keep_alive();
  no_limit();  // the handler's own limits hold now
  if (boost::beast::websocket::is_upgrade(message)) return upgrade(request, keep_alive);
  handler_.handle(std::move(request), [self = shared_from_this(), head, keep_alive](Response response) {
    if (self->closed_) self->answer(response, head, keep_alive);
  });
}

// What a client sends ahead of the answer to its upgrade is no WebSocket.
void Session::upgrade(Request const& request, bool keep_alive) {
  auto answered = handler_.upgrade(request);
  if (auto const* refusal = std::get_if<Response>(&answered)) return answer(*refusal, false, keep_alive);
  if (!in_.empty()) return answer({.status = 400, .body = "Nothing may be sent before the WebSocket is open.\n"}, false, false);
  limit_.cancel();
  upgraded_(std::move(socket_), parser_->release(), std::move(std::get<std::shared_ptr<WebSocketUser>>(answered)));
  std::exchange(closed_, nullptr)(*this);
}

void Session::answer(Response const& response, bool head, bool keep_alive) {
  limit(options_.limits.write);
  out_ = text_of(response, options_.name, head, keep_alive, version_);
  boost::asio::async_write(socket_, boost::asio::buffer(out_), [self = shared_from_this(), keep_alive](error_code failed, std::size_t) {
    if (!self->closed_) return;
    if (failed || !keep_alive) return self->close();
    self->wait_for_request();
  });
}

}  // namespace rsm::http
