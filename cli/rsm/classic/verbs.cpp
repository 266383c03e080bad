#include "cli/rsm/classic/verbs.hpp"

#include <algorithm>
#include <array>

namespace rsm::cli {
namespace {

using enum SwitchValue;

constexpr auto allocate = std::to_array<SwitchSpec>({{"m"}, {"o", needed, true}, {"lg"}, {"lf"}, {"pg"}, {"pf"}, {"ln"}, {"ld"}, {"pn"}, {"pd"}, {"t"}, {"b", none}});
constexpr auto deallocate = std::to_array<SwitchSpec>({{"lg"}, {"lf"}, {"pg"}, {"pf"}});
constexpr auto mount = std::to_array<SwitchSpec>(
    {{"lg"}, {"lf"}, {"pg"}, {"pf"}, {"sg"}, {"sf"}, {"cg"}, {"cf"}, {"dg"}, {"df"}, {"o", needed, true}, {"r"}, {"t"}});
constexpr auto createpool = std::to_array<SwitchSpec>({{"m"}, {"a"}, {"tg"}, {"tf"}, {"d", none}, {"r", none}});
constexpr auto deletepool = std::to_array<SwitchSpec>({{"m"}});
constexpr auto rename = std::to_array<SwitchSpec>(
    {{"lg"}, {"lf"}, {"pg"}, {"pf"}, {"sg"}, {"sf"}, {"dg"}, {"df"}, {"cg"}, {"cf"}, {"tg"}, {"tf"}, {"m"}, {"og"}, {"n"}, {"x"}});
constexpr auto dismount = std::to_array<SwitchSpec>({{"lg"}, {"lf"}, {"pg"}, {"pf"}, {"o", optional}});
constexpr auto eject = std::to_array<SwitchSpec>(
    {{"pg"}, {"pf"}, {"sg"}, {"sf"}, {"lg"}, {"lf"}, {"dg"}, {"df"}, {"o"}, {"a"}, {"b", none}});
constexpr auto ejectatapi = std::to_array<SwitchSpec>({{"n"}});
constexpr auto erase = std::to_array<SwitchSpec>({{"pg"}, {"pf"}, {"b", none}, {"r"}, {"t"}});
constexpr auto freemedia = std::to_array<SwitchSpec>({{"lg"}, {"lf"}, {"pg"}, {"pf"}, {"sg"}, {"sf"}, {"dg"}, {"df"}});
constexpr auto inventory = std::to_array<SwitchSpec>({{"lg"}, {"lf"}, {"a"}});
constexpr auto refresh = std::to_array<SwitchSpec>({{"lg"}, {"lf"}, {"pg"}, {"pf"}, {"tg"}, {"tf"}});
constexpr auto ui = std::to_array<SwitchSpec>({{"lg"}, {"lf"}, {"t"}, {"a"}, {"d"}});
constexpr auto view = std::to_array<SwitchSpec>({{"t"}, {"cg"}, {"cf"}, {"guiddisplay", none}, {"b", none}});

constexpr auto verbs = std::to_array<VerbSpec>({
    {"allocate", allocate,
     "rsm allocate /mPOOL [/o{errunavail|new|next}]... [/l{g|f}LMID | /p{g|f}SIDE] [/lnNAME] [/ldTEXT] [/pnNAME] [/pdTEXT] [/tMILLISECONDS] [/b]"},
    {"createpool", createpool, "rsm createpool /mPOOL /a{existing|always|new} [/t{g|f}MEDIATYPE] [/d] [/r]"},
    {"deallocate", deallocate, "rsm deallocate {/l{g|f}LMID | /p{g|f}SIDE}"},
    {"deletepool", deletepool, "rsm deletepool /mPOOL"},
    {"dismount", dismount, "rsm dismount {/l{g|f}LMID | /p{g|f}SIDE} [/o[deferred]] [--wait[=SECONDS]]"},
    {"eject", eject,
     "rsm eject {/p{g|f}PHYSICAL | /s{g|f}SLOT /l{g|f}LIBRARY | /d{g|f}DRIVE /l{g|f}LIBRARY | /l{g|f}LIBRARY} [/a{start|queue}] [/b] "
     "[--wait[=SECONDS]]\n"
     "rsm eject /astart [/b] [--wait[=SECONDS]]   (what /aqueue has collected)\n"
     "rsm eject /astop /oOPERATION"},
    {"ejectatapi", ejectatapi, "rsm ejectatapi /nNUMBER"},
    {"erase", erase, "rsm erase /p{g|f}SIDE [/b] [/r{highest|high|normal|low|lowest}] [/tMILLISECONDS]"},
    {"freemedia", freemedia, "rsm freemedia {/l{g|f}LMID | /p{g|f}SIDE | /s{g|f}SLOT /d{g|f}DRIVE}"},
    {"inventory", inventory, "rsm inventory /l{g|f}LIBRARY /a{full|fast|default|stop} [--wait[=SECONDS]]"},
    {"mount", mount,
     "rsm mount {/l{g|f}LMID | /p{g|f}SIDE | /s{g|f}SLOT /c{g|f}CHANGER} [/d{g|f}DRIVE]\n"
     "          [/o{read|write|drive|errunavail|offline}]... [/r{highest|high|normal|low|lowest}] [/tMILLISECONDS]"},
    {"refresh", refresh, "rsm refresh {/l{g|f}LIBRARY | /p{g|f}PHYSICAL | /tgMEDIATYPE}"},
    {"rename", rename, "rsm rename {/l… | /p… | /s… | /d… | /c… | /t… | /mPOOL | /ogOBJECT} [/nNEWNAME] [/xDESCRIPTION]"},
    {"ui", ui, "rsm ui [/l{g|f}LIBRARY] /t{info|req|err} /a{add|delete|deleteall} [/dDESTINATION]"},
    {"view", view, "rsm view [/tTYPE] [/c{g|f}CONTAINER] [/guiddisplay] [/b]"},
});

constexpr std::string_view switch_notes =
    "\nA switch is followed directly by its value: /t50, never /t 50. Objects by GUID: /lg, /pg, /sg, /dg, /cg, /tg; by name: /lf, /pf, …\n"
    "l logical medium (library in inventory, refresh and eject), p side (physical medium in eject and refresh), s slot, d drive,\n"
    "c changer (container in view), t media type; pools by their full name: /mPOOL. -x and --x are taken for /x.\n";

constexpr std::string_view view_types =
    "\nTypes: library, physical_media, partition, logical_media, drive, changer, storageslot, iedoor, ieport, media_pool, media_type,\n"
    "librequest, oprequest, drive_type, changer_type, computer, ui (where messages go). Without /t: library.\n";

}  // namespace

std::span<VerbSpec const> classic_verbs() { return verbs; }

VerbSpec const* find_classic_verb(std::string_view lower_case_verb) {
  auto const it = std::ranges::find(verbs, lower_case_verb, &VerbSpec::verb);
  return it == verbs.end() ? nullptr : &*it;
}

std::string classic_help() {
  std::string out = "The classic verbs:\n\n";
  for (auto const& v : verbs) out += "  " + std::string{v.usage} + "\n";
  return out + std::string{switch_notes} + "\nThe other commands: rsm --help\n";
}

std::string classic_help(VerbSpec const& verb) {
  std::string out = std::string{verb.usage} + "\n";
  out += switch_notes;
  if (verb.verb == "view") out += view_types;
  return out;
}

}  // namespace rsm::cli
