#include "drivers/volume/volume_handle.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "drivers/block/limits.hpp"
#include "drivers/block/process_scan.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/volume/limits.hpp"

namespace rsm::volume {
namespace {

using block::HandleSlot;
using block::VolumeRecord;
using Clock = std::chrono::steady_clock;

// Lock and dismount say access_denied for a volume in use and for a system volume: so the Windows calls do.
template <class T>
Result<T> as_denied(Result<T> result) {
  if (!result && (result.error().code == Errc::busy || result.error().code == Errc::volume_contains_sys_files)) result.error().code = Errc::access_denied;
  return result;
}

// Until one of them can be read or the limit is over. Where one could not be had: shortly, and it is looked again.
void wait_for_either(UniqueFd const& one, UniqueFd const& other, Millis limit) {
  std::array<pollfd, 2> looks{{{one.get(), POLLIN, 0}, {other.get(), POLLIN, 0}}};
  Millis const pause = one && other ? limit : limits::volume_settle_pause;
  ::poll(looks.data(), looks.size(), static_cast<int>(std::max(pause, Millis{0}).count()));
}

template <class T>
Result<Outcome> nothing(Result<T> const& result) {
  if (!result) return std::unexpected(result.error());
  return Outcome{};
}

Result<Outcome> number(Result<std::uint64_t> const& result) {
  if (!result) return std::unexpected(result.error());
  return Outcome{.number = *result};
}

}  // namespace

VolumeHandle::VolumeHandle(FoundDevice device, std::unique_ptr<MediumDevice> medium, Opener opener, block::VolumeRecordFile record)
    : device_(std::move(device)), medium_(std::move(medium)), opener_(std::move(opener)), record_(std::move(record)), self_(block::this_process()) {}

VolumeHandle::~VolumeHandle() { close(); }

Result<std::unique_ptr<VolumeHandle>> VolumeHandle::open(FoundDevice device, std::unique_ptr<MediumDevice> medium, Opener opener) {
  RSM_TRY(auto record, block::VolumeRecordFile::at(block::volume_state_directory(), device.device));
  std::unique_ptr<VolumeHandle> handle(new VolumeHandle(std::move(device), std::move(medium), std::move(opener), std::move(record)));
  RSM_CHECK(handle->enter());
  if (auto const there = handle->medium_->medium()) handle->medium_seen_ = *there;
  return handle;
}

// A place in the record. With access it counts as a user of the volume: not while another handle has it locked.
Result<> VolumeHandle::enter() {
  bool const user = opener_.access.read || opener_.access.write;
  if (user) {
    RSM_TRY(Written const now, look());
    RSM_CHECK(need_in_service(now.record));
    RSM_CHECK(refuse_lock_of_the_whole(now, "open it"));
  }
  RSM_CHECK(record_.change([&](VolumeRecord& record) -> Result<> {
    if (user && record.locker.pid != 0) return denied("the volume is locked by " + owner_text(record, record.locker));
    if (record.handles.size() == limits::volume_handles_max) return fail(Errc::busy, device_.node, fmt::format("{} handles are open on it; close some", record.handles.size()));
    auto& own = record.handles.emplace_back(
        HandleSlot{.handler = self_, .application = opener_.application, .read = opener_.access.read, .write = opener_.access.write, .listening = opener_.listening});
    block::set_text(own.command, opener_.command);
    born_ = record.dismounts;
    return {};
  }));
  entered_ = true;
  return {};
}

HandleSlot* VolumeHandle::own_slot(VolumeRecord& record) const {
  for (auto& slot : record.handles)
    if (slot.handler == self_) return &slot;
  return nullptr;
}

void VolumeHandle::close() {
  if (!entered_) return;
  entered_ = false;
  if (locked_) (void)unlock();
  (void)record_.change([&](VolumeRecord& record) -> Result<> {
    std::erase_if(record.handles, [&](HandleSlot const& slot) { return slot.handler == self_; });
    return {};
  });
  (void)settle_door();
}

// ---- what stands in the way

Result<VolumeHandle::Written> VolumeHandle::look() const {
  RSM_TRY(VolumeRecord record, record_.read());
  return Written{std::move(record), neighbours_of(device_)};
}

Result<> VolumeHandle::need_in_service(VolumeRecord const& record) const {
  std::string const why = block::text_of(record.service_text);
  if (why.empty()) return {};
  return fail(Errc::not_ready, device_.node, fmt::format("it needs service: {}; when the device answers again: rsm volume verify {}", why, device_.node));
}

// Not dead, not stale, not offline: what every work on the volume itself needs.
Result<> VolumeHandle::need_alive(Written const& now) {
  RSM_CHECK(need_in_service(now.record));
  if (auto const offline = why_offline(now); !offline.empty()) return fail(Errc::not_ready, device_.node, offline);
  if (now.record.dismounts != born_) return fail(Errc::not_ready, device_.node, "the volume was dismounted by another handle; this one is dead: open a new one");
  auto const there = medium_->medium();
  if (!there) return std::unexpected(there.error().code == Errc::no_media_in_drive ? Error{Errc::not_ready, device_.node, there.error().detail} : there.error());
  if (*there != medium_seen_) return fail(Errc::media_changed, device_.node, "another medium is in the drive; verify it first");
  return {};
}

Result<> VolumeHandle::need_alive() {
  RSM_TRY(Written const now, look());
  return need_alive(now);
}

// By itself, or with the disk that it is on. Empty: it is online.
std::string VolumeHandle::why_offline(Written const& now) const {
  if (now.record.offline_keeper.pid != 0) return fmt::format("the volume is offline, kept so by process {}; bring it online first", now.record.offline_keeper.pid);
  for (auto const& [is, node, of] : now.neighbours)
    if (is == Neighbour::Is::disk && of.offline_keeper.pid != 0) return fmt::format("the disk that it is on, {}, is offline, kept so by process {}; bring that online first", node, of.offline_keeper.pid);
  return {};
}

Result<> VolumeHandle::need_medium() {
  auto const there = medium_->medium();
  if (!there && there.error().code == Errc::no_media_in_drive) return fail(Errc::not_ready, device_.node, there.error().detail);
  return {};
}

Result<> VolumeHandle::refuse_others_lock(Written const& now, char const* tried) const {
  auto const& locker = now.record.locker;
  if (locker.pid != 0 && locker != self_) return denied(fmt::format("cannot {}: the volume is locked by {}", tried, owner_text(now.record, locker)));
  return refuse_lock_of_the_whole(now, tried);
}

// A disk and its partitions are locked together: by whom one of them is locked, nobody else locks, dismounts or opens the other.
Result<> VolumeHandle::refuse_lock_of_the_whole(Written const& now, char const* tried) const {
  for (auto const& [is, node, record] : now.neighbours)
    if (is != Neighbour::Is::sibling && record.locker.pid != 0) return denied(fmt::format("cannot {}: {} is locked by {}", tried, node, owner_text(record, record.locker)));
  return {};
}

// A disk is not locked while somebody has a handle on a partition.
Result<> VolumeHandle::refuse_users_of_partitions(Written const& now, char const* tried) const {
  for (auto const& [is, node, record] : now.neighbours) {
    if (is != Neighbour::Is::partition) continue;
    for (auto const& slot : record.handles)
      if ((slot.read != 0 || slot.write != 0))
        return denied(fmt::format("cannot {}: it is in use: process {} ({}) has a handle on {}", tried, slot.application, block::text_of(slot.command), node));
  }
  return {};
}

Result<> VolumeHandle::refuse_other_handles(VolumeRecord const& record) const {
  for (auto const& slot : record.handles)
    if (slot.handler != self_ && (slot.read != 0 || slot.write != 0))
      return denied(fmt::format("it is in use: process {} ({}) has a handle on the volume", slot.application, block::text_of(slot.command)));
  return {};
}

std::vector<std::string> VolumeHandle::listeners(VolumeRecord const& record) const {
  std::vector<std::string> paths;
  for (auto const& slot : record.handles)
    if (slot.listening != 0 && slot.handler != self_) paths.push_back(listener_path(record_.path(), slot.handler.pid));
  return paths;
}

// ---- lock

Result<> VolumeHandle::claim_lock() {
  return record_.change([&](VolumeRecord& record) -> Result<> {
    if (record.locker.pid != 0) return denied("the volume is locked by " + owner_text(record, record.locker));
    RSM_CHECK(refuse_other_handles(record));
    record.locker = self_;
    return {};
  });
}

Result<> VolumeHandle::could_lock() {
  RSM_TRY(Written const now, look());
  RSM_CHECK(refuse_others_lock(now, "lock it"));
  RSM_CHECK(refuse_users_of_partitions(now, "lock it"));
  RSM_CHECK(refuse_other_handles(now.record));
  RSM_CHECK(need_medium());
  return medium_->could_lock();
}

// Gives who is to be told.
std::vector<std::string> VolumeHandle::drop_claim() {
  std::vector<std::string> listening;
  (void)record_.change([&](VolumeRecord& record) -> Result<> {
    if (record.locker == self_) record.locker = {};
    listening = listeners(record);
    return {};
  });
  return listening;
}

Result<> VolumeHandle::lock(Interrupt const& interrupt) {
  if (!opener_.access.read) return denied("a lock needs a handle with read access");
  if (locked_) return denied("this handle holds the lock already");
  RSM_TRY(Written const now, look());
  RSM_CHECK(as_denied(need_alive(now)));  // busy: a tape drive that others use
  RSM_CHECK(refuse_others_lock(now, "lock it"));
  RSM_CHECK(refuse_users_of_partitions(now, "lock it"));
  auto const told = listeners(now.record);
  RSM_CHECK(tell_and_wait(told, Notice::lock, interrupt.fd, interrupt.asked));
  auto taken = claim_lock();
  if (taken) {
    taken = as_denied(medium_->lock());
    if (!taken) (void)drop_claim();
  }
  if (!taken) tell(told, Notice::lock_failed);
  locked_ = taken.has_value();
  return taken;
}

Result<> VolumeHandle::unlock() {
  if (std::exchange(lock_ejected_, false) && !locked_) return {};
  if (!locked_) return fail(Errc::not_locked, device_.node, "this handle holds no lock on it");
  locked_ = false;
  auto const undone = medium_->unlock();
  tell(drop_claim(), Notice::unlock);
  return undone;
}

// ---- dismount, offline, online

Result<DismountOutcome> VolumeHandle::dismount() {
  RSM_TRY(Written const now, look());
  RSM_CHECK(need_in_service(now.record));
  RSM_CHECK(refuse_others_lock(now, "dismount it"));
  if (auto const offline = why_offline(now); !offline.empty()) return fail(Errc::not_ready, device_.node, offline);
  RSM_CHECK(need_medium());
  RSM_TRY(DismountOutcome outcome, as_denied(medium_->dismount()));
  std::vector<std::string> listening;
  RSM_CHECK(record_.change([&](VolumeRecord& record) -> Result<> {
    if (record.dismounts == now.record.dismounts) ++record.dismounts;  // a tape: nobody else counts it
    born_ = record.dismounts;
    listening = listeners(record);
    return {};
  }));
  dismounted_ = true;
  tell(listening, Notice::dismount);
  return outcome;
}

Result<> VolumeHandle::take_offline() {
  if (offline_) return {};
  RSM_TRY(Written const seen, look());
  RSM_CHECK(need_in_service(seen.record));
  if (auto const offline = why_offline(seen); !offline.empty()) return fail(Errc::not_ready, device_.node, offline);
  if (!dismounted_ || seen.record.dismounts != born_) return fail(Errc::invalid_state, device_.node, "dismount the volume through this handle first");
  if (auto const there = medium_->medium(); !there) return fail(Errc::not_ready, device_.node, there.error().detail);
  RSM_CHECK(medium_->hold_offline());
  auto const recorded = record_.change([&](VolumeRecord& now) -> Result<> {
    now.offline_keeper = self_;
    return {};
  });
  if (!recorded) medium_->release_offline();
  offline_ = recorded.has_value();
  return recorded;
}

void VolumeHandle::let_online() {
  if (!offline_) return;
  medium_->release_offline();
  offline_ = false;
  (void)record_.change([&](VolumeRecord& record) -> Result<> {
    if (record.offline_keeper == self_) record.offline_keeper = {};
    return {};
  });
}

// A process that has ended meanwhile has let go.
Result<> VolumeHandle::ask_to_let_go(block::ProcessId const& keeper, int signal, char const* what) const {
  UniqueFd const process(static_cast<int>(::syscall(SYS_pidfd_open, keeper.pid, 0)));
  if (process && block::is_alive(keeper) && ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) != 0)
    return block::system_failure(errno, device_.node, fmt::format("ask process {}, which {}, to let go", keeper.pid, what));
  return {};
}

