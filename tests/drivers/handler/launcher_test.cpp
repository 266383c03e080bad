// The privileged parent: what it refuses, what it reports, when it ends.
#include "drivers/handler/launcher.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <cstring>
#include <optional>

#include "drivers/handler/device_lock.hpp"
#include "drivers/handler/handler_program.hpp"
#include "drivers/handler/launcher_process.hpp"
#include "drivers/handler/launcher_wire.hpp"
#include "drivers/handler/limits.hpp"
#include "libmgr/domain/limits.hpp"
#include "tests/drivers/block/lab.hpp"
#include "tests/drivers/block/stranger.hpp"
#include "tests/drivers/handler/rig.hpp"

namespace rsm::test {
namespace {

using namespace handler;
using ::testing::HasSubstr;

// The launcher's loop in a child, and its control socket in our hands.
class RawLauncher {
 public:
  explicit RawLauncher(std::string program = FAKE_HANDLER) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("no socket");
    LauncherConfig const config{.libraries = {{"Library", "fake", {.directory = lab.folder("library")}, VolumeChoiceWord::user}},
                                .handler_program = std::move(program),
                                .lock_directory = lab.folder("locks")};
    pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      run_launcher(UniqueFd(ends[1]), config);
    }
    ::close(ends[1]);
    control.reset(ends[0]);
  }
  ~RawLauncher() {
    control.reset();
    if (pid > 0) ::waitpid(pid, nullptr, 0);
  }

