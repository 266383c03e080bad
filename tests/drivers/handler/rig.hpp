// A loop, a launcher and remote devices over the fake handler, for tests of handlers from the daemon's side.
//
// What for: asks a device and runs the loop until it has answered. Every wait has a limit and fails the test when it is over.
// Thread rule: one thread.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "drivers/handler/launcher.hpp"
#include "drivers/handler/remote_devices.hpp"
#include "libmgr/base/asio_loop.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {

using namespace std::chrono_literals;

// Handlers that outlive their launcher become children of the test process, and are waited for at the end (so the test may have no
// other children then).
class Reaper {
 public:
  Reaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~Reaper() {
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  }
};

class Rig {
 public:
  static constexpr Millis patience = 30s;

  explicit Rig(handler::DeviceTimes times = {}, std::string driver = "fake", std::string program = FAKE_HANDLER,
               handler::VolumeChoiceWord volumes = handler::VolumeChoiceWord::user)
      : times_(times) {
    handler::LauncherConfig config{.libraries = {{"Library", driver, {.directory = lab.folder("library")}, volumes}},
                                   .handler_program = program,
                                   .lock_directory = lab.path("locks")};
    launcher_ = std::make_unique<handler::Launcher>(start_launcher(config).value());
    devices = handler::make_remote_devices(loop.context(), loop, *launcher_, 0, times_);
    devices->on_lost([this](Element device, std::string why) { lost.emplace_back(device, why); });
  }

  std::string in_library(std::string const& name) const { return lab.path("library/" + name); }
  port::Drive& drive(std::uint32_t number) { return devices->drive(number); }
  handler::Launcher& launcher() { return *launcher_; }

  // Runs the loop until `ready`.
  void run_until(std::function<bool()> const& ready) {
    auto const end = std::chrono::steady_clock::now() + patience;
    while (!ready()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "waited too long";
      loop.after(5ms, [this] { loop.stop(); });
      loop.run();
    }
  }
  // ask(done) starts the command; gives what it completed with.
  template <class T, class Ask>
  Result<T> wait(Ask ask) {
    std::optional<Result<T>> outcome;
    bool inside = true;
    ask(port::Done<T>([&](Result<T> result) {
      EXPECT_FALSE(inside) << "a callback never comes from inside the call";
      EXPECT_FALSE(outcome) << "and once only";
      outcome = std::move(result);
    }));
    inside = false;
    run_until([&] { return outcome.has_value(); });
    return outcome ? std::move(*outcome) : fail(Errc::timeout, "the test");
  }
  Result<port::DriveStatus> status(std::uint32_t number) {
    return wait<port::DriveStatus>([&](auto done) { drive(number).status(std::move(done)); });
  }
  Result<port::DriveStatus> load(std::uint32_t number) {
    return wait<port::DriveStatus>([&](auto done) { drive(number).load(std::move(done)); });
  }
  // Of the handler of a drive; 0: none.
  pid_t pid_of(std::uint32_t number) const {
    int pid = 0;
    return std::sscanf(devices->handler_text({ElementKind::drive, number}).c_str(), "pid %d", &pid) == 1 ? pid : 0;
  }

  // Processes of the handler's program that work for this rig.
  std::size_t handlers_alive() const {
    std::size_t alive = 0;
    for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream in(entry.path() / "cmdline");
      std::string program, words;
      if (std::getline(in, program, '\0') && program == FAKE_HANDLER && std::getline(in, words) && words.find(lab.folder("library")) != std::string::npos) ++alive;
    }
    return alive;
  }

  Reaper reaper;
  Lab lab;  // its end kills what names its folder
  AsioLoop loop;
  std::vector<std::pair<Element, std::string>> lost;

 private:
  handler::DeviceTimes times_;
  std::unique_ptr<handler::Launcher> launcher_;

 public:
  std::unique_ptr<port::Devices> devices;
};

inline bool process_alive(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(in, line)) return false;
  return line.at(line.rfind(')') + 2) != 'Z';
}

}  // namespace rsm::test
