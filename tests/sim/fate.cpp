#include "tests/sim/fate.hpp"

#include <algorithm>
#include <utility>

namespace rsm::sim {

void Fate::turn() {
  auto& random = stage_.random;
  auto const& swarm = stage_.swarm;
  if (random.chance(swarm.hardware_fault)) spoil_hardware();
  if (random.chance(swarm.handler_fault)) spoil_handler();
  if (random.chance(swarm.disk_fault)) spoil_disk();
  if (random.chance(swarm.slow_commit)) {
    stage_.history.count("commit.slow");
    stage_.commit_slowest = stage_.between(200, 5'000);
    stage_.loop.after(stage_.between(5'000, 30'000), [this] { stage_.commit_slowest = Millis{5}; });
  }
  if (random.chance(swarm.visit)) visitor_.visit(swarm.visits[random.below(swarm.visits.size())]);
  if (random.chance(swarm.restart)) end_daemon();
}

void Fate::spoil_hardware() {
  auto& random = stage_.random;
  Iron& iron = *stage_.irons[random.below(stage_.irons.size())];
  if (iron.work->spoil(random)) return;
  emulated::Fault fault;
  fault.kind = stage_.swarm.hardware_faults[random.below(stage_.swarm.hardware_faults.size())];
  bool const lasts = emulated::hangs(fault.kind) || fault.kind == emulated::FaultKind::drive_dies || fault.kind == emulated::FaultKind::door_open;
  if (lasts && !random.chance(10)) fault.until = stage_.loop.now() + stage_.between(1'000, 240'000);
  if (fault.kind == emulated::FaultKind::drive_dies)
    fault.element = Element{ElementKind::drive, static_cast<std::uint32_t>(random.below(iron.volumes.size()))};
  if (random.chance(10)) fault.count = 2 + static_cast<std::uint32_t>(random.below(4));
  iron.arm_fault(fault);
}

void Fate::spoil_handler() {
  if (!stage_.daemon) return;
  auto& random = stage_.random;
  Iron& iron = *stage_.irons[random.below(stage_.irons.size())];
  Element const device = random.chance(30) ? emulated::arm : Element{ElementKind::drive, static_cast<std::uint32_t>(random.below(iron.volumes.size()))};
  auto* handler = stage_.daemon->devices(iron.library)->handler(device);
  if (handler == nullptr) return;
  if (random.chance(30))
    handler->hang();
  else
    handler->die("signal 9");
}

void Fate::spoil_disk() {
  auto& random = stage_.random;
  stage_.history.note("fault", "the disk of the catalog");
  switch (random.below(4)) {
    case 0: return stage_.vfs.fail(DiskOperation::write, 1 + random.below(8), DiskFault::disk_full);
    case 1: return stage_.vfs.fail(DiskOperation::write, 1 + random.below(8), DiskFault::io_error);
    case 2: return stage_.vfs.fail(DiskOperation::sync, 1 + random.below(4), DiskFault::io_error);
    default: return stage_.vfs.lose_power_at(1 + random.below(30));
  }
}

void Fate::end_daemon() {
  if (!stage_.daemon || stage_.stopping) return;
  auto const die = stage_.random.below(10);
  if (die < 5) return end(End::killed);
  if (die < 8) return end(End::power_cut);
  stop_politely();
}

void Fate::look_at_power() {
  if (stage_.vfs.powered()) return;
  stage_.history.count("restart.power_lost_at_a_write");
  end(End::power_cut);
}

void Fate::look_at_moments() {
  if (stage_.swarm.restart_at_moment == 0 || stage_.healing) return;
  bool now = false;
  for (auto& iron : stage_.irons) {
    auto const& state = iron->hardware.state();
    bool const out = std::ranges::any_of(state.ports, [](auto const& port) { return port.extended; });
    Moment const before = std::exchange(moments_[iron.get()], Moment{state.motion.has_value(), out});
    bool const matters = (before.moving && !state.motion) || (out && !before.port_out);
    now = now || (matters && stage_.random.chance(stage_.swarm.restart_at_moment));
  }
  if (!now || !stage_.daemon || stage_.stopping) return;
  stage_.history.count("restart.between_a_move_and_what_follows");
  end(stage_.random.chance(70) ? End::killed : End::power_cut);
}

void Fate::stop_politely() {
  stage_.history.note("fate", "the daemon is asked to stop");
  stage_.stopping = true;
  auto const life = life_;
  auto const over = [this, life] {
    if (life == life_ && stage_.daemon) end(End::stopped);
  };
  // Not inside its own callback; and not for longer than the limit.
  stage_.daemon->manager().stop([this, over] { stage_.loop.post(over); });
  stage_.loop.after(limits::stop_limit, over);
}

void Fate::end(End how) {
  static constexpr char const* words[] = {"killed", "power_cut", "stopped"};
  char const* const text = words[static_cast<int>(how)];
  stage_.history.note("fate", std::string("the daemon ends: ") + text);
  stage_.history.count(std::string("restart.") + text);
  for (auto const& iron : stage_.irons)
    for (auto const& port : iron->hardware.state().ports)
      if (port.extended) stage_.history.count("restart.port_left_out");
  ++life_;
  if (stage_.daemon) {
    if (how != End::stopped) stage_.daemon->killed();
    for (auto& client : clients_) client->daemon_gone();
    stage_.daemon.reset();
  }
  stage_.stopping = false;
  if (how == End::power_cut) stage_.vfs.power_cut(stage_.random);
  if (starting_) return;
  starting_ = true;
  stage_.loop.after(stage_.between(100, 20'000), [this] { start_daemon(); });
}

// Now and then the configuration has not all of them.
void Fate::choose_libraries() {
  for (auto const& iron : stage_.irons) {
    bool const away = !stage_.healing && stage_.random.chance(stage_.swarm.library_away);
    if (away && stage_.away.insert(iron->library).second) stage_.history.count("restart.library_removed");
    if (!away && stage_.away.erase(iron->library) != 0) stage_.history.count("restart.library_back");
  }
}

void Fate::start_daemon() {
  starting_ = false;
  if (stage_.swarm.library_away != 0) choose_libraries();
  Settings settings = stage_.swarm.settings;
  std::erase_if(settings.libraries, [&](LibrarySettings const& library) { return stage_.away.contains(library.name); });
  Daemon::Parts parts{stage_.loop, stage_.core_random, stage_.history, *stage_.auditor, stage_.all_irons(), stage_.vfs.name(),
                      [this] { return Millis{static_cast<long>(stage_.random.below(static_cast<std::uint64_t>(stage_.commit_slowest.count())) + 1)}; },
                      std::move(settings)};
  auto started = Daemon::start(std::move(parts));
  if (started) {
    stage_.history.note("fate", "the daemon starts");
    stage_.daemon = std::move(*started);
    return;
  }
  stage_.auditor->detach();
  stage_.history.note("fate", "the daemon cannot start: " + started.error().text());
  stage_.history.count("restart.start_failed");
  if (stage_.healing && !stage_.vfs.powered()) stage_.vfs.power_cut(stage_.random);
  if (!stage_.vfs.powered()) return;  // look_at_power() goes on
  starting_ = true;
  stage_.loop.after(Millis{1'000}, [this] { start_daemon(); });
}

void Fate::heal() {
  stage_.history.note("fate", "act two: everything is repaired");
  stage_.healing = true;
  if (!stage_.away.empty()) end(End::stopped);  // the libraries are in the configuration again
  stage_.commit_slowest = Millis{5};
  stage_.vfs.heal();
  for (auto& iron : stage_.irons) {
    iron->strangers = false;
    iron->heal();
    for (auto& volume : iron->volumes) volume.holders.erase("stranger");
  }
}

}  // namespace rsm::sim
