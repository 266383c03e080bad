#include "cli/rsm/discover/view.hpp"

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/record.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
BOOST_DESCRIBE_STRUCT(Discovered, (), (found, proposals))

namespace {

using discovery::FoundDevice;
using discovery::FoundLibrary;

std::string model_text(FoundDevice const& device) {
  std::string text = device.vendor;
  if (!device.product.empty()) text += (text.empty() ? "" : " ") + device.product;
  if (!device.revision.empty()) text += ", revision " + device.revision;
  return text.empty() ? "it does not say" : text;
}

std::string joined(std::vector<std::string> const& texts, std::string_view between = "; ") {
  std::string all;
  for (auto const& text : texts) all += (all.empty() ? "" : std::string(between)) + text;
  return all;
}

std::string parts_text(FoundLibrary const& library) {
  if (!library.known) return {};
  return plural(library.drives, "drive", "drives") + ", " + plural(library.slots, "slot", "slots") + ", " +
         plural(library.ports, "import/export port", "import/export ports") + ", " + plural(library.transports, "transport", "transports");
}

void add_device(Record& record, FoundDevice const& device) {
  record.line("Model", model_text(device));
  record.line("Serial number", device.serial);
  record.line("Address", device.address);
  record.line("Remark", {device.remark, Tone::attention});
  record.line("Nodes", joined(device.nodes, ", "));
  record.line("In use", {joined(device.users), Tone::attention});
}

Table elements_table(FoundLibrary const& library) {
  Table table({{"DRIVE", Align::right}, {"SERIAL NUMBER"}, {"DEVICE", Align::left, 16}, {"HOW IT WAS FOUND", Align::left, 24, 1, 3}}, "No drives.");
  for (auto const& element : library.elements) {
    bool const given = !element.address.empty();
    table.row({std::to_string(element.number),
               element.serial.empty() ? element.told : element.serial,
               {given ? element.address : "none", given ? Tone::plain : Tone::attention},
               {element.reason, given && !element.told.empty() ? Tone::plain : Tone::attention}});
  }
  return table;
}

std::string notes_text(std::vector<std::string> const& notes, Canvas const& canvas) {
  std::string out;
  for (auto const& note : notes) out += paint(canvas, Tone::attention, "! " + plain_text(note)) + "\n";
  return out;
}

std::string library_text(FoundLibrary const& library, Proposal const* proposal, std::string const& config_file, Canvas const& canvas) {
  Record record;
  auto const& managed_by = library.changer.managed_by;
  record.line("Library", {proposal != nullptr ? proposal->name : managed_by.empty() ? "cannot be configured as it stands" : managed_by, Tone::strong});
  record.line("Managed", managed_by.empty() ? "" : "by " + config_file + ": nothing is to be done");
  add_device(record, library.changer);
  record.line("Parts", parts_text(library));
  if (library.known) record.section("Drives", elements_table(library));
  auto const notes = notes_text(library.notes, canvas);
  return record.text(canvas) + (notes.empty() ? "" : "\n" + notes);
}

std::string loose_text(std::vector<discovery::LooseDrive> const& loose, Canvas const& canvas) {
  if (loose.empty()) return {};
  Table table({{"DEVICE", Align::left, 16},
               {"MODEL", Align::left, 12, 2},
               {"SERIAL NUMBER", Align::left, 0, 1},
               {"IN USE", Align::left, 12, 3},
               {"WHY", Align::left, 24, 0, 3}});
  for (auto const& one : loose) {
    auto const& drive = one.drive;
    table.row({drive.address.empty() ? joined(drive.nodes, ", ") : drive.address,
               model_text(drive),
               drive.serial,
               {joined(drive.users), Tone::attention},
               one.reason});
  }
  return paint(canvas, Tone::strong, "Drives that are given to no library") + "\n" + table.text(canvas);
}

std::string portals_text(std::vector<discovery::LookedAtPortal> const& portals, Canvas const& canvas) {
  std::string out;
  for (auto const& portal : portals) {
    out += plain_text("Portal " + portal.portal + ": " + plural(portal.targets, "target", "targets") + ", " + plural(portal.units, "unit", "units")) + "\n";
    out += notes_text(portal.problems, canvas);
  }
  return out;
}

std::string proposals_text(std::vector<Proposal> const& proposals) {
  std::string out;
  bool written = false;
  for (auto const& proposal : proposals) {
    written = written || proposal.written;
    out += plain_text((proposal.written ? "Written: " : "Would be written: ") + proposal.file) + "\n";
    for (std::size_t begin = 0; begin < proposal.text.size();) {
      auto const end = std::min(proposal.text.find('\n', begin), proposal.text.size());
      out += "  " + plain_text(proposal.text.substr(begin, end - begin)) + "\n";
      begin = end + 1;
    }
    if (!proposal.rules.empty()) out += plain_text((proposal.written ? "Written: " : "Would be written: ") + proposal.rules_file) + ", so that desktops leave its drives alone\n";
  }
  if (proposals.empty()) return out;
  return out + (written
                    ? "The service reads it when it starts again ('systemctl restart rsmd'). Then 'rsm library list', and 'rsm library certify NAME' tries it.\n"
                    : "Nothing was changed. 'rsm library discover --add', with the same options, writes this.\n");
}

}  // namespace

std::string discovery_text(Discovered const& discovered, std::string const& config_file, Canvas const& canvas) {
  std::vector<std::string> parts;
  auto const& found = discovered.found;
  auto proposal = discovered.proposals.begin();
  for (auto const& library : found.libraries) parts.push_back(library_text(library, library.usable ? &*proposal++ : nullptr, config_file, canvas));
  if (found.libraries.empty())
    parts.emplace_back("No library was found: no changer answers on this computer" +
                       std::string(found.portals.empty() ? "; --iscsi HOST looks at one on the network.\n" : " or at the portals.\n"));
  parts.push_back(loose_text(found.loose, canvas));
  parts.push_back(portals_text(found.portals, canvas));
  parts.push_back(notes_text(found.notes, canvas));
  parts.push_back(proposals_text(discovered.proposals));
  std::string out;
  for (auto const& part : parts)
    if (!part.empty()) out += (out.empty() ? "" : "\n") + part;
  return out;
}

std::string discovery_json(Discovered const& discovered) { return pretty_json(json_text(discovered)) + "\n"; }

}  // namespace rsm::cli
