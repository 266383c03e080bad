#include "drivers/tape/medium_facts.hpp"

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
  return CartridgeMemory{true, memory ? kind_in(*memory) : CartridgeKind::unknown};
}

}  // namespace rsm::tape
