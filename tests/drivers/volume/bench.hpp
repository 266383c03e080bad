// A loop device with a file system for tests of volume handles; records in the lab's folder; nothing stays behind.
// Thread rule: one thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "drivers/block/loop_device.hpp"
#include "drivers/volume/volume_client.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {

// The image bound to a loop device of its own; ended by the lab's janitor.
block::LoopDevice bound(std::string const& image);

class VolumeBench {
 public:
  explicit VolumeBench(std::string const& fs_type, std::string const& name = "side");
  ~VolumeBench();
  VolumeBench(VolumeBench const&) = delete;
  std::string const& node() const { return loop_.node; }
  std::string const& image() const { return image_; }
  std::string mount(std::string const& at = "mnt") const;  // the mount point
  void bind_again();  // after an eject: the same image on the same loop device
  bool is_bound() const { return block::loop_binding(loop_).has_value(); }
  Lab const& lab() const { return lab_; }
  std::string state_directory() const { return lab_.path("state"); }

  Result<std::shared_ptr<volume::VolumeClient>> open(volume::Access access, std::function<void(volume::Notice)> listener = {}) const;
  // Fails the test when it cannot be opened.
  std::shared_ptr<volume::VolumeClient> opened(volume::Access access = {true, true}) const;

 private:
  Lab lab_;
  std::string fs_type_, image_;
  block::LoopDevice loop_;
};

// The Win32 number of what an operation gave; 0: it worked.
std::uint32_t number_of(Result<volume::Outcome> const& outcome);

}  // namespace rsm::test
