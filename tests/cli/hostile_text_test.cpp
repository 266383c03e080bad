// Names, reasons and bar codes come from labels and clients: whatever they are, what the program prints is text, and nothing else.
#include <algorithm>

#include "cli/rsm/arguments/command_list.hpp"
#include "libmgr/domain/unicode.hpp"
#include "tests/cli/program_fixture.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

// Escape, the C1 introducer of control sequences, "next line" of C1, a right-to-left override, a line separator, a byte that is no UTF-8.
std::string const hostile = "\x1b[31m\xc2\x9b" "2J\xc2\x85\xe2\x80\xae\xe2\x80\xa8\x07\r\n\xff";

std::string steering_in(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    auto const c = first_character(text.substr(at));
    if (!c.valid || (steers(c.code) && c.code != '\n' && c.code != '\t')) return escaped(c.code) + " at byte " + std::to_string(at) + " of " + std::string(text);
    at += c.bytes;
  }
  return {};
}

class HostileText : public Program {
 protected:
  void expect_clean(Words words) {
    std::string shown;
    for (auto const& w : words) shown += " " + w;
    auto const ran = run(std::move(words));
    EXPECT_EQ(steering_in(ran.out), "") << "rsm" << shown;
    EXPECT_EQ(steering_in(ran.err), "") << "rsm" << shown;
    EXPECT_NE(ran.out + ran.err, "") << "rsm" << shown;
  }
};

std::vector<std::string> targets_of(CommandSpec const& command) {
  static std::map<std::string_view, std::string> const known{
      {"LIBRARY", "Jukebox"}, {"DRIVE", "Drive 0"}, {"MEDIUM", "A00001"}, {"[MEDIUM]", "A00001"}, {"SIDE", "A00001:1"}, {"POOL", "Import"},
      {"REQUEST", samples::requests()[0].id.text()}, {"SESSION", samples::sessions()[0].session.text()}, {"OPREQ", samples::operator_requests()[0].id.text()},
      {"PATH", "/no/where"}, {"OBJECT", "computer"}};
  auto const found = known.find(command.target);
  if (found == known.end()) return {};
  return std::vector<std::string>(static_cast<std::size_t>(std::max(command.targets_least, 1)), found->second);
}

