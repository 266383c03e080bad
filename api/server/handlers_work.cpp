// What moves media: mount, dismount, inventory, inject, eject, transfer, door, cleaning, enable and disable.
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
    if (drive == c.world().drives.end()) return fail(Errc::invalid_drive_object, name_of(request.id), "its drive is gone");
    out.requests.push_back(request.id);
    out.drives.push_back(request.drive);
    out.drive_names.push_back(drive->second.record.name);
    out.volumes.push_back(drive->second.hot.volume);
  }
  return out;
}

Reply<std::vector<RequestId>> one_request(Context const& c, Reply<wire::RequestReply> reply) {
  return then<std::vector<RequestId>>(c, std::move(reply), [](std::vector<RequestId> ids) -> Result<wire::RequestReply> { return wire::RequestReply{ids.front()}; });
}

Reply<std::vector<RequestId>> requests_of(Context const& c, Reply<wire::SubmitReply> reply) {
  return then<std::vector<RequestId>>(c, std::move(reply), [](std::vector<RequestId> ids) -> Result<wire::SubmitReply> {
    return wire::SubmitReply{std::move(ids)};
  });
}

// A call that makes one request. Its rules and rights are the operation's.
void submit(Context const& c, RequestCall call, Reply<wire::RequestReply> reply) {
  auto const& key = std::visit([](auto const& one) -> std::string const& { return one.key; }, call);
  if (auto ok = check_key(key); !ok) return reply(std::unexpected(ok.error()));
  c.manager().submit(c.caller(), std::move(call), one_request(c, std::move(reply)));
}

void switch_object(Context const& c, wire::EnableParams p, bool enabled, Reply<wire::RequestReply> reply) {
  if (p.type != ObjectType::library && p.type != ObjectType::drive && p.type != ObjectType::medium)
    return reply(fail(Errc::invalid_parameter, "params.type", "expected library, drive or medium"));
  submit(c, SwitchCall{std::move(p.key), p.type, p.id, enabled}, std::move(reply));
}

InventoryAction action_of(wire::InventoryAction action) {
  switch (action) {
    case wire::InventoryAction::fast: return InventoryAction::fast;
    case wire::InventoryAction::omid: return InventoryAction::omid;
    default: return InventoryAction::default_method;
  }
}

DoorAction action_of(wire::DoorAction action) {
  switch (action) {
    case wire::DoorAction::none: return DoorAction::none;
    case wire::DoorAction::fast: return DoorAction::fast;
    case wire::DoorAction::omid: return DoorAction::omid;
    default: return DoorAction::default_method;
  }
}

}  // namespace

