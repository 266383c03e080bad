// The state of an emulated library on its disk, and what this process knows of it.
//
// What for: a change costs what it changes, however large the library is. state.json (the machine, small) is replaced as a whole and is what
// decides; a cartridge that changed is a line at the end of the log, and what state.json does not count of the log is nothing. When the log has
// grown enough it is written anew under another name. A process keeps what it has read and reads on from there.
// Errors: bad_format (damaged: refused, never guessed), object_not_found, access_denied, disk_full, busy (the lock). After an error the next call reads anew.
// Thread rule: any thread and process; calls block. Who changes holds the lock of the directory.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "drivers/block/folder.hpp"
#include "drivers/emulated/state_file.hpp"

namespace rsm::emulated {

class StateStore {
 public:
  // Stores the state of a library that has none yet.
  static Result<> make(block::Folder const& folder, HardwareState const& state);

  // Calls with the hardware as it is now; what is due has happened. Nothing is written.
  Result<> look(std::string const& directory, TimePoint now, std::function<void(Hardware const&)> const& see);
  // Calls with the hardware and stores what became of it.
  Result<> change(block::Folder const& folder, std::function<void(Hardware&)> const& act);

 private:
  Result<> catch_up(block::Folder const& folder);
  Result<> catch_up_once(block::Folder const& folder);
  bool is_current(int folder, std::string const& state) const;
  Result<> remember(int fd, block::Folder const& folder);
  Result<> read_log(block::Folder const& folder, StoredState& stored);
  Result<> store(block::Folder const& folder);
  Result<CartridgeLog> append_to_log(block::Folder const& folder, std::string const& lines);
  void forget();

  std::mutex mutex_;
  UniqueFd state_;  // state.json as it was read: open, so that no other file gets its number
  struct stat seen_ {};
  UniqueFd log_file_;
  CartridgeLog log_;
  std::optional<Hardware> hardware_;
};

}  // namespace rsm::emulated
