#include "drivers/emulated/state_file.hpp"

#include <boost/crc.hpp>
#include <boost/describe/class.hpp>
#include <cmath>

#include "drivers/emulated/limits.hpp"
#include "libmgr/base/json_values.hpp"

// ---- The description of everything that is stored

namespace rsm::emulated {

struct TimingText {
  Millis move_ms{}, turn_ms{}, load_ms{}, rewind_ms{}, unload_ms{};
  std::uint32_t scale_millionths = 0;
};
struct FaultsText {
  FaultId next = 1;
  std::vector<Fault> armed;
};
struct StateDocument {
  std::string format;
  std::uint64_t version = 0;
  std::uint32_t crc32 = 0;
  StoredState state;
};
// As people write it.
struct FaultWords {
  FaultKind kind = FaultKind::source_empty;
  std::optional<std::string> element, cartridge, to, other;
  std::optional<std::uint32_t> count;
  std::optional<std::uint32_t> for_ms;
};
struct FaultsFile {
  std::vector<FaultWords> faults;
};

BOOST_DESCRIBE_STRUCT(TimingText, (), (move_ms, turn_ms, load_ms, rewind_ms, unload_ms, scale_millionths))
BOOST_DESCRIBE_STRUCT(Fault, (), (id, kind, element, cartridge, to, other, count, used_up, until))
BOOST_DESCRIBE_STRUCT(FaultsText, (), (next, armed))
BOOST_DESCRIBE_STRUCT(Cartridge, (), (name, barcode, place, source, labels, barcode_unreadable, write_protected, cleaner, cleanings))
BOOST_DESCRIBE_STRUCT(Motion, (), (cartridge, from, to, turn, start, end, length, side_up, arrives, held_by, trouble, other))
BOOST_DESCRIBE_STRUCT(DriveState, (), (identity, phase, side_up, end, length, held_by, will_fail, trouble, loads, dirty, told))
BOOST_DESCRIBE_STRUCT(PortState, (), (extended))
BOOST_DESCRIBE_STRUCT(Magazine, (), (first, count))
BOOST_DESCRIBE_STRUCT(MachineState, (), (identity, sides, filesystem, side_bytes, slots, slots_ever, magazines_out, timing, door_open, door_locked, door_closes, moves, move_trouble, motion, drives, ports, faults))
BOOST_DESCRIBE_STRUCT(CartridgeLog, (), (file, bytes, whole, crc))
BOOST_DESCRIBE_STRUCT(StoredState, (), (log, machine))
BOOST_DESCRIBE_STRUCT(StateDocument, (), (format, version, crc32, state))
BOOST_DESCRIBE_STRUCT(FaultWords, (), (kind, element, cartridge, to, other, count, for_ms))
BOOST_DESCRIBE_STRUCT(FaultsFile, (), (faults))

}  // namespace rsm::emulated

namespace rsm {

template <>
inline constexpr bool optional_members_may_be_absent<emulated::FaultWords> = true;
// A motion that was written before there were exchanges has no other cartridge.
template <>
inline constexpr bool optional_members_may_be_absent<emulated::Motion> = true;
// So have those from before drives became dirty and doors were locked.
template <>
inline constexpr bool optional_members_may_be_absent<emulated::DriveState> = true;
template <>
inline constexpr bool optional_members_may_be_absent<emulated::MachineState> = true;

template <>
struct JsonForm<emulated::Timing> {
  static boost::json::value write(emulated::Timing const& t) {
    return write_json(emulated::TimingText{t.move, t.turn, t.load, t.rewind, t.unload, static_cast<std::uint32_t>(std::llround(t.scale * 1e6))});
  }
  static void read(boost::json::value const& from, JsonPlace const& at, emulated::Timing& to) {
    emulated::TimingText text;
    JsonForm<emulated::TimingText>::read(from, at, text);
    to = {text.move_ms, text.turn_ms, text.load_ms, text.rewind_ms, text.unload_ms, text.scale_millionths / 1e6};
  }
};

template <>
struct JsonForm<emulated::FaultPlan> {
  static boost::json::value write(emulated::FaultPlan const& plan) { return write_json(emulated::FaultsText{plan.next_id(), plan.faults()}); }
  static void read(boost::json::value const& from, JsonPlace const& at, emulated::FaultPlan& to) {
    emulated::FaultsText text;
    JsonForm<emulated::FaultsText>::read(from, at, text);
    auto plan = emulated::FaultPlan::restore(std::move(text.armed), text.next);
    if (!plan) return at.wrong(plan.error().object + ": " + plan.error().detail);
    to = std::move(*plan);
  }
};

}  // namespace rsm

