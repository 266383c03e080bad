// What is believed of one library, and the ways to change it: one place for "where is it", "where may it go", "what is the drive".
//
// What for: every room of libmgr/library and libmgr/operations reads the world and writes through the book here, with the names of the
// field. Nothing here asks the hardware. Thread rule: the loop only. Pointers to media stay valid until the book's trim().
// Source: rsm-model.md sections 4 and 8; readings.md 41 (a place is a library and an element).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "libmgr/machines/drive.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

class Belief {
 public:
  Belief(Book& book, LibraryId library) : book_(book), library_(library) {}

  Book& book() const { return book_; }
  World const& world() const { return book_.world(); }
  LibraryId id() const { return library_; }
  LibraryEntry const& entry() const { return *world().library(library_); }
  std::string const& name() const { return entry().record.name; }
  DriveEntry const& drive(DriveId id) const { return *world().drive(id); }
  std::string drive_name(DriveId id) const { return name_of(world(), id); }
  Element element_of(DriveId id) const { return {ElementKind::drive, drive(id).record.number}; }
  // The drive at this number; zero: there is none.
  DriveId drive_at(std::uint32_t number) const;
  // nullptr: there is none, or the catalog cannot be read (that is logged).
  MediumRecord const* medium(MediumId id) const;
  // Where a medium is in this library; nothing: somewhere else.
  std::optional<Element> place_of(MediumId id) const;
  MediumId medium_at(Element element) const;
  // The drive of this library that holds it.
  DriveEntry const* drive_of(MediumId id) const;
  // Number of the side that is up in a drive, as believed; 0 when nothing is known.
  std::uint32_t side_number_up(DriveId id) const;

  // Where a cartridge goes when it leaves a drive or the port: its home slot; when that is taken or gone, an empty slot that is nobody's
  // home (rsm-model.md section 8). `allowed`: whether a slot may be used for it.
  std::optional<Element> home_for(MediumRecord const& medium, std::function<bool(std::uint32_t slot)> const& allowed) const;

  // ---- changes, each with its reason
  void set_place(MediumId id, Place place, std::string const& reason, RequestId request = {});
  // What holds it, in this library or in one that is not connected, holds nothing any more.
  void leave(MediumId id);
  void cleaner_used(DriveId in);
  void set_drive(DriveId id, machine::SetDrive const& change, RequestId request = {});
  // Of a drive that this has come into: MOUNTED, or BEING_CLEANED by the cleaning cartridge of the library (rsm-model.md section 4).
  DriveState state_with(MediumId medium) const;
  // A drive holds this now (zero: nothing); what was believed of the one before is forgotten.
  void set_drive_medium(DriveId id, MediumId medium, std::string const& reason);
  void set_port_position(std::uint32_t number, PortPosition position, std::string const& reason);
  void set_library_condition(OperationalState state, std::string const& reason);
  void set_drive_condition(DriveId id, OperationalState state, std::string const& reason);
  void set_door(bool open);
  // No densities: the drive does not tell them now.
  void set_drive_identity(DriveId id, DeviceIdentity const& said, std::vector<Density> const& densities);
  // Of a cartridge whose label was not read just now it counts only where its memory has the serial number that is known.
  void cartridge_told(MediumId id, CartridgeFacts const& told, bool label_read);

 private:
  Book& book_;
  LibraryId library_;
};

}  // namespace rsm
