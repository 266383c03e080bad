#include "cli/rsm/certify/trial.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "cli/rsm/certify/limits.hpp"
#include "cli/rsm/commands/event_feed.hpp"
#include "cli/rsm/commands/follow.hpp"
#include "cli/rsm/commands/interrupt.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/text/plural.hpp"

namespace rsm::cli {
namespace {

using std::chrono::steady_clock;

std::int64_t since(steady_clock::time_point begin) { return std::chrono::duration_cast<Millis>(steady_clock::now() - begin).count(); }

class Trial {
 public:
  Trial(Context& context, client::Connection& service, LibraryContents const& contents, TrialChoice const& choice)
      : context_(context), service_(service), contents_(contents), choice_(choice) {
    report_.library = contents.library.name;
  }

  TrialReport run(bool ports) {
    {
      Interrupt const interrupt([this] { stop(); });
      for (auto const& [drive, reason] : choice_.left_out)
        report_.steps.push_back({.step = "mount", .where = drive, .what = {}, .outcome = "left out", .reason = reason});
      take_stock();
      for (std::size_t i = 0; i < choice_.drives.size(); ++i) try_drive(choice_.drives[i], choice_.media[i % choice_.media.size()]);
      try_exchange();
      if (ports) try_ports();
      for (auto const& medium : choice_.media) put_back(medium);
    }
    report_.cancelled = stopped_;
    report_.good = !stopped_ && report_.not_back.empty() && std::ranges::none_of(report_.steps, [](TrialStep const& step) { return step.outcome == "failed"; });
    tell_abilities();
    return std::move(report_);
  }

 private:
  // ---- Ctrl-C

  void stop() {
    stopped_ = true;
    note("cancelling; a move under way is finished, and everything is put back\n");
    std::lock_guard const hold(lock_);
    if (current_) (void)service_.request_cancel({*current_});
  }
  void set_current(std::optional<RequestId> request) {
    std::lock_guard const hold(lock_);
    current_ = request;
  }

  // ---- Steps

  void failed(TrialStep step, std::string reason) {
    step.outcome = "failed";
    step.reason = std::move(reason);
    report_.steps.push_back(std::move(step));
  }

  // Waits for a request and notes how it ended; `can_lack`: what a library may not be able to do. True: it has passed.
  bool finish(TrialStep step, Result<RequestId> const& queued, std::int64_t cursor, bool may_be_cancelled, bool can_lack = false) {
    if (!queued) {
      failed(std::move(step), queued.error().sentence());
      return false;
    }
    if (may_be_cancelled) set_current(*queued);
    if (may_be_cancelled && stopped_) (void)service_.request_cancel({*queued});  // asked between the two
    std::string const label = step.step + (step.what.empty() ? "" : " " + step.what) + (step.where.empty() ? "" : " in " + step.where);
    auto const infos = follow(context_, {{*queued, label}}, cursor, std::nullopt, OnInterrupt::leave_requests);
    set_current(std::nullopt);
    if (!infos) {
      failed(std::move(step), infos.error().sentence());
      return false;
    }
    auto const& info = infos->front();
    if (info.completed) step.milliseconds = *info.completed - info.queued;
    auto const end = outcome(info, label);
    bool const lacking = !end && can_lack && end.error().code == Errc::not_supported;
    step.outcome = end ? "done" : lacking ? "left out" : "failed";
    if (!end) step.reason = end.error().detail.empty() ? end.error().sentence() : end.error().detail;
    report_.steps.push_back(std::move(step));
    return end.has_value();
  }

  // The request of a call that queues one.
  template <class Call>
  Result<RequestId> queue(Call call) {
    RSM_TRY(auto const key, client::make_key());
    return call(key);
  }

  std::int64_t cursor() {
    auto const newest = newest_event(service_);
    return newest ? *newest : 0;
  }

  void take_stock() {
    if (stopped_) return;
    auto const from = cursor();
    auto const queued = queue([&](std::string const& key) -> Result<RequestId> {
      RSM_TRY(auto const reply, service_.library_inventory({.key = key, .library = contents_.library.id, .action = wire::InventoryAction::fast}));
      return reply.request;
    });
    finish({.step = "inventory"}, queued, from, true);
  }

  static std::string side_text(wire::MediumInfo const& medium, wire::SideInfo const& side) { return medium.name + ":" + std::to_string(side.number); }

