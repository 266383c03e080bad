// A round of the model check: random deeds of processes and hands on real volumes, each answer and what can be seen afterwards compared with the model.
//
// What is compared after each step: the answer; of the volume (of a disk and its partitions, of all of them) the state and the number of mounts that
// `status` gives; the mounts of every namespace, field by field (mount_picture.hpp): those that the model has, each as it was when it was made, and
// all others untouched; that no file lies below a mount point. While a call is carried out that must be refused, files are written by path: all of
// them must be there afterwards. The first difference is told, with the seed and all that led there.
// Thread rule: one thread. Source: volume-control.md, docs/volumectl.md.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/drivers/volume/grounds.hpp"
#include "tests/drivers/volume/volume_model.hpp"
#include "tests/drivers/volume/worker.hpp"

namespace rsm::test {

// How often what was done and refused, in all rounds.
struct Tally {
  std::map<std::string, std::array<int, 2>> deeds;
  std::string text() const;
};

class Round {
 public:
  Round(std::uint64_t seed, int steps, Tally& tally);
  ~Round();
  Round(Round const&) = delete;
  bool run();

 private:
  struct Open {
    HandleNumber number;
    int worker, slot, volume;
  };
  struct Guest {  // a process in a mount namespace of its own
    NameSpace name_space;
    ProcessNumber number;
    std::unique_ptr<Worker> worker;
  };
  enum class By { product, hand };

  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }
  int pick_volume();
  VolumeModel& model(int volume) { return models_[static_cast<std::size_t>(volume)]; }
  VolumeModel const& model(int volume) const { return models_[static_cast<std::size_t>(volume)]; }
  bool is_there(int volume) const { return volume <= disk_volume || model(disk_volume).bound(); }

  bool step();
  bool open_handle();
  bool close_handle();
  bool operate();
  bool close(Open one);
  bool forget_partitions();
  bool open_or_close_file();
  bool open_or_close_device();
  bool kill_worker();
  bool mount();
  bool unmount();
  bool overlay();
  bool serve();
  bool bind_again();
  bool guest_comes_or_goes();
  bool kept_namespace_comes_or_goes();
  bool expect_all(std::string const& deed, std::string const& what);

  bool expect(std::uint32_t expected, std::uint32_t got, std::string const& deed, std::string const& what, int volume, By by);
  bool differs(std::string const& how);
  bool check(int volume, By by);
  bool check_state(int volume);
  bool check_mounts(By by);
  bool check_places();
  std::set<MountKey> places_mounted() const;
  void end_namespaces();
  bool answer_while_writing(Worker& worker, Order const& order, int volume, std::uint32_t& got);
  std::optional<std::string> place_to_write(int volume) const;
  bool taken(int worker, int slot) const;
  std::map<NameSpace, pid_t> processes_elsewhere() const;
  bool is_seen(NameSpace number) const { return number == 0 || number == kept_ || (guest_ && guest_->name_space == number); }
  void tidy_up();

  std::uint64_t seed_;
  int steps_, step_ = 0, focus_;
  Tally& tally_;
  std::mt19937_64 random_;
  Grounds grounds_;
  std::deque<VolumeModel> models_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<Guest> guest_;
  NameSpace kept_ = -1, last_name_space_ = 0;  // kept_: the one without a process; -1: there is none
  std::map<NameSpace, ino_t> inodes_;
  std::vector<NameSpace> ending_, ended_;      // ending_: no process and no file leads to them, but a lock does
  std::array<std::shared_ptr<volume::VolumeClient>, volumes_in_all> watchers_;  // ask for the state; without access they are no users
  std::vector<Open> open_;
  HandleNumber last_handle_ = 0;
  MountPicture last_, as_made_;  // as_made_: each mount as it was when somebody made it
  std::set<int> unbindable_;     // volumes of which nobody may make another mount, nor an overlay
  std::vector<std::string> log_;
};

}  // namespace rsm::test