// Who keeps it offline lets it go when it is told to; it is another process when the handle was another one.
Result<> VolumeHandle::bring_online() {
  if (offline_) {
    let_online();
    return {};
  }
  RSM_TRY(Written const seen, look());
  block::ProcessId const keeper = seen.record.offline_keeper;
  if (keeper.pid == 0) {
    if (auto const with_its_disk = why_offline(seen); !with_its_disk.empty()) return fail(Errc::not_ready, device_.node, with_its_disk);
    return {};
  }
  UniqueFd const process(static_cast<int>(::syscall(SYS_pidfd_open, keeper.pid, 0)));
  RSM_CHECK(ask_to_let_go(keeper, SIGUSR1, "keeps it offline"));
  for (auto const until = Clock::now() + limits::volume_online_limit; Clock::now() < until;) {
    UniqueFd const change = record_.watch();
    RSM_TRY(VolumeRecord const record, record_.read());
    if (record.offline_keeper != keeper) return {};
    wait_for_either(change, process, std::chrono::ceil<Millis>(until - Clock::now()));
  }
  return fail(Errc::busy, device_.node, fmt::format("process {} keeps it offline and does not answer; end it", keeper.pid));
}

// ---- removal

Result<> VolumeHandle::prevent_removal(bool prevent) {
  block::ProcessId keeper;
  RSM_CHECK(record_.change([&](VolumeRecord& record) -> Result<> {
    keeper = std::exchange(record.door_keeper, prevent ? self_ : block::ProcessId{});
    if (prevent && keeper.pid != 0) record.door_keeper = keeper;
    record.removal_prevented = prevent ? 1 : 0;
    return {};
  }));
  if (!prevent && keeper.pid != 0 && keeper != self_) RSM_CHECK(ask_to_let_go(keeper, SIGUSR2, "prevents the removal"));
  auto const settled = settle_door();
  if (settled || !prevent) return settled;
  (void)record_.change([&](VolumeRecord& record) -> Result<> {
    record.removal_prevented = 0;
    record.door_keeper = {};
    return {};
  });
  return settled;
}

