#include "api/server/dispatcher.hpp"

#include <map>
#include <unordered_map>

#include "api/protocol/codec.hpp"
#include "api/protocol/json_text.hpp"
#include "api/protocol/methods.hpp"
#include "api/protocol/rpc.hpp"
#include "api/server/event_hub.hpp"
#include "api/server/handlers.hpp"
#include "libmgr/domain/private_text.hpp"

namespace rsm::server {
namespace {

namespace json = boost::json;

// A call under way; answers once, at the latest when nobody can answer it any more.
class Pending {
 public:
  Pending(wire::CallId id, private_text::Reader reader, Dispatcher::AnswerLine answer, Log& log)
      : id_(std::move(id)), reader_(reader), answer_(std::move(answer)), log_(log) {}
  Pending(Pending const&) = delete;
  Pending& operator=(Pending const&) = delete;
  ~Pending() {
    try {
      if (answer_) refuse({Errc::cancelled, "the call", "the service let go of it: it is stopping, or its connection is closed"});
    } catch (std::exception const& e) {
      log_.write(LogLevel::error, std::string("a call ended without an answer: ") + e.what());
    }
  }

  bool answered() const { return !answer_; }
  // Whatever leaves is written for its reader: private words of others go nowhere else than through here.
  void refuse(Error const& error) {
    send(wire::error_line(id_, Error{error.code, private_text::show(error.object, reader_), private_text::show(error.detail, reader_)}));
  }
  template <class ReplyStruct>
  void finish(ReplyStruct const& result) {
    send(wire::reply_line_of_text(id_, wire::encode_text(result, reader_)));
  }
  void fault(std::string const& what) {
    Error const error = internal_error(log_, what);
    if (!answered()) refuse(error);
  }
  Log& log() { return log_; }

 private:
  void send(std::string line) {
    if (!answer_) return log_.write(LogLevel::error, "a call was answered twice; the second answer is dropped");
    auto answer = std::move(answer_);
    answer_ = nullptr;
    answer(std::move(line));
  }

  wire::CallId id_;
  private_text::Reader reader_;
  Dispatcher::AnswerLine answer_;
  Log& log_;
};

template <class ReplyStruct>
Reply<ReplyStruct> answer_through(std::shared_ptr<Pending> pending) {
  return [pending = std::move(pending)](Result<ReplyStruct> result) {
    try {
      if (!result) return pending->refuse(result.error());
      pending->finish(*result);
    } catch (std::exception const& e) {
      pending->fault(e.what());
    }
  };
}

template <class Params, class ReplyStruct>
void run(void (*handler)(Context const&, Params, Reply<ReplyStruct>), Context const& c, json::value const& params,
         std::shared_ptr<Pending> const& pending) {
  auto decoded = wire::decode<Params>(params, wire::Strictness::server_strict, "params");
  if (!decoded) return pending->refuse(decoded.error());
  handler(c, std::move(*decoded), answer_through<ReplyStruct>(pending));
}

struct Method {
  wire::Needs needs;
  void (*run)(Context const& c, json::value const& params, std::shared_ptr<Pending> const& pending);
};

std::unordered_map<std::string_view, Method> const& methods() {
  static std::unordered_map<std::string_view, Method> const table = {
#define RSM_METHOD(cxx_name, wire_name, Params, ReplyStruct, needs, summary)                              \
  {wire_name, {wire::Needs::needs, [](Context const& c, json::value const& params, std::shared_ptr<Pending> const& pending) { \
     run<wire::Params, wire::ReplyStruct>(&on_##cxx_name, c, params, pending);                             \
   }}},
#include "api/protocol/methods.def"
#undef RSM_METHOD
  };
  return table;
}

// Opening a session while the service starts is the manager's to decide. What changes nothing is answered from the last committed state
// while nothing can be written.
Result<> may_call(Context const& c, std::string_view method, wire::Needs needs) {
  if (!c.peer->greeted && method != "hello")
    return fail(Errc::invalid_state, std::string(method), "the first call on a connection must be hello");
  if (needs == wire::Needs::session && c.peer->session.is_zero())
    return fail(Errc::invalid_handle, std::string(method), "this connection has no session: call session.open or session.attach first");
  if (needs != wire::Needs::always && !c.manager().ready() && !(needs == wire::Needs::read && c.manager().readable())) {
    Error why = c.manager().refusal();
    if (why.code == Errc::not_ready) why.object = method;
    return std::unexpected(std::move(why));
  }
  return {};
}

// Figures go on to whoever looks at a dashboard, whoever asked for them.
private_text::Reader reader_of(PeerState const& peer, std::string_view method) {
  if (method == "metrics.read") return {};
  return {peer.uid, peer.administrator};
}

wire::BadCall no_such_method(wire::Call const& call) {
  std::vector<std::string_view> names;
  for (auto const& m : wire::methods()) names.push_back(m.name);
  auto const near = wire::nearest(call.method, names);
  return {call.id, wire::rpc_code::no_such_method,
          Error{Errc::call_not_implemented, wire::shortened(call.method, limits::key_bytes_max),
                near.empty() ? "no such method; rsm.describe lists them" : "no such method: did you mean \"" + std::string(near) + "\"?"}};
}

}  // namespace

Error internal_error(Log& log, std::string const& what) {
  log.write(LogLevel::error, "internal error in a call: " + what);
  return {Errc::internal_error, "the service", "a fault of its own, see its log: " + what};
}

struct Dispatcher::Inside {
  ServerContext server;
  std::shared_ptr<Turns> turns;  // calls keep it: what they leave behind may ask for a turn when all else is gone
  std::map<std::uint32_t, std::weak_ptr<UserShare>> shares;
  EventHub events;

