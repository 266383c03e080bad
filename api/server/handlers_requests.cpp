// Library requests and operator requests.
#include "api/server/discretion.hpp"
#include "api/server/enumerate.hpp"
#include "api/server/foretell.hpp"
#include "api/server/handlers.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

Reply<OperatorRequestRecord> operator_request_reply(Context const& c, Reply<wire::OperatorRequestInfo> reply) {
  return then<OperatorRequestRecord>(c, std::move(reply), [c](OperatorRequestRecord r) -> Result<wire::OperatorRequestInfo> {
    auto info = operator_request_info(c.world(), r);
    veil(c, info);
    return info;
  });
}

// Sentence by sentence: who waits behind another's medium hears that he waits.
std::string what_may_be_told(Context const& c, std::string_view text, MediumId own) {
  std::string told;
  for (std::size_t from = 0; from < text.size();) {
    auto const end = text.find(". ", from);
    auto const next = end == std::string_view::npos ? text.size() : end + 2;
    auto const sentence = text.substr(from, next - from);
    if (!names_what_is_hidden(c, sentence, own)) told += sentence;
    from = next;
  }
  return told;
}

Result<> check_wait(std::optional<wire::Ms> timeout) {
  if (!timeout || (*timeout >= 0 && *timeout <= limits::wait_max.count())) return {};
  return fail(Errc::invalid_parameter, "params.timeout_ms", "expected 0 to " + std::to_string(limits::wait_max.count()));
}

Result<OperatorCall::Argument> argument(ServerContext& s, std::optional<Guid> id) {
  if (!id || id->is_zero()) return OperatorCall::Argument{};
  RSM_TRY(auto type, type_of(s, *id));
  return OperatorCall::Argument{*id, type};
}

// "key" as a GUID with or without dashes.
std::optional<Guid> guid_of_key(std::string key) {
  if (key.size() == 32)
    for (std::size_t const dash : {8, 13, 18, 23}) key.insert(dash, 1, '-');
  return Guid::parse(key);
}

Result<OperatorCall> operator_call(ServerContext& s, wire::OperatorSubmitParams&& p) {
  OperatorCall call;
  auto const id = guid_of_key(std::move(p.key));
  if (!id) return fail(Errc::invalid_parameter, "params.key", "expected a GUID");
  call.id = OperatorRequestId{*id};
  call.command = p.command;
  if (p.message) call.message = std::move(*p.message);
  RSM_TRY(call.first, argument(s, p.argument1));
  RSM_TRY(call.second, argument(s, p.argument2));
  return call;
}

}  // namespace

namespace {

Result<RequestRecord> asked_for(Context const& c, wire::RequestGetParams const& p) {
  if (p.number && *p.number < 1) return fail(Errc::invalid_parameter, "params.number", "requests have numbers from 1");
  RSM_TRY(auto found, p.request ? c.manager().find_request(*p.request) : c.manager().find_request(static_cast<std::uint64_t>(*p.number)));
  if (!found) return not_found("request", p.request ? p.request->text() : std::to_string(*p.number));
  return std::move(*found);
}

}  // namespace

void on_request_get(Context const& c, wire::RequestGetParams p, Reply<wire::RequestInfo> reply) {
  if (p.request.has_value() == p.number.has_value()) return reply(fail(Errc::invalid_parameter, "params", "expected exactly one of request and number"));
  reading(c, std::move(reply), [c, p]() -> Result<wire::RequestInfo> {
    RSM_TRY(auto const request, asked_for(c, p));
    RSM_TRY(auto info, request_info(*c.server, request));
    RSM_CHECK(may_read(c, info));
    veil(c, info);
    RSM_TRY(auto const text, c.server->reader.object_text(request.id.guid));
    if (text && !text->description.empty()) info.description = text->description;
    return info;
  });
}

void on_request_wait(Context const& c, wire::WaitParams p, Reply<wire::RequestInfo> reply) {
  if (auto ok = check_wait(p.timeout_ms); !ok) return reply(std::unexpected(ok.error()));
  Millis const limit{p.timeout_ms.value_or(limits::wait_max.count())};
  if (auto ok = c.manager().may_read(c.caller(), ObjectType::request, p.request.guid); !ok) return reply(std::unexpected(ok.error()));
  c.manager().wait(c.caller(), {p.request}, limit, then<std::vector<RequestRecord>>(c, std::move(reply), [c, p](std::vector<RequestRecord> done) -> Result<wire::RequestInfo> {
    if (done.empty()) return not_found("request", p.request.text());
    RSM_TRY(auto info, request_info(*c.server, done.front()));
    veil(c, info);
    return info;
  }));
}

void on_request_cancel(Context const& c, wire::RequestParams p, Reply<wire::RequestInfo> reply) {
  c.manager().cancel(c.caller(), p.request, then<RequestRecord>(c, std::move(reply), [c](RequestRecord r) { return request_info(*c.server, r); }));
}

