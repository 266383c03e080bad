#include "tests/cli/fake_daemon.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "api/protocol/methods.hpp"
#include "api/protocol/rpc.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

int listen_on(std::string const& path) {
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ::unlink(path.c_str());
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 8) != 0)
    throw std::runtime_error("cannot listen on " + path + ": " + std::strerror(errno));
  return fd;
}

void write_all(int fd, std::string const& text) {
  for (std::size_t at = 0; at < text.size();) {
    auto const n = ::send(fd, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

template <class Page, class Info>
Page page_of(std::vector<Info> items) {
  Page page;
  page.items = std::move(items);
  return page;
}

template <class Info>
FakeDaemon::Answer one_of(std::vector<Info> items, Errc missing) {
  return [items = std::move(items), missing](boost::json::value const& params) -> Result<boost::json::value> {
    RSM_TRY(auto const wanted, wire::decode<wire::GetParams>(params, wire::Strictness::server_strict, "params"));
    for (auto const& info : items) {
      if (wanted.id && info.id.guid == *wanted.id) return wire::encode(info);
      if constexpr (requires { info.name; })
        if (wanted.name && info.name == *wanted.name) return wire::encode(info);
    }
    return fail(missing, {}, "it is not known");
  };
}

FakeDaemon::Answer request_by_id() {
  return [](boost::json::value const& params) -> Result<boost::json::value> {
    RSM_TRY(auto const wanted, wire::decode<wire::RequestGetParams>(params, wire::Strictness::server_strict, "params"));
    for (auto r : samples::requests()) {
      if (wanted.number == samples::number_of_the_first) r.number = wanted.number;
      if (wanted.request ? r.id == *wanted.request : r.number.has_value()) return wire::encode(r);
    }
    return fail(Errc::object_not_found, "request");
  };
}

FakeDaemon::Answer type_by_id() {
  return [](boost::json::value const& params) -> Result<boost::json::value> {
    RSM_TRY(auto const wanted, wire::decode<wire::TypeParams>(params, wire::Strictness::server_strict, "params"));
    wire::TypeReply reply;
    for (auto const& m : samples::media()) {
      if (m.id.guid == wanted.id) reply.type = ObjectType::medium;
      for (auto const& s : m.sides)
        if (s.id.guid == wanted.id) reply.type = ObjectType::side;
    }
    if (reply.type == ObjectType::unknown) return fail(Errc::object_not_found);
    reply.type_code = number(reply.type);
    return wire::encode(reply);
  };
}

FakeDaemon::Answer recorded_events() {
  return [](boost::json::value const& params) -> Result<boost::json::value> {
    RSM_TRY(auto const wanted, wire::decode<wire::EventReadParams>(params, wire::Strictness::server_strict, "params"));
    wire::EventReadReply reply;
    reply.oldest = 101;
    reply.cursor = 102;
    if (!wanted.cursor) return wire::encode(reply);
    for (auto const& e : samples::events())
      if (e.number > *wanted.cursor && static_cast<std::int64_t>(reply.events.size()) < wanted.limit.value_or(1000)) reply.events.push_back(e);
    if (!reply.events.empty()) reply.cursor = reply.events.back().number;
    return wire::encode(reply);
  };
}

void add_to_texts(wire::Shape const& shape, boost::json::value& value, std::string const& suffix) {
  switch (shape.kind) {
    case wire::Kind::text: value = std::string(value.as_string()) + suffix; return;
    case wire::Kind::optional:
      if (!value.is_null()) add_to_texts(*shape.element, value, suffix);
      return;
    case wire::Kind::array:
      for (auto& element : value.as_array()) add_to_texts(*shape.element, element, suffix);
      return;
    case wire::Kind::structure:
      for (auto const& member : shape.members)
        if (auto* found = value.as_object().if_contains(member.name)) add_to_texts(*member.shape, *found, suffix);
      return;
    default: return;
  }
}

}  // namespace

FakeDaemon::FakeDaemon(std::string socket) : socket_(std::move(socket)), listener_(listen_on(socket_)) {
  if (::pipe(stop_) != 0) throw std::runtime_error("no pipe");
  wire::HelloReply hello;
  hello.server = "fake";
  hello.version = "0.1.0";
  hello.ready = true;
  reply("hello", hello);
  wire::SessionOpenReply session;
  session.session = SessionId{samples::guid(0x42000000)};
  session.secret = samples::guid(0x43000000);
  session.grace_ms = 60'000;
  reply("session.open", session);
  reply("session.close", wire::Empty{});
  thread_ = std::thread([this] { serve(); });
}

FakeDaemon::~FakeDaemon() {
  ::close(stop_[1]);
  thread_.join();
  for (auto& t : talks_) t.join();
  ::close(stop_[0]);
  ::close(listener_);
  ::unlink(socket_.c_str());
}

void FakeDaemon::answer(std::string method, Answer answer) {
  std::lock_guard const lock(mutex_);
  answers_[std::move(method)] = {std::move(answer)};
}

void FakeDaemon::then(std::string method, Answer answer) {
  std::lock_guard const lock(mutex_);
  answers_[std::move(method)].push_back(std::move(answer));
}

void FakeDaemon::refuse(std::string method, Errc code, std::string object, std::string detail) {
  answer(std::move(method), [=](auto const&) -> Result<boost::json::value> { return fail(code, object, detail); });
}

std::vector<FakeDaemon::Asked> FakeDaemon::asked(std::string_view method) const {
  std::lock_guard const lock(mutex_);
  std::vector<Asked> out;
  for (auto const& a : asked_)
    if (a.method == method) out.push_back(a);
  return out;
}

void FakeDaemon::serve() {
  for (;;) {
    pollfd waits[2] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(waits, 2, -1) < 0 || waits[1].revents != 0) return;
    int const connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0 && refusal_) {
      write_all(connection, wire::error_line(std::nullopt, *refusal_));
      ::close(connection);
    } else if (connection >= 0) talks_.emplace_back([this, connection] { talk(connection); });
  }
}

