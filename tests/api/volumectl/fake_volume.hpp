// A volume in memory behind the client's interface, for tests of the library without devices, rights and processes.
//
// What for: the rules of OVERLAPPED, of handles and of waits are about time; here a test decides when an operation ends. It keeps the
// interface's contract: completions on a thread of its own, one after another, each exactly once, never inside submit().
// Thread rule: any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "drivers/volume/volume_client.hpp"

namespace rsm::test {

// What all handles on it share.
struct FakeMedium {
  std::mutex mutex;
  std::string bytes = std::string(64 * 1024, '\0');
  std::map<volume::Operation, Error> refusals;
  std::optional<Error> open_refusal;
  std::vector<volume::Command> commands;  // in the order they were carried out
  std::vector<Millis> limits;
  std::atomic<int> open_handles = 0;
};

class FakeVolume final : public volume::VolumeClient {
 public:
  FakeVolume(std::shared_ptr<FakeMedium> medium, volume::OpenOptions options);
  ~FakeVolume() override;

  std::uint64_t submit(volume::Command command, Millis limit, Completion done) override;
  bool cancel(std::uint64_t operation) override;
  Result<volume::Outcome> run(volume::Command command, Millis limit) override;
  void close() override;
  std::string const& device() const override { return options_.path; }
  std::int64_t handler_pid() const override { return 0; }
  bool dead() const override { return false; }

  // While it is held nothing is carried out; what is under way can be cancelled.
  void hold();
  void release();
  // The listener is told; returns when it has answered.
  void tell(volume::Notice notice);
  volume::OpenOptions const& options() const { return options_; }

 private:
  struct Item {
    std::uint64_t number = 0;
    volume::Command command;
    Millis limit{};
    Completion done;
  };
  struct Line;
  static void work(std::shared_ptr<Line> line, std::shared_ptr<FakeMedium> medium);

  std::shared_ptr<FakeMedium> const medium_;
  volume::OpenOptions const options_;
  std::shared_ptr<Line> const line_;
  std::thread worker_;
};

// What the library opens: every CreateFile gives a handle on the one medium.
class FakeVolumes {
 public:
  FakeVolumes();
  ~FakeVolumes();
  FakeVolumes(FakeVolumes const&) = delete;
  FakeVolumes& operator=(FakeVolumes const&) = delete;

  std::shared_ptr<FakeMedium> const medium = std::make_shared<FakeMedium>();
  std::shared_ptr<FakeVolume> last() const;  // opened last; null: it is gone
  std::vector<volume::Operation> operations() const;

 private:
  mutable std::mutex mutex_;
  std::weak_ptr<FakeVolume> last_;
};

}  // namespace rsm::test
