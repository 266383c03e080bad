#include "tests/drivers/tape/scripted_tape.hpp"

#include <algorithm>
#include <cstring>

namespace rsm::test {
namespace {

using Data = std::vector<std::byte>;

void put_number(Data& data, std::size_t at, std::size_t length, std::uint64_t value) {
  for (std::size_t i = 0; i < length; ++i) data[at + i] = static_cast<std::byte>(value >> 8 * (length - 1 - i));
}

constexpr unsigned filemark = 0x80, end_of_medium = 0x40, other_length = 0x20;

bool touches(unsigned operation) { return operation == 0x01 || operation == 0x08 || operation == 0x0A || operation == 0x10 || operation == 0x11 || operation == 0x1B; }

}  // namespace

Sense tape_sense(unsigned key, unsigned asc, unsigned ascq, unsigned flags, std::optional<std::int32_t> information, unsigned code) {
  Sense sense(18);
  put_number(sense, 0, 1, code | (information ? 0x80u : 0u)), put_number(sense, 2, 1, key | flags), put_number(sense, 7, 1, 10);
  put_number(sense, 12, 1, asc), put_number(sense, 13, 1, ascq);
  if (information) put_number(sense, 3, 4, static_cast<std::uint32_t>(*information));
  return sense;
}

std::size_t ScriptedTape::touched() const { return static_cast<std::size_t>(std::ranges::count_if(operations, touches)); }
std::size_t ScriptedTape::count(unsigned operation) const { return static_cast<std::size_t>(std::ranges::count(operations, operation)); }

void ScriptedTape::thread() {
  threaded = true;
  position = 0;
  ready_at_ = clock_.now() + habits.load_time;
}

Result<scsi::Answer> ScriptedTape::send(scsi::Request const& request) {
  auto const operation = std::to_integer<unsigned>(request.cdb[0]);
  operations.push_back(operation);
  bool const spoiled = fault_at_ != 0 && operations.size() >= fault_at_ && operations.size() < fault_at_ + fault_.times;
  auto const refused = [](Sense sense, std::size_t transferred = 0) {
    return scsi::Answer{.status = scsi::status_check_condition, .transferred = transferred, .sense = std::move(sense)};
  };
  auto const late = [&] {
    clock_.wait(request.limit);
    return fail(Errc::timeout, name_, "no answer in time");
  };
  using Kind = TapeFault::Kind;
  if (spoiled && fault_.kind == Kind::silent) return late();
  if (spoiled && fault_.kind == Kind::sense) return refused(fault_.sense);
  if (reserved && operation != 0x12 && operation != 0x03) return scsi::Answer{.status = scsi::status_reservation_conflict};
  Reply const reply = operation == 0x0A ? write(request) : carry_out(request.cdb);
  if (spoiled && fault_.kind == Kind::silent_after) return late();
  if (spoiled && fault_.kind == Kind::error_after) return refused(fault_.sense);
  std::size_t came = std::min(reply.data.size(), request.in.size());
  if (spoiled && fault_.kind == Kind::cut) came = std::min(came, fault_.bytes);
  std::copy_n(reply.data.begin(), came, request.in.begin());
  if (reply.told) came = std::min(*reply.told, request.in.size());
  if (!reply.sense.empty()) return refused(reply.sense, came);
  return scsi::Answer{.transferred = came};
}

ScriptedTape::Reply ScriptedTape::carry_out(scsi::Bytes bytes) {
  scsi::Reader const cdb(bytes);
  auto const unknown = [] { return Reply{.sense = tape_sense(5, 0x20, 0)}; };
  unsigned const operation = cdb.u8(0);
  if (operation == 0x12) return inquire(cdb);
  if (operation == 0x03) return {.data = tape_sense(0, 0, 0)};
  if (!attentions.empty()) {
    Reply reply{.sense = attentions.front()};
    attentions.pop_front();
    return reply;
  }
  bool const wants_tape = operation == 0x01 || operation == 0x08 || operation == 0x0A || operation == 0x10 || operation == 0x8C;
  if (wants_tape && !cartridge) return {.sense = tape_sense(2, 0x3A, 0)};
  if (wants_tape && operation != 0x8C && !threaded) return {.sense = tape_sense(2, 0x04, 0x02)};
  switch (operation) {
    case 0x00:
      if (not_ready) return {.sense = *not_ready};
      if (believes_a_tape_ || ready()) return {};
      if (!cartridge) return {.sense = tape_sense(2, 0x3A, 0)};
      return {.sense = threaded ? tape_sense(2, 0x04, 0x01) : tape_sense(2, 0x04, 0x02)};
    case 0x01:
      if (rewind_fails) return {.sense = *rewind_fails};
      position = 0;
      return {};
    case 0x05: {
      if (!habits.knows_limits) return unknown();
      Reply reply{.data = Data(6)};
      unsigned const block = habits.fixed_block;
      put_number(reply.data, 1, 3, block ? block : habits.longest), put_number(reply.data, 4, 2, block ? block : 1);
      return reply;
    }
    case 0x08: return read(cdb);
    case 0x0A: return {};
    case 0x10:
      if (write_fails) return {.sense = *write_fails};
      if (cartridge->write_protected) return {.sense = tape_sense(7, 0x27, 0)};
      marks_written += cdb.u24(2);
      for (std::size_t mark = 0; mark < cdb.u24(2); ++mark) append({});
      return {};
    case 0x1A: return habits.knows_mode_6 ? tell_mode(false) : unknown();
    case 0x5A: return tell_mode(true);
    case 0x1B: return load_unload(cdb.any(4, 1));
    case 0x1E:
      if (!habits.knows_prevent) return unknown();
      prevented = cdb.any(4, 1);
      return {};
    case 0x44: return densities.empty() ? unknown() : Reply{.data = densities};
    case 0x4D: return habits.knows_alerts && (cdb.u8(2) & 0x3F) == 0x2E ? tell_alerts() : unknown();
    case 0x8C: return habits.knows_memory ? tell_memory() : unknown();
    default: return unknown();
  }
}

ScriptedTape::Reply ScriptedTape::inquire(scsi::Reader const& cdb) const {
  Reply reply;
  if (!cdb.any(1, 1)) {
    reply.data = Data(8);
    put_number(reply.data, 0, 5, 0x01'80'05'02'1F);
    Medium const text = bytes_of("HPE     Ultrium 8-SCSI  N9W4");
    reply.data.insert(reply.data.end(), text.begin(), text.end());
  } else if (cdb.u8(2) == 0x00) {
    reply.data = Data(6);
    put_number(reply.data, 0, 4, 0x01'00'00'02), put_number(reply.data, 5, 1, 0x80);
  } else if (cdb.u8(2) == 0x80) {
    reply.data = Data(4);
    put_number(reply.data, 0, 4, 0x01'80'00'00 + serial.size());
    Medium const text = bytes_of(serial);
    reply.data.insert(reply.data.end(), text.begin(), text.end());
  } else {
    reply.sense = tape_sense(5, 0x24, 0);
  }
  return reply;
}

ScriptedTape::Reply ScriptedTape::load_unload(bool load) {
  if (load && load_fails) return {.sense = *load_fails};
  if (!load && unload_fails) return {.sense = *unload_fails};
  if (load) {
    if (!cartridge && !habits.ready_without_tape) return {.sense = tape_sense(2, 0x3A, 0)};
    believes_a_tape_ = !cartridge;
    if (cartridge && !threaded && !not_ready) thread();
    return {};
  }
  if (prevented || prevented_by_another) return {.sense = tape_sense(5, 0x53, 0x02)};
  if (habits.keeps_tape) return {};
  threaded = believes_a_tape_ = false;
  position = 0;
  return {};
}

ScriptedTape::Reply ScriptedTape::read(scsi::Reader const& cdb) {
  bool const fixed = cdb.any(1, 1);
  std::size_t const block = habits.fixed_block ? habits.fixed_block : habits.mode_block, asked = fixed ? cdb.u24(2) * block : cdb.u24(2);
  if (fixed && block == 0) return {.sense = tape_sense(5, 0x24, 0)};
  if (!fixed && (habits.fixed_block != 0 || asked > habits.longest)) return {.sense = tape_sense(5, 0x24, 0)};
  auto const units = static_cast<std::int32_t>(fixed ? cdb.u24(2) : asked);
  if (cartridge->unreadable && position >= cartridge->unreadable_from) return {.sense = *cartridge->unreadable};
  if (position >= cartridge->records.size())
    return {.sense = habits.end_without_code ? tape_sense(8, 0, 0, end_of_medium, units) : tape_sense(8, 0, 0x05, 0, units)};
  Medium const& record = cartridge->records[position++];
  if (record.empty()) return {.sense = tape_sense(0, 0, 0x01, filemark, units)};
  if (record.size() == asked) return {.data = record};
  auto const difference = static_cast<std::int32_t>(asked) - static_cast<std::int32_t>(record.size());
  Reply reply{.data = record, .sense = tape_sense(0, 0, 0, other_length, fixed ? units : difference)};
  bool const longer = record.size() > asked;
  if (longer && habits.nothing_of_longer) reply.data.clear();
  if (longer && habits.nothing_of_longer) reply.told = asked;  // and yet no residual
  if (longer) reply.data.resize(std::min(reply.data.size(), asked));
  if (!longer && habits.wrong_residual) {
    reply.told = asked - record.size();
    for (std::size_t i = *reply.told; i < record.size(); ++i) reply.data[i] = std::byte{0xEE};
  }
  return reply;
}

// What is written is the last on the tape.
void ScriptedTape::append(Medium record) {
  cartridge->records.resize(std::min(position, cartridge->records.size()));
  cartridge->records.push_back(std::move(record));
  position = cartridge->records.size();
}

ScriptedTape::Reply ScriptedTape::write(scsi::Request const& request) {
  scsi::Reader const cdb(request.cdb);
  if (auto const before = carry_out(request.cdb); !before.sense.empty()) return before;
  bool const fixed = cdb.any(1, 1);
  std::size_t const block = habits.fixed_block ? habits.fixed_block : habits.mode_block;
  if (fixed ? block == 0 : habits.fixed_block != 0 || cdb.u24(2) > habits.longest) return {.sense = tape_sense(5, 0x24, 0)};
  if (write_fails) return {.sense = *write_fails};
  if (cartridge->write_protected) return {.sense = tape_sense(7, 0x27, 0)};
  std::size_t const piece = fixed ? block : request.out.size();
  cartridge->unreadable.reset();  // it was written over
  for (std::size_t at = 0; at < request.out.size(); at += piece) append(Medium(request.out.begin() + static_cast<std::ptrdiff_t>(at), request.out.begin() + static_cast<std::ptrdiff_t>(std::min(at + piece, request.out.size()))));
  return {};
}

ScriptedTape::Reply ScriptedTape::tell_mode(bool ten_bytes) const {
  Reply reply{.data = Data(ten_bytes ? 16 : 12)};
  unsigned const protection = cartridge && cartridge->write_protected ? 0x80 : 0;
  std::size_t const header = ten_bytes ? 8 : 4;
  put_number(reply.data, 0, ten_bytes ? 2 : 1, reply.data.size() - (ten_bytes ? 2 : 1));
  put_number(reply.data, ten_bytes ? 3 : 2, 1, protection | 0x10), put_number(reply.data, header - 1, 1, 8);
  put_number(reply.data, header, 1, cartridge ? cartridge->density : 0), put_number(reply.data, header + 5, 3, habits.fixed_block ? habits.fixed_block : habits.mode_block);
  return reply;
}

ScriptedTape::Reply ScriptedTape::tell_memory() const {
  Reply reply{.data = Data(4 + 6)};
  put_number(reply.data, 0, 4, 6), put_number(reply.data, 4, 2, 0x0408), put_number(reply.data, 6, 1, 0x80), put_number(reply.data, 7, 2, 1);
  put_number(reply.data, 9, 1, cartridge->medium_type);
  reply.data.insert(reply.data.end(), cartridge->memory.begin(), cartridge->memory.end());
  put_number(reply.data, 0, 4, reply.data.size() - 4);
  return reply;
}

ScriptedTape::Reply ScriptedTape::tell_alerts() {
  Reply reply{.data = Data(4 + 64 * 5)};
  put_number(reply.data, 0, 1, 0x2E), put_number(reply.data, 2, 2, 64 * 5);
  for (std::size_t flag = 1; flag <= 64; ++flag) {
    std::size_t const at = 4 + (flag - 1) * 5;
    put_number(reply.data, at, 2, flag), put_number(reply.data, at + 3, 1, 1);
    put_number(reply.data, at + 4, 1, std::ranges::find(alerts, flag) != alerts.end());
  }
  alerts.clear();
  return reply;
}

TapeBench::TapeBench(Habits habits) : tape(new ScriptedTape(clock, habits)) {
  tape::TapeOptions options{.name = "drive 0", .client_path = "/dev/tape/by-id/x-nst", .in_use = [this] { return in_use; }};
  drive = tape::make_tape_drive(std::unique_ptr<scsi::Transport>(tape), std::move(options), clock);
}

}  // namespace rsm::test
