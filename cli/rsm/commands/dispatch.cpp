#include <array>

#include "cli/rsm/commands/commands.hpp"

namespace rsm::cli {
namespace {

struct CommandRow {
  std::string_view object, verb;
  Command run;
};

constexpr auto command_rows = std::to_array<CommandRow>({
    {"status", "", show_status},
    {"library", "list", list_libraries},
    {"library", "show", show_library},
    {"library", "inventory", inventory_library},
    {"library", "inject", inject_library},
    {"library", "enable", enable_libraries},
    {"library", "disable", disable_libraries},
    {"changer", "list", list_changers},
    {"drive", "list", list_drives},
    {"drive", "show", show_drive},
    {"drive", "dismount", dismount_drives},
    {"drive", "enable", enable_drives},
    {"drive", "disable", disable_drives},
    {"slot", "list", list_slots},
    {"port", "list", list_ports},
    {"door", "list", list_doors},
    {"media", "list", list_media},
    {"media", "show", show_medium},
    {"media", "mount", mount_media},
    {"media", "dismount", dismount_media},
    {"media", "eject", eject_media},
    {"media", "enable", enable_media},
    {"media", "disable", disable_media},
    {"side", "list", list_sides},
    {"pool", "list", list_pools},
    {"pool", "show", show_pool},
    {"request", "list", list_requests},
    {"request", "show", show_request},
    {"request", "wait", wait_for_requests},
    {"request", "cancel", cancel_requests},
    {"request", "explain", explain_request},
    {"explain", "", explain_request},
    {"session", "list", list_sessions},
    {"session", "close", close_sessions},
    {"opreq", "list", list_operator_requests},
    {"opreq", "satisfy", satisfy_operator_requests},
    {"opreq", "refuse", refuse_operator_requests},
    {"events", "", show_events},
    {"catalog", "check", check_catalog},
    {"catalog", "backup", back_up_catalog},
    {"volume", "status", show_volume},
    {"volume", "who", list_volume_holders},
    {"volume", "flush", work_on_volume},
    {"volume", "lock", work_on_volume},
    {"volume", "dismount", work_on_volume},
    {"volume", "offline", work_on_volume},
    {"volume", "online", work_on_volume},
    {"volume", "eject", work_on_volume},
    {"volume", "load", work_on_volume},
    {"volume", "prevent", work_on_volume},
    {"volume", "allow", work_on_volume},
    {"volume", "verify", work_on_volume},
    {"describe", "", describe_protocol},
});

}  // namespace

Command command_for(std::string const& object, std::string const& verb) {
  for (auto const& row : command_rows)
    if (row.object == object && row.verb == verb) return row.run;
  return nullptr;
}

}  // namespace rsm::cli
