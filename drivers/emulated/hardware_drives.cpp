// Drives of the emulated library, and questions that may hang.
#include "drivers/emulated/hardware.hpp"

namespace rsm::emulated {

Result<DriveState*> Hardware::answering(std::uint32_t number, TimePoint now) {
  settle(now);
  Element const drive{ElementKind::drive, number};
  if (!exists(drive)) return fail(Errc::resource_not_present, drive.text(), "the library has no such drive");
  if (dead(number, now)) return fail(Errc::device_not_available, drive.text(), "the drive does not answer; repair it");
  return &state_.drives[number];
}

Result<DriveView> Hardware::drive(std::uint32_t number, TimePoint now) {
  settle(now);
  return view(number, now);
}

Result<DriveView> Hardware::view(std::uint32_t number, TimePoint now) const {
  Element const element{ElementKind::drive, number};
  if (!exists(element)) return fail(Errc::resource_not_present, element.text(), "the library has no such drive");
  auto const& drive = state_.drives[number];
  auto const* cartridge = in(element);
  DriveView view;
  view.number = number;
  view.answers = !dead(number, now);
  view.phase = drive.phase;
  view.full = drive.phase != DrivePhase::empty;
  view.loaded = drive.phase == DrivePhase::loaded;
  view.side_up = drive.side_up;
  view.cleaning = drive.phase == DrivePhase::loading && cartridge != nullptr && cartridge->cleaner;
  view.cartridge = cartridge ? cartridge->name : std::string{};
  view.write_protected = cartridge && cartridge->write_protected;
  view.end = drive.end;
  view.identity = drive.identity;
  view.faults_armed = !state_.faults.faults().empty();
  return view;
}

Result<TimePoint> Hardware::begin_load(std::uint32_t number, TimePoint now) {
  RSM_TRY(DriveState * drive, answering(number, now));
  Element const element{ElementKind::drive, number};
  switch (drive->phase) {
    case DrivePhase::empty:
      return fail(Errc::no_media_in_drive, element.text(), "put a cartridge into it first");
    case DrivePhase::unloading:
      return fail(Errc::not_ready, element.text(), "it is unloading; wait for the end");
    case DrivePhase::loading:
      return drive->end;
    case DrivePhase::loaded:
      return now;
    case DrivePhase::inserted:
      break;
  }
  Concerned const command{{element}, in(element)->name};
  drive->phase = DrivePhase::loading;
  drive->length = scaled(state_.timing.load);
  drive->end = now + drive->length;
  drive->trouble.reset();
  drive->will_fail = false;
  if (auto const hang = state_.faults.hit(FaultKind::load_hangs, command, now)) {
    drive->held_by = hang->id;
    drive->end = hang->until ? *hang->until + drive->length : never;
  } else {
    drive->will_fail = state_.faults.hit(FaultKind::load_fails, command, now).has_value();
  }
  auto const end = drive->end;
  settle(now);
  return end;
}

Result<> Hardware::finish_load(std::uint32_t number, TimePoint now) {
  RSM_TRY(DriveState * drive, answering(number, now));
  Element const element{ElementKind::drive, number};
  if (drive->phase == DrivePhase::loaded) return {};
  if (drive->phase == DrivePhase::loading) return fail(Errc::not_ready, element.text(), "it is still loading");
  if (drive->trouble) return std::unexpected(*drive->trouble);
  if (drive->phase == DrivePhase::empty) return fail(Errc::no_media_in_drive, element.text(), "the cartridge is gone");
  return fail(Errc::invalid_operation, element.text(), "no load was begun");
}

Result<TimePoint> Hardware::begin_unload(std::uint32_t number, TimePoint now) {
  RSM_TRY(DriveState * drive, answering(number, now));
  Element const element{ElementKind::drive, number};
  switch (drive->phase) {
    case DrivePhase::empty:
      return fail(Errc::no_media_in_drive, element.text(), "there is nothing to unload");
    case DrivePhase::loading:
      return fail(Errc::not_ready, element.text(), "it is loading; wait for the end");
    case DrivePhase::unloading:
      return drive->end;
    case DrivePhase::inserted:
      return now;
    case DrivePhase::loaded:
      break;
  }
  drive->phase = DrivePhase::unloading;
  drive->length = scaled(state_.timing.rewind + state_.timing.unload);
  drive->end = now + drive->length;
  drive->trouble.reset();
  drive->will_fail = state_.faults.hit(FaultKind::unload_fails, {{element}, in(element)->name}, now).has_value();
  auto const end = drive->end;
  settle(now);
  return end;
}

Result<> Hardware::finish_unload(std::uint32_t number, TimePoint now) {
  RSM_TRY(DriveState * drive, answering(number, now));
  Element const element{ElementKind::drive, number};
  if (drive->phase == DrivePhase::inserted || drive->phase == DrivePhase::empty) return {};
  if (drive->phase == DrivePhase::unloading) return fail(Errc::not_ready, element.text(), "it is still unloading");
  if (drive->trouble) return std::unexpected(*drive->trouble);
  return fail(Errc::invalid_operation, element.text(), "no unload was begun");
}

std::vector<Alert> Hardware::untold(std::uint32_t number) {
  constexpr std::uint32_t clean_now = 20;
  auto& drive = state_.drives.at(number);
  if (!drive.dirty.value_or(false) || drive.told.value_or(false)) return {};
  drive.told = true;
  return {{clean_now, AlertSeverity::critical, AlertAbout::cleaning, "clean now: the drive must be cleaned before it goes on"}};
}

void Hardware::end_phase(std::uint32_t number) {
  auto& drive = state_.drives[number];
  Element const element{ElementKind::drive, number};
  bool const loading = drive.phase == DrivePhase::loading;
  auto const& cartridge = *in(element);
  bool const cleaned = loading && cartridge.cleaner && !drive.will_fail;
  if (cleaned) {
    auto& cleaner = edit(cartridge.name);
    ++cleaner.cleanings;
    drive.dirty.reset();
    drive.told.reset();
    drive.trouble = Error{Errc::unable_to_load_medium, element.text(), "cartridge " + cleaner.name + " is a cleaning cartridge: it has cleaned the drive, and there is nothing to read"};
  } else if (drive.will_fail) {
    std::string const name = cartridge.name;
    drive.trouble = loading ? Error{Errc::unable_to_load_medium, element.text(), "the drive gave up loading cartridge " + name}
                            : Error{Errc::unable_to_unload_media, element.text(), "the drive does not let cartridge " + name + " go"};
  } else if (loading) {
    ++drive.loads;
  }
  drive.phase = loading != drive.will_fail && !cleaned ? DrivePhase::loaded : DrivePhase::inserted;
  drive.will_fail = false;
  drive.held_by = 0;
  drive.end = {};
  drive.length = {};
}

Hold Hardware::held(FaultKind kind, Concerned const& command, TimePoint now) {
  auto const hang = state_.faults.hit(kind, command, now);
  if (!hang) return {0, now};
  return {hang->id, hang->until.value_or(never)};
}

Hold Hardware::begin_status(Element device, TimePoint now) {
  settle(now);
  auto const* cartridge = device.kind == ElementKind::drive ? in(device) : nullptr;
  return held(FaultKind::status_hangs, {{device}, cartridge ? cartridge->name : std::string{}}, now);
}

Hold Hardware::begin_volume_work(std::uint32_t number, TimePoint now) {
  settle(now);
  Element const drive{ElementKind::drive, number};
  auto const* cartridge = in(drive);
  return held(FaultKind::volume_hangs, {{drive}, cartridge ? cartridge->name : std::string{}}, now);
}

}  // namespace rsm::emulated
