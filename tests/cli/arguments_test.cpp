#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "api/protocol/messages.hpp"
#include "api/protocol/shape.hpp"
#include "cli/rsm/arguments/command_list.hpp"
#include "cli/rsm/arguments/parse.hpp"
#include "cli/rsm/arguments/suggest.hpp"
#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/check/limits_asked.hpp"
#include "cli/rsm/exit_code.hpp"

namespace rsm::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

Arguments good(Words words) {
  auto parsed = parse_arguments(std::move(words));
  if (auto const* usage = std::get_if<Usage>(&parsed)) ADD_FAILURE() << usage->message;
  return std::holds_alternative<Arguments>(parsed) ? std::get<Arguments>(parsed) : Arguments{};
}

std::string wrong(Words words) {
  auto parsed = parse_arguments(std::move(words));
  return std::holds_alternative<Usage>(parsed) ? std::get<Usage>(parsed).message : "(accepted)";
}

TEST(Arguments, EveryCommandParses) {
  for (auto const& command : command_list()) {
    Words words{std::string{command.object}};
    if (!command.verb.empty()) words.emplace_back(command.verb);
    for (int i = 0; i < command.targets_least; ++i) words.emplace_back("X");
    if ((command.options & option::command) != 0) words.insert(words.end(), {"--", "true"});
    auto const args = good(words);
    EXPECT_EQ(args.object, command.object);
    EXPECT_EQ(args.verb, command.verb);
    EXPECT_EQ(args.targets.size(), static_cast<std::size_t>(command.targets_least));
  }
}

TEST(Arguments, EveryOptionOfEveryCommandIsKnownToTheParser) {
  for (auto const& command : command_list())
    for (auto name : option_names(command.options)) {
      Words words{std::string{command.object}};
      if (!command.verb.empty()) words.emplace_back(command.verb);
      words.emplace_back(name);
      bool const stop_flag = name == "--stop" && (command.options & option::inventory) != 0;
      if (takes_value(name) && !stop_flag) words.emplace_back(name == "--inventory" ? "fast" : "1");
      for (int i = 0; i < command.targets_least; ++i) words.emplace_back("X");
      if ((command.options & option::command) != 0) words.insert(words.end(), {"--", "true"});
      EXPECT_TRUE(std::holds_alternative<Arguments>(parse_arguments(words))) << command.object << " " << command.verb << " " << name;
    }
}

// What is run most has no options: it is understood without describing any, and means the same.
TEST(Arguments, AWordAloneMeansWhatItMeansBesideOptions) {
  for (auto const& command : command_list()) {
    if (!command.verb.empty() || command.targets_least > 0) continue;
    std::string const word{command.object};
    auto const alone = good({word}), beside = good({word, "--color", "auto"});
    EXPECT_EQ(alone.object, beside.object);
    EXPECT_EQ(alone.targets, beside.targets);
    EXPECT_EQ(alone.limit, beside.limit);
    EXPECT_EQ(alone.watch_ms, beside.watch_ms);
    EXPECT_EQ(alone.wait.has_value(), beside.wait.has_value());
    EXPECT_EQ(alone.priority, beside.priority);
    EXPECT_EQ(alone.common.application, beside.common.application);
    EXPECT_EQ(alone.common.color, beside.common.color);
  }
}

