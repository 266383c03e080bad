#include "tests/drivers/changer/scripted_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rsm::test {
namespace {

using Data = std::vector<std::byte>;

void put(Data& data, std::size_t at, std::size_t length, std::uint64_t value) {
  for (std::size_t i = 0; i < length; ++i) data[at + i] = static_cast<std::byte>(value >> 8 * (length - 1 - i));
}
void put_text(Data& data, std::size_t at, std::size_t length, std::string_view text, char padding) {
  for (std::size_t i = 0; i < length; ++i) data[at + i] = static_cast<std::byte>(i < text.size() ? text[i] : padding);
}

Data refusal(unsigned asc, unsigned ascq) { return fixed_sense(5, asc, ascq); }

scsi::ElementRange const& range(scsi::ElementAddresses const& elements, scsi::ElementType type) {
  switch (type) {
    case scsi::ElementType::transport: return elements.transport;
    case scsi::ElementType::storage: return elements.storage;
    case scsi::ElementType::import_export: return elements.import_export;
    case scsi::ElementType::drive: return elements.drive;
  }
  return elements.storage;
}
constexpr std::array types = {scsi::ElementType::transport, scsi::ElementType::storage, scsi::ElementType::import_export, scsi::ElementType::drive};

}  // namespace

Data fixed_sense(unsigned key, unsigned asc, unsigned ascq) {
  Data sense(18);
  put(sense, 0, 1, 0x70), put(sense, 2, 1, key), put(sense, 7, 1, 10), put(sense, 12, 1, asc), put(sense, 13, 1, ascq);
  return sense;
}

ScriptedLibrary::ScriptedLibrary(LibraryModel model, VirtualClock& clock) : model_(std::move(model)), clock_(clock), initialized_(!model_.needs_initialize) {
  for (auto const type : types)
    for (unsigned i = 0; i < range(model_.elements, type).count; ++i) {
      Cell cell{.type = type};
      if (type == scsi::ElementType::storage && i % 2 == 0) cell.cartridge = fmt::format("A{:05}", i);
      if (type == scsi::ElementType::drive) cell.serial = fmt::format("DRV{:07}", i);
      cells_.emplace(static_cast<std::uint16_t>(range(model_.elements, type).first + i), cell);
    }
  if (model_.hides_transport) model_.elements.transport = {};
  attention(6, 0x29, 0);
}

void ScriptedLibrary::set_first_slot(std::uint16_t address) {
  std::map<std::uint16_t, Cell> moved;
  for (auto const& [old, cell] : cells_) {
    bool const slot = cell.type == scsi::ElementType::storage;
    moved.emplace(slot ? static_cast<std::uint16_t>(old - model_.elements.storage.first + address) : old, cell);
  }
  cells_ = std::move(moved);
  model_.elements.storage.first = address;
  attention(6, 0x2A, 0x01);
}

void ScriptedLibrary::set_slots(std::uint16_t count) {
  auto& range = model_.elements.storage;
  for (std::uint32_t i = count; i < range.count; ++i) cells_.erase(static_cast<std::uint16_t>(range.first + i));
  for (std::uint32_t i = range.count; i < count; ++i) cells_.emplace(static_cast<std::uint16_t>(range.first + i), Cell{});
  range.count = count;
  attention(6, 0x2A, 0x01);
}

void ScriptedLibrary::reset() {
  prevented_ = false;
  initialized_ = !model_.needs_initialize;
  attention(6, 0x29, 0);
}

std::optional<Fault> ScriptedLibrary::fault() {
  bool const now = fault_at_ != 0 && commands_ >= fault_at_ && commands_ < fault_at_ + fault_.times;
  return now ? std::optional(fault_) : std::nullopt;
}

