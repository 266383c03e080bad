// The states of volumes and handles as volume-control.md has them, without any device: what every operation must answer.
//
// What for: the model that random operations on real volumes are checked against. It knows one volume with at most one mount, files open on
// it, and handles of several processes; each operation gives the Win32 number that is expected, and changes the state accordingly.
// Thread rule: values. Source: volume-control.md "The operations", "State of one volume", "Dead handles".
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "drivers/volume/volume_types.hpp"

namespace rsm::test {

using HandleNumber = int;
using ProcessNumber = int;

struct ModelHandle {
  ProcessNumber process = 0;
  volume::Access access;
  std::uint64_t born = 0, medium = 0;
  bool dismounted = false, lock_ejected = false;
  unsigned preventions = 0;
};

class VolumeModel {
 public:
  std::uint32_t open(HandleNumber handle, ProcessNumber process, volume::Access access);
  void close(HandleNumber handle);
  std::uint32_t carry_out(HandleNumber handle, volume::Command const& command);

  // What hands and other programs do.
  bool may_mount() const { return bound_ && !mounted_ && !locker_ && !offline_ && dead_files_.empty(); }
  bool mount_is_refused() const { return bound_ && !mounted_ && (locker_ || offline_); }
  void mount() { mounted_ = true; }
  bool may_open_file() const { return mounted_; }
  void open_file(ProcessNumber process) { files_.insert(process); }
  void close_file(ProcessNumber process);
  bool has_file(ProcessNumber process) const { return files_.contains(process) || dead_files_.contains(process); }
  void bind_again();
  void end_process(ProcessNumber process);

  bool bound() const { return bound_; }
  bool mounted() const { return mounted_; }
  bool file_is_dead(ProcessNumber process) const { return dead_files_.contains(process); }
  std::string state() const;

 private:
  std::uint32_t alive(ModelHandle const& handle) const;
  bool used_by_others(HandleNumber handle) const;
  std::uint32_t lock(HandleNumber number, ModelHandle& handle);
  std::uint32_t unlock(HandleNumber number, ModelHandle& handle);
  std::uint32_t dismount(HandleNumber number, ModelHandle& handle);
  std::uint32_t offline(HandleNumber number, ModelHandle& handle);
  std::uint32_t eject(HandleNumber number, ModelHandle& handle);
  std::uint32_t verify(ModelHandle& handle) const;

  bool bound_ = true, mounted_ = false, hidden_mount_ = false;  // hidden: removed by the lock, comes back
  bool removal_prevented_ = false;
  std::uint64_t dismounts_ = 0, medium_ = 1;
  HandleNumber locker_ = 0, offline_ = 0;  // 0: nobody
  std::map<HandleNumber, ModelHandle> handles_;
  std::multiset<ProcessNumber> files_, dead_files_;
};

}  // namespace rsm::test
