#include "api/server/connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "api/protocol/rpc.hpp"

namespace rsm::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t chunk_bytes = 16 * 1024;
constexpr std::size_t inbox_kept_bytes = 512;  // of an inbox that is empty
constexpr std::size_t pieces_per_write_max = 64;

}  // namespace

Connection::Connection(Socket socket, Dispatcher& dispatcher, Log& log, std::shared_ptr<PeerState> peer, ConnectionLimits limits,
                       std::function<void(Connection&)> closed)
    : socket_(std::move(socket)), dispatcher_(dispatcher), log_(log), peer_(std::move(peer)), limits_(limits),
      closed_callback_(std::move(closed)), deadline_(socket_.get_executor()), stall_(socket_.get_executor()) {}

void Connection::start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);  // for what is read in one go
  deadline_.expires_after(limits_.hello_wait);
  deadline_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec && !self->peer_->greeted) self->refuse({Errc::timeout, "hello", "no hello within " + duration_text(self->limits_.hello_wait)});
  });
  read();
}

// ---- in

void Connection::read() {
  if (reading_ || closed_ || ended_ || !refused_.empty() || paused()) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(beginning_), [self = shared_from_this()](error_code ec, std::size_t bytes) {
    self->dispatcher_.only_looks();
    self->reading_ = false;
    if (self->closed_) return;
    if (ec == asio::error::eof) return self->on_end_of_input();
    if (ec) return self->close("connection lost: " + ec.message(), LogLevel::debug);
    self->on_read(bytes);
  });
}

void Connection::on_read(std::size_t bytes) {
  inbox_.append(beginning_.data(), bytes);
  peer_->share->received_more(bytes);
  if (bytes == beginning_.size()) read_the_rest();
  if (peer_->share->has_sent_too_much() && !has_line())
    return refuse({Errc::busy, "user " + peer_->user, "has sent too much of lines that do not end, on all its connections together"});
  go_on();
}

// What else has come. The end of the input, or an error, the next read() finds.
void Connection::read_the_rest() {
  static thread_local std::array<char, chunk_bytes> chunk;  // of all connections of the loop: nothing of it is kept
  error_code ec;
  auto const bytes = socket_.read_some(asio::buffer(chunk), ec);
  inbox_.append(chunk.data(), bytes);
  peer_->share->received_more(bytes);
}

void Connection::drop_received(std::size_t bytes) {
  peer_->share->received_less(bytes);
  inbox_.erase(0, bytes);
  if (inbox_.empty() && inbox_.capacity() > inbox_kept_bytes) inbox_ = std::string();
  scanned_ -= std::min(scanned_, bytes);
}

void Connection::on_end_of_input() {
  ended_ = true;
  deadline_.expires_after(limits_.half_closed_wait);
  deadline_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->close("closed its end, and its last calls take too long", LogLevel::debug);
  });
  socket_.async_wait(Socket::wait_error, [self = shared_from_this()](error_code ec) {
    self->hung_up_ = !ec;
    self->finish_if_done();
  });
  go_on();
}

// Hands the lines that are there to the dispatcher, as many as one turn and the limits allow.
void Connection::work_off() {
  auto const over = std::chrono::steady_clock::now() + limits_.turn;
  std::size_t from = 0, lines = 0;
  bool more = false;
  at_work_ = true;
  while (!closed_ && refused_.empty() && !paused()) {
    auto const end = inbox_.find('\n', std::max(from, scanned_));
    scanned_ = end == std::string::npos ? inbox_.size() : end;
    if (scanned_ - from > limits_.line_bytes) {
      at_work_ = false;
      return refuse({Errc::invalid_parameter, "line", "longer than " + std::to_string(limits_.line_bytes) + " bytes"});
    }
    if (end == std::string::npos) break;
    more = lines >= limits_.lines_per_turn || (lines > 0 && std::chrono::steady_clock::now() >= over);
    if (more) break;
    handle(std::string_view(inbox_).substr(from, end - from));
    from = scanned_ = end + 1;
    ++lines;
  }
  at_work_ = false;
  if (closed_) return;
  drop_received(std::min(from, inbox_.size()));
  outbox_.empty() ? finish_if_done() : flush_soon();
  if (closed_) return;
  if (more) return go_on();
  if (peer_->share->full()) return wait_for_room();
  read();
}

void Connection::handle(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  ++open_calls_;
  bool const was_call = dispatcher_.call(*peer_, line, [weak = weak_from_this()](wire::Line answer) {
    if (auto self = weak.lock()) self->answer(std::move(answer));
  });
  if (peer_->greeted && !ended_ && refused_.empty()) deadline_.cancel();  // of the hello; there is no other one
  if (!was_call && ++bad_lines_ >= limits_.bad_lines)
    refuse({Errc::bad_format, "connection", std::to_string(bad_lines_) + " lines that are no JSON-RPC calls"});
}

// Works on when it is this user's turn.
void Connection::go_on() {
  if (work_asked_ || closed_) return;
  work_asked_ = true;
  dispatcher_.turns().ask(peer_->uid, [weak = weak_from_this()] {
    auto const self = weak.lock();
    if (!self || self->closed_) return;
    self->work_asked_ = false;
    self->work_off();
  });
}

