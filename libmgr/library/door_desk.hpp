// The door of a library at work: unlocked for a person, waited for until it was opened and closed, locked again.
//
// What for: while somebody may reach into the library no move begins. Changers tell nothing by themselves, so the door is looked at again and again; one that
// nobody opens within its time, or of which the hardware tells nothing, counts as closed then (rsm-model.md section 3). One that is open longer than
// MaxOpenSecs has a person told. Thread rule: the loop only.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/port/changer.hpp"
#include "libmgr/base/lifeline.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm {

class Library;

class DoorDesk {
 public:
  explicit DoorDesk(Library& library) : library_(library) {}

  // This request wants the door, as soon as nothing moves any more; nothing new begins until it has had it.
  void want(RequestId request);
  // Unlocks it for who wants it; locks it at the beginning of a life, since the one before may have ended while it was unlocked.
  void begin_if_still();
  bool works_for(RequestId request) const { return phase_ != Phase::idle && request_ == request; }
  // No move may begin.
  bool bars() const;
  bool commanded() const { return phase_ == Phase::unlocking || phase_ == Phase::locking; }
  std::string text() const;
  // The request is to end. False: the door is open, or a command to it is under way.
  bool stop();

 private:
  enum class Phase { idle, wanted, unlocking, shut, open, locking };
  void unlocked(Result<> const& outcome);
  void look();
  void look_again();
  void seen(bool open);
  void close();
  void locked(Result<> const& outcome);
  void lock_first();
  void lock_later();
  void end();
  Millis max_open() const;

  Library& library_;
  Lifeline lifeline_;
  Phase phase_ = Phase::idle;
  RequestId request_;
  TimePoint since_{};  // of the phase
  bool lock_pauses_ = false;  // it could not be locked a moment ago
  bool locked_once_ = false;  // in this life
  std::uint64_t turns_ = 0;  // an answer for an earlier one is nobody's
};

}  // namespace rsm
