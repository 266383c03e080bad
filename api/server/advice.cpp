#include "api/server/advice.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "api/server/discretion.hpp"
#include "api/server/foretell.hpp"
#include "api/server/in_background.hpp"
#include "api/server/views.hpp"
#include "libmgr/forecast/about_text.hpp"
#include "libmgr/forecast/drives_needed.hpp"

namespace rsm::server {
namespace {

using forecast::about_text;
using forecast::DrivesTried;
using forecast::PastMount;

// What is counted of one library while its history is read, the newest first.
struct Counted {
  std::vector<PastMount> mounts;
  std::vector<std::string> program_of;  // of each of them
  struct Manner {
    std::size_t left = 0, stayed = 0;  // media that left their drive when they were given back, or were seen to stay in it
  };
  std::map<std::string, Manner> manners;  // by program
  std::map<MediumId, unsigned> mounts_of, returns_of;
  std::map<MediumId, std::string> names;
};

struct TriedWork {
  LibraryId library;
  std::function<std::vector<DrivesTried>()> work;
};
using Tried = std::vector<std::pair<LibraryId, std::vector<DrivesTried>>>;

class Advice : public std::enable_shared_from_this<Advice> {
 public:
  Advice(Context c, std::vector<LibraryId> libraries, Millis wait, Reply<wire::AdviseReply> reply)
      : c_(std::move(c)), place_(*c_.server), libraries_(std::move(libraries)), wait_(wait), reply_(std::move(reply)) {}

  void begin() {
    if (!place_) return reply_(fail(Errc::busy, "history.advise", "many look ahead at this moment; try again in some seconds"));
    read_on();
  }

 private:
  // A page in a turn.
  void read_on() {
    auto page = guarded<std::vector<db::HistoryEntry>>(c_, [&] { return c_.server->reader.history_page({}, cursor_, limits::advice_rows_at_once); });
    if (!page) return reply_(std::unexpected(std::move(page).error()));
    for (auto const& entry : *page) count(entry);
    rows_ += page->size();
    if (page->size() < limits::advice_rows_at_once || rows_ >= limits::advice_rows_max) return play();
    cursor_ = db::HistoryCursor{page->back().record.time, page->back().number};
    c_.server->loop.post([self = shared_from_this()] { self->read_on(); });
  }

  void count(db::HistoryEntry const& entry) {
    auto const& r = entry.record;
    if (std::ranges::find(libraries_, r.library) == libraries_.end() || !may_be_told(c_, history_info(entry))) return;
    auto& counted = counted_[r.library];
    if (r.medium) counted.names.try_emplace(r.medium, entry.medium_name);
    if (r.kind == HistoryKind::brought_in && r.medium) ++counted.returns_of[r.medium];
    if (r.kind == HistoryKind::dismounted && r.duration) ended_[{r.medium, r.drive}] = {*r.duration, stay(r)};
    if (r.medium && (r.kind == HistoryKind::moved || r.kind == HistoryKind::mounted || r.kind == HistoryKind::taken_out)) next_[r.medium] = {r.time, r.kind != HistoryKind::mounted};
    if (r.kind != HistoryKind::mounted || !r.medium) return;
    ++counted.mounts_of[r.medium];
    auto const end = ended_.find({r.medium, r.drive});
    since_ = r.time;
    if (end == ended_.end()) return;  // it goes on
    SideId side;  // a number is enough to tell the sides of one medium apart
    side.guid = r.medium.guid;
    side.guid.bytes[15] = static_cast<std::uint8_t>(side.guid.bytes[15] ^ (r.side.value_or(0) + 1));
    counted.mounts.push_back({.medium = r.medium, .side = side, .asked = r.time - r.duration.value_or(Millis{0}), .hold = std::max(end->second.hold, Millis{0})});
    counted.program_of.push_back(r.application + "\n" + r.user);
    auto& manner = counted.manners[counted.program_of.back()];
    if (end->second.stay != Stay::unknown) ++(end->second.stay == Stay::left ? manner.left : manner.stayed);
    ended_.erase(end);
  }

