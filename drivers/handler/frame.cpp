#include "drivers/handler/frame.hpp"

#include <array>
#include <boost/json.hpp>
#include <limits>

#include "drivers/block/printable.hpp"
#include "drivers/emulated/json_reader.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::handler {
namespace {

namespace json = boost::json;
using emulated::JsonReader;

template <class... Each>
struct Match : Each... {
  using Each::operator()...;
};

constexpr std::uint64_t number_max = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t id_max = std::numeric_limits<std::int64_t>::max();

std::string text(std::string const& any) { return block::printable(any); }

std::string hex(std::string const& bytes) {
  static constexpr char const* digits = "0123456789abcdef";
  std::string out;
  for (char const c : bytes) {
    auto const byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view digits) {
  auto const value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    if (value(digits[i]) < 0 || value(digits[i + 1]) < 0) return std::nullopt;
    bytes += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  }
  return bytes;
}

// ---- writing

json::object to_json(Element element) { return {{"kind", word(element.kind)}, {"number", element.number}}; }

json::object to_json(Error const& error) {
  return {{"number", static_cast<std::uint32_t>(error.code)}, {"object", text(error.object)}, {"detail", text(error.detail)}};
}

json::object to_json(port::ChangerStatus const& status) {
  json::array elements;
  for (auto const& e : status.elements)
    elements.push_back(json::object{{"element", to_json(e.element)}, {"full", e.full}, {"accessible", e.accessible}, {"barcode", text(e.barcode)}});
  return {{"elements", std::move(elements)},   {"door_open", status.door_open},       {"media_type_code", status.media_type_code},
          {"sides", status.sides},             {"vendor", text(status.vendor)},       {"product", text(status.product)},
          {"serial", text(status.serial)},     {"revision", text(status.revision)}};
}

json::object to_json(port::DriveStatus const& status) {
  json::value omid;
  if (status.omid) omid = json::object{{"type", text(status.omid->type)}, {"id", hex(status.omid->id)}, {"info", text(status.omid->info)}};
  return {{"full", status.full},           {"loaded", status.loaded},          {"side_up", status.side_up},
          {"omid", std::move(omid)},       {"volume", word(status.volume)},    {"volume_path", text(status.volume_path)},
          {"vendor", text(status.vendor)}, {"product", text(status.product)},  {"serial", text(status.serial)},
          {"revision", text(status.revision)}};
}

json::object to_json(port::DismountReport const& report) {
  return {{"was_mounted", report.was_mounted}, {"forced", report.forced}, {"handles_dead", report.handles_dead}, {"note", text(report.note)}};
}

json::object to_json(port::UnloadReport const& report) { return {{"cut_off", report.cut_off}, {"note", text(report.note)}}; }

json::object answer_to_json(Answer const& answer) {
  return std::visit(Match{[](Nothing) { return json::object{}; },
                          [](port::ChangerStatus const& status) { return json::object{{"changer_status", to_json(status)}}; },
                          [](port::DriveStatus const& status) { return json::object{{"drive_status", to_json(status)}}; },
                          [](port::DismountReport const& report) { return json::object{{"dismount_report", to_json(report)}}; },
                          [](port::UnloadReport const& report) { return json::object{{"unload_report", to_json(report)}}; }},
                    answer);
}

std::string as_line(json::object const& object) { return json::serialize(object) + "\n"; }

// ---- reading

Element read_element(JsonReader from) {
  Element element{.kind = from.worded<ElementKind>("kind"), .number = static_cast<std::uint32_t>(from.whole("number", number_max))};
  from.finish();
  return element;
}

Error read_error(JsonReader from) {
  auto const code = error_from_number(static_cast<std::uint32_t>(from.whole("number", number_max)));
  if (!code || *code == Errc::success) from.wrong("number", "no error has this number");
  Error error{code.value_or(Errc::bad_format), from.text("object"), from.text("detail")};
  from.finish();
  return error;
}

port::ChangerStatus read_changer_status(JsonReader from, std::string& problem) {
  port::ChangerStatus status;
  from.each("elements", [&](json::value const& value, std::string const& path) {
    JsonReader one(value, path, problem);
    port::ElementStatus element{.element = read_element(one.object("element"))};
    element.full = one.flag("full");
    element.accessible = one.flag("accessible");
    element.barcode = one.text("barcode");
    one.finish();
    status.elements.push_back(std::move(element));
  });
  status.door_open = from.flag("door_open");
  status.media_type_code = static_cast<std::uint32_t>(from.whole("media_type_code", number_max));
  status.sides = static_cast<std::uint32_t>(from.whole("sides", number_max));
  status.vendor = from.text("vendor");
  status.product = from.text("product");
  status.serial = from.text("serial");
  status.revision = from.text("revision");
  from.finish();
  return status;
}

Omid read_omid(JsonReader from) {
  auto const id = from_hex(from.text("id"));
  if (!id || id->size() > limits::omid_id_bytes_max) from.wrong("id", "not the hexadecimal digits of an id");
  Omid omid{.type = from.text("type"), .id = id.value_or(""), .info = from.text("info")};
  from.finish();
  return omid;
}

port::DriveStatus read_drive_status(JsonReader from) {
  port::DriveStatus status;
  status.full = from.flag("full");
  status.loaded = from.flag("loaded");
  status.side_up = static_cast<std::uint32_t>(from.whole("side_up", number_max));
  if (!from.is_null("omid")) status.omid = read_omid(from.object("omid"));
  status.volume = from.worded<port::VolumeState>("volume");
  status.volume_path = from.text("volume_path");
  status.vendor = from.text("vendor");
  status.product = from.text("product");
  status.serial = from.text("serial");
  status.revision = from.text("revision");
  from.finish();
  return status;
}

port::DismountReport read_dismount_report(JsonReader from) {
  port::DismountReport report;
  report.was_mounted = from.flag("was_mounted");
  report.forced = from.flag("forced");
  report.handles_dead = from.flag("handles_dead");
  report.note = from.text("note");
  from.finish();
  return report;
}

port::UnloadReport read_unload_report(JsonReader from) {
  port::UnloadReport report{.cut_off = from.flag("cut_off"), .note = from.text("note")};
  from.finish();
  return report;
}

Answer read_answer(JsonReader from, std::string& problem) {
  Answer answer;
  if (from.has("changer_status"))
    answer = read_changer_status(from.object("changer_status"), problem);
  else if (from.has("drive_status"))
    answer = read_drive_status(from.object("drive_status"));
  else if (from.has("dismount_report"))
    answer = read_dismount_report(from.object("dismount_report"));
  else if (from.has("unload_report"))
    answer = read_unload_report(from.object("unload_report"));
  from.finish();
  return answer;
}

Command read_command(JsonReader& from) {
  std::string const op = from.text("op");
  if (op == "status") return AskStatus{};
  if (op == "load") return LoadDrive{};
  if (op == "unload") return UnloadDrive{from.flag("force")};
  if (op == "dismount") return DismountVolume{from.flag("force")};
  if (op == "extend_port") return ExtendPort{static_cast<std::uint32_t>(from.whole("number", number_max)), from.flag("extend")};
  if (op == "move") return MoveCartridge{{read_element(from.object("from")), read_element(from.object("to")), from.flag("turn")}};
  from.wrong("op", "no such command");
  return AskStatus{};
}

Result<json::value> parse_line(std::string_view line) {
  if (line.size() > limits::handler_line_bytes_max) return fail(Errc::bad_format, "line", "longer than " + std::to_string(limits::handler_line_bytes_max) + " bytes");
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  boost::system::error_code error;
  json::value value = json::parse(line, error, {}, options);
  if (error) return fail(Errc::bad_format, "line", error.message());
  return value;
}

// Parses the line and reads it with `read(reader, problem)`; what was found wrong becomes the error.
template <class Read>
auto read_line(std::string_view line, char const* name, Read read) -> Result<decltype(read(std::declval<JsonReader&>(), std::declval<std::string&>()))> {
  RSM_TRY(json::value const value, parse_line(line));
  std::string problem;
  JsonReader reader(value, name, problem);
  auto frame = read(reader, problem);
  reader.finish();
  if (!problem.empty()) return fail(Errc::bad_format, name, problem);
  return frame;
}

}  // namespace