Result<scsi::Answer> ScriptedLibrary::send(scsi::Request const& request) {
  ++commands_;
  auto const operation = std::to_integer<std::uint8_t>(request.cdb[0]);
  operations_.push_back(operation);
  auto const spoiled = fault();
  auto const kind = spoiled ? std::optional(spoiled->kind) : std::nullopt;
  auto const refused = [](Data sense) { return scsi::Answer{.status = scsi::status_check_condition, .sense = std::move(sense)}; };
  auto const late = [&] {
    clock_.wait(request.limit);
    return fail(Errc::timeout, name_, "no answer in time");
  };
  if (kind == Fault::Kind::silent) return late();
  if (kind == Fault::Kind::sense) return refused(spoiled->sense);
  bool const moves = operation == 0xA5 || operation == 0xA6, half_way = kind == Fault::Kind::error_half_way;
  Reply reply = operation == 0xA5 ? move(request.cdb, half_way) : operation == 0xA6 ? exchange(request.cdb, half_way) : carry_out(request.cdb);
  if (kind == Fault::Kind::silent_after) return late();
  if (moves && reply.sense.empty() && (kind == Fault::Kind::error_after || kind == Fault::Kind::error_half_way)) return refused(spoiled->sense);
  if (!reply.sense.empty()) return refused(reply.sense);
  std::size_t came = std::min(reply.data.size(), request.in.size());
  if (kind == Fault::Kind::cut) came = std::min(came, spoiled->bytes);
  std::copy_n(reply.data.begin(), came, request.in.begin());
  return scsi::Answer{.transferred = came};
}

ScriptedLibrary::Reply ScriptedLibrary::carry_out(scsi::Bytes cdb) {
  auto const operation = std::to_integer<std::uint8_t>(cdb[0]);
  if (operation == 0x12) return inquire(cdb);
  if (!attentions_.empty() && operation != 0x03) {
    Reply reply{.sense = attentions_.front()};
    attentions_.erase(attentions_.begin());
    return reply;
  }
  bool const initializes = operation == 0x07 || operation == 0x37 || operation == 0xE7;
  if (initializes) initialize(cdb);
  if (!initialized_ && (operation == 0x00 || operation == 0xB8)) return {.sense = fixed_sense(2, 0x04, 0x02)};
  if (!not_ready_.empty() && operation == 0x00) return {.sense = not_ready_};
  switch (operation) {
    case 0x00:
    case 0x07:
    case 0x37:
    case 0xE7: return {};
    case 0x03: return {.data = fixed_sense(0, 0, 0)};
    case 0x1A:
    case 0x5A: return tell_mode(cdb);
    case 0x1E: prevented_ = (std::to_integer<unsigned>(cdb[4]) & 1) != 0; return {};
    case 0xB8: return tell_elements(cdb);
    default: return {.sense = refusal(0x20, 0)};
  }
}

void ScriptedLibrary::initialize(scsi::Bytes cdb) {
  scsi::Reader const command(cdb);
  bool const range = cdb.size() == 10 && command.any(1, 1);
  ++initializations_;
  if (!range) initialized_ = true;
  for (auto& [address, cell] : cells_)
    if (!range || (address >= command.u16(2) && address < command.u16(2) + command.u16(6))) cell.questionable = false;
}

