// Notices between the handlers of one volume: a lock is announced, and every listener answers or its time runs out.
//
// What for: the lock rule of volume-control.md: "tells every registered listener first and returns only after each has answered (or its time
// is up)". A listening handler has a socket beside the volume's record; who announces connects to each, all at once, and waits for their
// answers together. A listener that has died is passed over. Errors: operation_aborted, when the wait was interrupted.
// Thread rule: one thread. Source: volume-control.md "lock"; Windows GUID_IO_VOLUME_LOCK and its kin.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "drivers/block/unique_fd.hpp"
#include "drivers/volume/volume_types.hpp"

namespace rsm::volume {

// "<record>.<pid>": where the handler with this number listens.
std::string listener_path(std::string const& record, pid_t handler);

class Listener {
 public:
  static Result<Listener> open(std::string path);
  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = default;
  ~Listener();
  int fd() const { return socket_.get(); }

  struct Told {
    Notice notice;
    UniqueFd answer;  // a byte written to it is the answer
  };
  // One notice that has come in; nullopt: none, or nonsense.
  std::optional<Told> next();

 private:
  Listener(UniqueFd socket, std::string path) : socket_(std::move(socket)), path_(std::move(path)) {}
  UniqueFd socket_;
  std::string path_;
};

// Tells them and goes on.
void tell(std::vector<std::string> const& listeners, Notice notice);
// Tells them and waits for each answer, at most limits::volume_notice_limit together. `interrupt_fd` readable and `interrupted` true: ends early.
Result<> tell_and_wait(std::vector<std::string> const& listeners, Notice notice, int interrupt_fd, std::function<bool()> const& interrupted);

}  // namespace rsm::volume
