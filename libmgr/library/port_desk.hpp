// The import/export ports of a library at work: one eject, inject or fetch at a time. Thread rule: the loop only.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "drivers/port/changer.hpp"
#include "libmgr/base/lifeline.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/machines/port.hpp"

namespace rsm {

class Library;

class PortDesk {
 public:
  explicit PortDesk(Library& library) : library_(library) {}

  // The desk must be free.
  void begin(machine::PortTask task, RequestId request, MediumId medium, std::uint32_t port);
  bool free() const { return !running_ && !closing_; }
  machine::Port const* work() const { return running_ ? &running_->machine : nullptr; }
  bool works_for(RequestId request) const { return running_ && running_->machine.request() == request; }
  std::string text() const { return running_ ? running_->machine.step() : closing_ ? "it is being closed" : std::string{}; }
  std::uint32_t number() const { return running_ ? running_->number : 0; }
  // The person says that something has been put in, or taken out: no need to wait for the next look.
  void look_now(RequestId request);
  // The request is to end. False: a cartridge is moving.
  bool stop(std::string const& reason);
  // A port that is out although nobody is at it (a life of the daemon ended there) is closed; one that is in, as far as is known, is locked again when
  // what keeps it locked may have been forgotten: a library tells of its locks to nobody, and loses them with its way to us, or with a reset.
  void close_forgotten();
  void doubt_locks() { told_closed_.clear(); }
  // The arm has decided a move; false: it was not for the port's work.
  bool moved(machine::WorkId work, Result<> outcome);

 private:
  struct Running {
    machine::Port machine;
    std::uint32_t number = 0;
    port::ElementStatus seen;  // the last look
  };
  machine::PortView view() const;
  std::optional<Element> slot_for(MediumRecord const& medium) const;
  void perform(machine::PortActions actions);
  void extend(bool out);
  void look();
  void close_answered(std::uint32_t number, bool was_out, Result<> const& closed);
  void put_in();

  Library& library_;
  Lifeline lifeline_;
  std::optional<Running> running_;
  bool closing_ = false;
  std::set<std::uint32_t> told_closed_;  // since the last look at the library
};

}  // namespace rsm
