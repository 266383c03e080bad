#include "drivers/volume/handler_start.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/single_threaded.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <system_error>

namespace rsm::volume {
namespace {

constexpr char const* program_name = "rsm-volume-handler";
constexpr int handler_socket = STDERR_FILENO + 1;
constexpr char const* state_name = "OPENRSM_VOLUME_STATE";
constexpr std::string_view state_variable = "OPENRSM_VOLUME_STATE=";

std::string folder_of_this_code() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&find_handler_program), &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path().string();
}

std::string folder_of_this_program() {
  std::error_code failed;
  auto const program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::string() : program.parent_path().string();
}

std::vector<std::string> environment_with(std::string const& state_directory) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (state_directory.empty() || !std::string_view(*entry).starts_with(state_variable)) all.emplace_back(*entry);
  if (!state_directory.empty()) all.push_back(std::string(state_variable) + state_directory);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (auto& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

struct SocketPair {
  UniqueFd ours, theirs;
};
Result<SocketPair> socket_pair(std::string_view told) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(Errc::not_enough_memory, program_name, "cannot make a socket pair: " + std::system_category().message(errno));
  SocketPair sockets{UniqueFd(ends[0]), UniqueFd(ends[1])};
  if (!told.empty() && ::send(sockets.ours.get(), told.data(), told.size(), MSG_NOSIGNAL | MSG_DONTWAIT) != static_cast<ssize_t>(told.size()))
    return fail(Errc::not_enough_memory, program_name, "cannot be told what to do: the socket does not hold it");
  return sockets;
}

// Its end comes at once: it leaves a child of its own behind.
void wait_for(pid_t child) {
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<std::string> find_handler_program(std::string const& given) {
  std::vector<std::string> places;
  if (!given.empty()) places.push_back(given);
  else if (char const* named = ::secure_getenv("OPENRSM_VOLUME_HANDLER"); named != nullptr && *named != '\0') places.emplace_back(named);
  if (places.empty()) {
    for (auto const& folder : {folder_of_this_code(), folder_of_this_program(), std::string(RSM_LIBEXEC_DIRECTORY)})
      if (!folder.empty()) places.push_back(folder + "/" + program_name);
  }
  std::string looked_at;
  for (auto const& place : places) {
    if (::access(place.c_str(), X_OK) == 0) return place;
    looked_at += (looked_at.empty() ? "" : ", ") + place;
  }
  return fail(Errc::device_not_available, program_name, fmt::format("the program is not there (looked at {}); OPENRSM_VOLUME_HANDLER names another place", looked_at));
}

Result<UniqueFd> start_handler(std::string const& program, HandlerArguments arguments, std::string const& state_directory, std::string_view told) {
  RSM_TRY(auto sockets, socket_pair(told));
  auto& [ours, theirs] = sockets;
  arguments.socket = handler_socket;
  std::vector<std::string> words = to_words(arguments);
  words.insert(words.begin(), program);
  std::vector<std::string> environment = environment_with(state_directory);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), handler_socket);  // the same number: only the close-on-exec mark goes
  pid_t child = 0;
  int const problem = ::posix_spawn(&child, program.c_str(), &actions, nullptr, pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return fail(Errc::device_not_available, program, "cannot be started: " + std::system_category().message(problem));
  wait_for(child);
  return std::move(ours);
}

bool may_split_handler(std::string const& given) {
  char const* const named = ::secure_getenv("OPENRSM_VOLUME_HANDLER");
  return given.empty() && (named == nullptr || *named == '\0') && __libc_single_threaded != 0;
}

Result<UniqueFd> split_handler(int (*serve)(HandlerArguments const&), HandlerArguments arguments, std::string const& state_directory, std::string_view told) {
  RSM_TRY(auto sockets, socket_pair(told));
  auto& [ours, theirs] = sockets;
  arguments.socket = theirs.get();
  pid_t const child = ::fork();
  if (child < 0) return fail(Errc::not_enough_memory, program_name, "no process can be made for it: " + std::system_category().message(errno));
  if (child > 0) return std::move(ours);
  if (!state_directory.empty()) ::setenv(state_name, state_directory.c_str(), 1);
  int status = EXIT_FAILURE;
  try {
    status = serve(arguments);
  } catch (std::exception const&) {
  }
  ::_exit(status);  // what the program still has to write and to put away is its own
}

}  // namespace rsm::volume
