#include "cli/rsm/commands/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "cli/rsm/commands/descriptor.hpp"

namespace rsm::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t complaint_bytes_max = 4096;
constexpr int died_of_signal = 128;

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

// The text as a file that nobody else has; it cannot be full, and nobody has to write while the program reads.
int input_file(std::string const& text) {
  if (text.empty()) return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  int const file = ::memfd_create("openrsm-input", MFD_CLOEXEC);
  for (std::size_t done = 0; file >= 0 && done < text.size();) {
    ssize_t const written = ::pwrite(file, text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  return file;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

class Child {
 public:
  explicit Child(ProgramOrder const& order) : order_(order) {}

  Result<> start() {
    Descriptor const input(input_file(order_.input));
    if (!out_.is_open() || !err_.is_open() || !input) return fail(Errc::not_enough_memory, order_.words[0], "no pipe can be made");
    auto words = order_.words;
    std::vector<std::string> environment = order_.environment;
    for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
    auto arguments = pointers_to(words), variables = pointers_to(environment);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out_.writer(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err_.writer(), STDERR_FILENO);
    posix_spawnattr_t how;
    ::posix_spawnattr_init(&how);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&how, &none);
    ::posix_spawnattr_setflags(&how, static_cast<short>(POSIX_SPAWN_SETSIGMASK | (order_.own_group ? POSIX_SPAWN_SETPGROUP : 0)));
    int const problem = ::posix_spawnp(&process_, order_.words[0].c_str(), &actions, &how, arguments.data(), variables.data());
    ::posix_spawnattr_destroy(&how);
    ::posix_spawn_file_actions_destroy(&actions);
    if (problem != 0)
      return fail(problem == ENOENT ? Errc::file_not_found : Errc::device_not_available, order_.words[0],
                  "it cannot be started: " + std::generic_category().message(problem));
    out_.close(1);
    err_.close(1);
    return {};
  }

  // Until both of its outputs have ended.
  bool read(ProgramEnd& said) {
    auto const end = steady_clock::now() + order_.limit;
    std::array<pollfd, 2> looks{pollfd{out_.reader(), POLLIN, 0}, pollfd{err_.reader(), POLLIN, 0}};
    while (looks[0].fd >= 0 || looks[1].fd >= 0) {
      auto const left = std::chrono::ceil<Millis>(end - steady_clock::now());
      if (left <= Millis{0}) return false;
      if (::poll(looks.data(), looks.size(), static_cast<int>(left.count())) <= 0) continue;
      if (looks[0].revents != 0 && !take(looks[0].fd, said.out, order_.out_bytes_max)) looks[0].fd = -1;
      if (looks[1].revents != 0 && !take(looks[1].fd, said.complaint, complaint_bytes_max)) looks[1].fd = -1;
    }
    return true;
  }

  void kill() const { ::kill(order_.own_group ? -process_ : process_, SIGKILL); }
  int wait() const {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : died_of_signal + WTERMSIG(status);
  }

 private:
  ProgramOrder const& order_;
  Pipe out_, err_;
  pid_t process_ = -1;
};

}  // namespace

Result<ProgramEnd> run_program(ProgramOrder const& order) {
  Child child(order);
  RSM_CHECK(child.start());
  ProgramEnd end;
  bool const in_time = child.read(end);
  if (!in_time) child.kill();
  end.status = child.wait();
  if (!in_time) return fail(Errc::timeout, order.words[0], "it has not ended in time, and was ended");
  return end;
}

std::string last_line(std::string const& text) {
  auto const end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  auto const before = text.find_last_of('\n', end);
  return text.substr(before == std::string::npos ? 0 : before + 1, end - (before == std::string::npos ? 0 : before + 1) + 1);
}

}  // namespace rsm::cli
