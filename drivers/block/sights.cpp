#include "drivers/block/sights.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "drivers/block/process_scan.hpp"
#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

// `link`: "ns/mnt", by way of a folder. 0: there is none, and errno says why.
std::uint64_t number_at(int at, char const* link, std::string_view kind) {
  std::array<char, 64> text;
  ssize_t const length = ::readlinkat(at, link, text.data(), text.size());
  return length <= 0 ? 0 : namespace_number({text.data(), static_cast<std::size_t>(length)}, kind);
}

Sights::Home home_at(int at, char const* link) {
  auto const number = number_at(at, link, "mnt");
  bool const ended = number == 0 && (errno == ENOENT || errno == ESRCH);
  return {.name_space = number, .ended = ended, .refused = number == 0 && !ended};
}

}  // namespace

std::uint64_t namespace_number(std::string_view link, std::string_view kind) {
  if (!link.starts_with(kind) || !link.substr(kind.size()).starts_with(":[") || !link.ends_with(']')) return 0;
  std::string_view const digits = link.substr(kind.size() + 2, link.size() - kind.size() - 3);
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

Sights::Sights(Networks networks) {
  if (networks == Networks::noted) own_network_ = number_at(AT_FDCWD, "/proc/self/ns/net", "net");
}

Sights::Home Sights::home_of(int folder) { return home_at(folder, "ns/mnt"); }

void Sights::look_at_self() {
  UniqueFd const folder(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  look_at(::getpid(), folder.get(), "", "self", home_of(folder.get()), {});
}

void Sights::look_at_process(pid_t process) {
  UniqueFd const folder(::open(fmt::format("/proc/{}", process).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder) return look_at_process(process, folder.get(), home_of(folder.get()), thread_count(folder.get()) == 1, {});
  if (!has_ended(process)) not_seen.push_back(process);
}

void Sights::look_at_process(pid_t process, int folder, Home const& home, bool alone, std::optional<Root> root) {
  look_at(process, folder, "", std::to_string(process), home, root);
  bool looked = home.name_space != 0, refused = home.refused;
  if (!alone)
    for (pid_t const thread : numbered_entries(fmt::format("/proc/{}/task", process))) {
      bool const the_same = thread == process || (looked && share(process, thread, KCMP_FS));  // who has its folders in common with another lives in one namespace with it
      if (the_same) continue;
      std::string const below = fmt::format("task/{}/", thread);
      auto const own = home_at(folder, (below + "ns/mnt").c_str());
      look_at(thread, folder, below, fmt::format("{}/task/{}", process, thread), own, {});
      looked |= own.name_space != 0;
      refused |= own.refused;
    }
  // A process that ended meanwhile is no process that hides something.
  if (!looked && refused && !has_ended(process)) not_seen.push_back(process);
}

// `below`: from the folder `at`, which is the process's, to the thread's own; `folder`: the same in /proc.
void Sights::look_at(pid_t thread, int at, std::string const& below, std::string const& folder, Home const& home, std::optional<Root> root) {
  if (home.name_space == 0) return;
  auto const in_folder = [&](char const* name) { return path_.assign(below).append(name).c_str(); };
  if (!root) {
    struct stat st {};
    root = ::fstatat(at, in_folder("root"), &st, 0) == 0 ? Root{st.st_dev, st.st_ino} : Root{};
  }
  if (own_network_)
    if (auto const network = number_at(at, in_folder("ns/net"), "net"); network != 0 && network != *own_network_) networks[network].push_back(thread);
  Sight const sight{home.name_space, root->device, root->inode};
  if (known_.insert(sight).second) seen.push_back({thread, folder, sight});
}

}  // namespace rsm::block