void tell_answers(FakeDaemon& daemon) {
  wire::RequestReply const queued{samples::requests()[0].id};
  for (auto const* method : {"object.enable", "object.disable", "drive.dismount", "medium.eject", "medium.transfer", "library.inject"}) daemon.reply(method, queued);
  daemon.reply("view.list", wire::ViewPage{{wire::ViewInfo{.name = "Amanda", .library = {}, .library_name = "Jukebox", .drives = {0}, .slots = {0}, .ports = true, .trouble = {"it has no slot"}}}, {}});
  daemon.reply("library.inventory", wire::InventoryReply{});
  daemon.reply("pool.get", wire::PoolInfo{.name = "Import", .path = "Import"});
  daemon.reply("pool.create", wire::PoolReply{});
  daemon.reply("security.get", wire::SecurityReply{"AQAEgBQAAAAAAAAAAAAAACQAAAABAgAAAAAAFgEAAADoAwAAAgAcAAEAAAAAABQAAQAAAAEBAAAAAAABAAAAAA=="});
  daemon.reply("media_type.get", wire::MediaTypeInfo{.name = "MO"});
  for (auto const* method : {"pool.delete", "security.set", "object.set", "medium.move_to_pool", "library.add_media_type", "library.remove_media_type"}) daemon.reply(method, wire::Empty{});
  daemon.reply("dismount.submit", wire::SubmitReply{{queued.request}});
  daemon.reply("mount.submit", wire::SubmitReply{{queued.request}});
  daemon.reply("request.cancel", samples::requests()[0]);
  wire::ForecastInfo forecast{.basis = true, .start_ms = 1, .start_p90_ms = 2, .mounted_ms = 3, .mounted_p90_ms = 4};
  forecast.drive_name = "drive 0", forecast.reasons = {"a reason"}, forecast.shorter = {"sooner"};
  daemon.reply("request.explain", wire::ExplainReply{samples::requests()[0], "it waits", {"a fact"}, forecast});
  wire::PlanStepInfo const step{.request = {}, .medium = {}, .medium_name = "A00001", .application = "backup", .user = "root"};
  wire::PlanLibraryInfo plan{.library = {}, .name = "Jukebox", .basis = true, .waiting = 2, .planned = 1, .drives = {{{}, 0, "Drive 0", "is empty", {step}}}};
  plan.changed = {{{}, "A00001", 1, 2}}, plan.said = {"a sentence"};
  daemon.reply("plan.read", wire::PlanReply{1, {plan}});
  wire::TimingInfo timing;
  timing.library_name = "Jukebox", timing.drive_name = "Drive 0";
  daemon.reply("library.timing", wire::TimingReply{{timing}});
  daemon.reply("history.advise", wire::AdviseReply{1, 2, {{{}, "wear", "A00001 wears", {}, {}}}});
  daemon.reply("opreq.satisfy", samples::operator_requests()[0]);
  daemon.reply("opreq.refuse", samples::operator_requests()[0]);
  daemon.reply("pool.get", wire::PoolInfo{.name = "Import", .path = "Import"});
  daemon.reply("pool.list", wire::PoolPage{{wire::PoolInfo{.name = "Import", .path = "Import"}}, {}});
  daemon.reply("media_type.list", wire::MediaTypePage{{wire::MediaTypeInfo{.name = "MO"}}, {}});
  daemon.reply("door.list", wire::DoorPage{{wire::DoorInfo{}}, {}});
  daemon.reply("logical_medium.list", wire::LogicalMediumPage{{wire::LogicalMediumInfo{.name = "Set 1"}}, {}});
  daemon.reply("catalog.check", wire::CatalogCheckReply{false, {"a finding"}, 1, 1});
  daemon.reply("catalog.backup", wire::CatalogBackupReply{"/somewhere", 1});
}

TEST_F(HostileText, NoCommandLetsItThrough) {
  tell_answers(daemon());
  daemon().spoil(hostile);
  for (auto const& command : command_list()) {
    if (command.object == "volume" || command.object == "describe") continue;  // no text of the service
    if (command.verb == "wait") continue;                                      // its request never ends here
    if (command.object == "web" || command.object == "notify") continue;        // a console and a follower of events run until somebody ends them
    Words words{std::string(command.object)};
    if (!command.verb.empty()) words.emplace_back(command.verb);
    for (auto& target : targets_of(command)) words.push_back(std::move(target));
    if (command.verb == "mount") words.emplace_back("--nowait");
    if (command.verb == "transfer") words.insert(words.end(), {"--to", "1"});
    if (command.verb == "move-to-pool") words.insert(words.end(), {"--pool", "Import"});
    if (command.object == "pool" && command.verb == "set") words.insert(words.end(), {"--from-free", "yes"});
    if (command.object == "security" && command.verb == "set") words.insert(words.end(), {"--allow", "everyone=use"});
    expect_clean(words);
    words.emplace_back("--json");
    expect_clean(words);
  }
  expect_clean({"media", "mount", "A00001", "--nowait"});  // the several sides of it are named
}

TEST_F(HostileText, NorDoTheClassicVerbs) {
  tell_answers(daemon());
  daemon().spoil(hostile);
  for (std::string const type : {"library", "physical_media", "partition", "logical_media", "drive", "changer", "storageslot", "iedoor", "ieport", "media_pool",
                                 "media_type", "librequest", "oprequest"}) {
    expect_clean({"view", "/t" + type});
    expect_clean({"view", "/t" + type, "/guiddisplay"});
    expect_clean({"view", "/t" + type, "--json"});
  }
}

TEST_F(HostileText, NorDoErrors) {
  daemon().refuse("library.list", Errc::busy, "drive " + hostile, "held by " + hostile);
  daemon().refuse("status", Errc::busy, "drive " + hostile, "held by " + hostile);
  expect_clean({"library", "list"});
  expect_clean({"status"});
  expect_clean({"check"});
  expect_clean({"check", "--json"});
}

}  // namespace
}  // namespace rsm::cli
