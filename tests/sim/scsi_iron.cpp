#include "tests/sim/scsi_iron.hpp"

#include <algorithm>
#include <stdexcept>

#include "drivers/label/tape_label.hpp"
#include "drivers/scsi/sense_actions.hpp"
#include "tests/drivers/scsi/case_file.hpp"

namespace rsm::sim {
namespace {

using emulated::DrivePhase;

constexpr unsigned test_unit_ready = 0x00, rewind = 0x01, request_sense = 0x03, initialize = 0x07, inquiry = 0x12, load_unload = 0x1B, prevent_allow = 0x1E,
                   initialize_range = 0x37, initialize_vendor = 0xE7, write_tape = 0x0A, move_medium = 0xA5, element_status = 0xB8;
constexpr unsigned key_not_ready = 2, key_medium_error = 3, medium_not_present = 0x3A;

Element drive_at(std::uint32_t number) { return {ElementKind::drive, number}; }

struct KnownCode {
  test::Buffer fixed, descriptor;
  unsigned key = 0, asc = 0;
  bool of_changers = false, of_tapes = false;
  std::vector<std::string> models;
};

// The table of the cases; what says how a reading ended is no fault.
std::vector<KnownCode> const& known_codes() {
  static auto const codes = [] {
    auto const file = test::read_case_file(SCSI_CASES "/sense.json");
    if (!file) throw std::runtime_error(file.error().text());
    std::vector<KnownCode> all;
    for (auto const& row : *test::array_in(*file, "codes")) {
      auto const& code = row.get_object();
      if (test::text_in(code, "action") == "condition") continue;
      KnownCode known{*test::bytes_of_hex(test::text_in(code, "fixed_hex")), *test::bytes_of_hex(test::text_in(code, "descriptor_hex"))};
      known.key = static_cast<unsigned>(test::number_in(code, "key"));
      known.asc = static_cast<unsigned>(test::number_in(code, "asc"));
      if (auto const* devices = test::array_in(code, "devices"))
        for (auto const& device : *devices) (device.get_string() == "changer" ? known.of_changers : known.of_tapes) |= device.get_string() != "optical";
      if (auto const* models = test::array_in(code, "models"))
        for (auto const& model : *models) known.models.emplace_back(model.get_string());
      all.push_back(std::move(known));
    }
    return all;
  }();
  return codes;
}

bool holds_for(KnownCode const& code, test::LibraryModel const& model) {
  if (code.models.empty()) return true;
  return std::ranges::any_of(code.models, [&](auto const& name) { return scsi::names_model(name, {model.vendor, model.product}); });
}

scsi::ElementRange const& range_of(scsi::ElementAddresses const& addresses, ElementKind kind) {
  switch (kind) {
    case ElementKind::slot: return addresses.storage;
    case ElementKind::drive: return addresses.drive;
    case ElementKind::port: return addresses.import_export;
    case ElementKind::arm: break;
  }
  return addresses.transport;
}

}  // namespace

class ScsiIron::Way final : public scsi::Transport {
 public:
  Way(ScsiIron& iron, Element device) : iron_(iron), device_(device), name_("sim:" + iron.iron_.library + "#" + device.text()) {}
  Result<scsi::Answer> send(scsi::Request const& request) override { return iron_.send(device_, request); }
  std::string const& name() const override { return name_; }

