// Carries out one verb of `rsm volume`, in the one safe order, through a handle of its own.
//
// What for: everything between the command line and the handle: refusing what a service manages or the system needs, taking the lock again and
// again while the volume is in use, going on without it when that was asked for, and putting back what was done before a step failed
// (the lock is released, a volume that could not be ejected is online again). A rehearsal asks the same questions and changes nothing.
// Errors: in the report. busy: in use, with who; access_denied: a service manages it, or the right is missing; volume_contains_sys_files;
// not_ready: it needs service; timeout; what the handle says. Thread rule: one thread; the hooks are called on it.
// Source: volume-control.md "The one safe order".
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/rsm/volume/report.hpp"
#include "drivers/volume/volume_client.hpp"

namespace rsm::cli {

struct VolumeOrder {
  VolumeVerb verb = VolumeVerb::status;
  std::string device, named;
  bool force = false, dry_run = false;
  Millis busy_wait{0};             // how long a volume in use is tried again
  std::optional<Millis> timeout;   // of each operation; absent: its own limit
};

// What the work needs of the world; tests bring their own.
struct VolumeHooks {
  std::function<Result<std::shared_ptr<volume::VolumeClient>>(volume::Access, volume::VolumeClient::Orders)> open;
  std::function<Millis(volume::Operation)> limit_of;
  std::function<void(std::string const& step, std::string const& reason)> tell;
  std::function<void()> idle;                     // now and then while an operation is under way
  std::function<Millis()> now;                    // counts on, from anywhere
  std::function<void(Millis)> pause;
  std::function<std::string()> managing_service;  // "it is drive 0 …: ask it with …"; empty: no service that answers has it
  std::function<std::string(VolumeStep)> missing_right;  // why this process may not flush or lock it; empty: it may
  std::function<Result<int>(std::function<bool()> still_locked)> run_command;  // of `lock`: exit status of the command
};

class Awaited;

class VolumeWork {
 public:
  VolumeWork(VolumeOrder order, VolumeHooks hooks);
  ~VolumeWork();

  // Carries the verb out (or rehearses it). Once.
  VolumeReport run();
  // What the volume was before; filled by run(), or by itself for status.
  Result<volume::VolumeStatus> look(volume::Operation at = volume::Operation::status);
  volume::VolumeStatus const& status() const { return status_; }
  Result<volume::HolderList> holders();

 private:
  Result<> prepare();
  std::optional<Error> refusal();
  Result<> open_once(bool with_orders = false);
  Result<std::shared_ptr<volume::VolumeClient>> open_for(volume::Access access, bool with_orders);
  volume::VolumeClient::Orders orders_of(volume::Access access);
  Result<> look_at_condition();
  Result<> open_for_work();
  Result<> carry_out();
  Result<> take_step(VolumeStep step);
  Result<> flush();
  Result<> lock();
  Result<> run_command();
  Result<> dismount();
  Result<> offline();
  Result<> unlock();
  Result<> simple(VolumeStep step);
  void put_back();
  Result<> rehearse();
  std::vector<VolumeStep> plan() const;
  Result<> go_through(std::vector<VolumeStep> const& plan, std::function<Result<>(VolumeStep)> const& each);
  std::optional<Error> obstacle_to(VolumeStep step);
  std::optional<Error> in_use();
  std::optional<Error> why_no_lock();
  bool try_again(Error const& why, Millis until);
  bool heard_its_end(Millis until);
  Result<volume::VolumeClient*> eyes();
  Result<volume::Outcome> ask(volume::VolumeClient& client, volume::Command command);
  Result<volume::Outcome> ask_step(VolumeStep step);
  std::shared_ptr<Awaited> start(volume::VolumeClient& client, volume::Command command);
  Result<volume::Outcome> answer(volume::VolumeClient& client, Awaited& awaited);
  void order_ahead(std::vector<VolumeStep> const& plan);
  void record(VolumeStep step, std::string outcome, Error const& why = {});
  bool passed(VolumeStep step) const;

  VolumeOrder order_;
  VolumeHooks hooks_;
  VolumeReport report_;
  volume::VolumeStatus status_;
  std::shared_ptr<volume::VolumeClient> asking_;   // without access: looks, and is nobody's user
  std::shared_ptr<volume::VolumeClient> working_;
  std::deque<std::pair<VolumeStep, std::shared_ptr<Awaited>>> ahead_;  // steps that the handle has been told of, not taken yet
  std::shared_ptr<Awaited> fit_;    // whether they were begun, where they were told along with the opening
  std::optional<Result<>> opened_;  // how the first try for it went; taken by the step that needs it
  bool may_write_ = false;
  bool locked_ = false;
  bool ended_ = false;  // the handle has died: nothing can be put back through it
};

}  // namespace rsm::cli
