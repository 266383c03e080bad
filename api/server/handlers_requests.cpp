// Library requests and operator requests.
#include "api/server/handlers.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

Reply<OperatorRequestRecord> operator_request_reply(Context const& c, Reply<wire::OperatorRequestInfo> reply) {
  return then<OperatorRequestRecord>(c, std::move(reply), [](OperatorRequestRecord r) -> Result<wire::OperatorRequestInfo> {
    return operator_request_info(r);
  });
}

}  // namespace

void on_request_get(Context const& c, wire::RequestParams p, Reply<wire::RequestInfo> reply) {
  reading(c, std::move(reply), [c, p] { return request_info(*c.server, p.request); });
}

void on_request_wait(Context const& c, wire::WaitParams p, Reply<wire::RequestInfo> reply) {
  if (p.timeout_ms && (*p.timeout_ms < 0 || *p.timeout_ms > limits::wait_max.count()))
    return reply(fail(Errc::invalid_parameter, "params.timeout_ms", "expected 0 to " + std::to_string(limits::wait_max.count())));
  Millis const limit{p.timeout_ms.value_or(limits::wait_max.count())};
  c.manager().wait(c.caller(), {p.request}, limit, then<std::vector<RequestRecord>>(c, std::move(reply), [c, p](std::vector<RequestRecord> done) -> Result<wire::RequestInfo> {
    if (done.empty()) return not_found("request", p.request.text());
    return request_info(*c.server, done.front());
  }));
}

void on_request_cancel(Context const& c, wire::RequestParams p, Reply<wire::RequestInfo> reply) {
  c.manager().cancel(c.caller(), p.request, then<RequestRecord>(c, std::move(reply), [c](RequestRecord r) { return request_info(*c.server, r); }));
}

void on_request_explain(Context const& c, wire::RequestParams p, Reply<wire::ExplainReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::ExplainReply> {
    RSM_TRY(auto request, c.manager().find_request(p.request));
    if (!request) return not_found("request", p.request.text());
    auto explanation = c.manager().explain(*request);
    RSM_TRY(auto info, request_info(*c.server, explanation.request));
    return wire::ExplainReply{std::move(info), std::move(explanation.text), std::move(explanation.facts)};
  });
}

void on_opreq_satisfy(Context const& c, wire::OperatorRequestParams p, Reply<wire::OperatorRequestInfo> reply) {
  c.manager().answer_operator_request(c.caller(), p.id, true, operator_request_reply(c, std::move(reply)));
}

void on_opreq_refuse(Context const& c, wire::OperatorRequestParams p, Reply<wire::OperatorRequestInfo> reply) {
  c.manager().answer_operator_request(c.caller(), p.id, false, operator_request_reply(c, std::move(reply)));
}

}  // namespace rsm::server
