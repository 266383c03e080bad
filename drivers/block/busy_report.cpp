#include "drivers/block/busy_report.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "drivers/block/contains.hpp"
#include "drivers/block/disk_parts.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/printable.hpp"
#include "drivers/block/process_scan.hpp"
#include "drivers/block/swap_table.hpp"
#include "drivers/block/volume_record.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/private_text.hpp"

namespace rsm::block {
namespace {

void add_kernel(BusyReport& report, std::string const& what) {
  report.holders.push_back({.pid = 0, .user = "", .command = "kernel", .what = sentence(what)});
}

// A file that the kernel uses: its path is for its owner, the others learn whose it is.
std::string kernel_file(std::string const& what, std::string const& path, std::string const& thing) {
  struct statx file {};
  std::vector<std::uint32_t> owner;
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_UID, &file) == 0) owner.push_back(file.stx_uid);
  return private_text::make(owner, printable(what + " " + path), printable(thing) + (owner.empty() ? "" : " of user " + user_text(owner.front())));
}

void add_swap(HeldThing const& thing, BusyReport& report) {
  for (auto const& swap : read_swap_table())
    if (contains(thing.devices, swap.device) || (swap.is_file && contains(thing.file_devices, swap.device)))
      add_kernel(report, swap.is_file ? kernel_file("swap file", swap.path, "a swap file") : "swap on " + printable(swap.path));
}

// A volume within btrfs has a device number of its own, that of no mount: the file is known by the mount that leads to it.
bool lies_on(std::vector<int> const& mount_ids, LoopBinding const& binding) {
  struct statx st {};
  if (::statx(AT_FDCWD, binding.backing_path.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &st) != 0) return false;
  FileIdentity const file{makedev(st.stx_dev_major, st.stx_dev_minor), st.stx_ino};
  return (st.stx_mask & STATX_MNT_ID) != 0 && file == binding.backing && contains(mount_ids, static_cast<int>(st.stx_mnt_id));
}

void add_loop_device(BusyReport& report, LoopBinding const& binding) {
  std::string const on = "loop device " + binding.loop.node + " on";
  add_kernel(report, kernel_file(on, binding.backing_path, on + " a file"));
}

void add_loop_devices(HeldThing const& thing, BusyReport& report) {
  auto looked_for = thing.file_devices;
  if (thing.file) looked_for.push_back(thing.file->device);
  for (auto const& binding : bound_loop_devices(looked_for, thing.devices)) {
    bool const on_device = !thing.devices.empty() && (contains(thing.devices, binding.backing_device) || contains(thing.file_devices, binding.backing.device) || lies_on(thing.mount_ids, binding));
    if (on_device || thing.file == binding.backing) add_loop_device(report, binding);
  }
}

void add_stacked_devices(dev_t device, BusyReport& report) {
  std::error_code none;
  auto const folder = fmt::format("/sys/dev/block/{}:{}/holders", major(device), minor(device));
  for (auto const& entry : std::filesystem::directory_iterator(folder, none)) add_kernel(report, "device " + entry.path().filename().string() + " on top of it");
}

void add_mounts_on_top(HeldThing const& thing, MountTable const& table, BusyReport& report) {
  for (auto const& mount : mounts_on_top(table, mounts_of(table, thing.devices)))
    add_kernel(report, fmt::format("mount of {} on top, at {}", mount.source, mount_text(table, mount)));
}

// "/a\\:b:/c" of lowerdir, upperdir, workdir: the folders that an overlay is made of.
std::vector<std::string> overlay_folders(std::string const& options) {
  std::vector<std::string> folders;
  std::string word;
  bool value = false;
  auto const end_word = [&] {
    if (value && word.starts_with('/')) folders.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < options.size(); ++i) {
    char const c = options[i];
    if (c == '\\' && i + 1 < options.size()) {
      word += options[++i];
    } else if (c == '=' && !value) {
      value = word == "lowerdir" || word == "lowerdir+" || word == "datadir+" || word == "upperdir" || word == "workdir";
      word.clear();
    } else if (c == ',' || (c == ':' && value)) {
      end_word();
      if (c == ',') value = false;
    } else {
      word += c;
    }
  }
  end_word();
  return folders;
}

bool lies_in(std::string const& path, std::string const& folder) { return path == folder || path.starts_with(folder.ends_with('/') ? folder : folder + "/"); }

