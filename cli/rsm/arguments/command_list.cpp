#include "cli/rsm/arguments/command_list.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace rsm::cli {
namespace {

using namespace option;
constexpr int many = 64;  // limits::mount_media_max
constexpr std::uint64_t listing = watch | limit;
constexpr std::uint64_t by_hand = limited | rehearse;           // an operation on a volume
constexpr std::uint64_t taking = by_hand | busy_wait | force | system_disk;  // one that needs it unused, or uses force

constexpr auto commands = std::to_array<CommandSpec>({
    {"status", "", "", 0, 0, watch, "What is mounted where, what waits for what, what needs a person"},
    {"top", "", "", 0, 0, screen, "The same on a screen that is kept up to date, with keys for what is to be done"},
    {"setup", "", "", 0, 0, option::setup, "The first run: an emulated library by one command, and what is wrong with an installation"},
    {"web", "", "[ACTION]", 0, 1, web, "The web console: your own, or a link for the one that runs; logout ends your sessions there"},
    {"check", "", "[WHAT]", 0, 1, check, "A monitoring plugin: OK, WARNING, CRITICAL or UNKNOWN in one line"},
    {"library", "list", "", 0, 0, listing, "Libraries"},
    {"library", "show", "LIBRARY", 1, 1, watch, "One library with its changer, drives and ports"},
    {"library", "timing", "[LIBRARY]", 0, 1, none, "What moves, loads, unloads and mounts take, as was learned from them"},
    {"library", "discover", "", 0, 0, discover, "Look for changers and drives, and propose or write their configuration"},
    {"library", "certify", "LIBRARY", 1, 1, certify, "Try a library with scratch cartridges, and say what it can do"},
    {"library", "inventory", "LIBRARY", 1, 1, wait | inventory, "Look again which medium is where"},
    {"library", "inject", "LIBRARY", 1, 1, wait | stop_request, "Take a cartridge in through the port"},
    {"library", "add-type", "LIBRARY", 2, many, none, "LIBRARY TYPE...: the library takes these media types from now on"},
    {"library", "remove-type", "LIBRARY", 2, many, none, "LIBRARY TYPE...: the library takes these media types no more"},
    {"library", "enable", "LIBRARY", 1, many, wait, "Switch a library on"},
    {"library", "disable", "LIBRARY", 1, many, wait, "Switch a library off"},
    {"library", "delete", "LIBRARY", 1, many, none, "Delete the records of libraries that are not there any more"},
    {"changer", "list", "", 0, 0, listing | library, "Changers (the robots)"},
    {"changer", "types", "", 0, 0, none, "Models of changers that have been seen"},
    {"drive", "list", "", 0, 0, listing | library, "Drives and what is in them"},
    {"drive", "show", "DRIVE", 1, 1, watch, "One drive"},
    {"drive", "dismount", "DRIVE", 1, many, wait, "Empty a drive whose medium nobody uses"},
    {"drive", "enable", "DRIVE", 1, many, wait, "Switch a drive on"},
    {"drive", "disable", "DRIVE", 1, many, wait, "Switch a drive off"},
    {"drive", "delete", "DRIVE", 1, many, none, "Delete the records of drives that are not there any more"},
    {"drive", "types", "", 0, 0, none, "Models of drives that have been seen"},
    {"slot", "list", "", 0, 0, listing | library, "Storage slots"},
    {"port", "list", "", 0, 0, listing | library, "Import/export ports"},
    {"door", "list", "", 0, 0, listing | library, "Doors"},
    {"door", "open", "LIBRARY", 1, 1, wait | door, "Unlock the door of a library, and look at everything when it was closed again"},
    {"clean", "", "DRIVE", 1, many, wait, "Clean drives with the cleaning cartridge of their library"},
    {"cleaner", "reserve", "LIBRARY", 2, 2, wait, "LIBRARY SLOT: keep a slot for the cleaning cartridge"},
    {"cleaner", "release", "LIBRARY", 1, 1, wait, "Give the slot of the cleaning cartridge back"},
    {"cleaner", "inject", "LIBRARY", 1, 1, wait | stop_request | uses, "Take the cleaning cartridge in, with the uses that it has left"},
    {"cleaner", "eject", "LIBRARY", 1, 1, wait | stop_request, "Move the cleaning cartridge to the port for a person to take out"},
    {"media", "list", "", 0, 0, listing | library | pool, "Cartridges"},
    {"media", "search", "TEXT", 1, 1, limit | library | pool | search, "Cartridges whose bar code, name or label begins with a text"},
    {"media", "show", "MEDIUM", 1, 1, watch, "One cartridge with its sides"},
    {"media", "mount", "SIDE", 1, many, mount, "Bring media into drives and make them ready"},
    {"media", "dismount", "SIDE", 1, many, wait | dismount | force, "Take media out of use"},
    {"media", "eject", "MEDIUM", 1, many, wait | force, "Move cartridges to the port for a person to take out"},
    {"media", "transfer", "MEDIUM", 1, 1, wait | transfer, "Move a cartridge to the slot or port of --to"},
    {"media", "move-to-pool", "MEDIUM", 1, many, into_pool, "Move cartridges into the pool of --pool"},
    {"media", "free", "MEDIUM", 1, many, in_drive, "Move cartridges into the free pool: what is on them is overwritten by a free label"},
    {"media", "allocate", "POOL", 1, 1, allocate | timeout, "Get a side of a pool, for a program to write on"},
    {"media", "deallocate", "SIDE", 1, many, none, "Give allocated sides back"},
    {"media", "complete", "SIDE", 1, many, none, "Say that allocated sides are full and never written again"},
    {"media", "label", "SIDE", 1, 1, relabel, "Record the label that a program has written on an allocated side"},
    {"media", "swap", "SIDE", 2, 2, none, "Let two logical media exchange their sides"},
    {"media", "decommission", "SIDE", 1, many, none, "Take sides out of service, for ever"},
    {"media", "create", "POOL", 1, 1, create, "Make the record of a cartridge that is in no library"},
    {"media", "delete", "MEDIUM", 1, many, none, "Delete records of cartridges that are offline and nobody's"},
    {"media", "labels", "", 0, 0, labels, "Print bar code labels for cartridges, as a PDF"},
    {"media", "enable", "MEDIUM", 1, many, wait, "Allow the use of a cartridge"},
    {"media", "disable", "MEDIUM", 1, many, wait, "Forbid the use of a cartridge"},
    {"side", "list", "[MEDIUM]", 0, 1, listing | pool, "Sides (partitions) of cartridges"},
    {"view", "list", "", 0, 0, listing | library, "Views: the parts of libraries that backup programs see"},
    {"pool", "list", "", 0, 0, listing, "Media pools"},
    {"pool", "show", "POOL", 1, 1, watch, "One media pool"},
    {"pool", "create", "POOL", 1, 1, pool_settings, "Make a media pool; the levels above it are there"},
    {"pool", "set", "POOL", 1, 1, pool_settings, "Change what a pool is for and what its policies are"},
    {"pool", "rename", "POOL", 2, 2, none, "POOL NAME: call a pool otherwise"},
    {"pool", "delete", "POOL", 1, many, none, "Delete empty pools"},
    {"security", "show", "OBJECT", 1, 2, none, "computer, root, pool POOL or library LIBRARY: who may do what with it"},
    {"security", "set", "OBJECT", 1, 2, security, "computer, root, pool POOL or library LIBRARY: change who may do what with it"},
    {"request", "list", "", 0, 0, listing | library | open, "Requests, newest first"},
    {"request", "show", "REQUEST", 1, 1, watch, "One request"},
    {"request", "wait", "REQUEST", 1, many, timeout, "Wait until requests are finished"},
    {"request", "cancel", "REQUEST", 1, many, none, "Cancel requests"},
    {"request", "order", "REQUEST", 1, 1, place, "Where a mount stands in the queue; with --to it is put there"},
    {"request", "delete", "REQUEST", 1, many, none, "Forget requests that have ended"},
    {"request", "explain", "REQUEST", 1, 1, none, "Why a request waits, and for what"},
    {"libreq", "list", "", 0, 0, listing | library | open, "Requests, newest first (as request list)"},
    {"libreq", "cancel", "REQUEST", 1, many, none, "Cancel requests (as request cancel)"},
    {"libreq", "order", "REQUEST", 1, 2, place, "REQUEST [N]: where a mount stands in the queue, or shall stand"},
    {"explain", "", "REQUEST", 1, 1, none, "Why a request waits, and for what"},
    {"cancel", "", "REQUEST", 1, many, none, "Cancel requests"},
    {"plan", "", "", 0, 0, library | what_if, "What the scheduler intends next, drive by drive; with --if: what it would be if"},
    {"session", "list", "", 0, 0, listing, "Open sessions"},
    {"session", "close", "SESSION", 1, many, none, "Close sessions: their waiting calls are cancelled"},
    {"quota", "list", "[USER]", 0, 1, none, "What users and sessions may have at one time, and have"},
    {"opreq", "list", "", 0, 0, listing, "What people have been asked to do"},
    {"opreq", "show", "OPREQ", 1, 1, watch, "One operator request"},
    {"opreq", "submit", "KIND", 1, 1, submit, "Ask a person for new-media, a cleaner, service, move, or send a message"},
    {"opreq", "wait", "OPREQ", 1, many, timeout, "Wait until operator requests are answered"},
    {"opreq", "delete", "OPREQ", 1, many, none, "Forget operator requests that have ended"},
    {"opreq", "satisfy", "OPREQ", 1, many, none, "Say that it is done"},
    {"opreq", "refuse", "OPREQ", 1, many, none, "Say that it will not be done"},
    {"events", "", "", 0, 0, follow | limit, "What happened, from a durable log"},
    {"notify", "", "", 0, 0, notify, "Tell people by mail, or by a program, when the library waits for them"},
    {"history", "", "[WHOSE]", 0, 1, option::history | limit | trace | library, "What happened to a cartridge or a drive, or by a request: moves, mounts, errors, alerts, who"},
    {"report", "shelf", "", 0, 0, option::report | library, "Which cartridge is where"},
    {"report", "drives", "", 0, 0, option::report | period | library, "What drives have done, and what went wrong with them"},
    {"report", "errors", "", 0, 0, option::report | period | library, "Errors and alerts of drives and cartridges"},
    {"report", "pools", "", 0, 0, option::report, "What the pools hold"},
    {"report", "reconcile", "", 0, 0, option::report | reconcile | library, "A hand scanner's list against the catalog: missing, surplus, twice"},
    {"advise", "", "[LIBRARY]", 0, 1, within, "What the history says: how many drives are enough, which media belong where, which wear"},
    {"computer", "show", "", 0, 0, none, "This computer: what is kept of ejected media and of ended requests"},
    {"computer", "set", "", 0, 0, option::computer, "Change what is kept of ejected media and of ended requests"},
    {"catalog", "check", "", 0, 0, file, "Integrity check of the catalog, or of a catalog file"},
    {"catalog", "backup", "PATH", 1, 1, none, "Consistent copy of the catalog while it is in use"},
    {"catalog", "export", "", 0, 0, none, "Copy of the catalog in the folder Export beside it, in the place of the one before"},
    {"catalog", "import", "", 0, 0, none, "Go on with the exported catalog at the next start of the service"},
    {"volume", "status", "VOLUME", 1, 1, limited, "What a volume is and how it is"},
    {"volume", "who", "VOLUME", 1, 1, limited, "Who keeps a volume busy"},
    {"volume", "flush", "VOLUME", 1, 1, by_hand, "Write everything cached for it to the medium"},
    {"volume", "lock", "VOLUME", 1, 1, by_hand | busy_wait | system_disk | option::command, "Keep others out while -- COMMAND... runs"},
    {"volume", "dismount", "VOLUME", 1, 1, taking, "Flush, lock, dismount"},
    {"volume", "offline", "VOLUME", 1, 1, taking, "Dismount, and let nobody mount it again"},
    {"volume", "online", "VOLUME", 1, 1, by_hand, "Let it be mounted again"},
    {"volume", "eject", "VOLUME", 1, 1, taking, "Dismount, take offline, let the medium out"},
    {"volume", "load", "VOLUME", 1, 1, by_hand, "Pull the tray in, thread the tape"},
    {"volume", "prevent", "VOLUME", 1, 1, by_hand, "Lock the medium in, until it is allowed out again"},
    {"volume", "allow", "VOLUME", 1, 1, by_hand, "Let the medium out again"},
    {"volume", "verify", "VOLUME", 1, 1, by_hand, "Is a medium there, and which; ends \"needs service\""},
    {"describe", "", "", 0, 0, none, "The protocol as an OpenRPC document"},
});

struct ObjectSummary {
  std::string_view object, summary;
};
constexpr auto summaries = std::to_array<ObjectSummary>({
    {"library", "Libraries: list, show, timing, discover, certify, inventory, inject, add-type, remove-type, enable, disable, delete"},
    {"changer", "Changers: list, types"},
    {"drive", "Drives: list, show, dismount, enable, disable, delete, types"},
    {"slot", "Storage slots: list"},
    {"port", "Import/export ports: list"},
    {"door", "Doors: list, open"},
    {"cleaner", "The cleaning cartridge of a library: reserve, release, inject, eject"},
    {"media", "Cartridges: list, search, show, mount, dismount, eject, transfer, move-to-pool, allocate, deallocate …"},
    {"side", "Sides of cartridges: list"},
    {"view", "Views of the configuration: list"},
    {"pool", "Media pools: list, show, create, set, rename, delete"},
    {"security", "Who may do what: show, set"},
    {"request", "Requests: list, show, wait, cancel, order, delete, explain"},
    {"libreq", "Requests, by their name in Windows: list, cancel, order"},
    {"session", "Sessions: list, close"},
    {"quota", "Quotas of users and sessions: list"},
    {"opreq", "Operator requests: list, show, submit, wait, delete, satisfy, refuse"},
    {"report", "Reports: shelf, drives, errors, pools, reconcile"},
    {"computer", "This computer: show, set"},
    {"catalog", "The catalog: check, backup, export, import"},
    {"volume", "A volume by hand, without the service: who, lock, dismount, eject …"},
});

struct OptionNames {
  std::uint64_t set;
  std::string_view name;
  bool value;
};
constexpr auto option_table = std::to_array<OptionNames>({
    {watch, "--watch", false},
    {wait | busy_wait, "--wait", false},
    {limit, "--limit", true},
    {library, "--library", true},
    {pool | into_pool, "--pool", true},
    {into_pool, "--change-type", false},
    {pool_settings | allocate | create | option::computer, "--description", true},
    {option::computer, "--purge-free", true},
    {option::computer, "--keep-import", true},
    {option::computer, "--keep-requests", true},
    {option::computer, "--keep-failed", true},
    {pool_settings, "--from-free", true},
    {pool_settings, "--to-free", true},
    {pool_settings, "--max-allocations", true},
    {open, "--open", false},
    {search, "--contains", false},
    {mount, "--read", false},
    {mount, "--write", false},
    {mount, "--nowait", false},
    {mount | in_drive, "--drive", true},
    {mount, "--priority", true},
    {mount | timeout | check | limited, "--timeout", true},
    {mount, "--error-if-offline", false},
    {mount | allocate, "--error-if-unavailable", false},
    {allocate, "--side", true},
    {allocate, "--next-of", true},
    {allocate, "--whole", false},
    {create, "--barcode", true},
    {create, "--label", true},
    {create | notify, "--state", true},
    {create, "--error-if-duplicate", false},
    {dismount, "--deferred", false},
    {dismount, "--immediate", false},
    {force, "--force", false},
    {inventory, "--fast", false},
    {inventory, "--full", false},
    {inventory, "--stop", false},
    {stop_request, "--stop", true},
    {uses, "--uses", true},
    {door, "--inventory", true},
    {relabel, "--first-bytes", true},
    {relabel, "--file-system", true},
    {transfer | place | notify, "--to", true},
    {transfer, "--exchange", false},
    {submit, "--about", true},
    {submit, "--message", true},
    {submit, "--into", true},
    {security, "--allow", true},
    {security, "--deny", true},
    {security, "--remove", true},
    {security, "--owner", true},
    {security, "--for-new-pools", false},
    {follow, "--follow", false},
    {follow | period, "--since", true},
    {follow | pool_settings | labels, "--type", true},
    {option::screen, "--read-only", false},
    {option::screen, "--ascii", false},
    {option::history | labels, "--from", true},
    {option::history, "--until", true},
    {option::history, "--oldest-first", false},
    {option::history | option::report, "--csv", false},
    {option::web, "--view", false},
    {option::web, "--for", true},
    {option::web, "--no-browser", false},
    {option::web, "--login-socket", true},
    {trace, "--trace", false},
    {what_if, "--if", true},
    {within, "--within", true},
    {file, "--file", true},
    {check, "--warning", true},
    {check, "--critical", true},
    {check, "-w", true},
    {check, "-c", true},
    {check, "-t", true},
    {rehearse, "--dry-run", false},
    {system_disk, "--system", false},
    {discover, "--iscsi", true},
    {discover, "--chap-file", true},
    {option::setup, "--emulated", true},
    {option::setup, "--remove", true},
    {option::setup, "--check", false},
    {option::setup, "--hardware", true},
    {discover | option::setup, "--config", true},
    {notify, "--run", true},
    {notify, "--after", true},
    {notify, "--remind", true},
    {notify, "--digest", true},
    {notify, "--what", true},
    {notify, "--test", false},
    {notify, "--failed", true},
    {notify, "--as-mail", false},
    {labels | option::report, "--pdf", true},
    {reconcile, "--scan", true},
    {labels, "--count", true},
    {labels, "--sheet", true},
    {labels, "--skip", true},
    {labels, "--colored", false},
    {labels, "--offset", true},
    {labels, "--scale", true},
    {labels, "--reprint", false},
    {labels, "--test-page", false},
    {discover, "--add", false},
    {discover | allocate | create, "--name", true},
    {certify, "--drives", true},
    {certify, "--cartridges", true},
    {certify, "--medium", true},
    {certify, "--ports", false},
    {certify, "--yes", false},
});

constexpr auto common = std::to_array<OptionNames>({
    {none, "--socket", true},
    {none, "--json", false},
    {none, "--no-header", false},
    {none, "--color", true},
    {none, "--win32-exit", false},
    {none, "--app", true},
    {none, "--help", false},
    {none, "--version", false},
});

}  // namespace

