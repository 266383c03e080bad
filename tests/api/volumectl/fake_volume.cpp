#include "fake_volume.hpp"

#include <algorithm>
#include <future>

#include "api/volumectl/volume_file.hpp"

namespace rsm::test {

using volume::Operation;
using volume::Outcome;

struct FakeVolume::Line {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> items;
  std::deque<std::function<void()>> notices;
  std::set<std::uint64_t> cancelled;
  std::uint64_t next = 1;
  bool held = false, closed = false;
};

namespace {

Result<Outcome> carry_out(FakeMedium& medium, volume::Command const& command) {
  std::lock_guard const lock(medium.mutex);
  if (auto const refusal = medium.refusals.find(command.operation); refusal != medium.refusals.end()) return std::unexpected(refusal->second);
  auto const at = std::min<std::uint64_t>(command.offset, medium.bytes.size());
  Outcome outcome;
  if (command.operation == Operation::read) outcome.data = medium.bytes.substr(at, command.length);
  if (command.operation == Operation::size) outcome.number = medium.bytes.size();
  if (command.operation == Operation::verify) outcome.number = 7;
  if (command.operation == Operation::dismount) outcome.data = to_json(volume::DismountOutcome{true, true, false, "ein Satz über Handles"});
  if (command.operation == Operation::write) {
    outcome.number = std::min<std::uint64_t>(command.data.size(), medium.bytes.size() - at);
    medium.bytes.replace(at, outcome.number, command.data, 0, outcome.number);
  }
  return outcome;
}

void record(FakeMedium& medium, volume::Command const& command, Millis limit) {
  std::lock_guard const lock(medium.mutex);
  medium.commands.push_back(command);
  medium.limits.push_back(limit);
}

}  // namespace

FakeVolume::FakeVolume(std::shared_ptr<FakeMedium> medium, volume::OpenOptions options)
    : medium_(std::move(medium)), options_(std::move(options)), line_(std::make_shared<Line>()), worker_(work, line_, medium_) {
  ++medium_->open_handles;
}

FakeVolume::~FakeVolume() {
  close();
  if (worker_.get_id() == std::this_thread::get_id()) worker_.detach();
  else worker_.join();
}

void FakeVolume::work(std::shared_ptr<Line> line, std::shared_ptr<FakeMedium> medium) {
  std::unique_lock lock(line->mutex);
  for (;;) {
    line->changed.wait(lock, [&] {
      bool const front_ends = !line->items.empty() && (!line->held || line->closed);
      bool const some_cancelled = std::ranges::any_of(line->items, [&](Item const& item) { return line->cancelled.contains(item.number); });
      return front_ends || some_cancelled || !line->notices.empty() || line->closed;
    });
    if (!line->notices.empty()) {
      auto const notice = std::move(line->notices.front());
      line->notices.pop_front();
      lock.unlock();
      notice();
      lock.lock();
      continue;
    }
    if (line->items.empty()) return;  // closed
    auto found = std::ranges::find_if(line->items, [&](Item const& item) { return line->cancelled.contains(item.number); });
    bool const aborted = found != line->items.end() || line->closed;
    if (found == line->items.end()) found = line->items.begin();
    Item item = std::move(*found);
    line->items.erase(found);
    line->cancelled.erase(item.number);
    lock.unlock();
    if (!aborted) record(*medium, item.command, item.limit);
    item.done(aborted ? fail(Errc::operation_aborted, "fake volume", "cancelled") : carry_out(*medium, item.command));
    item.done = nullptr;
    lock.lock();
  }
}

std::uint64_t FakeVolume::submit(volume::Command command, Millis limit, Completion done) {
  std::unique_lock lock(line_->mutex);
  auto const number = line_->next++;
  if (line_->closed) {
    lock.unlock();
    std::thread([done = std::move(done)]() mutable { done(fail(Errc::cancelled, "fake volume", "closed")); }).join();  // never inside submit's thread
    return number;
  }
  line_->items.push_back({number, std::move(command), limit, std::move(done)});
  line_->changed.notify_all();
  return number;
}

bool FakeVolume::cancel(std::uint64_t operation) {
  std::lock_guard const lock(line_->mutex);
  if (!std::ranges::any_of(line_->items, [&](Item const& item) { return item.number == operation; })) return false;
  line_->cancelled.insert(operation);
  line_->changed.notify_all();
  return true;
}

Result<Outcome> FakeVolume::run(volume::Command command, Millis limit) {
  std::promise<Result<Outcome>> done;
  submit(std::move(command), limit, [&](Result<Outcome> outcome) { done.set_value(std::move(outcome)); });
  return done.get_future().get();
}

void FakeVolume::close() {
  std::lock_guard const lock(line_->mutex);
  if (std::exchange(line_->closed, true)) return;
  --medium_->open_handles;
  line_->changed.notify_all();
}

void FakeVolume::hold() {
  std::lock_guard const lock(line_->mutex);
  line_->held = true;
}

void FakeVolume::release() {
  std::lock_guard const lock(line_->mutex);
  line_->held = false;
  line_->changed.notify_all();
}

void FakeVolume::tell(volume::Notice notice) {
  std::promise<void> answered;
  {
    std::unique_lock lock(line_->mutex);
    if (line_->closed) {  // one that comes late
      lock.unlock();
      return options_.listener(notice);
    }
    line_->notices.emplace_back([&] {
      options_.listener(notice);
      answered.set_value();
    });
    line_->changed.notify_all();
  }
  answered.get_future().get();
}

FakeVolumes::FakeVolumes() {
  volumectl::replace_opener([this](volume::OpenOptions options) -> Result<std::shared_ptr<volume::VolumeClient>> {
    std::lock_guard const lock(mutex_);
    if (medium->open_refusal) return std::unexpected(*medium->open_refusal);
    auto opened = std::make_shared<FakeVolume>(medium, std::move(options));
    last_ = opened;
    return opened;
  });
}

FakeVolumes::~FakeVolumes() {
  volumectl::replace_opener([](volume::OpenOptions options) { return volume::VolumeClient::open(std::move(options)); });
}

std::shared_ptr<FakeVolume> FakeVolumes::last() const {
  std::lock_guard const lock(mutex_);
  return last_.lock();
}

std::vector<Operation> FakeVolumes::operations() const {
  std::lock_guard const lock(medium->mutex);
  std::vector<Operation> out;
  for (auto const& command : medium->commands) out.push_back(command.operation);
  return out;
}

}  // namespace rsm::test
