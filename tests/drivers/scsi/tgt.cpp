#include "tests/drivers/scsi/tgt.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace rsm::test {
namespace {

constexpr std::chrono::milliseconds start_limit(30'000), start_look(20);
constexpr char const* target = "iqn.2020-01.org.openrsm.test:library";

// Free a moment ago: who takes it in between makes tgtd fail, and the next one is tried.
unsigned free_port() {
  UniqueFd const listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in here{.sin_family = AF_INET, .sin_addr = {::htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof here;
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&here), size) != 0 ||
      ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&here), &size) != 0)
    throw std::runtime_error("no free port");
  return ::ntohs(here.sin_port);
}

pid_t spawn(std::vector<std::string> const& command, std::string const& log) {
  std::vector<char*> arguments;
  for (auto const& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = 0;
  int const failed = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + command[0]);
  return pid;
}

std::string barcode(unsigned number) {
  return fmt::format("A{:05}L5", number + 1);
}

}  // namespace

bool Tgt::is_installed() {
  return std::filesystem::exists("/usr/sbin/tgtd") && std::filesystem::exists("/usr/sbin/tgtadm");
}

Tgt::Tgt(TgtPlan plan) : plan_(std::move(plan)) {
  make_cartridges();
  start();
}

Tgt::~Tgt() {
  kill();
}

scsi::IscsiAddress Tgt::address(unsigned lun) const {
  return scsi::IscsiAddress{
      .host = "127.0.0.1", .port = static_cast<std::uint16_t>(port_), .target = target, .lun = static_cast<std::uint16_t>(lun)};
}

void Tgt::stop() {
  ::kill(pid_, SIGSTOP);
}
void Tgt::go_on() {
  ::kill(pid_, SIGCONT);
}
void Tgt::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void Tgt::start() {
  bool const first = port_ == 0;
  auto const end = std::chrono::steady_clock::now() + start_limit;
  while (std::chrono::steady_clock::now() < end) {
    if (first) port_ = free_port();
    std::filesystem::remove(lab_.path("ipc.0"));
    std::filesystem::remove(lab_.path("ipc.0.lock"));
    pid_ =
        spawn(with_socket({"/usr/sbin/tgtd", "-f", "--pid-file", lab_.path("pid"), "--iscsi", fmt::format("portal=127.0.0.1:{}", port_)}),
              lab_.path("log"));
    while (std::chrono::steady_clock::now() < end && ::waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (control({"--op", "show", "--mode", "sys"}) == 0) return set_up();
      std::this_thread::sleep_for(start_look);
    }
    pid_ = 0;
  }
  throw std::runtime_error("tgtd does not start: " + read_file(lab_.path("log"), 2000));
}

std::vector<std::string> Tgt::with_socket(std::vector<std::string> command) const {
  command.insert(command.begin(), {"env", "TGT_IPC_SOCKET=" + lab_.path("ipc")});
  return command;
}

int Tgt::control(std::vector<std::string> words) {
  words.insert(words.begin(), {"/usr/sbin/tgtadm", "--lld", "iscsi"});
  return run(with_socket(std::move(words)));
}

void Tgt::must(std::vector<std::string> words) {
  if (control(words) != 0) throw std::runtime_error(fmt::format("tgtadm {}: failed", fmt::join(words, " ")));
}

void Tgt::update(unsigned lun, std::string const& parameters) {
  must({"--op", "update", "--mode", "logicalunit", "--tid", "1", "--lun", std::to_string(lun), "--params", parameters});
}

void Tgt::make_cartridges() {
  auto const make = [this](std::string const& type, std::string const& code, std::string const& file, unsigned megabytes) {
    if (run({"tgtimg", "--op", "new", "--device-type", "tape", "--barcode", code, "--size", std::to_string(megabytes), "--type", type,
             "--file", file, "--thin-provisioning"}) != 0)
      throw std::runtime_error("tgtimg failed");
  };
  std::string const media = lab_.folder("media");
  make("clean", "X", lab_.path("no_tape"), 1);
  for (unsigned i = 0; i < plan_.cartridges; ++i) make("data", barcode(i), media + "/" + barcode(i), 16);
  write_file(lab_.path("changer"), std::string(1024, '\0'), false);
}

void Tgt::set_up() {
  auto const unit = [this](unsigned lun, std::string const& file, std::string const& type) {
    must({"--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", std::to_string(lun), "-b", file, "--device-type", type});
  };
  must({"--op", "new", "--mode", "target", "--tid", "1", "-T", target});
  for (unsigned i = 0; i < plan_.drives; ++i) {
    unit(i + 1, lab_.path("no_tape"), "tape");
    update(i + 1, fmt::format("vendor_id=LAB,product_id=DRIVE,scsi_sn=DRV{:07},removable=1", i));
    update(i + 1, "online=0");
  }
  unsigned const lun = changer_lun();
  unit(lun, lab_.path("changer"), "changer");
  update(lun, fmt::format("vendor_id=LAB,product_id=VLIB,scsi_sn=VLIB000001,removable=1,media_home={}", lab_.path("media")));
  update(lun, "element_type=1,start_address=1,quantity=1");
  update(lun, fmt::format("element_type=4,start_address=256,quantity={}", plan_.drives));
  if (plan_.ports != 0) update(lun, fmt::format("element_type=3,start_address=768,quantity={}", plan_.ports));
  update(lun, fmt::format("element_type=2,start_address=1024,quantity={}", plan_.slots));
  for (unsigned i = 0; i < plan_.drives; ++i) update(lun, fmt::format("element_type=4,address={},tid=1,lun={}", 256 + i, i + 1));
  for (unsigned i = 0; i < plan_.cartridges; ++i)
    update(lun, fmt::format("element_type=2,address={},barcode={},sides=1", 1024 + i, barcode(i)));
  must({"--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL"});
  if (!plan_.user.empty()) {
    must({"--op", "new", "--mode", "account", "--user", plan_.user, "--password", plan_.secret});
    must({"--op", "bind", "--mode", "account", "--tid", "1", "--user", plan_.user});
  }
  if (!plan_.target_user.empty()) {
    must({"--op", "new", "--mode", "account", "--user", plan_.target_user, "--password", plan_.target_secret});
    must({"--op", "bind", "--mode", "account", "--tid", "1", "--user", plan_.target_user, "--outgoing"});
  }
}

std::vector<std::string> Tgt::sessions() {
  std::string const list = lab_.path("sessions");
  pid_t const pid = spawn(with_socket({"/usr/sbin/tgtadm", "--lld", "iscsi", "--op", "show", "--mode", "conn", "--tid", "1"}), list);
  ::waitpid(pid, nullptr, 0);
  std::vector<std::string> numbers;
  std::istringstream words(read_file(list));
  for (std::string word; words >> word;)
    if (word == "Session:" && words >> word) numbers.push_back(word);
  return numbers;
}

void Tgt::drop_connections() {
  for (auto const& number : sessions()) must({"--op", "delete", "--mode", "conn", "--tid", "1", "--sid", number, "--cid", "0"});
}

}  // namespace rsm::test
