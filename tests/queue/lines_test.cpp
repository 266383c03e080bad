// Lines that are kept, and the plan that is made from them: the same as from scratch, whatever has happened.
#include "libmgr/queue/lines.hpp"

#include <gtest/gtest.h>

#include <random>

#include "libmgr/queue/walk.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr unsigned drives = 4, media = 12;
constexpr SchedulerPolicy policies[] = {SchedulerPolicy::strict, SchedulerPolicy::batch, SchedulerPolicy::throughput};

// A library in which things happen at random, with all that makes a plan: places, priorities, drives asked for, calls of several media,
// media that come and go, drives at work, no slot for what is in a drive.
class Life {
 public:
  Life(unsigned seed, SchedulerPolicy policy) : random_(seed), policy_(policy), lines_(policy) {
    for (unsigned n = 0; n < media; ++n) lines_.look_at(medium_id(n), b_.world);
  }

  void go_on() {
    now_ += static_cast<std::int64_t>(below(120'000));
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return ask();
      case 3:
        return ask_for_several();
      case 4:
        return end_one();
      case 5:
        return move_medium();
      case 6:
        return drive_changes();
      case 7:
        return give_place();
      case 8:
        return work();
      default:
        return make_unplannable();
    }
  }

  std::string difference() const {
    Situation const s = situation();
    return difference_from_scratch(s, lines_, plan_lines(s, lines_), waiting());
  }
  std::size_t waits() const { return waiting().size(); }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  RequestRecord new_request(unsigned medium) {
    unsigned const n = ++asked_;
    auto r = b_.mount(n, medium, below(2), static_cast<int>(below(3)) * 5 - 5, now_);
    if (below(5) == 0) r.specific_drive = true, r.drive = drive_id(below(drives));
    return r;
  }

  void put(RequestRecord r) {
    auto const& kept = b_.world.requests[r.id] = std::move(r);
    lines_.put(kept, false);
    lines_.look_at(kept.medium, b_.world);
    lines_.set_planned({kept.medium, kept.side}, !unplannable_.contains({kept.medium, kept.side}));
  }

  void ask() {
    for (unsigned n = below(4); n > 0; --n) put(new_request(below(media)));
  }

  void ask_for_several() {
    unsigned const size = 2 + below(2), first = below(media - 3);
    RequestId group;
    for (unsigned n = 0; n < size; ++n) {
      auto r = new_request(first + n);
      if (n == 0) group = r.id;
      r.specific_drive = false;
      r.group = group;
      r.group_size = size;
      put(std::move(r));
    }
  }

  void end_one() {
    if (b_.world.requests.empty()) return;
    auto const one = std::next(b_.world.requests.begin(), below(static_cast<unsigned>(b_.world.requests.size())));
    lines_.erase(one->first);
    b_.world.requests.erase(one);
  }

  void move_medium() {
    auto& medium = b_.world.media[medium_id(below(media))];
    if (in_drive(medium.id)) return;
    constexpr ElementKind kinds[] = {ElementKind::slot, ElementKind::slot, ElementKind::port, ElementKind::arm};
    medium.place = InElement{library_id(), {kinds[below(4)], 1}};
    medium.enabled = below(5) != 0;
    lines_.look_at(medium.id, b_.world);
  }

  bool in_drive(MediumId id) const {
    return std::ranges::any_of(b_.world.drives, [&](auto const& drive) { return drive.second.hot.medium == id; });
  }

  void drive_changes() {
    auto& hot = b_.world.drives[drive_id(below(drives))].hot;
    if (hot.medium) {
      b_.world.media[hot.medium].place = InElement{library_id(), {ElementKind::slot, 1}};
      lines_.look_at(hot.medium, b_.world);
    }
    unsigned const medium = below(media);
    hot.medium = {};
    hot.state = DriveState::dismounted;
    if (below(3) == 0 || in_drive(medium_id(medium))) return;
    constexpr DriveState states[] = {DriveState::loaded, DriveState::dismountable, DriveState::dismountable, DriveState::unloaded,
                                     DriveState::mounted};
    hot = {.id = hot.id, .state = states[below(5)], .since = from_ms(now_), .medium = medium_id(medium), .side = side_id(medium, below(2))};
    b_.world.media[hot.medium].place = InElement{library_id(), {ElementKind::drive, 1}};
    lines_.look_at(hot.medium, b_.world);
  }

  void give_place() {
    if (b_.world.requests.empty()) return;
    auto& request = std::next(b_.world.requests.begin(), below(static_cast<unsigned>(b_.world.requests.size())))->second;
    request.order = below(3) == 0 ? order_none : below(2) == 0 ? order_last : 1 + below(4);
    lines_.put(request, false);
  }

  void work() {
    working_.clear(), emptying_.clear(), homeless_.clear(), busy_.clear();
    for (unsigned n = 0; n < drives; ++n) {
      unsigned const what = below(6);
      if (what == 0) working_.insert(drive_id(n));
      if (what == 1) working_.insert(drive_id(n)), emptying_.insert(drive_id(n));
      if (what == 2) homeless_.insert(drive_id(n));
      if (what < 2 && b_.world.drives[drive_id(n)].hot.medium) busy_[b_.world.drives[drive_id(n)].hot.medium] = "at work";
    }
    arm_ = below(3) == 0;
    if (below(4) == 0) busy_[medium_id(below(media))] = "being moved";
    b_.world.drives[drive_id(below(drives))].record.enabled = below(4) != 0;
  }

  void make_unplannable() {
    SideKey const side{medium_id(below(media)), side_id(0, 0)};
    for (auto const& key : lines_.sides_of(side.first)) {
      if (below(2) == 0)
        unplannable_.insert(key);
      else
        unplannable_.erase(key);
      lines_.set_planned(key, !unplannable_.contains(key));
    }
  }

  std::vector<RequestRecord const*> waiting() const {
    std::vector<RequestRecord const*> all;
    for (auto const& [id, request] : b_.world.requests)
      if (!unplannable_.contains({request.medium, request.side})) all.push_back(&request);
    return all;
  }

  Situation situation() const {
    Situation s{.world = b_.world,
                .library = library_id(),
                .working = working_,
                .emptying = emptying_,
                .busy_media = busy_,
                .now = from_ms(now_),
                .policy = policy_,
                .fairness_limit = 10min};
    s.homeless = homeless_;
    s.arm_taken = arm_;
    return s;
  }

  std::mt19937 random_;
  SchedulerPolicy policy_;
  WorldBuilder b_{drives, media};
  MountLines lines_;
  std::int64_t now_ = 1'000'000;
  unsigned asked_ = 0;
  std::set<SideKey> unplannable_;
  std::set<DriveId> working_, emptying_, homeless_;
  std::map<MediumId, std::string> busy_;
  bool arm_ = false;
};

TEST(Lines, APlanFromThemIsThatFromScratch) {
  for (auto const policy : policies)
    for (unsigned seed = 1; seed <= 6; ++seed) {
      Life life(seed, policy);
      std::size_t most = 0;
      for (unsigned step = 0; step < 150; ++step) {
        life.go_on();
        most = std::max(most, life.waits());
        ASSERT_EQ(life.difference(), "") << "policy " << static_cast<int>(policy) << ", seed " << seed << ", step " << step;
      }
      EXPECT_GT(most, 10U);
    }
}

class LinesOf : public ::testing::Test {
 protected:
  void put(RequestRecord const& r) {
    b.world.requests[r.id] = r;
    lines.put(r, false);
    lines.look_at(r.medium, b.world);
  }
  Situation situation() const {
    return {.world = b.world, .library = library_id(), .now = from_ms(5'000), .policy = SchedulerPolicy::batch, .fairness_limit = 15min};
  }
  WorldBuilder b{1, 4};
  MountLines lines{SchedulerPolicy::batch};
};

TEST_F(LinesOf, WhoIsAtWorkWaitsNoMoreAndIsKnown) {
  auto const one = b.mount(1, 0);
  put(one);
  EXPECT_EQ(lines.size(), 1U);
  lines.put(one, true);
  EXPECT_EQ(lines.size(), 0U);
  EXPECT_TRUE(lines.contains(one.id));
  EXPECT_EQ(lines.under_way(), std::set{one.id});
  lines.erase(one.id);
  EXPECT_FALSE(lines.contains(one.id));
}

TEST_F(LinesOf, ASideThatIsNotPlannedCountsForNothing) {
  auto const one = b.mount(1, 0), other = b.mount(2, 1);
  put(one), put(other);
  lines.set_planned({one.medium, one.side}, false);
  EXPECT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.wanted(one.medium), std::nullopt);
  EXPECT_EQ(first_in_lines(situation(), lines, 9), std::vector{other.id});
  lines.set_planned({one.medium, one.side}, true);
  EXPECT_EQ(lines.size(), 2U);
}

TEST_F(LinesOf, AMediumInThePortIsNoStartAndHasItsPlace) {
  auto const one = b.mount(1, 0);
  b.world.media[one.medium].place = InElement{library_id(), {ElementKind::port, 0}};
  put(one);
  EXPECT_TRUE(plan_lines(situation(), lines).starts.empty());
  EXPECT_EQ(why_in_lines(situation(), lines, one), "A00000 is in the port");
  EXPECT_EQ(place_in_lines(situation(), lines, one).before, 0U);
}

TEST_F(LinesOf, AClockThatWasSetBackIsPlannedFromScratch) {
  put(b.mount(1, 0, 0, 0, 4'000));
  put(b.mount(2, 1, 0, 0, 3'000));
  EXPECT_FALSE(lines.in_order());
  auto const plan = plan_lines(situation(), lines);
  ASSERT_EQ(plan.starts.size(), 1U);
  EXPECT_EQ(plan.starts.front().request, request_id(1)) << "the number says who came first";
  lines.erase(request_id(2));
  EXPECT_TRUE(lines.in_order());
}

TEST_F(LinesOf, NoSentenceIsComposedForWhoIsNotAskedAbout) {
  put(b.mount(1, 0));
  put(b.mount(2, 1));
  EXPECT_TRUE(plan_lines(situation(), lines).why.empty());
  EXPECT_EQ(why_in_lines(situation(), lines, b.mount(2, 1)), "waits for a drive: drive 0 is at work");
}

TEST_F(LinesOf, OfManyDrivesAFewAreNamed) {
  b = WorldBuilder{6, 8};
  for (std::uint32_t number = 0; number < 7; ++number) put(b.mount(number + 1, number));
  EXPECT_EQ(why_in_lines(situation(), lines, b.mount(7, 6)), "waits for a drive: drive 0 is at work; drive 1 is at work; drive 2 is at work; drive 3 is at work; and 2 more");
}

}  // namespace
}  // namespace rsm
