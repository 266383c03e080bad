#include "tests/drivers/volume/mount_picture.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>

#include "drivers/block/mount_table.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

struct Line {
  int name_space;
  block::MountRecord mount;
};

std::vector<Line> lines_of(std::map<int, std::string> const& tables) {
  std::vector<Line> lines;
  for (auto const& [name_space, text] : tables) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
      if (auto mount = block::parse_mountinfo_line(line)) lines.push_back({name_space, std::move(*mount)});
  }
  return lines;
}

// "shared:12 master:7" with a mount of the group in place of its number.
std::string propagation_text(std::string const& words, std::map<std::string, MountKey> const& groups) {
  std::istringstream in(words);
  std::string text;
  for (std::string word; in >> word;) {
    std::size_t const colon = word.find(':');
    text += " " + word.substr(0, colon);
    if (colon == std::string::npos) continue;
    auto const group = groups.find(word.substr(colon + 1));
    text += group == groups.end() ? ":elsewhere" : fmt::format(":{}:{}", group->second.first, group->second.second);
  }
  return text.empty() ? " private" : text;
}

std::map<std::string, MountKey> groups_in(std::vector<Line> const& lines) {
  std::map<std::string, MountKey> first;
  for (auto const& [name_space, mount] : lines) {
    std::istringstream in(mount.propagation);
    for (std::string word; in >> word;) {
      if (!word.starts_with("shared:")) continue;
      MountKey const here{name_space, mount.mount_point};
      auto const [group, fresh] = first.emplace(word.substr(word.find(':') + 1), here);
      if (!fresh && here < group->second) group->second = here;
    }
  }
  return first;
}

}  // namespace

MountPicture picture_of(std::map<int, std::string> const& tables) {
  auto const lines = lines_of(tables);
  auto const groups = groups_in(lines);
  std::map<int, std::string> places;  // by mount id, which is unique on the machine
  for (auto const& line : lines) places[line.mount.mount_id] = line.mount.mount_point;
  MountPicture picture;
  for (auto const& [name_space, mount] : lines) {
    std::string const parent = places.contains(mount.parent_id) ? places[mount.parent_id] : "(out of sight)";
    SeenMount const seen{mount.mount_point, fmt::format("{} at {} on {}: {},{} {} from {} with {}", mount.root, mount.mount_point, parent, mount.mount_options,
                                                        propagation_text(mount.propagation, groups), mount.fs_type, mount.source, mount.super_options)};
    std::string name = mount.mount_point;
    while (picture.contains({name_space, name})) name += " (over it)";
    picture[{name_space, name}] = seen;
  }
  return picture;
}

std::string mountinfo_of(std::string const& process) { return read_file("/proc/" + process + "/mountinfo"); }

// By a child; what it reads is the table of the namespace that it is in then.
std::string mountinfo_inside(std::string const& name_space) {
  std::array<int, 2> ends{};
  UniqueFd const entrance(::open(name_space.c_str(), O_RDONLY | O_CLOEXEC));
  if (!entrance || ::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  UniqueFd reading(ends[0]), writing(ends[1]);
  pid_t const child = ::fork();
  if (child == 0) {
    std::array<char, 4096> bytes{};
    int const table = ::setns(entrance.get(), CLONE_NEWNS) == 0 ? ::open("/proc/self/mountinfo", O_RDONLY) : -1;
    for (ssize_t got = 0; table >= 0 && (got = ::read(table, bytes.data(), bytes.size())) > 0;)
      if (::write(writing.get(), bytes.data(), static_cast<std::size_t>(got)) != got) break;
    ::_exit(0);
  }
  writing.reset();
  std::string text;
  std::array<char, 4096> bytes{};
  for (ssize_t got = 0; (got = ::read(reading.get(), bytes.data(), bytes.size())) > 0;) text.append(bytes.data(), static_cast<std::size_t>(got));
  ::waitpid(child, nullptr, 0);
  return text;
}

}  // namespace rsm::test
