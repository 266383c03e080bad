#include "cli/rsm/arguments/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/rsm/arguments/command_list.hpp"
#include "cli/rsm/arguments/suggest.hpp"
#include "cli/rsm/arguments/surface_options.hpp"
#include "cli/rsm/arguments/values.hpp"

#ifndef RSM_VERSION
#define RSM_VERSION "unknown"
#endif

namespace rsm::cli {
namespace {

constexpr char const* forever = "forever";
constexpr char const* version_line = "rsm (OpenRSM) " RSM_VERSION;

// Words before "--" that are neither options nor values of options: object, verb, targets.
std::vector<std::string> plain_words(std::vector<std::string> const& words) {
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto const& w = words[i];
    if (w == "--") break;
    if (w.size() > 1 && w[0] == '-')
      i += takes_value(w) ? 1 : 0;
    else
      plain.push_back(w);
  }
  return plain;
}

std::string join(std::vector<std::string_view> const& words) {
  std::string out;
  for (auto w : words) out += (out.empty() ? "" : ", ") + std::string{w};
  return out;
}

bool asks_for_help(std::vector<std::string> const& words) {
  return std::ranges::any_of(words, [](auto const& w) { return w == "--help" || w == "-h" || w == "--version"; });
}

// A command without anything behind it, `rsm status`: no option has to be described to know what it means.
Arguments nothing_but(CommandSpec const& command) {
  Arguments args;
  args.object = command.object;
  return args;
}

// The command that the words name, or what is wrong with them.
std::variant<CommandSpec const*, Usage> command_of(std::vector<std::string> const& words) {
  auto const plain = plain_words(words);
  if (plain.empty()) return Usage{"no command given; 'rsm status' shows how things are, 'rsm --help' lists all commands"};
  auto const objects = object_names();
  auto const& object = plain[0];
  if (std::ranges::find(objects, object) == objects.end())
    return Usage{"unknown command '" + object + "'" + did_you_mean(object, objects) + "\ncommands: " + join(objects)};
  if (auto const* alone = find_command(object, "")) return alone;
  auto const verbs = verb_names(object);
  if (plain.size() < 2) return Usage{"rsm " + object + ": what to do? one of: " + join(verbs)};
  if (auto const* command = find_command(object, plain[1])) return command;
  return Usage{"rsm " + object + ": unknown verb '" + plain[1] + "'" + did_you_mean(plain[1], verbs) + "\nverbs: " + join(verbs)};
}

std::string command_words(CommandSpec const& command) {
  std::string out = "rsm " + std::string{command.object};
  if (!command.verb.empty()) out += " " + std::string{command.verb};
  return out;
}

// The first option that the command does not know, with the nearest one that it does.
std::optional<Usage> unknown_option(CommandSpec const& command, std::vector<std::string> const& words) {
  auto known = option_names(command.options);
  auto const common = common_option_names();
  known.insert(known.end(), common.begin(), common.end());
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (!words[i].starts_with("--")) continue;
    std::string const name = words[i].substr(0, words[i].find('='));
    if (std::ranges::find(known, name) == known.end())
      return Usage{command_words(command) + ": unknown option '" + name + "'" + did_you_mean(name, known) + "\noptions: " + join(known)};
    if (name == words[i] && takes_value(name) && !(name == "--stop" && (command.options & option::inventory) != 0)) ++i;
  }
  return std::nullopt;
}

// A bare --watch or --wait has its default written out, so that it never takes the next word for its value.
std::vector<std::string> with_defaults_written(std::vector<std::string> words) {
  for (auto& w : words) {
    if (w == "--") break;
    if (w == "--watch") w = "--watch=2";
    if (w == "--wait") w = std::string{"--wait="} + forever;
  }
  return words;
}

// `rsm volume lock VOLUME -- COMMAND...`: the words of the command are not ours, whatever they look like. Nothing for other commands.
std::vector<std::string> take_command_words(std::vector<std::string>& words) {
  auto const mark = std::ranges::find(words, "--");
  auto const plain = plain_words(words);
  auto const* named = plain.size() < 2 ? nullptr : find_command(plain[0], plain[1]);
  if (named == nullptr || (named->options & option::command) == 0 || mark == words.end()) return {};
  std::vector<std::string> command(mark + 1, words.end());
  words.erase(mark, words.end());
  return command;
}