  // The first drive that can is shown all sides of a cartridge, the others one.
  void try_drive(wire::DriveInfo const& drive, wire::MediumInfo const& medium) {
    bool const all_sides = !shown_.contains(medium.id);
    for (auto const& side : medium.sides) {
      if (stopped_) break;
      if (!is_mountable(side)) continue;
      if (!mount(drive, medium, side)) break;
      shown_.insert(medium.id);
      dismount(drive, medium, side);
      if (!is_home(medium) || !all_sides) break;
    }
    put_back(medium);
  }

  bool mount(wire::DriveInfo const& drive, wire::MediumInfo const& medium, wire::SideInfo const& side) {
    auto const from = cursor();
    auto const queued = queue([&](std::string const& key) -> Result<RequestId> {
      wire::MountParams params{.key = key,
                               .media = {side.id.guid},
                               .drives = std::vector{drive.id},
                               .read = true,
                               .error_if_offline = true,
                               .timeout_ms = limits::trial_mount_limit.count()};
      RSM_TRY(auto const reply, service_.mount_submit(params));
      if (reply.requests.size() != 1)
        return fail(Errc::bad_format, "mount.submit", "the service answered with another number of requests than there are media");
      return reply.requests.front();
    });
    bool const done = finish({.step = "mount", .where = drive.name, .what = side_text(medium, side)}, queued, from, true);
    if (done) ++mounted_;
    if (done && side.number > 0) second_side_ = true;
    return done;
  }

  // Not to be cancelled: it puts back.
  bool dismount(wire::DriveInfo const& drive, wire::MediumInfo const& medium, wire::SideInfo const& side) {
    auto const from = cursor();
    auto const queued = queue([&](std::string const& key) -> Result<RequestId> {
      RSM_TRY(auto const reply, service_.dismount_submit({.key = key, .media = {side.id.guid}, .deferred = {}, .force = {}}));
      if (reply.requests.size() != 1)
        return fail(Errc::bad_format, "dismount.submit", "the service answered with another number of requests than there are media");
      return reply.requests.front();
    });
    return finish({.step = "dismount", .where = drive.name, .what = side_text(medium, side)}, queued, from, false);
  }

  // ---- Two change places, and again

  // Those that can be told apart by their bar codes, and are where they were.
  std::vector<wire::MediumInfo const*> exchangeable() {
    std::vector<wire::MediumInfo const*> two;
    for (auto const& medium : choice_.media) {
      bool const other_code = !medium.barcode.empty() && (two.empty() || two.front()->barcode != medium.barcode);
      if (two.size() < 2 && other_code && is_home(medium)) two.push_back(&medium);
    }
    return two;
  }

  Result<RequestId> transfer(wire::MediumInfo const& medium, Guid const& slot, bool exchange) {
    return queue([&](std::string const& key) -> Result<RequestId> {
      RSM_TRY(auto const reply, service_.medium_transfer({.key = key, .medium = medium.id, .from = {}, .slot = SlotId{slot}, .port = {}, .exchange = exchange}));
      return reply.request;
    });
  }

  void try_exchange() {
    if (stopped_) return;
    auto const two = exchangeable();
    if (two.size() < 2) return can_exchange("unknown", "not tried: two cartridges with bar codes are needed for it");
    auto const& one = *two.front();
    auto const& other = *two.back();
    auto from = cursor();
    auto queued = transfer(one, other.location, true);
    if (!queued && queued.error().code == Errc::not_supported) return can_exchange("no", queued.error().sentence());
    exchanged_ = {one.id, other.id};
    TrialStep const step{.step = "exchange", .where = one.place + ", " + other.place, .what = one.name + ", " + other.name};
    bool const done = finish(step, queued, from, true, true);
    if (!done) return can_exchange(stopped_ ? "unknown" : "no", report_.steps.back().reason);
    can_exchange("yes", "two cartridges changed places, and came back");
    from = cursor();
    finish(step, transfer(one, one.location, true), from, false);
  }

  void can_exchange(std::string answer, std::string detail) { exchange_ = {"exchange two cartridges at once", std::move(answer), std::move(detail)}; }

  // ---- Putting back

  // Waits until something has happened since `seen`, or Ctrl-C was pressed; false: the limit is over. What was looked at after `seen` was taken misses nothing.
  Result<bool> something_happens(std::int64_t& seen, steady_clock::time_point end) {
    for (bool const stopped_before = stopped_; stopped_ == stopped_before;) {
      auto const left = std::chrono::duration_cast<Millis>(end - steady_clock::now());
      if (left <= Millis{0}) return false;
      auto const reply = service_.event_read({.cursor = seen, .type = {}, .limit = events_page, .wait_ms = std::min(left, limits::trial_event_wait).count()});
      if (!reply && reply.error().code == Errc::no_data) {  // too long ago
        RSM_TRY(seen, newest_event(service_));
        return true;
      }
      if (!reply) return std::unexpected(reply.error());
      seen = reply->cursor;
      if (!reply->events.empty()) return true;
    }
    return true;
  }