Result<> VolumeHandle::count_prevention(bool prevent) {
  RSM_CHECK(record_.change([&](VolumeRecord& record) -> Result<> {
    auto* const slot = own_slot(record);
    if (slot == nullptr) return fail(Errc::invalid_handle, device_.node, "the handle has no place in the record of the volume any more");
    if (!prevent && slot->preventions == 0) return fail(Errc::invalid_state, device_.node, "this handle does not prevent the removal");
    slot->preventions = prevent ? slot->preventions + 1 : slot->preventions - 1;
    return {};
  }));
  auto const settled = settle_door();
  if (settled || !prevent) return settled;
  (void)record_.change([&](VolumeRecord& record) -> Result<> {
    if (auto* const slot = own_slot(record)) --slot->preventions;
    return {};
  });
  return settled;
}

// The door is what all handles together want it to be, those that were killed no longer counted.
Result<> VolumeHandle::settle_door() {
  if (!medium_->has_door()) return {};
  RSM_TRY(VolumeRecord const record, record_.read());
  if (medium_->door_needs_keeper()) return keep_door(record);
  bool const wanted = record.prevented();
  if (wanted == (record.door_locked != 0)) return {};
  RSM_CHECK(medium_->lock_door(wanted));
  return record_.change([&](VolumeRecord& now) -> Result<> {
    now.door_locked = wanted ? 1 : 0;
    return {};
  });
}

