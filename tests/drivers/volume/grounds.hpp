// The real volumes of a round of the model check, and what hands have made of them; nothing stays behind.
//
// Which: one with ext4 or xfs, a btrfs with two subvolumes, and a disk with two partitions (ext4). The check itself lives in a mount namespace
// of its own (live_apart): else whoever makes a namespace elsewhere on the machine would copy these mounts into it.
// Numbers given back are 0 or an errno. Thread rule: one thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/drivers/volume/bench.hpp"
#include "tests/drivers/volume/hands.hpp"
#include "tests/drivers/volume/mount_picture.hpp"
#include "tests/drivers/volume/volume_model.hpp"
#include "tests/drivers/volume/worker.hpp"

namespace rsm::test {

enum VolumeNumber : int { plain_volume, btrfs_volume, disk_volume, first_partition, second_partition, volumes_in_all };

struct MountWish {
  unsigned long flags = 0;
  Sharing sharing = Sharing::none;
};

class Grounds {
 public:
  explicit Grounds(FileSystem plain);
  ~Grounds();
  Grounds(Grounds const&) = delete;

  std::vector<VolumeNode> const& nodes() const { return nodes_; }
  VolumeNode const& node(int volume) const { return nodes_[static_cast<std::size_t>(volume)]; }
  FileSystem file_system(int volume) const { return file_systems_[static_cast<std::size_t>(volume)]; }
  std::string name(int volume) const;

  int mount(int volume, Place place, MountWish wish);
  int unmount(int volume, Place place) { return umount_path(node(volume).places[static_cast<std::size_t>(place)]); }
  int overlay(int volume);
  int remove_overlay(int volume);
  bool serve(int volume);              // false: the program did not come up
  bool servers_have_ended();           // that should have: nothing of theirs is mounted nor open
  int bind_again(int volume);          // after an eject: with the partitions, which have to be gone
  int keep_namespace(NameSpace number);
  int end_kept_namespace(NameSpace number);

  std::string kept_file(NameSpace number) const { return benches_.front().lab().path("kept-" + std::to_string(number)); }
  // All mounts of our own namespace, of these processes' ones, and of the kept ones.
  MountPicture picture(std::map<NameSpace, pid_t> const& processes) const;
  bool is_place(std::string const& mount_point) const;
  // Waits until the handlers of a process that was killed have let go by themselves.
  void wait_until_gone(pid_t application) const;

 private:
  VolumeBench& bench(int volume) { return benches_[static_cast<std::size_t>(volume > disk_volume ? disk_volume : volume)]; }
  std::string overlay_place(int volume);
  int partition();
  void make_disk();

  std::deque<VolumeBench> benches_;
  std::vector<VolumeNode> nodes_;
  std::vector<FileSystem> file_systems_;
  std::vector<NameSpace> kept_;
  std::unique_ptr<FuseServer> server_;
};

// From here on in a mount namespace of its own, without the mounts that other tests have at this moment. 0 or an errno.
int live_apart();

}  // namespace rsm::test
