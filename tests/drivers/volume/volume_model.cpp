#include "tests/drivers/volume/volume_model.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace rsm::test {
namespace {

using volume::Operation;

constexpr std::uint32_t done = 0, access_denied = 5, not_ready = 21, gen_failure = 31, not_supported = 50, not_locked = 158, busy = 170, unable_to_unload = 1109,
                        media_changed = 1110, no_media = 1112, invalid_state = 5023;

bool is_user(ModelHandle const& handle) { return handle.access.read || handle.access.write; }

}  // namespace

// ---- a disk and its partitions

void VolumeModel::add_partition(VolumeModel& partition) {
  partitions_.push_back(&partition);
  partition.disk_ = this;
}

std::vector<VolumeModel const*> VolumeModel::whole() const {
  std::vector<VolumeModel const*> all{this};
  all.insert(all.end(), partitions_.begin(), partitions_.end());
  return all;
}

std::vector<VolumeModel*> VolumeModel::whole() {
  std::vector<VolumeModel*> all{this};
  all.insert(all.end(), partitions_.begin(), partitions_.end());
  return all;
}

// Who has a disk locked has its partitions, and the other way round; a partition is nothing to the one beside it.
bool VolumeModel::locked_by_another(HandleNumber handle) const {
  auto const by_another = [handle](VolumeModel const* volume) { return volume->locker_ != 0 && volume->locker_ != handle; };
  return std::ranges::any_of(whole(), by_another) || (disk_ != nullptr && by_another(disk_));
}

// A disk is offline with all of its partitions.
bool VolumeModel::is_offline() const { return offline_ != 0 || (disk_ != nullptr && disk_->offline_ != 0); }

bool VolumeModel::mounted() const {
  return std::ranges::any_of(whole(), [](auto const* volume) { return !volume->mounts_.empty(); });
}

bool VolumeModel::mounted_in(NameSpace name_space) const {
  return std::ranges::any_of(mounts_, [name_space](auto const& mount) { return mount.name_space == name_space; });
}

bool VolumeModel::hides_mounts() const {
  return std::ranges::any_of(whole(), [](auto const* volume) { return !volume->hidden_.empty(); });
}

// By what is no handle: files, overlays, a FUSE program; of a disk also by who keeps a partition offline.
bool VolumeModel::in_use() const {
  auto const used = [this](VolumeModel const* volume) {
    return !volume->files_.empty() || !volume->overlays_.empty() || !volume->old_overlays_.empty() || volume->is_served() || (volume != this && volume->offline_ != 0);
  };
  return std::ranges::any_of(whole(), used);
}

// The device itself is open: that keeps a lock and an eject away, and nothing else.
bool VolumeModel::is_open_itself() const {
  return std::ranges::any_of(whole(), [](auto const* volume) { return !volume->devices_.empty(); });
}

// A disk is not locked while somebody has a handle on a partition; a handle on the disk is no obstacle for a partition.
bool VolumeModel::used_by_others(HandleNumber handle) const {
  auto const handles = [handle](VolumeModel const* volume) {
    return std::ranges::any_of(volume->handles_, [handle](auto const& one) { return one.first != handle && is_user(one.second); });
  };
  return in_use() || is_open_itself() || std::ranges::any_of(whole(), handles);
}

bool VolumeModel::removal_is_prevented() const {
  return std::ranges::any_of(whole(), [](auto const* volume) {
    return volume->removal_prevented_ || std::ranges::any_of(volume->handles_, [](auto const& one) { return one.second.preventions != 0; });
  });
}

std::string VolumeModel::state() const {
  if (!bound()) return "no medium";
  if (is_offline()) return "offline";
  if (is_locked()) return "locked";
  return mounted() ? "mounted" : "dismounted";
}

// ---- handles

std::uint32_t VolumeModel::open(HandleNumber handle, ProcessNumber process, volume::Access access) {
  ModelHandle const opened{.process = process, .access = access, .born = dismounts_, .medium = bound() ? medium_ : 0};
  if (is_user(opened) && is_locked()) return access_denied;
  handles_[handle] = opened;
  return done;
}

void VolumeModel::close(HandleNumber handle) {
  if (locker_ == handle) unlock(handle, handles_.at(handle));
  handles_.erase(handle);
}

