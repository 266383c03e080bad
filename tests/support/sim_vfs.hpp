// An SQLite VFS in memory whose disk can forget: what was not synced may be lost, kept or torn at a power cut.
//
// What for: the catalog in the simulator and in the fault tests. Files live in the instance; a file has what is read now and
// what is on the disk; writes and truncations since the last sync are kept in between. A sync that fails is Linux's: what it
// should have written is lost, or not, and is never written again unless somebody writes it again. Creating and deleting a
// file is durable at once. No shared memory: WAL needs locking_mode = EXCLUSIVE, one connection a file.
// Everything random comes from the seed. Thread rule: one thread at a time; close connections before the end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libmgr/base/random.hpp"

struct sqlite3_vfs;

namespace rsm::sim {

enum class DiskOperation { write, sync };      // truncations count as writes
enum class DiskFault { io_error, disk_full };  // a sync knows only the first

struct SimFile;

class SimVfs {
 public:
  // Registers itself with SQLite under this name (unique in the process).
  explicit SimVfs(std::string name, std::uint64_t seed = 1);
  ~SimVfs();
  SimVfs(SimVfs const&) = delete;
  SimVfs& operator=(SimVfs const&) = delete;
  std::string const& name() const { return name_; }

  // What was not synced is lost, kept or torn, write by write. Handles that are open are dead: they give I/O errors and change
  // nothing; what opens afterwards finds what is left. Power is on again.
  void power_cut(SeededRandom& random);

  // The n-th operation of this kind from now (1: the next) fails once. A write that fails for want of space leaves part of
  // itself, one that fails with an I/O error leaves part or all of it.
  void fail(DiskOperation operation, std::uint64_t nth, DiskFault fault);
  // From the n-th write or sync on (both counted together) every operation fails and changes nothing, until power_cut(); the
  // first write may leave part of itself.
  void lose_power_at(std::uint64_t nth);
  // Forgets what was planned.
  void heal();

  std::uint64_t writes() const { return writes_; }
  std::uint64_t syncs() const { return syncs_; }
  bool exists(std::string const& path) const { return files_.contains(path); }
  std::uint64_t bytes(std::string const& path) const;
  std::string const& content(std::string const& path) const;
  // A file that was there before anything began.
  void place(std::string const& path, std::string const& content);
  // Changes what is read and what is on the disk.
  void corrupt(std::string const& path, std::uint64_t offset, std::string const& with);

  // ---- for the functions that SQLite calls
  std::shared_ptr<SimFile> open(std::string const& path, bool create);  // null: not there
  void remove(std::string const& path) { files_.erase(path); }
  int before_write(SimFile& file, std::uint64_t offset, std::string_view bytes);
  int before_truncate();
  int sync(SimFile& file);
  bool powered() const { return powered_; }
  std::uint64_t generation() const { return generation_; }

 private:
  struct Planned {
    std::uint64_t countdown = 0;  // 0: nothing planned
    DiskFault fault = DiskFault::io_error;
  };
  std::optional<DiskFault> due(Planned& planned);
  bool power_goes();

  std::string name_;
  SeededRandom random_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::map<std::string, std::shared_ptr<SimFile>> files_;
  Planned write_fault_, sync_fault_;
  std::uint64_t power_countdown_ = 0;
  std::uint64_t writes_ = 0, syncs_ = 0, generation_ = 1;
  bool powered_ = true;
};

}  // namespace rsm::sim