void on_request_explain(Context const& c, wire::RequestParams p, Reply<wire::ExplainReply> reply) {
  Reply<wire::ExplainReply> told = [c, reply = std::move(reply)](Result<wire::ExplainReply> explained) mutable {
    if (!explained) return reply(std::move(explained));
    foretell(c, std::move(*explained), std::move(reply));
  };
  reading(c, std::move(told), [c, p]() -> Result<wire::ExplainReply> {
    RSM_TRY(auto request, c.manager().find_request(p.request));
    if (!request) return not_found("request", p.request.text());
    RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read, request->library));
    auto explanation = c.manager().explain(*request);
    RSM_TRY(auto info, request_info(*c.server, explanation.request));
    wire::WaitingInfo told{std::move(info), std::move(explanation.text)};
    veil(c, told);
    if (told.why.empty()) explanation.facts.clear();
    told.why = what_may_be_told(c, told.why, request->medium);
    leave_out_what_is_hidden(c, explanation.facts, request->medium);
    return wire::ExplainReply{std::move(told.request), std::move(told.why), std::move(explanation.facts)};
  });
}

void on_request_order(Context const& c, wire::RequestParams p, Reply<wire::OrderReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::OrderReply> {
    RSM_TRY(auto const place, c.manager().place_of(c.caller(), p.request));
    return wire::OrderReply{place};
  });
}

void on_request_set_order(Context const& c, wire::SetOrderParams p, Reply<wire::OrderReply> reply) {
  if (p.order < 1 || p.order > std::int64_t{order_last})
    return reply(fail(Errc::invalid_parameter, "params.order", "expected 1 to " + std::to_string(order_last)));
  c.manager().set_place(c.caller(), p.request, static_cast<std::uint32_t>(p.order),
                        then<std::uint32_t>(c, std::move(reply), [](std::uint32_t place) -> Result<wire::OrderReply> { return wire::OrderReply{place}; }));
}

void on_request_delete(Context const& c, wire::DeleteRequestsParams p, Reply<wire::DeleteRequestsReply> reply) {
  if (p.type != ObjectType::request && p.type != ObjectType::operator_request)
    return reply(fail(Errc::invalid_parameter, "params.type", "expected request or operator_request"));
  if (p.ids.empty() || p.ids.size() > limits::page_items_max)
    return reply(fail(Errc::invalid_parameter, "params.ids", "expected 1 to " + std::to_string(limits::page_items_max) + " ids"));
  c.manager().forget_requests(c.caller(), p.type, std::move(p.ids), then<std::size_t>(c, std::move(reply), [](std::size_t gone) -> Result<wire::DeleteRequestsReply> {
    return wire::DeleteRequestsReply{static_cast<std::int64_t>(gone)};
  }));
}

void on_opreq_get(Context const& c, wire::OperatorRequestParams p, Reply<wire::OperatorRequestInfo> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::OperatorRequestInfo> {
    RSM_TRY(auto info, operator_request_info(*c.server, p.id));
    RSM_CHECK(may_read(c, info));
    veil(c, info);
    RSM_TRY(auto const text, c.server->reader.object_text(p.id.guid));
    if (text && !text->description.empty()) info.description = text->description;
    return info;
  });
}

void on_opreq_submit(Context const& c, wire::OperatorSubmitParams p, Reply<wire::OperatorRequestInfo> reply) {
  auto call = operator_call(*c.server, std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  c.manager().submit_operator_request(c.caller(), std::move(*call), operator_request_reply(c, std::move(reply)));
}

void on_opreq_wait(Context const& c, wire::OperatorWaitParams p, Reply<wire::OperatorRequestInfo> reply) {
  if (auto ok = check_wait(p.timeout_ms); !ok) return reply(std::unexpected(ok.error()));
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::read); !ok) return reply(std::unexpected(ok.error()));
  std::optional<Millis> limit;
  if (p.timeout_ms) limit = Millis{*p.timeout_ms};
  c.manager().wait_for_operator_request(c.caller(), p.id, limit, operator_request_reply(c, std::move(reply)));
}

void on_opreq_satisfy(Context const& c, wire::OperatorRequestParams p, Reply<wire::OperatorRequestInfo> reply) {
  c.manager().answer_operator_request(c.caller(), p.id, true, operator_request_reply(c, std::move(reply)));
}

void on_opreq_seen(Context const& c, wire::OperatorSeenParams p, Reply<wire::Empty> reply) {
  if (p.ids.empty() || p.ids.size() > limits::page_items_max)
    return reply(fail(Errc::invalid_parameter, "params.ids", "expected 1 to " + std::to_string(limits::page_items_max) + " ids"));
  c.manager().operator_requests_seen(c.caller(), std::move(p.ids), then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_opreq_refuse(Context const& c, wire::OperatorRequestParams p, Reply<wire::OperatorRequestInfo> reply) {
  c.manager().answer_operator_request(c.caller(), p.id, false, operator_request_reply(c, std::move(reply)));
}

}  // namespace rsm::server
