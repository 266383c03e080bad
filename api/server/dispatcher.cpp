#include "api/server/dispatcher.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "api/protocol/codec.hpp"
#include "api/protocol/json_text.hpp"
#include "api/protocol/methods.hpp"
#include "api/protocol/rpc.hpp"
#include "api/server/event_hub.hpp"
#include "api/server/handlers.hpp"
#include "api/server/kept_answers.hpp"
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
    auto text = wire::encode_text(result, reader_);
    if (!keeper_) return send(wire::reply_line_of_text(id_, text));
    auto const ending = std::make_shared<std::string const>(wire::reply_ending(std::move(text)));
    keeper_(ending);
    send({wire::reply_beginning(id_), ending});
  }
  // Is told the text of an answer that is given from now on, for others who ask the same; nothing: nobody keeps it.
  void keep_with(std::function<void(KeptAnswers::Text)> keeper) { keeper_ = std::move(keeper); }
  void fault(std::string const& what) {
    Error const error = internal_error(log_, what);
    if (!answered()) refuse(error);
  }
  Log& log() { return log_; }

 private:
  void send(wire::Line line) {
    if (!answer_) return log_.write(LogLevel::error, "a call was answered twice; the second answer is dropped");
    auto answer = std::move(answer_);
    answer_ = nullptr;
    answer(std::move(line));
  }

  wire::CallId id_;
  private_text::Reader reader_;
  Dispatcher::AnswerLine answer_;
  std::function<void(KeptAnswers::Text)> keeper_;
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

// Whether the call itself changes something. What a reading call has others do comes back over the loop, and counts there.
bool changes(std::string_view method, wire::Needs needs) {
  static constexpr std::array<std::string_view, 4> looks{"hello", "rsm.describe", "status", "metrics.read"};
  return needs != wire::Needs::read && std::ranges::find(looks, method) == looks.end();
}

struct Method {
  wire::Needs needs;
  bool changes;
  void (*run)(Context const& c, json::value const& params, std::shared_ptr<Pending> const& pending);
};

std::unordered_map<std::string_view, Method> const& methods() {
  static std::unordered_map<std::string_view, Method> const table = {
#define RSM_METHOD(cxx_name, wire_name, Params, ReplyStruct, needs, summary)                              \
  {wire_name, {wire::Needs::needs, changes(wire_name, wire::Needs::needs), [](Context const& c, json::value const& params, std::shared_ptr<Pending> const& pending) { \
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
  KeptAnswers answers;

  explicit Inside(ServerContext context)
      : server(std::move(context)), turns(std::make_shared<Turns>(server.loop)), events(server), answers(server.loop, server.answer_kept_max) {}
  ~Inside() {
    for (auto& [uid, share] : shares)
      if (auto const alive = share.lock()) alive->drop();
  }
};

Dispatcher::Dispatcher(ServerContext context) : inside_(std::make_unique<Inside>(std::move(context))) {}
Dispatcher::~Dispatcher() = default;

bool Dispatcher::call(PeerState& peer, std::string_view line, AnswerLine answer) {
  if (auto const plain = wire::plain_call(line); plain && peer.greeted)
    if (auto const kept = inside_->answers.find(plain->method, peer)) {
      answer({wire::reply_beginning_of_text(plain->id), kept});
      return true;
    }
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
  auto const kept_as = KeptAnswers::kept(call->method);
  bool const many_ask = !kept_as.empty() && peer.greeted && call->params.is_object() && call->params.get_object().empty();
  if (auto const kept = many_ask ? inside_->answers.find(kept_as, peer) : nullptr) {
    answer({wire::reply_beginning(call->id), kept});
    return true;
  }
  if (!peer.share) peer.share = share_of(peer.uid);
  Context const c{&inside_->server, &inside_->events, inside_->turns, peer.shared_from_this()};
  auto const pending = std::make_shared<Pending>(call->id, reader_of(peer, call->method), std::move(answer), inside_->server.log);
  if (method->second.changes) inside_->server.loop.deed();
  if (many_ask)
    pending->keep_with([this, kept = kept_as, &peer](KeptAnswers::Text text) { inside_->answers.keep(kept, peer, std::move(text)); });
  try {
    if (auto allowed = may_call(c, call->method, method->second.needs); !allowed)
      pending->refuse(allowed.error());
    else
      method->second.run(c, call->params, pending);
  } catch (std::exception const& e) {
    pending->fault(call->method + ": " + e.what());
  }
  pending->keep_with(nullptr);  // an answer that comes later is of another moment
  return true;
}

void Dispatcher::only_looks() { inside_->server.loop.only_looks(); }

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
  inside_->server.loop.deed();  // its session is without a connection
  peer.gone = true;
  inside_->events.forget(peer);
  if (!peer.session.is_zero()) inside_->server.manager.detach_session(peer.session);
  peer.session = {};
}

void Dispatcher::forget(PeerState& peer) {
  leave(peer);
  inside_->server.loop.deed();  // its waits end
  peer.deaf = true;
  inside_->server.manager.connection_gone(peer.connection);
}

}  // namespace rsm::server
