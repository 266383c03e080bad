#include "libmgr/forecast/answer.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/short_id.hpp"
#include "libmgr/domain/spoken.hpp"
#include "libmgr/forecast/about_text.hpp"

namespace rsm::forecast {
namespace {

constexpr std::size_t named_most = 3, changes_most = 10;

std::string as_commands_take_it(RequestId id) {
  auto const number = number_in(id);
  return number ? std::to_string(*number) : short_id(id.guid);
}

RequestRecord const* waiting(Question const& question, RequestId id) {
  auto const it = std::ranges::find(question.waiting, id, &RequestRecord::id);
  return it == question.waiting.end() ? nullptr : &*it;
}

std::string medium_name(Question const& question, MediumId id) {
  auto const it = question.world.media.find(id);
  return it == question.world.media.end() ? "a cartridge" : name_of(it->second);
}

std::string asked_by(RequestRecord const& request) {
  std::string const& who = request.application.empty() ? request.user : request.application;
  return "request " + as_commands_take_it(request.id) + (who.empty() ? "" : " of " + who);
}

std::string drive_name(Question const& question, DriveId id) {
  if (!is_supposed(id)) return name_of(question.world, id);
  auto const* drive = question.world.drive(id);
  return drive == nullptr ? "an extra drive" : drive->record.name;
}

// "nobody gives this drive back (rsm drive dismount 'Jukebox drive 0')"
std::string nobody_gives_it_back(Question const& question, DriveId drive) { return "nobody gives this drive back (rsm drive dismount '" + question.world.drives.at(drive).record.name + "')"; }

std::string many(std::size_t n, std::string const& one, std::string const& several) { return std::to_string(n) + " " + (n == 1 ? one : several); }

// "a medium is kept 8 min there, nine of ten less than 25 min"
std::string how_long_kept(Question const& question, DriveId drive) {
  auto const* hold = question.costs.of(TimingKind::hold, drive);
  if (hold == nullptr) return {};
  return "; a medium is kept for " + about_text(hold->quantile(0.5)) + " there, nine of ten for less than " + about_text(hold->quantile(0.9));
}

// What stands before it in its drive, in the middle of all courses.
void say_what_is_before(Answer& out, Question const& question, RequestId request, Outlook const& outlook) {
  DriveId const drive = out.expected->drive;
  std::string const name = drive_name(question, drive);
  auto const now = question.drives.find(drive);
  std::string const kept = now != question.drives.end() && now->second.phase == Phase::held && !now->second.abandoned ? how_long_kept(question, drive) : std::string();
  out.reasons.push_back("it will most likely get " + name + ", which " + doing_text(question, drive) + kept);
  auto const next = outlook.next.find(drive);
  if (next == outlook.next.end()) return;
  std::string before;
  std::size_t more = 0;
  for (auto const& step : next->second) {
    if (step.request == request) break;
    auto const* other = waiting(question, step.request);
    if (other == nullptr || ++more > named_most) continue;
    before += (before.empty() ? "" : ", then ") + medium_name(question, other->medium) + " for " + asked_by(*other);
  }
  if (more > named_most) before += " and " + std::to_string(more - named_most) + " more";
  if (!before.empty()) out.reasons.push_back("before it " + name + " takes " + before);
}

void say_who_is_before(Answer& out, Question const& question, RequestId request, Outlook const& outlook) {
  auto const* own = waiting(question, request);
  auto const mine = outlook.expected.find(request);
  if (own == nullptr || mine == outlook.expected.end()) return;
  std::size_t higher = 0;
  out.before = 0;
  for (auto const& other : question.waiting) {
    auto const its = outlook.expected.find(other.id);
    if (other.id == request || its == outlook.expected.end() || its->second.mounted > mine->second.mounted) continue;
    ++out.before;
    if (other.priority > own->priority) ++higher;
  }
  if (out.before == 0) return;
  out.reasons.push_back(many(out.before, "waiting mount is", "waiting mounts are") + " served before it" + (higher == 0 ? "" : ", " + std::to_string(higher) + " of a higher priority than its " + std::to_string(own->priority)));
}

bool worth_saying(Millis now, Millis then) { return now - then >= limits::forecast_gain_least && (now - then) * 10 >= now; }

// Played once more with each of them; the courses have the same chance, so what differs is what was supposed.
void say_what_would_help(Answer& out, Question const& question, RequestId request, std::size_t place) {
  Millis const now = out.expected->mounted;
  auto const try_it = [&](WhatIf const& what_if, std::string const& sentence) {
    auto const then = expect(supposing(question, what_if), request, place);
    if (then && worth_saying(now, then->mounted)) out.shorter.push_back(about_text(now - then->mounted) + " sooner " + sentence);
  };
  auto const* library = question.world.library(question.library);
  std::size_t off = 0;
  for (auto const& [number, id] : library->drives) {
    auto const& drive = question.world.drives.at(id);
    if (question.world.usable(drive) || off == named_most) continue;
    ++off;
    try_it({.drives_more = 0, .drives_off = {}, .drives_on = {id}, .request = {}}, "if " + drive_name(question, id) + ", which " + (drive.record.enabled ? how_it_is(drive.record.condition.state) : "is disabled") + ", were at work (rsm drive enable '" + drive.record.name + "')");
  }
  auto const* own = waiting(question, request);
  bool const has_rivals = own != nullptr && std::ranges::any_of(question.waiting, [&](auto const& other) { return other.id != request; });
  if (has_rivals && own->priority < priority_highest) try_it({.drives_more = 0, .drives_off = {}, .drives_on = {}, .request = request, .priority = priority_highest}, "with the highest priority");
  if (has_rivals) {
    Question first = question;
    for (auto& other : first.waiting)
      if (other.id == request) other.order = 1;
    auto const then = expect(first, request, place);
    if (then && out.shorter.empty() && worth_saying(now, then->mounted)) out.shorter.push_back(about_text(now - then->mounted) + " sooner if it were put at the head of the queue (rsm request order " + as_commands_take_it(request) + " --to 1)");
  }
  std::size_t abandoned = 0;
  for (auto const& [id, drive] : question.drives) {
    bool const is_its_own = id == out.expected->drive;
    if (drive.phase != Phase::held || (!is_its_own && (!drive.abandoned || ++abandoned > named_most))) continue;
    Question given_back = question;
    given_back.drives[id].phase = Phase::idle;
    auto& hot = given_back.world.drives.at(id).hot;
    hot.state = DriveState::dismountable;
    auto const then = expect(given_back, request, place);
    std::string const whose = medium_name(question, hot.medium) + " in " + drive_name(question, id);
    if (then && worth_saying(now, then->mounted)) out.shorter.push_back(about_text(now - then->mounted) + " sooner if " + whose + " were given back now" + (drive.abandoned ? "; " + nobody_gives_it_back(question, id) : ""));
  }
  try_it({.drives_more = 1, .drives_off = {}, .drives_on = {}, .request = {}}, "with one more drive");
}

void say_the_difference(Plan& out, Question const& question, Outlook const& now, Outlook const& then) {
  for (auto const& request : question.waiting) {
    auto const before = now.expected.find(request.id), after = then.expected.find(request.id);
    std::string const name = medium_name(question, request.medium);
    if (before != now.expected.end() && after == then.expected.end()) out.said.push_back(name + " for " + asked_by(request) + " would not be mounted at all");
    if (before == now.expected.end() && after != then.expected.end()) out.said.push_back(name + " for " + asked_by(request) + " would be mounted, after " + about_text(after->second.mounted));
    if (before == now.expected.end() || after == then.expected.end() || before->second.mounted == after->second.mounted) continue;
    out.changed.push_back({request.id, request.medium, name, before->second.mounted, after->second.mounted});
  }
  std::ranges::stable_sort(out.changed, std::ranges::greater{}, [](Change const& c) { return std::chrono::abs(c.mounted - c.mounted_if); });
  if (out.changed.size() > changes_most) out.changed.resize(changes_most);
  if (question.waiting.empty()) out.said.push_back("no mount waits now, so nothing would change");
  if (now.expected.empty()) return;
  Millis const gain = now.wait - then.wait;
  if (std::chrono::abs(gain) < Millis{1'000})
    out.said.push_back("nothing changes for those who wait now");
  else
    out.said.push_back("those who wait now would be served " + about_text(std::chrono::abs(gain)) + (gain > Millis{0} ? " sooner" : " later") + " on average: after " + about_text(then.wait) + " instead of " + about_text(now.wait));
}

std::vector<PlannedDrive> planned(Question const& question, Outlook const& outlook) {
  std::vector<PlannedDrive> drives;
  for (auto const& [number, id] : question.world.library(question.library)->drives) {
    auto const& record = question.world.drives.at(id).record;
    PlannedDrive drive{is_supposed(id) ? DriveId{} : id, number, record.name, is_supposed(id) ? "would be added, empty" : doing_text(question, id), {}};
    if (auto const next = outlook.next.find(id); next != outlook.next.end())
      for (auto const& step : next->second)
        if (auto const expected = outlook.expected.find(step.request); expected != outlook.expected.end()) {
          auto const& request = *waiting(question, step.request);
          drive.next.push_back({request, medium_name(question, request.medium), step.start, expected->second.mounted, expected->second.mounted_p90});
        }
    drives.push_back(std::move(drive));
  }
  return drives;
}

}  // namespace

std::string doing_text(Question const& question, DriveId id) {
  auto const* drive = question.world.drive(id);
  auto const now = question.drives.find(id);
  if (drive == nullptr || now == question.drives.end()) return "is not there";
  if (!drive->record.enabled) return "is disabled";
  if (drive->record.condition.state != OperationalState::ready) return how_it_is(drive->record.condition.state) + ": " + drive->record.condition.reason;
  std::string const since = about_text(question.now - now->second.since);
  std::string const inside = medium_name(question, drive->hot.medium);
  std::string const comes = medium_name(question, now->second.expects);
  switch (now->second.phase) {
    case Phase::empty: return "is empty";
    case Phase::to_come: return "waits for the arm, which brings " + comes;
    case Phase::coming: return "gets " + comes + " from the arm";
    case Phase::loading: return "loads " + (drive->hot.medium ? inside : comes);
    case Phase::idle: return "keeps " + inside + ", which nobody uses";
    case Phase::held: return "holds " + inside + (drive->hot.reason.empty() ? "" : ", " + drive->hot.reason + ",") + " for " + since + " now" + (now->second.abandoned ? "; " + nobody_gives_it_back(question, id) : "");
    case Phase::unloading:
    case Phase::to_go:
    case Phase::going:
      return now->second.turns ? "turns " + inside : "gives " + inside + " back";
    case Phase::busy: return "is at work for the service itself";
  }
  return {};
}

namespace {

// Somebody has what is in the drive, or is about to get it.
bool is_of_another(DriveNow const& now) { return now.phase == Phase::held || now.request; }

// When what is in the drive is given back: by its middle and by what nine of ten need; of one that nobody uses at once.
std::pair<Millis, Millis> given_back(Question const& question, DriveId drive) {
  auto const& now = question.drives.at(drive);
  if (!is_of_another(now)) return {};
  auto const& costs = question.costs;
  auto const rest = [&](double share) {
    if (now.phase == Phase::held) return costs.rest(TimingKind::hold, drive, share, question.now - now.since);
    return costs.rest(TimingKind::load, drive, share, question.now - now.since) + costs.take(TimingKind::hold, drive, share);
  };
  return {rest(0.5), rest(0.9)};
}

// It stays in the drive until somebody else is given it.
bool stays_in(DriveNow const& now) { return now.phase == Phase::idle || now.phase == Phase::held || now.phase == Phase::loading; }

// Why time alone does not bring it: drives that it could get, and that nobody gives back.
void say_who_is_abandoned(Answer& out, Question const& question, RequestId request) {
  auto const* own = waiting(question, request);
  std::size_t named = 0;
  for (auto const& [id, drive] : question.drives) {
    bool const fits = own == nullptr || !own->specific_drive || own->drive == id;
    if (drive.abandoned && fits && ++named <= named_most) out.reasons.push_back(drive_name(question, id) + " " + doing_text(question, id));
  }
  if (named > named_most) out.reasons.push_back(many(named - named_most, "drive more is", "drives more are") + " given back by nobody (rsm drive list)");
}

// Those before it that wait for the same side go first; each keeps it for a while.
std::size_t before_with_the_same(Question const& question, RequestRecord const& own) {
  std::size_t before = 0;
  for (auto const& other : question.waiting) {
    if (other.id == own.id) break;
    if (other.medium == own.medium) ++before;
  }
  return before;
}

// A drive without a robot. Time alone brings what is in it already; everything else a person brings, and nobody knows when.
Answer answer_by_hand(Question const& question, RequestId request, std::size_t place) {
  Answer out{.before = place};
  auto const* own = waiting(question, request);
  auto const& drives = question.world.library(question.library)->drives;
  if (own == nullptr || drives.empty()) return out;
  DriveId const drive = drives.begin()->second;
  auto const& entry = question.world.drives.at(drive);
  auto const& now = question.drives.at(drive);
  bool const held = now.phase == Phase::held;
  bool const is_in = stays_in(now) && entry.hot.medium == own->medium && (entry.hot.side == own->side || entry.hot.side.is_zero());
  std::size_t const before = is_in ? before_with_the_same(question, *own) : 0;
  auto const& costs = question.costs;
  bool const known = (!is_of_another(now) && before == 0) || costs.of(TimingKind::hold, drive) != nullptr;
  out.basis = true;
  std::string const name = drive_name(question, drive);
  if (!question.world.usable(entry) || !question.stands_still.empty()) {
    out.reasons.push_back(name + " serves nobody now" + (question.stands_still.empty() ? "" : ": " + question.stands_still) + "; when that is over no history says");
    return out;
  }
  if (now.abandoned) {
    out.reasons.push_back(name + " " + doing_text(question, drive));
    return out;
  }
  std::string const kept = held ? how_long_kept(question, drive) : std::string();
  auto const [middle, most] = given_back(question, drive);
  if (is_in && known) {
    auto const after = [&](double share) { return static_cast<long>(before) * costs.take(TimingKind::hold, drive, share); };
    Expected expected{.drive = drive, .start = middle + after(0.5), .start_p90 = most + after(0.9)};
    expected.mounted = expected.played = expected.start;  // it is loaded already
    expected.mounted_p90 = expected.played_p90 = expected.start_p90;
    out.expected = expected;
    out.before = before;
    out.reasons.push_back("it is in " + name + ", which " + doing_text(question, drive) + kept);
    return out;
  }
  if (is_in) {
    out.reasons.push_back("it is in " + name + ", which " + doing_text(question, drive) + "; how long a medium is kept there was never seen");
    return out;
  }
  std::string const then = held ? name + " " + doing_text(question, drive) + kept + "; then a person" : "a person";
  out.reasons.push_back(then + " has to put " + medium_name(question, own->medium) + " into " + name + ", and when that is no history says");
  return out;
}

}  // namespace

Answer answer(Question const& question, RequestId request, std::size_t place) {
  if (question.by_hand) return answer_by_hand(question, request, place);
  Answer out;
  if (!question.person_first.empty()) {
    out.basis = true, out.before = place;
    out.reasons.push_back(question.person_first);
    return out;
  }
  out.basis = !question.costs.no_basis() || planted(PlantedBug::forecast_without_basis);
  out.before = place;
  if (!out.basis) return out;
  out.expected = expect(question, request, place);
  if (!question.stands_still.empty()) out.reasons.push_back("the times count from when the library goes on: " + question.stands_still);
  if (!out.expected) return say_who_is_abandoned(out, question, request), out;
  bool const played = waiting(question, request) != nullptr;
  if (!played) out.reasons.push_back("it stands behind " + std::to_string(place) + " others; the first " + std::to_string(question.waiting.size()) + " were looked at, and the rest at their pace");
  if (played) {
    Outlook const all = outlook(question);
    say_what_is_before(out, question, request, all);
    say_who_is_before(out, question, request, all);
  }
  say_what_would_help(out, question, request, place);
  return out;
}

Plan plan(Question const& question, std::optional<WhatIf> const& what_if) {
  Outlook const now = outlook(question);
  Plan out{.library = question.library, .name = question.world.library(question.library)->record.name, .basis = !question.costs.no_basis()};
  out.waiting = question.waiting_in_all, out.planned = question.waiting.size();
  out.wait = now.wait, out.last = now.last;
  if (!question.person_first.empty()) {
    if (!question.waiting.empty()) out.said.push_back(question.person_first + (what_if ? "; the times count from when that is done" : "; until then no times can be said"));
    out.times = what_if.has_value();
  } else if (!question.stands_still.empty()) {
    out.said.push_back("the times count from when the library goes on: " + question.stands_still);
  }
  if (!what_if) {
    out.drives = planned(question, now);
    return out;
  }
  Question const otherwise = supposing(question, *what_if);
  Outlook const then = outlook(otherwise);
  out.drives = planned(otherwise, then);
  out.wait_if = then.wait, out.last_if = then.last;
  say_the_difference(out, question, now, then);
  return out;
}

}  // namespace rsm::forecast
