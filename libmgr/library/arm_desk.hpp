// The arm of a library at work: carries out what its machine wants.
// Thread rule: the loop only.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "libmgr/base/lifeline.hpp"
#include "libmgr/machines/arm.hpp"

namespace rsm {

class Library;

class ArmDesk {
 public:
  explicit ArmDesk(Library& library) : library_(library) {}

  void ask(machine::ArmTask task);
  bool withdraw(machine::WorkId work) { return arm_.withdraw(work); }
  void forget_request(machine::WorkId work) { arm_.forget_request(work); }
  void request_ended(RequestId request) { arm_.request_ended(request); }
  // Begins the next move when nothing bars it.
  void go_on();
  // As go_on(), but later on the loop.
  void go_on_soon();

  bool idle() const { return arm_.idle(); }
  bool moves(MediumId medium) const { return !idle() && (arm_.current()->medium == medium || arm_.current()->partner == medium); }
  bool moves_for(machine::WorkId work) const { return !idle() && arm_.current()->work == work; }
  // A move of this request is under way or waits for the arm.
  bool works_for(RequestId request) const;
  // The request is to end: true when its move has not begun, and never will.
  bool take_back(RequestId request);
  // Something is brought to a port or out of one, or will be.
  bool uses_port() const;
  machine::Arm const& machine() const { return arm_; }
  // Slots that a cartridge is being brought to, or will be.
  std::set<std::uint32_t> slots_on_their_way() const;
  // "A00001 from slot 3 to drive 0"; empty: it is still.
  std::string text() const;
  // The same of the move of this request; it may wait for another one.
  std::string text_for(RequestId request) const;

 private:
  machine::ArmView view() const;
  std::optional<Element> seen_at(MediumId medium) const;
  machine::ArmView view_of(machine::ArmTask const& task) const;
  std::string other_at_the_end_of(machine::ArmTask const& task) const;  // its name; empty: no other cartridge is believed there
  void perform(machine::ArmActions actions);
  void send(port::Move const& what);
  void look(bool everything);
  void record(machine::RecordIntent const& intent);
  void remember(machine::MoveFailed const& failed);
  void done(machine::ArmDone const& done);

  Library& library_;
  Lifeline lifeline_;
  machine::Arm arm_;
  std::vector<port::ElementStatus> ends_seen_;  // of the move under way, when they were asked last
  bool door_open_ = false;
  TimePoint begun_{};  // the move under way
  bool posted_ = false;
  std::uint64_t moves_ = 0;  // counts machine steps: an answer for an earlier one is nobody's
};

}  // namespace rsm
