#include "tests/drivers/volume/volume_model.hpp"

#include <algorithm>
#include <utility>

namespace rsm::test {
namespace {

using volume::Operation;

constexpr std::uint32_t done = 0, access_denied = 5, not_ready = 21, gen_failure = 31, not_locked = 158, busy = 170, unable_to_unload = 1109, media_changed = 1110,
                        no_media = 1112, invalid_state = 5023;

}  // namespace

std::uint32_t VolumeModel::open(HandleNumber handle, ProcessNumber process, volume::Access access) {
  if ((access.read || access.write) && locker_ != 0) return access_denied;
  handles_[handle] = {.process = process, .access = access, .born = dismounts_, .medium = bound_ ? medium_ : 0};
  return done;
}

void VolumeModel::close(HandleNumber handle) {
  if (locker_ == handle) unlock(handle, handles_.at(handle));
  handles_.erase(handle);
}

void VolumeModel::close_file(ProcessNumber process) {
  for (auto* files : {&files_, &dead_files_})
    if (auto const found = files->find(process); found != files->end()) return void(files->erase(found));
}

void VolumeModel::bind_again() {
  bound_ = true;
  ++medium_;
}

void VolumeModel::end_process(ProcessNumber process) {
  files_.erase(process);
  dead_files_.erase(process);
  for (auto it = handles_.begin(); it != handles_.end();) {
    auto const next = std::next(it);
    if (it->second.process == process) close(it->first);
    it = next;
  }
}

std::string VolumeModel::state() const {
  if (!bound_) return "no medium";
  if (offline_ != 0) return "offline";
  if (locker_ != 0) return "locked";
  return mounted_ ? "mounted" : "dismounted";
}

std::uint32_t VolumeModel::alive(ModelHandle const& handle) const {
  if (offline_ != 0 || handle.born != dismounts_ || !bound_) return not_ready;
  return handle.medium == medium_ ? done : media_changed;
}

bool VolumeModel::used_by_others(HandleNumber handle) const {
  bool const files = !files_.empty() || !dead_files_.empty();
  return files || std::ranges::any_of(handles_, [handle](auto const& one) { return one.first != handle && (one.second.access.read || one.second.access.write); });
}

std::uint32_t VolumeModel::lock(HandleNumber number, ModelHandle& handle) {
  if (!handle.access.read || locker_ == number) return access_denied;
  if (auto const refused = alive(handle); refused != done) return refused;
  if (locker_ != 0 || used_by_others(number)) return access_denied;
  locker_ = number;
  hidden_mount_ = mounted_;
  mounted_ = false;
  return done;
}

std::uint32_t VolumeModel::unlock(HandleNumber number, ModelHandle& handle) {
  bool const ejected = std::exchange(handle.lock_ejected, false);
  if (locker_ != number) return ejected ? done : not_locked;
  locker_ = 0;
  mounted_ = hidden_mount_;
  hidden_mount_ = false;
  return done;
}

std::uint32_t VolumeModel::dismount(HandleNumber number, ModelHandle& handle) {
  if (locker_ != 0 && locker_ != number) return access_denied;
  if (offline_ != 0 || !bound_) return not_ready;
  hidden_mount_ = mounted_ = false;
  dead_files_.merge(files_);
  handle.born = ++dismounts_;
  handle.dismounted = true;
  return done;
}

std::uint32_t VolumeModel::offline(HandleNumber number, ModelHandle& handle) {
  if (offline_ == number) return done;
  if (offline_ != 0) return not_ready;
  if (!handle.dismounted || handle.born != dismounts_) return invalid_state;
  if (!bound_) return not_ready;
  if (hidden_mount_ && locker_ == number) return invalid_state;
  if (locker_ != number && (locker_ != 0 || mounted_ || !dead_files_.empty())) return busy;
  offline_ = number;
  return done;
}

std::uint32_t VolumeModel::eject(HandleNumber number, ModelHandle& handle) {
  bool const counted = std::ranges::any_of(handles_, [](auto const& one) { return one.second.preventions != 0; });
  if (removal_prevented_ || counted || (locker_ != 0 && locker_ != number)) return unable_to_unload;
  if (!bound_) return no_media;
  if ((offline_ != 0 && offline_ != number) || mounted_ || !files_.empty() || !dead_files_.empty()) return unable_to_unload;
  bound_ = hidden_mount_ = false;
  handle.lock_ejected = locker_ == number;
  offline_ = locker_ = 0;
  handle.born = ++dismounts_;
  return done;
}

std::uint32_t VolumeModel::verify(ModelHandle& handle) const {
  if (!bound_) return no_media;
  if (handle.medium == medium_) return done;
  handle.medium = medium_;
  return media_changed;
}

std::uint32_t VolumeModel::carry_out(HandleNumber number, volume::Command const& command) {
  ModelHandle& handle = handles_.at(number);
  switch (command.operation) {
    case Operation::lock: return lock(number, handle);
    case Operation::unlock: return unlock(number, handle);
    case Operation::dismount: return dismount(number, handle);
    case Operation::offline: return offline(number, handle);
    case Operation::online: offline_ = 0; return done;
    case Operation::is_offline: return offline_ != 0 ? done : gen_failure;
    case Operation::verify: return verify(handle);
    case Operation::eject: return eject(number, handle);
    case Operation::media_removal: removal_prevented_ = command.prevent; return done;
    case Operation::ejection_control:
      if (!command.prevent && handle.preventions == 0) return invalid_state;
      handle.preventions += command.prevent ? 1U : -1U;
      return done;
    case Operation::is_mounted:
      if (auto const refused = alive(handle); refused != done) return refused;
      return mounted_ || (locker_ == number && hidden_mount_) ? done : not_ready;
    case Operation::flush: return handle.access.write ? alive(handle) : access_denied;
    case Operation::read: return handle.access.read ? alive(handle) : access_denied;
    case Operation::write:
      if (!handle.access.write) return access_denied;
      if (auto const refused = alive(handle); refused != done) return refused;
      return mounted_ && locker_ != number ? access_denied : done;
    default: return done;
  }
}

}  // namespace rsm::test