std::span<CommandSpec const> command_list() { return commands; }

CommandSpec const* find_command(std::string_view object, std::string_view verb) {
  auto const it = std::ranges::find_if(commands, [&](auto const& c) { return c.object == object && c.verb == verb; });
  return it == commands.end() ? nullptr : &*it;
}

std::vector<std::string_view> object_names() {
  std::vector<std::string_view> names;
  for (auto const& c : commands)
    if (std::ranges::find(names, c.object) == names.end()) names.push_back(c.object);
  return names;
}

std::vector<std::string_view> verb_names(std::string_view object) {
  std::vector<std::string_view> names;
  for (auto const& c : commands)
    if (c.object == object && !c.verb.empty()) names.push_back(c.verb);
  return names;
}

std::string_view object_summary(std::string_view object) {
  for (auto const& s : summaries)
    if (s.object == object) return s.summary;
  CommandSpec const* alone = find_command(object, "");
  return alone == nullptr ? std::string_view{} : alone->summary;
}

std::vector<std::string_view> option_names(std::uint64_t options) {
  std::vector<std::string_view> names;
  for (auto const& o : option_table)
    if ((o.set & options) != 0) names.push_back(o.name);
  return names;
}

std::vector<std::string_view> common_option_names() {
  std::vector<std::string_view> names;
  for (auto const& o : common) names.push_back(o.name);
  return names;
}

