#include "cli/rsm/notify/desk.hpp"

#include <algorithm>

#include "cli/rsm/notify/limits.hpp"

namespace rsm::cli {
namespace {

// Eight bytes of a hash: letters of mail programs and of file systems go through it.
std::string hash_text(std::string const& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (unsigned char const c : text) hash = (hash ^ c) * 0x100000001b3ULL;
  char out[17];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(hash));
  return out;
}

char const* prefix_of(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::begin:
      return "begin";
    case NoticeKind::reminder:
      return "reminder";
    case NoticeKind::end:
      return "end";
    case NoticeKind::limit:
      return "limit";
  }
  return "";
}

// Of the conditions and of what was said of them before: the same when it is sent again.
std::string id_of(NoticeKind kind, std::vector<OpenCondition const*> const& about) {
  std::string all = prefix_of(kind);
  for (auto const* each : about)
    all += "\n" + each->what.key + " " + std::to_string(each->what.since) + " " + std::to_string(each->last_said);
  return std::string(prefix_of(kind)) + "." + hash_text(all);
}

Notice notice_of(NoticeKind kind, std::vector<OpenCondition const*> const& about) {
  Notice notice{.kind = kind, .conditions = {}, .id = id_of(kind, about), .thread = about.front()->thread};
  for (auto const* each : about) notice.conditions.push_back(each->what);
  return notice;
}

bool is_said(OpenCondition const& condition) {
  return condition.first_said != 0;
}

}  // namespace

bool Desk::wanted(Condition const& condition) const {
  return std::ranges::find(kinds_, condition.kind) != kinds_.end();
}

void Desk::see(std::vector<Condition> const& now_there, std::int64_t now) {
  auto const find = [&](std::string const& key) {
    return std::ranges::find_if(state_.open, [&](auto const& o) { return o.what.key == key && o.over == 0; });
  };
  for (auto const& condition : now_there) {
    if (!wanted(condition)) continue;
    auto const known = find(condition.key);
    if (known == state_.open.end()) {
      state_.open.push_back({.what = condition, .first_said = 0, .last_said = 0, .thread = {}, .over = 0});
      continue;
    }
    auto const since = known->what.since;
    known->what = condition;
    known->what.since = since;
  }
  for (auto& open : state_.open)
    if (open.over == 0 && std::ranges::find(now_there, open.what.key, &Condition::key) == now_there.end()) open.over = now;
  // Of what was never said nobody has to hear that it is over.
  std::erase_if(state_.open, [](auto const& o) { return o.over != 0 && !is_said(o); });
}

void Desk::away(Condition const& daemon) {
  bool const known = std::ranges::any_of(state_.open, [&](auto const& o) { return o.what.key == daemon.key && o.over == 0; });
  if (!known && wanted(daemon)) state_.open.push_back({.what = daemon, .first_said = 0, .last_said = 0, .thread = {}, .over = 0});
}

// Ends first, thread by thread; then what is new; then what is said again.
std::optional<Notice> Desk::due(std::int64_t now) const {
  std::vector<OpenCondition const*> ends, begins, again;
  bool first_is_ripe = false;
  for (auto const& each : state_.open) {
    if (each.over != 0) {
      if (ends.empty() || ends.front()->thread == each.thread) ends.push_back(&each);
      continue;
    }
    auto const ripe = each.what.since + times_.after.count();
    if (!is_said(each) && ripe <= now) {
      begins.push_back(&each);
      first_is_ripe = first_is_ripe || ripe + times_.digest.count() <= now;
    }
    if (is_said(each) && each.last_said + times_.remind.count() <= now && (again.empty() || again.front()->thread == each.thread))
      again.push_back(&each);
  }
  if (!ends.empty()) return notice_of(NoticeKind::end, ends);
  if (first_is_ripe) return notice_of(NoticeKind::begin, begins);
  if (!again.empty()) return notice_of(NoticeKind::reminder, again);
  return std::nullopt;
}

std::size_t Desk::sent_lately(std::int64_t now) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(state_.sent_at, [&](std::int64_t at) { return at > now - limits::notice_hour.count(); }));
}

// How many were kept back, and what is there now.
std::optional<Notice> Desk::after_the_limit(std::int64_t now) const {
  if (state_.withheld == 0 || sent_lately(now) >= limits::notices_per_hour) return std::nullopt;
  Notice notice{.kind = NoticeKind::limit,
                .conditions = {},
                .id = "limit." + hash_text(std::to_string(state_.sent_at.empty() ? now : state_.sent_at.back())),
                .thread = {},
                .withheld = state_.withheld};
  for (auto const& each : state_.open)
    if (each.over == 0 && is_said(each)) notice.conditions.push_back(each.what);
  return notice;
}

std::optional<Notice> Desk::next(std::int64_t now) {
  if (auto const more = after_the_limit(now)) return more;
  while (auto notice = due(now)) {
    auto const lately = sent_lately(now);
    if (lately < limits::notices_per_hour) {
      notice->last_of_hour = lately + 1 == limits::notices_per_hour;
      auto const oldest = std::ranges::find_if(state_.sent_at, [&](std::int64_t at) { return at > now - limits::notice_hour.count(); });
      notice->next_hour = (oldest == state_.sent_at.end() ? now : *oldest) + limits::notice_hour.count();
      return notice;
    }
    ++state_.withheld;
    notice->id.clear();
    count_as_said(*notice, now);
  }
  return std::nullopt;
}

void Desk::count_as_said(Notice const& notice, std::int64_t now) {
  for (auto const& condition : notice.conditions)
    for (auto& open : state_.open) {
      if (open.what.key != condition.key || (open.over != 0) != (notice.kind == NoticeKind::end)) continue;
      if (notice.kind == NoticeKind::end) {
        open.over = -1;
        continue;
      }
      if (!is_said(open)) open.first_said = now, open.thread = notice.id;
      open.last_said = now;
    }
  std::erase_if(state_.open, [](auto const& o) { return o.over == -1; });
}

void Desk::sent(Notice const& notice, std::int64_t now) {
  if (notice.kind == NoticeKind::limit)
    state_.withheld = 0;
  else
    count_as_said(notice, now);
  state_.sent_at.push_back(now);
  std::erase_if(state_.sent_at, [&](std::int64_t at) { return at <= now - limits::notice_hour.count(); });
}

std::optional<std::int64_t> Desk::next_look(std::int64_t now) const {
  std::optional<std::int64_t> earliest;
  auto const consider = [&](std::int64_t at) { earliest = std::min(earliest.value_or(at), std::max(at, now)); };
  for (auto const& each : state_.open) {
    if (each.over != 0) consider(now);
    if (each.over == 0 && !is_said(each)) consider(each.what.since + (times_.after + times_.digest).count());
    if (each.over == 0 && is_said(each)) consider(each.last_said + times_.remind.count());
  }
  if (state_.withheld > 0 && !state_.sent_at.empty()) consider(state_.sent_at.front() + limits::notice_hour.count() + 1);
  return earliest;
}

}  // namespace rsm::cli