bool lies_on_mounts(HeldThing const& thing, std::string const& path) {
  return std::any_of(thing.mount_points.begin(), thing.mount_points.end(), [&](std::string const& at) { return lies_in(path, at); });
}

// Neither unmounting nor MNT_EXPIRE says that an overlay holds on to a file system: only its folders tell.
void add_overlays(HeldThing const& thing, MountTable const& table, BusyReport& report) {
  for (auto const& mount : table.mounts) {
    if (mount.fs_type != "overlay") continue;
    auto const folders = overlay_folders(mount.super_options);
    bool const uses = std::any_of(folders.begin(), folders.end(), [&](std::string const& folder) { return lies_on_mounts(thing, folder); });
    if (uses) add_kernel(report, fmt::format("overlay at {} uses it", mount_text(table, mount)));
  }
}

// Interpreters that the kernel opened when they were registered (flag F).
void add_interpreters(HeldThing const& thing, BusyReport& report) {
  std::error_code none;
  for (std::filesystem::directory_iterator entry("/proc/sys/fs/binfmt_misc", none), end; !none && entry != end; entry.increment(none)) {
    std::ifstream in(entry->path());
    std::string line, interpreter;
    bool kept = false;
    while (std::getline(in, line)) {
      if (line.starts_with("interpreter ")) interpreter = line.substr(12);
      if (line.starts_with("flags: ")) kept = line.contains('F');
    }
    if (kept && lies_on_mounts(thing, interpreter)) add_kernel(report, "binfmt_misc " + printable(entry->path().filename().string()) + ", interpreter " + printable(interpreter));
  }
}

// "p:group/name /m/program:0x1234"
void add_probes(HeldThing const& thing, BusyReport& report) {
  for (char const* const table : {"/sys/kernel/tracing/uprobe_events", "/sys/kernel/debug/tracing/uprobe_events"}) {
    std::ifstream in(table);
    std::string line;
    while (std::getline(in, line)) {
      std::size_t const begin = line.find(" /"), end = line.rfind(":0x");
      if (begin == std::string::npos || end == std::string::npos || end <= begin) continue;
      std::string const program = line.substr(begin + 1, end - begin - 1);
      if (lies_on_mounts(thing, program)) add_kernel(report, "uprobe " + printable(line.substr(0, begin)) + " in " + printable(program));
    }
    if (in.eof()) return;  // the older place shows the same
  }
}

std::string journal_id_on(dev_t device) {
  UniqueFd const fd(::open(kernel_node(device).c_str(), O_RDONLY | O_CLOEXEC));
  return fd ? read_journal_id(fd.get()) : std::string{};
}

// The journal of an ext4 that lies on a device of its own: whose it is, both say by its id.
void add_journal(dev_t device, MountTable const& table, BusyReport& report) {
  std::string const node = kernel_node(device);
  std::error_code none;
  if (node.empty() || !std::filesystem::exists("/proc/fs/jbd2/" + std::filesystem::path(node).filename().string(), none)) return;
  std::string const id = journal_id_on(device);
  for (auto const& mount : table.mounts)
    if (!id.empty() && mount.fs_type.starts_with("ext") && journal_id_on(mount.device) == id)
      return add_kernel(report, printable(fmt::format("journal ({}) of the {} on {}, mounted at {}", id, mount.fs_type, kernel_node(mount.device), mount_text(table, mount))));
  add_kernel(report, "journal of a file system on another device");
}

// A handle that prevents the removal keeps the door locked with a descriptor of its own: it uses nothing of the volume.
void leave_out_door_keepers(dev_t device, BusyReport& report) {
  if (report.empty()) return;
  auto const keepers = door_keepers(device);
  std::erase_if(report.holders, [&](port::Holder const& holder) { return holder.pid != 0 && contains(keepers, static_cast<pid_t>(holder.pid)); });
}

// Of a mount that is gone the id may be another mount's by now.
HeldThing without_ids_of_others(HeldThing thing, MountTable const& table) {
  for (auto const& mount : table.mounts)
    if (!contains(thing.file_devices, mount.device)) std::erase(thing.mount_ids, mount.mount_id);
  return thing;
}

}  // namespace

