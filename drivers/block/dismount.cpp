#include "drivers/block/dismount.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/forced_dismount.hpp"
#include "drivers/block/mount_actions.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/system_volume.hpp"
#include "drivers/block/volume_record.hpp"

namespace rsm::block {
namespace {

std::unexpected<Error> give_up(VolumeLock& lock, Error error) {
  if (auto const undone = lock.unlock(); !undone) error.detail += "; and " + undone.error().detail;
  return std::unexpected(std::move(error));
}

Result<Dismounted> dismount_locked(VolumeLock lock, std::function<Result<>()> const& withdraw) {
  bool const was_mounted = lock.removed_mounts();
  if (auto const withdrawn = withdraw(); !withdrawn) return give_up(lock, withdrawn.error());
  Dismounted done;
  done.exclusive = std::move(lock).keep_offline();
  done.report.was_mounted = was_mounted;
  return done;
}

Result<Dismounted> dismount_forced(BlockDevice const& device, std::string const& object, std::string const& why_no_lock,
                                   std::function<Result<>()> const& withdraw) {
  MountTable const table = read_mount_table();
  bool const was_mounted = !mounts_of(table, numbers_of(parts_of(device))).empty();
  Dismounted done{.report = {.was_mounted = was_mounted, .forced = true}, .exclusive = {}, .old = held_volume(device, table), .end = {}};
  for (auto const& mount : mounts_of(table, done.old.devices)) done.end.watch(mount);
  if (!was_mounted)
    for (auto const& link : find_holders(done.old, table).file_links) done.end.watch(link);
  RSM_CHECK(withdraw());
  ForcedOutcome const outcome = force_dismount(done.old, table, MediumIs::there);
  done.report.handles_dead = outcome.shut_down;
  done.report.note = fmt::format("forced although in use ({}); {}", why_no_lock, outcome.note);
  auto held = open_exclusive_when_settled(device, done.end);
  auto const raw = find_raw_holders(device);
  if (!raw.empty()) {
    done.report.handles_dead = false;
    done.report.note += "; the device itself stays open, handles on it live on: " + holders_text(raw.holders);
  } else if (held) {
    done.report.handles_dead = true;
  }
  if (held)
    done.exclusive = std::move(*held);
  else
    done.report.note += "; not offline before the old handles are closed: " + device_busy(device, done.old, object).detail;
  return done;
}

}  // namespace

Result<> sync_device(int fd, std::string const& object) {
  if (::fsync(fd) != 0) return fail(Errc::write_fault, object, "the medium refused what was still to be written: " + errno_text(errno));
  return {};
}

namespace {

// One mount is enough: syncfs writes the whole file system.
Result<> flush_device(BlockDevice const& device, MountTable const& table, std::string const& object) {
  for (auto const& mount : mounts_of(table, device.device)) {
    auto const synced = sync_mount(mount);
    if (synced) break;
    if (synced.error().code == Errc::write_fault) return synced;  // others: not reachable by this path, try the next
  }
  RSM_TRY(UniqueFd const fd, open_plain(device));
  return sync_device(fd.get(), object);
}

}  // namespace

// A mount of our own is enough: the other namespaces are looked at only when a part has none (of a disk with partitions the disk itself has none).
Result<> flush_volume(BlockDevice const& device, std::string const& object) {
  auto const parts = parts_of(device);
  MountTable table = read_own_mounts();
  auto const first = parts.size() > 1 ? std::next(parts.begin()) : parts.begin();
  bool const all_seen = std::all_of(first, parts.end(), [&](auto const& part) { return !mounts_of(table, part.device).empty(); });
  if (!all_seen) table = read_mount_table();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) RSM_CHECK(flush_device(*part, table, object));  // the disk itself last
  return {};
}

Result<Dismounted> dismount_volume(BlockDevice const& device, std::string const& object, InUse in_use, std::function<Result<>()> const& withdraw) {
  RSM_CHECK(refuse_system_volume(device.device, object));
  bool const force = in_use == InUse::force;
  auto written = flush_volume(device, object);
  if (!written && !force) return std::unexpected(written.error());
  auto lock = VolumeLock::take(device, object);
  if (!lock && (!force || lock.error().code != Errc::busy)) return std::unexpected(lock.error());
  if (lock && written) written = sync_device(lock->device_fd(), object);
  if (!written && !force) return give_up(*lock, written.error());
  auto done = lock ? dismount_locked(std::move(*lock), withdraw)
                   : dismount_forced(device, object, lock.error().detail, withdraw);
  if (done)
    for (auto const& part : parts_of(device)) count_dismount(part.device);
  if (done && !written) done->not_written = written.error().detail;
  return done;
}

namespace {

// A question that may not be asked here (no rights) says nothing.
bool kernel_says_busy(BlockDevice const& device, std::vector<MountRecord> const& mounts, MountTable const& table, Result<>& undone) {
  if (mounts.empty()) {
    auto const held = open_exclusive_when_settled(device);
    return !held && held.error().code == Errc::busy;
  }
  bool busy = false;
  for (auto const& mount : mounts) {
    auto place = open_place(table, mount);
    if (!place) continue;  // its namespace has ended, and the mount with it
    auto const asked = ask_mount(*place, mount);
    if (!asked) continue;
    if (*asked == Asked::removed) undone = put_back({mount, std::move(*place)}, kernel_node(mount.source_device != 0 ? mount.source_device : mount.device));
    busy |= *asked == Asked::busy || *asked == Asked::covered;
  }
  return busy;
}

VolumeLook look_at_old(HeldThing const& old) {
  MountTable table = read_mount_table();
  BusyReport report = find_holders(old, table);
  return {std::move(table), std::move(report)};
}

}  // namespace

Result<BusyReport> who_uses(BlockDevice const& device, HeldThing const& old) {
  bool const from_before = !old.devices.empty();
  auto const [table, seen] = from_before ? look_at_old(old) : look_at_volume(device);
  BusyReport report = seen;
  if (!report.empty()) return report;
  Result<> undone;
  auto const mounts = from_before ? std::vector<MountRecord>{} : mounts_of(table, numbers_of(parts_of(device)));
  if (kernel_says_busy(device, mounts, table, undone)) report.holders.push_back(unknown_holder(report, table));
  if (!undone) return std::unexpected(undone.error());
  return report;
}

Error device_busy(BlockDevice const& device, HeldThing const& old, std::string const& object) {
  MountTable const table = read_mount_table();
  HeldThing const thing = !old.devices.empty() ? old : held_volume(device, table);
  BusyReport report = find_holders(thing, table);
  for (auto const& mount : mounts_of(table, numbers_of(parts_of(device)))) report.holders.push_back(mount_holder(table, mount, ""));
  if (report.empty()) report.holders.push_back(unknown_holder(report, table));
  return {Errc::busy, object, device.node + " is in use: " + holders_text(report.holders)};
}

}  // namespace rsm::block
