#include "drivers/tape/medium_facts.hpp"

#include <fmt/format.h>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/device_identity.hpp"
#include "drivers/scsi/mam.hpp"
#include "drivers/tape/limits.hpp"

namespace rsm::tape {
namespace {

// None: refused.
template <class Command>
scsi::Outcome<std::optional<std::vector<std::byte>>> ask(scsi::Session& session, Command const& command, std::size_t room) {
  auto answer = session.read(command, room);
  if (answer) return std::optional(*std::move(answer));
  if (scsi::is_missing(answer.error())) return std::nullopt;
  return std::unexpected(answer.error());
}

std::optional<TapeMode> mode_in(Result<scsi::ModeSense> const& sense) {
  if (!sense) return std::nullopt;
  return TapeMode{sense->write_protected, scsi::tape_format(*sense)};
}

CartridgeKind kind_in(scsi::MediumMemory const& memory) {
  constexpr std::uint64_t data = 0x00, cleaning = 0x01, write_once = 0x80;
  auto const* type = memory.find(scsi::MamAttribute::medium_type);
  auto const number = type != nullptr ? type->number() : std::nullopt;
  if (number == data) return CartridgeKind::data;
  if (number == cleaning) return CartridgeKind::cleaning;
  return number == write_once ? CartridgeKind::write_once : CartridgeKind::unknown;
}

std::optional<std::uint64_t> number_in(scsi::MediumMemory const& memory, scsi::MamAttribute id) {
  auto const* attribute = memory.find(id);
  return attribute != nullptr ? attribute->number() : std::nullopt;
}
std::string text_in(scsi::MediumMemory const& memory, scsi::MamAttribute id) {
  auto const* attribute = memory.find(id);
  return attribute != nullptr ? std::string(attribute->text()) : std::string();
}

CartridgeMemory told_by(scsi::MediumMemory const& memory) {
  using enum scsi::MamAttribute;
  return {.known = true, .kind = kind_in(memory), .manufacturer = text_in(memory, manufacturer), .serial = text_in(memory, serial_number), .loads = number_in(memory, load_count),
          .written_mb = number_in(memory, written_in_life), .read_mb = number_in(memory, read_in_life)};
}

}  // namespace

scsi::Outcome<std::optional<TapeMode>> read_tape_mode_if_known(scsi::Session& session) {
  // As Linux st asks: page 0, with the block descriptor. Some know the longer form only, and then all pages.
  scsi::ModeSense6 const brief{.page = 0, .no_block_descriptors = false, .allocation = 12};
  RSM_TRY(auto const first, ask(session, brief, brief.allocation));
  if (first) return mode_in(scsi::decode_mode_sense_6(*first));
  scsi::ModeSense10 const full{.no_block_descriptors = false, .allocation = 255};
  RSM_TRY(auto const second, ask(session, full, full.allocation));
  if (second) return mode_in(scsi::decode_mode_sense_10(*second));
  return std::nullopt;
}

std::optional<TapeMode> read_tape_mode(scsi::Session& session) { return read_tape_mode_if_known(session).value_or(std::nullopt); }

scsi::Outcome<std::optional<scsi::BlockLimits>> read_block_limits(scsi::Session& session) {
  constexpr std::size_t answer_bytes = 6;
  RSM_TRY(auto const answer, ask(session, scsi::ReadBlockLimits{}, answer_bytes));
  auto const limits = answer ? scsi::decode_block_limits(*answer) : fail(Errc::bad_length);
  return limits ? std::optional(*limits) : std::nullopt;
}

scsi::Outcome<CartridgeMemory> read_cartridge_memory(scsi::Session& session) {
  RSM_TRY(auto const answer, ask(session, scsi::ReadAttribute{.allocation = limits::tape_memory_bytes}, limits::tape_memory_bytes));
  if (!answer) return CartridgeMemory{};
  auto const memory = scsi::decode_medium_memory(*answer);
  return memory ? told_by(*memory) : CartridgeMemory{.known = true, .manufacturer = {}, .serial = {}, .loads = {}, .written_mb = {}, .read_mb = {}};
}

std::string CartridgeMemory::text() const {
  std::string text = manufacturer + (manufacturer.empty() || serial.empty() ? "" : " ") + serial;
  auto const add = [&text](std::string const& more) { text += (text.empty() ? "" : ", ") + more; };
  if (loads) add(fmt::format("loaded {} times", *loads));
  if (written_mb) add(fmt::format("{} MB written", *written_mb));
  if (read_mb) add(fmt::format("{} MB read", *read_mb));
  return text;
}

scsi::Outcome<std::optional<scsi::Densities>> read_densities(scsi::Session& session) {
  constexpr std::size_t answer_bytes = 4096;
  RSM_TRY(auto const answer, ask(session, scsi::ReportDensitySupport{.allocation = answer_bytes}, answer_bytes));
  auto const densities = answer ? scsi::decode_densities(*answer) : fail(Errc::bad_length);
  return densities ? std::optional(*densities) : std::nullopt;
}

std::string density_text(std::uint8_t code, std::optional<scsi::Densities> const& densities) {
  auto const* known = densities ? densities->named(code) : nullptr;
  if (known == nullptr) return {};
  std::string const name = known->name.empty() ? fmt::format("{:02X}h", code) : known->name;
  return "density " + name + (known->writable ? "" : ", which this drive can read and not write");
}

}  // namespace rsm::tape