std::uint32_t VolumeModel::alive(ModelHandle const& handle) const {
  if (is_offline() || handle.born != dismounts_ || !bound()) return not_ready;
  return handle.medium == medium_ ? done : media_changed;
}

std::uint32_t VolumeModel::lock(HandleNumber number, ModelHandle& handle) {
  if (!handle.access.read || locker_ == number) return access_denied;
  if (auto const refused = alive(handle); refused != done) return refused;
  if (locked_by_another(number) || used_by_others(number)) return access_denied;
  locker_ = number;
  for (auto* volume : whole()) volume->hidden_ = std::exchange(volume->mounts_, {});
  return done;
}

std::uint32_t VolumeModel::unlock(HandleNumber number, ModelHandle& handle) {
  bool const ejected = std::exchange(handle.lock_ejected, false);
  if (locker_ != number) return ejected ? done : not_locked;
  locker_ = 0;
  for (auto* volume : whole()) volume->mounts_.merge(std::exchange(volume->hidden_, {}));
  return done;
}

// What was open stays, and is dead where the file system can be shut down.
void VolumeModel::take_apart() {
  bool const can_be_shut_down = !is_served() && file_system_ != FileSystem::btrfs;
  for (auto& [process, file] : files_) {
    file.dead |= can_be_shut_down && !file.old;
    file.old = true;
  }
  old_overlays_.merge(overlays_);
  overlays_.clear();
  mounts_.clear();
  hidden_.clear();
  ++dismounts_;
}

std::uint32_t VolumeModel::dismount(HandleNumber number, ModelHandle& handle) {
  if (locked_by_another(number)) return access_denied;
  if (is_offline() || !bound()) return not_ready;
  for (auto* volume : whole()) volume->take_apart();
  handle.born = dismounts_;
  handle.dismounted = true;
  return done;
}

std::uint32_t VolumeModel::offline(HandleNumber number, ModelHandle& handle) {
  if (offline_ == number) return done;
  if (is_offline()) return not_ready;
  if (!handle.dismounted || handle.born != dismounts_) return invalid_state;
  if (!bound()) return not_ready;
  if (hides_mounts() && locker_ == number) return invalid_state;
  if (locker_ != number && (is_locked() || mounted() || in_use())) return busy;
  offline_ = number;
  return done;
}

// A partition that is offline with its disk is brought online with it.
std::uint32_t VolumeModel::online() {
  if (offline_ == 0 && is_offline()) return not_ready;
  offline_ = 0;
  return done;
}

// The drive is the disk's; that of a loop device lets go of nothing that is in use.
std::uint32_t VolumeModel::eject(HandleNumber number, ModelHandle& handle) {
  if (disk_ != nullptr || removal_is_prevented() || locked_by_another(number)) return unable_to_unload;
  if (!bound_) return no_media;
  if ((offline_ != 0 && offline_ != number) || mounted() || in_use() || is_open_itself()) return unable_to_unload;
  handle.lock_ejected = locker_ == number;
  for (auto* volume : whole()) volume->hidden_.clear();
  bound_ = false;
  offline_ = locker_ = 0;
  handle.born = ++dismounts_;
  return done;
}

std::uint32_t VolumeModel::verify(ModelHandle& handle) const {
  if (!bound()) return no_media;
  if (handle.medium == medium_) return done;
  handle.medium = medium_;
  return media_changed;
}

// The rehearsal of a lock by somebody who comes new.
std::uint32_t VolumeModel::could_lock(HandleNumber number) const {
  return !bound() || is_offline() || locked_by_another(number) || used_by_others(number) ? access_denied : done;
}

// A loop device is held in by what is said of it; its partitions have no door.
std::uint32_t VolumeModel::prevent_removal(bool prevent) {
  if (prevent && disk_ != nullptr) return not_supported;
  removal_prevented_ = prevent;
  return done;
}

std::uint32_t VolumeModel::count_prevention(ModelHandle& handle, bool prevent) {
  if (prevent && disk_ != nullptr) return not_supported;
  if (!prevent && handle.preventions == 0) return invalid_state;
  handle.preventions += prevent ? 1U : -1U;
  return done;
}

