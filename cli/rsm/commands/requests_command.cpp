// Commands about requests, sessions and operator requests.
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/work.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

template <class Info>
std::string as_json_or(Context const& context, std::vector<Info> const& infos, std::string text) {
  return context.args().common.json ? to_json(infos) + "\n" : std::move(text);
}

Result<std::string> answer_operator_requests(Context& context,
                                             Result<wire::OperatorRequestInfo> (Connection::*call)(wire::OperatorRequestParams const&,
                                                                                                   std::optional<Millis>)) {
  RSM_TRY(auto* service, context.service());
  std::vector<wire::OperatorRequestInfo> infos;
  std::string text;
  for (auto const& target : context.args().targets) {
    RSM_TRY(auto id, resolve_operator_request(*service, target));
    RSM_TRY(auto info, (service->*call)({id}, std::nullopt));
    text += plain_text(info.id.text() + ": " + word(info.state) + ": " + info.message) + "\n";
    infos.push_back(std::move(info));
  }
  return as_json_or(context, infos, std::move(text));
}

Result<std::string> wait_for_requests(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const cursor, newest_event(*service));
  std::vector<Followed> requests;
  for (auto const& target : args.targets) {
    RSM_TRY(auto id, resolve_request(*service, target));
    RSM_TRY(auto info, service->request_get({id}));
    requests.push_back({id, request_what(info)});
  }
  RSM_TRY(auto infos, follow(context, requests, cursor, args.timeout_ms, OnInterrupt::leave_requests));
  std::string text;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    RSM_CHECK(outcome(infos[i], requests[i].label));
    text += plain_text(requests[i].label) + ": " + word(infos[i].state) + "\n";
  }
  return as_json_or(context, infos, std::move(text));
}

Result<std::string> cancel_requests(Context& context) {
  RSM_TRY(auto* service, context.with_session());
  std::vector<wire::RequestInfo> infos;
  std::string text;
  for (auto const& target : context.args().targets) {
    RSM_TRY(auto id, resolve_request(*service, target));
    RSM_TRY(auto info, service->request_cancel({id}));
    std::string const why = request_why(info);
    text += plain_text(request_what(info) + ": " + request_state_cell(info).text + (why.empty() ? "" : ": " + why)) + "\n";
    infos.push_back(std::move(info));
  }
  return as_json_or(context, infos, std::move(text));
}

Result<std::string> close_sessions(Context& context) {
  RSM_TRY(auto* service, context.service());
  std::string text;
  for (auto const& target : context.args().targets) {
    RSM_TRY(auto id, resolve_session(*service, target));
    RSM_CHECK(service->session_close({id}));
    text += "session " + id.text() + ": closed\n";
  }
  return context.args().common.json ? std::string{"{}\n"} : text;
}

Result<std::string> satisfy_operator_requests(Context& context) { return answer_operator_requests(context, &Connection::opreq_satisfy); }
Result<std::string> refuse_operator_requests(Context& context) { return answer_operator_requests(context, &Connection::opreq_refuse); }

}  // namespace

std::span<CommandRow const> request_commands() {
  static constexpr CommandRow rows[] = {
      {"request", "wait", wait_for_requests},
      {"request", "cancel", cancel_requests},
      {"session", "close", close_sessions},
      {"opreq", "satisfy", satisfy_operator_requests},
      {"opreq", "refuse", refuse_operator_requests},
  };
  return rows;
}

}  // namespace rsm::cli