// Texts as CLI11 collects them; turned into values when all is parsed.
struct Texts {
  std::string color = "auto", watch, wait, priority, timeout, since, from, until, limit, drives, cartridges, from_free, to_free, max_allocations, within, purge_free, keep_import, keep_failed, keep_requests;
};

void add_common(CLI::App& app, Arguments& args, Texts& texts) {
  app.add_option("--socket", args.common.socket, "Socket of the service (default: $OPENRSM_SOCKET, /run/openrsm/rsmd.sock)")->type_name("PATH");
  app.add_flag("--json", args.common.json, "Output as JSON");
  app.add_flag("--no-header", args.common.no_header, "No titles over the columns");
  app.add_option("--color", texts.color, "auto, always or never")->type_name("WHEN")->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("--win32-exit", args.common.win32_exit, "Exit code: the low 8 bits of the Win32 code");
  app.add_option("--app", args.common.application, "Application name of the session")->type_name("NAME");
}

// --since "$LAST" of a script whose variable is empty is no wish for everything.
std::string said(std::string const& value) { return value.empty() ? "nothing is given" : std::string{}; }

void add_mount_options(CLI::App& sub, Arguments& args, Texts& texts) {
  sub.add_flag("--read", args.read, "Mount for reading (default)");
  sub.add_flag("--write", args.write, "Mount for writing; refused for a complete side");
  sub.add_flag("--nowait", args.nowait, "Return when the request is queued; it goes on by itself");
  sub.add_option("--drive", args.drives, "In this drive only; once for each medium")->type_name("DRIVE")->expected(1)
      ->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  sub.add_option("--priority", texts.priority, "-15 to 15, or highest, high, normal, low, lowest")->type_name("N")->check(said);
  sub.add_flag("--error-if-offline", args.error_if_offline, "Fail at once instead of asking a person for the medium");
  sub.add_flag("--error-if-unavailable", args.error_if_unavailable, "Fail at once when the medium or every drive is in use");
}