std::uint32_t VolumeModel::carry_out(HandleNumber number, volume::Command const& command) {
  ModelHandle& handle = handles_.at(number);
  switch (command.operation) {
    case Operation::lock: return lock(number, handle);
    case Operation::unlock: return unlock(number, handle);
    case Operation::dismount: return dismount(number, handle);
    case Operation::offline: return offline(number, handle);
    case Operation::online: return online();
    case Operation::is_offline: return is_offline() ? done : gen_failure;
    case Operation::verify: return verify(handle);
    case Operation::eject: return eject(number, handle);
    case Operation::media_removal: return prevent_removal(command.prevent);
    case Operation::ejection_control: return count_prevention(handle, command.prevent);
    case Operation::could_lock: return could_lock(number);
    case Operation::is_mounted:
      if (auto const refused = alive(handle); refused != done) return refused;
      return mounted() || (locker_ == number && hides_mounts()) ? done : not_ready;
    case Operation::flush: return handle.access.write ? alive(handle) : access_denied;
    case Operation::read: return handle.access.read ? alive(handle) : access_denied;
    case Operation::write:
      if (!handle.access.write) return access_denied;
      if (auto const refused = alive(handle); refused != done) return refused;
      return mounted() && locker_ != number ? access_denied : done;
    default: return done;
  }
}

// ---- what hands and other programs do

// Not what the kernel gives on a device that an old file keeps: a dead file system, or one that nobody sees.
bool VolumeModel::may_mount(Place place) const {
  bool const kept = !old_overlays_.empty() || std::ranges::any_of(files_, [](auto const& file) { return file.second.old; });
  return file_system_ != FileSystem::none && bound() && !mounts_.contains({0, place}) && !kept;
}

std::uint32_t VolumeModel::mount(Place place) {
  bool const of_the_disk = disk_ != nullptr && (disk_->locker_ != 0 || disk_->offline_ != 0);
  if (locker_ != 0 || offline_ != 0 || of_the_disk || is_served()) return EBUSY;
  fuse_ = false;
  mounts_.insert({0, place});
  return done;
}

std::uint32_t VolumeModel::unmount(Place place) {
  if (!mounts_.contains({0, place})) return EINVAL;
  bool const used = place == 0 && std::ranges::any_of(files_, [](auto const& file) { return file.second.name_space == 0 && !file.second.old; });
  if (used) return EBUSY;
  mounts_.erase({0, place});
  return done;
}

bool VolumeModel::may_serve() const {
  return file_system_ == FileSystem::ext4 && disk_ == nullptr && may_mount(0) && locker_ == 0 && offline_ == 0 && mounts_.empty() && overlays_.empty();
}

void VolumeModel::serve() {
  fuse_ = true;
  mounts_.insert({0, 0});
}

bool VolumeModel::is_served() const { return fuse_ && (!mounts_.empty() || !files_.empty()); }

void VolumeModel::remove_overlay() {
  overlays_.erase(0);
  old_overlays_.erase(0);
}

void VolumeModel::bind_again() {
  bound_ = true;
  for (auto* volume : whole()) ++volume->medium_;
}

void VolumeModel::end_process(ProcessNumber process) {
  files_.erase(process);
  devices_.erase(process);
  for (auto it = handles_.begin(); it != handles_.end();) {
    auto const next = std::next(it);
    if (it->second.process == process) close(it->first);
    it = next;
  }
}

void VolumeModel::copy_mounts(NameSpace to) {
  std::set<ModelMount> copies;
  for (auto const& mount : mounts_)
    if (mount.name_space == 0) copies.insert({to, mount.place});
  mounts_.merge(copies);
  for (auto* overlays : {&overlays_, &old_overlays_})
    if (overlays->contains(0)) overlays->insert(to);
}

bool VolumeModel::keeps(NameSpace name_space) const {
  return std::ranges::any_of(hidden_, [name_space](auto const& mount) { return mount.name_space == name_space; });
}

void VolumeModel::end_namespace(NameSpace name_space) {
  std::erase_if(mounts_, [name_space](auto const& mount) { return mount.name_space == name_space; });
  overlays_.erase(name_space);
  old_overlays_.erase(name_space);
}

}  // namespace rsm::test
