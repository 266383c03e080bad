#include "libmgr/library/hand_desk.hpp"

#include <utility>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/machines/limits.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/eject.hpp"

namespace rsm {

HandDesk::HandDesk(Library& library) : library_(library) {
  if (!library_.by_hand()) return;
  library_.devices().on_hint(lifeline_.guard([this](port::DriveHint hint) { hinted(hint); }));
  poll_later();
}

bool HandDesk::away() const { return library_.belief().entry().record.condition.state == OperationalState::not_present; }

void HandDesk::hinted(port::DriveHint hint) {
  if (library_.stopping()) return;
  if (hint == port::DriveHint::eject_wanted) return eject_wanted();
  bool const ours = !library_.idle();  // a tray that we close is an event as well; then the drive itself says whether another medium is in it
  told_.anything = true;
  told_.other_medium = told_.other_medium || (hint == port::DriveHint::medium_changed && !ours);
  look_after(limits::hint_settle);
}

void HandDesk::look_after(Millis pause) {
  if (std::exchange(planned_, true)) return;
  library_.loop().after(pause, lifeline_.guard([this] {
    planned_ = false;
    look();
  }));
}

void HandDesk::look() {
  auto& l = library_;
  if (l.stopping()) return;
  if (asked_) {
    again_ = true;  // the answer that is on its way may be older than what is told now
    return;
  }
  auto const& drives = l.belief().entry().drives;
  auto const* work = drives.empty() ? nullptr : l.drives().work(drives.begin()->second);
  bool const busy = l.stocktaking().under_way() || (work != nullptr && !work->waits());
  if (busy) return look_after(limits::device_retry_pause);
  asked_ = true;
  l.devices().drive(0).status(lifeline_.guard([this, told = std::exchange(told_, {})](Result<port::DriveStatus> status) {
    asked_ = false;
    seen(status, told);
    if (std::exchange(again_, false)) look_after(Millis{0});
  }));
}

// What is as it was believed changes nothing.
void HandDesk::seen(Result<port::DriveStatus> const& status, Told told) {
  auto& l = library_;
  DriveId const id = l.belief().drive_at(0);
  if (!status) return l.stocktaking().look_soon();
  auto const look_at_once = [&l] { l.stocktaking().begin([](Result<std::string> const&) {}); };
  bool const library_ready = id && l.belief().entry().record.condition.state == OperationalState::ready;
  bool const drive_ready = library_ready && l.belief().drive(id).record.condition.state == OperationalState::ready;
  if (!drive_ready && told.anything) return look_at_once();
  if (!library_ready) return l.stocktaking().look_soon();
  l.conditions().alerted(id, status->alerts);
  auto const& drive = l.belief().drive(id);
  bool const other_drive = !status->serial.empty() && status->serial != drive.record.serial;
  bool const in_use = drive.hot.state == DriveState::loaded;
  bool const other_medium = drive.hot.medium && (status->medium_changed || other_drive || (told.other_medium && !in_use));
  if (other_medium) l.doubt(id);
  if (planted(PlantedBug::hand_unseen) && drive.hot.medium) return;
  bool const news = status->full != static_cast<bool>(drive.hot.medium) || other_medium || other_drive;
  if (news) look_at_once();
}

void HandDesk::poll_later() {
  Millis const interval = library_.own_settings().poll_interval;
  if (interval == Millis{0}) return;
  library_.loop().after(interval, lifeline_.guard([this] {
    bool const told = library_.devices().hints_of_media();
    if (!told && library_.stocktaking().started() && !away() && !asked_) look_after(Millis{0});
    poll_later();
  }));
}

void HandDesk::drive_gone(Error const& error) {
  auto& l = library_;
  if (!away()) {
    l.belief().set_library_condition(OperationalState::not_present, "the drive is not there: " + error.sentence());
    operations::eject::gone_with_drive(l);
  }
  l.stocktaking().look_at_sick_later();  // of one that is there and does not answer no event tells when it does
}

// An idle medium is given to whoever presses the button; what somebody uses stays.
void HandDesk::eject_wanted() {
  auto& l = library_;
  DriveId const id = l.belief().drive_at(0);
  if (!id || !l.accepting() || !l.drives().free(id)) return;
  auto const& hot = l.belief().drive(id).hot;
  bool const idle = hot.medium && (hot.state == DriveState::dismountable || hot.state == DriveState::unloaded);
  if (idle) operations::dismount::put_away(l, id, {}, "the button of the drive was pressed");
}

}  // namespace rsm
