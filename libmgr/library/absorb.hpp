// The hardware's word becomes belief: which parts there are, and which cartridge is in which element.
//
// What for: after an inventory, and after every move for the two ends of it. Who a cartridge is says libmgr/identity; here it is written
// down, as differences only. Thread rule: the loop only. Source: rsm-model.md sections 3, 8 and 12; readings.md 34, 35 and 41.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/port/changer.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/pool.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/identity/placement.hpp"

namespace rsm {

class Library;

class Absorber {
 public:
  explicit Absorber(Library& library) : library_(library) {}

  // Who the changer is and what it has, in its own words: new parts get their records, what is gone is said to be gone.
  void furnish(port::ChangerDescription const& said);
  // Everything that answers was asked. `hint`: a move that was under way when nobody looked.
  void everything(std::vector<port::ElementStatus> const& elements, std::vector<port::ElementRange> const& left_out, std::optional<IntentRecord> const& hint);
  // The two ends of a move were asked. False: what is there is not explained by the move, so nothing was written; look at everything.
  bool ends_of(IntentRecord const& move, std::vector<port::ElementStatus> const& elements);
  // A port was asked while a person is at it: nothing is concluded but its content.
  void port_seen(port::ElementStatus const& element);

  // A record for a cartridge that nobody knows, in this element. One in a port is identified when it has a slot.
  MediumId make_unknown(port::ElementStatus const& element);
  MediumId make_unknown(port::ElementStatus const& element, identity::Found const& found);
  // A person or its bar code says that it is a cleaning cartridge: of no pool, never loaded to be read.
  void make_cleaner(MediumId id, std::string const& reason);
  void medium_missing(MediumId id, std::string const& reason);
  PoolId system_pool(PoolType type, MediaTypeId media_type);

 private:
  void furnish_parts(port::ElementRange const& range);
  void vanish(port::ChangerDescription const& said);
  void furnish_media_type(std::uint32_t code, std::uint32_t sides);
  MediaTypeId usual_type() const;
  MediaTypeId cleaner_type();
  void write(port::ElementStatus const& element, MediumId holds, std::string const& reason);
  void place(port::ElementStatus const& element, identity::Found const& found, MediumId medium, std::optional<IntentRecord> const& hint);
  void arrived(IntentRecord const& move);
  void doubt(Element element);
  void taken_from(MediumId id, std::vector<port::ElementStatus> const& elements);
  void drives_told_of(std::vector<port::ElementStatus> const& elements);
  void known_as_cleaner(MediumId id, identity::Found const& found);
  void name_by_barcode(identity::NewBarcode const& code);
  bool hand_was_at_work(identity::Placement const& placement, std::optional<IntentRecord> const& hint) const;
  void forget_places(std::vector<port::ElementStatus> const& elements, std::vector<port::ElementRange> const& left_out, std::optional<IntentRecord> const& hint);
  std::optional<Element> may_have_reached(MediumId id, std::vector<port::ElementRange> const& left_out, std::optional<IntentRecord> const& hint) const;
  void believed_on_its_way(MediumId id, Element to, IntentRecord const& move);

  Library& library_;
  MediaTypeId own_type_;  // what the library itself said
};

}  // namespace rsm
