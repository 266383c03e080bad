#include "api/http/web_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

namespace rsm::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

class Socket final : public WebSocket, public std::enable_shared_from_this<Socket> {
 public:
  Socket(Session::Socket socket, Session::UpgradeRequest request, std::shared_ptr<WebSocketUser> user, ServerOptions const& options, std::function<void()> closed)
      : stream_(std::move(socket)), request_(std::move(request)), user_(std::move(user)), unsent_max_(options.limits.socket_unsent_bytes), closed_(std::move(closed)) {
    stream_.read_message_max(options.limits.socket_message_bytes);
    stream_.set_option(beast::websocket::stream_base::timeout{options.limits.request, limits::socket_silence_max, true});
    stream_.set_option(beast::websocket::stream_base::decorator([name = options.name](beast::websocket::response_type& answer) { answer.set(beast::http::field::server, name); }));
    stream_.text(true);
  }

  void open() {
    stream_.async_accept(request_, [self = shared_from_this()](error_code failed) {
      if (failed) return self->end();
      self->open_ = true;
      auto const user = self->user_;  // stays, also when it is cut off in the middle of a word
      user->opened(self);
      if (self->closed_) self->read();
    });
  }

  void send(std::shared_ptr<std::string const> text) override {
    if (!open_) return;
    unsent_ += text->size();
    if (unsent_ > unsent_max_) return end();  // it comes back and is told everything anew
    out_.push_back(std::move(text));
    if (out_.size() == 1) write();
  }

  void close(std::string const& why) override {
    if (!open_) return;
    open_ = false;
    beast::websocket::close_reason reason(beast::websocket::close_code::policy_error, why);
    stream_.async_close(reason, [self = shared_from_this()](error_code) { self->end(); });
  }

  void end() {
    if (!closed_) return;
    open_ = false;
    error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
    auto const user = std::move(user_);
    user->closed();
    std::exchange(closed_, nullptr)();
  }

 private:
  void read() {
    stream_.async_read(in_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (!self->closed_) return;
      if (failed || !self->stream_.got_text()) return self->end();
      auto const user = self->user_;
      user->received(beast::buffers_to_string(self->in_.data()));
      self->in_.clear();
      if (self->closed_) self->read();
    });
  }

  void write() {
    stream_.async_write(boost::asio::buffer(*out_.front()), [self = shared_from_this()](error_code failed, std::size_t) {
      if (!self->closed_) return;
      if (failed) return self->end();
      self->unsent_ -= self->out_.front()->size();
      self->out_.pop_front();
      if (!self->out_.empty() && self->open_) self->write();
    });
  }

  beast::websocket::stream<Session::Socket> stream_;
  Session::UpgradeRequest request_;
  std::shared_ptr<WebSocketUser> user_;
  std::size_t const unsent_max_;
  std::function<void()> closed_;
  beast::flat_buffer in_;
  std::deque<std::shared_ptr<std::string const>> out_;
  std::size_t unsent_ = 0;
  bool open_ = false;
};

}  // namespace

std::function<void()> open_web_socket(Session::Socket socket, Session::UpgradeRequest request, std::shared_ptr<WebSocketUser> user, ServerOptions const& options, std::function<void()> closed) {
  auto const opened = std::make_shared<Socket>(std::move(socket), std::move(request), std::move(user), options, std::move(closed));
  opened->open();
  return [weak = std::weak_ptr<Socket>(opened)] {
    if (auto const still_there = weak.lock()) still_there->end();
  };
}

}  // namespace rsm::http