// Every handle that prevents the removal keeps the door itself.
Result<> VolumeHandle::keep_door(VolumeRecord const& record) {
  bool const counted = std::ranges::any_of(record.handles, [this](HandleSlot const& slot) { return slot.handler == self_ && slot.preventions != 0; });
  bool const wanted = counted || (record.removal_prevented != 0 && record.door_keeper == self_);
  if (wanted == keeps_door_) return {};
  RSM_CHECK(medium_->lock_door(wanted));
  keeps_door_ = wanted;
  return {};
}

Result<> VolumeHandle::refuse_kept_neighbours(Written const& now) const {
  for (auto const& [is, node, record] : now.neighbours) {
    if (record.prevented()) return fail(Errc::unable_to_unload_media, device_.node, "the removal of its medium is prevented through " + node + "; allow it there first");
    if (record.locker.pid != 0 && record.locker != self_)
      return fail(Errc::unable_to_unload_media, device_.node, fmt::format("{}, on the same medium, is locked by {}", node, owner_text(record, record.locker)));
    if (record.offline_keeper.pid != 0 && record.offline_keeper != self_)
      return fail(Errc::unable_to_unload_media, device_.node, fmt::format("{}, on the same medium, is kept offline by process {}", node, record.offline_keeper.pid));
  }
  return {};
}