void FakeDaemon::talk(int connection) {
  std::string buffer;
  char chunk[4096];
  bool has_session = false;
  for (;;) {
    pollfd waits[2] = {{connection, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(waits, 2, -1) < 0 || waits[1].revents != 0) break;
    auto const n = ::recv(connection, chunk, sizeof chunk, 0);
    if (n <= 0) break;
    buffer.append(chunk, static_cast<std::size_t>(n));
    for (auto end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n')) {
      write_all(connection, answer_to(buffer.substr(0, end), has_session));
      buffer.erase(0, end + 1);
    }
  }
  ::close(connection);
}

// As strict as the real one about what needs a session: a double that is kinder hides faults.
std::string FakeDaemon::answer_to(std::string const& line, bool& has_session) {
  auto call = wire::parse_call(line);
  if (!call) return wire::error_line(call.error());
  auto const* method = wire::find_method(call->method);
  if (method != nullptr && method->needs == wire::Needs::session && !has_session)
    return wire::error_line(call->id, {Errc::invalid_handle, call->method, "this connection has no session"});
  has_session = call->method == "session.open" || call->method == "session.attach" || (has_session && call->method != "session.close");
  auto result = result_of(call->method, call->params);
  return result ? wire::reply_line(call->id, std::move(*result)) : wire::error_line(call->id, result.error());
}

Result<boost::json::value> FakeDaemon::result_of(std::string const& method, boost::json::value const& params) {
  Answer answer;
  {
    std::lock_guard const lock(mutex_);
    asked_.push_back({method, params});
    auto& list = answers_[method];
    if (list.empty()) return fail(Errc::call_not_implemented, method, "the test has no answer for it");
    answer = list.front();
    if (list.size() > 1) list.erase(list.begin());
  }
  auto result = answer(params);
  if (auto const* known = wire::find_method(method); result && known != nullptr && !spoil_.empty()) add_to_texts(*known->reply(), *result, spoil_);
  return result;
}

void tell_samples(FakeDaemon& daemon) {
  using namespace samples;
  daemon.reply("status", status());
  daemon.reply("library.list", page_of<wire::LibraryPage>(std::vector{library()}));
  daemon.reply("changer.list", page_of<wire::ChangerPage>(std::vector{changer()}));
  daemon.reply("drive.list", page_of<wire::DrivePage>(drives()));
  daemon.reply("slot.list", page_of<wire::SlotPage>(slots()));
  daemon.reply("port.list", page_of<wire::PortPage>(ports()));
  daemon.reply("door.list", wire::DoorPage{});
  daemon.reply("medium.list", page_of<wire::MediumPage>(media()));
  daemon.reply("request.list", page_of<wire::RequestPage>(requests()));
  daemon.reply("opreq.list", page_of<wire::OperatorRequestPage>(operator_requests()));
  daemon.reply("session.list", page_of<wire::SessionPage>(sessions()));
  daemon.reply("pool.list", wire::PoolPage{});
  daemon.reply("logical_medium.list", wire::LogicalMediumPage{});
  std::vector<wire::SideInfo> sides;
  for (auto const& m : media()) sides.insert(sides.end(), m.sides.begin(), m.sides.end());
  daemon.reply("side.list", page_of<wire::SidePage>(sides));
  daemon.answer("library.get", one_of(std::vector{library()}, Errc::object_not_found));
  daemon.answer("drive.get", one_of(drives(), Errc::object_not_found));
  daemon.answer("medium.get", one_of(media(), Errc::object_not_found));
  daemon.answer("side.get", one_of(sides, Errc::object_not_found));
  daemon.answer("slot.get", one_of(slots(), Errc::object_not_found));
  daemon.answer("changer.get", one_of(std::vector{changer()}, Errc::object_not_found));
  daemon.answer("request.get", request_by_id());
  daemon.answer("object.type", type_by_id());
  daemon.answer("event.read", recorded_events());
}

}  // namespace rsm::cli