void add_repeated(CLI::App& sub, char const* name, std::vector<std::string>& values, char const* what, char const* type) {
  sub.add_option(name, values, what)->type_name(type)->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_discover_options(CLI::App& sub, Arguments& args) {
  add_repeated(sub, "--iscsi", args.portals, "Also the targets of this computer; again for another one", "HOST[:PORT]");
  sub.add_option("--chap-file", args.chap_file, "User and secret for targets that ask for them")->type_name("FILE");
  sub.add_option("--config", args.config, "The configuration of rsmd (default: /etc/openrsm/rsmd.toml)")->type_name("FILE");
  sub.add_flag("--add", args.add, "Write what is proposed into libraries.d beside the configuration");
  sub.add_option("--name", args.name, "Name of the library (default: made of its product)")->type_name("NAME");
}

void add_allocate_options(CLI::App& sub, Arguments& args) {
  auto* side = sub.add_option("--side", args.side, "This side: A00001:1, or its id")->type_name("SIDE");
  auto* next = sub.add_option("--next-of", args.next_of, "The next side of the cartridge of which you have this one")->type_name("SIDE")->excludes(side);
  sub.add_flag("--whole", args.whole, "Nobody else is given another side of the cartridge")->excludes(next);
  sub.add_flag("--error-if-unavailable", args.error_if_unavailable, "Fail at once instead of asking a person for media");
  sub.add_option("--name", args.name, "Name of the logical medium (default: as the side is called)")->type_name("NAME");
  sub.add_option("--description", args.description, "Its description")->type_name("TEXT");
}

void add_create_options(CLI::App& sub, Arguments& args) {
  sub.add_option("--barcode", args.barcode, "Its bar code")->type_name("CODE");
  add_repeated(sub, "--label", args.labels, "The label of a side; once for each side of the pool's media type", "TYPE:ID[:TEXT]");
  sub.add_option("--state", args.state, "State of its sides (default: import in an import pool, else available)")->type_name("STATE");
  sub.add_option("--name", args.name, "Name of the cartridge (default: bar code, label or number)")->type_name("NAME");
  sub.add_option("--description", args.description, "Its description")->type_name("TEXT");
  sub.add_flag("--error-if-duplicate", args.error_if_duplicate, "Refuse a label that another side has");
}

void add_certify_options(CLI::App& sub, Arguments& args, Texts& texts) {
  sub.add_option("--drives", texts.drives, "Only these drives, by their numbers (default: all)")->type_name("N,N")->check(said);
  sub.add_option("--cartridges", texts.cartridges, "With so many cartridges at most (default: one for each drive)")->type_name("N")->check(said);
  add_repeated(sub, "--medium", args.media, "With this cartridge, though it is none of the pool Free; again for another one", "MEDIUM");
  sub.add_flag("--ports", args.ports, "Also open and close the ports");
  sub.add_flag("--yes", args.yes, "Do not ask");
}

void add_security_options(CLI::App& sub, Arguments& args) {
  add_repeated(sub, "--allow", args.allowed, "user:NAME, group:NAME or everyone = use, modify, control, read-security, write-security, take-ownership or all; again for another one", "WHO=RIGHT,RIGHT");
  add_repeated(sub, "--deny", args.denied, "The same: these rights are refused, whatever else is allowed", "WHO=RIGHT,RIGHT");
  add_repeated(sub, "--remove", args.removed, "What is said of this one is taken out", "WHO");
  sub.add_option("--owner", args.owner, "Whose it is")->type_name("WHO");
  sub.add_flag("--for-new-pools", args.for_new_pools, "Pools that are made in it get the same entries");
}

void add_pool_settings(CLI::App& sub, Arguments& args, Texts& texts) {
  sub.add_option("--type", args.media_type, "Media type of its cartridges; none: a pool for pools")->type_name("TYPE");
  sub.add_option("--description", args.description, "What it is for")->type_name("TEXT");
  sub.add_option("--from-free", texts.from_free, "What it does not have comes from the free pool of its type")->type_name("yes|no")->check(CLI::IsMember({"yes", "no", "1", "0"}));
  sub.add_option("--to-free", texts.to_free, "What is given back goes to the free pool of its type")->type_name("yes|no")->check(CLI::IsMember({"yes", "no", "1", "0"}));
  sub.add_option("--max-allocations", texts.max_allocations, "So often a side is allocated before it is worn out; 0: without limit")->type_name("N")->check(said);
}

void add_computer_settings(CLI::App& sub, Arguments& args, Texts& texts) {
  auto const yes_or_no = [&sub](char const* name, std::string& text, char const* what) { sub.add_option(name, text, what)->type_name("yes|no")->check(CLI::IsMember({"yes", "no", "1", "0"})); };
  yes_or_no("--purge-free", texts.purge_free, "Forget free media when they are ejected (PURGEOFFLINESCRATCH)");
  yes_or_no("--keep-import", texts.keep_import, "Keep import media, offline, when they are ejected (KEEPOFFLINEIMPORT)");
  yes_or_no("--keep-failed", texts.keep_failed, "Age takes no requests away that have failed or were refused");
  sub.add_option("--keep-requests", texts.keep_requests, "So long requests that have ended are kept: 72h")->type_name("TIME")->check(said);
  sub.add_option("--description", args.description, "What it is for")->type_name("TEXT");
}

void add_options(CLI::App& sub, CommandSpec const& command, Arguments& args, Texts& texts) {
  auto const has = [&](std::uint64_t o) { return (command.options & o) != 0; };
  if (command.targets_most > 0) {
    auto* targets = sub.add_option(std::string{command.target}, args.targets);
    if (command.targets_least > 0) targets->required();
    targets->expected(command.targets_most > 1 ? -1 : 1)->type_name("");
  }
  if (has(option::watch)) sub.add_option("--watch", texts.watch, "Again every SECONDS (default 2)")->type_name("[=SECONDS]");
  if (has(option::wait)) sub.add_option("--wait", texts.wait, "Wait until it is done, at most TIME")->type_name("[=TIME]");
  if (has(option::limit)) sub.add_option("--limit", texts.limit, "At most N rows")->type_name("N")->check(said);
  if (has(option::library)) sub.add_option("--library", args.library, "Only of this library")->type_name("LIBRARY");
  if (has(option::pool)) sub.add_option("--pool", args.pool, "Only of this pool")->type_name("POOL");
  if (has(option::pool_settings)) add_pool_settings(sub, args, texts);
  if (has(option::computer)) add_computer_settings(sub, args, texts);
  if (has(option::into_pool)) {
    sub.add_option("--pool", args.pool, "The pool they go into, by its full name")->type_name("POOL");
    sub.add_flag("--change-type", args.change_type, "They get the media type of the pool, too");
  }
  if (has(option::in_drive))
    sub.add_option("--drive", args.drives, "The label is written in this drive")->type_name("DRIVE")->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  if (has(option::relabel)) {
    sub.add_option("--first-bytes", args.first_bytes, "A file with the first bytes of the tape, as they were written")->type_name("FILE");
    sub.add_option("--file-system", args.file_system, "Type, serial number in hexadecimal and name of a volume")->type_name("TYPE:SERIAL[:NAME]");
  }
  if (has(option::search)) sub.add_flag("--contains", args.contains, "Where the text is anywhere in it, not only at its beginning");
  if (has(option::open)) sub.add_flag("--open", args.open_only, "Only requests that are not finished");
  if (has(option::mount)) add_mount_options(sub, args, texts);
  if (has(option::mount | option::timeout))
    sub.add_option("--timeout", texts.timeout, "Give up after TIME: 90, 90s, 10m, 2h (default: no limit)")->type_name("TIME")->check(said);
  if (has(option::check)) {
    sub.get_option(std::string{command.target})->description("daemon, libraries, drives, queue, media, commit or all (default)");
    auto const limit = [&](char const* names, std::vector<std::string>& texts_of, char const* what) {
      sub.add_option(names, texts_of, what)->type_name("[METRIC=]RANGE")->expected(1)->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    };
    limit("-w,--warning", args.warning, "WARNING for values outside of RANGE: 10, 10:, ~:10, 10:20, @10:20 (@: inside)");
    limit("-c,--critical", args.critical, "CRITICAL for values outside of RANGE");
    sub.add_option("-t,--timeout", texts.timeout, "UNKNOWN without an answer within TIME (default: 10 s)")->type_name("TIME")->check(said);
  }
  if (has(option::dismount)) {
    auto* deferred = sub.add_flag("--deferred", args.deferred, "Leave the cartridge in the drive for a while");
    sub.add_flag("--immediate", args.immediate, "Bring the cartridge home now (default)")->excludes(deferred);
  }
  if (has(option::force)) sub.add_flag("--force", args.force, "Also while files are open: their handles die");
  if (has(option::system_disk)) sub.add_flag("--system", args.system_too, "Also a fixed disk that /etc/fstab mounts");
  if (has(option::inventory)) {
    auto* fast = sub.add_flag("--fast", args.fast, "By bar codes");
    auto* full = sub.add_flag("--full", args.full, "By reading every label")->excludes(fast);
    sub.add_flag("--stop", args.stop, "Stop the inventory that runs")->excludes(fast)->excludes(full);
  }
  if (has(option::transfer)) {
    sub.add_option("--to", args.to, "Where it goes: the number of a slot, or 'port 0'")->type_name("PLACE");
    sub.add_flag("--exchange", args.exchange, "What is in that slot comes to where the cartridge was, where the library can do that in one command");
  }
  if (has(option::place)) sub.add_option("--to", args.to, "Put it there: 1 is next, 'last' behind all")->type_name("N");
  if (has(option::submit)) {
    sub.get_option(std::string{command.target})->description("new-media, cleaner, service, move or message");
    sub.add_option("--about", args.about, "The pool, library, cartridge or drive that it is about; slots, doors and ports by their ids")->type_name("OBJECT");
    sub.add_option("--message", args.message, "What is asked, at most 255 characters (default: a standard text)")->type_name("TEXT");
    sub.add_option("--into", args.into, "The library that media have to come into")->type_name("LIBRARY");
  }
  if (has(option::stop_request)) sub.add_option("--stop", args.stop_request, "End this request, which still waits")->type_name("REQUEST");
  if (has(option::uses)) sub.add_option("--uses", args.uses, "How often it can still be used (default: that is not counted)")->type_name("N")->check(CLI::Range(std::uint32_t{1}, std::uint32_t{4294967294}));
  if (has(option::door)) sub.add_option("--inventory", args.after_door, "What follows when the door was closed: none, fast, full (default: as the library has it)")->type_name("HOW")->check(CLI::IsMember({"none", "fast", "full"}));
  if (has(option::follow)) {
    sub.add_flag("--follow", args.follow, "Go on with what happens from now");
    sub.add_option("--since", texts.since, "Events after this number (0: from the oldest kept), or from this time on: 30m or 24h for that long ago, 2026-03-01")->type_name("WHEN")->check(said);
    sub.add_option("--type", args.type, "Only of this type: drive, medium, request …")->type_name("TYPE");
  }
  if (has(option::busy_wait)) sub.add_option("--wait", texts.wait, "While it is in use: try again until TIME is over (default 10s)")->type_name("[=TIME]");
  if (has(option::limited)) sub.add_option("--timeout", texts.timeout, "Limit of each operation; past it the volume needs service")->type_name("TIME")->check(said);
  if (has(option::rehearse)) sub.add_flag("--dry-run", args.dry_run, "Say what would be done and who is in the way; change nothing");
  if (has(option::allocate)) add_allocate_options(sub, args);
  if (has(option::create)) add_create_options(sub, args);
  if (has(option::discover)) add_discover_options(sub, args);
  add_surface_options(sub, command.options, args);
  if (has(option::certify)) add_certify_options(sub, args, texts);
  if (has(option::security)) add_security_options(sub, args);
  if (has(option::history)) {
    sub.add_option("--from", texts.from, "From this moment on: 2026-03-01, '2026-03-01 12:30', or 24h for that long ago")->type_name("WHEN")->check(said);
    sub.add_option("--until", texts.until, "Before this moment")->type_name("WHEN")->check(said);
    sub.add_flag("--oldest-first", args.oldest_first, "In the order in which it happened");
    sub.add_flag("--csv", args.csv, "Comma-separated values (RFC 4180); with --json one object a line");
  }
  if (has(option::screen)) {
    sub.add_flag("--read-only", args.read_only, "Look only: no key asks the service for anything");
    sub.add_flag("--ascii", args.ascii, "No character beyond ASCII");
  }
  if (has(option::web)) {
    sub.get_option(std::string{command.target})->description("login: a link for the console that runs; logout: the end of your sessions there");
    sub.add_flag("--view", args.view_only, "login: a link that can only look");
    sub.add_option("--for", args.how_long, "login: how long the session may last: 8h, 30d (at most 12h; with --view 90d)")->type_name("TIME");
    sub.add_flag("--no-browser", args.no_browser, "Your own console: open no browser");
    sub.add_option("--login-socket", args.login_socket, "Where the console is logged in to (default: /run/openrsm-web/login.sock)")->type_name("PATH");
  }
  if (has(option::trace)) sub.add_flag("--trace", args.trace, "The mounts of one library as a trace, which rsm-sim --trace plays");
  if (has(option::what_if)) add_repeated(sub, "--if", args.what_if, "Suppose 'one more drive', 'drive 2 off', 'drive 2 on', 'request 1042 priority 7'; several with 'and'", "TEXT");
  if (has(option::within)) sub.add_option("--within", texts.within, "Nine of ten mounts are to be served within TIME (default 5m)")->type_name("TIME")->check(said);
  if (has(option::file)) sub.add_option("--file", args.file, "This catalog file, without the service")->type_name("FILE");
}

// `only`: the command that was found already, of all that there are: describing them all takes as long as starting the program. nullptr: all, for help.
void add_commands(CLI::App& app, Arguments& args, Texts& texts, CommandSpec const* only) {
  for (auto object : object_names()) {
    if (only != nullptr && object != only->object) continue;
    auto* group = app.add_subcommand(std::string{object}, std::string{object_summary(object)})->fallthrough();
    if (auto const* alone = find_command(object, "")) {
      add_options(*group, *alone, args, texts);
      continue;
    }
    group->require_subcommand(1);
    for (auto verb : verb_names(object)) {
      if (only != nullptr && verb != only->verb) continue;
      auto const& command = *find_command(object, verb);
      auto* sub = group->add_subcommand(std::string{verb}, std::string{command.summary})->fallthrough();
      add_options(*sub, command, args, texts);
    }
  }
}

template <class T>
bool read_value(std::string const& text, std::optional<T> (*parse)(std::string_view), std::optional<T>& out) {
  if (text.empty()) return true;
  out = parse(text);
  return out.has_value();
}

// Empty: all values are good.
std::string read_values(Arguments& args, Texts const& texts) {
  constexpr auto times = ": write 90, 90s, 10m, 2h or 500ms";
  if (!read_value(texts.watch, parse_duration, args.watch_ms) || (args.watch_ms && *args.watch_ms < 100))
    return "--watch=" + texts.watch + ": write seconds, at least 0.1 s (100ms)";
  if (!read_value(texts.timeout, parse_duration, args.timeout_ms)) return "--timeout " + texts.timeout + times;
  if (!read_value(texts.within, parse_duration, args.within_ms)) return "--within " + texts.within + times;
  if (!read_value(texts.priority, parse_priority, args.priority))
    return "--priority " + texts.priority + ": -15 to 15, or highest, high, normal, low, lowest";
  constexpr auto moments = ": write 2026-03-01, '2026-03-01 12:30', '2026-03-01 12:30:00', or 24h for that long ago";
  if (!read_value(texts.since, parse_count, args.since) && !read_value(texts.since, parse_moment, args.since_ms))
    return "--since " + texts.since + moments + "; or the number of an event";
  if (!read_value(texts.from, parse_moment, args.from_ms)) return "--from " + texts.from + moments;
  if (!read_value(texts.until, parse_moment, args.until_ms)) return "--until " + texts.until + moments;
  std::optional<std::int64_t> limit;
  if (!read_value(texts.limit, parse_count, limit) || (limit && *limit == 0)) return "--limit " + texts.limit + ": a number of rows from 1";
  args.limit = limit.value_or(0);
  if (!texts.from_free.empty()) args.from_free = texts.from_free == "yes" || texts.from_free == "1";
  if (!texts.to_free.empty()) args.to_free = texts.to_free == "yes" || texts.to_free == "1";
  auto const yes = [](std::string const& text) { return text.empty() ? std::nullopt : std::optional(text == "yes" || text == "1"); };
  args.purge_free = yes(texts.purge_free), args.keep_import = yes(texts.keep_import), args.keep_failed = yes(texts.keep_failed);
  if (!read_value(texts.keep_requests, parse_duration, args.keep_requests_ms)) return "--keep-requests " + texts.keep_requests + times;
  if (!read_value(texts.max_allocations, parse_count, args.max_allocations) || args.max_allocations.value_or(0) > INT64_C(0xFFFFFFFF))
    return "--max-allocations " + texts.max_allocations + ": a number of allocations, at most 4294967295";
  if (!read_value(texts.cartridges, parse_count, args.cartridges) || args.cartridges == 0) return "--cartridges " + texts.cartridges + ": a number from 1";
  for (std::size_t begin = 0; !texts.drives.empty() && begin <= texts.drives.size();) {
    auto const end = std::min(texts.drives.find(',', begin), texts.drives.size());
    args.certified_drives.push_back(texts.drives.substr(begin, end - begin));
    if (!parse_count(args.certified_drives.back())) return "--drives " + texts.drives + ": numbers of drives, with commas between them: 0,1";
    begin = end + 1;
  }
  if (!texts.wait.empty()) {
    WaitFor wait;
    if (texts.wait != forever && !read_value(texts.wait, parse_duration, wait.limit_ms)) return "--wait=" + texts.wait + times;
    args.wait = wait;
  }
  args.common.color = texts.color == "always" ? ColorWhen::always : texts.color == "never" ? ColorWhen::never : ColorWhen::automatic;
  return {};
}

constexpr char const* footer =
    "\nMedia are named by name, bar code or GUID; a side as A00001:1 or by GUID; requests, sessions and operator requests by\n"
    "the beginning of their id, too. The classic verbs (mount /lg… /oread, view, eject …) work as before: 'rsm /?'.\n";

constexpr char const* sub_footer = "\n--socket, --json, --no-header, --color, --win32-exit and --app go with every command: 'rsm --help'.\n";

// The help of the command that was named, with its whole name in front.
std::string help_of(CLI::App& app) {
  CLI::App* deepest = &app;
  std::string before;
  while (!deepest->get_subcommands().empty()) {
    before += (before.empty() ? "" : " ") + deepest->get_name();
    deepest = deepest->get_subcommands().front();
  }
  if (deepest == &app) return app.help();
  deepest->footer(sub_footer);
  return deepest->help(before);
}

// ---- the manual page

// As troff takes it: no line begins with a dot or a quote, and a dash is a dash.
std::string troff(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string option_words(CLI::Option const& option) {
  std::string out = "\\fB" + troff(option.get_name(false, true)) + "\\fR";
  std::string value = option.get_type_name();
  value.erase(std::min(value.find(":{"), value.size()));  // what CLI11 adds: the values that it checks
  if (value.empty() || option.get_expected_max() == 0) return out;
  return out + (value.starts_with("[=") ? "" : " ") + "\\fI" + troff(value) + "\\fR";
}

std::string options_of(CLI::App& app) {
  std::string out;
  for (auto const* option : app.get_options())
    if (option->nonpositional() && !option->check_name("--help") && !option->check_name("--version")) out += ".br\n" + option_words(*option) + ": " + troff(option->get_description()) + "\n";
  return out;
}

std::string command_section(CLI::App& app, CommandSpec const& command) {
  auto* sub = app.get_subcommand(std::string{command.object});
  if (!command.verb.empty()) sub = sub->get_subcommand(std::string{command.verb});
  std::string const target = command.target.empty() ? "" : " \\fI" + troff(command.target) + "\\fR" + (command.targets_most > 1 ? "..." : "");
  std::string const words = std::string{command.object} + (command.verb.empty() ? "" : " ") + std::string{command.verb};
  return ".TP\n\\fB" + troff(words) + "\\fR" + target + "\n" + troff(command.summary) + "\n" + options_of(*sub);
}

}  // namespace

std::string manual_page(std::string const& classic_verbs) {
  Arguments args;
  Texts texts;
  CLI::App app{"", "rsm"};
  add_common(app, args, texts);
  add_commands(app, args, texts, nullptr);
  std::string out =
      ".\\\" Made by rsm --manual from the tables that rsm itself uses; docs/rsm.md says more.\n"
      ".TH RSM 1 \"\" \"OpenRSM\" \"User commands\"\n.SH NAME\nrsm \\- operate removable media libraries\n.SH SYNOPSIS\n.B rsm\n.RI [ OPTIONS ] \" OBJECT \" [ VERB ] \" \" [ NAME ...] \" \" [ OPTIONS ]\n.br\n"
      ".B rsm\n.I VERB\n.RI / switchVALUE ...\n.SH DESCRIPTION\n.B rsm\ntalks to the service\n.BR rsmd .\n.B rsm status\nshows in one screen what is mounted where, what waits for what, and what needs a person.\n"
      ".B rsm OBJECT VERB \\-\\-help\nexplains each command. Sides are written A00001:1; requests and other objects without a name by the first digits of their ids.\n"
      "The second form is the grammar of Windows' rsm.exe:\n.B rsm /?\nlists its verbs.\n.SH COMMANDS\n";
  for (auto const& command : command_list()) out += command_section(app, command);
  out += ".SH OPTIONS OF ALL COMMANDS\n";
  for (auto const* option : app.get_options())
    if (option->nonpositional() && !option->check_name("--help")) out += ".TP\n" + option_words(*option) + "\n" + troff(option->get_description()) + "\n";
  out += ".SH CLASSIC VERBS\n.nf\n";
  for (std::size_t begin = 0; begin < classic_verbs.size();) {
    auto const end = std::min(classic_verbs.find('\n', begin), classic_verbs.size());
    out += troff(std::string_view(classic_verbs).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out +
         ".fi\n.SH EXIT STATUS\n0 success; 1 wrong usage; 2 service not reachable or not ready; 3 access denied; 4 every other error; 5 no such object; 6 busy or nothing available;\n"
         "7 time over, cancelled or refused; 8 offline, disabled or away; 50 not supported.\n.B check\nhas those of monitoring plugins instead.\n.SH ENVIRONMENT\n"
         ".TP\n.B OPENRSM_SOCKET\nWhere the service listens, unless\n.B \\-\\-socket\nsays it.\n.TP\n.B NO_COLOR\nNo colours.\n.TP\n.B COLUMNS, LINES\nSize of the terminal.\n"
         ".TP\n.B XDG_STATE_HOME\nWhere what\n.B rsm eject /aqueue\ncollects is kept (else ~/.local/state), in the folder openrsm.\n.TP\n.B RSM_WIN32_EXIT\n1: as\n.BR \\-\\-win32\\-exit .\n"
         ".SH SEE ALSO\n.BR rsmd (8),\ndocs/rsm.md\n";
}

std::string first_plain_word(std::vector<std::string> const& words) {
  auto const plain = plain_words(words);
  return plain.empty() ? std::string{} : plain.front();
}

Parsed parse_arguments(std::vector<std::string> words) {
  if (words == std::vector<std::string>{"--version"}) return Help{std::string{version_line} + "\n"};  // no command is described for it
  if (words.size() == 1)
    if (auto const* alone = find_command(words[0], ""); alone != nullptr && alone->targets_least == 0) return nothing_but(*alone);
  auto behind_the_mark = take_command_words(words);
  words = with_defaults_written(std::move(words));
  CommandSpec const* command = nullptr;
  if (!asks_for_help(words)) {
    auto found = command_of(words);
    if (auto* usage = std::get_if<Usage>(&found)) return *usage;
    command = std::get<CommandSpec const*>(found);
    if (auto usage = unknown_option(*command, words)) return *usage;
  }
  Arguments args;
  Texts texts;
  CLI::App app{"Removable Storage: media libraries, their drives and cartridges", "rsm"};
  app.require_subcommand(1);
  app.set_version_flag("--version", version_line);
  app.footer(footer);
  add_common(app, args, texts);
  add_commands(app, args, texts, command);
  try {
    std::ranges::reverse(words);  // as CLI11 wants them
    app.parse(words);
  } catch (CLI::CallForHelp const&) {
    return Help{help_of(app)};
  } catch (CLI::CallForVersion const& version) {
    return Help{std::string{version.what()} + "\n"};
  } catch (CLI::ParseError const& error) {
    return Usage{(command == nullptr ? std::string{"rsm"} : command_words(*command)) + ": " + error.what()};
  }
  if (command == nullptr) return Usage{"rsm: nothing to do"};
  args.object = command->object;
  args.verb = command->verb;
  args.command = std::move(behind_the_mark);
  if ((command->options & option::command) != 0 && args.command.empty() && !args.dry_run)
    return Usage{command_words(*command) + ": which command? write it behind --: " + command_words(*command) + " " + args.targets.front() + " -- COMMAND..."};
  if (auto wrong = read_values(args, texts); !wrong.empty()) return Usage{command_words(*command) + ": " + wrong};
  if (static_cast<int>(args.targets.size()) < command->targets_least) return Usage{command_words(*command) + ": more is needed: " + std::string{command->summary}};
  if (static_cast<int>(args.targets.size()) > std::max(command->targets_most, 1))
    return Usage{command_words(*command) + ": at most " + std::to_string(command->targets_most) + " at once"};
  return args;
}

}  // namespace rsm::cli
