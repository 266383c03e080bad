// What people do that the library does not expect: other labels, other stickers, other cartridges, other devices.
//
// What for: one visit at a time, drawn by fate; what cannot be done at the moment is left. What must be undone before the end is
// undone in act two (Fate::heal, Person::put_all_back). Thread rule: one thread.
#pragma once

#include "tests/sim/stage.hpp"

namespace rsm::sim {

class Visitor {
 public:
  explicit Visitor(Stage& stage) : stage_(stage) {}
  void visit(Visit what);

 private:
  using Cartridge = emulated::Cartridge;
  void format(Iron& iron);
  void exchange_stickers(Iron& iron);
  void exchange_cartridges(Iron& iron);
  void exchange(Iron& iron, Element one, Element other);
  void copy(Iron& iron);
  void cleaner(Iron& iron);
  void replace_drive(Iron& iron);
  void replace_changer(Iron& iron);
  void fewer_slots(Iron& iron);
  void bad_cartridge(Iron& iron);
  void bad_drive(Iron& iron);

  bool room_for_one_more(Iron const& iron) const;
  // New, outside; half of them are put into a slot at once, the rest comes through the port or in act two.
  void bring(Iron& iron, Cartridge cartridge);
  std::vector<Cartridge const*> inside(Iron const& iron, ElementKind kind) const;
  void done(std::string const& what, std::string const& line);

  Stage& stage_;
};

}  // namespace rsm::sim
