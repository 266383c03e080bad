// What a handle tells of its volume: how it is, and who keeps it busy.
#include <fmt/format.h>

#include "drivers/block/process_scan.hpp"
#include "drivers/volume/volume_handle.hpp"

namespace rsm::volume {

using block::VolumeRecord;

HolderList VolumeHandle::holders() {
  HolderList list;
  auto const report = medium_->holders();
  if (!report) {
    list.holders.push_back({0, "", "unknown", "unknown holder: " + report.error().sentence()});
    return list;
  }
  for (auto const& holder : report->holders) list.holders.push_back({holder.pid, holder.user, holder.command, holder.what});
  for (pid_t const process : report->not_seen) list.not_seen.push_back(process);
  auto const record = record_.read();
  if (!record) return list;
  for (auto const& slot : record->handles)
    if (slot.handler != self_ && (slot.read != 0 || slot.write != 0))
      list.holders.push_back({slot.application, block::user_of_process(slot.application), block::text_of(slot.command), slot.handler == record->locker ? "lock of the volume" : "handle on the volume"});
  return list;
}

namespace {

// A tape drive lets one process in. Whom a handle has locked out, or the volume offline, gets no answer from it; but it was locked with a tape in it.
bool is_kept_from_us(Result<std::uint64_t> const& there, VolumeRecord const& record) {
  return !there && there.error().code == Errc::busy && (record.locker.pid != 0 || record.offline_keeper.pid != 0);
}

char const* state_of(Result<std::uint64_t> const& there, VolumeRecord const& record, bool mounted) {
  if (!there && there.error().code == Errc::no_media_in_drive) return "no medium";
  if (!there && !is_kept_from_us(there, record)) return "unknown";
  if (record.offline_keeper.pid != 0) return "offline";
  if (record.locker.pid != 0) return "locked";
  return mounted ? "mounted" : "dismounted";
}

}  // namespace

VolumeStatus VolumeHandle::status(Detail detail) {
  VolumeStatus status;
  status.device = device_.node;
  auto const there = medium_->medium();
  status.media_changes = there ? static_cast<std::int64_t>(*there) : 0;
  medium_->describe(status);
  if (detail == Detail::everything) medium_->describe_contents(status);
  Written const seen = look().value_or(Written{{}, neighbours_of(device_)});
  VolumeRecord const& record = seen.record;
  status.medium = there || is_kept_from_us(there, record);
  for (auto const& slot : record.handles) {
    if (slot.handler == self_) continue;
    status.handles.push_back({slot.application, block::user_of_process(slot.application), block::text_of(slot.command), slot.read != 0, slot.write != 0, slot.handler == record.locker,
                              slot.listening != 0, slot.preventions});
  }
  status.offline_process = record.offline_keeper.pid;
  status.removal_prevented = record.prevented();
  status.needs_service = block::text_of(record.service_text);
  auto const tell_manager = [&status](VolumeRecord const& of) {
    if (of.manager.pid != 0 && status.managed_by.empty())
      status.managed_by = fmt::format("{} ({}, process {})", block::text_of(of.manager_text), block::command_of_process(of.manager.pid), of.manager.pid);
  };
  tell_manager(record);
  bool locked_with_it = false;  // the disk of a partition, a partition of a disk
  for (auto const& [is, node, of] : seen.neighbours) {
    tell_manager(of);
    if (is == Neighbour::Is::sibling || of.locker.pid == 0 || of.locker == self_) continue;
    locked_with_it = true;
    for (auto const& slot : of.handles)
      if (slot.handler == of.locker)
        status.handles.push_back({slot.application, block::user_of_process(slot.application), block::text_of(slot.command), slot.read != 0, slot.write != 0, true, slot.listening != 0, slot.preventions});
  }
  bool const mounted = device_.tape ? medium_->is_mounted().value_or(false) : !status.mounts.empty();
  status.state = state_of(there, record, mounted);
  if (!status.disk.empty() && status.state != "no medium" && status.state != "unknown" && !why_offline(seen).empty()) status.state = "offline";
  if (locked_with_it && (status.state == "mounted" || status.state == "dismounted")) status.state = "locked";
  if (detail == Detail::condition && status.state == "dismounted") status.state.clear();
  return status;
}

}  // namespace rsm::volume
