// Builds small worlds for tests: one library with drives, slots and cartridges. Names say what a test means; ids are made up
// from numbers, the same in every run.
#pragma once

#include "libmgr/model/world.hpp"

namespace rsm::testing {

template <class AnyId>
AnyId made_up(unsigned kind, unsigned n) {
  AnyId id;
  id.guid.bytes[0] = static_cast<std::uint8_t>(kind);
  id.guid.bytes[14] = static_cast<std::uint8_t>(n >> 8);
  id.guid.bytes[15] = static_cast<std::uint8_t>(n + 1);
  return id;
}

inline LibraryId library_id() { return made_up<LibraryId>(1, 0); }
inline DriveId drive_id(unsigned n) { return made_up<DriveId>(2, n); }
inline MediumId medium_id(unsigned n) { return made_up<MediumId>(3, n); }
inline SideId side_id(unsigned medium, unsigned side) { return made_up<SideId>(4, medium * 2 + side); }
inline RequestId request_id(unsigned n) { return made_up<RequestId>(5, n); }
inline SessionId session_id(unsigned n) { return made_up<SessionId>(6, n); }

class WorldBuilder {
 public:
  WorldBuilder(unsigned drives, unsigned media) {
    auto& library = world.libraries[library_id()];
    library.record.id = library_id();
    library.record.name = "Jukebox";
    library.record.condition.state = OperationalState::ready;
    for (unsigned n = 0; n < drives; ++n) {
      library.drives[n] = drive_id(n);
      auto& drive = world.drives[drive_id(n)];
      drive.record.id = drive.hot.id = drive_id(n);
      drive.record.library = library_id();
      drive.record.number = n;
      drive.record.condition.state = OperationalState::ready;
    }
    for (unsigned n = 0; n < media; ++n) {
      MediumRecord m;
      m.id = medium_id(n);
      m.name = m.barcode = "A0000" + std::to_string(n);
      m.library = library_id();
      m.home_slot = n;
      m.place = InElement{library_id(), {ElementKind::slot, n}};
      for (unsigned s = 0; s < 2; ++s) {
        Side side;
        side.id = side_id(n, s);
        side.number = s;
        side.state = SideState::import;
        m.sides.push_back(side);
      }
      world.media[m.id] = m;
    }
  }

  WorldBuilder& in_drive(unsigned drive, unsigned medium, unsigned side, DriveState state, std::int64_t since_ms = 0, SessionId session = {}) {
    auto& hot = world.drives[drive_id(drive)].hot;
    hot.state = state;
    hot.medium = medium_id(medium);
    hot.side = side_id(medium, side);
    hot.since = from_ms(since_ms);
    hot.session = session;
    world.media[medium_id(medium)].place = InElement{library_id(), {ElementKind::drive, drive}};
    return *this;
  }

  RequestRecord mount(unsigned n, unsigned medium, unsigned side = 0, int priority = 0, std::int64_t queued_ms = 0) const {
    RequestRecord r;
    r.id = request_id(n);
    r.sequence = n;
    r.operation = Operation::mount;
    r.library = library_id();
    r.medium = medium_id(medium);
    r.side = side_id(medium, side);
    r.priority = priority;
    r.queued = from_ms(queued_ms);
    return r;
  }

  World world;
};

}  // namespace rsm::testing
