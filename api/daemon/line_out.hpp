// Lines to a file or to standard error, without ever waiting for who reads them.
//
// What for: the daemon's log. A line that is not taken at once (a full pipe, a stopped terminal, a full disk) is dropped and counted; a line that
// was taken in part is finished before the next one. A FIFO or terminal that is standard error is opened again for this process alone, so that not
// waiting is nobody else's affair. Errors: access_denied (5) for a file that cannot be opened. Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::daemon {

class LineOut {
 public:
  // Appends; makes the file, and its folder, where they are missing.
  static Result<std::unique_ptr<LineOut>> to_file(std::string const& path);
  // To be made by the account that started the program: it may open what another one may not.
  static std::unique_ptr<LineOut> to_standard_error();
  ~LineOut();
  LineOut(LineOut const&) = delete;
  LineOut& operator=(LineOut const&) = delete;

  // With its line feed. False: dropped.
  bool write(std::string_view line);
  // Lines dropped since the last forget().
  std::uint64_t dropped() const { return dropped_; }
  void forget(std::uint64_t dropped) { dropped_ -= dropped; }
  void count_dropped() { ++dropped_; }

 private:
  enum class Way { descriptor, socket, shared };  // shared: it may wait, so it is asked first
  LineOut(int descriptor, Way way) : descriptor_(descriptor), way_(way) {}
  std::size_t take(std::string_view bytes);

  int descriptor_;
  Way way_;
  std::string rest_;  // of a line that was taken in part
  std::uint64_t dropped_ = 0;
};

}  // namespace rsm::daemon