 private:
  ScsiIron& iron_;
  Element device_;
  std::string name_;
};

ScsiIron::ScsiIron(Iron& iron, ScsiMix mix)
    : iron_(iron),
      mix_(std::move(mix)),
      labels_(static_cast<char>('U' + iron.library.back() - '0')),
      addresses_(mix_.model.elements),
      library_(mix_.model, lines_.emplace(emulated::arm, std::make_unique<Line>()).first->second->clock) {
  for (std::uint32_t i = 0; i < iron.drives(); ++i) {
    auto& at = lines_.emplace(drive_at(i), std::make_unique<Line>()).first->second;
    drives_.push_back(std::make_unique<Drive>(at->clock, mix_.habits));
  }
  for (auto const& code : known_codes()) {
    if (!holds_for(code, mix_.model)) continue;
    Code const drawn{mix_.descriptor_sense ? code.descriptor : code.fixed, code.key, code.asc};
    if (code.of_changers) changer_codes_.push_back(drawn);
    if (code.of_tapes && code.models.empty()) tape_codes_.push_back(drawn);
  }
  edit([&](emulated::HardwareState& state) {
    state.identity = {mix_.model.vendor, mix_.model.product, "L" + std::to_string(1 + iron.random.below(9'999)), "1.23"};
    for (std::uint32_t i = 0; i < state.drives.size(); ++i) state.drives[i].identity.serial = "D" + std::to_string(i + 1);
    for (auto& [name, cartridge] : state.cartridges)
      for (auto& label : cartridge.labels) label = labels_.make();
  });
}

std::unique_ptr<scsi::Transport> ScsiIron::way_to(Element device) { return std::make_unique<Way>(*this, device); }

void ScsiIron::begin(Element device, TimePoint killed_at) {
  line(device).clock.set(Millis{to_ms(iron_.now())});
  line(device).killed_at = killed_at;
}

// ---- a command

Result<scsi::Answer> ScsiIron::send(Element device, scsi::Request const& request) {
  auto& at = line(device);
  auto const now = [&] { return time_at(device); };
  auto const late = [&] {
    at.clock.wait(request.limit);
    return fail(Errc::timeout, device.text(), "no answer in time");
  };
  bool const dead = now() >= at.killed_at;
  if (dead) return late();
  if (at.busy_until - now() > request.limit) return late();
  if (at.busy_until > now()) at.clock.wait(at.busy_until - now());
  if (now() >= at.killed_at) return late();
  unsigned const operation = std::to_integer<unsigned>(request.cdb[0]);
  show(now());
  bool const answers = device.kind != ElementKind::drive || iron_.hardware.view(device.number, now()).value().answers;
  if (now() < at.silent_until || !answers) return late();
  bool const reserved = now() < at.reserved_until && operation != inquiry && operation != request_sense;
  if (reserved) return reserved_by_another(device);
  return carry_out(device, request, operation);
}

// What is in a drive that is reserved, nobody else is told.
scsi::Answer ScsiIron::reserved_by_another(Element device) {
  if (device.kind == ElementKind::drive) drives_[device.number]->lied = true;
  return {.status = scsi::status_reservation_conflict};
}

Result<scsi::Answer> ScsiIron::carry_out(Element device, scsi::Request const& request, unsigned operation) {
  auto& at = line(device);
  auto const trouble = draw(device, operation);
  at.clock.wait(duration(device, test_unit_ready));
  if (trouble == Trouble::busy) return scsi::Answer{.status = scsi::status_busy};
  if (trouble == Trouble::reserved) return reserved_by_another(device);
  auto answer = trouble == Trouble::sense_after && operation != move_medium ? done_with_sense(device, request) : by_device(device, request);
  if (answer && (answer->status == scsi::status_good || answer->transferred != 0 || operation == move_medium)) at.clock.wait(duration(device, operation));
  at.busy_until = time_at(device);
  if (device != emulated::arm) take_over_tape(device.number);
  if (device != emulated::arm && operation == write_tape) take_over_label(device.number);
  if (device == emulated::arm) take_over_moves();
  if (device == emulated::arm) take_over_lock();
  return answer;
}

Result<scsi::Answer> ScsiIron::by_device(Element device, scsi::Request const& request) {
  if (device == emulated::arm) return library_.send(request);
  return drives_[device.number]->tape.send(request);
}

// The command is done, and there is something to say about it.
Result<scsi::Answer> ScsiIron::done_with_sense(Element device, scsi::Request const& request) {
  auto answer = by_device(device, request);
  if (!answer || answer->status != scsi::status_good) return answer;
  auto const& codes = device == emulated::arm ? changer_codes_ : tape_codes_;
  std::vector<Code const*> mild;
  for (auto const& code : codes)
    if (code.key <= 1) mild.push_back(&code);
  if (mild.empty()) return answer;
  answer->status = scsi::status_check_condition;
  answer->sense = mild[iron_.random.below(mild.size())]->sense;
  return answer;
}

ScsiIron::Trouble ScsiIron::draw(Element device, unsigned operation) {
  if (sound_ || iron_.random.below(1'000) >= mix_.fault_per_mille) return Trouble::none;
  static constexpr Trouble all[] = {Trouble::sense, Trouble::sense, Trouble::sense, Trouble::sense_after, Trouble::sense_half_way, Trouble::silent,
                                    Trouble::silent_after, Trouble::cut, Trouble::busy, Trouble::reserved, Trouble::attention};
  auto trouble = all[iron_.random.below(std::size(all))];
  if (trouble == Trouble::sense_half_way && (device != emulated::arm || operation != move_medium)) trouble = Trouble::sense;
  static constexpr char const* words[] = {"none", "sense", "sense_after", "sense_half_way", "silent", "silent_after", "cut", "busy", "reserved", "attention"};
  std::string const kind = words[static_cast<int>(trouble)];
  iron_.history().count("scsi." + std::string(device == emulated::arm ? "changer." : "tape.") + kind);
  char code[8];
  std::snprintf(code, sizeof code, "%02X", operation);
  iron_.history().note("fault", iron_.library + " " + device.text() + ": command " + code + ": " + kind);
  spoil_next(device, trouble);
  return trouble;
}

// Key 0 and 1 say that a command was carried out: these come with one that was.
ScsiIron::Code const& ScsiIron::code_for(Element device) {
  auto const& codes = device == emulated::arm ? changer_codes_ : tape_codes_;
  for (;;)
    if (auto const& code = codes[iron_.random.below(codes.size())]; code.key > 1) return code;
}

void ScsiIron::spoil_next(Element device, Trouble trouble) {
  using Kind = test::Fault::Kind;
  using TapeKind = test::TapeFault::Kind;
  bool const changer = device == emulated::arm;
  auto const spoil = [&](Kind kind, TapeKind tape_kind, std::vector<std::byte> sense = {}, std::size_t bytes = 0) {
    if (changer)
      library_.spoil(1, {.kind = kind, .sense = std::move(sense), .bytes = bytes});
    else
      drives_[device.number]->tape.spoil(1, {.kind = tape_kind, .sense = std::move(sense), .bytes = bytes});
  };
  switch (trouble) {
    case Trouble::none:
    case Trouble::busy:
    case Trouble::reserved: return;
    case Trouble::silent: return spoil(Kind::silent, TapeKind::silent);
    case Trouble::silent_after: return spoil(Kind::silent_after, TapeKind::silent_after);
    case Trouble::cut: return spoil(Kind::cut, TapeKind::cut, {}, iron_.random.below(64));
    case Trouble::sense_after: {
      if (changer) spoil(Kind::error_after, TapeKind::error_after, code_for(device).sense);
      return;
    }
    case Trouble::sense_half_way: return spoil(Kind::error_half_way, TapeKind::sense, code_for(device).sense);
    case Trouble::attention: {
      constexpr std::pair<unsigned, unsigned> attentions[] = {{0x28, 0x00}, {0x29, 0x00}, {0x2A, 0x01}};
      auto const [asc, ascq] = attentions[iron_.random.below(std::size(attentions))];
      return spoil(Kind::sense, TapeKind::sense, test::fixed_sense(6, asc, ascq));
    }
    case Trouble::sense: {
      auto const& code = code_for(device);
      bool const denies_the_tape = !changer && (code.key == key_not_ready || code.key == key_medium_error || code.asc == medium_not_present);
      if (denies_the_tape) drives_[device.number]->lied = true;
      return spoil(Kind::sense, TapeKind::sense, code.sense);
    }
  }
}

// Milliseconds of a command that succeeds, of the mechanics by the speed of the library.
Millis ScsiIron::duration(Element device, unsigned operation) {
  auto const between = [&](unsigned least, unsigned most) { return least + iron_.random.below(most - least + 1); };
  auto const scaled = [&](std::uint64_t ms) { return Millis{static_cast<long>(static_cast<double>(ms) * mix_.scale)}; };
  if (operation == move_medium) return scaled(between(5'000, 90'000));
  if (operation == initialize || operation == initialize_range || operation == initialize_vendor) return scaled(between(10'000, 300'000));
  if (operation == element_status) return scaled(between(50, 5'000));
  if (device == emulated::arm) return Millis{1 + static_cast<long>(iron_.random.below(30))};
  if (operation == load_unload) return scaled(between(10'000, 60'000));
  if (operation == rewind) return scaled(between(100, 30'000));
  return Millis{1 + static_cast<long>(iron_.random.below(30))};
}

// ---- from the hardware to the devices

std::uint16_t ScsiIron::address_of(Element element) const { return static_cast<std::uint16_t>(range_of(addresses_, element.kind).first + element.number); }

std::optional<Element> ScsiIron::element_at(std::uint16_t address) const {
  for (auto const kind : {ElementKind::slot, ElementKind::drive, ElementKind::port, ElementKind::arm})
    if (auto const& range = range_of(addresses_, kind); address >= range.first && address < range.first + range.count)
      return Element{kind, static_cast<std::uint32_t>(address - range.first)};
  return std::nullopt;
}

void ScsiIron::show(TimePoint now) {
  auto const& state = iron_.hardware.state();
  if (state.slots != library_.model().elements.storage.count) {
    library_.set_slots(static_cast<std::uint16_t>(state.slots));
    addresses_.storage.count = static_cast<std::uint16_t>(state.slots);
  }
  library_.set_serial(state.identity.serial);
  bool const door_open = state.door_open && (!state.door_closes || *state.door_closes > now);
  bool const starting = now < line(emulated::arm).not_ready_until;
  library_.set_not_ready(door_open ? mix_.door_sense : starting ? test::fixed_sense(2, 0x04, 0x01) : std::vector<std::byte>{});
  for (std::uint32_t i = 0; i < drives_.size(); ++i) {
    show_tape(i, now);
    if (auto const* cartridge = iron_.hardware.in(drive_at(i)); cartridge != nullptr && cartridge->cleaner) show_cleaning(i);
  }
  show_elements();
}

void ScsiIron::show_elements() {
  for (auto& [address, cell] : library_.cells())
    if (auto const element = element_at(address)) show_cell(*element, cell);
}

void ScsiIron::show_cell(Element element, test::Cell& cell) {
  auto const& hardware = iron_.hardware;
  auto const* cartridge = hardware.in(element);
  cell.cartridge = cartridge == nullptr ? std::string() : cartridge->name;
  cell.tag.reset();
  cell.source.reset();
  if (cartridge != nullptr) cell.tag = cartridge->barcode_unreadable ? std::string() : cartridge->barcode;
  bool const source_is_there = cartridge != nullptr && cartridge->source && hardware.exists(*cartridge->source);
  if (source_is_there) cell.source = address_of(*cartridge->source);
  cell.away = hardware.magazine_out(element);
  cell.held.clear();
  if (element.kind != ElementKind::drive) return;
  cell.serial = hardware.state().drives.at(element.number).identity.serial;
  bool const holds_fast = drives_[element.number]->tape.threaded && (!mix_.takes_out_of_loaded_drives || drives_[element.number]->tape.prevented);
  if (holds_fast) cell.held = mix_.held_sense;
}

void ScsiIron::show_tape(std::uint32_t number, TimePoint now) {
  auto& drive = *drives_[number];
  auto& tape = drive.tape;
  auto const& state = iron_.hardware.state();
  auto const& identity = state.drives.at(number).identity;
  if (identity.serial != tape.serial) {  // another drive
    tape.serial = identity.serial;
    tape.prevented = false;
    tape.attentions = {test::tape_sense(6, 0x29, 0)};
  }
  auto const* cartridge = iron_.hardware.in(drive_at(number));
  bool const bad = cartridge != nullptr && state.faults.in_force(emulated::FaultKind::load_fails, {{drive_at(number)}, cartridge->name}, now);
  tape.load_fails = bad ? std::optional(test::tape_sense(3, 0x53, 0x00)) : std::nullopt;
  std::string const name = cartridge == nullptr ? std::string() : cartridge->name;
  std::string const label = cartridge == nullptr || cartridge->labels.empty() ? std::string() : cartridge->labels.front().key();
  bool const cleaner = cartridge != nullptr && cartridge->cleaner;
  tape.threaded = cartridge != nullptr && state.drives.at(number).phase == DrivePhase::loaded;
  if (!cleaner) tape.not_ready.reset();
  if (name == drive.shown && label == drive.label) return;
  if (name != drive.shown) tape.position = 0, drive.lied = false;
  drive.shown = name, drive.label = label;
  if (cartridge == nullptr) return tape.cartridge.reset();
  tape.cartridge = test::Cartridge{.write_protected = cartridge->write_protected, .medium_type = cleaner ? 1u : 0u};
  if (!label.empty()) tape.cartridge->records = labels_.records_of(cartridge->labels.front());
}

// While it cleans it says nothing else; then the cartridge lies in it, and it has no tape.
void ScsiIron::show_cleaning(std::uint32_t number) {
  bool const cleans = iron_.hardware.state().drives.at(number).phase == DrivePhase::loading;
  drives_[number]->tape.not_ready = cleans ? test::tape_sense(2, 0x30, 0x03) : test::tape_sense(2, 0x3A, 0x00);
}

// ---- and back

void ScsiIron::edit(std::function<void(emulated::HardwareState&)> const& change) {
  auto state = iron_.hardware.state();
  change(state);
  auto made = emulated::Hardware::restore(std::move(state));
  if (!made) return iron_.history().violation(iron_.library + ": the scripted library is in a state that cannot be: " + made.error().text());
  iron_.hardware = *std::move(made);
}

// The tape begins with something else now.
void ScsiIron::take_over_label(std::uint32_t number) {
  auto& drive = *drives_[number];
  if (!drive.tape.cartridge) return;
  std::vector<label::TapeRecord> const spans(drive.tape.cartridge->records.begin(), drive.tape.cartridge->records.end());
  auto const found = label::parse_tape_label(spans);
  if (!found || found->omid.key() == drive.label) return;
  labels_.keep(found->omid, drive.tape.cartridge->records);
  drive.label = found->omid.key();
  iron_.write_label(number, found->omid);
}

void ScsiIron::take_over_moves() {
  struct Moved {
    std::string name;
    Element from, to;
  };
  std::vector<Moved> moved;  // two, when they have changed places
  for (auto const& [address, cell] : library_.cells()) {
    auto const to = element_at(address);
    if (!to || cell.cartridge.empty()) continue;
    auto const* there = iron_.hardware.in(*to);
    if (there == nullptr || there->name != cell.cartridge) moved.push_back({cell.cartridge, iron_.hardware.state().cartridges.at(cell.cartridge).place.value(), *to});
  }
  if (moved.empty()) return;
  edit([&](auto& state) {
    for (auto const& one : moved) put(state, one.name, one.from, one.to);
  });
  Element const to = moved.front().to;
  if (to.kind != ElementKind::drive) return;
  show_tape(to.number, time_at(emulated::arm));
  auto const* moved_in = iron_.hardware.in(to);
  bool const cleaner = moved_in != nullptr && moved_in->cleaner;
  if (!mix_.drives_load_by_themselves || cleaner || drives_[to.number]->tape.load_fails) return;
  line(to).clock.set(line(emulated::arm).clock.now());
  drives_[to.number]->tape.thread();
  take_over_tape(to.number);
}

// A move that ends in the transport is one under way, which nothing ends but another move, or a person.
void ScsiIron::put(emulated::HardwareState& state, std::string const& name, Element from, Element to) {
  auto& cartridge = state.cartridges.at(name);
  if (from.kind == ElementKind::drive) state.drives[from.number].phase = DrivePhase::empty;
  if (from.kind == ElementKind::arm) {
    state.motion.reset();
    state.faults.remove(emulated::FaultKind::move_hangs);
  }
  if (to.kind == ElementKind::drive) state.drives[to.number].phase = DrivePhase::inserted;
  if (to.kind == ElementKind::drive && cartridge.cleaner) {  // it cleans for some time, and lets go of it by itself
    constexpr Millis cleaning_time = std::chrono::minutes{2};
    state.drives[to.number].phase = DrivePhase::loading;
    state.drives[to.number].length = cleaning_time;
    state.drives[to.number].end = iron_.now() + cleaning_time;
  }
  if (from.kind == ElementKind::slot || from.kind == ElementKind::port) cartridge.source = from;
  cartridge.place = to;
  ++state.moves;
  if (to.kind != ElementKind::arm) return;
  auto const held_by = state.faults.add({.kind = emulated::FaultKind::move_hangs});
  state.faults.spend(held_by);
  state.motion = emulated::Motion{.cartridge = name, .from = from, .to = from, .start = iron_.now(), .end = emulated::never, .held_by = held_by};
}

void ScsiIron::take_over_lock() {
  bool const open = !library_.removal_prevented();
  if (std::ranges::all_of(iron_.hardware.state().ports, [&](auto const& port) { return port.extended == open; })) return;
  edit([&](auto& state) {
    for (auto& port : state.ports) port.extended = open;
  });
}

void ScsiIron::take_over_tape(std::uint32_t number) {
  auto const& tape = drives_[number]->tape;
  auto const phase = iron_.hardware.state().drives.at(number).phase;
  if (phase == DrivePhase::empty || tape.threaded == (phase == DrivePhase::loaded)) return;
  edit([&](auto& state) { state.drives[number].phase = tape.threaded ? DrivePhase::loaded : DrivePhase::inserted; });
}

// ---- what happens to it

void ScsiIron::spoil(SeededRandom& random) {
  auto const& state = iron_.hardware.state();
  auto const number = static_cast<std::uint32_t>(random.below(drives_.size()));
  auto const device = random.chance(50) ? emulated::arm : drive_at(number);
  auto const now = iron_.now();
  auto const until = now + Millis{1'000 + static_cast<long>(random.below(240'000))};
  auto const happened = [&](std::string const& what, std::string const& line) {
    iron_.history().count("scsi." + what);
    iron_.history().note("fault", iron_.library + ": " + line);
  };
  switch (random.below(9)) {
    case 0:
      line(device).silent_until = until;
      return happened("silence", device.text() + " does not answer until " + time_text(until).substr(11));
    case 1:
      line(device).reserved_until = until;
      return happened("reservation", device.text() + " is reserved until " + time_text(until).substr(11));
    case 2:
      if (device == emulated::arm) library_.reset();
      if (device != emulated::arm) drives_[number]->tape.prevented = false, drives_[number]->tape.attentions.push_back(test::tape_sense(6, 0x29, 0));
      return happened("reset", device.text() + " is reset by somebody else");
    case 3:
      if (device == emulated::arm) library_.attention(6, 0x2A, 0x01);
      if (device != emulated::arm) drives_[number]->tape.attentions.push_back(test::tape_sense(6, 0x2A, 0x01));
      return happened("parameters", device.text() + " has other parameters");
    case 4:
      if (!iron_.hardware.set_door(true, now)) return;
      edit([&](auto& changed) { changed.door_closes = until; });
      iron_.loop().after(until - now + Millis{1}, [this] { library_.attention(6, 0x28, 0x00), iron_.wake(); });
      return happened("door", "the door is open until " + time_text(until).substr(11));
    case 5: {
      auto const first = static_cast<std::uint32_t>(random.below(state.slots)), count = 1 + static_cast<std::uint32_t>(random.below(state.slots - first));
      if (!iron_.hardware.take_magazine({first, count}, now)) return;
      iron_.loop().after(until - now, [this, first] {
        if (iron_.hardware.put_magazine(first, iron_.now())) library_.attention(6, 0x28, 0x00);
      });
      return happened("magazine", "the magazine with " + std::to_string(count) + " slots from " + std::to_string(first) + " on is out until " +
                                      time_text(until).substr(11));
    }
    case 6:
      line(emulated::arm).not_ready_until = until;
      return happened("starting", "the library becomes ready at " + time_text(until).substr(11));
    case 7:
      for (auto const& [name, cartridge] : state.cartridges)
        if (random.below(state.cartridges.size()) == 0) {
          (void)iron_.hardware.soil_label("name:" + name, !cartridge.barcode_unreadable, now);
          return happened("soiled", "the sticker of " + name + (cartridge.barcode_unreadable ? " cannot be read" : " can be read again"));
        }
      return;
    default:
      for (auto& [address, cell] : library_.cells())
        if (cell.type == scsi::ElementType::storage && random.chance(30)) cell.questionable = true;
      return happened("not_scanned", "slots were not scanned");
  }
}

// Most libraries see that somebody was inside.
void ScsiIron::touched(SeededRandom& random) {
  if (random.chance(70)) library_.attention(6, 0x28, 0x00);
}

void ScsiIron::heal() {
  sound_ = true;
  for (auto& [device, at] : lines_) at->silent_until = at->reserved_until = at->not_ready_until = {};
  auto const magazines = iron_.hardware.state().magazines_out;
  for (auto const& magazine : magazines) (void)iron_.hardware.put_magazine(magazine.first, iron_.now());
  edit([](auto& state) {
    for (auto& [name, cartridge] : state.cartridges) cartridge.barcode_unreadable = false;
  });
  for (auto& [address, cell] : library_.cells()) cell.questionable = false;
  library_.attention(6, 0x28, 0x00);
}

}  // namespace rsm::sim