  Result<wire::MediumInfo> now(wire::MediumInfo const& medium) { return service_.medium_get({.id = medium.id.guid, .name = {}}); }

  // Where it is once nothing moves it any more, or the limit is over.
  Result<wire::MediumInfo> settled(wire::MediumInfo const& medium) {
    auto const end = steady_clock::now() + limits::trial_home_limit;
    for (auto from = cursor();;) {
      RSM_TRY(auto seen, now(medium));
      if (seen.state != MediaState::inuse) return seen;
      RSM_TRY(bool const changed, something_happens(from, end));
      if (!changed) return seen;
    }
  }

  bool is_home(wire::MediumInfo const& medium) {
    auto const seen = settled(medium);
    return seen && seen->location == medium.location;
  }

  // Out of the drive where it still is: as its mount is ended, or where it is nobody's.
  Result<RequestId> empty_drive(wire::MediumInfo const& seen) {
    RSM_TRY(auto const key, client::make_key());
    if (!seen.mounted_side.is_zero())
      if (auto const reply = service_.dismount_submit({.key = key, .media = {seen.mounted_side.guid}, .deferred = {}, .force = {}});
          reply && reply->requests.size() == 1)
        return reply->requests.front();
    RSM_TRY(auto const other_key, client::make_key());
    RSM_TRY(auto const reply, service_.drive_dismount({.key = other_key, .drive = DriveId{seen.location}}));
    return reply.request;
  }

  // Another one that this trial has brought there goes the other way.
  Result<RequestId> to_its_slot(wire::MediumInfo const& medium) {
    auto const queued = transfer(medium, medium.location, false);
    if (queued || queued.error().code != Errc::not_empty || !exchanged_) return queued;
    auto const& [one, two] = *exchanged_;
    if (medium.id != one && medium.id != two) return queued;
    auto const there = service_.medium_get({.id = (medium.id == one ? two : one).guid, .name = {}});
    return there && there->location == medium.location ? transfer(medium, medium.location, true) : queued;
  }

  void put_back(wire::MediumInfo const& medium) {
    std::string why;
    for (unsigned tries = 0; tries < limits::trial_tries_max; ++tries) {
      if (tries > 0) std::this_thread::sleep_for(limits::trial_again_pause);
      auto const seen = settled(medium);
      if (!seen) return not_back(medium, "it is not known where it is", seen.error().sentence());
      if (seen->location == medium.location) return;
      bool const in_drive = seen->location_type == ObjectType::drive;
      if (!in_drive && seen->location_type != ObjectType::slot) return not_back(medium, "it is in " + seen->place, "");
      auto const from = cursor();
      auto const queued = in_drive ? empty_drive(*seen) : to_its_slot(medium);
      if (queued)
        finish({.step = in_drive ? "dismount" : "transfer", .where = seen->place, .what = medium.name}, queued, from, false);
      else
        why = queued.error().sentence();
    }
    auto const seen = settled(medium);
    if (seen && seen->location == medium.location) return;
    not_back(medium, seen ? "it is in " + seen->place : "it is not known where it is", why);
  }

  void not_back(wire::MediumInfo const& medium, std::string const& where, std::string const& why) {
    std::string line = medium.name + " was in " + medium.place + "; " + where + (why.empty() ? "" : ": " + why);
    if (std::ranges::find(report_.not_back, line) == report_.not_back.end()) report_.not_back.push_back(std::move(line));
  }

  // ---- Ports

  Result<std::vector<wire::PortInfo>> ports() {
    RSM_TRY(auto listing,
            collect(service_, &client::Connection::port_list, wire::ListParams{.container = contents_.library.id.guid, .cursor = {}, .limit = {}}));
    return std::move(listing.items);
  }