void on_mount_submit(Context const& c, wire::MountParams p, Reply<wire::SubmitReply> reply) {
  auto call = mount_call(std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  c.manager().submit(c.caller(), std::move(*call), requests_of(c, std::move(reply)));
}

void on_mount_run(Context const& c, wire::MountParams p, Reply<wire::MountReply> reply) {
  auto call = mount_call(std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  bool const nowait = call->nowait;
  c.manager().submit(c.caller(), std::move(*call), [c, nowait, reply = std::move(reply)](Result<std::vector<RequestId>> ids) mutable {
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
  c.manager().submit(c.caller(), std::move(call), requests_of(c, std::move(reply)));
}

void on_drive_dismount(Context const& c, wire::DriveDismountParams p, Reply<wire::RequestReply> reply) {
  submit(c, DriveDismountCall{std::move(p.key), p.drive}, std::move(reply));
}

void on_library_inventory(Context const& c, wire::InventoryParams p, Reply<wire::InventoryReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  if (p.action == wire::InventoryAction::stop)
    return c.manager().stop_inventory(c.caller(), p.library, then<void>(c, std::move(reply), []() -> Result<wire::InventoryReply> { return wire::InventoryReply{}; }));
  c.manager().submit(c.caller(), InventoryCall{std::move(p.key), p.library, action_of(p.action)},
                     then<std::vector<RequestId>>(c, std::move(reply), [](std::vector<RequestId> ids) -> Result<wire::InventoryReply> { return wire::InventoryReply{ids.front()}; }));
}

void on_library_inject(Context const& c, wire::InjectParams p, Reply<wire::RequestReply> reply) {
  submit(c, InjectCall{std::move(p.key), p.library, p.many.value_or(false)}, std::move(reply));
}

void on_library_inject_stop(Context const& c, wire::RequestParams p, Reply<wire::Empty> reply) {
  c.manager().stop_inject(c.caller(), p.request, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_library_inject_retract(Context const& c, wire::RequestParams p, Reply<wire::Empty> reply) {
  c.manager().retract_inject(c.caller(), p.request, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_medium_eject(Context const& c, wire::EjectParams p, Reply<wire::RequestReply> reply) {
  submit(c, EjectCall{std::move(p.key), p.medium, p.force.value_or(false)}, std::move(reply));
}

void on_medium_eject_batch(Context const& c, wire::EjectBatchParams p, Reply<wire::SubmitReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  if (p.media.empty() || p.media.size() > limits::mount_media_max)
    return reply(fail(Errc::invalid_parameter, "params.media", "expected 1 to " + std::to_string(limits::mount_media_max) + " ids"));
  c.manager().submit(c.caller(), EjectBatchCall{std::move(p.key), std::move(p.media), p.force.value_or(false), p.check.value_or(false)}, requests_of(c, std::move(reply)));
}

void on_medium_eject_stop(Context const& c, wire::RequestParams p, Reply<wire::Empty> reply) {
  c.manager().stop_eject(c.caller(), p.request, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_medium_transfer(Context const& c, wire::TransferParams p, Reply<wire::RequestReply> reply) {
  TransferCall call{std::move(p.key), p.medium.value_or(MediumId{}), p.from.value_or(PortId{}), p.slot.value_or(SlotId{}), p.port.value_or(PortId{}), p.exchange.value_or(false)};
  submit(c, std::move(call), std::move(reply));
}

void on_library_door(Context const& c, wire::DoorParams p, Reply<wire::RequestReply> reply) { submit(c, DoorCall{std::move(p.key), p.library, action_of(p.action)}, std::move(reply)); }

void on_drive_clean(Context const& c, wire::DriveDismountParams p, Reply<wire::RequestReply> reply) { submit(c, CleanDriveCall{std::move(p.key), p.drive}, std::move(reply)); }

void on_cleaner_reserve(Context const& c, wire::ReserveCleanerParams p, Reply<wire::RequestReply> reply) {
  submit(c, ReserveCleanerCall{std::move(p.key), p.library, p.slot}, std::move(reply));
}

void on_cleaner_release(Context const& c, wire::CleanerParams p, Reply<wire::RequestReply> reply) { submit(c, ReleaseCleanerCall{std::move(p.key), p.library}, std::move(reply)); }

void on_cleaner_inject(Context const& c, wire::InjectCleanerParams p, Reply<wire::RequestReply> reply) {
  if (p.uses < 1 || p.uses > cleaner_uses_uncounted) return reply(fail(Errc::invalid_parameter, "params.uses", "expected 1 to 4294967295"));
  submit(c, InjectCleanerCall{std::move(p.key), p.library, static_cast<std::uint32_t>(p.uses)}, std::move(reply));
}

void on_cleaner_inject_stop(Context const& c, wire::RequestParams p, Reply<wire::Empty> reply) {
  c.manager().stop_inject(c.caller(), p.request, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }), Operation::inject_cleaner);
}

void on_cleaner_eject(Context const& c, wire::CleanerParams p, Reply<wire::RequestReply> reply) { submit(c, EjectCleanerCall{std::move(p.key), p.library}, std::move(reply)); }

void on_cleaner_eject_stop(Context const& c, wire::RequestParams p, Reply<wire::Empty> reply) {
  c.manager().stop_eject(c.caller(), p.request, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }), Operation::eject_cleaner);
}

void on_slot_identify(Context const& c, wire::IdentifyParams p, Reply<wire::SubmitReply> reply) {
  if (auto ok = check_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  c.manager().submit(c.caller(), IdentifyCall{std::move(p.key), p.slot}, requests_of(c, std::move(reply)));
}

void on_object_enable(Context const& c, wire::EnableParams p, Reply<wire::RequestReply> reply) { switch_object(c, std::move(p), true, std::move(reply)); }
void on_object_disable(Context const& c, wire::EnableParams p, Reply<wire::RequestReply> reply) { switch_object(c, std::move(p), false, std::move(reply)); }

}  // namespace rsm::server
