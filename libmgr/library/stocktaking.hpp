// Asks a library where everything is: at the start, when somebody wants an inventory, and after every doubt.
//
// What for: while it runs no move begins; drives at work are left alone, so nobody waits for a drive that is stuck. What was asked for while
// it runs is done by the next one. Thread rule: the loop only. Source: rsm-model.md section 12; readings.md 39 and 40.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libmgr/base/lifeline.hpp"
#include "libmgr/machines/inventory.hpp"

namespace rsm {

class Library;

class Stocktaking {
 public:
  explicit Stocktaking(Library& library) : library_(library) {}

  bool under_way() const { return !inventory_.idle(); }
  // The last look has failed: what it was told before that is not known, so no move begins until one has gone well.
  bool failed() const { return silent_ != 0; }
  // The hardware has answered once since the start.
  bool started() const { return started_; }
  // An inventory that somebody waits for begins as soon as the arm is still, and nothing new begins before.
  void begin(std::function<void(Result<std::string>)> done);  // the value: what was left out, as a sentence; empty: nothing
  // The arm's look at everything, in the middle of a move: the move's own hint, no drive is asked.
  // ends_seen: what was said of its ends just after it; it counts where they do not answer now.
  void look_after_move(IntentRecord const& move, std::vector<port::ElementStatus> ends_seen, std::function<void(Result<>)> done);
  // Looks again after a short pause, or a long one (a device that needs service); asked for twice, done once.
  void look_soon();
  void look_at_sick_later();
  void drive_answered(DriveId id);

 private:
  void perform(machine::InventoryActions actions);
  void absorb();
  bool left_out(Element element) const;
  std::vector<port::ElementStatus> with_ends_seen();
  void leave_out_untold_drives(std::vector<port::ElementStatus>& elements);
  void ask_drives();
  void done(Result<> outcome);
  void silent(Error const& error);
  void tell_of_views();
  std::string left_out_text() const;

  Library& library_;
  Lifeline lifeline_;
  machine::Inventory inventory_;
  std::vector<std::function<void(Result<std::string>)>> waiting_;
  std::optional<IntentRecord> after_move_;
  std::vector<port::ElementStatus> ends_seen_;
  std::vector<port::ElementRange> left_out_;  // that did not answer, or of which nothing was said
  std::function<void(Result<>)> move_done_;
  bool started_ = false;
  bool again_ = false;  // something asked for another look while one was under way
  bool planned_ = false, sick_planned_ = false;
  unsigned silent_ = 0;  // times in a row the changer did not answer
  std::set<DriveId> at_work_;  // drives that were left alone
};

}  // namespace rsm
