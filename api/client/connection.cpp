#include "api/client/connection.hpp"

#include <signal.h>
#include <sys/random.h>

#include <boost/json/object.hpp>
#include <cstdlib>

#include "api/client/connection_impl.hpp"
#include "api/client/limits.hpp"
#include "api/client/resend.hpp"
#include "api/protocol/codec.hpp"
#include "api/protocol/rpc.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::client {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

// The reader must never take a signal that the program waits for.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(SignalsBlocked const&) = delete;

 private:
  sigset_t before_;
};

// Would the same question get another answer a moment later?
bool worth_another_try(Error const& error) {
  return error.code != Errc::invalid_handle && error.code != Errc::access_denied && error.code != Errc::object_not_found &&
         error.code != Errc::invalid_parameter && error.code != Errc::rpc_no_interfaces && error.code != Errc::bad_format;
}

wire::CallId wire_id(std::uint64_t id) { return static_cast<std::int64_t>(id); }

// The call that this answers. Anything else on the line means that we do not understand each other.
Result<std::uint64_t> answered_call(wire::Answer const& answer) {
  auto const* number = answer.id ? std::get_if<std::int64_t>(&*answer.id) : nullptr;
  if (number != nullptr && *number > 0) return static_cast<std::uint64_t>(*number);
  return fail(Errc::bad_format, "rsmd", "an answer to a call that nobody made");
}

// An error that answers no call is about the connection: the service does not take it, or not any longer.
std::optional<Error> refusal_in(wire::Answer const& answer) {
  if (answer.id || answer.result) return std::nullopt;
  return answer.result.error();
}

Error lost(std::string_view what, std::string const& why) { return {Errc::not_connected, std::string(what), why}; }

Error no_answer(std::string_view method, Millis limit) {
  return lost(method, "no answer within " + duration_text(limit) + "; what was asked may still be done");
}

}  // namespace

std::string socket_path(std::string_view wish) {
  if (!wish.empty()) return std::string(wish);
  char const* const named = std::getenv("OPENRSM_SOCKET");
  return named != nullptr && *named != '\0' ? named : "/run/openrsm/rsmd.sock";
}

Result<std::string> make_key() {
  Guid key;
  if (getrandom(key.bytes.data(), key.bytes.size(), 0) != static_cast<ssize_t>(key.bytes.size()))
    return fail(Errc::not_enough_memory, "key", "the system gives no random bytes");
  std::string text = key.text();
  std::erase(text, '-');
  return text;
}

// ---- life -----------------------------------------------------------------------------------------------------------------

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() { close(); }
void Connection::close() { impl_->close(); }
std::string const& Connection::socket() const { return impl_->path; }

wire::HelloReply Connection::server() const {
  std::lock_guard const lock(impl_->mutex);
  return impl_->hello;
}