  explicit Inside(ServerContext context) : server(std::move(context)), turns(std::make_shared<Turns>(server.loop)), events(server) {}
  ~Inside() {
    for (auto& [uid, share] : shares)
      if (auto const alive = share.lock()) alive->drop();
  }
};

Dispatcher::Dispatcher(ServerContext context) : inside_(std::make_unique<Inside>(std::move(context))) {}
Dispatcher::~Dispatcher() = default;

bool Dispatcher::call(PeerState& peer, std::string_view line, AnswerLine answer) {
  auto call = wire::parse_call(line);
  if (!call) {
    answer(wire::error_line(call.error()));
    return false;
  }
  auto const method = methods().find(call->method);
  if (method == methods().end()) {
    answer(wire::error_line(no_such_method(*call)));
    return true;
  }
  if (!peer.share) peer.share = share_of(peer.uid);
  Context const c{&inside_->server, &inside_->events, inside_->turns, peer.shared_from_this()};
  auto const pending = std::make_shared<Pending>(call->id, reader_of(peer, call->method), std::move(answer), inside_->server.log);
  try {
    if (auto allowed = may_call(c, call->method, method->second.needs); !allowed)
      pending->refuse(allowed.error());
    else
      method->second.run(c, call->params, pending);
  } catch (std::exception const& e) {
    pending->fault(call->method + ": " + e.what());
  }
  return true;
}

Turns& Dispatcher::turns() { return *inside_->turns; }

std::shared_ptr<UserShare> Dispatcher::share_of(std::uint32_t uid) {
  std::erase_if(inside_->shares, [](auto const& entry) { return entry.second.expired(); });
  if (auto const known = inside_->shares.find(uid); known != inside_->shares.end()) return known->second.lock();
  auto share = std::make_shared<UserShare>(uid, inside_->server.unread_bytes_per_uid);
  inside_->shares.emplace(uid, share);
  return share;
}

void Dispatcher::leave(PeerState& peer) {
  if (peer.gone) return;
  peer.gone = true;
  inside_->events.forget(peer);
  if (!peer.session.is_zero()) inside_->server.manager.detach_session(peer.session);
  peer.session = {};
}

void Dispatcher::forget(PeerState& peer) {
  leave(peer);
  peer.deaf = true;
  inside_->server.manager.connection_gone(peer.connection);
}

}  // namespace rsm::server