namespace {

HeldThing held_devices(std::vector<dev_t> const& devices, MountTable const& table) {
  HeldThing thing{.devices = devices, .file_devices = devices};
  for (dev_t const device : devices) {
    for (auto const& mount : mounts_of(table, device)) {
      if (!contains(thing.file_devices, mount.device)) thing.file_devices.push_back(mount.device);
      thing.mount_ids.push_back(mount.mount_id);
      thing.mount_points.push_back(mount.mount_point);
    }
  }
  return thing;
}

}  // namespace

HeldThing held_volume(BlockDevice const& device, MountTable const& table) { return held_devices(numbers_of(parts_of(device)), table); }

HeldThing held_device(dev_t device, MountTable const& table) { return held_devices({device}, table); }

HeldThing held_file(FileIdentity file) { return HeldThing{.file = file}; }

namespace {

BoundSockets sockets_on(HeldThing const& thing, MountTable const& table) {
  return thing.mount_ids.empty() ? BoundSockets{} : sockets_bound_on(thing.file_devices, table.other_networks);
}

// All that uses it and is no process.
void add_the_kernels(HeldThing const& thing, MountTable const& table, BusyReport& report) {
  if (!thing.devices.empty()) {
    add_mounts_on_top(thing, table, report);
    add_overlays(thing, table, report);
    add_interpreters(thing, report);
    add_probes(thing, report);
    add_swap(thing, report);
  }
  for (dev_t const device : thing.devices) {
    leave_out_door_keepers(device, report);
    add_stacked_devices(device, report);
    add_journal(device, table, report);
  }
  add_loop_devices(thing, report);
  for (pid_t const process : table.not_seen)
    if (!contains(report.not_seen, process)) report.not_seen.push_back(process);
}

}  // namespace

BusyReport find_holders(HeldThing const& asked, MountTable const& table) {
  HeldThing const thing = without_ids_of_others(asked, table);
  BusyReport report;
  scan_processes(thing, ScanDepth::everything, sockets_on(thing, table), report);
  add_the_kernels(thing, table, report);
  return report;
}

VolumeLook look_at_volume(BlockDevice const& device) {
  MountTable const own = read_own_mounts();
  HeldThing const expected = held_volume(device, own);
  BoundSockets const expected_sockets = sockets_on(expected, own);
  VolumeLook look;
  std::vector<Sights> sights;
  scan_processes(expected, ScanDepth::everything, expected_sockets, look.report, &sights);
  look.table = mount_table_of(sights);
  HeldThing const thing = held_volume(device, look.table);
  BoundSockets const sockets = sockets_on(thing, look.table);
  if (thing != expected || sockets != expected_sockets) {
    look.report = {};
    scan_processes(thing, ScanDepth::everything, sockets, look.report);
  }
  add_the_kernels(thing, look.table, look.report);
  return look;
}

namespace {

BusyReport raw_holders_among(std::vector<pid_t> const& processes, BlockDevice const& device, std::vector<Sights>* sights) {
  BusyReport report;
  HeldThing const raw{.devices = numbers_of(parts_of(device))};
  scan_processes(processes, raw, ScanDepth::descriptors, {}, report, sights);
  for (dev_t const part : raw.devices) {
    leave_out_door_keepers(part, report);
    add_stacked_devices(part, report);
  }
  add_loop_devices(raw, report);
  return report;
}

}  // namespace

RawLook look_for_raw_holders(BlockDevice const& device) {
  auto const last = number_given_last();  // before the list: whoever is not in it has a number behind this one
  RawLook look{.report = {}, .sights = {}, .processes = processes_that_may_hold(), .last = last};
  look.report = raw_holders_among(look.processes, device, &look.sights);
  return look;
}

BusyReport find_raw_holders(BlockDevice const& device) { return raw_holders_among(processes_that_may_hold(), device, nullptr); }

namespace {

// By their numbers, where few have been given since: to list all processes takes as long as to look at some of them.
std::vector<pid_t> newcomers_since(RawLook const& look) {
  std::vector<pid_t> newcomers;
  auto const now = look.last ? number_given_last() : std::nullopt;
  if (now && *now >= *look.last && *now - *look.last <= limits::process_numbers_tried) {
    for (pid_t number = std::max(1, *look.last - limits::process_numbers_late); number <= *now; ++number) {
      bool const own_thread = ::access(fmt::format("/proc/self/task/{}", number).c_str(), F_OK) == 0;  // that is just ending: it has our own descriptors
      if (!own_thread && !std::ranges::binary_search(look.processes, number)) newcomers.push_back(number);
    }
    return newcomers;
  }
  std::ranges::set_difference(processes_that_may_hold(), look.processes, std::back_inserter(newcomers));
  return newcomers;
}

}  // namespace

