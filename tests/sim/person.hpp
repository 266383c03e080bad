// The person at the library: takes what lies in an extended port, puts cartridges in, serves stand-alone drives, sometimes does nothing.
// Thread rule: one thread.
#pragma once

#include "tests/sim/stage.hpp"

namespace rsm::sim {

class Person {
 public:
  explicit Person(Stage& stage) : stage_(stage) {}
  // Looks at every port and every stand-alone drive once; in act two it always does what it was asked.
  void look();
  // Puts every cartridge that lies outside into a free slot. True: it did something.
  bool put_all_back();
  // Takes a cartridge out of a slot, `from` when there is one in it, and keeps it outside.
  void make_room(LibraryEntry const& library, std::optional<std::uint32_t> from);
  // A slot for what lies in the port of one of these libraries and ports, where none is free.
  void make_room_for_port(std::set<Guid> const& about);

 private:
  void at_port(Iron& iron, std::uint32_t number);
  void at_drive(Iron& iron);
  void at_door(Iron& iron);
  void bring_cleaner(Iron& iron);
  void did(Iron& iron, port::DriveHint hint, std::string const& what, std::string const& line);
  bool kept_in(Iron const& iron);
  bool is_to_take_out(Iron const& iron);
  std::string wanted_in(Iron const& iron);
  std::vector<std::string> on_the_shelf(Iron const& iron);
  LibraryEntry const* library_of(Iron const& iron);
  Stage& stage_;
};

}  // namespace rsm::sim
