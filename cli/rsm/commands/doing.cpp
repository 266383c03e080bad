// Commands that change something: media, drives, libraries.
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/work.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

std::optional<bool> flag(bool on) { return on ? std::optional{true} : std::nullopt; }

struct Target {
  Guid id;
  std::string label;
};

Result<Target> target_of(Connection& service, ObjectType type, std::string const& text) {
  if (type == ObjectType::library) {
    RSM_TRY(auto library, resolve_library(service, text));
    return Target{library.id.guid, library.name};
  }
  if (type == ObjectType::drive) {
    RSM_TRY(auto drive, resolve_drive(service, text));
    return Target{drive.id.guid, drive.name};
  }
  RSM_TRY(auto medium, resolve_medium(service, text));
  return Target{medium.id.guid, medium.name};
}

Result<std::string> set_enabled(Context& context, ObjectType type, bool enabled) {
  auto const submit = [&](Connection& service, std::string const& key, std::string const& text) -> Result<Followed> {
    RSM_TRY(auto target, target_of(service, type, text));
    wire::EnableParams const params{.key = key, .type = type, .id = target.id};
    RSM_TRY(auto reply, enabled ? service.object_enable(params) : service.object_disable(params));
    return Followed{reply.request, target.label};
  };
  return queue_for_targets(context, submit, enabled ? "enabled" : "disabled");
}

Result<std::string> enable_media(Context& context) { return set_enabled(context, ObjectType::medium, true); }
Result<std::string> disable_media(Context& context) { return set_enabled(context, ObjectType::medium, false); }
Result<std::string> enable_drives(Context& context) { return set_enabled(context, ObjectType::drive, true); }
Result<std::string> disable_drives(Context& context) { return set_enabled(context, ObjectType::drive, false); }
Result<std::string> enable_libraries(Context& context) { return set_enabled(context, ObjectType::library, true); }
Result<std::string> disable_libraries(Context& context) { return set_enabled(context, ObjectType::library, false); }

// All sides in one call: all are checked before any is queued.
Result<std::string> dismount_media(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  wire::DismountParams params;
  std::vector<Followed> requests;
  for (auto const& text : args.targets) {
    RSM_TRY(auto target, resolve_mounted_side(*service, text));
    params.media.push_back(target.id);
    requests.push_back({{}, target.label});
  }
  RSM_TRY(params.key, client::make_key());
  params.deferred = flag(args.deferred);
  params.force = flag(args.force);
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto reply, service->dismount_submit(params));
  if (reply.requests.size() != requests.size())
    return fail(Errc::bad_format, "dismount.submit", "the service answered with another number of requests than there are media");
  for (std::size_t i = 0; i < requests.size(); ++i) requests[i].request = reply.requests[i];
  return tell_queued(context, requests, cursor, args.deferred ? "out of use; the cartridge stays in the drive for a while" : "dismounted");
}

Result<std::string> eject_media(Context& context) {
  auto const submit = [&](Connection& service, std::string const& key, std::string const& text) -> Result<Followed> {
    RSM_TRY(auto medium, resolve_medium(service, text));
    RSM_TRY(auto reply, service.medium_eject({.key = key, .medium = medium.id, .force = flag(context.args().force)}));
    return Followed{reply.request, medium.name};
  };
  return queue_for_targets(context, submit, "ejected");
}

// "3", "slot 3", "port 0": of the library that the medium is in.
Result<> find_place(Connection& service, std::string const& library, std::string const& text, wire::TransferParams& params) {
  bool const port = text.starts_with("port ");
  std::string const number = port || text.starts_with("slot ") ? text.substr(5) : text;
  wire::GetParams const named{.id = {}, .name = library + "/" + number};
  auto const none = [&](Error error) -> Result<> {
    if (error.code != Errc::object_not_found) return std::unexpected(std::move(error));
    std::string const kind = port ? "port; see rsm port list" : "slot; see rsm slot list";
    return fail(Errc::resource_not_present, "--to " + text, "library " + library + " has no such " + kind);
  };
  if (port) {
    auto const found = service.port_get(named);
    if (!found) return none(found.error());
    params.port = found->id;
    return {};
  }
  auto const found = service.slot_get(named);
  if (!found) return none(found.error());
  params.slot = found->id;
  return {};
}

Result<std::string> transfer_media(Context& context) {
  if (context.args().to.empty()) return fail(Errc::invalid_parameter, "--to", "it is missing; name the slot, or 'port 0'");
  auto const submit = [&](Connection& service, std::string const& key, std::string const& text) -> Result<Followed> {
    RSM_TRY(auto medium, resolve_medium(service, text));
    wire::TransferParams params{.key = key, .medium = medium.id, .from = {}, .slot = {}, .port = {}, .exchange = context.args().exchange};
    RSM_CHECK(find_place(service, medium.library_name, context.args().to, params));
    RSM_TRY(auto reply, service.medium_transfer(params));
    return Followed{reply.request, medium.name};
  };
  return queue_for_targets(context, submit, "moved");
}

Result<std::string> dismount_drives(Context& context) {
  auto const submit = [](Connection& service, std::string const& key, std::string const& text) -> Result<Followed> {
    RSM_TRY(auto drive, resolve_drive(service, text));
    RSM_TRY(auto reply, service.drive_dismount({.key = key, .drive = drive.id}));
    return Followed{reply.request, drive.name};
  };
  return queue_for_targets(context, submit, "");
}