std::string_view command_name(Command const& command) {
  static constexpr std::array<std::string_view, std::variant_size_v<Command>> names{"status", "move", "extend_port", "load", "dismount", "unload"};
  return names[command.index()];
}

std::string encode(CommandFrame const& frame) {
  json::object object{{"id", frame.id}, {"op", json::string(command_name(frame.command))}};
  std::visit(Match{[&](MoveCartridge const& move) {
                     object["from"] = to_json(move.what.from);
                     object["to"] = to_json(move.what.to);
                     object["turn"] = move.what.turn;
                   },
                   [&](ExtendPort const& port) {
                     object["number"] = port.number;
                     object["extend"] = port.extend;
                   },
                   [&](DismountVolume const& dismount) { object["force"] = dismount.force; },
                   [&](UnloadDrive const& unload) { object["force"] = unload.force; },
                   [](auto const&) {}},
             frame.command);
  return as_line(object);
}

std::string encode(ReplyFrame const& frame) {
  if (!frame.outcome) return as_line({{"id", frame.id}, {"error", to_json(frame.outcome.error())}});
  return as_line({{"id", frame.id}, {"ok", answer_to_json(*frame.outcome)}});
}

std::string encode_greeting(Greeting const& greeting) {
  if (!greeting) return as_line({{"refused", to_json(greeting.error())}});
  json::object const hello{{"pid", greeting->pid}, {"device", text(greeting->device)}, {"volumes", text(greeting->volumes)}, {"note", text(greeting->note)}};
  return as_line({{"hello", hello}});
}

Result<CommandFrame> decode_command(std::string_view line) {
  return read_line(line, "command", [](JsonReader& from, std::string&) { return CommandFrame{from.whole("id", id_max), read_command(from)}; });
}

Result<ReplyFrame> decode_reply(std::string_view line) {
  return read_line(line, "reply", [](JsonReader& from, std::string& problem) {
    ReplyFrame frame{from.whole("id", id_max), Answer{}};
    if (from.has("error"))
      frame.outcome = std::unexpected(read_error(from.object("error")));
    else
      frame.outcome = read_answer(from.object("ok"), problem);
    return frame;
  });
}

Result<Greeting> decode_greeting(std::string_view line) {
  return read_line(line, "greeting", [](JsonReader& from, std::string&) -> Greeting {
    if (from.has("refused")) return std::unexpected(read_error(from.object("refused")));
    JsonReader hello = from.object("hello");
    Hello greeting{.pid = hello.integer("pid"), .device = hello.text("device"), .volumes = hello.text("volumes"), .note = hello.text("note")};
    hello.finish();
    return greeting;
  });
}

}  // namespace rsm::handler