Result<std::unique_ptr<Connection>> Connection::open(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  RSM_CHECK(impl->start());
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

Result<std::unique_ptr<Connection>> Connection::adopt(int fd, Options options) {
  options.reconnect_limit = Millis{0};
  auto impl = std::make_unique<Impl>(std::move(options));
  impl->adopted = LineSocket::adopt(fd);
  RSM_CHECK(impl->start());
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

Result<> Connection::Impl::start() {
  auto const deadline = Clock::now() + options.connect_limit;
  hello_due = options.one_thread && options.hello_with_first_call;
  auto found = link(deadline);
  // A full queue of the socket is over in a moment; what the service refuses with words is the user's to know.
  while (!found && found.error().code == Errc::busy && !refused && Clock::now() + pause < deadline) {
    std::this_thread::sleep_for(pause);
    found = link(deadline);
  }
  if (!found) return std::unexpected(std::move(found).error());
  line = std::move(found->line);
  hello = std::move(found->hello);
  linked_at = Clock::now();
  return options.one_thread ? Result<>{} : start_reader();
}

Result<> Connection::Impl::start_reader() {
  SignalsBlocked const blocked;
  try {
    reader = std::thread([this] { read_answers(); });
  } catch (std::system_error const& trouble) {
    return fail(Errc::not_enough_memory, "reader thread", trouble.what());
  }
  return {};
}

void Connection::Impl::close() {
  {
    std::lock_guard const lock(mutex);
    if (state != State::closed) {
      state = State::closed;
      if (line) line->shut();
      finish_all({Errc::cancelled, "connection", "it was closed while the call waited"});
      closing.notify_all();
    }
  }
  std::lock_guard const one_of_several_closers(joining);
  if (reader.joinable()) reader.join();
}

// ---- making a connection --------------------------------------------------------------------------------------------------

// Before the reader reads: one question, its answer.
Result<json::value> Connection::Impl::ask(LineSocket& socket, std::string_view method, json::value const& params, Deadline deadline) {
  RSM_TRY(wire::Answer answer, question(socket, method, params, deadline));
  return std::move(answer.result);
}

std::uint64_t Connection::Impl::take_id() {
  std::lock_guard const lock(mutex);
  return next_id++;
}

// The error: there was no answer.
Result<wire::Answer> Connection::Impl::question(LineSocket& socket, std::string_view method, json::value const& params, Deadline deadline,
                                                Meanwhile meanwhile) {
  std::uint64_t const id = take_id();
  std::string const asked = wire::call_line(wire_id(id), method, params);
  if (asked.size() > limits::line_bytes_max) return fail(Errc::invalid_parameter, std::string(method), "the call is longer than a line may be");
  if (!hello_due) return answer_to(socket, id, socket.send(asked), deadline);
  RSM_CHECK(greet(asked, meanwhile));  // one way there and back for both
  return answer_to(socket, id, {}, deadline);
}

Result<wire::Answer> Connection::Impl::answer_to(LineSocket& socket, std::uint64_t id, Result<> const& sent, Deadline deadline) {
  for (;;) {
    auto const text = socket.read_line(deadline);  // also when nothing could be sent: who refuses a connection says why and closes it
    if (!text) return std::unexpected(sent ? text.error() : sent.error());
    RSM_TRY(wire::Answer answer, wire::parse_answer(*text));
    if (auto why = refusal_in(answer)) {
      refused = true;
      return std::unexpected(std::move(*why));
    }
    RSM_TRY(std::uint64_t const answered, answered_call(answer));
    if (answered == id) return answer;
  }
}

Result<std::shared_ptr<LineSocket>> Connection::Impl::connected() {
  return adopted ? Result<std::shared_ptr<LineSocket>>{std::exchange(adopted, nullptr)} : LineSocket::connect(path);
}

std::string Connection::Impl::greeting(std::uint64_t id) const {
  return wire::call_line(wire_id(id), "hello", wire::encode(wire::HelloParams{wire::protocol_number, options.client_name}));
}

Result<wire::HelloReply> Connection::Impl::greeted(Result<wire::Answer> answer) const {
  if (!answer && answer.error().code == Errc::timeout) return fail(Errc::not_connected, path, "something listens there but does not answer to hello");
  if (!answer) return std::unexpected(std::move(answer).error());
  RSM_TRY(auto const said, std::move(answer->result));
  RSM_TRY(auto reply, wire::decode<wire::HelloReply>(said, wire::Strictness::client_lenient, "hello"));
  if (reply.protocol == wire::protocol_number) return reply;
  return fail(Errc::rpc_no_interfaces, path,
              "the service speaks protocol " + std::to_string(reply.protocol) + ", this client " + std::to_string(wire::protocol_number) +
                  ": install the same version of both");
}

// What is asked already may go out behind it. Where it fails there is no connection, as where it fails when one is opened.
Result<> Connection::Impl::greet(std::string const& asked, Meanwhile meanwhile) {
  if (!std::exchange(hello_due, false)) return {};
  std::uint64_t const id = take_id();
  auto const deadline = Clock::now() + options.connect_limit;
  auto const sent = line->send(greeting(id) + asked);
  if (meanwhile != nullptr) meanwhile();
  auto said = greeted(answer_to(*line, id, sent, deadline));
  if (!said) {
    if (said.error().object.empty()) said.error().object = path;
    refused = true;
    return std::unexpected(std::move(said).error());
  }
  std::lock_guard const lock(mutex);
  hello = std::move(*said);
  return {};
}

Result<Connection::Impl::Link> Connection::Impl::link(Deadline deadline) {
  Link out;
  RSM_TRY(out.line, connected());
  if (hello_due) return out;
  std::optional<wire::SessionAttachParams> attach;
  {
    std::lock_guard const lock(mutex);
    if (state == State::closed) return fail(Errc::cancelled, "connection", "closed");
    line = out.line;  // so that close() can end what follows
    if (session) attach = {session->session, session->secret};
  }
  std::uint64_t const id = take_id();
  RSM_TRY(out.hello, greeted(answer_to(*out.line, id, out.line->send(greeting(id)), deadline)));
  if (attach) RSM_CHECK(ask(*out.line, "session.attach", wire::encode(*attach), deadline));
  return out;
}

// Without a session nobody could recognise the call when it comes again; an older service does not know these keys.
bool Connection::Impl::recognises_changes() const {
  std::lock_guard const lock(mutex);
  return session && hello.recognises_changes.value_or(false);
}

// ---- calls ----------------------------------------------------------------------------------------------------------------

// The caller need not make keys for what has an answer that may be lost.
Result<json::value> Connection::Impl::exchange(std::string_view method, json::object const& given, std::optional<Millis> limit,
                                                     Meanwhile meanwhile) {
  json::object params = given;
  if (lacks_key(method, params) && recognises_changes()) {
    RSM_TRY(params["key"], make_key());
  }
  Millis const patience = limit.value_or(usual_limit(method));
  bool const again = may_be_sent_again(method, params);
  if (options.one_thread) {
    std::lock_guard const one_of_several_callers(joining);
    bool const at_once = again && usual_limit(method) == limits::client_call_limit;  // the others may have to be ended meanwhile
    auto answer = at_once ? ask_without_reader(method, params, patience, meanwhile) : std::nullopt;
    if (answer) return std::move(*answer);
    if (auto said = greet({}); !said) {
      lose(said.error());
      return std::unexpected(std::move(said).error());
    }
    RSM_CHECK(reader_there());
  }
  auto call = std::make_shared<Call>();
  call->again = again;
  call->opens_session = method == "session.open";
  std::unique_lock lock(mutex);
  if (state == State::closed) return fail(Errc::invalid_handle, std::string(method), "the connection is closed");
  if (state == State::lost) return std::unexpected(lost(method, lost_because.detail));
  std::uint64_t const id = next_id++;
  call->text = wire::call_line(wire_id(id), method, params);
  if (call->text.size() > limits::line_bytes_max)
    return fail(Errc::invalid_parameter, std::string(method), "the call is longer than a line may be");
  call->sent = state == State::connected;
  calls.emplace(id, call);
  if (call->sent) {
    auto const now_connected = line;
    lock.unlock();
    // A socket that fails is the reader's affair: it sees the end, connects again and sends what may be sent again.
    if (!now_connected->send(call->text)) now_connected->shut();
    lock.lock();
  }
  return wait_for_answer(lock, id, call, method, patience);
}

// A program that asks one thing and ends does so without a second thread. Nothing: the connection has broken, which is the reader's affair.
std::optional<Result<json::value>> Connection::Impl::ask_without_reader(std::string_view method, json::object const& params, Millis limit,
                                                                              Meanwhile meanwhile) {
  if (reader.joinable() || !may_ask()) return std::nullopt;
  bool const first = hello_due;
  auto answer = question(*line, method, params, Clock::now() + limit, meanwhile);
  if (answer) return std::move(answer->result);
  if (first && refused) {
    lose(answer.error());
    return std::unexpected(std::move(answer).error());
  }
  if (answer.error().code == Errc::timeout) return std::unexpected(no_answer(method, limit));
  if (refused || answer.error().code == Errc::bad_format) lose(answer.error());
  return std::nullopt;
}

bool Connection::Impl::may_ask() const {
  std::lock_guard const lock(mutex);
  return state == State::connected;
}

Result<> Connection::Impl::reader_there() { return reader.joinable() || !may_ask() ? Result<>{} : start_reader(); }

Result<json::value> Connection::Impl::wait_for_answer(std::unique_lock<std::mutex>& lock, std::uint64_t id,
                                                      std::shared_ptr<Call> const& call, std::string_view method, Millis limit) {
  bool const answered =
      call->answered.wait_until(lock, Clock::now() + limit, [&call] { return call->answer.has_value(); });
  calls.erase(id);
  if (answered) return std::move(*call->answer);
  return std::unexpected(no_answer(method, limit));
}

void Connection::Impl::finish(Call& call, Result<json::value> answer) {
  if (call.answer) return;
  call.answer = std::move(answer);
  call.answered.notify_all();
}

void Connection::Impl::finish_all(Error const& why) {
  for (auto const& [id, call] : calls) finish(*call, std::unexpected(why));
}

// ---- the reader thread ----------------------------------------------------------------------------------------------------

void Connection::Impl::read_answers() {
  try {
    std::shared_ptr<LineSocket> reading = line;
    for (;;) {
      auto text = reading->read_line();
      Result<bool> const delivered = text ? deliver(*text) : Result<bool>{std::unexpected(text.error())};
      if (delivered && *delivered) continue;
      if (delivered) return;
      if (delivered.error().code == Errc::bad_format) return lose(delivered.error());
      if (!reconnect(delivered.error())) return;
      std::lock_guard const lock(mutex);
      reading = line;
    }
  } catch (std::exception const& out_of_memory) {
    lose({Errc::not_connected, "reader thread", out_of_memory.what()});
  }
}

// False: the service wants no more of this connection, and all calls have their answer.
Result<bool> Connection::Impl::deliver(std::string const& text) {
  RSM_TRY(wire::Answer answer, wire::parse_answer(text));
  if (auto const why = refusal_in(answer)) return lose(*why), false;
  RSM_TRY(std::uint64_t const answered, answered_call(answer));
  std::lock_guard const lock(mutex);
  auto const found = calls.find(answered);
  if (found == calls.end()) return true;  // whoever asked has given up
  if (found->second->opens_session && answer.result) {
    auto opened = wire::decode<wire::SessionOpenReply>(*answer.result, wire::Strictness::client_lenient, "session.open");
    if (opened) session = *opened;
  }
  finish(*found->second, std::move(answer.result));
  return true;
}

Millis Connection::Impl::way_back_limit() const {
  if (options.reconnect_limit) return *options.reconnect_limit;
  return session ? Millis{session->grace_ms} : limits::session_grace;
}

// The calls of which nobody knows whether they were carried out end here; the others wait for the next connection.
void Connection::Impl::break_off(Error const& why) {
  if (state == State::connected) state = State::reconnecting;
  line->shut();
  auto const now = Clock::now();
  if (!broken_until || now - linked_at > limits::client_reconnect_pause_max) {
    broken_until = now + way_back_limit();
    pause = limits::client_reconnect_pause_min;
  }
  for (auto const& [id, call] : calls)
    if (call->sent && !call->again)
      finish(*call, std::unexpected(lost("rsmd", why.detail + "; whether the call was carried out is not known")));
}

Result<Connection::Impl::Link> Connection::Impl::try_to_link(Deadline deadline) {
  auto found = link(std::min(deadline, Clock::now() + limits::client_connect_limit));
  if (found && !found->hello.ready) return fail(Errc::not_ready, path, "the service is still starting");
  return found;
}

// True: connected again. False: lost or closed, all calls have their answer.
bool Connection::Impl::reconnect(Error const& why) {
  std::unique_lock lock(mutex);
  if (state == State::closed) return false;
  break_off(why);
  Error last = why;
  while (state != State::closed) {
    if (Clock::now() + pause >= *broken_until) break;
    if (closing.wait_for(lock, pause, [this] { return state == State::closed; })) return false;
    pause = std::min(2 * pause, limits::client_reconnect_pause_max);
    lock.unlock();
    auto found = try_to_link(*broken_until);
    if (found && adopt(std::move(*found))) return true;
    lock.lock();
    if (!found) last = std::move(found).error();
    if (!worth_another_try(last)) break;
  }
  lock.unlock();
  lose(last);
  return false;
}

// Everything that waits is sent once on the new connection, in the order it was asked.
bool Connection::Impl::adopt(Link found) {
  std::vector<std::shared_ptr<Call>> waiting;
  {
    std::lock_guard const lock(mutex);
    if (state == State::closed) return false;
    state = State::connected;
    line = found.line;
    hello = std::move(found.hello);
    linked_at = Clock::now();
    for (auto const& [id, call] : calls) {
      if (call->answer) continue;
      call->sent = true;
      waiting.push_back(call);
    }
  }
  for (auto const& call : waiting)
    if (!found.line->send(call->text)) found.line->shut();
  return true;
}

void Connection::Impl::lose(Error const& why) {
  std::lock_guard const lock(mutex);
  if (state == State::closed) return;
  state = State::lost;
  lost_because = why;
  if (lost_because.detail.empty()) lost_because.detail = std::string(error_sentence(why.code));
  if (line) line->shut();
  finish_all(lost("rsmd", lost_because.detail));
}

}  // namespace rsm::client
