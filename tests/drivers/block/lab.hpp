// A bench for tests of volumes: images with file systems, mounts, and processes that hold things; nothing stays behind.
//
// What for: every test gets a folder of its own; a janitor process cleans up when the bench ends, also when the test process is killed:
// processes whose command line names the folder, mounts of images in the folder (in every namespace), their loop devices, the folder. Actors are processes that do what the test
// tells them, and die with it. Thread rule: one thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::test {

// Runs a program, gives its exit status; its output goes nowhere.
int run(std::vector<std::string> const& command);

class Lab {
 public:
  Lab();
  ~Lab();
  Lab(Lab const&) = delete;
  Lab& operator=(Lab const&) = delete;

  std::string path(std::string const& name) const { return folder_ + "/" + name; }
  // A sparse image with a file system ("ext4", "xfs", "btrfs"; "": none), large enough for it.
  std::string image(std::string const& name, std::string const& fs_type) const;
  std::string folder(std::string const& name) const;  // made
  std::string const& root() const { return folder_; }

 private:
  std::string folder_;
  UniqueFd tell_janitor_;
  pid_t janitor_ = 0;
};

bool kernel_mounts(std::string const& fs_type);
// mount(2): 0 or errno.
int mount_device(std::string const& device, std::string const& at, std::string const& fs_type, unsigned long flags = 0);
int umount_path(std::string const& at);
bool is_mounted(std::string const& at);
void write_file(std::string const& path, std::string const& text, bool sync = true);
std::string read_file(std::string const& path, std::size_t most = std::string::npos);
// Whether the words stand anywhere in it; of an image most is holes, which are not read.
bool file_has(std::string const& path, std::string const& words);

// A process that runs `act`, which answers commands until its pipe is closed. Killed and waited for at the end.
class Actor {
 public:
  // What the acting process has: wait for a command, answer it with a number.
  class Stage {
   public:
    Stage(int commands, int answers) : commands_(commands), answers_(answers) {}
    char next();  // 0: the test has ended
    void answer(int number);

   private:
    int commands_, answers_;
  };
  explicit Actor(std::function<void(Stage&)> const& act);
  ~Actor();
  Actor(Actor const&) = delete;
  Actor& operator=(Actor const&) = delete;

  pid_t pid() const { return pid_; }
  int answer();             // waits for the next number; -1: the process has ended
  int ask(char command);    // sends a command and waits for its answer
  void kill_now();          // SIGKILL, waited for

 private:
  pid_t pid_ = 0;
  UniqueFd commands_, answers_;
};

// Actors that are needed again and again. Each answers 0 or an errno when it holds, then: 'r' pread, 'w' pwrite, 's' fsync, 'm' reads the
// mapping's first byte; each answers 0 or errno.
std::function<void(Actor::Stage&)> holds_file(std::string path);
std::function<void(Actor::Stage&)> holds_mapping(std::string path);
std::function<void(Actor::Stage&)> stands_in(std::string folder);

// Empty: block volumes are possible here; else the reason for GTEST_SKIP.
std::string why_no_block_volumes();

}  // namespace rsm::test
