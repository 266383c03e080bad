#include "cli/rsm/commands/trace_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cli/rsm/commands/resolve.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr std::int64_t rows_at_once = 500;
// Of steps that were never seen, in a library that has mounted nothing by itself yet.
constexpr double step_s = 15;

struct Mount {
  std::int64_t asked_ms = 0, hold_ms = 0;
  std::size_t medium = 0, session = 0;
  std::int64_t side = 0, priority = 0;
  bool deferred = true;
};

Result<wire::LibraryInfo> library_meant(Context const& context, Connection& service) {
  if (!context.args().library.empty()) return resolve_library(service, context.args().library);
  RSM_TRY(auto const page, service.library_list({}));
  wire::LibraryInfo const* only = nullptr;
  for (auto const& library : page.items) {
    if (library.drives == 0) continue;
    if (only != nullptr) return fail(Errc::invalid_parameter, "--trace", "there are several libraries; name one with --library");
    only = &library;
  }
  if (only == nullptr) return fail(Errc::object_not_found, "--trace", "there is no library with drives");
  return *only;
}

double median_s(wire::TimingReply const& timing, TimingKind kind, double otherwise) {
  for (auto const& t : timing.items)
    if (t.drive.is_zero() && t.kind == kind) return static_cast<double>(t.median_ms) / 1000.0;
  return otherwise;
}

// Numbers in the order in which things are met.
template <class Key>
class Numbers {
 public:
  std::size_t of(Key const& key) { return numbers_.try_emplace(key, numbers_.size()).first->second; }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::map<Key, std::size_t> numbers_;
};

class Collector {
 public:
  Collector(Connection& service, LibraryId library) : service_(service), library_(library) {}

  void add(wire::HistoryInfo const& row) {
    if (row.library != library_) return;
    auto const key = std::pair(row.medium, row.drive);
    if (row.kind == HistoryKind::mounted) {
      open_[key] = row;
      return;
    }
    auto const begun = open_.find(key);
    if (row.kind != HistoryKind::dismounted || begun == open_.end()) return;
    mounts_.push_back(made_of(begun->second, row));
    open_.erase(begun);
  }

  std::vector<Mount> take() {
    std::ranges::stable_sort(mounts_, {}, &Mount::asked_ms);
    return std::move(mounts_);
  }
  std::size_t media() const { return media_.size(); }
  std::int64_t sides() const { return sides_; }

 private:
  // What the history does not say the request does, as long as it is kept.
  Mount made_of(wire::HistoryInfo const& begun, wire::HistoryInfo const& ended) {
    Mount mount;
    mount.asked_ms = begun.time - begun.duration_ms.value_or(0);
    mount.hold_ms = std::max<std::int64_t>(ended.duration_ms.value_or(ended.time - begun.time), 0);
    mount.medium = media_.of(begun.medium.guid);
    mount.side = begun.side.value_or(0);
    sides_ = std::max(sides_, mount.side + 1);
    mount.session = sessions_.of(begun.user + '\n' + begun.application);
    if (!begun.request.is_zero())
      if (auto const request = service_.request_get({begun.request})) mount.priority = request->priority;
    if (!ended.request.is_zero() && ended.request != begun.request)
      if (auto const request = service_.request_get({ended.request}); request && request->operation == Operation::dismount) mount.deferred = request->option == 1 || request->option == 3;
    return mount;
  }

  Connection& service_;
  LibraryId library_;
  std::map<std::pair<MediumId, DriveId>, wire::HistoryInfo> open_;
  std::vector<Mount> mounts_;
  Numbers<Guid> media_;
  Numbers<std::string> sessions_;
  std::int64_t sides_ = 1;
};

std::string line_of(Mount const& m, std::int64_t begin_ms) {
  return fmt::format(R"({{"t": {:.3f}, "media": {}, "side": {}, "drives": null, "hold_s": {:.3f}, "priority": {}, "dismount": "{}", "session": {}}})" "\n", static_cast<double>(m.asked_ms - begin_ms) / 1000.0, m.medium, m.side,
                     static_cast<double>(m.hold_ms) / 1000.0, m.priority, m.deferred ? "deferred" : "immediate", m.session);
}

}  // namespace

Result<std::string> export_trace(Context& context) {
  auto const& args = context.args();
  if (!args.targets.empty()) return fail(Errc::invalid_parameter, "--trace", "it is of a whole library: name it with --library, and no cartridge");
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const library, library_meant(context, *service));
  RSM_TRY(auto const timing, service->library_timing({library.id.text()}));
  wire::HistoryListParams params;
  params.from = args.from_ms, params.to = args.until_ms;
  params.oldest_first = true;
  params.limit = rows_at_once;
  Collector collector(*service, library.id);
  for (;;) {
    RSM_TRY(auto const page, service->history_list(params));
    for (auto const& row : page.items) collector.add(row);
    if (!page.next_cursor) break;
    params.cursor = page.next_cursor;
  }
  auto const mounts = collector.take();
  if (mounts.empty()) return fail(Errc::no_data, "library " + library.name, "no mount that has ended is in its history");
  if (timing.items.empty()) note("Nothing was learned of what this library's steps take: 15 s are written for each.\n");
  std::string const head = fmt::format(R"({{"library": {{"drives": {}, "media": {}, "sides": {}, "arms": 1, "move": {:.3f}, "load": {:.3f}, "unload": {:.3f}}}}})" "\n", library.drives,
                                       std::max<std::int64_t>(library.media, static_cast<std::int64_t>(collector.media())), std::min<std::int64_t>(collector.sides(), 2), median_s(timing, TimingKind::move, step_s),
                                       median_s(timing, TimingKind::load, step_s) + median_s(timing, TimingKind::read_label, 0), median_s(timing, TimingKind::unload, step_s));
  if (!print(head)) return fail(Errc::write_fault, "standard output", "it does not take what is written");
  for (auto const& mount : mounts)
    if (!print(line_of(mount, mounts.front().asked_ms))) return fail(Errc::write_fault, "standard output", "it does not take what is written");
  return std::string{};
}

}  // namespace rsm::cli