TEST(Arguments, MountTakesAllItsSwitches) {
  auto const args = good({"media", "mount", "A00001:1", "A00002", "--write", "--read", "--nowait", "--drive", "Drive 0", "--drive=Drive 1",
                          "--priority", "-7", "--timeout", "10m", "--error-if-offline", "--error-if-unavailable"});
  EXPECT_THAT(args.targets, ElementsAre("A00001:1", "A00002"));
  EXPECT_THAT(args.drives, ElementsAre("Drive 0", "Drive 1"));
  EXPECT_TRUE(args.write && args.read && args.nowait && args.error_if_offline && args.error_if_unavailable);
  EXPECT_EQ(args.priority, -7);
  EXPECT_EQ(args.timeout_ms, 600'000);
}

TEST(Arguments, CommonOptionsStandAnywhere) {
  for (auto const& words : {Words{"--json", "--socket", "/s", "drive", "list"}, Words{"drive", "--json", "list", "--socket=/s"},
                            Words{"drive", "list", "--json", "--socket", "/s"}}) {
    auto const args = good(words);
    EXPECT_TRUE(args.common.json);
    EXPECT_EQ(args.common.socket, "/s");
  }
  EXPECT_EQ(good({"status", "--color=never"}).common.color, ColorWhen::never);
  EXPECT_TRUE(good({"status", "--win32-exit", "--no-header"}).common.win32_exit);
}

TEST(Arguments, BareWatchAndWaitTakeNoWordAway) {
  EXPECT_EQ(good({"status", "--watch"}).watch_ms, 2000);
  EXPECT_EQ(good({"status", "--watch=5"}).watch_ms, 5000);
  auto const args = good({"media", "dismount", "--wait", "A00001", "--deferred"});
  EXPECT_THAT(args.targets, ElementsAre("A00001"));
  ASSERT_TRUE(args.wait.has_value());
  EXPECT_FALSE(args.wait->limit_ms.has_value());
  EXPECT_TRUE(args.deferred);
  EXPECT_EQ(good({"media", "dismount", "A00001", "--wait=2m"}).wait->limit_ms, 120'000);
  EXPECT_FALSE(good({"media", "dismount", "A00001"}).wait.has_value());
}

TEST(Arguments, StopOfInventoryIsAFlagAndOfInjectNamesARequest) {
  auto const inventory = good({"library", "inventory", "--stop", "Jukebox"});
  EXPECT_TRUE(inventory.stop);
  EXPECT_THAT(inventory.targets, ElementsAre("Jukebox"));
  EXPECT_EQ(good({"library", "inject", "Jukebox", "--stop", "1234abcd"}).stop_request, "1234abcd");
}

TEST(Arguments, TheCommandOfALockIsItsOwn) {
  auto const args = good({"volume", "lock", "/dev/sr0", "--wait=3s", "--", "ls", "--help", "-h", "--", "--json"});
  EXPECT_THAT(args.targets, ElementsAre("/dev/sr0"));
  EXPECT_THAT(args.command, ElementsAre("ls", "--help", "-h", "--", "--json"));
  EXPECT_FALSE(args.common.json);
  EXPECT_EQ(args.wait->limit_ms, 3000);
  EXPECT_THAT(wrong({"volume", "lock", "/dev/sr0"}), HasSubstr("rsm volume lock /dev/sr0 -- COMMAND..."));
  EXPECT_TRUE(good({"volume", "lock", "/dev/sr0", "--dry-run"}).dry_run);
  EXPECT_THAT(good({"volume", "flush", "--", "-odd-name"}).targets, ElementsAre("-odd-name"));
  EXPECT_NE(wrong({"volume", "lock", "/dev/sr0", "--force", "--", "true"}), "(accepted)");
}

TEST(Arguments, VolumeVerbsTakeTheirOptions) {
  auto const args = good({"volume", "eject", "/mnt/a", "--force", "--wait", "--timeout", "5m", "--dry-run", "--json"});
  EXPECT_TRUE(args.force && args.dry_run && args.common.json);
  EXPECT_FALSE(args.wait->limit_ms.has_value());  // the built-in limit
  EXPECT_EQ(args.timeout_ms, 300'000);
  EXPECT_THAT(wrong({"volume", "status", "/mnt/a", "--force"}), HasSubstr("unknown option '--force'"));
  EXPECT_THAT(wrong({"volume", "ejcet", "/mnt/a"}), HasSubstr("did you mean 'eject'?"));
}

TEST(Arguments, UnknownWordsGetTheNearest) {
  EXPECT_THAT(wrong({"statsu"}), HasSubstr("unknown command 'statsu'; did you mean 'status'?"));
  EXPECT_THAT(wrong({"media", "mout"}), HasSubstr("unknown verb 'mout'; did you mean 'mount'?"));
  EXPECT_THAT(wrong({"media", "mount", "A", "--raed"}), HasSubstr("unknown option '--raed'; did you mean '--read'?"));
  EXPECT_THAT(wrong({"drive", "list", "--write"}), HasSubstr("unknown option '--write'"));
  EXPECT_THAT(wrong({"frobnicate"}), testing::Not(HasSubstr("did you mean")));
}

TEST(Arguments, WhatIsMissingOrTooMuchIsSaid) {
  EXPECT_THAT(wrong({}), HasSubstr("rsm status"));
  EXPECT_THAT(wrong({"media"}), HasSubstr("list, search, show, mount"));
  EXPECT_THAT(wrong({"media", "mount"}), HasSubstr("SIDE"));
  EXPECT_NE(wrong({"drive", "show", "a", "b"}), "(accepted)");
  EXPECT_NE(wrong({"media", "mount", "A", "--timeout"}), "(accepted)");
  EXPECT_NE(wrong({"media", "dismount", "A", "--deferred", "--immediate"}), "(accepted)");
  EXPECT_NE(wrong({"library", "inventory", "J", "--fast", "--full"}), "(accepted)");
  Words many{"media", "mount"};
  for (int i = 0; i < 65; ++i) many.push_back("M" + std::to_string(i));
  EXPECT_THAT(wrong(many), HasSubstr("at most 64"));
}

TEST(Arguments, BadValuesAreSaid) {
  EXPECT_THAT(wrong({"media", "mount", "A", "--priority", "16"}), HasSubstr("-15 to 15"));
  EXPECT_THAT(wrong({"media", "mount", "A", "--timeout", "soon"}), HasSubstr("90s, 10m"));
  EXPECT_THAT(wrong({"status", "--watch=0"}), HasSubstr("--watch=0"));
  EXPECT_THAT(wrong({"events", "--since", "-1"}), AllOf(HasSubstr("--since"), HasSubstr("24h"), HasSubstr("number of an event")));
  EXPECT_THAT(wrong({"events", "--since", "2026-02-30"}), HasSubstr("--since"));
  EXPECT_THAT(wrong({"events", "--since", ""}), HasSubstr("--since"));
  EXPECT_THAT(wrong({"history", "--from", ""}), HasSubstr("--from"));
  EXPECT_THAT(wrong({"media", "list", "--limit", "0"}), HasSubstr("--limit"));
  EXPECT_THAT(wrong({"media", "list", "--limit", ""}), HasSubstr("--limit"));
  EXPECT_NE(wrong({"status", "--color", "sometimes"}), "(accepted)");
}

TEST(Arguments, AnOptionThatMayBeRepeatedTakesOneWordEach) {
  auto const check = good({"check", "-w", "waiting=5", "-c", "1:2", "queue", "--warning=-1:3", "-t", "5s"});
  EXPECT_THAT(check.warning, ElementsAre("waiting=5", "-1:3"));
  EXPECT_THAT(check.critical, ElementsAre("1:2"));
  EXPECT_THAT(check.targets, ElementsAre("queue"));
  EXPECT_EQ(check.timeout_ms, 5000);
  auto const mount = good({"media", "mount", "--drive", "0", "A00001:0", "--drive", "1", "A00002:0"});
  EXPECT_THAT(mount.drives, ElementsAre("0", "1"));
  EXPECT_THAT(mount.targets, ElementsAre("A00001:0", "A00002:0"));
}

TEST(Arguments, TheFirstWordIsFoundBehindOptions) {
  EXPECT_EQ(first_plain_word({"--socket", "status", "check", "-w", "5"}), "check");
  EXPECT_EQ(first_plain_word({"--json"}), "");
}

TEST(Arguments, HelpAndVersion) {
  auto const top = parse_arguments({"--help"});
  ASSERT_TRUE(std::holds_alternative<Help>(top));
  for (auto object : object_names()) EXPECT_THAT(std::get<Help>(top).text, HasSubstr(std::string{object}));
  auto const mount = parse_arguments({"media", "mount", "--help"});
  ASSERT_TRUE(std::holds_alternative<Help>(mount));
  EXPECT_THAT(std::get<Help>(mount).text, HasSubstr("--error-if-offline"));
  EXPECT_TRUE(std::holds_alternative<Help>(parse_arguments({"--version"})));
}

std::string file_of(std::string const& path) {
  std::ifstream in(std::string{RSM_SOURCE_DIRECTORY} + "/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Arguments, TheReferenceNamesEveryCommandAndOption) {
  auto const reference = file_of("docs/rsm.md");
  for (auto const& command : command_list()) {
    EXPECT_THAT(reference, HasSubstr(std::string{command.object}));
    EXPECT_THAT(reference, HasSubstr(std::string{command.verb})) << command.object;
    for (auto name : option_names(command.options)) EXPECT_THAT(reference, HasSubstr(std::string{name})) << command.object << " " << command.verb;
  }
  for (auto name : common_option_names()) EXPECT_THAT(reference, HasSubstr(std::string{name}));
}

TEST(Arguments, SettingsOfAPool) {
  auto const args = good({"pool", "create", "A\\B", "--type", "LTO Ultrium", "--description", "", "--from-free", "yes", "--to-free", "no", "--max-allocations", "0"});
  EXPECT_EQ(args.media_type, "LTO Ultrium");
  EXPECT_EQ(args.description, "");
  EXPECT_EQ(args.from_free, true);
  EXPECT_EQ(args.to_free, false);
  EXPECT_EQ(args.max_allocations, 0);
  auto const none = good({"pool", "set", "A"});
  EXPECT_FALSE(none.description || none.from_free || none.to_free || none.max_allocations);
  EXPECT_THAT(wrong({"pool", "set", "A", "--from-free", "maybe"}), HasSubstr("maybe"));
  EXPECT_THAT(wrong({"pool", "set", "A", "--max-allocations", "4294967296"}), HasSubstr("at most 4294967295"));
  EXPECT_THAT(wrong({"pool", "rename", "A"}), HasSubstr("POOL NAME"));
  EXPECT_TRUE(good({"media", "move-to-pool", "A", "--pool", "P", "--change-type"}).change_type);
}

TEST(Arguments, WhoMayDoWhat) {
  auto const args = good({"security", "set", "pool", "Backup", "--allow", "user:alice=use,control", "--allow", "everyone=use", "--deny", "group:6=modify", "--remove", "user:bob", "--owner", "user:alice", "--for-new-pools"});
  EXPECT_THAT(args.targets, ElementsAre("pool", "Backup"));
  EXPECT_THAT(args.allowed, ElementsAre("user:alice=use,control", "everyone=use"));
  EXPECT_THAT(args.denied, ElementsAre("group:6=modify"));
  EXPECT_THAT(args.removed, ElementsAre("user:bob"));
  EXPECT_EQ(args.owner, "user:alice");
  EXPECT_TRUE(args.for_new_pools);
  EXPECT_THAT(good({"security", "show", "computer"}).targets, ElementsAre("computer"));
  EXPECT_THAT(wrong({"security", "show"}), HasSubstr("OBJECT"));
  EXPECT_THAT(wrong({"security", "show", "pool", "A", "B"}), HasSubstr("at most 2"));
}

TEST(Arguments, WhatIsLookedForAndTried) {
  auto const found = good({"library", "discover", "--iscsi", "a", "--iscsi=b:3261", "--chap-file", "/c", "--config", "/d", "--name", "n", "--add"});
  EXPECT_THAT(found.portals, ElementsAre("a", "b:3261"));
  EXPECT_EQ(found.chap_file + found.config + found.name, "/c/dn");
  EXPECT_TRUE(found.add);
  auto const tried = good({"library", "certify", "L", "--drives", "0,12", "--cartridges", "3", "--medium", "A", "--medium", "B", "--ports", "--yes"});
  EXPECT_THAT(tried.certified_drives, ElementsAre("0", "12"));
  EXPECT_THAT(tried.media, ElementsAre("A", "B"));
  EXPECT_EQ(tried.cartridges, 3);
  EXPECT_TRUE(tried.ports && tried.yes);
  for (auto const* bad : {"a", "0,", ",1", "0,,1", "-1", "0 1"}) EXPECT_THAT(wrong({"library", "certify", "L", std::string("--drives=") + bad}), HasSubstr("--drives")) << bad;
  EXPECT_THAT(wrong({"library", "certify", "L", "--cartridges", "0"}), HasSubstr("--cartridges"));
  EXPECT_THAT(wrong({"library", "discover", "L"}), testing::Not(HasSubstr("(accepted)")));
}

TEST(Arguments, WhatMayComeNextIsSaidForCompletion) {
  EXPECT_THAT(next_words("", ""), StartsWith("status\ntop\nsetup\nweb\ncheck\nlibrary\n"));
  EXPECT_THAT(next_words("", ""), HasSubstr("\n--json\n"));
  EXPECT_THAT(next_words("library", ""), StartsWith("list\nshow\ntiming\ndiscover\ncertify\ninventory\ninject\nadd-type\nremove-type\nenable\ndisable\ndelete\n--socket\n"));
  EXPECT_THAT(next_words("library", "inject"), StartsWith("=LIBRARY\n--wait\n--stop\n"));
  EXPECT_THAT(next_words("side", "list"), StartsWith("=MEDIUM\n--watch\n"));
  EXPECT_THAT(next_words("explain", ""), StartsWith("=REQUEST\n"));
  EXPECT_THAT(next_words("explain", "0badcafe"), StartsWith("=REQUEST\n"));
  EXPECT_THAT(next_words("volume", "lock"), HasSubstr("\n--\n"));
  EXPECT_THAT(next_words("nonsense", ""), StartsWith("--socket\n"));
}

TEST(Arguments, TheCompletionKnowsWhateverCommandsName) {
  auto const completion = file_of("packaging/completion/rsm.bash");
  for (auto const& command : command_list()) {
    if (command.target.empty()) continue;
    std::string const target = next_words(command.object, command.verb);
    std::string const what = target.substr(1, target.find('\n') - 1);
    EXPECT_TRUE(completion.find(" " + what + ")") != std::string::npos || completion.find(" " + what + " |") != std::string::npos) << what;
  }
}

TEST(Arguments, TheReferenceNamesEveryMemberOfAStatusAndEveryMetricOfACheck) {
  auto const reference = file_of("docs/rsm.md");
  for (auto const& member : wire::shape_of<wire::StatusReply>().members) EXPECT_THAT(reference, HasSubstr("`" + std::string{member.name} + "`"));
  for (auto const& spec : metric_specs()) {
    EXPECT_THAT(reference, HasSubstr("`" + std::string{spec.name} + "`"));
    for (auto range : {spec.warning, spec.critical}) EXPECT_TRUE(range.empty() || reference.find("| `" + std::string{range} + "` |") != std::string::npos) << range;
  }
  auto const completion = file_of("packaging/completion/rsm.bash");
  for (auto check : check_names()) EXPECT_THAT(completion, HasSubstr(std::string{check}));
}

TEST(Values, Durations) {
  EXPECT_EQ(parse_duration("90"), 90'000);
  EXPECT_EQ(parse_duration("500ms"), 500);
  EXPECT_EQ(parse_duration("2h"), 7'200'000);
  EXPECT_EQ(parse_duration("0"), 0);
  for (auto bad : {"", "-1", "1x", "s", "1 s", "99999999999999999999", "9999999999999h"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Values, Priorities) {
  EXPECT_EQ(parse_priority("highest"), 15);
  EXPECT_EQ(parse_priority("high"), 7);
  EXPECT_EQ(parse_priority("lowest"), -15);
  EXPECT_EQ(parse_priority("-15"), -15);
  for (auto bad : {"", "16", "-16", "urgent", "1.5"}) EXPECT_FALSE(parse_priority(bad)) << bad;
}

TEST(Suggest, NearIsNear) {
  EXPECT_EQ(nearest("lsit", {"list", "show"}), "list");
  EXPECT_EQ(nearest("inv", {"inject", "inventory"}), "inventory");
  EXPECT_EQ(nearest("zzzz", {"list", "show"}), "");
}

TEST(ExitCodes, AreTheDocumentedTable) {
  struct Row {
    int code;
    std::vector<std::uint32_t> numbers;
  };
  for (auto const& row : {Row{0, {0}}, Row{2, {21, 1201, 1222, 2250}}, Row{3, {5}}, Row{5, {2, 15, 4300, 4301, 4302, 4312}},
                          Row{6, {170, 4308, 5006}}, Row{7, {1460, 1223, 4320}}, Row{8, {1110, 1112, 4304, 4305, 4309, 4318, 4319}}, Row{50, {50}},
                          Row{4, {87, 112, 120, 158, 1109, 4317, 4337, 5023, 4334}}})
    for (auto number : row.numbers) EXPECT_EQ(exit_code_of(static_cast<Errc>(number), false), row.code) << number;
}

TEST(ExitCodes, Win32HasTheLowEightBits) {
  EXPECT_EQ(exit_code_of(Errc::access_denied, true), 5);
  EXPECT_EQ(exit_code_of(Errc::object_not_found, true), 4312 & 255);
  EXPECT_EQ(exit_code_of(static_cast<Errc>(4352), true), 255);  // low 8 bits are 0
  EXPECT_EQ(exit_code_of(Errc::success, true), 0);
}

}  // namespace
}  // namespace rsm::cli
