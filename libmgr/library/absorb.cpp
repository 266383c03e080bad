#include "libmgr/library/absorb.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "libmgr/library/library.hpp"
#include "libmgr/media_types.hpp"
#include "libmgr/operations/identify.hpp"

namespace rsm {
namespace {

// How a cartridge is found: what the hardware says of the elements against what was believed of them.
identity::Placement find(Library& library, std::vector<port::ElementStatus> const& elements, std::optional<IntentRecord> const& hint, bool everything) {
  identity::PlacementQuestion question{.elements = elements, .everything = everything, .hint = hint};
  auto const record = [&](MediumId id) -> std::optional<identity::KnownMedium> {
    auto const* m = library.belief().medium(id);
    if (m == nullptr) return std::nullopt;
    return identity::KnownMedium{m->id, m->barcode, library.belief().place_of(m->id)};
  };
  for (auto const& e : elements) {
    if (MediumId const id = library.belief().medium_at(e.element); id) {
      if (auto known = record(id)) question.believed.emplace(e.element, *known);
    }
    if (e.tag != port::TagState::readable || question.by_barcode.contains(e.barcode)) continue;
    auto const ids = library.book().media_by_barcode(e.barcode).value_or(std::vector<MediumId>{});
    for (auto const& id : ids)
      if (auto known = record(id)) question.by_barcode[e.barcode].push_back(*known);
  }
  if (hint)
    if (auto known = record(hint->medium)) question.moved = *known;
  return identity::place(question);
}

}  // namespace

// ---- parts

void Absorber::furnish(port::ChangerDescription const& said) {
  auto& book = library_.book();
  auto const& entry = library_.belief().entry();
  if (entry.changers.empty()) {
    ChangerRecord changer;
    changer.id = book.make_id<ChangerId>();
    changer.library = library_.id();
    changer.name = entry.record.name + " changer";
    changer.created = book.now();
    changer.device = library_.devices().address({ElementKind::arm, 0});
    changer.vendor = said.vendor;
    changer.product = said.product;
    changer.serial = said.serial;
    changer.revision = said.revision;
    book.put(changer);
    book.put(DoorRecord{book.make_id<DoorId>(), library_.id(), 0, DoorState::unknown, std::chrono::minutes{5}}, "found in the library");
  } else {
    ChangerRecord changer = entry.changers.front();
    bool const other = !changer.serial.empty() && !said.serial.empty() && changer.serial != said.serial;
    changer.device = library_.devices().address({ElementKind::arm, 0});
    changer.vendor = said.vendor;
    changer.product = said.product;
    changer.serial = said.serial;
    changer.revision = said.revision;
    if (changer != entry.changers.front()) {
      if (other) book.log(LogLevel::warning, entry.record.name + ": another changer is in its place: serial number " + said.serial + " instead of " + entry.changers.front().serial);
      book.put(changer);
    }
  }
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

void Absorber::furnish_media_type(std::uint32_t code, std::uint32_t sides) {
  auto& book = library_.book();
  auto const& world = library_.world();
  auto known = std::ranges::find_if(world.media_types, [&](auto const& t) { return t.second.code == code; });
  MediaTypeId type;
  if (known == world.media_types.end()) {
    type = book.make_id<MediaTypeId>();
    book.put(media_type_of_code(type, code, sides));
  } else {
    type = known->first;
  }
  if (library_.belief().entry().media_types.contains(type)) return;
  book.put(library_.id(), type);
  system_pool("Free", PoolType::scratch, type);
  system_pool("Import", PoolType::import, type);
  system_pool("Unrecognized", PoolType::foreign, type);
}

MediaTypeId Absorber::cleaner_type() {
  auto const& types = library_.world().media_types;
  auto known = std::ranges::find_if(types, [](auto const& t) { return t.second.code == media_type_code::cleaner; });
  if (known != types.end()) return known->first;
  auto const type = library_.book().make_id<MediaTypeId>();
  library_.book().put(media_type_of_code(type, media_type_code::cleaner, 1));
  return type;
}

// The leaf of a system container for a media type; made with its container when missing (rsm-model.md section 6).
PoolId Absorber::system_pool(std::string const& container, PoolType type, MediaTypeId media_type) {
  auto& book = library_.book();
  auto const make = [&](std::string const& name, std::string const& path, PoolId parent, MediaTypeId of) {
    PoolRecord pool;
    pool.id = book.make_id<PoolId>();
    pool.parent = parent;
    pool.name = name;
    pool.path = path;
    pool.created = pool.modified = book.now();
    pool.type = type;
    pool.media_type = of;
    book.put(pool);
    return pool.id;
  };
  auto const* top = library_.world().pool_by_path(container);
  PoolId const parent = top == nullptr ? make(container, container, {}, {}) : top->id;
  std::string const leaf = library_.world().media_types.at(media_type).name;
  std::string const path = container + "\\" + leaf;
  auto const* pool = library_.world().pool_by_path(path);
  return pool == nullptr ? make(leaf, path, parent, media_type) : pool->id;
}

// ---- cartridges

void Absorber::everything(std::vector<port::ElementStatus> const& elements, std::vector<port::ElementRange> const& left_out, std::optional<IntentRecord> const& hint) {
  auto& belief = library_.belief();
  library_.no_doubt();
  auto const found = find(library_, elements, hint, left_out.empty());
  for (auto const& e : elements) {
    auto it = found.holds.find(e.element);
    MediumId holds = it == found.holds.end() ? MediumId{} : it->second;
    if (e.full && !holds && e.element.kind != ElementKind::port) holds = make_unknown(e);
    if (holds) place(e, holds, hint);
    bool const moved = hint && (e.element == hint->from || e.element == hint->to);
    write(e, holds, moved ? (holds ? "brought from " + hint->from.text() : "brought to " + hint->to.text()) : holds ? "found full" : "found empty");
  }
  for (auto const& [id, element] : found.missing) {
    if (left_out.empty()) {
      medium_missing(id, "it was in " + element.text() + " and is nowhere in the library now");
    } else {
      medium_missing(id, "it was in " + element.text() + " and is not there; not every element could be asked");
    }
  }
  operations::identify::barcodes_seen(library_, elements);
}

bool Absorber::ends_of(IntentRecord const& move, std::vector<port::ElementStatus> const& elements) {
  auto const found = find(library_, elements, move, false);
  if (!found.missing.empty()) return false;
  for (auto const& e : elements) {
    auto it = found.holds.find(e.element);
    if (e.full && it == found.holds.end()) return false;
    if (e.full && it->second != move.medium && it->second != library_.belief().medium_at(e.element)) return false;
    if (e.exception) return false;
  }
  for (auto const& e : elements) {
    auto it = found.holds.find(e.element);
    MediumId const holds = it == found.holds.end() ? MediumId{} : it->second;
    if (holds) place(e, holds, move);
    write(e, holds, holds ? "brought from " + move.from.text() : "brought to " + move.to.text());
  }
  return true;
}

void Absorber::port_seen(port::ElementStatus const& e) {
  auto const it = library_.belief().entry().ports.find(e.element.number);
  if (it == library_.belief().entry().ports.end() || !e.full || it->second.medium) return;
  PortRecord port = it->second;
  port.content = PortContent::full;
  library_.book().put(port, "a cartridge was put in");
}

void Absorber::place(port::ElementStatus const& e, MediumId id, std::optional<IntentRecord> const& hint) {
  auto& belief = library_.belief();
  bool const moved = hint && hint->medium == id;
  belief.set_place(id, InElement{library_.id(), e.element}, moved ? "moved" : "found by inventory", moved ? hint->request : RequestId{});
  auto const* m = belief.medium(id);
  if (m == nullptr || !m->barcode.empty() || e.tag != port::TagState::readable) return;
  if (!belief.book().media_by_barcode(e.barcode).value_or(std::vector<MediumId>{}).empty()) return;
  MediumRecord named = *m;
  named.barcode = e.barcode;
  if (named.name == named.sequence_number) named.name = e.barcode;
  belief.book().put(named, "its bar code can be read now");
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
  auto& belief = library_.belief();
  auto& book = library_.book();
  bool const cleaner = identity::is_cleaner(e.barcode) && (belief.entry().record.flags & library_flag::recognize_cleaner_barcode) != 0;
  MediumRecord m;
  m.id = book.make_id<MediumId>();
  m.created = book.now();
  m.barcode = e.tag == port::TagState::readable ? e.barcode : std::string{};
  m.sequence_number = std::to_string(book.next_medium_number());
  m.name = m.barcode.empty() ? m.sequence_number : m.barcode;
  m.library = library_.id();
  m.place = InElement{library_.id(), e.element};
  if (e.element.kind == ElementKind::slot) m.home_slot = e.element.number;
  m.type = cleaner ? cleaner_type() : belief.entry().media_types.empty() ? MediaTypeId{} : *belief.entry().media_types.begin();
  if (!cleaner) m.pool = system_pool("Unrecognized", PoolType::foreign, m.type);
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
}

}  // namespace rsm