BusyReport find_new_raw_holders(BlockDevice const& device, RawLook const& since) {
  auto const newcomers = newcomers_since(since);
  BusyReport report;
  HeldThing const raw{.devices = numbers_of(parts_of(device))};
  scan_processes(newcomers, raw, ScanDepth::descriptors, {}, report);
  for (dev_t const part : raw.devices) leave_out_door_keepers(part, report);
  return report;
}

BusyReport find_lasting_users(BlockDevice const& device, MountTable const& table, BusyReport raw) {
  BusyReport report = std::move(raw);
  HeldThing const thing = held_volume(device, table);
  add_overlays(thing, table, report);
  add_interpreters(thing, report);
  add_probes(thing, report);
  add_swap(thing, report);
  for (dev_t const part : thing.devices) add_journal(part, table, report);
  return report;
}

BusyReport find_tape_holders(dev_t device) {
  BusyReport report;
  scan_processes(HeldThing{.tape = device}, ScanDepth::descriptors, {}, report);
  return report;
}

port::Holder mount_holder(MountTable const& table, MountRecord const& mount, std::string const& why) {
  if (mount.name_space == table.own_namespace) return {.pid = 0, .user = "", .command = "kernel", .what = printable(fmt::format("mount at {}{}", mount.mount_point, why))};
  if (mount.seen_by == 0) return {.pid = 0, .user = "", .command = "kernel", .what = printable(fmt::format("mount at {} in {}{}", mount.mount_point, namespace_text(mount), why))};
  // Where somebody else's namespace has it is for who lives there.
  auto const owner = uid_of_process(mount.seen_by);
  std::vector<std::uint32_t> readers;
  if (owner) readers.push_back(*owner);
  std::string const what = printable(fmt::format("mount at {} in the mount namespace{}", mount.mount_point, why));
  std::string const whose = owner ? " of user " + user_text(*owner) : "";
  return {.pid = mount.seen_by, .user = user_of_process(mount.seen_by), .command = command_of_process(mount.seen_by), .what = private_text::make(readers, what, "a mount in the mount namespace" + whose)};
}

namespace {

std::string not_seen_text(std::vector<pid_t> const& not_seen) {
  if (not_seen.empty()) return "a file in flight in a socket, or a mount namespace that only an open file keeps";
  if (not_seen.size() == 1) return fmt::format("it may be process {}, which may not be looked at", not_seen.front());
  std::string text = fmt::format("it may be one of the {} that may not be looked at: process", not_seen.size());
  std::size_t named = 0;
  for (pid_t const process : not_seen) {
    if (named++ == limits::holders_named_max) return text + " ...";
    text += fmt::format(" {}", process);
  }
  return text;
}

// What an overlay is made of can be unmounted, and nothing tells afterwards on which volume that was.
std::string overlays_text(MountTable const& table) {
  std::string text;
  std::size_t named = 0;
  for (auto const& mount : table.mounts) {
    if (mount.fs_type != "overlay") continue;
    if (named++ == limits::holders_named_max) return text + " ...";
    text += fmt::format("{}overlay at {}", text.empty() ? "; or folders of an overlay that were unmounted since: " : ", ", mount_text(table, mount));
  }
  return printable(text);
}

}  // namespace

port::Holder unknown_holder(BusyReport const& report, MountTable const& table) {
  return {.pid = 0, .user = "", .command = "unknown", .what = fmt::format("unknown holder ({}{})", not_seen_text(report.not_seen), overlays_text(table))};
}

std::string holders_text(std::vector<port::Holder> const& holders) {
  std::string text;
  std::size_t named = 0;
  for (auto const& holder : holders) {
    if (!text.empty()) text += "; ";
    if (named++ == limits::holders_named_max) return text + fmt::format("and {} more", holders.size() - limits::holders_named_max);
    if (holder.pid == 0)
      text += fmt::format("{} ({})", holder.what, holder.command);
    else
      text += fmt::format("{} in process {} ({}, user {})", holder.what, holder.pid, holder.command, holder.user);
  }
  return text;
}

}  // namespace rsm::block
