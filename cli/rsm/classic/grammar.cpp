#include "cli/rsm/classic/grammar.hpp"

#include <algorithm>

#include "cli/rsm/arguments/command_list.hpp"
#include "cli/rsm/arguments/suggest.hpp"
#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/classic/verbs.hpp"

namespace rsm::cli {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool asks_help(std::string_view word) { return word == "/?" || word == "-?" || word == "--?" || word == "--help" || word == "-h"; }

// What follows the slash or the dashes; nullopt: not a switch.
std::optional<std::string_view> switch_body(std::string_view word) {
  if (word.starts_with("--") && word.size() > 2) return word.substr(2);
  if ((word.starts_with("/") || word.starts_with("-")) && word.size() > 1) return word.substr(1);
  return std::nullopt;
}

struct Extension {
  std::string name;
  std::optional<std::string> value;
};

// The new-style options that classic verbs take, too: --json, --wait=5, --socket=PATH … (the whole name, so that no old
// switch is mistaken for one).
std::optional<Extension> extension_of(std::string_view word) {
  static constexpr std::string_view names[] = {"--json",  "--wait",       "--socket", "--server", "--app",
                                               "--color", "--win32-exit", "--no-header"};
  auto const equals = word.find('=');
  auto const name = word.substr(0, equals);
  if (std::ranges::find(names, name) == std::end(names)) return std::nullopt;
  if (equals == std::string_view::npos) return Extension{std::string{name}, std::nullopt};
  return Extension{std::string{name}, std::string{word.substr(equals + 1)}};
}

bool needs_value(std::string const& name) { return name == "--socket" || name == "--app" || name == "--color" || name == "--server"; }

std::optional<Usage> apply(Extension const& extension, ClassicCommand& command) {
  auto const& [name, value] = extension;
  if (needs_value(name) && !value) return Usage{name + ": a value is missing"};
  if (name == "--json") command.common.json = true;
  if (name == "--no-header") command.common.no_header = true;
  if (name == "--win32-exit") command.common.win32_exit = true;
  if (name == "--socket") command.common.socket = *value;
  if (name == "--app") command.common.application = *value;
  if (name == "--color" && *value == "always") command.common.color = ColorWhen::always;
  if (name == "--color" && *value == "never") command.common.color = ColorWhen::never;
  if (name == "--server" && *value != "." && lower(*value) != "localhost")
    return Usage{"--server " + *value + ": only the service of this computer can be reached; --socket names another socket"};
  if (name == "--wait") {
    WaitFor wait;
    if (value && !(wait.limit_ms = parse_duration(*value))) return Usage{"--wait=" + *value + ": write seconds, 10m or 2h"};
    command.wait = wait;
  }
  return std::nullopt;
}

// The switch of the verb that the body begins with; the longest name wins.
SwitchSpec const* match(VerbSpec const& verb, std::string const& body) {
  SwitchSpec const* best = nullptr;
  for (auto const& s : verb.switches) {
    bool const fits = s.value == SwitchValue::none ? body == s.name : body.starts_with(s.name);
    if (fits && (best == nullptr || s.name.size() > best->name.size())) best = &s;
  }
  return best;
}

bool names_by_guid(std::string_view name) { return name.size() == 2 && name[1] == 'g'; }

std::optional<Usage> add_switch(VerbSpec const& verb, std::string_view word, ClassicCommand& command) {
  auto const body = switch_body(word);
  std::string const verb_name{verb.verb};
  if (!body) return Usage{verb_name + ": '" + std::string{word} + "' stands alone; a switch is directly followed by its value: /t50, not /t 50"};
  SwitchSpec const* spec = match(verb, lower(*body));
  if (spec == nullptr) return Usage{verb_name + ": unknown switch '" + std::string{word} + "'"};
  ClassicSwitch const one{std::string{spec->name}, std::string{body->substr(spec->name.size())}};
  std::string const shown = "/" + one.name;
  if (one.value.empty() && spec->value == SwitchValue::needed)
    return Usage{verb_name + ": " + shown + " needs a value, directly behind it"};
  if (!spec->repeats && command.has(one.name)) return Usage{verb_name + ": " + shown + " is given twice"};
  if (names_by_guid(one.name) && !Guid::parse(one.value))
    return Usage{verb_name + ": " + shown + ": '" + one.value + "' is no GUID; write 8-4-4-4-12 or 32 hexadecimal digits"};
  command.switches.push_back(one);
  return std::nullopt;
}

// The newest manual of the original writes /m "POOL"; no other switch may have a blank behind it.
bool blank_after_m(std::vector<std::string> const& words, std::size_t at) {
  auto const body = switch_body(words[at]);
  return body && lower(*body) == "m" && at + 1 < words.size() && !switch_body(words[at + 1]) && !extension_of(words[at + 1]);
}

// Objects are named in one way: /lg and /lf together are wrong.
std::optional<Usage> both_ways(ClassicCommand const& command) {
  for (char letter : std::string_view{"lpsdct"}) {
    std::string const guid{letter, 'g'}, name{letter, 'f'};
    if (command.has(guid) && command.has(name)) return Usage{command.verb + ": /" + guid + " and /" + name + " name one object in two ways"};
  }
  return std::nullopt;
}

}  // namespace

bool ClassicCommand::has(std::string_view name) const {
  return std::ranges::any_of(switches, [&](auto const& s) { return s.name == name; });
}

std::string ClassicCommand::value(std::string_view name) const {
  for (auto const& s : switches)
    if (s.name == name) return s.value;
  return {};
}

std::vector<std::string> ClassicCommand::values(std::string_view name) const {
  std::vector<std::string> all;
  for (auto const& s : switches)
    if (s.name == name) all.push_back(s.value);
  return all;
}

bool is_classic(std::vector<std::string> const& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (auto const extension = extension_of(words[i])) {
      if (needs_value(extension->name) && !extension->value) ++i;
      continue;
    }
    bool const command = i + 1 < words.size() && find_command(words[i], words[i + 1]) != nullptr;  // "view list": no classic verb has a plain word behind it
    return !command && (words[i] == "/?" || find_classic_verb(lower(words[i])) != nullptr);
  }
  return false;
}

ClassicParsed parse_classic(std::vector<std::string> const& words) {
  ClassicCommand command;
  VerbSpec const* verb = nullptr;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (auto extension = extension_of(words[i])) {
      if (needs_value(extension->name) && !extension->value && i + 1 < words.size()) extension->value = words[++i];
      if (auto wrong = apply(*extension, command)) return *wrong;
    } else if (asks_help(words[i])) {
      return Help{verb == nullptr ? classic_help() : classic_help(*verb)};
    } else if (verb == nullptr) {
      verb = find_classic_verb(lower(words[i]));
      if (verb == nullptr) return Usage{"unknown verb '" + words[i] + "'"};
      command.verb = verb->verb;
    } else {
      std::string word = words[i];
      if (blank_after_m(words, i)) word += words[++i];
      if (auto wrong = add_switch(*verb, word, command)) return Usage{wrong->message + "\n" + std::string{verb->usage}};
    }
  }
  if (verb == nullptr) return Help{classic_help()};
  if (auto wrong = both_ways(command)) return Usage{wrong->message + "\n" + std::string{verb->usage}};
  return command;
}

std::optional<ClassicName> named(ClassicCommand const& command, char letter) {
  std::string const guid{letter, 'g'}, name{letter, 'f'};
  if (command.has(guid)) return ClassicName{Guid::parse(command.value(guid)), {}};
  if (command.has(name)) return ClassicName{std::nullopt, command.value(name)};
  return std::nullopt;
}

}  // namespace rsm::cli
