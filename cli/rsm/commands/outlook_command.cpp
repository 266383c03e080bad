// rsm plan, rsm library timing, rsm advise: what comes next, what things take, what the history says.
#include "cli/rsm/arguments/what_if.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/outlook.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

Result<std::optional<std::string>> library_named(Connection& service, Context const& context) {
  auto const& args = context.args();
  std::string const name = !args.library.empty() ? args.library : args.targets.empty() ? std::string() : args.targets.front();
  if (name.empty()) return std::nullopt;
  RSM_TRY(auto const library, resolve_library(service, name));
  return library.id.text();
}

Result<std::vector<std::string>> ids_of(Connection& service, std::vector<std::string> const& drives) {
  std::vector<std::string> ids;
  for (auto const& name : drives) {
    RSM_TRY(auto const drive, resolve_drive(service, name));
    ids.push_back(drive.id.text());
  }
  return ids;
}

Result<wire::WhatIfInfo> what_if_of(Connection& service, std::vector<std::string> const& texts) {
  RSM_TRY(auto const supposed, parse_what_if(texts));
  wire::WhatIfInfo what_if;
  what_if.drives_more = supposed.drives_more;
  RSM_TRY(what_if.drives_off, ids_of(service, supposed.drives_off));
  RSM_TRY(what_if.drives_on, ids_of(service, supposed.drives_on));
  if (supposed.request.empty()) return what_if;
  RSM_TRY(what_if.request, resolve_request(service, supposed.request));
  what_if.priority = supposed.priority;
  return what_if;
}

Result<std::string> show_plan(Context& context) {
  RSM_TRY(auto* service, context.service());
  wire::PlanParams params;
  RSM_TRY(params.library, library_named(*service, context));
  if (!context.args().what_if.empty()) {
    RSM_TRY(params.what_if, what_if_of(*service, context.args().what_if));
  }
  RSM_TRY(auto const reply, service->plan_read(params));
  return context.args().common.json ? to_json(reply) + "\n" : plan_text(reply, context.screen());
}

Result<std::string> show_timing(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const library, library_named(*service, context));
  RSM_TRY(auto const reply, service->library_timing({library}));
  return context.args().common.json ? to_json(reply) + "\n" : table_of(reply.items, context.screen()).text(context.screen());
}

Result<std::string> show_advice(Context& context) {
  RSM_TRY(auto* service, context.service());
  wire::AdviseParams params;
  RSM_TRY(params.library, library_named(*service, context));
  params.wait_ms = context.args().within_ms;
  RSM_TRY(auto const reply, service->history_advise(params));
  return context.args().common.json ? to_json(reply) + "\n" : advice_text(reply, context.screen());
}

}  // namespace

std::span<CommandRow const> outlook_commands() {
  static constexpr CommandRow rows[] = {
      {"plan", "", show_plan},
      {"library", "timing", show_timing},
      {"advise", "", show_advice},
  };
  return rows;
}

}  // namespace rsm::cli
