#include "tests/drivers/volume/round.hpp"

#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "drivers/volume/volume_client.hpp"

namespace rsm::test {
namespace {

using volume::Command;
using volume::Operation;

constexpr int processes = 4, first_guest = 100;
constexpr std::array accesses{volume::Access{}, volume::Access{true, false}, volume::Access{true, true}, volume::Access{true, true}};
constexpr std::array mount_wishes{MountWish{}, MountWish{MS_NOATIME}, MountWish{MS_NOSUID | MS_NODEV, Sharing::shared},
                                  MountWish{MS_NOEXEC, Sharing::unbindable}, MountWish{MS_STRICTATIME | MS_NODIRATIME}};
// The volumes that one round is mostly about.
constexpr std::array<std::array<int, 4>, 3> groups{{{plain_volume, plain_volume, plain_volume, plain_volume},
                                                    {btrfs_volume, btrfs_volume, btrfs_volume, btrfs_volume},
                                                    {disk_volume, first_partition, second_partition, first_partition}}};

constexpr std::array operations{Operation::flush,      Operation::lock,       Operation::lock,     Operation::lock,          Operation::lock,
                                Operation::unlock,     Operation::unlock,     Operation::dismount, Operation::dismount,      Operation::offline,
                                Operation::offline,    Operation::online,     Operation::online,   Operation::is_mounted,    Operation::is_offline,
                                Operation::verify,     Operation::eject,      Operation::eject,    Operation::media_removal, Operation::ejection_control,
                                Operation::could_lock, Operation::could_lock, Operation::read,     Operation::write};

}  // namespace

std::string Tally::text() const {
  std::string text;
  for (auto const& [deed, times] : deeds) text += fmt::format("  {}: {} done, {} refused\n", deed, times[0], times[1]);
  return text;
}

// Every second one with ext4, which FUSE can serve, too.
Round::Round(std::uint64_t seed, int steps, Tally& tally)
    : seed_(seed), steps_(steps), tally_(tally), random_(seed), grounds_(seed % 2 == 0 ? FileSystem::xfs : FileSystem::ext4) {
  focus_ = pick(static_cast<int>(groups.size()));
  for (int volume = 0; volume < volumes_in_all; ++volume) models_.emplace_back(grounds_.file_system(volume));
  for (int part : {first_partition, second_partition}) model(disk_volume).add_partition(model(part));
  for (int n = 0; n < processes; ++n) workers_.push_back(std::make_unique<Worker>(grounds_.nodes()));
}

Round::~Round() { tidy_up(); }

bool Round::run() {
  last_ = grounds_.picture({});
  for (step_ = 1; step_ <= steps_; ++step_)
    if (!step()) return false;
  for (int volume = 0; volume < volumes_in_all; ++volume)
    if (!check(volume, By::product)) return differs("at the end");
  return true;
}

int Round::pick_volume() {
  int const volume = pick(5) < 3 ? groups[static_cast<std::size_t>(focus_)][static_cast<std::size_t>(pick(4))] : pick(volumes_in_all);
  return is_there(volume) ? volume : disk_volume;
}

bool Round::step() {
  int const chance = pick(100);
  if (chance < 18) return open_handle();
  if (chance < 22) return close_handle();
  if (chance < 33) return mount();
  if (chance < 36) return unmount();
  if (chance < 42) return open_or_close_file();
  if (chance < 44) return open_or_close_device();
  if (chance < 48) return overlay();
  if (chance < 51) return serve();
  if (chance < 55) return guest_comes_or_goes();
  if (chance < 59) return kept_namespace_comes_or_goes();
  if (chance < 62) return bind_again();
  if (chance < 64) return kill_worker();
  return operate();
}

// ---- what is compared

bool Round::differs(std::string const& how) {
  std::fprintf(stderr, "DIFFERENCE: seed %llu, step %d: %s\n", static_cast<unsigned long long>(seed_), step_, how.c_str());
  for (auto const& line : log_) std::fprintf(stderr, "  %s\n", line.c_str());
  return false;
}

bool Round::expect(std::uint32_t expected, std::uint32_t got, std::string const& deed, std::string const& what, int volume, By by) {
  ++tally_.deeds[deed][expected == 0 ? 0 : 1];
  log_.push_back(fmt::format("{} on {} ({}): {}", what, grounds_.node(volume).device, grounds_.name(volume), got));
  if (expected != got) return differs(fmt::format("{}: the model says {}, the volume answered {}", what, expected, got));
  if (!check(volume, got == 0 ? by : By::product)) return differs(what);
  return true;
}

bool Round::check(int volume, By by) {
  for (NameSpace const number : std::exchange(ended_, {})) wait_for_end_of_namespace(inodes_[number]);
  bool const of_the_disk = volume >= disk_volume;
  for (int each = of_the_disk ? disk_volume : volume; each <= (of_the_disk ? second_partition : volume); ++each)
    if (is_there(each) && !check_state(each)) return false;
  if (!model(plain_volume).is_served() && !grounds_.servers_have_ended()) return differs("the FUSE program goes on, and nothing of it is mounted");
  return check_mounts(by) && check_places();
}

bool Round::check_state(int volume) {
  auto& watcher = watchers_[static_cast<std::size_t>(volume)];
  auto const& node = grounds_.node(volume);
  if (!watcher)
    watcher = volume::VolumeClient::open({.path = node.device, .access = {}, .command = "test", .state_directory = node.state_directory}).value_or(nullptr);
  if (!watcher) return differs(node.device + " cannot be asked for its state");
  auto const told = watcher->run(Operation::status);
  auto const status = told ? volume::status_from_json(told->data) : std::unexpected(told.error());
  std::size_t mounts = model(volume).mounts().size();
  if (volume == disk_volume) mounts = model(first_partition).mounts().size() + model(second_partition).mounts().size();
  if (status && status->state == model(volume).state() && status->mounts.size() == mounts) return true;
  std::fprintf(stderr, "state of %s: the model says %s, %zu mounts; the volume is %s, %zu mounts\n", grounds_.name(volume).c_str(),
               model(volume).state().c_str(), mounts,
               status ? status->state.c_str() : status.error().text().c_str(), status ? status->mounts.size() : 0);
  return false;
}

// Where the model has mounts, as far as somebody leads there.
std::set<MountKey> Round::places_mounted() const {
  std::set<MountKey> keys;
  for (int volume = 0; volume < volumes_in_all; ++volume)
    for (auto const& mount : model(volume).mounts())
      if (is_seen(mount.name_space)) keys.insert({mount.name_space, grounds_.node(volume).places[static_cast<std::size_t>(mount.place)]});
  return keys;
}

// A mount of a volume is what it was when a hand made it, whatever was removed and put back meanwhile; no other one is ever touched.
bool Round::check_mounts(By by) {
  auto const now = grounds_.picture(processes_elsewhere());
  auto const wanted = places_mounted();
  std::string problems;
  auto const complain = [&](MountKey const& key, std::string const& what) { problems += fmt::format("  namespace {}, {}: {}\n", key.first, key.second, what); };
  for (auto const& key : wanted)
    if (!now.contains(key)) complain(key, "it is not mounted, and has to be");
  for (auto const& [key, mount] : now) {
    bool const was_there = last_.contains(key);
    if (!grounds_.is_place(mount.mount_point)) {
      if (by == By::product && (!was_there || last_.at(key) != mount))
        complain(key, fmt::format("{}; it was {}", mount.fields, was_there ? last_.at(key).fields : "not there"));
      continue;
    }
    if (!wanted.contains(key)) complain(key, "it is mounted, and must not be");
    if (by == By::hand && !was_there) as_made_[key] = mount;
    if (as_made_[key] != mount) complain(key, fmt::format("{}; it was made as {}", mount.fields, as_made_[key].fields));
  }
  for (auto const& [key, mount] : last_)
    if (by == By::product && !grounds_.is_place(mount.mount_point) && !now.contains(key)) complain(key, "it is gone; it was " + mount.fields);
  last_ = now;
  if (!problems.empty()) std::fprintf(stderr, "mounts:\n%s", problems.c_str());
  return problems.empty();
}

// What was written by path while a mount was away lies below it for ever.
bool Round::check_places() {
  for (int volume = 0; volume < volumes_in_all; ++volume) {
    auto const& places = grounds_.node(volume).places;
    for (std::size_t place = 0; place < places.size(); ++place) {
      if (model(volume).mounts().contains({0, static_cast<Place>(place)})) continue;
      auto const names = names_in(places[place]);
      if (names.empty()) continue;
      std::fprintf(stderr, "below %s lies %s\n", places[place].c_str(), names.front().c_str());
      return false;
    }
  }
  return true;
}

// One that has ended goes on as long as a lock keeps it, since it has taken mounts there.
void Round::end_namespaces() {
  std::erase_if(ending_, [this](NameSpace number) {
    if (std::ranges::any_of(models_, [number](auto const& each) { return each.keeps(number); })) return false;
    for (auto& each : models_) each.end_namespace(number);
    ended_.push_back(number);
    return true;
  });
}

std::map<NameSpace, pid_t> Round::processes_elsewhere() const {
  if (!guest_) return {};
  return {{guest_->name_space, guest_->worker->pid()}};
}

// ---- handles

bool Round::taken(int worker, int slot) const {
  return std::ranges::any_of(open_, [&](Open const& one) { return one.worker == worker && one.slot == slot; });
}

bool Round::open_handle() {
  int const worker = pick(processes), volume = pick_volume();
  auto const access = accesses[static_cast<std::size_t>(pick(static_cast<int>(accesses.size())))];
  int slot = 0;
  while (slot < Worker::handles_max && taken(worker, slot)) ++slot;
  if (slot == Worker::handles_max) return true;
  HandleNumber const number = ++last_handle_;
  auto const expected = model(volume).open(number, worker, access);
  auto const got = workers_[static_cast<std::size_t>(worker)]->ask({.kind = Order::open, .slot = slot, .volume = volume, .read = access.read, .write = access.write});
  if (got == 0) open_.push_back({number, worker, slot, volume});
  char const* const what_for = access.write ? "write" : access.read ? "read" : "ask";
  return expect(expected, got, "open", fmt::format("process {} opens handle {} to {}", worker, number, what_for), volume, By::product);
}

bool Round::close(Open const one) {
  std::erase_if(open_, [&](Open const& other) { return other.number == one.number; });
  model(one.volume).close(one.number);
  end_namespaces();
  auto const got = workers_[static_cast<std::size_t>(one.worker)]->ask({.kind = Order::close, .slot = one.slot, .volume = one.volume});
  return expect(0, got, "close", fmt::format("handle {} is closed", one.number), one.volume, By::product);
}

bool Round::close_handle() { return open_.empty() || close(open_[static_cast<std::size_t>(pick(static_cast<int>(open_.size())))]); }

bool Round::operate() {
  if (open_.empty()) return open_handle();
  Open const one = open_[static_cast<std::size_t>(pick(static_cast<int>(open_.size())))];
  Command const command{.operation = operations[static_cast<std::size_t>(pick(static_cast<int>(operations.size())))], .prevent = pick(3) == 0};
  if (command.operation == Operation::write && grounds_.file_system(one.volume) == FileSystem::xfs) return true;  // its first bytes are its own
  if (command.operation == Operation::could_lock && model(one.volume).has_taken_it(one.number)) return true;      // who has it needs not ask
  auto const expected = model(one.volume).carry_out(one.number, command);
  end_namespaces();
  Order const order{.kind = Order::operate, .slot = one.slot, .volume = one.volume, .operation = command.operation, .prevent = command.prevent};
  auto& worker = *workers_[static_cast<std::size_t>(one.worker)];
  std::string const deed = boost::describe::enum_to_string(command.operation, "?");
  std::uint32_t got = 0;
  if (expected == 0)
    got = worker.ask(order);
  else if (!answer_while_writing(worker, order, one.volume, got))
    return differs(fmt::format("handle {}: {}: files are gone that were written meanwhile", one.number, deed));
  if (command.operation == Operation::could_lock && got != 0) got = static_cast<std::uint32_t>(Errc::access_denied);  // in use, offline: refused
  std::string const what = fmt::format("handle {}: {}{}", one.number, deed, command.prevent ? " (prevent)" : "");
  if (!expect(expected, got, deed, what, one.volume, By::product)) return false;
  return is_there(first_partition) || forget_partitions();
}

// Somebody works there meanwhile: what he writes by path must not land below a mount that is away for a moment.
bool Round::answer_while_writing(Worker& worker, Order const& order, int volume, std::uint32_t& got) {
  auto const folder = place_to_write(volume);
  std::vector<std::string> written;
  worker.tell(order);
  do {
    if (!folder) continue;
    written.push_back(fmt::format("{}/meanwhile-{}", *folder, written.size()));
    write_file(written.back(), "x", false);
  } while (!worker.has_answered(2));
  got = worker.answer();
  return std::ranges::all_of(written, [](auto const& file) { return ::unlink(file.c_str()) == 0; });
}

std::optional<std::string> Round::place_to_write(int volume) const {
  std::vector<int> const looked_at = volume == disk_volume ? std::vector<int>{first_partition, second_partition} : std::vector<int>{volume};
  for (int const each : looked_at)
    if (model(each).may_open_file(0)) return grounds_.node(each).places.front();
  return std::nullopt;
}

// With the medium of the disk its partitions have gone; whoever had them open can do nothing but close.
bool Round::forget_partitions() {
  for (int part : {first_partition, second_partition}) {
    watchers_[static_cast<std::size_t>(part)].reset();
    while (true) {
      auto const it = std::ranges::find(open_, part, &Open::volume);
      if (it == open_.end()) break;
      if (!close(*it)) return false;
    }
  }
  return true;
}

// Its handlers let go by themselves; that is waited for, since it is not the dead process that does it.
bool Round::kill_worker() {
  int const number = pick(processes);
  auto& worker = workers_[static_cast<std::size_t>(number)];
  pid_t const pid = worker->pid();
  worker->kill();
  grounds_.wait_until_gone(pid);
  for (auto& each : models_) each.end_process(number);
  end_namespaces();
  std::erase_if(open_, [&](Open const& one) { return one.worker == number; });
  worker = std::make_unique<Worker>(grounds_.nodes());
  for (int const volume : {plain_volume, btrfs_volume, disk_volume})
    if (!expect(0, 0, "kill", fmt::format("process {} is killed", number), volume, By::product)) return false;
  return true;
}

// ---- what hands and other programs do

bool Round::mount() {
  int const volume = pick_volume();
  int const places = static_cast<int>(grounds_.node(volume).places.size());
  if (places == 0) return true;
  Place const place = pick(places);
  auto const wish = mount_wishes[static_cast<std::size_t>(pick(static_cast<int>(mount_wishes.size())))];
  if (!model(volume).may_mount(place)) return true;
  auto const expected = model(volume).mount(place);
  if (expected == 0 && place == 0) unbindable_.erase(volume);
  if (expected == 0 && place == 0 && wish.sharing == Sharing::unbindable) unbindable_.insert(volume);
  auto const got = static_cast<std::uint32_t>(grounds_.mount(volume, place, wish));
  return expect(expected, got, "mount", fmt::format("somebody mounts it at place {}", place), volume, By::hand);
}

bool Round::unmount() {
  int const volume = pick_volume();
  int const places = static_cast<int>(grounds_.node(volume).places.size());
  if (places == 0) return true;
  Place const place = pick(places);
  auto const expected = model(volume).unmount(place);
  auto const got = static_cast<std::uint32_t>(grounds_.unmount(volume, place));
  return expect(expected, got, "unmount", fmt::format("somebody unmounts place {}", place), volume, By::hand);
}

bool Round::overlay() {
  int const volume = pick_volume();
  if (model(volume).has_overlay()) {
    model(volume).remove_overlay();
    return expect(0, static_cast<std::uint32_t>(grounds_.remove_overlay(volume)), "remove overlay", "somebody removes the overlay", volume, By::hand);
  }
  if (!model(volume).may_overlay() || unbindable_.contains(volume)) return true;
  model(volume).overlay();
  return expect(0, static_cast<std::uint32_t>(grounds_.overlay(volume)), "overlay", "somebody lays an overlay over it", volume, By::hand);
}

bool Round::serve() {
  if (!model(plain_volume).may_serve()) return true;
  model(plain_volume).serve();
  return expect(0, grounds_.serve(plain_volume) ? 0 : EIO, "FUSE", "a FUSE program mounts it", plain_volume, By::hand);
}

bool Round::open_or_close_file() {
  int const volume = pick_volume();
  int const index = pick(processes + (guest_ ? 1 : 0));
  bool const by_guest = index == processes;
  ProcessNumber const number = by_guest ? guest_->number : index;
  auto& process = by_guest ? *guest_->worker : *workers_[static_cast<std::size_t>(index)];
  auto& of = model(volume);
  if (!of.has_file(number)) {
    if (!of.may_open_file(by_guest ? guest_->name_space : 0)) return true;
    of.open_file(number, by_guest ? guest_->name_space : 0);
    return expect(0, process.ask({.kind = Order::open_file, .volume = volume}), "open file", fmt::format("process {} opens a file", number), volume, By::product);
  }
  auto const expected = of.file_is_dead(number) ? static_cast<std::uint32_t>(EIO) : 0U;
  if (!expect(expected, process.ask({.kind = Order::probe_file, .volume = volume}), "write file", fmt::format("process {} writes to its file", number), volume, By::product)) return false;
  of.close_file(number);
  return expect(0, process.ask({.kind = Order::close_file, .volume = volume}), "close file", fmt::format("process {} closes its file", number), volume, By::product);
}

bool Round::open_or_close_device() {
  int const volume = pick_volume(), number = pick(processes);
  auto& process = *workers_[static_cast<std::size_t>(number)];
  bool const closes = model(volume).has_device(number);
  if (!closes && !model(volume).bound()) return true;
  if (closes)
    model(volume).close_device(number);
  else
    model(volume).open_device(number);
  auto const got = process.ask({.kind = closes ? Order::close_device : Order::open_device, .volume = volume});
  return expect(0, got, closes ? "close device" : "open device", fmt::format("process {} {} the device", number, closes ? "closes" : "opens"), volume, By::product);
}

bool Round::bind_again() {
  for (int const volume : {plain_volume, btrfs_volume, disk_volume}) {
    if (model(volume).bound()) continue;
    model(volume).bind_again();
    auto const got = static_cast<std::uint32_t>(grounds_.bind_again(volume));
    if (!expect(0, got, "bind again", "somebody puts the medium in", volume, By::hand)) return false;
  }
  return true;
}

bool Round::guest_comes_or_goes() {
  if (guest_) {
    guest_->worker->kill();
    for (auto& each : models_) each.end_process(guest_->number);
    ending_.push_back(guest_->name_space);
    guest_.reset();
    end_namespaces();
    return expect_all("guest goes", "the process of the other namespace ends");
  }
  NameSpace const number = ++last_name_space_;
  guest_.emplace(number, first_guest + number, std::make_unique<Worker>(grounds_.nodes(), Worker::Where::in_a_namespace_of_its_own));
  inodes_[number] = inode_of_namespace(fmt::format("/proc/{}/ns/mnt", guest_->worker->pid()));
  for (auto& each : models_) each.copy_mounts(number);
  return expect_all("guest comes", "a process makes a namespace of its own");
}

bool Round::kept_namespace_comes_or_goes() {
  if (kept_ >= 0) {
    int const ended = grounds_.end_kept_namespace(kept_);
    ending_.push_back(std::exchange(kept_, -1));
    end_namespaces();
    return ended == 0 ? expect_all("kept namespace goes", "nothing keeps the namespace without a process any more") : differs("the kept namespace cannot be ended");
  }
  kept_ = ++last_name_space_;
  int const kept = grounds_.keep_namespace(kept_);
  inodes_[kept_] = inode_of_namespace(grounds_.kept_file(kept_));
  for (auto& each : models_) each.copy_mounts(kept_);
  return kept == 0 ? expect_all("kept namespace comes", "somebody keeps a namespace without a process") : differs(fmt::format("no namespace can be kept: {}", std::strerror(kept)));
}

bool Round::expect_all(std::string const& deed, std::string const& what) {
  for (int const volume : {plain_volume, btrfs_volume, disk_volume})
    if (!expect(0, 0, deed, what, volume, By::hand)) return false;
  return true;
}

// What may be offline still is brought online, so that its keeper ends.
void Round::tidy_up() {
  std::vector<pid_t> ended;
  for (auto& worker : workers_) {
    ended.push_back(worker->pid());
    worker->kill();
  }
  if (guest_) guest_->worker->kill();
  for (pid_t const process : ended) grounds_.wait_until_gone(process);
  for (auto const& watcher : watchers_)
    if (watcher) (void)watcher->run(Operation::online);
  watchers_ = {};
}

}  // namespace rsm::test