  // What became of a medium that was given back, seen from what its history says next of it.
  enum class Stay { unknown, left, stayed };
  Stay stay(HistoryRecord const& given_back) const {
    auto const next = next_.find(given_back.medium);
    if (next == next_.end()) return Stay::unknown;
    return next->second.left && next->second.time - given_back.time <= let_go_limit(given_back.library) ? Stay::left : Stay::stayed;
  }
  Millis let_go_limit(LibraryId library) const {
    auto const most = [&](TimingKind kind) {
      auto const* sketch = c_.manager().timing(library.guid, kind);
      return sketch == nullptr || sketch->empty() ? Millis{0} : sketch->quantile(0.9);
    };
    return 3 * (most(TimingKind::unload) + most(TimingKind::move)) + limits::advice_at_once_slack;
  }

  // As its program does it: what it defers may have to leave early, what it dismounts at once never stays.
  static void learn_manners(Counted& counted) {
    for (std::size_t n = 0; n < counted.mounts.size(); ++n) {
      auto const& manner = counted.manners.at(counted.program_of[n]);
      counted.mounts[n].at_once = manner.left > 0 && manner.stayed * limits::advice_deferring_share < manner.left + manner.stayed;
    }
  }

  void play() {
    std::vector<TriedWork> works;
    for (auto const& id : libraries_) learn_manners(counted_[id]);
    for (auto const& id : libraries_)
      if (auto work = c_.manager().try_drives(id, counted_[id].mounts)) works.push_back({id, std::move(*work)});
    run_beside<Tried>(c_.server->looking_ahead, c_, Reply<Tried>([self = shared_from_this()](Result<Tried> tried) { self->say(std::move(tried)); }), [works = std::move(works)]() -> Result<Tried> {
      Tried all;
      for (auto const& one : works) all.emplace_back(one.library, one.work());
      return all;
    });
  }

  void say(Result<Tried> tried) {
    if (!tried) return reply_(std::unexpected(std::move(tried).error()));
    reply_(guarded<wire::AdviseReply>(c_, [&]() -> Result<wire::AdviseReply> {
      wire::AdviseReply out;
      for (auto const& [id, counted] : counted_) out.mounts += std::ssize(counted.mounts);
      if (since_) out.since = to_ms(*since_);
      for (auto const& [id, rows] : *tried)
        if (c_.world().library(id) != nullptr) say_drives(id, rows, out);
      for (auto const& id : libraries_)
        if (c_.world().library(id) != nullptr) {
          say_media(id, out);
          RSM_CHECK(say_wear(id, out));
        }
      std::erase_if(out.items, [&](auto const& item) { return names_what_is_hidden(c_, item.text, item.medium); });
      return out;
    }));
  }

  void say_drives(LibraryId id, std::vector<DrivesTried> const& rows, wire::AdviseReply& out) const {
    auto const& library = *c_.world().library(id);
    wire::AdviceInfo advice{.library = id, .about = "drives", .text = {}, .medium = {}, .tried = {}};
    for (auto const& row : rows) advice.tried.push_back({row.drives, row.wait.count(), row.wait_p90.count(), row.longest.count()});
    std::string const there = library.record.name + " has " + std::to_string(library.drives.size()) + (library.drives.size() == 1 ? " drive" : " drives");
    std::string const goal = "nine of ten mounts within " + about_text(wait_);
    auto const enough = std::ranges::find_if(rows, [&](auto const& row) { return row.wait_p90 <= wait_; });
    if (rows.empty())
      advice.text = there + ": nothing can be said of more or fewer, since no mount that has ended is in its history";
    else if (enough == rows.end())
      advice.text = there + ": " + goal + " were not to be had with " + std::to_string(rows.back().drives) + " drives either; more do not help, since the arm and the steps of the drives take the time";
    else if (enough->drives == library.drives.size())
      advice.text = there + ", and that is just enough for " + goal + ": nine of ten would have waited less than " + about_text(enough->wait_p90);
    else if (enough->drives < library.drives.size())
      advice.text = there + "; " + std::to_string(enough->drives) + " would be enough for " + goal + ": nine of ten would have waited less than " + about_text(enough->wait_p90);
    else
      advice.text = there + "; it takes " + std::to_string(enough->drives) + " for " + goal + ": nine of ten would have waited less than " + about_text(enough->wait_p90);
    out.items.push_back(std::move(advice));
  }

