#include "drivers/tape/medium_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

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
  return TapeMode{sense->write_protected, sense->medium_type, scsi::tape_format(*sense)};
}

CartridgeKind kind_in(scsi::MediumMemory const& memory) {
  constexpr std::uint64_t data = 0x00, cleaning = 0x01, write_once = 0x80;
  auto const* type = memory.find(scsi::MamAttribute::medium_type);
  auto const number = type != nullptr ? type->number() : std::nullopt;
  if (number == data) return CartridgeKind::data;
  if (number == cleaning) return CartridgeKind::cleaning;
  return number == write_once ? CartridgeKind::write_once : CartridgeKind::unknown;
}

// In units of so many bytes. All bits set is how memories and drives say that they do not know it.
std::optional<std::int64_t> number_in(scsi::MediumMemory const& memory, scsi::MamAttribute id, std::int64_t unit = 1) {
  auto const* attribute = memory.find(id);
  auto const number = attribute != nullptr ? attribute->number() : std::nullopt;
  if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / unit)) return std::nullopt;
  return static_cast<std::int64_t>(*number) * unit;
}
// Whoever wrote the memory may have written anything.
std::optional<std::string> text_in(scsi::MediumMemory const& memory, scsi::MamAttribute id) {
  auto const* attribute = memory.find(id);
  std::string const text(attribute != nullptr ? attribute->text().substr(0, limits::tape_memory_text_max) : std::string_view());
  bool const readable = std::ranges::all_of(text, [](char letter) { return letter >= 0x20 && letter <= 0x7E; });
  return text.empty() || !readable ? std::nullopt : std::optional(text);
}

CartridgeMemory told_by(scsi::MediumMemory const& memory) {
  using enum scsi::MamAttribute;
  constexpr std::int64_t mebibyte = 1024 * 1024, megabyte = 1'000'000;
  CartridgeFacts told;
  if (auto const code = number_in(memory, density); code && *code <= 0xFF) told.density_code = static_cast<std::uint32_t>(*code);
  told.manufacturer = text_in(memory, manufacturer);
  told.serial = text_in(memory, serial_number);
  told.loads = number_in(memory, load_count);
  told.bytes_written = number_in(memory, written_in_life, megabyte);
  told.bytes_read = number_in(memory, read_in_life, megabyte);
  told.capacity = number_in(memory, maximum_capacity, mebibyte);
  told.remaining = number_in(memory, remaining_capacity, mebibyte);
  return {.known = true, .kind = kind_in(memory), .told = std::move(told)};
}

}  // namespace

std::optional<std::uint8_t> TapeMode::density() const {
  constexpr std::uint8_t not_told = 0, same_density = 0x7F;  // "no change": some answer so
  bool const told = format && format->density != not_told && format->density != same_density;
  return told ? std::optional(format->density) : std::nullopt;
}

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
  return memory ? told_by(*memory) : CartridgeMemory{.known = true};
}

std::string history_text(CartridgeFacts const& facts) {
  constexpr std::int64_t megabyte = 1'000'000;
  std::string text = facts.manufacturer.value_or("") + (facts.manufacturer && facts.serial ? " " : "") + facts.serial.value_or("");
  auto const add = [&text](std::string const& more) { text += (text.empty() ? "" : ", ") + more; };
  if (facts.loads) add(fmt::format("loaded {} times", *facts.loads));
  if (facts.bytes_written) add(fmt::format("{} MB written", *facts.bytes_written / megabyte));
  if (facts.bytes_read) add(fmt::format("{} MB read", *facts.bytes_read / megabyte));
  return text;
}

scsi::Outcome<std::optional<scsi::Densities>> read_densities(scsi::Session& session) {
  constexpr std::size_t answer_bytes = 4096;
  RSM_TRY(auto const answer, ask(session, scsi::ReportDensitySupport{.allocation = answer_bytes}, answer_bytes));
  auto const densities = answer ? scsi::decode_densities(*answer) : fail(Errc::bad_length);
  return densities ? std::optional(*densities) : std::nullopt;
}

std::vector<Density> densities_told(std::optional<scsi::Densities> const& densities) {
  constexpr std::int64_t megabyte = 1'000'000;
  std::vector<Density> told;
  if (!densities) return told;
  for (auto const& known : densities->densities) {
    if (std::ranges::find(told, known.code, &Density::code) != told.end()) continue;
    told.push_back({.code = known.code, .name = known.name, .description = known.description, .writable = known.writable, .capacity = std::nullopt});
    if (known.capacity_mb != 0) told.back().capacity = known.capacity_mb * megabyte;
  }
  return told;
}

std::optional<std::string> density_name(std::uint8_t code, std::optional<scsi::Densities> const& densities) {
  auto const* known = densities ? densities->named(code) : nullptr;
  if (known == nullptr || (known->name.empty() && known->description.empty())) return std::nullopt;
  return known->name.empty() ? known->description : known->name;
}

std::string density_text(std::uint8_t code, std::optional<scsi::Densities> const& densities) {
  auto const* known = densities ? densities->named(code) : nullptr;
  if (known == nullptr) return {};
  return "density " + density_name(code, densities).value_or(fmt::format("{:02X}h", code)) + (known->writable ? "" : ", which this drive can read and not write");
}

}  // namespace rsm::tape
