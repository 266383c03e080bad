// A virtual library: an iSCSI target of its own (tgtd) with drives, slots and cartridges, for tests.
//
// What for: tests of what talks to real changers and tapes, without a kernel that knows them. tgtd runs in user space, listens on 127.0.0.1
// at a free port, is controlled through a socket in the test's folder, and is ended by its process id (or by the folder's janitor where the
// test was killed). Elements: drives from 256, ports from 768, slots from 1024; drive n is LUN n + 1, the changer the next one. Thread
// rule: one thread; what disturbs may come from another one.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "drivers/scsi/device_address.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {

struct TgtPlan {
  unsigned drives = 2, slots = 10, cartridges = 3, ports = 0;  // cartridges in the first slots: "A00001L5" and so on
  std::string user = {}, secret = {};                          // CHAP; empty: none
  std::string target_user = {}, target_secret = {};            // and the target proves who it is
};

class Tgt {
 public:
  static bool is_installed();

  explicit Tgt(TgtPlan plan);  // throws where tgtd cannot be set up
  Tgt(Tgt const&) = delete;
  Tgt& operator=(Tgt const&) = delete;
  ~Tgt();

  scsi::IscsiAddress address(unsigned lun) const;
  scsi::IscsiAddress drive(unsigned number) const { return address(number + 1); }
  scsi::IscsiAddress changer() const { return address(changer_lun()); }
  unsigned changer_lun() const { return plan_.drives + 1; }
  Lab const& lab() const { return lab_; }

  // Its way of failing.
  void stop();   // SIGSTOP: it answers nothing, the kernel takes connections
  void go_on();  // SIGCONT
  void kill();   // SIGKILL, and waits
  void start();  // after kill(): as it was at the beginning
  void drop_connections();

  std::vector<std::string> sessions();          // their numbers
  int control(std::vector<std::string> words);  // tgtadm --lld iscsi WORDS: its exit status

 private:
  std::vector<std::string> with_socket(std::vector<std::string> command) const;
  void must(std::vector<std::string> words);
  void update(unsigned lun, std::string const& parameters);
  void set_up();
  void make_cartridges();

  TgtPlan const plan_;
  Lab lab_;  // its end kills what names its folder
  unsigned port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace rsm::test
