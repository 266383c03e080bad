// What is gone for good: libraries and drives. And the computer itself: its policies.
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr Millis removal_limit = limits::client_copy_limit;  // very many media may have to leave a library

Result<std::string> delete_libraries(Context& context) {
  RSM_TRY(auto* service, context.with_session());
  std::string out;
  for (auto const& text : context.args().targets) {
    RSM_TRY(auto library, resolve_library(*service, text));
    RSM_CHECK(service->library_delete({library.id}, removal_limit));
    out += plain_text(library.name) + ": deleted; what was in it is offline now\n";
  }
  return context.args().common.json ? std::string{"{}\n"} : out;
}

Result<std::string> delete_drives(Context& context) {
  RSM_TRY(auto* service, context.with_session());
  std::string out;
  for (auto const& text : context.args().targets) {
    RSM_TRY(auto drive, resolve_drive(*service, text));
    RSM_CHECK(service->drive_delete({drive.id}, removal_limit));
    out += plain_text(drive.name) + ": deleted\n";
  }
  return context.args().common.json ? std::string{"{}\n"} : out;
}

std::string model_lines(std::vector<wire::DeviceTypeInfo> const& models) {
  std::string out;
  for (auto const& model : models) out += model.id.text() + "  " + plain_text(model.name) + "\n";
  return models.empty() ? "No device has said what it is yet.\n" : out;
}

Result<std::string> list_drive_types(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto models, collect(*service, &Connection::drive_type_list, wire::ListParams{}));
  return context.args().common.json ? to_json(models.items) + "\n" : model_lines(models.items);
}

Result<std::string> list_changer_types(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto models, collect(*service, &Connection::changer_type_list, wire::ListParams{}));
  return context.args().common.json ? to_json(models.items) + "\n" : model_lines(models.items);
}

Result<wire::ComputerInfo> the_computer(Connection& service) {
  RSM_TRY(auto page, service.computer_list({}));
  if (page.items.size() != 1) return fail(Errc::bad_format, "computer.list", "the service shows no computer");
  return std::move(page.items.front());
}

std::string kept(std::int64_t ms, std::int64_t flags, char const* which) {
  std::string out = (flags & keep_flag::no_auto_purge) != 0 ? "until there are too many" : span_text(ms);
  if ((flags & keep_flag::no_failed_purge) != 0) out += std::string{"; "} + which + " longer";
  return out;
}

Result<std::string> show_computer(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto computer, the_computer(*service));
  if (context.args().common.json) return to_json(computer) + "\n";
  auto const yes_no = [&](std::uint32_t bit) { return (computer.media_pool_policy & bit) != 0 ? "yes" : "no"; };
  return plain_text(computer.name) + "\n" +                                                                                                     //
         "  Free media that are ejected are forgotten    " + yes_no(media_policy::purge_offline_scratch) + "\n" +                                //
         "  Import media that are ejected are kept       " + yes_no(media_policy::keep_offline_import) + "\n" +                                  //
         "  Requests that have ended are kept            " + kept(computer.request_purge_after_ms, computer.request_flags, "failed ones") + "\n" +  //
         "  Operator requests that have ended are kept   " + kept(computer.operator_request_purge_after_ms, computer.operator_request_flags, "refused ones") + "\n" +
         "  ID                                           " + computer.id.text() + "\n";
}

void choose(std::optional<bool> wanted, std::uint32_t bit, std::int64_t& flags) {
  if (wanted) flags = *wanted ? flags | bit : flags & ~std::int64_t{bit};
}

Result<std::string> set_computer(Context& context) {
  auto const& args = context.args();
  bool const says_something = args.purge_free || args.keep_import || args.keep_requests_ms || args.keep_failed || args.description;
  if (!says_something) return fail(Errc::invalid_parameter, "rsm computer set", "what is to be set? --purge-free, --keep-import, --keep-requests, --keep-failed or --description");
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto computer, the_computer(*service));
  wire::SetObjectParams params;
  params.type = ObjectType::computer;
  params.id = computer.id.guid;
  params.description = args.description;
  std::int64_t policy = computer.media_pool_policy, requests = computer.request_flags, asked = computer.operator_request_flags;
  choose(args.purge_free, media_policy::purge_offline_scratch, policy);
  choose(args.keep_import, media_policy::keep_offline_import, policy);
  choose(args.keep_failed, keep_flag::no_failed_purge, requests);
  choose(args.keep_failed, keep_flag::no_failed_purge, asked);
  params.media_pool_policy = policy;
  params.request_flags = requests;
  params.operator_request_flags = asked;
  params.request_purge_after_ms = params.operator_request_purge_after_ms = args.keep_requests_ms;
  RSM_CHECK(service->object_set(params));
  return args.common.json ? std::string{"{}\n"} : plain_text(computer.name) + ": changed\n";
}

}  // namespace

std::span<CommandRow const> removing_commands() {
  static constexpr CommandRow rows[] = {
      {"library", "delete", delete_libraries}, {"drive", "delete", delete_drives},    {"drive", "types", list_drive_types},
      {"changer", "types", list_changer_types}, {"computer", "show", show_computer}, {"computer", "set", set_computer},
  };
  return rows;
}

}  // namespace rsm::cli