  void say_media(LibraryId id, wire::AdviseReply& out) {
    auto const& counted = counted_[id];
    std::string const& library = c_.world().library(id)->record.name;
    std::vector<std::pair<unsigned, MediumId>> travellers;
    for (auto const& [medium, times] : counted.returns_of)
      if (times >= limits::advice_returns) travellers.emplace_back(times, medium);
    std::ranges::sort(travellers, std::ranges::greater{});
    if (travellers.size() > limits::advice_media_named) travellers.resize(limits::advice_media_named);
    for (auto const& [times, medium] : travellers)
      out.items.push_back({id, "media", counted.names.at(medium) + " came into " + library + " " + std::to_string(times) + " times: it belongs there, and somebody takes it out again and again", medium, {}});
    auto const in_it = c_.manager().media_in(id);
    if (since_ && in_it > counted.mounts_of.size() && !counted.mounts_of.empty())
      out.items.push_back({id, "media", "of the " + std::to_string(in_it) + " cartridges in " + library + " only " + std::to_string(counted.mounts_of.size()) + (counted.mounts_of.size() == 1 ? " was" : " were") + " mounted since " + time_text(*since_).substr(0, 10) +
                                            ": when slots are wanted, the others can go to the shelf",
                           {}, {}});
  }

  Result<> say_wear(LibraryId id, wire::AdviseReply& out) {
    auto const& counted = counted_[id];
    std::vector<std::pair<unsigned, MediumId>> most;
    for (auto const& [medium, mounts] : counted.mounts_of) most.emplace_back(mounts, medium);
    std::ranges::sort(most, std::ranges::greater{});
    if (most.size() > limits::advice_media_looked_at) most.resize(limits::advice_media_looked_at);
    std::size_t named = 0;
    for (auto const& [mounts, id_of_medium] : most) {
      RSM_TRY(auto const medium, c_.manager().find_medium(id_of_medium));
      if (!medium || named == limits::advice_media_named) continue;
      RSM_TRY(auto const ageing, ageing_of(*c_.server, *medium));
      std::string text;
      if (ageing.mounts_expected && ageing.mounts * 10 >= *ageing.mounts_expected * 8)
        text = name_of(*medium) + " has " + std::to_string(ageing.mounts) + " of the " + std::to_string(*ageing.mounts_expected) + " mounts that are expected of a cartridge";
      else if (static_cast<std::uint64_t>(ageing.errors + ageing.alerts) >= limits::advice_troubles)
        text = name_of(*medium) + " has made trouble " + std::to_string(ageing.errors + ageing.alerts) + " times (" + std::to_string(ageing.errors) + " errors, " + std::to_string(ageing.alerts) + " TapeAlerts) in " + std::to_string(ageing.mounts) + " mounts";
      if (text.empty()) continue;
      ++named;
      out.items.push_back({id, "wear", text + ": copy what is on it, and replace it", id_of_medium, {}});
    }
    return {};
  }

  Context c_;
  Ahead place_;
  std::vector<LibraryId> libraries_;
  Millis wait_;
  Reply<wire::AdviseReply> reply_;
  std::optional<db::HistoryCursor> cursor_;
  std::size_t rows_ = 0;
  std::map<LibraryId, Counted> counted_;
  struct Ended {
    Millis hold{};
    Stay stay = Stay::unknown;
  };
  std::map<std::pair<MediumId, DriveId>, Ended> ended_;
  struct Next {
    TimePoint time{};
    bool left = false;  // else it was mounted once more where it was
  };
  std::map<MediumId, Next> next_;  // what happened to it next, after what is being counted
  MaybeTime since_;
};

}  // namespace

void advise(Context const& c, std::vector<LibraryId> libraries, Millis wait, Reply<wire::AdviseReply> reply) {
  std::make_shared<Advice>(c, std::move(libraries), wait, std::move(reply))->begin();
}

}  // namespace rsm::server
