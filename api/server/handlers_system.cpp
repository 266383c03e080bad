// Status, events, volumes, and the catalog as a file.
#include "api/server/event_hub.hpp"
#include "api/server/handlers.hpp"
#include "api/server/in_background.hpp"
#include "api/server/lookup.hpp"
#include "api/server/views.hpp"

namespace rsm::server {

// An observation (decision record 5): at once, from memory; it says how much of it is not durable yet.
void on_status(Context const& c, wire::Empty, Reply<wire::StatusReply> reply) {
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::read); !ok) return reply(std::unexpected(ok.error()));
  reply(guarded<wire::StatusReply>(c, [&] { return status_reply(c); }));
}

// Not through reading(): whoever watches must be answered above all while a commit does not come back.
void on_metrics_read(Context const& c, wire::Empty, Reply<wire::MetricsReply> reply) {
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::read); !ok) return reply(std::unexpected(ok.error()));
  reply(guarded<wire::MetricsReply>(c, [&]() -> Result<wire::MetricsReply> { return metrics_reply(*c.server); }));
}

void on_event_read(Context const& c, wire::EventReadParams p, Reply<wire::EventReadReply> reply) {
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::open_notification); !ok) return reply(std::unexpected(ok.error()));
  c.events->read(c, p, std::move(reply));
}

void on_event_stop(Context const& c, wire::EventStopParams p, Reply<wire::Empty> reply) {
  c.events->stop(*c.peer, p.name);
  reply(wire::Empty{});
}

void on_volume_of_drive(Context const& c, wire::VolumeParams p, Reply<wire::VolumeReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::VolumeReply> {
    if (p.drive.empty()) return fail(Errc::invalid_parameter, "params.drive", "expected a drive's name, device or id");
    RSM_TRY(DriveId id, find_drive(*c.server, p.drive));
    auto const& drive = c.world().drives.at(id);
    RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read, drive.record.library));
    if (drive.hot.state == DriveState::dismounted) return fail(Errc::not_ready, drive.record.name, "there is no medium in it");
    return wire::VolumeReply{drive.hot.volume, drive.hot.volume.empty() ? std::string() : c.server->mount_point(drive.hot.volume)};
  });
}

void on_catalog_check(Context const& c, wire::Empty, Reply<wire::CatalogCheckReply> reply) {
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::check_catalog); !ok) return reply(std::unexpected(ok.error()));
  if (!c.server->catalog_check) return reply(fail(Errc::not_supported, "catalog.check", "this server was started without a catalog file"));
  if (c.server->check_under_way) return reply(fail(Errc::busy, "catalog.check", "a check is under way already; try again when it has ended"));
  c.server->check_under_way = true;
  auto ended = [c, reply = std::move(reply)](Result<wire::CatalogCheckReply> result) mutable {
    c.server->check_under_way = false;
    reply(std::move(result));
  };
  in_background<wire::CatalogCheckReply>(c, std::move(ended), c.server->catalog_check);
}

void on_catalog_backup(Context const& c, wire::CatalogBackupParams p, Reply<wire::CatalogBackupReply> reply) {
  if (!p.path.starts_with('/') || p.path.contains('\0'))
    return reply(fail(Errc::invalid_parameter, "params.path", "expected an absolute path, as the service sees it"));
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::back_up_catalog); !ok) return reply(std::unexpected(ok.error()));
  if (!c.server->catalog_backup) return reply(fail(Errc::not_supported, "catalog.backup", "this server was started without a catalog file"));
  in_background<wire::CatalogBackupReply>(c, std::move(reply), [backup = c.server->catalog_backup, path = p.path] { return backup(path); });
}

void on_catalog_export(Context const& c, wire::Empty, Reply<wire::CatalogBackupReply> reply) {
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::export_catalog); !ok) return reply(std::unexpected(ok.error()));
  if (!c.server->catalog_export) return reply(fail(Errc::not_supported, "catalog.export", "this server was started without a catalog file"));
  in_background<wire::CatalogBackupReply>(c, std::move(reply), c.server->catalog_export);
}

void on_catalog_import(Context const& c, wire::Empty, Reply<wire::CatalogBackupReply> reply) {
  if (auto ok = rights::may(c.world(), c.caller(), rights::Act::import_catalog); !ok) return reply(std::unexpected(ok.error()));
  if (!c.server->catalog_import) return reply(fail(Errc::not_supported, "catalog.import", "this server was started without a catalog file"));
  in_background<wire::CatalogBackupReply>(c, std::move(reply), c.server->catalog_import);
}

}  // namespace rsm::server