std::string next_words(std::string_view object, std::string_view verb) {
  std::vector<std::string_view> words = object.empty() ? object_names() : verb.empty() ? verb_names(object) : std::vector<std::string_view>{};
  std::string out;
  auto const* command = find_command(object, verb);
  if (command == nullptr) command = find_command(object, "");  // what was taken for a verb is its target
  if (command != nullptr) {
    words = option_names(command->options);
    if ((command->options & option::command) != 0) words.emplace_back("--");
    auto target = command->target;
    if (target.starts_with('[')) target = target.substr(1, target.size() - 2);
    if (!target.empty()) out += "=" + std::string{target} + "\n";
  }
  std::ranges::copy(common_option_names(), std::back_inserter(words));
  for (auto const word : words) out += std::string{word} + "\n";
  return out;
}

std::string options_with_values() {
  std::string out;
  std::vector<std::string_view> said;
  auto const say = [&](auto const& options) {
    for (auto const& o : options)
      if (o.value && o.name != "--stop" && std::ranges::find(said, o.name) == said.end()) said.push_back(o.name), out += std::string{o.name} + "\n";
  };
  say(option_table), say(common);
  return out;
}

bool takes_value(std::string_view option_name) {
  auto const named = [&](auto const& o) { return o.name == option_name && o.value; };
  return std::ranges::any_of(option_table, named) || std::ranges::any_of(common, named);
}

}  // namespace rsm::cli
