#include <limits>

#include "drivers/emulated/json_reader.hpp"
#include "drivers/emulated/json_text.hpp"
#include "drivers/emulated/state_file.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::emulated {
namespace {

namespace json = boost::json;
constexpr std::uint64_t u32_most = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t id_most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t time_most = 253'402'300'800'000;  // year 10000

std::uint32_t number32(JsonReader& in, char const* name) {
  return static_cast<std::uint32_t>(in.whole(name, u32_most));
}

Millis millis(JsonReader& in, char const* name) {
  return Millis{static_cast<std::int64_t>(
      in.whole(name, static_cast<std::uint64_t>((limits::emulator_step_max * 2 * limits::emulator_scale_max).count())))};
}

TimePoint time(JsonReader& in, char const* name) {
  if (in.is_null(name)) return never;
  auto const ms = in.integer(name);
  if (ms < -time_most || ms > time_most) in.wrong(name, "not a time of this age");
  return from_ms(ms);
}

MaybeTime maybe_time(JsonReader& in, char const* name) {
  if (in.is_null(name)) return std::nullopt;
  return time(in, name);
}

Element element(JsonReader& in, char const* name) {
  auto const parsed = parse_element(in.text(name));
  if (!parsed) in.wrong(name, "not an element such as \"slot 3\"");
  return parsed.value_or(Element{});
}

std::optional<Element> maybe_element(JsonReader& in, char const* name) {
  if (in.is_null(name)) return std::nullopt;
  return element(in, name);
}

std::optional<Error> trouble(JsonReader& in, char const* name) {
  if (in.is_null(name)) return std::nullopt;
  auto inner = in.object(name);
  auto const code = error_from_number(number32(inner, "code"));
  if (!code) inner.wrong("code", "not the number of an error");
  Error error{code.value_or(Errc::success), inner.text("object"), inner.text("detail")};
  inner.finish();
  return error;
}

std::string bytes_of_hex(JsonReader& in, char const* name) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string const text = in.text(name);
  std::string bytes;
  if (text.size() % 2 != 0 || text.find_first_not_of(digits) != std::string::npos) {
    in.wrong(name, "not hexadecimal");
    return bytes;
  }
  for (std::size_t i = 0; i < text.size(); i += 2) bytes += static_cast<char>(digits.find(text[i]) * 16 + digits.find(text[i + 1]));
  return bytes;
}

Timing timing(JsonReader in) {
  Timing t;
  t.move = millis(in, "move_ms");
  t.turn = millis(in, "turn_ms");
  t.load = millis(in, "load_ms");
  t.rewind = millis(in, "rewind_ms");
  t.unload = millis(in, "unload_ms");
  t.scale = static_cast<double>(in.whole("scale_millionths", static_cast<std::uint64_t>(limits::emulator_scale_max * 1e6))) / 1e6;
  in.finish();
  return t;
}

Cartridge cartridge(std::string const& name, JsonReader in, std::string& problem) {
  Cartridge c;
  c.name = name;
  c.barcode = in.text("barcode");
  c.place = maybe_element(in, "place");
  c.source = maybe_element(in, "source");
  in.each("labels", [&](json::value const& value, std::string const& path) {
    JsonReader label(value, path, problem);
    c.labels.push_back({label.text("type"), bytes_of_hex(label, "id"), label.text("info")});
    label.finish();
  });
  c.barcode_unreadable = in.flag("barcode_unreadable");
  c.write_protected = in.flag("write_protected");
  in.finish();
  return c;
}

Motion motion(JsonReader in) {
  Motion m;
  m.cartridge = in.text("cartridge");
  m.from = element(in, "from");
  m.to = element(in, "to");
  m.turn = in.flag("turn");
  m.start = time(in, "start");
  m.end = time(in, "end");
  m.length = millis(in, "length_ms");
  m.side_up = number32(in, "side_up");
  m.arrives = in.flag("arrives");
  m.held_by = in.whole("held_by", id_most);
  m.trouble = trouble(in, "trouble");
  in.finish();
  return m;
}

DriveState drive(JsonReader in) {
  DriveState d;
  d.phase = in.worded<DrivePhase>("phase");
  d.side_up = number32(in, "side_up");
  d.end = time(in, "end");
  d.length = millis(in, "length_ms");
  d.held_by = in.whole("held_by", id_most);
  d.will_fail = in.flag("will_fail");
  d.trouble = trouble(in, "trouble");
  d.loads = in.whole("loads", id_most);
  in.finish();
  return d;
}

