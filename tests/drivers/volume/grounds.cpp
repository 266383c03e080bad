#include "tests/drivers/volume/grounds.hpp"

#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "drivers/block/mount_table.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/volume_record.hpp"

namespace rsm::test {
namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024, partition_bytes = 15 * mebibyte;
constexpr int looks_max = 1000;
constexpr useconds_t look_pause_us = 10'000;

char const* type_of(FileSystem file_system) {
  switch (file_system) {
    case FileSystem::ext4: return "ext4";
    case FileSystem::xfs: return "xfs";
    case FileSystem::btrfs: return "btrfs";
    case FileSystem::none: break;
  }
  return "";
}

}  // namespace

Grounds::Grounds(FileSystem plain) : file_systems_{plain, FileSystem::btrfs, FileSystem::none, FileSystem::ext4, FileSystem::ext4} {
  for (int volume = 0; volume <= disk_volume; ++volume) {
    VolumeBench const& made = benches_.emplace_back(type_of(file_system(volume)));
    nodes_.push_back({made.node(), made.state_directory(), {made.lab().folder("mnt")}});
  }
  nodes_[btrfs_volume].places.push_back(benches_[btrfs_volume].lab().folder("second"));
  int const refused = make_subvolumes(node(btrfs_volume).device, node(btrfs_volume).places.front(), {"one", "two"});
  if (refused != 0) throw std::runtime_error("no subvolumes: " + block::errno_text(refused));
  nodes_[disk_volume].places.clear();
  for (int number : {1, 2}) {
    std::string const place = benches_[disk_volume].lab().folder(fmt::format("p{}", number));
    nodes_.push_back({fmt::format("{}p{}", node(disk_volume).device, number), node(disk_volume).state_directory, {place}});
  }
  make_disk();
  for (int volume = 0; volume < volumes_in_all; ++volume) {  // a folder under a dead file system could not be made later
    (void)bench(volume).lab().folder(fmt::format("overlay-{}", volume));
    (void)bench(volume).lab().folder("below");
  }
}

int Grounds::partition() {
  for (int number : {1, 2}) {
    int const added = add_partition(node(disk_volume).device, number, mebibyte + static_cast<std::uint64_t>(number - 1) * partition_bytes, partition_bytes);
    if (added != 0) return added;
  }
  return 0;
}

void Grounds::make_disk() {
  for (int number : {1, 2}) (void)remove_partition(node(disk_volume).device, number);  // of somebody who was killed
  if (int const refused = partition(); refused != 0) throw std::runtime_error("no partitions: " + block::errno_text(refused));
  for (int number : {1, 2})
    if (run({"mkfs.ext4", "-q", "-F", node(disk_volume + number).device}) != 0) throw std::runtime_error("mkfs.ext4 failed on a partition");
}

// Newest first: each lab's janitor has inherited the lines to the older ones.
Grounds::~Grounds() {
  for (int volume = 0; volume < volumes_in_all; ++volume) {
    (void)remove_overlay(volume);
    for (auto const& place : node(volume).places) ::umount2(place.c_str(), MNT_DETACH);
  }
  for (NameSpace const number : std::exchange(kept_, {})) ::umount2(kept_file(number).c_str(), MNT_DETACH);
  (void)servers_have_ended();
  for (int number : {1, 2}) (void)remove_partition(node(disk_volume).device, number);
  while (!benches_.empty()) benches_.pop_back();
}

std::string Grounds::name(int volume) const {
  if (volume == disk_volume) return "the disk";
  return volume > disk_volume ? fmt::format("partition {}", volume - disk_volume) : type_of(file_system(volume));
}

int Grounds::mount(int volume, Place place, MountWish wish) {
  constexpr std::array subvolumes{"subvol=one", "subvol=two"};
  auto const index = static_cast<std::size_t>(place);
  std::string const data = file_system(volume) == FileSystem::btrfs ? subvolumes[index] : "";
  return mount_with(node(volume).device, node(volume).places[index], type_of(file_system(volume)), wish.flags, data, wish.sharing);
}

std::string Grounds::overlay_place(int volume) { return bench(volume).lab().path(fmt::format("overlay-{}", volume)); }

int Grounds::overlay(int volume) { return mount_overlay(node(volume).places.front(), bench(volume).lab().path("below"), overlay_place(volume)); }

int Grounds::remove_overlay(int volume) { return umount_path(overlay_place(volume)); }

bool Grounds::serve(int volume) {
  server_ = std::make_unique<FuseServer>(node(volume).device, node(volume).places.front());
  if (!server_->serves()) server_.reset();
  return server_ != nullptr;
}

bool Grounds::servers_have_ended() {
  bool const ended = server_ == nullptr || server_->has_ended();
  server_.reset();
  return ended;
}

int Grounds::bind_again(int volume) {
  bench(volume).bind_again();
  return volume == disk_volume ? partition() : 0;
}

int Grounds::keep_namespace(NameSpace number) {
  int const kept = keep_new_namespace(kept_file(number));
  if (kept == 0) kept_.push_back(number);
  return kept;
}

int Grounds::end_kept_namespace(NameSpace number) {
  std::erase(kept_, number);
  return ::umount2(kept_file(number).c_str(), MNT_DETACH) == 0 ? 0 : errno;
}

MountPicture Grounds::picture(std::map<NameSpace, pid_t> const& processes) const {
  std::map<int, std::string> tables{{0, mountinfo_of("self")}};
  for (auto const& [number, process] : processes) tables[number] = mountinfo_of(std::to_string(process));
  for (NameSpace const number : kept_) tables[number] = mountinfo_inside(kept_file(number));
  return picture_of(tables);
}

bool Grounds::is_place(std::string const& mount_point) const {
  return std::ranges::any_of(nodes_, [&](auto const& node) { return std::ranges::find(node.places, mount_point) != node.places.end(); });
}

void Grounds::wait_until_gone(pid_t application) const {
  for (auto const& node : nodes_) {
    struct stat st {};
    if (::stat(node.device.c_str(), &st) != 0) continue;
    auto const file = block::VolumeRecordFile::at(node.state_directory, st.st_rdev);
    for (int looks = 0; file && looks < looks_max; ++looks) {
      auto const record = file->read();
      if (record && std::ranges::none_of(record->handles, [&](auto const& slot) { return slot.application == application; })) break;
      ::usleep(look_pause_us);
    }
  }
}

int live_apart() {
  if (int const problem = enter_new_namespace(); problem != 0) return problem;
  std::string const temporary = std::filesystem::temp_directory_path().string() + "/";
  auto const mounts = block::read_own_mounts().mounts;
  for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount)
    if (mount->mount_point.starts_with(temporary)) ::umount2(mount->mount_point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  return 0;
}

}  // namespace rsm::test
