#include "libmgr/library/absorb.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/model/media_types.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/mount.hpp"
#include "libmgr/operations/write_scratch.hpp"
#include "libmgr/pools/system_pools.hpp"

namespace rsm {
namespace {

// Who is in which element: the hardware's word against what was believed.
identity::Placement find(Library& library, std::vector<port::ElementStatus> const& elements, std::optional<IntentRecord> const& hint, bool whole_library, bool all_asked) {
  auto& belief = library.belief();
  std::vector<identity::Belief> beliefs;
  identity::Scan scan;
  for (auto const& e : elements) {
    MediumId const id = belief.medium_at(e.element);
    if (auto const* medium = id ? belief.medium(id) : nullptr) beliefs.push_back({e.element, medium});  // without a record nothing is believed of it
  }
  for (auto const& [number, drive] : belief.entry().drives) {
    auto const& hot = belief.drive(drive).hot;
    if (library.doubted(drive))
      scan.doubted.insert({ElementKind::drive, number});
    else if (hot.state == DriveState::loaded && operations::mount::stands(library, hot))
      scan.in_use.insert({ElementKind::drive, number});
  }
  scan.elements = elements;
  scan.whole_library = whole_library;
  scan.all_asked = all_asked;
  scan.beliefs = beliefs;
  if (hint)
    if (auto const* moved = belief.medium(hint->medium)) scan.move = identity::MoveUnderWay{moved, hint->from, hint->to, hint->partner ? belief.medium(hint->partner) : nullptr};
  scan.recognise_cleaners = (belief.entry().record.flags & library_flag::recognize_cleaner_barcode) != 0;
  return identity::place(scan, operations::identify::catalog_of(library));
}

// Of two that change places one comes from where the other one goes.
std::string came_from(IntentRecord const& move, Element here, MediumId holds) {
  bool const partner = holds != move.medium && here == move.from;
  return "brought from " + (partner ? move.to : move.from).text();
}

bool is_moved(IntentRecord const& move, MediumId id) { return move.medium == id || (move.partner && move.partner == id); }

std::map<Element, identity::Found const*> by_element(identity::Placement const& placement) {
  std::map<Element, identity::Found const*> found;
  for (auto const& one : placement.found) found.emplace(one.element, &one);
  return found;
}

}  // namespace

// ---- parts

void Absorber::furnish(port::ChangerDescription const& said) {
  auto& book = library_.book();
  auto const& entry = library_.belief().entry();
  if (library_.by_hand()) {
    // No changer, no door.
  } else if (entry.changers.empty()) {
    ChangerRecord changer;
    changer.id = book.make_id<ChangerId>();
    changer.library = library_.id();
    changer.name = entry.record.name + " changer";
    changer.created = book.now();
    changer.device = library_.devices().address({ElementKind::arm, 0});
    static_cast<DeviceIdentity&>(changer) = said;
    book.put(changer, "found in the library");
    book.put(DoorRecord{book.make_id<DoorId>(), library_.id(), 0, DoorState::unknown, std::chrono::minutes{5}}, "found in the library");
  } else {
    ChangerRecord changer = entry.changers.front();
    bool const other = !changer.serial.empty() && !said.serial.empty() && changer.serial != said.serial;
    changer.device = library_.devices().address({ElementKind::arm, 0});
    static_cast<DeviceIdentity&>(changer) = said;
    if (changer != entry.changers.front()) {
      std::string const reason = other ? "another changer is in its place: serial number " + said.serial + " instead of " + entry.changers.front().serial : "identified";
      if (other) book.log(LogLevel::warning, entry.record.name + ": " + reason);
      book.put(changer, reason);
    }
  }
  library_.set_exchanges(said.exchanges);
  for (auto const& range : said.elements) furnish_parts(range);
  vanish(said);
  furnish_media_type(said.media_type_code, said.sides);
}

void Absorber::furnish_parts(port::ElementRange const& range) {
  auto& book = library_.book();
  auto const& entry = library_.belief().entry();
  LibraryId const id = library_.id();
  for (std::uint32_t number = range.first; number < range.first + range.count; ++number) {
    if (range.kind == ElementKind::slot && !entry.slots.contains(number))
      book.put(SlotRecord{book.make_id<SlotId>(), id, number, SlotState::unknown, {}}, "found in the library");
    if (range.kind == ElementKind::port && !entry.ports.contains(number))
      book.put(PortRecord{book.make_id<PortId>(), id, number, PortContent::unknown, PortPosition::unknown, library_.own_settings().port_max_extend, {}}, "found in the library");
    if (range.kind != ElementKind::drive || entry.drives.contains(number)) continue;
    DriveRecord record;
    record.id = book.make_id<DriveId>();
    record.library = id;
    record.number = number;
    record.name = entry.record.name + " drive " + std::to_string(number);
    record.device = library_.devices().address({ElementKind::drive, number});
    record.created = book.now();
    record.condition = {OperationalState::initializing, book.now(), "found in the library"};
    book.put(record, "found in the library", EventKind::insert);
  }
}

// What the hardware does not have any more holds nothing: its media are looked for.
void Absorber::vanish(port::ChangerDescription const& said) {
  auto& belief = library_.belief();
  auto const has = [&](ElementKind kind, std::uint32_t number) {
    return std::ranges::any_of(said.elements, [&](port::ElementRange const& r) { return r.kind == kind && number >= r.first && number - r.first < r.count; });
  };
  std::string const gone = "the library does not have it any more";
  std::vector<MediumId> lost;
  std::vector<SlotRecord> slots;
  for (auto const& [number, slot] : belief.entry().slots)
    if (!has(ElementKind::slot, number) && (slot.state != SlotState::not_present || slot.medium)) slots.push_back(slot);
  for (auto& slot : slots) {
    if (slot.medium) lost.push_back(slot.medium);
    slot.state = SlotState::not_present;
    slot.medium = {};
    belief.book().put(slot, gone);
  }
  std::vector<PortRecord> ports;
  for (auto const& [number, port] : belief.entry().ports)
    if (!has(ElementKind::port, number) && (port.content != PortContent::unknown || port.medium)) ports.push_back(port);
  for (auto& port : ports) {
    if (port.medium) lost.push_back(port.medium);
    port.content = PortContent::unknown;
    port.medium = {};
    belief.book().put(port, gone);
  }
  auto const drives = belief.entry().drives;
  for (auto const& [number, id] : drives) {
    if (has(ElementKind::drive, number)) {
      if (belief.drive(id).record.condition.state == OperationalState::not_present) belief.set_drive_condition(id, OperationalState::initializing, "found in the library again");
      continue;
    }
    if (belief.drive(id).hot.medium) lost.push_back(belief.drive(id).hot.medium);
    belief.set_drive_medium(id, {}, gone);
    belief.set_drive_condition(id, OperationalState::not_present, gone);
  }
  for (auto const& id : lost) medium_missing(id, "its place is gone: " + gone);
}

// A type that no library takes yet has as many sides as this library says.
void Absorber::furnish_media_type(std::uint32_t code, std::uint32_t sides) {
  auto& book = library_.book();
  auto const& world = library_.world();
  auto const known = std::ranges::find_if(world.media_types, [&](auto const& t) { return t.second.code == code; });
  bool const taken = known != world.media_types.end() && std::ranges::any_of(world.libraries, [&](auto const& l) { return l.second.media_types.contains(known->first); });
  MediaTypeRecord record = media_type_of_code(known == world.media_types.end() ? book.make_id<MediaTypeId>() : known->first, code, sides);
  own_type_ = record.id;
  if (!taken && (known == world.media_types.end() || known->second != record)) book.put(record, "as library " + library_.belief().entry().record.name + " has it");
  if (!library_.belief().entry().media_types.contains(own_type_)) pools::take_type(book, library_.id(), own_type_, "its drives take " + record.name);
}

// Of cartridges that nothing is known of: what the library's drives take, whatever else a client has added.
MediaTypeId Absorber::usual_type() const {
  if (own_type_) return own_type_;
  auto const& types = library_.belief().entry().media_types;
  return types.empty() ? MediaTypeId{} : *types.begin();
}

MediaTypeId Absorber::cleaner_type() {
  auto const& types = library_.world().media_types;
  auto const known = std::ranges::find_if(types, [](auto const& t) { return t.second.code == media_type_code::cleaner; });
  if (known != types.end()) return known->first;
  auto const type = library_.book().make_id<MediaTypeId>();
  library_.book().put(media_type_of_code(type, media_type_code::cleaner, 1), "a cleaning cartridge was found");
  return type;
}

PoolId Absorber::system_pool(PoolType type, MediaTypeId media_type) { return pools::system_pool(library_.book(), type, media_type); }

// ---- cartridges

void Absorber::everything(std::vector<port::ElementStatus> const& elements, std::vector<port::ElementRange> const& left_out, std::optional<IntentRecord> const& hint) {
  auto const placement = find(library_, elements, hint, left_out.empty(), true);
  drives_told_of(elements);
  auto const found = by_element(placement);
  bool const by_hand = hand_was_at_work(placement, hint);
  if (by_hand) library_.doubt_all_labels();
  for (auto const& lost : placement.missing) medium_missing(lost.medium, lost.reason);
  for (auto const& e : elements) {
    auto const it = found.find(e.element);
    MediumId holds = it == found.end() ? MediumId{} : it->second->medium;
    bool const undecided = it != found.end() && it->second->content == identity::Content::undecided;
    if (undecided) doubt(e.element);
    if (!holds && it != found.end() && !undecided && e.element.kind != ElementKind::port) holds = make_unknown(e, *it->second);
    if (holds && !left_out.empty()) taken_from(holds, elements);
    bool const moved = hint && (e.element == hint->from || e.element == hint->to);
    if (holds) place(e, *it->second, holds, moved ? hint : std::nullopt);
    write(e, holds, moved ? (holds ? came_from(*hint, e.element, holds) : "brought to " + hint->to.text()) : it != found.end() ? it->second->reason : "found empty");
    if (moved && holds == hint->medium && e.element == hint->to) arrived(*hint);
  }
  // Not everything could be asked: what is not where it was believed may be where nobody could look.
  if (!left_out.empty()) forget_places(elements, left_out, hint);
  for (auto const& code : placement.barcodes) name_by_barcode(code);
  operations::identify::doubles_seen(library_, placement.doubles);
  if (by_hand) operations::identify::judge_again(library_, placement);
}

// A drive that the library has said nothing of takes part in nothing until it has.
void Absorber::drives_told_of(std::vector<port::ElementStatus> const& elements) {
  auto& belief = library_.belief();
  for (auto const& e : elements)
    if (DriveId const drive = e.element.kind == ElementKind::drive ? belief.drive_at(e.element.number) : DriveId{}) library_.told_of(drive);
  for (auto const& [number, id] : belief.entry().drives) {
    if (library_.unsure_of(id) && belief.drive(id).record.condition.state == OperationalState::ready)
      belief.set_drive_condition(id, OperationalState::initializing, unsure_text);
  }
}

void Absorber::doubt(Element element) {
  DriveId const drive = element.kind == ElementKind::drive ? library_.belief().drive_at(element.number) : DriveId{};
  if (!drive) return;
  library_.doubt(drive);
  if (library_.belief().drive(drive).record.condition.state == OperationalState::ready) library_.belief().set_drive_condition(drive, OperationalState::initializing, unsure_text);
}

// It is somewhere else than in an element that has not answered: what is there now, nobody knows.
void Absorber::taken_from(MediumId id, std::vector<port::ElementStatus> const& elements) {
  auto const before = library_.belief().place_of(id);
  if (!before || before->kind == ElementKind::arm || std::ranges::find(elements, *before, &port::ElementStatus::element) != elements.end()) return;
  library_.belief().leave(id);
  doubt(*before);
}

// What a move has brought into a drive when nobody looked waits there for the request that it was brought for.
void Absorber::arrived(IntentRecord const& move) {
  auto& belief = library_.belief();
  DriveId const drive = move.to.kind == ElementKind::drive ? belief.drive_at(move.to.number) : DriveId{};
  auto const* m = belief.medium(move.medium);
  if (!drive || m == nullptr || move.from.kind == ElementKind::drive || belief.drive(drive).hot.state != DriveState::mounted) return;
  std::size_t const up = move.turn ? 1 : 0;
  SideId const side = up < m->sides.size() ? m->sides[up].id : SideId{};
  belief.set_drive(drive, {.state = DriveState::mounted, .reason = "brought from " + move.from.text(), .side = side, .request = move.request}, move.request);
}

// Something is not where the library brought it.
bool Absorber::hand_was_at_work(identity::Placement const& placement, std::optional<IntentRecord> const& hint) const {
  if (!placement.missing.empty()) return true;
  return std::ranges::any_of(placement.found, [&](identity::Found const& one) {
    if (one.exchanged || one.read_label_first) return true;
    return one.medium && library_.belief().place_of(one.medium) != one.element && !(hint && is_moved(*hint, one.medium));
  });
}

// Where the move of this medium has brought it, when that element, or the arm, is the one that has not answered.
std::optional<Element> Absorber::may_have_reached(MediumId id, std::vector<port::ElementRange> const& left_out, std::optional<IntentRecord> const& hint) const {
  if (!hint || !is_moved(*hint, id)) return std::nullopt;
  auto const silent = [&](Element e) {
    return std::ranges::any_of(left_out, [e](port::ElementRange const& r) { return r.kind == e.kind && e.number >= r.first && e.number - r.first < r.count; });
  };
  for (auto const& e : {id == hint->medium ? hint->to : hint->from, Element{ElementKind::arm, 0}})
    if (silent(e) && library_.belief().medium_at(e).is_zero()) return e;
  return std::nullopt;
}

// Nobody works with it before the element has said so.
void Absorber::believed_on_its_way(MediumId id, Element to, IntentRecord const& move) {
  std::string const reason = "on its way to " + to.text() + ", which has not said yet what is in it";
  library_.belief().set_place(id, InElement{library_.id(), to}, reason);
  port::ElementStatus full;
  full.element = to;
  full.full = true;
  write(full, id, reason);
  DriveId const drive = to.kind == ElementKind::drive ? library_.belief().drive_at(to.number) : DriveId{};
  if (drive && !library_.unsure_of(drive)) doubt(to);
  if (id == move.medium && to == move.to) arrived(move);
}

void Absorber::forget_places(std::vector<port::ElementStatus> const& elements, std::vector<port::ElementRange> const& left_out, std::optional<IntentRecord> const& hint) {
  std::set<Element> scanned;
  for (auto const& e : elements) scanned.insert(e.element);
  std::vector<std::pair<MediumId, Element>> lost;
  for (auto const& [id, m] : library_.world().media)
    if (auto const at = library_.belief().place_of(id); at && scanned.contains(*at) && library_.belief().medium_at(*at) != id) lost.emplace_back(id, *at);
  for (auto const& [id, at] : lost) {
    if (auto const to = may_have_reached(id, left_out, hint))
      believed_on_its_way(id, *to, *hint);
    else
      medium_missing(id, "it is not in " + at.text() + " any more, and not every element could be asked");
  }
}

bool Absorber::ends_of(IntentRecord const& move, std::vector<port::ElementStatus> const& elements) {
  auto const placement = find(library_, elements, move, false, false);
  if (placement.look_everywhere || !placement.also.empty()) return false;
  auto const found = by_element(placement);
  for (auto const& e : elements) {
    auto const it = found.find(e.element);
    if (e.exception || (e.full && it == found.end())) return false;
    if (e.full && (it->second->medium.is_zero() || it->second->exchanged)) return false;
    bool const explained = !e.full || is_moved(move, it->second->medium) || it->second->medium == library_.belief().medium_at(e.element);
    if (!explained) return false;
    if (move.partner && (!e.full || it->second->read_label_first)) return false;
    MediumId const believed = library_.belief().medium_at(e.element);
    if (!e.full && believed && !is_moved(move, believed)) return false;  // gone, and not by this move
  }
  for (auto const& e : elements) {
    auto const it = found.find(e.element);
    MediumId const holds = it == found.end() ? MediumId{} : it->second->medium;
    if (holds) place(e, *it->second, holds, move);
    write(e, holds, holds ? came_from(move, e.element, holds) : "brought to " + move.to.text());
  }
  for (auto const& code : placement.barcodes) name_by_barcode(code);
  return true;
}

void Absorber::port_seen(port::ElementStatus const& e) {
  auto const it = library_.belief().entry().ports.find(e.element.number);
  if (it == library_.belief().entry().ports.end() || !e.full || it->second.medium) return;
  PortRecord port = it->second;
  port.content = PortContent::full;
  library_.book().put(port, "a cartridge was put in");
}

void Absorber::place(port::ElementStatus const& e, identity::Found const& found, MediumId id, std::optional<IntentRecord> const& hint) {
  bool const moved = hint && is_moved(*hint, id);
  auto const before = library_.belief().place_of(id);
  bool const came = !moved && !before;
  library_.saw_barcode(id, found.barcode);
  if (found.exchanged || found.read_label_first) library_.doubt_label(id);
  if (found.content == identity::Content::cleaner) known_as_cleaner(id, found);
  library_.belief().set_place(id, InElement{library_.id(), e.element}, moved ? "moved" : found.reason, moved ? hint->request : RequestId{});
  // One that could not be read comes home from each try, and would be tried for ever: a person looks at it first.
  auto const* m = library_.belief().medium(id);
  bool const unreadable = (moved || before == e.element) && m != nullptr && operations::identify::could_not_be_read(*m);
  if (found.read_label_first && !unreadable && e.element.kind != ElementKind::port) operations::identify::ask(library_, id, Operation::process_omid, found.reason);
  if (came) operations::write_scratch::arrived(library_, id);
}

// Its bar code could not be read when it came. Whoever wanted to load it is told before a use of it is wasted.
void Absorber::known_as_cleaner(MediumId id, identity::Found const& found) {
  make_cleaner(id, found.reason);
}

void Absorber::make_cleaner(MediumId id, std::string const& reason) {
  auto const* m = library_.belief().medium(id);
  if (m == nullptr || m->type == cleaner_type()) return;
  MediumRecord cleaner = *m;
  cleaner.type = cleaner_type();
  cleaner.pool = {};
  for (auto& side : cleaner.sides) side.state = SideState::incompatible;
  library_.book().put(cleaner, reason);
  for (auto const& open : library_.book().open_requests_of(id)) {
    auto const* request = library_.book().request(open);  // none: it has ended with another one of its call
    if (request != nullptr && (request->operation == Operation::mount || request->operation == Operation::classify || request->operation == Operation::process_omid))
      operations::finish(library_, open, {RequestState::invalid, Errc::invalid_media, name_of(cleaner) + " is a cleaning cartridge: " + reason});
  }
}

void Absorber::name_by_barcode(identity::NewBarcode const& code) {
  auto const* m = library_.belief().medium(code.medium);
  if (m == nullptr) return;
  MediumRecord named = *m;
  named.barcode = code.barcode;
  if (named.name == named.sequence_number) named.name = code.barcode;
  library_.book().put(named, code.reason);
}

void Absorber::write(port::ElementStatus const& e, MediumId holds, std::string const& reason) {
  auto& belief = library_.belief();
  switch (e.element.kind) {
    case ElementKind::slot: {
      SlotRecord slot = belief.entry().slots.at(e.element.number);
      slot.state = !e.accessible ? SlotState::not_present : e.full ? SlotState::full : SlotState::empty;
      slot.medium = holds;
      return belief.book().put(slot, reason);
    }
    case ElementKind::port: {
      PortRecord port = belief.entry().ports.at(e.element.number);
      port.content = e.full ? PortContent::full : PortContent::empty;
      // That the arm reaches it does not say that it is closed: libraries that only lock their ports tell nothing of it.
      bool const left_open = port.position == PortPosition::extended;
      port.position = !e.accessible || left_open ? PortPosition::extended : PortPosition::retracted;
      port.medium = holds;
      return belief.book().put(port, reason);
    }
    case ElementKind::drive: {
      DriveId const id = belief.drive_at(e.element.number);
      if (belief.drive(id).hot.medium == holds) return;
      belief.set_drive_medium(id, holds, reason);
      if (holds && library_.drives().free(id) && !library_.stocktaking().under_way()) library_.drives().begin(id, {.what = {.task = machine::DriveTask::examine, .medium = holds}});
      return;
    }
    case ElementKind::arm:
      if (holds) belief.book().log(LogLevel::error, belief.name() + ": a cartridge is in the arm");
      return;
  }
}

MediumId Absorber::make_unknown(port::ElementStatus const& e) {
  bool const by_barcode = (library_.belief().entry().record.flags & library_flag::recognize_cleaner_barcode) != 0;
  bool const cleaner = by_barcode && e.tag == port::TagState::readable && identity::is_cleaner_barcode(e.barcode);
  return make_unknown(e, {.element = e.element, .content = cleaner ? identity::Content::cleaner : identity::Content::stranger, .barcode = e.tag == port::TagState::readable ? e.barcode : ""});
}

MediumId Absorber::make_unknown(port::ElementStatus const& e, identity::Found const& found) {
  auto& book = library_.book();
  bool const cleaner = found.content == identity::Content::cleaner;
  MediumRecord m;
  m.id = book.make_id<MediumId>();
  m.created = book.now();
  m.barcode = found.barcode;
  m.sequence_number = std::to_string(book.next_media_number());
  m.name = m.barcode.empty() ? m.sequence_number : m.barcode;
  m.library = library_.id();
  m.place = InElement{library_.id(), e.element};
  if (e.element.kind == ElementKind::slot) m.home_slot = e.element.number;
  m.type = cleaner ? cleaner_type() : usual_type();
  if (!cleaner) m.pool = system_pool(PoolType::foreign, m.type);
  auto const type = library_.world().media_types.find(m.type);
  std::uint32_t const sides = type == library_.world().media_types.end() ? 1 : type->second.sides;
  for (std::uint32_t n = 0; n < sides; ++n) {
    Side side;
    side.id = book.make_id<SideId>();
    side.number = n;
    if (cleaner) side.state = SideState::incompatible;
    m.sides.push_back(side);
  }
  std::string const where = "found in " + e.element.text();
  book.put(m, cleaner ? where + ": a cleaning cartridge, by its bar code" : where + ", not known yet", {}, EventKind::insert);
  if (!cleaner && e.element.kind != ElementKind::port) operations::identify::ask(library_, m.id, Operation::classify, where);
  return m.id;
}

void Absorber::medium_missing(MediumId id, std::string const& reason) {
  auto const* m = library_.belief().medium(id);
  if (m == nullptr) return;
  library_.book().log(LogLevel::warning, name_of(*m) + ": " + reason);
  library_.belief().set_place(id, Offline{}, reason);
  if (planted(PlantedBug::medium_forgotten)) library_.book().erase_medium(id, reason, {});
}

}  // namespace rsm
