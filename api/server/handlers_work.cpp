// What moves media: mount, dismount, inventory, inject, eject, enable and disable.
#include "api/server/handlers.hpp"

namespace rsm::server {
namespace {

Result<> check_key(std::string const& key) {
  if (!key.empty() && key.size() <= limits::key_bytes_max) return {};
  return fail(Errc::invalid_parameter, "params.key", "expected 1 to " + std::to_string(limits::key_bytes_max) + " bytes");
}

Result<> check_media(std::vector<Guid> const& media) {
  if (!media.empty() && media.size() <= limits::mount_media_max) return {};
  return fail(Errc::invalid_parameter, "params.media", "expected 1 to " + std::to_string(limits::mount_media_max) + " ids");
}

Result<MountCall> mount_call(wire::MountParams&& p) {
  RSM_CHECK(check_key(p.key));
  RSM_CHECK(check_media(p.media));
  if (p.drives && p.drives->size() != p.media.size())
    return fail(Errc::invalid_parameter, "params.drives", "expected as many drives as media");
  auto const priority = p.priority.value_or(0);
  if (priority < priority_lowest || priority > priority_highest)
    return fail(Errc::invalid_parameter, "params.priority", "expected -15 to 15");
  if (p.timeout_ms && (*p.timeout_ms < 0 || *p.timeout_ms > INT64_MAX / 4 / 1'000'000))
    return fail(Errc::invalid_parameter, "params.timeout_ms", "expected 0 or more, and less than 70 years");
  MountCall call;
  call.key = std::move(p.key);
  call.media = std::move(p.media);
  if (p.drives) call.drives = std::move(*p.drives);
  call.write = p.write.value_or(false);
  call.error_if_offline = p.error_if_offline.value_or(false);
  call.error_if_unavailable = p.error_if_unavailable.value_or(false);
  call.nowait = p.nowait.value_or(false);
  call.priority = static_cast<int>(priority);
  if (p.timeout_ms) call.timeout = Millis(*p.timeout_ms);
  return call;
}

// Where each of them is now; the first that went wrong decides, for all share one fate.
Result<wire::MountReply> mounted(Context const& c, std::vector<RequestRecord> const& requests) {
  wire::MountReply out;
  for (auto const& request : requests) {
    RSM_CHECK(Manager::outcome_of(request));
    auto const drive = c.world().drives.find(request.drive);
    if (drive == c.world().drives.end()) return fail(Errc::invalid_drive_object, "request " + request.id.text(), "its drive is gone");
    out.requests.push_back(request.id);
    out.drives.push_back(request.drive);
    out.drive_names.push_back(drive->second.record.name);
    out.volumes.push_back(drive->second.hot.volume);
  }
  return out;
}

Reply<RequestId> one_request(Context const& c, Reply<wire::RequestReply> reply) {
  return then<RequestId>(c, std::move(reply), [](RequestId id) -> Result<wire::RequestReply> { return wire::RequestReply{id}; });
}

Reply<std::vector<RequestId>> requests_of(Context const& c, Reply<wire::SubmitReply> reply) {
  return then<std::vector<RequestId>>(c, std::move(reply), [](std::vector<RequestId> ids) -> Result<wire::SubmitReply> {
    return wire::SubmitReply{std::move(ids)};
  });
}

// Rights come after existence: of what is not there the manager says so, to everybody.
Result<> may_control_library(Context const& c, LibraryId library, std::string_view what) {
  return c.world().libraries.contains(library) ? administrators_only(c, what) : Result<>{};
}

Result<> may_control_medium(Context const& c, MediumId medium, std::string_view what) {
  RSM_TRY(auto found, c.manager().find_medium(medium));
  return found ? administrators_only(c, what) : Result<>{};
}

Result<> may_switch(Context const& c, wire::EnableParams const& p, std::string_view what) {
  RSM_CHECK(check_key(p.key));
  switch (p.type) {
    case ObjectType::library: return may_control_library(c, LibraryId{p.id}, what);
    case ObjectType::drive: return c.world().drives.contains(DriveId{p.id}) ? administrators_only(c, what) : Result<>{};
    case ObjectType::medium: return may_control_medium(c, MediumId{p.id}, what);
    default: return fail(Errc::invalid_parameter, "params.type", "expected library, drive or medium");
  }
}

}  // namespace

void on_mount_submit(Context const& c, wire::MountParams p, Reply<wire::SubmitReply> reply) {
  auto call = mount_call(std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  c.manager().mount(c.caller(), std::move(*call), requests_of(c, std::move(reply)));
}

void on_mount_run(Context const& c, wire::MountParams p, Reply<wire::MountReply> reply) {
  auto call = mount_call(std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  bool const nowait = call->nowait;
  c.manager().mount(c.caller(), std::move(*call), [c, nowait, reply = std::move(reply)](Result<std::vector<RequestId>> ids) mutable {
    if (!ids) return reply(std::unexpected(std::move(ids).error()));
    if (nowait) return reply(wire::MountReply{std::move(*ids), {}, {}, {}});
    if (c.peer->deaf) return;  // closed meanwhile
    c.manager().wait(c.caller(), std::move(*ids), limits::wait_max,
                     then<std::vector<RequestRecord>>(c, std::move(reply), [c](std::vector<RequestRecord> done) { return mounted(c, done); }));
  });
}

void on_dismount_submit(Context const& c, wire::DismountParams p, Reply<wire::SubmitReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  if (auto ok = check_media(p.media); !ok) return reply(std::unexpected(ok.error()));
  DismountCall call{std::move(p.key), std::move(p.media), p.deferred.value_or(false), p.force.value_or(false)};
  c.manager().dismount(c.caller(), std::move(call), requests_of(c, std::move(reply)));
}

void on_drive_dismount(Context const& c, wire::DriveDismountParams p, Reply<wire::RequestReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  auto allowed = c.world().drives.contains(p.drive) ? administrators_only(c, "drive.dismount") : Result<>{};
  if (!allowed) return reply(std::unexpected(allowed.error()));
  c.manager().dismount_drive(c.caller(), std::move(p.key), p.drive, one_request(c, std::move(reply)));
}

void on_library_inventory(Context const& c, wire::InventoryParams p, Reply<wire::InventoryReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  if (auto ok = may_control_library(c, p.library, "library.inventory"); !ok) return reply(std::unexpected(ok.error()));
  auto const action = p.action == wire::InventoryAction::fast   ? InventoryAction::fast
                      : p.action == wire::InventoryAction::omid ? InventoryAction::omid
                      : p.action == wire::InventoryAction::stop ? InventoryAction::stop
                                                                : InventoryAction::default_method;
  c.manager().inventory(c.caller(), std::move(p.key), p.library, action,
                        then<RequestId>(c, std::move(reply), [](RequestId id) -> Result<wire::InventoryReply> { return wire::InventoryReply{id}; }));
}

void on_library_inject(Context const& c, wire::InjectParams p, Reply<wire::RequestReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  if (auto ok = may_control_library(c, p.library, "library.inject"); !ok) return reply(std::unexpected(ok.error()));
  c.manager().inject(c.caller(), std::move(p.key), p.library, one_request(c, std::move(reply)));
}

void on_library_inject_stop(Context const& c, wire::RequestParams p, Reply<wire::Empty> reply) {
  auto found = c.manager().find_request(p.request);
  if (!found) return reply(std::unexpected(found.error()));
  if (*found)
    if (auto ok = administrators_only(c, "library.inject_stop"); !ok) return reply(std::unexpected(ok.error()));
  c.manager().inject_stop(c.caller(), p.request, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_medium_eject(Context const& c, wire::EjectParams p, Reply<wire::RequestReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  if (auto ok = may_control_medium(c, p.medium, "medium.eject"); !ok) return reply(std::unexpected(ok.error()));
  c.manager().eject(c.caller(), std::move(p.key), p.medium, p.force.value_or(false), one_request(c, std::move(reply)));
}

void on_object_enable(Context const& c, wire::EnableParams p, Reply<wire::RequestReply> reply) {
  if (auto ok = may_switch(c, p, "object.enable"); !ok) return reply(std::unexpected(ok.error()));
  c.manager().set_enabled(c.caller(), std::move(p.key), p.type, p.id, true, one_request(c, std::move(reply)));
}

void on_object_disable(Context const& c, wire::EnableParams p, Reply<wire::RequestReply> reply) {
  if (auto ok = may_switch(c, p, "object.disable"); !ok) return reply(std::unexpected(ok.error()));
  c.manager().set_enabled(c.caller(), std::move(p.key), p.type, p.id, false, one_request(c, std::move(reply)));
}

}  // namespace rsm::server
