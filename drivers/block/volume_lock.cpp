#include "drivers/block/volume_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/in_slices.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/printable.hpp"

namespace rsm::block {

using Clock = std::chrono::steady_clock;

Result<UniqueFd> open_exclusive_when_settled(BlockDevice const& device, FileSystemEnd& end, Millis patience) {
  UniqueFd held;
  auto const try_it = [&]() -> Result<bool> {
    auto fd = open_exclusive(device);
    if (!fd && fd.error().code != Errc::busy) return std::unexpected(fd.error());
    if (fd) held = std::move(*fd);
    return fd.has_value();
  };
  auto const opened = once_settled(try_it, end, patience);
  if (!opened) return std::unexpected(opened.error());
  if (!*opened) return fail(Errc::busy, device.node, "something has the device mounted or claimed");
  return held;
}

Result<UniqueFd> open_exclusive_when_settled(BlockDevice const& device, Millis patience) {
  FileSystemEnd nothing;
  return open_exclusive_when_settled(device, nothing, patience);
}

Result<> VolumeLock::could_be_taken(BlockDevice const& device, std::string const& object) {
  VolumeLock lock(device, object);
  auto looked = lock.look_at_all();
  if (looked && lock.mounted_.empty() && lock.removed_.empty()) {
    RSM_TRY(bool const held, lock.hold_exclusively());
    if (!held) looked = lock.busy(Stage::unmounted);
  }
  if (auto undone = lock.unlock(); looked && !undone) looked = undone;  // a mount that an earlier question had marked
  return looked;
}

LookAhead::Look::Look(BlockDevice const& device) : begun(Clock::now()), seen(look_for_raw_holders(device)), table(mount_table_of(seen.sights)) {}

LookAhead::LookAhead(BlockDevice const& device) {
  NoSignals const signals_wait;
  try {
    look_ = std::async(std::launch::async, [device] { return Look(device); });
  } catch (std::system_error const&) {  // no thread can be had
  }
}

std::optional<LookAhead::Look> LookAhead::take() {
  if (!look_.valid()) return std::nullopt;
  auto look = look_.get();
  bool const counts = look.seen.report.empty() && Clock::now() - look.begun < limits::look_counts;
  if (!counts) return std::nullopt;
  return look;
}

Result<VolumeLock> VolumeLock::take(BlockDevice const& device, std::string const& object, std::optional<LookAhead> ahead) {
  VolumeLock lock(device, object);
  lock.ahead_ = std::move(ahead);
  auto taken = lock.try_all();
  if (taken) {
    lock.table_ = {};  // it keeps namespaces without a process
    return lock;
  }
  Error error = std::move(taken).error();
  if (auto undone = lock.unlock(); !undone) error.detail += "; and " + undone.error().detail;
  return std::unexpected(std::move(error));
}

// Whoever makes a mount namespace meanwhile (a service that starts, a container) copies our mounts into it: those are taken too.
Result<> VolumeLock::try_all() {
  for (unsigned attempt = 1;; ++attempt) {
    RSM_CHECK(look_at_all());
    RSM_CHECK(unmount_all());
    RSM_TRY(bool const held, hold_exclusively());
    if (held) return refuse_raw_holders();
    if (attempt == limits::mount_table_reads_max || mounts_of(read_mount_table(), numbers_of(parts_)).empty()) return busy(Stage::unmounted);
  }
}

// Without changing anything.
Result<> VolumeLock::look_at_all() {
  RSM_CHECK(look_at_mounts());
  RSM_CHECK(refuse_what_is_seen());
  return ask_all();
}

// A process that ends between being seen and being used takes its namespace with it, or leaves it to others: look again then.
Result<> VolumeLock::look_at_mounts() {
  Result<> opened;
  for (unsigned attempt = 0; attempt < limits::mount_table_reads_max; ++attempt) {
    parts_ = parts_of(device_);
    auto look = look_at_processes();
    looked_at_ = look.begun;
    first_look_ = std::move(look.seen);
    raw_ = std::move(first_look_.report);
    table_ = std::move(look.table);
    thing_ = held_volume(device_, table_);
    opened = open_places();
    if (opened || opened.error().code != Errc::resource_not_present) return opened;
  }
  return opened;
}

LookAhead::Look VolumeLock::look_at_processes() {
  if (auto ahead = std::exchange(ahead_, std::nullopt))
    if (auto look = ahead->take()) return std::move(*look);
  return LookAhead::Look(device_);
}

// All that would make the lock fail, and can be seen, is looked at before the first mount is removed: meanwhile others write to the folder below.
Result<> VolumeLock::refuse_what_is_seen() {
  BusyReport report;
  RSM_TRY(bool const alone, once_settled([&]() -> Result<bool> {
    report = find_lasting_users(device_, table_, raw_ ? std::move(*std::exchange(raw_, std::nullopt)) : find_raw_holders(device_));
    return report.empty();
  }));
  if (!alone) return busy(Stage::mounted);
  for (auto const& mount : mounted_)
    if (auto const why = why_not_again(mount.record); !why.empty())
      return fail(Errc::busy, object_, fmt::format("its mount at {} could not be put back: {}; unmount it first", printable(mount.record.mount_point), why));
  return {};
}

Result<> VolumeLock::open_places() {
  mounted_.clear();
  for (auto const& mount : mounts_of(table_, thing_.devices)) {
    RSM_TRY(MountPlace place, open_place(table_, mount));
    mounted_.push_back({mount, std::move(place)});
  }
  return {};
}

Result<> VolumeLock::ask_all() {
  RSM_TRY(bool const idle, once_settled([this] { return ask_once(); }));
  if (!idle) return busy(Stage::mounted);
  return {};
}

// A mount that carries another mount of the same volume counts as busy for the kernel: the unmount itself decides about it.
Result<bool> VolumeLock::ask_once() {
  covered_.clear();
  for (auto it = mounted_.begin(); it != mounted_.end();) {
    int const id = it->record.mount_id;
    bool const carries = std::any_of(mounted_.begin(), mounted_.end(), [id](auto const& other) { return other.record.parent_id == id; });
    RSM_TRY(Asked const asked, carries ? Result<Asked>(Asked::idle) : ask_mount(it->place, it->record));
    if (asked == Asked::covered) covered_.push_back(it->record);
    if (asked == Asked::busy || asked == Asked::covered) return false;
    if (asked == Asked::removed) removed_.push_back(std::move(*it));
    it = asked == Asked::idle ? std::next(it) : mounted_.erase(it);
  }
  return true;
}

Result<> VolumeLock::unmount_all() {
  for (auto const& mount : mounted_) end_.watch(mount.record);
  while (!mounted_.empty()) {
    auto const done = unmount(mounted_.back().place, mounted_.back().record);
    if (!done && done.error().code == Errc::busy) return busy(Stage::mounted);
    RSM_CHECK(done);
    removed_.push_back(std::move(mounted_.back()));
    mounted_.pop_back();
  }
  return {};
}

Result<bool> VolumeLock::hold_exclusively() {
  auto held = open_exclusive_when_settled(device_, end_);
  if (!held && held.error().code == Errc::busy) return false;
  if (!held) return std::unexpected(std::move(held).error());
  exclusive_ = std::move(*held);
  return true;
}

// Who had the device itself open when the lock began has been seen. A process that was there, and opens it meanwhile, comes as late as one that opens it a
// moment after: no lock keeps those out. Who has come to be since then is looked at: it may have got it from one that ended before it was looked at.
Result<> VolumeLock::refuse_raw_holders() {
  BusyReport report;
  RSM_TRY(bool const alone, once_settled([&]() -> Result<bool> {
    bool const look_counts = Clock::now() - looked_at_ < limits::look_counts;
    report = look_counts ? find_new_raw_holders(device_, first_look_) : find_raw_holders(device_);
    return report.empty();
  }));
  if (alone) return {};
  return fail(Errc::busy, object_, holders_text(report.holders));
}

// Names the holders; when all was unmounted and the device is in use still, also the mounts that have come meanwhile.
std::unexpected<Error> VolumeLock::busy(Stage stage) {
  MountTable const now = read_mount_table();
  BusyReport report = find_holders(thing_, now);
  for (auto const& mount : covered_) report.holders.push_back(mount_holder(now, mount, ", hidden under another mount"));
  if (stage == Stage::unmounted)
    for (auto const& mount : mounts_of(now, numbers_of(parts_))) report.holders.push_back(mount_holder(now, mount, ", mounted while the volume was being locked"));
  if (report.empty()) report.holders.push_back(unknown_holder(report, now));
  return fail(Errc::busy, object_, holders_text(report.holders));
}

Result<> VolumeLock::unlock() {
  exclusive_.reset();
  std::string problems;
  for (auto it = removed_.rbegin(); it != removed_.rend(); ++it) {
    auto const back = put_back(*it, node_of(it->record));
    if (!back) problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", it->record.mount_point, back.error().detail);
  }
  removed_.clear();
  mounted_.clear();
  if (problems.empty()) return {};
  return fail(Errc::not_ready, object_, "a mount could not be put back: " + problems);
}

// By which it was mounted: of several devices of one file system any could be.
std::string VolumeLock::node_of(MountRecord const& mount) const {
  if (mount.source_device != 0)
    if (auto node = kernel_node(mount.source_device); !node.empty()) return node;
  auto const part = std::find_if(parts_.begin(), parts_.end(), [&](auto const& each) { return is_of(mount, each.device); });
  return part == parts_.end() ? device_.node : part->node;
}

UniqueFd VolumeLock::keep_offline() && { return std::move(exclusive_); }

}  // namespace rsm::block
