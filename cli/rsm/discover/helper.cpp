#include "cli/rsm/discover/helper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "drivers/discovery/limits.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::cli {
namespace {

using std::chrono::steady_clock;

constexpr char const* program_name = "rsm-discover";
constexpr std::size_t complaint_bytes_max = 4096;

Result<std::string> find_program() {
  if (char const* named = ::secure_getenv("OPENRSM_DISCOVER"); named != nullptr && *named != '\0') return std::string(named);
  std::error_code none;
  auto const self = std::filesystem::read_symlink("/proc/self/exe", none);
  for (auto const& folder : {self.parent_path(), std::filesystem::path(RSM_LIBEXEC_DIRECTORY)})
    if (auto const place = folder / program_name; ::access(place.c_str(), X_OK) == 0) return place.string();
  return fail(Errc::device_not_available, program_name,
              "the program is neither beside rsm nor in " RSM_LIBEXEC_DIRECTORY "; OPENRSM_DISCOVER names another place");
}

// A pipe that a child writes into.
class Pipe {
 public:
  Pipe() { open_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;
  bool is_open() const { return open_; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool open_ = false;
};

// False: there is no more.
bool take(int from, std::string& text, std::size_t most) {
  std::array<char, 65536> part{};
  ssize_t const got = ::read(from, part.data(), part.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  text.append(part.data(), std::min(static_cast<std::size_t>(got), most - std::min(most, text.size())));
  return got > 0;
}

class Child {
 public:
  Result<> start(std::string const& program, std::vector<std::string> const& arguments) {
    if (!out_.is_open() || !err_.is_open()) return fail(Errc::not_enough_memory, program_name, "no pipe can be made");
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out_.writer(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err_.writer(), STDERR_FILENO);
    int const problem = ::posix_spawn(&process_, program.c_str(), &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) return fail(Errc::device_not_available, program, "it cannot be started: " + std::generic_category().message(problem));
    out_.close(1);
    err_.close(1);
    return {};
  }

  // Until both of its outputs have ended.
  bool read(std::string& out, std::string& complaint, Millis limit) {
    auto const end = steady_clock::now() + limit;
    std::array<pollfd, 2> looks{pollfd{out_.reader(), POLLIN, 0}, pollfd{err_.reader(), POLLIN, 0}};
    while (looks[0].fd >= 0 || looks[1].fd >= 0) {
      auto const left = std::chrono::ceil<Millis>(end - steady_clock::now());
      if (left <= Millis{0}) return false;
      if (::poll(looks.data(), looks.size(), static_cast<int>(left.count())) <= 0) continue;
      if (looks[0].revents != 0 && !take(looks[0].fd, out, limits::discovery_report_bytes_max)) looks[0].fd = -1;
      if (looks[1].revents != 0 && !take(looks[1].fd, complaint, complaint_bytes_max)) looks[1].fd = -1;
    }
    return true;
  }

  void kill() const { ::kill(process_, SIGKILL); }
  int wait() const {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

 private:
  Pipe out_, err_;
  pid_t process_ = -1;
};

// "5 /etc/openrsm/chap: others may read it": as the program tells why it could not look; anything else is told as it is.
Error failure_of(std::string complaint) {
  while (complaint.ends_with('\n')) complaint.pop_back();
  std::uint32_t number = 0;
  auto const [end, wrong] = std::from_chars(complaint.data(), complaint.data() + complaint.size(), number);
  auto const code = wrong == std::errc{} ? error_from_number(number) : std::nullopt;
  if (!code) return {Errc::device_not_available, program_name, complaint.empty() ? "it has died" : sentence(complaint)};
  complaint.erase(0, std::min<std::size_t>(static_cast<std::size_t>(end - complaint.data()) + 1, complaint.size()));
  return {*code, "", sentence(complaint)};
}

}  // namespace

Result<discovery::Report> run_discovery(std::vector<std::string> const& arguments) {
  RSM_TRY(auto const program, find_program());
  Child child;
  RSM_CHECK(child.start(program, arguments));
  std::string out, complaint;
  bool const in_time = child.read(out, complaint, limits::discovery_limit + limits::discovery_end_wait);
  if (!in_time) child.kill();
  int const status = child.wait();
  if (!in_time) return fail(Errc::timeout, program_name, "it has not ended in time, and was ended: a device does not answer");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::unexpected(failure_of(complaint));
  return read_json<discovery::Report>(out, program_name, limits::discovery_report_bytes_max);
}

}  // namespace rsm::cli