Result<std::string> inventory_library(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto library, resolve_library(*service, args.targets.front()));
  auto action = wire::InventoryAction::default_method;
  if (args.fast) action = wire::InventoryAction::fast;
  if (args.full) action = wire::InventoryAction::omid;
  if (args.stop) action = wire::InventoryAction::stop;
  RSM_TRY(auto const key, client::make_key());
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto reply, service->library_inventory({.key = key, .library = library.id, .action = action}));
  if (reply.request.is_zero()) return args.common.json ? to_json(reply) + "\n" : plain_text(library.name) + ": the inventory is stopped\n";
  return tell_queued(context, {{reply.request, library.name}}, cursor, "the inventory is finished");
}

Result<std::string> inject_library(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto library, resolve_library(*service, args.targets.front()));
  if (!args.stop_request.empty()) {
    RSM_TRY(auto request, resolve_request(*service, args.stop_request));
    RSM_CHECK(service->library_inject_stop({request}));
    return args.common.json ? std::string{"{}\n"} : plain_text(library.name) + ": the inject is stopped\n";
  }
  RSM_TRY(auto const key, client::make_key());
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto reply, service->library_inject({.key = key, .library = library.id}));
  if (!args.common.json && context.live()) note("Put the cartridge into the port of " + plain_text(library.name) + " now.\n");
  return tell_queued(context, {{reply.request, library.name}}, cursor, "the cartridge is taken in");
}

// What one request of a library does: it is queued, and followed when asked.
template <class Submit>
Result<std::string> library_request(Context& context, Submit submit, std::string const& done) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto library, resolve_library(*service, context.args().targets.front()));
  RSM_TRY(auto const key, client::make_key());
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto reply, submit(*service, key, library));
  return tell_queued(context, {{reply.request, library.name}}, cursor, done);
}

// Ends what still waits, when --stop names it; nothing: it does not.
template <class Stop>
Result<std::optional<std::string>> stopped_instead(Context& context, Stop stop) {
  auto const& args = context.args();
  if (args.stop_request.empty()) return std::nullopt;
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto request, resolve_request(*service, args.stop_request));
  RSM_CHECK(stop(*service, wire::RequestParams{request}));
  return std::optional{args.common.json ? std::string{"{}\n"} : std::string{"stopped\n"}};
}

Result<std::string> open_door(Context& context) {
  auto const& how = context.args().after_door;
  auto const action = how.empty() ? wire::DoorAction::default_method : how == "none" ? wire::DoorAction::none : how == "fast" ? wire::DoorAction::fast : wire::DoorAction::omid;
  auto const submit = [&](Connection& service, std::string const& key, auto const& library) { return service.library_door({.key = key, .library = library.id, .action = action}); };
  return library_request(context, submit, "the door is closed again");
}

Result<std::string> clean_drives(Context& context) {
  auto const submit = [](Connection& service, std::string const& key, std::string const& text) -> Result<Followed> {
    RSM_TRY(auto drive, resolve_drive(service, text));
    RSM_TRY(auto reply, service.drive_clean({.key = key, .drive = drive.id}));
    return Followed{reply.request, drive.name};
  };
  return queue_for_targets(context, submit, "cleaned");
}

Result<std::string> reserve_cleaner_slot(Context& context) {
  auto const submit = [&](Connection& service, std::string const& key, auto const& library) -> Result<wire::RequestReply> {
    wire::TransferParams place;
    RSM_CHECK(find_place(service, library.name, context.args().targets.back(), place));
    if (!place.slot) return fail(Errc::invalid_parameter, context.args().targets.back(), "a cleaning cartridge has a slot, and no port");
    return service.cleaner_reserve({.key = key, .library = library.id, .slot = *place.slot});
  };
  return library_request(context, submit, "the slot is reserved");
}

Result<std::string> release_cleaner_slot(Context& context) {
  auto const submit = [](Connection& service, std::string const& key, auto const& library) { return service.cleaner_release({.key = key, .library = library.id}); };
  return library_request(context, submit, "the slot is released");
}

Result<std::string> inject_cleaner(Context& context) {
  RSM_TRY(auto const stopped, stopped_instead(context, [](Connection& service, auto const& which) { return service.cleaner_inject_stop(which); }));
  if (stopped) return *stopped;
  auto const submit = [&](Connection& service, std::string const& key, auto const& library) {
    wire::InjectCleanerParams params{.key = key, .library = library.id};
    if (context.args().uses) params.uses = *context.args().uses;
    return service.cleaner_inject(params);
  };
  return library_request(context, submit, "the cleaning cartridge is in its slot");
}

Result<std::string> eject_cleaner(Context& context) {
  RSM_TRY(auto const stopped, stopped_instead(context, [](Connection& service, auto const& which) { return service.cleaner_eject_stop(which); }));
  if (stopped) return *stopped;
  auto const submit = [](Connection& service, std::string const& key, auto const& library) { return service.cleaner_eject({.key = key, .library = library.id}); };
  return library_request(context, submit, "the cleaning cartridge is out");
}

}  // namespace

std::span<CommandRow const> doing_commands() {
  static constexpr CommandRow rows[] = {
      {"media", "mount", mount_media},
      {"media", "enable", enable_media},
      {"media", "disable", disable_media},
      {"drive", "enable", enable_drives},
      {"drive", "disable", disable_drives},
      {"library", "enable", enable_libraries},
      {"library", "disable", disable_libraries},
      {"media", "dismount", dismount_media},
      {"media", "eject", eject_media},
      {"media", "transfer", transfer_media},
      {"drive", "dismount", dismount_drives},
      {"library", "inventory", inventory_library},
      {"library", "inject", inject_library},
      {"door", "open", open_door},
      {"clean", "", clean_drives},
      {"cleaner", "reserve", reserve_cleaner_slot},
      {"cleaner", "release", release_cleaner_slot},
      {"cleaner", "inject", inject_cleaner},
      {"cleaner", "eject", eject_cleaner},
  };
  return rows;
}

}  // namespace rsm::cli
