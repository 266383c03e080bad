#include <boost/json.hpp>

#include "cli/emu/show.hpp"

namespace rsm::emu {
namespace {

namespace json = boost::json;
using emulated::Hardware;

json::value time_value(TimePoint t) {
  return t == emulated::never ? json::value(nullptr) : json::value(to_ms(t));
}
json::value element_value(std::optional<Element> element) {
  return element ? json::value(element->text()) : json::value(nullptr);
}
json::value text_or_null(std::string const& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object element_object(Hardware const& hardware, Element element) {
  auto const* cartridge = hardware.in(element);
  return {{"element", element.text()},
          {"kind", word(element.kind)},
          {"number", element.number},
          {"full", cartridge != nullptr},
          {"cartridge", cartridge ? json::value(cartridge->name) : json::value(nullptr)},
          {"barcode", cartridge ? text_or_null(cartridge->barcode) : json::value(nullptr)}};
}

json::object slot_object(Hardware const& hardware, std::uint32_t number) {
  auto object = element_object(hardware, {ElementKind::slot, number});
  object["magazine_out"] = hardware.magazine_out({ElementKind::slot, number});
  return object;
}

json::object drive_object(emulated::LibraryDirectory const& library, Hardware& hardware, std::uint32_t number, TimePoint now) {
  auto const drive = hardware.drive(number, now).value();
  bool const busy = drive.phase == emulated::DrivePhase::loading || drive.phase == emulated::DrivePhase::unloading;
  auto object = element_object(hardware, {ElementKind::drive, number});
  object["phase"] = word(drive.phase);
  object["phase_code"] = rsm::number(drive.phase);
  object["side_up"] = drive.full ? json::value(drive.side_up) : json::value(nullptr);
  object["answers"] = drive.answers;
  object["end"] = busy ? time_value(drive.end) : json::value(nullptr);
  object["loads"] = hardware.state().drives[number].loads;
  object["product"] = drive.identity.product;
  object["serial"] = drive.identity.serial;
  object["revision"] = drive.identity.revision;
  object["volume_link"] = library.volume_link(number);
  return object;
}

json::object cartridge_object(emulated::LibraryDirectory const& library, emulated::Cartridge const& cartridge) {
  json::array sides;
  for (std::uint32_t side = 0; side < cartridge.labels.size(); ++side)
    sides.push_back(json::object{{"number", side},
                                 {"image", library.image_path(cartridge.name, side)},
                                 {"made_as", text_or_null(cartridge.labels[side].type)},
                                 {"made_with_name", text_or_null(cartridge.labels[side].info)}});
  return {{"name", cartridge.name},
          {"barcode", text_or_null(cartridge.barcode)},
          {"place", element_value(cartridge.place)},
          {"barcode_unreadable", cartridge.barcode_unreadable},
          {"write_protected", cartridge.write_protected},
          {"cleaner", cartridge.cleaner},
          {"cleanings", cartridge.cleanings},
          {"sides", std::move(sides)}};
}

json::value move_value(std::optional<emulated::Motion> const& motion) {
  if (!motion) return nullptr;
  return json::object{{"cartridge", motion->cartridge}, {"from", motion->from.text()},        {"to", motion->to.text()},
                      {"turn", motion->turn},           {"start", time_value(motion->start)}, {"end", time_value(motion->end)}};
}

json::object fault_object(emulated::Fault const& fault) {
  return {{"id", fault.id},
          {"kind", word(fault.kind)},
          {"element", element_value(fault.element)},
          {"cartridge", text_or_null(fault.cartridge)},
          {"to", element_value(fault.to)},
          {"other", text_or_null(fault.other)},
          {"count", fault.count},
          {"used_up", fault.used_up},
          {"until", fault.until ? time_value(*fault.until) : json::value(nullptr)}};
}

json::object timing_object(emulated::Timing const& t) {
  return {{"scale", t.scale},          {"move_ms", t.move.count()},     {"turn_ms", t.turn.count()},
          {"load_ms", t.load.count()}, {"rewind_ms", t.rewind.count()}, {"unload_ms", t.unload.count()}};
}

}  // namespace

std::string library_json(emulated::LibraryDirectory const& library, Hardware hardware, TimePoint now) {
  hardware.settle(now);
  auto const& state = hardware.state();
  json::array drives, ports, slots, cartridges, faults;
  for (std::uint32_t i = 0; i < state.drives.size(); ++i) drives.push_back(drive_object(library, hardware, i, now));
  for (std::uint32_t i = 0; i < state.slots; ++i) slots.push_back(slot_object(hardware, i));
  for (std::uint32_t i = 0; i < state.ports.size(); ++i) {
    auto port = element_object(hardware, {ElementKind::port, i});
    port["extended"] = state.ports[i].extended;
    ports.push_back(std::move(port));
  }
  for (auto const& [name, cartridge] : state.cartridges) cartridges.push_back(cartridge_object(library, cartridge));
  for (auto const& fault : state.faults.faults()) faults.push_back(fault_object(fault));
  json::object const document{{"directory", library.path()},
                              {"vendor", state.identity.vendor},
                              {"product", state.identity.product},
                              {"serial", state.identity.serial},
                              {"revision", state.identity.revision},
                              {"sides", state.sides},
                              {"media_type_code", state.sides == 2 ? emulated::media_type_two_sides : emulated::media_type_one_side},
                              {"filesystem", state.filesystem},
                              {"side_bytes", state.side_bytes},
                              {"time", to_ms(now)},
                              {"timing", timing_object(state.timing)},
                              {"door_open", state.door_open},
                              {"door_locked", state.door_locked.value_or(false)},
                              {"moves", state.moves},
                              {"move", move_value(state.motion)},
                              {"arm", element_object(hardware, emulated::arm)},
                              {"drives", std::move(drives)},
                              {"slots", std::move(slots)},
                              {"ports", std::move(ports)},
                              {"cartridges", std::move(cartridges)},
                              {"faults", std::move(faults)}};
  return json::serialize(document) + "\n";
}

}  // namespace rsm::emu