  Result<> wait_for_ports(bool open) {
    auto const end = steady_clock::now() + limits::trial_port_limit;
    auto from = cursor();
    for (bool changed = true; changed;) {
      RSM_TRY(auto const all, ports());
      bool const any_open = std::ranges::any_of(all, [](wire::PortInfo const& port) { return port.position == PortPosition::extended; });
      if (any_open == open) return {};
      if (open && stopped_) return fail(Errc::cancelled, contents_.library.name, "it was cancelled");
      RSM_TRY(changed, something_happens(from, end));
    }
    return fail(Errc::timeout, contents_.library.name, open ? "the port was not opened in time" : "the port was not closed in time");
  }

  void try_ports() {
    if (stopped_) return;
    auto const all = ports();
    TrialStep step{.step = "port open"};
    if (!all) return failed(std::move(step), all.error().sentence());
    bool const full = std::ranges::any_of(*all, [](wire::PortInfo const& port) { return port.content == PortContent::full; });
    if (all->empty() || full) {
      step.outcome = "left out";
      step.reason = all->empty() ? "it has no port" : "a cartridge is in it: it would be taken in";
      report_.steps.push_back(std::move(step));
      return;
    }
    auto begin = steady_clock::now();
    auto const queued = queue([&](std::string const& key) -> Result<RequestId> {
      RSM_TRY(auto const reply, service_.library_inject({.key = key, .library = contents_.library.id}));
      return reply.request;
    });
    if (!queued) return failed(std::move(step), queued.error().sentence());
    add_timed(std::move(step), wait_for_ports(true), begin);
    begin = steady_clock::now();
    auto const ended = service_.library_inject_stop({*queued});
    Result<> closed = ended ? wait_for_ports(false) : Result<>(std::unexpected(ended.error()));
    if (!closed) report_.not_back.push_back("the port of " + contents_.library.name + " may be open: " + closed.error().sentence());
    add_timed({.step = "port close"}, closed, begin);
  }

  void add_timed(TrialStep step, Result<> const& end, steady_clock::time_point begin) {
    step.milliseconds = since(begin);
    if (!end) return failed(std::move(step), end.error().sentence());
    step.outcome = "done";
    report_.steps.push_back(std::move(step));
  }

  // ---- What it can do

  void tell_abilities() {
    auto const& library = contents_.library;
    auto const count = [](auto const& all, auto is) { return static_cast<std::int64_t>(std::ranges::count_if(all, is)); };
    auto const labelled = count(contents_.media, [](wire::MediumInfo const& m) { return !m.barcode.empty(); });
    auto const known = count(contents_.drives, [](wire::DriveInfo const& d) { return !d.serial.empty(); });
    auto const two = count(contents_.media, [](wire::MediumInfo const& m) { return m.sides.size() > 1; });
    auto const drives = static_cast<std::int64_t>(contents_.drives.size());
    auto const of_drives = plural(known, "drive", "drives") + " of " + std::to_string(drives);
    auto& abilities = report_.abilities;
    abilities.push_back({"read bar codes",
                         library.barcode_reader && labelled > 0 ? "yes"
                         : library.barcode_reader               ? "unknown"
                                                                : "no",
                         plural(labelled, "cartridge has", "cartridges have") + " one"});
    abilities.push_back({"tell its drives apart", known == drives && drives > 0 ? "yes" : "no", "the serial numbers of " + of_drives + " are known"});
    abilities.push_back({"mount and dismount", mounted_ > 0 ? "yes" : "no", plural(mounted_, "mount", "mounts") + " in this trial"});
    abilities.push_back({"turn cartridges over",
                         second_side_ ? "yes"
                         : two > 0    ? "unknown"
                                      : "no",
                         two > 0 ? plural(two, "cartridge has", "cartridges have") + " two sides" : "no cartridge has two sides"});
    abilities.push_back({"let cartridges in and out", library.ports > 0 ? "yes" : "no", plural(library.ports, "port", "ports")});
    abilities.push_back(exchange_);
  }

  Context& context_;
  client::Connection& service_;
  LibraryContents const& contents_;
  TrialChoice const& choice_;
  TrialReport report_;
  std::int64_t mounted_ = 0;
  bool second_side_ = false;
  std::set<MediumId> shown_;
  Ability exchange_{"exchange two cartridges at once", "unknown", "not tried"};
  std::optional<std::pair<MediumId, MediumId>> exchanged_;
  std::atomic<bool> stopped_ = false;
  std::mutex lock_;
  std::optional<RequestId> current_;  // what Ctrl-C cancels
};

}  // namespace

TrialReport try_library(Context& context, client::Connection& service, LibraryContents const& contents, TrialChoice const& choice, bool ports) {
  return Trial(context, service, contents, choice).run(ports);
}

}  // namespace rsm::cli