Result<> VolumeHandle::eject() {
  RSM_TRY(Written const seen, look());
  VolumeRecord const& record = seen.record;
  RSM_CHECK(need_in_service(record));
  if (record.removal_prevented != 0) return fail(Errc::unable_to_unload_media, device_.node, "its removal is prevented; allow it first");
  for (auto const& slot : record.handles)
    if (slot.preventions != 0)
      return fail(Errc::unable_to_unload_media, device_.node, fmt::format("its removal is prevented by a handle of process {} ({})", slot.application, block::text_of(slot.command)));
  if (record.locker.pid != 0 && record.locker != self_) return fail(Errc::unable_to_unload_media, device_.node, "the volume is locked by " + owner_text(record, record.locker));
  RSM_CHECK(refuse_kept_neighbours(seen));
  auto ejected = medium_->eject();
  if (!ejected && ejected.error().code == Errc::volume_contains_sys_files) ejected.error().code = Errc::access_denied;
  if (!ejected && ejected.error().code == Errc::busy) ejected.error().code = Errc::unable_to_unload_media;
  RSM_CHECK(ejected);
  // A drive without a medium has nothing that could be offline or locked; the unlock that is still to come finds nothing to do.
  if (std::exchange(offline_, false)) medium_->release_offline();
  lock_ejected_ = std::exchange(locked_, false);
  return record_.change([&](VolumeRecord& now) -> Result<> {
    if (now.offline_keeper == self_) now.offline_keeper = {};
    if (now.locker == self_) now.locker = {};
    born_ = ++now.dismounts;
    now.door_locked = 0;
    return {};
  });
}

// ---- asking

