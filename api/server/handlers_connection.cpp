// hello, rsm.describe and sessions.
#include "api/protocol/openrpc.hpp"
#include "api/server/event_hub.hpp"
#include "api/server/handlers.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::server {
namespace {

constexpr std::size_t client_name_bytes_max = 128;

// The connection belongs to this session now; the one before has lost it. A peer that went away meanwhile has lost it already.
void bind(Context const& c, SessionId session) {
  if (!c.peer->session.is_zero()) c.manager().detach_session(c.peer->session);
  c.peer->session = session;
  if (!c.peer->gone) return;
  c.manager().detach_session(session);
  c.peer->session = {};
}

}  // namespace

void on_hello(Context const& c, wire::HelloParams p, Reply<wire::HelloReply> reply) {
  if (p.protocol != wire::protocol_number)
    return reply(fail(Errc::rpc_no_interfaces, "params.protocol", "this server speaks protocol " + std::to_string(wire::protocol_number)));
  if (p.client.size() > client_name_bytes_max)
    return reply(fail(Errc::invalid_parameter, "params.client", "at most " + std::to_string(client_name_bytes_max) + " bytes"));
  c.peer->client = p.client;
  c.peer->greeted = true;
  reply(wire::HelloReply{wire::protocol_number, "rsmd", std::string(wire::product_version()), c.manager().readable(), true, c.peer->user, c.peer->uid, c.peer->administrator});
}

void on_describe(Context const&, wire::Empty, Reply<wire::DescribeReply> reply) { reply(wire::DescribeReply{wire::openrpc_text()}); }

void on_session_open(Context const& c, wire::SessionOpenParams p, Reply<wire::SessionOpenReply> reply) {
  std::string const application = p.application && !p.application->empty() ? *p.application : "RSM";
  if (utf16_units(application) > limits::application_chars_max)
    return reply(fail(Errc::invalid_parameter, "params.application", "at most 63 characters"));
  OpenSessionCall call{application, c.peer->user, c.server->computer, c.peer->uid, c.peer->administrator, c.peer->groups};
  c.manager().open_session(std::move(call), then<SessionRecord>(c, std::move(reply), [c](SessionRecord s) -> Result<wire::SessionOpenReply> {
    bind(c, s.id);
    return wire::SessionOpenReply{s.id, s.secret, c.manager().settings().session_grace.count()};
  }));
}

void on_session_attach(Context const& c, wire::SessionAttachParams p, Reply<wire::Empty> reply) {
  c.manager().attach_session(p.session, p.secret, c.peer->uid, then<SessionRecord>(c, std::move(reply), [c](SessionRecord s) -> Result<wire::Empty> {
    bind(c, s.id);
    return wire::Empty{};
  }));
}

void on_session_close(Context const& c, wire::SessionCloseParams p, Reply<wire::Empty> reply) {
  SessionId const session = p.session.value_or(c.peer->session);
  if (session.is_zero()) return reply(fail(Errc::invalid_handle, "session.close", "this connection has no session"));
  c.manager().close_session(c.caller(), session, then<void>(c, std::move(reply), [c, session]() -> Result<wire::Empty> {
    if (c.peer->session == session) c.peer->session = {};
    c.events->end(session);
    return wire::Empty{};
  }));
}

}  // namespace rsm::server