  void send(void const* bytes, std::size_t length) const { ASSERT_EQ(::send(control.get(), bytes, length, 0), static_cast<ssize_t>(length)); }
  void ask(LauncherRequest const& request) const { send(&request, sizeof request); }
  // The next event; the descriptor that comes with it is kept in `socket`.
  std::optional<LauncherEvent> event() {
    pollfd look{control.get(), POLLIN, 0};
    if (::poll(&look, 1, 10'000) <= 0) return std::nullopt;
    LauncherEvent got;
    iovec data{&got, sizeof got};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    if (::recvmsg(control.get(), &message, MSG_CMSG_CLOEXEC) != static_cast<ssize_t>(sizeof got)) return std::nullopt;
    if (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
      socket.reset(fd);
    }
    return got;
  }
  std::string refusal() {
    auto const got = event();
    if (!got || got->tell != static_cast<std::uint32_t>(LauncherTell::refused)) return "(not refused)";
    return got->text.data();
  }

  Lab lab;
  pid_t pid = 0;
  UniqueFd control;
  UniqueFd socket;
};

LauncherRequest start_of(std::uint32_t library, ElementKind kind, std::uint32_t number) {
  LauncherRequest request;
  request.ask = static_cast<std::uint32_t>(LauncherAsk::start);
  request.id = 77;
  request.library = library;
  request.kind = static_cast<std::uint32_t>(kind);
  request.number = number;
  return request;
}

TEST(Launcher, RefusesWhatIsNotConfiguredAndGoesOn) {
  RawLauncher launcher;
  launcher.ask(start_of(1, ElementKind::drive, 0));
  EXPECT_THAT(launcher.refusal(), HasSubstr("library 1 is not configured"));
  for (auto const& [kind, number] : {std::pair{ElementKind::slot, 0u}, {ElementKind::port, 0u}, {ElementKind::arm, 1u}, {static_cast<ElementKind>(200), 0u},
                                     {ElementKind::drive, limits::library_drives_max}, {ElementKind::drive, 4'000'000'000u}}) {
    launcher.ask(start_of(0, kind, number));
    EXPECT_THAT(launcher.refusal(), HasSubstr("no device of kind"));
  }
  LauncherRequest wrong = start_of(0, ElementKind::drive, 0);
  wrong.kind = 257;  // must not be cut down to a byte
  launcher.ask(wrong);
  EXPECT_THAT(launcher.refusal(), HasSubstr("no device of kind 257"));
  wrong = start_of(0, ElementKind::drive, 0);
  wrong.ask = 3;
  launcher.ask(wrong);
  EXPECT_THAT(launcher.refusal(), HasSubstr("no such request"));
  wrong.mark = 1;
  launcher.ask(wrong);
  EXPECT_THAT(launcher.refusal(), HasSubstr("not a message"));
  launcher.send("x", 1);
  EXPECT_THAT(launcher.refusal(), HasSubstr("not a message"));
  std::string const long_one(sizeof(LauncherRequest) + 500, '\x01');
  launcher.send(long_one.data(), long_one.size());
  EXPECT_THAT(launcher.refusal(), HasSubstr("not a message"));
  launcher.ask(start_of(0, ElementKind::drive, 0));
  auto const started = launcher.event();
  ASSERT_TRUE(started);
  EXPECT_EQ(started->tell, static_cast<std::uint32_t>(LauncherTell::started));
  EXPECT_EQ(started->id, 77u);
  EXPECT_TRUE(process_alive(started->pid));
}

TEST(Launcher, KillsItsHandlersOnlyAndReportsTheirEnd) {
  RawLauncher launcher;
  Actor bystander([](Actor::Stage& stage) { stage.next(); });
  launcher.ask(start_of(0, ElementKind::arm, 0));
  auto const started = launcher.event();
  ASSERT_TRUE(started);
  LauncherRequest kill;
  kill.ask = static_cast<std::uint32_t>(LauncherAsk::kill);
  for (pid_t const foreign : {bystander.pid(), ::getpid(), launcher.pid, -1, 0, 1}) {
    kill.pid = foreign;
    launcher.ask(kill);
  }
  kill.pid = started->pid;
  launcher.ask(kill);
  auto const ended = launcher.event();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->tell, static_cast<std::uint32_t>(LauncherTell::ended));
  EXPECT_EQ(ended->pid, started->pid);
  EXPECT_TRUE(WIFSIGNALED(ended->status) && WTERMSIG(ended->status) == SIGKILL);
  EXPECT_TRUE(process_alive(bystander.pid()));
  EXPECT_TRUE(process_alive(launcher.pid));
}

TEST(Launcher, ADeviceHasABoundedNumberOfHandlers) {
  RawLauncher launcher;
  std::vector<UniqueFd> sockets;
  for (unsigned i = 0; i < limits::handlers_per_device_max; ++i) {
    launcher.ask(start_of(0, ElementKind::drive, 0));
    auto const started = launcher.event();
    ASSERT_TRUE(started);
    ASSERT_EQ(started->tell, static_cast<std::uint32_t>(LauncherTell::started));
    sockets.push_back(std::move(launcher.socket));
  }
  launcher.ask(start_of(0, ElementKind::drive, 0));
  EXPECT_THAT(launcher.refusal(), HasSubstr("handlers of it do not end"));
  launcher.ask(start_of(0, ElementKind::drive, 1));
  EXPECT_EQ(launcher.event()->tell, static_cast<std::uint32_t>(LauncherTell::started)) << "another device is another matter";
}

TEST(Launcher, SaysWhyTheProgramCannotBeRun) {
  RawLauncher launcher("/nowhere/rsm-handler");
  launcher.ask(start_of(0, ElementKind::drive, 0));
  EXPECT_THAT(launcher.refusal(), HasSubstr("/nowhere/rsm-handler: cannot be run: No such file"));
}

TEST(Launcher, EndsWithTheDaemonAndItsHandlersLeave) {
  pid_t launcher_pid = 0, handler_pid = 0;
  {
    RawLauncher launcher;
    launcher.ask(start_of(0, ElementKind::drive, 0));
    auto const started = launcher.event();
    ASSERT_TRUE(started);
    launcher_pid = launcher.pid;
    handler_pid = started->pid;
    launcher.control.reset();
    int status = 0;
    ASSERT_EQ(::waitpid(launcher_pid, &status, 0), launcher_pid);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    launcher.pid = 0;
    EXPECT_TRUE(process_alive(handler_pid)) << "it hears of it by its own socket";
    launcher.socket.reset();
  }
  for (int i = 0; i < 1000 && process_alive(handler_pid); ++i) ::usleep(10'000);
  EXPECT_FALSE(process_alive(handler_pid));
}

TEST(Launcher, ConfigurationIsChecked) {
  Lab lab;
  LauncherConfig good{.libraries = {{"Library", "fake", {.directory = lab.folder("library")}, VolumeChoiceWord::user}}, .handler_program = FAKE_HANDLER, .lock_directory = lab.path("locks")};
  auto const error = [&](auto change) {
    LauncherConfig config = good;
    change(config);
    auto const started = start_launcher(config);
    return started ? Errc::success : started.error().code;
  };
  EXPECT_EQ(error([](auto&) {}), Errc::success);
  EXPECT_EQ(error([](auto& c) { c.handler_program = "rsm-handler"; }), Errc::invalid_parameter);
  EXPECT_EQ(error([](auto& c) { c.handler_program = "/nowhere/rsm-handler"; }), Errc::object_not_found);
  EXPECT_EQ(error([](auto& c) { c.libraries[0].driver = "../evil"; }), Errc::invalid_parameter);
  EXPECT_EQ(error([](auto& c) { c.libraries[0].place.directory = "relative"; }), Errc::invalid_parameter);
  EXPECT_EQ(error([&](auto& c) { c.lock_directory = lab.path("no/such/folder"); }), Errc::object_not_found);
}

TEST(DeviceLock, SecondOneIsToldWhoHasItAndGetsItAfterwards) {
  Lab lab;
  std::string const file = lab.path("drive.lock");
  Actor first([&](Actor::Stage& stage) {
    auto const lock = lock_device(file, "drive 0", 1s);
    stage.answer(lock ? 0 : 1);
    stage.next();
  });
  ASSERT_EQ(first.answer(), 0);
  auto const begin = std::chrono::steady_clock::now();
  auto const refused = lock_device(file, "drive 0", 200ms);
  ASSERT_FALSE(refused);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
  EXPECT_EQ(refused.error().code, Errc::busy);
  EXPECT_THAT(refused.error().detail, HasSubstr("process " + std::to_string(first.pid()) + " acts on this device"));
  first.kill_now();
  EXPECT_TRUE(lock_device(file, "drive 0", 1s));
  EXPECT_EQ(lock_device(lab.path("no/such.lock"), "drive 0", 1s).error().code, Errc::object_not_found);
}

TEST(DeviceLock, NobodyElseCanTakeIt) {
  NEEDS_ROOT();
  Rig rig;
  ::chmod(rig.lab.root().c_str(), 0755);
  EXPECT_EQ(mode_of(rig.lab.path("locks")), 0700u) << "as the launcher made it";
  ASSERT_TRUE(rig.status(1));
  ::chmod(rig.lab.path("locks").c_str(), 0755);  // as an earlier version made it
  int locks = 0;
  for (auto const& entry : std::filesystem::directory_iterator(rig.lab.path("locks"))) {
    ++locks;
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
    EXPECT_TRUE(only_ours_to_lock(entry.path())) << entry.path();
  }
  EXPECT_EQ(locks, 1);
  EXPECT_TRUE(rig.status(1));
}

TEST(DeviceLock, InADirectoryOfOthersIsRefused) {
  Lab const lab;
  LauncherConfig config{.libraries = {{"Library", "fake", {.directory = lab.folder("library")}, VolumeChoiceWord::user}}, .handler_program = FAKE_HANDLER, .lock_directory = lab.folder("locks")};
  ASSERT_TRUE(start_launcher(config));
  ::chmod(config.lock_directory.c_str(), 0777);
  auto const open_to_all = start_launcher(config);
  ASSERT_FALSE(open_to_all);
  EXPECT_EQ(open_to_all.error().code, Errc::access_denied);
  EXPECT_THAT(open_to_all.error().detail, HasSubstr("others may write in it"));
  auto const lock = lock_device(config.lock_directory + "/a.lock", "drive 0", 10ms);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Errc::access_denied);
  ::chmod(config.lock_directory.c_str(), 0700);
  ASSERT_EQ(::symlink(lab.path("victim").c_str(), (config.lock_directory + "/b.lock").c_str()), 0);
  EXPECT_FALSE(lock_device(config.lock_directory + "/b.lock", "drive 0", 10ms));
  EXPECT_NE(::access(lab.path("victim").c_str(), F_OK), 0) << "nothing was made behind the link";
  NEEDS_ROOT();
  ASSERT_EQ(::chown(config.lock_directory.c_str(), stranger, stranger), 0);
  auto const theirs = start_launcher(config);
  ASSERT_FALSE(theirs);
  EXPECT_THAT(theirs.error().detail, HasSubstr("belongs to the account with number"));
}

// What the launcher writes is what the handler reads, for every member.
TEST(HandlerProgram, ThePlaceOfTheHardwareArrivesWhole) {
  UniqueFd const three(::fcntl(0, F_DUPFD, 3));
  auto const parsed_of = [&](std::vector<std::string> const& place) {
    std::vector<std::string> arguments{"--driver", "fake", "--device", "changer", "--volumes", "user", "--fd", std::to_string(three.get()), "--lock", "/l"};
    arguments.insert(arguments.end(), place.begin(), place.end());
    return parse_arguments(arguments);
  };
  handler::HardwarePlace const emulated{.directory = "/d"};
  handler::HardwarePlace const real{.changer = "iscsi://host/iqn.x/5", .drives = {"/dev/sg2", "iscsi://host/iqn.x/1"}, .drive_order = handler::DriveOrder::listed, .chap_file = "/etc/c", .media_type = 0x56};
  for (auto const& place : {emulated, real}) {
    auto const parsed = parsed_of(place.arguments());
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->place, place);
  }
  EXPECT_FALSE(parsed_of({})) << "neither a directory nor a changer";
  EXPECT_FALSE(parsed_of({"--changer", "/dev/a", "--changer", "/dev/b"}));
  EXPECT_FALSE(parsed_of({"--changer", "/dev/a", "--drive-order", "any"}));
  EXPECT_FALSE(parsed_of({"--changer", "/dev/a", "--drive", ""}));
  EXPECT_FALSE(parsed_of({"--changer", "/dev/a", "--media-type", "tape"}));
}

TEST(HandlerProgram, ArgumentsAreStrict) {
  std::vector<std::string> const good{"--driver", "fake", "--directory", "/d", "--device", "drive:3", "--volumes", "user", "--fd", "3", "--lock", "/l"};
  UniqueFd const three(::fcntl(0, F_DUPFD, 3));
  auto with_fd = good;
  with_fd[9] = std::to_string(three.get());
  auto const parsed = parse_arguments(with_fd);
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->device, (Element{ElementKind::drive, 3}));
  auto const refused = [&](std::size_t at, std::string const& value) {
    auto arguments = with_fd;
    arguments[at] = value;
    return parse_arguments(arguments) ? Errc::success : parse_arguments(arguments).error().code;
  };
  EXPECT_EQ(refused(4, "--devices"), Errc::invalid_parameter);
  EXPECT_EQ(refused(5, "drive:x"), Errc::invalid_parameter);
  EXPECT_EQ(refused(7, "both"), Errc::invalid_parameter);
  EXPECT_EQ(refused(9, "999"), Errc::invalid_parameter);
  EXPECT_EQ(refused(9, "1"), Errc::invalid_parameter) << "a standard descriptor is nobody's socket";
  EXPECT_EQ(refused(11, ""), Errc::invalid_parameter);
  for (std::size_t missing = 0; missing < with_fd.size(); missing += 2) {
    auto arguments = with_fd;
    arguments.erase(arguments.begin() + static_cast<long>(missing), arguments.begin() + static_cast<long>(missing) + 2);
    EXPECT_FALSE(parse_arguments(arguments)) << with_fd[missing];
    auto odd = with_fd;
    odd.erase(odd.begin() + static_cast<long>(missing));
    EXPECT_FALSE(parse_arguments(odd));
  }
  EXPECT_EQ(run({FAKE_HANDLER, "--driver"}), 64);
}

}  // namespace
}  // namespace rsm::test