Result<std::uint64_t> VolumeHandle::verify() {
  RSM_TRY(std::uint64_t const there, medium_->medium());
  RSM_TRY(VolumeRecord const seen, record_.read());
  if (!need_in_service(seen)) {
    RSM_CHECK(medium_->answers());
    RSM_CHECK(record_.change([&](VolumeRecord& record) -> Result<> {
      block::set_text(record.service_text, "");
      return {};
    }));
  }
  if (there == medium_seen_) return there;
  medium_seen_ = there;
  return fail(Errc::media_changed, device_.node, "another medium is in the drive than when this handle was opened or asked last");
}

Result<Outcome> VolumeHandle::transfer(Command const& command) {
  bool const writes = command.operation == Operation::write;
  if (!(writes ? opener_.access.write : opener_.access.read)) return denied(writes ? "writing needs a handle with write access" : "reading needs a handle with read access");
  RSM_CHECK(need_alive());
  if (!writes) {
    if (command.length > limits::volume_transfer_bytes_max) return fail(Errc::invalid_parameter, device_.node, "more than one transfer takes");
    RSM_TRY(std::string data, medium_->read(command.offset, command.length));
    return Outcome{.number = data.size(), .data = std::move(data)};
  }
  RSM_TRY(bool const mounted, medium_->is_mounted());
  if (mounted && !locked_) return denied("the volume is mounted; lock it first");
  return number(medium_->write(command.offset, command.data));
}

// ---- the table of operations

Result<Outcome> VolumeHandle::carry_out(Command const& command, Interrupt const& interrupt) {
  switch (command.operation) {
    case Operation::flush:
      if (!opener_.access.write) return denied("a flush needs a handle with write access");
      RSM_CHECK(need_alive());
      return nothing(medium_->flush());
    case Operation::lock: return nothing(lock(interrupt));
    case Operation::unlock: return nothing(unlock());
    case Operation::dismount: {
      RSM_TRY(DismountOutcome const outcome, dismount());
      return Outcome{.data = to_json(outcome)};
    }
    case Operation::is_mounted: {
      RSM_CHECK(need_alive());
      RSM_TRY(bool const mounted, medium_->is_mounted());
      if (!mounted) return fail(Errc::not_ready, device_.node, "the volume is not mounted");
      return Outcome{};
    }
    case Operation::offline: return nothing(take_offline());
    case Operation::online: return nothing(bring_online());
    case Operation::is_offline: {
      RSM_TRY(Written const now, look());
      if (why_offline(now).empty()) return fail(Errc::gen_failure, device_.node, "the volume is online");
      return Outcome{};
    }
    case Operation::media_removal: return nothing(prevent_removal(command.prevent));
    case Operation::ejection_control: return nothing(count_prevention(command.prevent));
    case Operation::verify: return number(verify());
    case Operation::eject: return nothing(eject());
    case Operation::load: {
      RSM_TRY(VolumeRecord const record, record_.read());
      RSM_CHECK(need_in_service(record));
      return nothing(medium_->load());
    }
    case Operation::read:
    case Operation::write: return transfer(command);
    case Operation::size: return number(medium_->size());
    case Operation::status: return Outcome{.data = to_json(status(Detail::everything))};
    case Operation::condition: return Outcome{.data = to_json(status(Detail::condition))};
    case Operation::fit: {
      auto const condition = status(Detail::condition);
      return Outcome{.number = may_be_taken(condition) ? 1U : 0U, .data = to_json(condition)};
    }
    case Operation::holders: return Outcome{.data = to_json(holders())};
    case Operation::could_lock: return nothing(could_lock());
    case Operation::await_end: {
      Millis const limit = std::min(Millis{command.length}, limits::volume_end_wait);
      auto const heard = medium_->await_end(limit, interrupt.fd, interrupt.asked);
      if (heard && !*heard && interrupt.asked()) return fail(Errc::operation_aborted, device_.node, "cancelled while its last user was waited for");
      return number(heard);
    }
  }
  return fail(Errc::invalid_function, device_.node, fmt::format("there is no operation {}", static_cast<unsigned>(command.operation)));
}

}  // namespace rsm::volume