void Connection::wait_for_room() {
  if (waits_for_room_) return;
  waits_for_room_ = true;
  peer_->share->when_not_full([weak = weak_from_this()] {
    auto const self = weak.lock();
    if (!self || self->closed_) return;
    self->waits_for_room_ = false;
    self->work_off();
  });
}

// ---- out

void Connection::answer(wire::Line line) {
  if (closed_) return;
  bool const was_paused = paused();
  --open_calls_;
  push(std::move(line));
  if (was_paused) go_on();  // whether it may go on is seen then
}

void Connection::push(wire::Line line) {
  outbox_bytes_ += line.size();
  peer_->share->unread_more(line.size());
  outbox_.push_back(std::move(line));
  if (outbox_bytes_ > limits_.outbox_bytes)
    return close("does not read its answers: " + std::to_string(outbox_bytes_) + " bytes wait", LogLevel::warning);
  flush_soon();
}

// Not at once: what else becomes ready in this turn leaves in the same write.
void Connection::flush_soon() {
  if (writing_ || flush_posted_ || at_work_) return;
  flush_posted_ = true;
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->dispatcher_.only_looks();
    self->flush_posted_ = false;
    self->write();
  });
}

void Connection::write() {
  if (closed_ || writing_) return;
  if (outbox_.empty()) return finish_if_done();
  error_code ec;
  auto const bytes = socket_.write_some(ready_pieces(), ec);
  if (ec == asio::error::would_block || ec == asio::error::try_again) return write_when_possible();
  if (ec) return close("connection lost: " + ec.message(), LogLevel::debug);
  on_written(bytes);
  outbox_.empty() ? finish_if_done() : write_when_possible();
}

void Connection::write_when_possible() {
  if (closed_ || writing_) return;
  writing_ = true;
  watch_stall();
  auto const pieces = ready_pieces();
  socket_.async_write_some(std::vector(pieces.begin(), pieces.end()), [self = shared_from_this()](error_code ec, std::size_t bytes) {
    self->dispatcher_.only_looks();
    self->writing_ = false;
    self->stall_.cancel();
    if (self->closed_) return;
    if (ec) return self->close("connection lost: " + ec.message(), LogLevel::debug);
    self->on_written(bytes);
    self->write();
  });
}

// Of the answers that wait, as much as one write takes; good until the next call.
std::span<asio::const_buffer const> Connection::ready_pieces() {
  static thread_local std::array<asio::const_buffer, pieces_per_write_max> pieces;
  std::size_t count = 0, sent = sent_of_first_;
  for (auto line = outbox_.begin(); line != outbox_.end() && count + 2 <= pieces.size(); ++line)
    for (auto piece : {line->own(), line->shared()}) {
      auto const skipped = std::min(sent, piece.size());
      sent -= skipped;
      piece.remove_prefix(skipped);
      if (!piece.empty()) pieces[count++] = asio::buffer(piece);
    }
  return std::span(pieces).first(count);
}

void Connection::on_written(std::size_t bytes) {
  bool const was_paused = paused();
  outbox_bytes_ -= bytes;
  peer_->share->unread_less(bytes, dispatcher_.turns());
  sent_of_first_ += bytes;
  while (!outbox_.empty() && sent_of_first_ >= outbox_.front().size()) {
    sent_of_first_ -= outbox_.front().size();
    outbox_.pop_front();
  }
  if (was_paused) go_on();  // whether it may go on is seen then
}

void Connection::watch_stall() {
  stall_.expires_after(limits_.stall_max);
  stall_.async_wait([self = shared_from_this()](error_code ec) {
    self->dispatcher_.only_looks();
    if (!ec && self->writing_) self->close("reads nothing for " + duration_text(self->limits_.stall_max), LogLevel::warning);
  });
}

// ---- the end

void Connection::finish_if_done() {
  if (closed_) return;
  bool const all_out = outbox_.empty() && !writing_;
  if (!refused_.empty() && all_out) return close(refused_, LogLevel::warning);
  if (!ended_ || has_line()) return;
  dispatcher_.leave(*peer_);
  if (hung_up_) return close("hung up", LogLevel::debug);
  if (open_calls_ == 0 && all_out && outbox_.empty()) close("end of input", LogLevel::debug);
}

void Connection::refuse(Error error) {
  if (closed_ || !refused_.empty()) return;
  refused_ = error.text();
  drop_received(inbox_.size());
  deadline_.expires_after(limits_.half_closed_wait);
  deadline_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->close(self->refused_, LogLevel::warning);
  });
  push(wire::error_line(std::nullopt, error));
}

void Connection::close(std::string const& why, LogLevel level) {
  if (closed_) return;
  closed_ = true;
  log_.write(level, "connection of " + peer_->text() + " closed: " + why);
  dispatcher_.forget(*peer_);
  deadline_.cancel();
  stall_.cancel();
  error_code ignored;
  socket_.close(ignored);
  peer_->share->received_less(inbox_.size());  // it stays: a line of it may be in hand
  outbox_.clear();
  peer_->share->unread_less(std::exchange(outbox_bytes_, 0), dispatcher_.turns());
  if (closed_callback_) closed_callback_(*this);
}

}  // namespace rsm::server