ScriptedLibrary::Reply ScriptedLibrary::inquire(scsi::Bytes cdb) const {
  scsi::Reader const command(cdb);
  Reply reply;
  auto& data = reply.data;
  if (!command.any(1, 1)) {
    data.resize(36);
    put(data, 0, 5, 0x08'80'05'02'1F);
    put_text(data, 8, 8, model_.vendor, ' '), put_text(data, 16, 16, model_.product, ' '), put_text(data, 32, 4, "1.23", ' ');
  } else if (command.u8(2) == 0x00) {
    data.resize(model_.serial_page ? 7 : 6);
    put(data, 3, 1, data.size() - 4), put(data, 5, 1, model_.serial_page ? 0x80 : 0x83);
    if (model_.serial_page) put(data, 6, 1, 0x83);
  } else if (command.u8(2) == 0x80 && model_.serial_page) {
    data.resize(4 + 16);
    put(data, 1, 3, 0x80'00'10), put_text(data, 4, 16, "  " + serial_, ' ');
  } else if (command.u8(2) == 0x83) {
    data.resize(8 + 34);
    put(data, 1, 3, 0x83'00'26), put(data, 4, 4, 0x02'01'00'22);
    put_text(data, 8, 8, model_.vendor, ' '), put_text(data, 16, 16, model_.product, ' '), put_text(data, 32, 10, model_.serial_page ? "OTHER00815" : serial_, ' ');
  } else {
    reply.sense = refusal(0x24, 0);
  }
  return reply;
}

ScriptedLibrary::Reply ScriptedLibrary::tell_mode(scsi::Bytes cdb) const {
  scsi::Reader const command(cdb);
  bool const ten = command.u8(0) == 0x5A, dbd = command.any(1, 0x08);
  if (!(ten ? model_.mode_sense_10 : model_.mode_sense_6)) return {.sense = refusal(0x20, 0)};
  if (!(dbd ? model_.with_dbd : model_.without_dbd)) return {.sense = refusal(0x24, 0)};
  Data page;
  switch (command.u8(2) & 0x3F) {
    case 0x1D:
      page.resize(20);
      put(page, 0, 2, 0x1D12);
      for (std::size_t i = 0; i < types.size(); ++i) put(page, 2 + 4 * i, 2, range(model_.elements, types[i]).first), put(page, 4 + 4 * i, 2, range(model_.elements, types[i]).count);
      break;
    case 0x1E:
      page.resize(4);
      put(page, 0, 4, 0x1E02'0000u | (model_.rotates ? 0x0100u : 0u));
      break;
    case 0x1F:
      page.resize(20);
      put(page, 0, 4, 0x1F12'0E00), put(page, 4, 4, 0x0E0E0E0E);
      if (model_.announces_exchange) put(page, 12, 4, 0x0E0E0E0E);
      break;
    default: return {.sense = refusal(0x24, 0)};
  }
  Reply reply{.data = Data(ten ? 8 : 4)};
  put(reply.data, 0, ten ? 2 : 1, reply.data.size() + page.size() - (ten ? 2 : 1));
  reply.data.insert(reply.data.end(), page.begin(), page.end());
  return reply;
}

ScriptedLibrary::Reply ScriptedLibrary::tell_elements(scsi::Bytes cdb) const {
  scsi::Reader const command(cdb);
  unsigned const type = command.u8(1) & 0x0F, start = command.u16(2), count = command.u16(4);
  bool const tags = command.any(1, 0x10), identifiers = command.any(6, 0x01);
  std::size_t const allocation = command.u24(7) & model_.allocation_mask;
  if (model_.only_type_zero && type != 0) return {.sense = refusal(0x24, 0)};
  if ((tags && !model_.tags) || (identifiers && !model_.identifiers)) return {.sense = refusal(0x24, 0)};
  std::map<scsi::ElementType, std::vector<std::uint16_t>> wanted;
  std::size_t found = 0;
  for (auto const& [address, cell] : cells_) {
    bool const left_out = cell.away && cell.type == scsi::ElementType::drive && model_.away_unreported;
    bool const hidden = cell.type == scsi::ElementType::transport && model_.hides_transport;
    if (address < start || (type != 0 && static_cast<unsigned>(cell.type) != type) || left_out || hidden || found == count) continue;
    wanted[cell.type].push_back(address);
    ++found;
  }
  if (found == 0 && type != 0) return {.sense = refusal(0x21, 1)};
  Reply reply{.data = Data(8)};
  std::size_t whole = 8;
  for (auto const& [page_type, addresses] : wanted) add_page(reply.data, whole, addresses, tags, identifiers, allocation);
  put(reply.data, 0, 2, wanted.empty() ? 0 : wanted.begin()->second.front()), put(reply.data, 2, 2, found), put(reply.data, 5, 3, reply.data.size() - 8);
  std::size_t const fits = reply.data.size() <= allocation ? reply.data.size() : model_.whole_descriptors ? std::max<std::size_t>(whole, 8) : allocation;
  reply.data.resize(std::min(fits, allocation));
  if (model_.bytes_missing != 0 && reply.data.size() > 8 + model_.bytes_missing) reply.data.resize(reply.data.size() - model_.bytes_missing);
  return reply;
}

void ScriptedLibrary::add_page(Data& answer, std::size_t& whole, std::vector<std::uint16_t> const& addresses, bool tags, bool identifiers, std::size_t allocation) const {
  std::size_t const begin = answer.size();
  auto const& first = cells_.at(addresses.front());
  std::size_t const length = descriptor(addresses.front(), first, tags, identifiers).size();
  answer.resize(begin + 8);
  put(answer, begin, 1, static_cast<unsigned>(first.type));
  put(answer, begin + 1, 1, (tags ? 0x80u : 0u) | (model_.alternate_tags ? 0x40u : 0u));
  put(answer, begin + 2, 2, length), put(answer, begin + 5, 3, length * addresses.size());
  for (auto const address : addresses) {
    auto const one = descriptor(address, cells_.at(address), tags, identifiers);
    answer.insert(answer.end(), one.begin(), one.end());
    if (answer.size() <= allocation) whole = answer.size();
  }
}

Data ScriptedLibrary::descriptor(std::uint16_t address, Cell const& cell, bool tags, bool identifiers) const {
  Data data(model_.fixed_bytes);
  bool const drive = cell.type == scsi::ElementType::drive, arm = cell.type == scsi::ElementType::transport;
  bool const is_void = identifiers && drive && model_.identifiers_void_states;
  bool const full = !cell.cartridge.empty() && !is_void;
  put(data, 0, 2, address);
  put(data, 2, 1, (full ? 0x01u : 0u) | (cell.away || cell.questionable || is_void ? 0x04u : 0u) | (arm || cell.away || is_void || !model_.tells_access ? 0u : 0x08u));
  if (model_.fixed_bytes >= 12) {
    if (cell.questionable) put(data, 4, 2, 0x8300);
    if (cell.away) put(data, 4, 2, drive ? 0x8304 : 0x3B12);
    if (full && cell.source) put(data, 9, 1, 0x80u | (cell.inverted ? 0x40u : 0u)), put(data, 10, 2, *cell.source);
  }
  auto const tag = [&](std::string_view text) {
    data.resize(data.size() + 36);
    put_text(data, data.size() - 36, 32, text, text.empty() ? '\0' : model_.tag_padding);
  };
  if (tags) tag(full ? std::string_view(cell.tag ? *cell.tag : cell.cartridge) : model_.stale_tags ? std::string_view("STALE1") : std::string_view());
  if (model_.alternate_tags) tag("");
  std::size_t const header = data.size();
  if (model_.fixed_bytes >= 12) data.resize(header + 4);
  if (drive && (identifiers || model_.identifiers_unasked)) {
    auto const text = identifier_of(cell);
    put(data, header, 4, 0x02000000u | std::uint64_t{model_.identifier_type} << 16 | text.size());
    data.resize(header + 4 + model_.identifier_field);
    put_text(data, header + 4, model_.identifier_field, text, '\0');
  }
  data.resize(data.size() + model_.vendor_bytes);
  return data;
}

std::string ScriptedLibrary::identifier_of(Cell const& cell) const {
  std::string text = model_.identifier_type == 1 ? fmt::format("{:8}{:16}{}", "IBM", "ULT3580-TD5", cell.serial) : cell.serial;
  text.resize(std::max(model_.identifier_bytes, text.size()), ' ');
  return text;
}

Data ScriptedLibrary::arm_stands() {
  if (attentions_.empty()) return initialized_ ? not_ready_ : fixed_sense(2, 0x04, 0x02);
  Data const sense = attentions_.front();
  attentions_.erase(attentions_.begin());
  return sense;
}

// Two grippers: what comes out of the first destination goes to the second one, which may be the source.
ScriptedLibrary::Reply ScriptedLibrary::exchange(scsi::Bytes cdb, bool half_way) {
  if (auto sense = arm_stands(); !sense.empty()) return {.sense = std::move(sense)};
  if (!model_.exchanges) return {.sense = refusal(0x20, 0)};
  scsi::Reader const command(cdb);
  std::uint16_t const from = command.u16(4), to = command.u16(6), then = command.u16(8);
  for (auto const address : {from, to, then})
    if (!cells_.contains(address)) return {.sense = refusal(0x21, 1)};
  Cell &source = cells_.at(from), &first = cells_.at(to), &second = cells_.at(then);
  if (source.away || source.cartridge.empty() || first.away || first.cartridge.empty()) return {.sense = refusal(0x3B, 0x0E)};
  if (second.away || (&second != &source && !second.cartridge.empty())) return {.sense = refusal(0x3B, 0x0D)};
  auto const arm = std::ranges::find(cells_, scsi::ElementType::transport, [](auto const& cell) { return cell.second.type; });
  if (arm != cells_.end() && !arm->second.cartridge.empty()) return {.sense = refusal(0x3B, 0x0D)};
  Cell& end = half_way && arm != cells_.end() ? arm->second : second;
  ++moves_;
  std::string const brought = std::exchange(source.cartridge, {}), taken = std::exchange(first.cartridge, {});
  auto const brought_tag = std::exchange(source.tag, {}), taken_tag = std::exchange(first.tag, {});
  source.source.reset();
  first.cartridge = brought, first.tag = brought_tag, first.source = from;
  end.cartridge = taken, end.tag = taken_tag, end.source = to;
  return {};
}

ScriptedLibrary::Reply ScriptedLibrary::move(scsi::Bytes cdb, bool half_way) {
  if (auto sense = arm_stands(); !sense.empty()) return {.sense = std::move(sense)};
  scsi::Reader const command(cdb);
  std::uint16_t const transport = command.u16(2), from = command.u16(4), to = command.u16(6);
  auto const arm = std::ranges::find(cells_, scsi::ElementType::transport, [](auto const& cell) { return cell.second.type; });
  bool const known_arm = transport == 0 || (arm != cells_.end() && arm->first == transport);
  if (!known_arm || !cells_.contains(from) || !cells_.contains(to)) return {.sense = refusal(0x21, 1)};
  if (model_.transport_is_no_end && cells_.at(to).type == scsi::ElementType::transport) return {.sense = refusal(0x21, 1)};
  Cell &source = cells_.at(from), &destination = cells_.at(to);
  bool const invert = command.any(10, 1);
  if (source.away || source.cartridge.empty()) return {.sense = refusal(0x3B, 0x0E)};
  if (!source.held.empty()) return {.sense = source.held};
  bool const arm_is_full = arm != cells_.end() && !arm->second.cartridge.empty() && &source != &arm->second;
  if (arm_is_full) return {.sense = refusal(0x3B, 0x0D)};
  if (destination.away || (from != to && !destination.cartridge.empty())) return {.sense = refusal(0x3B, 0x0D)};
  if (invert && !model_.rotates) return {.sense = refusal(0x24, 0)};
  Cell& end = half_way && arm != cells_.end() ? arm->second : destination;
  if (&end != &source && !end.cartridge.empty()) return {.sense = fixed_sense(4, 0x15, 1)};
  ++moves_;
  std::string const cartridge = std::exchange(source.cartridge, {});
  auto const seen = std::exchange(source.tag, {});
  bool const inverted = std::exchange(source.inverted, false) != invert;
  source.source.reset();
  end.cartridge = cartridge, end.tag = seen, end.inverted = inverted, end.source = from;
  return {};
}

}  // namespace rsm::test
