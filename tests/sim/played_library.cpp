#include "tests/sim/played_library.hpp"

#include <algorithm>
#include <numeric>

namespace rsm::sim {

using namespace testing;

namespace {

// As many as a trace has requests.
RequestId id_of(std::size_t number) {
  RequestId id;
  for (std::size_t byte = 0; byte < 8; ++byte) id.guid.bytes[15 - byte] = static_cast<std::uint8_t>((number + 1) >> (8 * byte));
  return id;
}

}  // namespace

Millis ReplayFigures::mean() const {
  return waits.empty() ? Millis{0} : std::accumulate(waits.begin(), waits.end(), Millis{0}) / static_cast<long>(waits.size());
}

Millis ReplayFigures::percentile(unsigned percent) const {
  return waits.empty() ? Millis{0} : waits[std::min(waits.size() - 1, waits.size() * percent / 100)];
}

PlayedLibrary::PlayedLibrary(Trace const& trace, bool with_priorities)
    : trace_(trace), with_priorities_(with_priorities), builder_(trace.drives, trace.media), drives_(trace.drives) {}

ReplayFigures PlayedLibrary::play(Player& player) {
  player_ = &player;
  for (std::size_t i = 0; i < trace_.requests.size(); ++i)
    loop_.after(trace_.requests[i].arrival, [this, i] { arrives(i); });
  while (loop_.step()) {
    auto const next = loop_.next();
    if (next && *next == loop_.now()) continue;  // what happens at one moment is looked at together
    player.go_on();
    start_arm();
  }
  figures_.span = loop_.now() - TimePoint{} - trace_.requests.front().arrival;
  std::ranges::sort(figures_.waits);
  return std::move(figures_);
}

bool PlayedLibrary::takes(unsigned drive, RequestRecord const& request) const {
  auto const& drives = asked_by(request).drives;
  return !drives || drives->contains(drive);
}

bool PlayedLibrary::arm_taken() const {
  return arm_moves_ || std::ranges::any_of(drives_, [](auto const& drive) { return drive.phase == PlayedPhase::to_come; });
}

void PlayedLibrary::arrives(std::size_t i) {
  auto const& asked = trace_.requests[i];
  auto request = builder_.mount(static_cast<unsigned>(i), asked.medium, asked.side, with_priorities_ ? asked.priority : 0);
  request.id = id_of(i);
  request.queued = loop_.now();
  requests_.push_back(std::move(request));
  waiting_.push_back(&requests_.back());
  builder_.world.requests[requests_.back().id] = requests_.back();
  player_->asked(requests_.back());
}

void PlayedLibrary::enter(unsigned drive, PlayedPhase phase) {
  drives_[drive].phase = phase;
  drives_[drive].since = loop_.now();
}

void PlayedLibrary::begin(unsigned drive, RequestRecord const* request) {
  std::erase(waiting_, request);
  builder_.world.requests.erase(request->id);
  drives_[drive].request = request;
  if (drives_[drive].phase == PlayedPhase::empty) return enter(drive, PlayedPhase::to_come);
  if (hot(drive).side == request->side) return mounted(drive);
  drives_[drive].turns = true;
  unload(drive);
}

void PlayedLibrary::loaded(unsigned drive) {
  auto*& request = drives_[drive].request;
  auto const* first = player_->first_of(*request);
  if (first != request) {
    waiting_.insert(std::ranges::upper_bound(waiting_, request->sequence, {}, &RequestRecord::sequence), request);
    std::erase(waiting_, first);
    request = first;
  }
  mounted(drive);
}

void PlayedLibrary::mounted(unsigned drive) {
  auto const& request = *drives_[drive].request;
  Millis const wait = loop_.now() - request.queued;
  figures_.waits.push_back(wait);
  player_->wait_seen(wait);
  player_->mounted(request);
  enter(drive, PlayedPhase::held);
  changed(drive).state = DriveState::loaded;
  loop_.after(asked_by(request).hold, [this, drive] { given_back(drive); });
}

void PlayedLibrary::given_back(unsigned drive) {
  auto const& request = *std::exchange(drives_[drive].request, nullptr);
  Millis const held = loop_.now() - drives_[drive].since;
  figures_.held += held;
  player_->hold_seen(held);
  enter(drive, PlayedPhase::idle);
  changed(drive).state = DriveState::dismountable;
  changed(drive).since = loop_.now();
  if (player_->goes_home(drive, asked_by(request))) unload(drive);
}

void PlayedLibrary::unload(unsigned drive) {
  enter(drive, PlayedPhase::unloading);
  changed(drive).state = DriveState::unloaded;
  loop_.after(trace_.unload, [this, drive] { enter(drive, PlayedPhase::to_go); });
}

void PlayedLibrary::start_arm() {
  if (arm_moves_) return;
  auto const rank = [this](unsigned drive) { return std::pair(player_->room_comes_last() && drives_[drive].leaves(), drives_[drive].since); };
  std::optional<unsigned> next;
  for (unsigned drive = 0; drive < trace_.drives; ++drive) {
    auto const phase = drives_[drive].phase;
    if (phase != PlayedPhase::to_come && phase != PlayedPhase::to_go) continue;
    if (!next || rank(drive) < rank(*next)) next = drive;
  }
  if (!next) return;
  arm_moves_ = true;
  ++figures_.moves;
  figures_.arm_time += trace_.move;
  bool const leaves = drives_[*next].leaves();
  enter(*next, leaves ? PlayedPhase::going : PlayedPhase::coming);
  loop_.after(trace_.move, [this, drive = *next, leaves] {
    arm_moves_ = false;
    leaves ? gone(drive) : come(drive);
  });
}

void PlayedLibrary::come(unsigned drive) {
  auto const& request = *drives_[drive].request;
  if (!drives_[drive].turns) drives_[drive].filled = loop_.now();
  drives_[drive].turns = false;
  builder_.world.media.at(request.medium).place = InElement{library_id(), {ElementKind::drive, drive}};
  changed(drive).medium = request.medium;
  changed(drive).side = request.side;
  changed(drive).state = DriveState::mounted;
  enter(drive, PlayedPhase::loading);
  loop_.after(trace_.load, [this, drive] { loaded(drive); });
}

void PlayedLibrary::gone(unsigned drive) {
  auto& medium = builder_.world.media.at(hot(drive).medium);
  medium.place = InElement{library_id(), {ElementKind::slot, *medium.home_slot}};
  changed(drive).medium = {};
  changed(drive).side = {};
  changed(drive).state = DriveState::dismounted;
  figures_.drive_time += loop_.now() - drives_[drive].filled;
  enter(drive, PlayedPhase::empty);
}

}  // namespace rsm::sim
