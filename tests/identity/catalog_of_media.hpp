// A small catalog for the tests of identity: media by number, and the questions that the rules ask.
// Media, slots and labels have the same numbers: medium 1 is A00001, bears label 1, lies in slot 1 unless a test says otherwise.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "libmgr/identity/witness.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm::identity {

using testing::library_id;
using testing::medium_id;

// For INSTANTIATE_TEST_SUITE_P over rows of a table.
struct NameOfRow {
  template <class Row>
  std::string operator()(::testing::TestParamInfo<Row> const& info) const {
    return info.param.name;
  }
};

inline LibraryId other_library() {
  return testing::made_up<LibraryId>(1, 7);
}
inline Element slot(std::uint32_t n) {
  return {ElementKind::slot, n};
}
inline Element drive(std::uint32_t n) {
  return {ElementKind::drive, n};
}
inline Element port(std::uint32_t n) {
  return {ElementKind::port, n};
}
inline Element arm() {
  return {ElementKind::arm, 0};
}
inline Place in(Element e, LibraryId library = library_id()) {
  return InElement{library, e};
}
// "A00001"
inline std::string code_of(unsigned n) {
  return "A0000" + std::to_string(n);
}
// Strong: 16 bytes as of a file system's UUID.
inline Omid label_of(unsigned n) {
  return {"EXT4", std::string(15, 'u') + static_cast<char>('a' + n), "volume " + std::to_string(n)};
}
inline Omid iso(std::string date) {
  return {"ISO9660", std::move(date), "DISC"};
}
inline Omid fat(std::string serial) {
  return {"FAT", std::move(serial), "DISK"};
}

inline MediumRecord medium(unsigned n, Place place, std::string barcode, std::vector<std::optional<Omid>> labels,
                           SideState state = SideState::import) {
  MediumRecord m;
  m.id = medium_id(n);
  m.name = code_of(n);
  m.sequence_number = std::to_string(n);
  m.barcode = std::move(barcode);
  m.library = library_id();
  m.place = place;
  m.created = from_ms(n);
  if (auto const* at = std::get_if<InElement>(&place)) {
    m.library = at->library;
    if (at->element.kind == ElementKind::slot) m.home_slot = at->element.number;
  }
  for (std::uint32_t s = 0; s < labels.size(); ++s) {
    Side side;
    side.id = testing::side_id(n, s);
    side.number = s;
    side.state = state;
    side.omid = labels[s];
    m.sides.push_back(side);
  }
  return m;
}
// Medium n, as it should be, in its slot or where the test says.
inline MediumRecord known(unsigned n) {
  return medium(n, in(slot(n)), code_of(n), {label_of(n)});
}
inline MediumRecord known(unsigned n, Place place) {
  return medium(n, place, code_of(n), {label_of(n)});
}
// A provisional record that nobody has identified.
inline MediumRecord stranger(unsigned n, Place place, std::string barcode) {
  return medium(n, place, std::move(barcode), {std::nullopt}, SideState::unknown);
}

struct CatalogOfMedia {
  std::map<MediumId, MediumRecord> media;
  std::set<MediumId> verified;
  std::set<LibraryId> not_present;
  std::set<std::string> doubled;
  std::map<MediumId, std::string> seen;  // the bar codes on them; of the others nobody has seen one
  bool pressed = false;  // media are read only
  mutable int questions = 0;

  CatalogOfMedia& add(MediumRecord m) {
    media[m.id] = std::move(m);
    return *this;
  }
  Catalog catalog() const {
    Catalog c;
    c.library = library_id();
    c.with_barcode = [this](std::string const& barcode) { return found([&](MediumRecord const& m) { return m.barcode == barcode; }); };
    c.with_label = [this](Omid const& label) { return found([&](MediumRecord const& m) { return bears(m, label); }); };
    c.connected = [this](LibraryId id) { return !not_present.contains(id); };
    c.verified = [this](MediumId id) { return verified.contains(id); };
    c.barcode_seen = [this](MediumRecord const& m) { return seen.contains(m.id) ? seen.at(m.id) : std::string(); };
    c.doubled = [this](std::string const& barcode) { return doubled.contains(barcode); };
    c.read_only = [this](MediaTypeId) { return pressed; };
    return c;
  }

 private:
  template <class F>
  std::vector<MediumRecord> found(F matches) const {
    ++questions;
    std::vector<MediumRecord> out;
    for (auto const& [id, m] : media)
      if (matches(m)) out.push_back(m);
    return out;
  }
};

}  // namespace rsm::identity
