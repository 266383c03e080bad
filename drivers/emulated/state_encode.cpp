#include <boost/crc.hpp>
#include <boost/json.hpp>
#include <cmath>

#include "drivers/emulated/json_text.hpp"
#include "drivers/emulated/state_file.hpp"

namespace rsm::emulated {
namespace {

namespace json = boost::json;

json::value time_value(TimePoint t) {
  return t == never ? json::value(nullptr) : json::value(to_ms(t));
}
json::value maybe_time_value(MaybeTime t) {
  return t ? json::value(to_ms(*t)) : json::value(nullptr);
}
json::value maybe_element_value(std::optional<Element> e) {
  return e ? json::value(e->text()) : json::value(nullptr);
}

json::value trouble_value(std::optional<Error> const& trouble) {
  if (!trouble) return nullptr;
  return json::object{{"code", static_cast<std::uint64_t>(trouble->code)}, {"object", trouble->object}, {"detail", trouble->detail}};
}

json::object timing_object(Timing const& t) {
  return {{"move_ms", t.move.count()},     {"turn_ms", t.turn.count()},     {"load_ms", t.load.count()},
          {"rewind_ms", t.rewind.count()}, {"unload_ms", t.unload.count()}, {"scale_millionths", std::llround(t.scale * 1e6)}};
}

json::object cartridge_object(Cartridge const& c) {
  json::array labels;
  for (auto const& label : c.labels) labels.push_back(json::object{{"type", label.type}, {"id", to_hex(label.id)}, {"info", label.info}});
  return {{"barcode", c.barcode},
          {"place", maybe_element_value(c.place)},
          {"source", maybe_element_value(c.source)},
          {"labels", std::move(labels)},
          {"barcode_unreadable", c.barcode_unreadable},
          {"write_protected", c.write_protected}};
}

json::value motion_value(std::optional<Motion> const& m) {
  if (!m) return nullptr;
  return json::object{{"cartridge", m->cartridge},
                      {"from", m->from.text()},
                      {"to", m->to.text()},
                      {"turn", m->turn},
                      {"start", time_value(m->start)},
                      {"end", time_value(m->end)},
                      {"length_ms", m->length.count()},
                      {"side_up", m->side_up},
                      {"arrives", m->arrives},
                      {"held_by", m->held_by},
                      {"trouble", trouble_value(m->trouble)}};
}

json::object drive_object(DriveState const& d) {
  return {{"phase", word(d.phase)},
          {"side_up", d.side_up},
          {"end", time_value(d.end)},
          {"length_ms", d.length.count()},
          {"held_by", d.held_by},
          {"will_fail", d.will_fail},
          {"trouble", trouble_value(d.trouble)},
          {"loads", d.loads}};
}

json::object fault_object(Fault const& f) {
  return {{"id", f.id},
          {"kind", word(f.kind)},
          {"element", maybe_element_value(f.element)},
          {"cartridge", f.cartridge},
          {"to", maybe_element_value(f.to)},
          {"other", f.other},
          {"count", f.count},
          {"used_up", f.used_up},
          {"until", maybe_time_value(f.until)}};
}

json::object state_object(HardwareState const& s) {
  json::array drives, ports, faults;
  json::object cartridges;
  for (auto const& drive : s.drives) drives.push_back(drive_object(drive));
  for (auto const& port : s.ports) ports.push_back(json::object{{"extended", port.extended}});
  for (auto const& [name, cartridge] : s.cartridges) cartridges[name] = cartridge_object(cartridge);
  for (auto const& fault : s.faults.faults()) faults.push_back(fault_object(fault));
  return {{"vendor", s.vendor},
          {"product", s.product},
          {"serial", s.serial},
          {"revision", s.revision},
          {"sides", s.sides},
          {"filesystem", s.filesystem},
          {"side_bytes", s.side_bytes},
          {"slots", s.slots},
          {"timing", timing_object(s.timing)},
          {"door_open", s.door_open},
          {"door_closes", maybe_time_value(s.door_closes)},
          {"moves", s.moves},
          {"move_trouble", trouble_value(s.move_trouble)},
          {"motion", motion_value(s.motion)},
          {"drives", std::move(drives)},
          {"ports", std::move(ports)},
          {"cartridges", std::move(cartridges)},
          {"next_fault", s.faults.next_id()},
          {"faults", std::move(faults)}};
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char const b : bytes) (text += digits[b >> 4]) += digits[b & 15];
  return text;
}

std::uint32_t checksum(boost::json::value const& value) {
  std::string const text = json::serialize(value);
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

std::string encode_state(HardwareState const& state) {
  json::value const body = state_object(state);
  json::object const document{{"format", state_format}, {"version", state_version}, {"crc32", checksum(body)}, {"state", body}};
  return json::serialize(document) + "\n";
}

}  // namespace rsm::emulated
