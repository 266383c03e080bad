// The arm of a library: one move at a time, its intent recorded first, the hardware asked after it.
//
// What for: return codes alone are wrong too often, so whatever a move answered, the elements that can have changed say where the
// cartridge is; when it is at neither end, everything is looked at. A move that is not done is tried again a few times; none is
// sent to where another cartridge is. Two cartridges that change places in one command have both to be seen at their new places, and the command is
// sent again only when both were recognized at their old ones. While the changer is silent or its door is open the move stays undecided.
// Thread rule: a value. Source: architecture decisions 2 and 6, SMC-3 MOVE MEDIUM.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "drivers/port/changer.hpp"
#include "libmgr/machines/work.hpp"

namespace rsm::machine {

// A cartridge that is to be brought somewhere, for a piece of work.
struct ArmTask {
  WorkId work = WorkId::none;
  RequestId request;  // zero: the service's own
  MediumId medium;
  Element to;
  bool turn = false;
  MediumId partner{};  // it is in `to` and comes to where the other one was, in one command; zero: none
  friend bool operator==(ArmTask const&, ArmTask const&) = default;
};

// ---- actions

// Write down what is about to happen; then durable().
struct RecordIntent {
  ArmTask task;
  Element from;
  friend bool operator==(RecordIntent const&, RecordIntent const&) = default;
};
struct SendMove {
  port::Move what;
  friend bool operator==(SendMove const&, SendMove const&) = default;
};
// Ask where things are: the two ends of the move and the arm, or everything; then looked() or not_looked().
struct Look {
  bool everything = false;
  friend bool operator==(Look const&, Look const&) = default;
};
// The changer does not answer; `needs_service`: for so long that a person has to come.
struct ChangerSilent {
  Error error;
  bool needs_service = false;
  friend bool operator==(ChangerSilent const&, ChangerSilent const&) = default;
};
struct ChangerAnswers {
  friend bool operator==(ChangerAnswers const&, ChangerAnswers const&) = default;
};
// A command failed or did not do what it said: for the log and the figures.
struct MoveFailed {
  Error error;
  std::string text;
  friend bool operator==(MoveFailed const&, MoveFailed const&) = default;
};
// The move is decided. Success: the cartridge is at task.to, and belief says so.
struct ArmDone {
  ArmTask task;
  Element from;
  Result<> outcome;
  unsigned commands = 0;         // that were sent
  std::uint32_t side_up = 0;     // number of the side that is up in a drive now
  friend bool operator==(ArmDone const&, ArmDone const&) = default;
};
using ArmAction = std::variant<AwaitDurable, Pause, RecordIntent, SendMove, Look, ChangerSilent, ChangerAnswers, MoveFailed, ArmDone>;
using ArmActions = std::vector<ArmAction>;

// What is believed when a move begins, or after the hardware was asked.
struct ArmView {
  TimePoint now{};
  std::optional<Element> at;     // where the cartridge is in this library; nothing: it is not in it, or nobody knows
  std::string medium_name;
  std::string where;             // "slot 3", "offline"
  std::uint32_t side_up = 0;     // of a cartridge in a drive
  bool door_open = false;
  bool one_command = false;       // it has failed just before: this one is not tried again at once
  std::string destination_holds;  // another cartridge where the move leads, by its name; empty: none
  // Of two that change places: the other one, as `at`, `medium_name` and `where`.
  std::optional<Element> partner_at;
  std::string partner_name;
  std::string partner_where;
  bool both_recognized = false;   // each by its bar code, when the hardware was asked last
};

enum class ArmPhase : std::uint8_t { idle, recording, moving, looking, before_retry, before_look };

class Arm {
 public:
  void ask(ArmTask task) { queue_.push_back(std::move(task)); }
  // Before what waits to be taken home: somebody waits for it.
  void ask_ahead(ArmTask task) {
    queue_.insert(std::ranges::find_if(queue_, [](ArmTask const& waiting) { return waiting.to.kind != ElementKind::drive; }), std::move(task));
  }
  // Takes back what was asked for this work, if the move has not begun.
  bool withdraw(WorkId work);
  // The request of this work has ended: its move is not tried again.
  void forget_request(WorkId work);
  // This request has ended: what is moved for it still is moved for nobody.
  void request_ended(RequestId request);

  // ---- events
  bool may_begin() const { return phase_ == ArmPhase::idle && !queue_.empty(); }
  ArmTask const& next() const { return queue_.front(); }
  ArmActions begin(ArmView const& v);
  ArmActions durable(ArmView const& v);
  ArmActions moved(ArmView const& v, Result<> answer);
  ArmActions looked(ArmView const& v);
  ArmActions not_looked(ArmView const& v, Error const& error);
  ArmActions pause_over(ArmView const& v);

  // ---- what it is doing
  bool idle() const { return phase_ == ArmPhase::idle; }
  ArmPhase phase() const { return phase_; }
  ArmTask const* current() const { return idle() ? nullptr : &task_; }
  Element from() const { return from_; }
  TimePoint step_since() const { return step_since_; }
  std::deque<ArmTask> const& waiting() const { return queue_; }
  bool silent() const { return silent_ != 0; }
  // Why the move under way does not go on; empty: it does.
  std::string const& trouble() const { return trouble_; }
  // Nobody wants the move under way, or the last one, any more.
  bool given_up() const { return given_up_; }

 private:
  ArmActions enter(ArmView const& v, ArmPhase phase, ArmActions actions);
  ArmActions record(ArmView const& v);
  Error taken(ArmView const& v) const;
  bool arrived(ArmView const& v) const;
  bool untouched(ArmView const& v) const;
  std::string move_text() const;
  ArmActions done(Result<> outcome);
  ArmActions failed(ArmView const& v);
  ArmActions undecided(ArmView const& v, Error const& error, bool door);

  std::deque<ArmTask> queue_;
  ArmPhase phase_ = ArmPhase::idle;
  TimePoint step_since_{};
  ArmTask task_;
  Element from_;
  std::uint32_t side_before_ = 0;
  unsigned commands_ = 0;
  unsigned silent_ = 0;
  bool given_up_ = false;
  bool looked_everywhere_ = false;
  std::optional<Error> doubt_;
  std::string trouble_;
};

}  // namespace rsm::machine
