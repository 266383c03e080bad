// The states of volumes and handles as volume-control.md has them, without any device: what every operation must answer.
//
// What for: the model that random operations on real volumes are checked against. It knows one volume with its mounts in several mount
// namespaces, what uses it (files, overlays, a FUSE program) and the handles of several processes; a disk knows its partitions, a partition its
// disk (decision 13). Each operation gives the Win32 number that is expected, each hand's deed its errno, and the state changes accordingly.
// Thread rule: values; a disk and its partitions stay where they are. Source: volume-control.md "The operations", "State of one volume",
// "Dead handles"; docs/volumectl.md; docs/decisions/0013-the-medium-is-the-disk.md.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "drivers/volume/volume_types.hpp"

namespace rsm::test {

using HandleNumber = int;
using ProcessNumber = int;
using NameSpace = int;  // the machine's own is 0, each later one has the next number
using Place = int;      // which of its mount points

enum class FileSystem { none, ext4, xfs, btrfs };  // none: of a disk its partitions have them

struct ModelHandle {
  ProcessNumber process = 0;
  volume::Access access;
  std::uint64_t born = 0, medium = 0;
  bool dismounted = false, lock_ejected = false;
  unsigned preventions = 0;
};

struct ModelMount {
  NameSpace name_space = 0;
  Place place = 0;
  friend auto operator<=>(ModelMount const&, ModelMount const&) = default;
};

struct ModelFile {
  NameSpace name_space = 0;
  bool old = false;   // from before a dismount: it keeps the device
  bool dead = false;  // and all it does fails
};

class VolumeModel {
 public:
  explicit VolumeModel(FileSystem file_system) : file_system_(file_system) {}
  VolumeModel(VolumeModel const&) = delete;
  void add_partition(VolumeModel& partition);

  std::uint32_t open(HandleNumber handle, ProcessNumber process, volume::Access access);
  void close(HandleNumber handle);
  std::uint32_t carry_out(HandleNumber handle, volume::Command const& command);

  // What hands and other programs do: 0 or an errno, where the kernel refuses it.
  bool may_mount(Place place) const;
  std::uint32_t mount(Place place);
  std::uint32_t unmount(Place place);
  bool may_serve() const;  // by FUSE: nobody else has the device
  void serve();
  bool is_served() const;  // the program has it open
  bool may_overlay() const { return mounts_.contains({0, 0}) && !is_served() && !has_overlay(); }
  void overlay() { overlays_.insert(0); }
  void remove_overlay();
  bool has_overlay() const { return overlays_.contains(0) || old_overlays_.contains(0); }
  bool may_open_file(NameSpace name_space) const { return mounts_.contains({name_space, 0}); }
  void open_file(ProcessNumber process, NameSpace name_space) { files_[process] = {.name_space = name_space}; }
  void close_file(ProcessNumber process) { files_.erase(process); }
  bool has_file(ProcessNumber process) const { return files_.contains(process); }
  bool file_is_dead(ProcessNumber process) const { return files_.at(process).dead; }
  void open_device(ProcessNumber process) { devices_.insert(process); }  // itself, plainly: nobody keeps anybody from that
  void close_device(ProcessNumber process) { devices_.erase(process); }
  bool has_device(ProcessNumber process) const { return devices_.contains(process); }
  void bind_again();
  void end_process(ProcessNumber process);

  // A new namespace has copies of our own mounts. One whose last process has gone ends, unless a lock keeps it, that has taken mounts there.
  void copy_mounts(NameSpace to);
  bool keeps(NameSpace name_space) const;
  void end_namespace(NameSpace name_space);

  bool has_taken_it(HandleNumber handle) const { return locker_ == handle || offline_ == handle; }
  bool bound() const { return disk_ == nullptr ? bound_ : disk_->bound_; }
  bool mounted() const;
  bool mounted_in(NameSpace name_space) const;
  std::set<ModelMount> const& mounts() const { return mounts_; }
  std::string state() const;

 private:
  std::vector<VolumeModel const*> whole() const;  // the volume; of a disk with its partitions
  std::vector<VolumeModel*> whole();
  bool locked_by_another(HandleNumber handle) const;
  bool is_locked() const { return locked_by_another(0); }
  bool is_offline() const;
  bool in_use() const;
  bool is_open_itself() const;
  bool used_by_others(HandleNumber handle) const;
  bool hides_mounts() const;
  bool removal_is_prevented() const;
  std::uint32_t alive(ModelHandle const& handle) const;
  void take_apart();
  std::uint32_t lock(HandleNumber number, ModelHandle& handle);
  std::uint32_t unlock(HandleNumber number, ModelHandle& handle);
  std::uint32_t dismount(HandleNumber number, ModelHandle& handle);
  std::uint32_t offline(HandleNumber number, ModelHandle& handle);
  std::uint32_t online();
  std::uint32_t eject(HandleNumber number, ModelHandle& handle);
  std::uint32_t verify(ModelHandle& handle) const;
  std::uint32_t could_lock(HandleNumber number) const;
  std::uint32_t prevent_removal(bool prevent);
  std::uint32_t count_prevention(ModelHandle& handle, bool prevent);

  FileSystem file_system_;
  VolumeModel* disk_ = nullptr;
  std::vector<VolumeModel*> partitions_;
  bool bound_ = true;
  bool fuse_ = false;                     // it is a FUSE program that has it mounted
  std::set<ModelMount> mounts_, hidden_;  // hidden: removed by the lock, they come back
  std::set<NameSpace> overlays_, old_overlays_;
  bool removal_prevented_ = false;
  std::uint64_t dismounts_ = 0, medium_ = 1;
  HandleNumber locker_ = 0, offline_ = 0;  // 0: nobody
  std::map<HandleNumber, ModelHandle> handles_;
  std::map<ProcessNumber, ModelFile> files_;
  std::set<ProcessNumber> devices_;
};

}  // namespace rsm::test
