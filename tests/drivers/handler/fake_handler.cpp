// rsm-handler with the fake kind: a program for tests only.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "drivers/handler/handler_program.hpp"
#include "drivers/handler/limits.hpp"
#include "drivers/handler/serve.hpp"
#include "tests/drivers/handler/fake_kind.hpp"

namespace rsm::test {
namespace {

using namespace fake_drive;
constexpr int daemon_fd = 3;  // where the launcher puts it

void leave_trace(std::string const& path) { std::ofstream(path) << ::getpid() << "\n"; }

std::string whole_file(std::string const& path) {
  std::ifstream in(path);
  std::string text, line;
  while (std::getline(in, line)) text += line + ";";
  return text;
}

// "0 /dev/null;1 pipe:[4];..."
std::string descriptors() {
  std::vector<std::string> all;
  for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    auto const target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (!gone && !target.ends_with("/fd")) all.push_back(entry.path().filename().string() + " " + target);  // not the one that lists
  }
  std::sort(all.begin(), all.end());
  std::string text;
  for (auto const& one : all) text += one + ";";
  return text;
}

std::string environment() {
  std::string text;
  for (char** entry = environ; *entry != nullptr; ++entry) text += std::string(*entry) + ";";
  return text;
}

class FakeChanger final : public handler::BlockingChanger {
 public:
  Result<port::ChangerDescription> describe() override { return port::ChangerDescription{{.vendor = "FAKE"}, {{ElementKind::slot, 1, 1}}}; }
  Result<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) override {
    port::ElementReport report;
    for (auto const& range : ranges)
      report.elements.push_back({.element = {range.kind, range.first}, .full = true, .tag = port::TagState::readable, .barcode = "A00001"});
    return report;
  }
  Result<> move(port::Move const& what) override {
    if (what.from.number == 0) return fail(Errc::empty, what.from.text(), "nothing in it");
    return {};
  }
  Result<> extend_port(std::uint32_t, bool) override { return {}; }
  Result<> unlock_door(bool) override { return {}; }
};

class FakeDrive final : public handler::BlockingDrive {
 public:
  FakeDrive(std::string directory, std::uint32_t number) : directory_(std::move(directory)), number_(number) {}

  Result<port::DriveStatus> status() override {
    leave_trace(directory_ + "/last-status");
    port::DriveStatus status{.full = true, .side_up = ++commands_};
    doubt_ = number_ == has_doubt && commands_ % 2 == 0;
    if (number_ == shows_itself) {
      status.vendor = descriptors();
      status.product = environment();
      status.serial = whole_file("/proc/self/status");
      status.revision = std::filesystem::current_path().string();
    }
    return status;
  }

  Result<port::DriveStatus> load() override {
    switch (number_) {
      case hangs_in_load: hang();
      case hangs_once:
        if (!std::filesystem::exists(directory_ + "/hung")) {
          leave_trace(directory_ + "/hung");
          hang();
        }
        break;
      case dies_in_load: ::raise(SIGKILL); break;
      case hangs_up: ::close(daemon_fd); hang();
      case speaks_nonsense: handler::write_line(daemon_fd, "{\"id\": 1, \"ok\": {}, \"and\": \"more\"}\n"); break;
      case throws_in_load: throw std::runtime_error("the driver has a bug");
      case endless_line: handler::write_line(daemon_fd, std::string(limits::handler_line_bytes_max + 100, 'x')); break;
      case waits_in_load: wait_for_go(); break;
      case has_doubt: doubt_ = true; return fail(Errc::unable_to_load_medium, "drive", "it does not go in");
      case answers_twice: handler::write_line(daemon_fd, handler::encode(handler::ReplyFrame{99, handler::Answer{}})); break;
      case answers_and_dies:
        handler::write_line(daemon_fd, handler::encode(handler::ReplyFrame{1, handler::Answer{port::DriveStatus{.full = true, .loaded = true}}}));
        ::raise(SIGKILL);
        break;
      default: break;
    }
    return port::DriveStatus{.full = true, .loaded = true, .side_up = ++commands_};
  }
  Result<port::Label> write_label(port::LabelOrder const& order) override { return port::Label{order.label}; }
  Result<port::Label> read_label() override { return port::Label{Omid{"EXT4", std::string("\0\xff", 2), "name"}}; }

  Result<port::DismountReport> dismount(bool force) override {
    if (!force) return fail(Errc::busy, "drive", "open file /mnt/\xff in process 4711 (dd, user root)");
    return port::DismountReport{.was_mounted = true, .forced = true, .handles_dead = false, .note = "forced"};
  }
  Result<port::UnloadReport> unload(bool force) override { return port::UnloadReport{.cut_off = force, .note = force ? "cut off" : ""}; }
  bool take_doubt() override { return std::exchange(doubt_, false); }

 private:
  [[noreturn]] static void hang() {
    for (;;) ::pause();
  }
  void wait_for_go() const {
    leave_trace(directory_ + "/begun");
    while (!std::filesystem::exists(directory_ + "/go")) ::usleep(5'000);
    leave_trace(directory_ + "/finished");
  }

  std::string directory_;
  std::uint32_t number_;
  std::uint32_t commands_ = 0;
  bool doubt_ = false;
};

Result<std::unique_ptr<handler::BlockingChanger>> make_changer(handler::HardwarePlace const&) { return std::make_unique<FakeChanger>(); }

Result<std::unique_ptr<handler::BlockingDrive>> make_drive(handler::HardwarePlace const& place, std::uint32_t number, std::unique_ptr<block::Volume>) {
  if (number == cannot_be_made) return fail(Errc::object_not_found, place.directory, "there is no such library");
  while (number == hangs_before_greeting) ::pause();
  return std::make_unique<FakeDrive>(place.directory, number);
}

std::string volume_link(handler::HardwarePlace const& place, std::uint32_t number) { return place.directory + "/volume" + std::to_string(number); }

}  // namespace

std::span<DriverKind const> fake_kinds() {
  static std::array const kinds{DriverKind{"fake", make_changer, make_drive, volume_link}};
  return kinds;
}

}  // namespace rsm::test

int main(int count, char** values) { return rsm::handler::run_handler({values + 1, values + count}, rsm::test::fake_kinds()); }
