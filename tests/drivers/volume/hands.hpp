// What is done to volumes beside the product: partitions, subvolumes, FUSE programs, overlays, mount namespaces.
//
// Numbers given back are 0 or an errno. Whoever makes something here lets go of it again, at the latest with the lab's janitor.
// Thread rule: one thread. Source: loop(4), BLKPG in linux/blkpg.h, mount_namespaces(7), overlayfs, fuse2fs(1).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace rsm::test {

// The kernel of a test machine may read no partition tables: it is told of each partition.
int add_partition(std::string const& disk, int number, std::uint64_t start_bytes, std::uint64_t bytes);
int remove_partition(std::string const& disk, int number);

// Of a btrfs that is not mounted, by mounting it at the folder.
int make_subvolumes(std::string const& device, std::string const& folder, std::vector<std::string> const& names);

enum class Sharing { none, shared, unbindable };
// `data`: options of the file system, as "subvol=one".
int mount_with(std::string const& device, std::string const& at, std::string const& fs_type, unsigned long flags, std::string const& data, Sharing sharing);

// Read only, of two folders.
int mount_overlay(std::string const& lower, std::string const& below, std::string const& at);

// From here on all that this process mounts is of a namespace of its own, which nobody else's mounts get into.
int enter_new_namespace();
// A namespace with copies of our mounts and without a process, kept by being bound to the file, which is made.
int keep_new_namespace(std::string const& file);

// A program that serves the file system of a device at a folder, as fuse2fs does.
class FuseServer {
 public:
  FuseServer(std::string const& device, std::string const& at);
  ~FuseServer();
  FuseServer(FuseServer const&) = delete;
  bool serves() const { return serves_; }  // it was mounted
  bool has_ended();                        // after its last mount; waits a while for that

 private:
  bool gone();
  pid_t pid_ = 0;
  bool serves_ = false;
};

ino_t inode_of_namespace(std::string const& file);
// Waits a while until nobody has this mount namespace any more: whoever looks at the machine's mounts has each one for a moment.
void wait_for_end_of_namespace(ino_t number);

// Names of what is in a folder.
std::vector<std::string> names_in(std::string const& folder);

}  // namespace rsm::test
