#include "drivers/emulated/side_image.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <vector>

#include "drivers/block/folder.hpp"
#include "drivers/emulated/limits.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::emulated {
namespace {

using Words = std::vector<std::string>;

constexpr int image_fd = STDERR_FILENO + 1;  // of the image, in the mkfs program: no name of it is looked up again
constexpr char const* image_there = "/proc/self/fd/3";

Words ext4_words(Omid const& label) {
  std::string const uuid = label.id;
  return {"mkfs.ext4",
          "-q",
          "-F",
          "-m",
          "0",
          "-U",
          uuid,
          "-L",
          label.info,
          "-E",
          "nodiscard,lazy_itable_init=0,lazy_journal_init=0,hash_seed=" + uuid,
          image_there};
}

Words xfs_words(Omid const& label) {
  return {"mkfs.xfs", "-q", "-f", "-K", "-m", "uuid=" + label.id, "-L", label.info, image_there};
}

std::string program_path(std::string const& name) {
  for (char const* folder : {"/usr/sbin/", "/sbin/", "/usr/local/sbin/", "/usr/bin/"})
    if (std::string const path = folder + name; ::access(path.c_str(), X_OK) == 0) return path;
  return {};
}

struct ChildProcess {
  pid_t pid = -1;
  UniqueFd said;  // its output and errors
};

Result<ChildProcess> spawn(std::string const& program, Words words, int image) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return block::file_failure(errno, program, "make a pipe for it");
  UniqueFd reading(ends[0]);
  UniqueFd const writing(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, image, image_fd);
  posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, writing.get(), STDERR_FILENO);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path, nullptr};
  ChildProcess child;
  int const error = ::posix_spawn(&child.pid, program.c_str(), &actions, nullptr, argv.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return block::file_failure(error, program, "start it");
  child.said = std::move(reading);
  return child;
}

// Reads until the child has closed its output. False: the time limit was over first.
bool listen(ChildProcess const& child, std::string& said) {
  auto const limit = std::chrono::steady_clock::now() + limits::emulator_format_limit;
  for (;;) {
    auto const left = std::chrono::duration_cast<Millis>(limit - std::chrono::steady_clock::now());
    if (left <= Millis{0}) return false;
    pollfd wait{child.said.get(), POLLIN, 0};
    int const ready = ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready <= 0) continue;
    char piece[4096];
    ssize_t const n = ::read(child.said.get(), piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    if (said.size() < limits::message_chars_max) said.append(piece, static_cast<std::size_t>(n));
  }
}

Result<> run(Words const& words, int image, std::string const& file) {
  std::string const program = program_path(words.front());
  if (program.empty()) return fail(Errc::not_supported, words.front(), "this program is not installed (packages e2fsprogs, xfsprogs)");
  RSM_TRY(ChildProcess const child, spawn(program, words, image));
  std::string said;
  bool const in_time = listen(child, said);
  if (!in_time) ::kill(child.pid, SIGKILL);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) return fail(Errc::timeout, file, words.front() + " took longer than " + duration_text(limits::emulator_format_limit));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  std::ranges::replace(said, '\n', ' ');
  return fail(Errc::write_fault, file, words.front() + " failed: " + said);
}

}  // namespace

Result<> judge_side_size(std::string const& filesystem, std::uint64_t bytes) {
  constexpr std::uint64_t mib = 1 << 20;
  std::uint64_t const least = filesystem == "xfs" ? 300 * mib : mib;
  if (bytes < least)
    return fail(Errc::invalid_parameter, "size", "a side with " + filesystem + " has at least " + std::to_string(least / mib) + " MiB");
  if (bytes > limits::emulator_side_bytes_max || bytes % 4096 != 0)
    return fail(Errc::invalid_parameter, "size", "at most 1 TiB, in whole blocks of 4 KiB");
  return {};
}

Result<> make_side_image(block::Folder const& folder, std::string const& name, std::string const& filesystem, std::uint64_t bytes, Omid const& label) {
  RSM_CHECK(judge_side_size(filesystem, bytes));
  RSM_TRY(UniqueFd const image, folder.make_file(name, 0644));
  std::string const file = folder.path_of(name);
  Result<> made;
  if (::ftruncate(image.get(), static_cast<off_t>(bytes)) != 0) made = block::file_failure(errno, file, "give it its size");
  if (made && filesystem != "none") made = run(filesystem == "xfs" ? xfs_words(label) : ext4_words(label), image.get(), file);
  if (!made) RSM_CHECK(folder.remove_file(name));
  return made;
}

}  // namespace rsm::emulated