namespace rsm::emulated {
namespace {

constexpr char const* state_format = "openrsm emulated library";
constexpr char const* what_to_do = "; restore it or make the library anew";

std::uint32_t checksum(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

std::unexpected<Error> damaged(std::string const& file, std::string const& what) { return fail(Errc::bad_format, file, what + what_to_do); }

// Another version has other members: it is told by its number, not by the first member that is different.
Result<> judge_version(boost::json::value const& document, std::string const& file) {
  auto const* object = document.if_object();
  auto const* version = object == nullptr ? nullptr : object->if_contains("version");
  if (version == nullptr || !version->is_int64() || version->get_int64() == static_cast<std::int64_t>(state_version)) return {};
  return fail(Errc::bad_format, file,
              "it has version " + std::to_string(version->get_int64()) + ", this program knows version " + std::to_string(state_version));
}

Result<std::optional<Element>> element_of(std::optional<std::string> const& text, std::string const& file) {
  if (!text) return std::nullopt;
  auto const element = parse_element(*text);
  if (!element) return fail(Errc::bad_format, file, "\"" + *text + "\" is not an element such as \"slot 3\"");
  return element;
}

}  // namespace

std::string encode_state(StoredState const& state) {
  std::string const body = json_text(state);
  return "{\"format\":\"" + std::string(state_format) + "\",\"version\":" + std::to_string(state_version) + ",\"crc32\":" + std::to_string(checksum(body)) +
         ",\"state\":" + body + "}\n";
}

// Only whole numbers, texts, booleans, lists and objects occur: the text of the value is the text that was written.
Result<StoredState> decode_state(std::string_view text, std::string const& file) {
  auto parsed = parse_json(text, file, limits::emulator_file_bytes_max);
  if (!parsed) return damaged(file, parsed.error().detail);
  RSM_CHECK(judge_version(*parsed, file));
  std::string problem;
  StateDocument document;
  JsonForm<StateDocument>::read(*parsed, JsonPlace("document", problem), document);
  if (problem.empty() && document.format != state_format) problem = "document.format: not the state of an emulated library";
  if (!problem.empty()) return damaged(file, problem);
  if (checksum(boost::json::serialize(parsed->at("state"))) != document.crc32) return damaged(file, "the checksum does not fit: some byte has changed");
  return std::move(document.state);
}

std::string encode_cartridges(std::vector<Cartridge> const& cartridges) {
  std::string lines;
  for (auto const& cartridge : cartridges) lines += json_text(cartridge) + "\n";
  return lines;
}

std::string encode_cartridges(std::map<std::string, Cartridge> const& cartridges) {
  std::string lines;
  for (auto const& [name, cartridge] : cartridges) lines += json_text(cartridge) + "\n";
  return lines;
}

Result<std::vector<Cartridge>> decode_cartridges(std::string_view lines, std::string const& file) {
  std::vector<Cartridge> cartridges;
  while (!lines.empty()) {
    std::size_t const end = lines.find('\n');
    if (end == std::string_view::npos) return damaged(file, "its last line has no end");
    auto cartridge = read_json<Cartridge>(lines.substr(0, end), "cartridge", limits::emulator_file_bytes_max);
    if (!cartridge) return damaged(file, cartridge.error().detail);
    cartridges.push_back(std::move(*cartridge));
    lines.remove_prefix(end + 1);
  }
  return cartridges;
}

std::uint32_t continued_crc(std::uint32_t before, std::string_view bytes) {
  boost::crc_optimal<32, 0x04C11DB7, 0, 0, true, true> crc(before);
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.get_interim_remainder();
}

Result<std::vector<Fault>> decode_faults(std::string_view text, std::string const& file, TimePoint now) {
  auto const read = read_json<FaultsFile>(text, "document", limits::emulator_file_bytes_max);
  if (!read) return fail(Errc::bad_format, file, read.error().detail);
  std::vector<Fault> faults;
  for (auto const& words : read->faults) {
    Fault fault;
    fault.kind = words.kind;
    RSM_TRY(fault.element, element_of(words.element, file));
    RSM_TRY(fault.to, element_of(words.to, file));
    fault.cartridge = words.cartridge.value_or("");
    fault.other = words.other.value_or("");
    fault.count = words.count.value_or(1);
    if (words.for_ms) fault.until = now + Millis{*words.for_ms};
    faults.push_back(std::move(fault));
  }
  return faults;
}

}  // namespace rsm::emulated
