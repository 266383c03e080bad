// Commands about requests, sessions and operator requests.
#include <algorithm>
#include <array>

#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/patience.hpp"
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

std::string operator_request_line(wire::OperatorRequestInfo const& info) {
  return plain_text(info.id.text() + ": " + word(info.state) + ": " + info.message) + "\n";
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
    text += operator_request_line(info);
    infos.push_back(std::move(info));
  }
  return as_json_or(context, infos, std::move(text));
}

struct AskedFor {
  std::string_view kind;
  OperatorCommand command;
  bool object;
};
constexpr auto kinds_of_questions = std::to_array<AskedFor>({{"new-media", OperatorCommand::new_media, true},
                                                             {"cleaner", OperatorCommand::cleaner, true},
                                                             {"service", OperatorCommand::device_service, true},
                                                             {"move", OperatorCommand::move_media, true},
                                                             {"message", OperatorCommand::message, false}});

// A library, drive or cartridge by name, or anything by its id.
Result<Guid> resolve_device(Connection& service, std::string const& text) {
  if (auto const id = Guid::parse(text)) return *id;
  if (auto library = resolve_library(service, text)) return library->id.guid;
  if (auto drive = resolve_drive(service, text)) return drive->id.guid;
  if (auto medium = resolve_medium(service, text)) return medium->id.guid;
  return fail(Errc::object_not_found, text, "no library, drive or cartridge has this name; doors and ports are named by their ids");
}

Result<Guid> resolve_subject(Connection& service, OperatorCommand command, std::string const& text) {
  if (command == OperatorCommand::device_service) return resolve_device(service, text);
  if (command == OperatorCommand::new_media) {
    RSM_TRY(auto const pool, resolve_pool(service, text));
    return pool.id.guid;
  }
  if (command == OperatorCommand::move_media) {
    RSM_TRY(auto const medium, resolve_medium(service, text));
    return medium.id.guid;
  }
  if (auto const id = Guid::parse(text)) return *id;  // a slot, perhaps
  RSM_TRY(auto const library, resolve_library(service, text));
  return library.id.guid;
}

Result<std::string> submit_operator_request(Context& context) {
  auto const& args = context.args();
  auto const* asked = std::ranges::find(kinds_of_questions, args.targets.front(), &AskedFor::kind);
  if (asked == kinds_of_questions.end())
    return fail(Errc::invalid_parameter, args.targets.front(), "expected new-media, cleaner, service, move or message");
  bool const named = !args.about.empty();
  if (named != asked->object)
    return fail(Errc::invalid_parameter, args.targets.front(), asked->object ? "say what it is about: --about" : "a message is about nothing but its --message");
  RSM_TRY(auto* service, context.with_session());
  wire::OperatorSubmitParams params;
  params.command = asked->command;
  if (named) {
    RSM_TRY(params.argument1, resolve_subject(*service, asked->command, args.about));
  }
  if (!args.into.empty()) {
    RSM_TRY(auto const library, resolve_library(*service, args.into));
    params.argument2 = library.id.guid;
  }
  if (!args.message.empty()) params.message = args.message;
  RSM_TRY(params.key, client::make_key());
  RSM_TRY(auto const info, service->opreq_submit(params));
  return args.common.json ? to_json(info) + "\n" : operator_request_line(info);
}

// One after the other: what is refused ends it.
Result<std::string> wait_for_operator_requests(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.service());
  std::vector<wire::OperatorRequestInfo> infos;
  std::string text;
  for (auto const& target : args.targets) {
    RSM_TRY(auto const id, resolve_operator_request(*service, target));
    RSM_TRY(auto info, wait_in_steps(args.timeout_ms, [&](std::int64_t step_ms, Millis limit) { return service->opreq_wait({id, step_ms}, limit); }));
    if (info.state == OperatorState::refused) return fail(Errc::request_refused, "operator request " + info.id.text(), "the operator refused: " + info.message);
    text += operator_request_line(info);
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

// "1", "last".
Result<std::int64_t> place_in(std::string const& text) {
  if (text == "last") return std::int64_t{order_last};
  auto const place = parse_count(text);
  if (place && *place >= 1 && *place < std::int64_t{order_last}) return *place;
  return fail(Errc::invalid_parameter, "--to " + text, "expected a number from 1 on, or 'last'");
}

Result<std::string> order_request(Context& context) {
  auto const& args = context.args();
  std::optional<std::int64_t> to;
  bool const behind = args.targets.size() == 2;  // libreq order GUID N
  if (behind && !args.to.empty()) return fail(Errc::invalid_parameter, "--to " + args.to, "the place stands behind the request already");
  if (!args.to.empty() || behind) {
    RSM_TRY(to, place_in(behind ? args.targets[1] : args.to));
  }
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto const id, resolve_request(*service, args.targets.front()));
  RSM_TRY(auto const reply, to ? service->request_set_order({id, *to}) : service->request_order({id}));
  if (args.common.json) return to_json(reply) + "\n";
  if (reply.order == 0) return name_of(id) + " has no place: it is no mount, or waits no longer\n";
  return name_of(id) + " is number " + std::to_string(reply.order) + " of the mounts that wait in its library\n";
}

// As many as were typed; the service passes over those that have not ended, so that is said here.
Result<std::string> forget(Context& context, ObjectType type, std::vector<Guid> ids) {
  RSM_TRY(auto* service, context.with_session());
  std::size_t const wanted = ids.size();
  RSM_TRY(auto const reply, service->request_delete({type, std::move(ids)}));
  if (context.args().common.json) return to_json(reply) + "\n";
  std::string text = std::to_string(reply.deleted) + " deleted\n";
  if (auto const left = static_cast<std::int64_t>(wanted) - reply.deleted; left > 0) text += std::to_string(left) + " not: what has not ended stays\n";
  return text;
}

Result<std::string> delete_requests(Context& context) {
  RSM_TRY(auto* service, context.with_session());
  std::vector<Guid> ids;
  for (auto const& target : context.args().targets) {
    RSM_TRY(auto const id, resolve_request(*service, target));
    ids.push_back(id.guid);
  }
  return forget(context, ObjectType::request, std::move(ids));
}

Result<std::string> delete_operator_requests(Context& context) {
  RSM_TRY(auto* service, context.with_session());
  std::vector<Guid> ids;
  for (auto const& target : context.args().targets) {
    RSM_TRY(auto const id, resolve_operator_request(*service, target));
    ids.push_back(id.guid);
  }
  return forget(context, ObjectType::operator_request, std::move(ids));
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
      {"request", "order", order_request},
      {"request", "delete", delete_requests},
      {"cancel", "", cancel_requests},
      {"libreq", "cancel", cancel_requests},
      {"libreq", "order", order_request},
      {"session", "close", close_sessions},
      {"opreq", "submit", submit_operator_request},
      {"opreq", "wait", wait_for_operator_requests},
      {"opreq", "delete", delete_operator_requests},
      {"opreq", "satisfy", satisfy_operator_requests},
      {"opreq", "refuse", refuse_operator_requests},
  };
  return rows;
}

}  // namespace rsm::cli
