// The drive of a stand-alone library and the hand that serves it: what somebody puts in, takes out, plugs in and pulls out is noticed.
//
// What for: no changer tells where a medium is. The drive gives hints (events of the kernel), and where it gives none of its media it is asked every
// LibrarySettings::poll_interval. One question is asked first, for the state of the drive; only what contradicts the belief has everything looked at, since that
// reads a label, and a tape is rewound for it. After every hint the drive is asked: what comes while it is being asked has it asked again; one in service that answers then is looked at at once. A drive that is
// not there makes its library NOT_PRESENT; what was in it stays recorded there.
// Thread rule: the loop only. Source: rsm-model.md sections 2 (NOT_PRESENT), 4 (stand-alone) and 13; decision record 20.
#pragma once

#include <string>

#include "drivers/port/devices.hpp"
#include "libmgr/base/lifeline.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm {

class Library;

class HandDesk {
 public:
  explicit HandDesk(Library& library);

  // Its drive was asked and is not there.
  void drive_gone(Error const& error);
  bool away() const;

 private:
  void hinted(port::DriveHint hint);
  void look_after(Millis pause);
  void look();
  // Since it was asked last.
  struct Told {
    bool anything = false;
    bool other_medium = false;  // and it was not we who moved the tray
  };
  void seen(Result<port::DriveStatus> const& status, Told told);
  void poll_later();
  void eject_wanted();

  Library& library_;
  Lifeline lifeline_;
  bool planned_ = false, asked_ = false;
  bool again_ = false;  // something was told while it was asked: asked once more
  Told told_;
};

}  // namespace rsm