Fault fault(JsonReader in) {
  Fault f;
  f.id = in.whole("id", id_most);
  f.kind = in.worded<FaultKind>("kind");
  f.element = maybe_element(in, "element");
  f.cartridge = in.text("cartridge");
  f.to = maybe_element(in, "to");
  f.other = in.text("other");
  f.count = number32(in, "count");
  f.used_up = in.flag("used_up");
  f.until = maybe_time(in, "until");
  in.finish();
  return f;
}

FaultPlan fault_plan(JsonReader& in, std::string& problem) {
  std::vector<Fault> faults;
  in.each("faults", [&](json::value const& value, std::string const& path) { faults.push_back(fault(JsonReader(value, path, problem))); });
  auto plan = FaultPlan::restore(std::move(faults), in.whole("next_fault", id_most));
  if (!plan) in.wrong("faults", plan.error().object + ": " + plan.error().detail);
  return plan ? *plan : FaultPlan{};
}

HardwareState state(JsonReader in, std::string& problem) {
  HardwareState s;
  s.vendor = in.text("vendor");
  s.product = in.text("product");
  s.serial = in.text("serial");
  s.revision = in.text("revision");
  s.sides = number32(in, "sides");
  s.filesystem = in.text("filesystem");
  s.side_bytes = in.whole("side_bytes", id_most);
  s.slots = number32(in, "slots");
  s.timing = timing(in.object("timing"));
  s.door_open = in.flag("door_open");
  s.door_closes = maybe_time(in, "door_closes");
  s.moves = in.whole("moves", id_most);
  s.move_trouble = trouble(in, "move_trouble");
  if (!in.is_null("motion")) s.motion = motion(in.object("motion"));
  in.each("drives",
          [&](json::value const& value, std::string const& path) { s.drives.push_back(drive(JsonReader(value, path, problem))); });
  in.each("ports", [&](json::value const& value, std::string const& path) {
    JsonReader port(value, path, problem);
    s.ports.push_back({port.flag("extended")});
    port.finish();
  });
  in.each_member("cartridges", [&](std::string const& name, json::value const& value, std::string const& path) {
    s.cartridges.emplace(name, cartridge(name, JsonReader(value, path, problem), problem));
  });
  s.faults = fault_plan(in, problem);
  in.finish();
  return s;
}

Result<json::value> parsed(std::string_view text, std::string const& file) {
  boost::system::error_code error;
  json::stream_parser parser({}, json::parse_options{.max_depth = limits::json_depth_max});
  std::size_t const used = parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error)
    return fail(Errc::bad_format, file,
                "not JSON from byte " + std::to_string(used) + " on (" + error.message() + "); restore it or make the library anew");
  return parser.release();
}

}  // namespace

Result<Hardware> decode_state(std::string_view text, std::string const& file) {
  RSM_TRY(json::value const document, parsed(text, file));
  auto const damaged = [&](std::string const& what) {
    return fail(Errc::bad_format, file, what + "; restore it or make the library anew");
  };
  std::string problem;
  JsonReader top(document, "document", problem);
  if (top.text("format") != state_format) top.wrong("format", "not the state of an emulated library");
  auto const version = top.whole("version", id_most);
  if (problem.empty() && version != state_version)
    return fail(Errc::bad_format, file,
                "it has version " + std::to_string(version) + ", this program knows version " + std::to_string(state_version));
  auto const crc = top.whole("crc32", u32_most);
  auto decoded = state(top.object("state"), problem);
  top.finish();
  if (!problem.empty()) return damaged(problem);
  if (checksum(document.at("state")) != crc) return damaged("the checksum does not fit: some byte has changed");
  auto hardware = Hardware::restore(std::move(decoded));
  if (!hardware) return damaged(hardware.error().detail);
  return hardware;
}

Result<std::vector<Fault>> decode_faults(std::string_view text, std::string const& file, TimePoint now) {
  RSM_TRY(json::value const document, parsed(text, file));
  std::string problem;
  std::vector<Fault> faults;
  JsonReader top(document, "document", problem);
  top.each("faults", [&](json::value const& value, std::string const& path) {
    JsonReader in(value, path, problem);
    Fault f;
    f.kind = in.worded<FaultKind>("kind");
    if (in.has("element")) f.element = element(in, "element");
    if (in.has("cartridge")) f.cartridge = in.text("cartridge");
    if (in.has("to")) f.to = element(in, "to");
    if (in.has("other")) f.other = in.text("other");
    if (in.has("count")) f.count = number32(in, "count");
    if (in.has("for_ms")) f.until = now + millis(in, "for_ms");
    in.finish();
    faults.push_back(std::move(f));
  });
  top.finish();
  if (!problem.empty()) return fail(Errc::bad_format, file, problem);
  return faults;
}

}  // namespace rsm::emulated
