// Who may do what, in tables.
#include "libmgr/people/rights.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>

#include "libmgr/people/access.hpp"

#include "tests/support/world_builder.hpp"

namespace rsm::rights {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using rsm::testing::session_id;

Caller const root{0, true, {}, "root", {}};
Caller const alice{1000, false, session_id(1), "alice", {}};
Caller const bob{1001, false, session_id(2), "bob", {}};
Caller const nameless{1002, false, {}, "", {}};

// Just these rights, for this user alone.
void give(World& world, Guid object, Caller const& to, std::uint32_t rights) {
  security::Descriptor descriptor;
  descriptor.access = security::AccessList{{security::EntryType::allow, 0, rights, security::user_sid(to.uid)}};
  world.securities[object] = descriptor;
}

bool denied(Result<> const& result) { return !result && result.error().code == Errc::access_denied; }

TEST(Rights, WhatIsOnesOwnIsOfOnesUserOrOfOnesSession) {
  EXPECT_TRUE(is_own(alice, {"alice", session_id(7)}));
  EXPECT_TRUE(is_own(alice, {"alice", {}}));
  EXPECT_TRUE(is_own(alice, {"somebody", session_id(1)}));
  EXPECT_FALSE(is_own(bob, {"alice", session_id(1)}));
}

TEST(Rights, WhatIsTheServicesOwnIsNobodysElse) {
  EXPECT_FALSE(is_own(alice, {}));
  EXPECT_FALSE(is_own(nameless, {})) << "no name and no session are no bond";
}

TEST(Rights, OnesOwnRequestsAreCancelledByOneselfOthersByWhoControlsTheLibrary) {
  auto world = rsm::testing::WorldBuilder(1, 1).world;
  RequestRecord alices;
  alices.library = rsm::testing::library_id();
  alices.user = "alice";
  alices.session = session_id(1);
  RequestRecord services = alices;
  services.user.clear();
  services.session = {};
  EXPECT_TRUE(may_cancel(world, alice, alices));
  EXPECT_TRUE(may_cancel(world, root, alices));
  EXPECT_TRUE(denied(may_cancel(world, bob, alices)));
  EXPECT_THAT(may_cancel(world, bob, alices).error().text(), HasSubstr("belongs to user alice"));
  EXPECT_TRUE(denied(may_cancel(world, bob, services)));
  EXPECT_TRUE(may_cancel(world, root, services));
  give(world, rsm::testing::library_id().guid, bob, security::control);
  EXPECT_TRUE(may_cancel(world, bob, alices));
  EXPECT_TRUE(may_cancel(world, bob, services));
}

TEST(Rights, ForceIsForOnesOwnMountOrForWhoControlsTheLibrary) {
  auto world = rsm::testing::WorldBuilder(1, 1).world;
  auto const library = rsm::testing::library_id();
  Owner const alices{"alice", session_id(1)};
  EXPECT_TRUE(may_force(world, alice, alices, library, "A00001"));
  EXPECT_TRUE(may_force(world, root, alices, library, "A00001"));
  EXPECT_TRUE(denied(may_force(world, bob, alices, library, "A00001")));
  EXPECT_TRUE(denied(may_force(world, bob, {}, library, "A00001")));
  EXPECT_TRUE(may_force(world, root, {}, library, "A00001"));
  EXPECT_THAT(may_force(world, bob, {}, library, "A00001").error().text(), HasSubstr("nobody is known to hold it"));
  give(world, library.guid, bob, security::control);
  EXPECT_TRUE(may_force(world, bob, alices, library, "A00001"));
}

TEST(Rights, SessionsAreOfTheirUser) {
  World world;
  SessionRecord session;
  session.id = session_id(5);
  session.uid = 1000;
  session.user = "alice";
  session.secret.bytes[3] = 9;
  EXPECT_TRUE(may_close(world, alice, session));
  EXPECT_TRUE(may_close(world, root, session));
  EXPECT_TRUE(denied(may_close(world, bob, session)));
  EXPECT_TRUE(may_attach(session, session.secret, 1000));
  EXPECT_TRUE(may_attach(session, session.secret, 0));
  EXPECT_TRUE(denied(may_attach(session, session.secret, 1001)));
  EXPECT_TRUE(denied(may_attach(session, Guid{}, 1000)));
}

// ---- the table

// Three objects that can be told apart, and a caller who is nobody.
struct Deciding {
  World world = made();
  PoolId const pool = rsm::testing::made_up<PoolId>(20, 0), source = rsm::testing::made_up<PoolId>(20, 1), free = rsm::testing::made_up<PoolId>(20, 2);
  LibraryId const library = rsm::testing::library_id();

  static World made() {
    World world = rsm::testing::WorldBuilder(1, 1).world;
    for (unsigned n = 0; n < 3; ++n) {
      PoolRecord record;
      record.id = rsm::testing::made_up<PoolId>(20, n);
      record.name = record.path = n == 0 ? "Backups" : n == 1 ? "Archive" : "Free\\Tape";
      record.type = n == 2 ? PoolType::scratch : PoolType::application;
      world.put(record);
    }
    return world;
  }
  // Of this rule, what is asked where, as the documentation has it.
  std::vector<std::pair<Guid, std::uint32_t>> asked(Rule const& rule) const {
    std::vector<std::pair<Guid, std::uint32_t>> all{{pool.guid, rule.pool}, {source.guid, rule.source}, {library.guid, rule.library}, {Guid{}, rule.computer}};
    std::erase_if(all, [](auto const& one) { return one.second == 0; });
    return all;
  }
  Objects objects(Rule const& rule) const {
    Objects about;
    if (rule.pool != 0) about.pool = pool;
    if (rule.source != 0) about.source = source;
    if (rule.library != 0) about.library = library;
    return about;
  }
  void everything_but(Guid object, std::uint32_t rights) {
    constexpr auto all = security::all_access | security::write_owner;
    for (auto const& one : {pool.guid, source.guid, free.guid, library.guid, Guid{}}) give(world, one, bob, one == object ? all & ~rights : all);
  }
  void nothing() {
    for (auto const& one : {pool.guid, source.guid, free.guid, library.guid, Guid{}}) give(world, one, bob, 0);
  }
};

std::string in_words(std::uint32_t rights) {
  std::string text;
  for (auto const& word : security::words_of(rights)) text += (text.empty() ? "" : " and ") + word;
  return text;
}

TEST(RightsTable, HasALineForEveryCall) {
  std::set<Act> acts;
  for (auto const& rule : table()) {
    EXPECT_TRUE(acts.insert(rule.act).second) << rule.call;
    EXPECT_NE(rule.pool | rule.library | rule.computer, 0U) << rule.call << " asks nobody";
  }
  EXPECT_EQ(acts.size(), static_cast<std::size_t>(Act::set_ui_options) + 1);
}

// rsm-model.md section 18, the column of 2003: the letters are those of the table there.
TEST(RightsTable, SaysWhatTheModelSays) {
  using namespace security;
  struct Line {
    Act act;
    std::uint32_t pool, library, computer;
  };
  for (auto const& line : {Line{Act::open_session, 0, 0, use},
                           {Act::open_notification, 0, 0, use},
                           {Act::read, use, use, use},
                           {Act::set_attribute, modify, modify, modify},
                           {Act::set_information, modify, modify, modify},
                           {Act::set_library, 0, control, 0},
                           {Act::read_security, read_control, read_control, read_control},
                           {Act::write_security, write_dac, write_dac, write_dac},
                           {Act::create_pool, control, 0, 0},
                           {Act::delete_pool, modify, 0, 0},
                           {Act::allocate, control, 0, 0},
                           {Act::deallocate, control, 0, 0},
                           {Act::decommission, control, 0, 0},
                           {Act::complete, control, 0, 0},
                           {Act::move_to_pool, control, 0, 0},
                           {Act::swap, modify, 0, 0},
                           {Act::change_type, modify, 0, modify},
                           {Act::create_medium, modify, 0, modify},
                           {Act::delete_medium, modify, 0, modify},
                           {Act::mount, use, use, 0},
                           {Act::dismount, use, use, 0},
                           {Act::add_media_type, 0, modify, 0},
                           {Act::delete_media_type, 0, modify, 0},
                           {Act::delete_drive, 0, modify, 0},
                           {Act::delete_library, 0, modify, 0},
                           {Act::enable, 0, modify, 0},
                           {Act::disable, 0, modify, 0},
                           {Act::dismount_drive, 0, modify, 0},
                           {Act::access_door, 0, control, 0},
                           {Act::clean_drive, 0, control, 0},
                           {Act::eject, 0, control, 0},
                           {Act::inject, 0, control, 0},
                           {Act::identify_slot, 0, control, 0},
                           {Act::inventory, 0, control, 0},
                           {Act::reserve_cleaner_slot, 0, control, 0},
                           {Act::release_cleaner_slot, 0, control, 0},
                           {Act::update_label, 0, control, 0},
                           {Act::cancel_request, 0, control, 0},
                           {Act::eject_from_standalone, 0, control, 0},
                           {Act::get_order, 0, 0, control},
                           {Act::set_order, 0, 0, control},
                           {Act::delete_requests, 0, 0, modify},
                           {Act::satisfy_operator_request, 0, 0, control},
                           {Act::cancel_operator_request, 0, 0, control},
                           {Act::ask_for_media, control, 0, 0},
                           {Act::ask_for_service, 0, control, 0},
                           {Act::send_message, 0, 0, use},
                           {Act::export_catalog, 0, 0, control},
                           {Act::import_catalog, 0, 0, control},
                           {Act::get_ui_options, 0, use, use},
                           {Act::set_ui_options, 0, use | modify, use | modify}}) {
    auto const& rule = rule_of(line.act);
    EXPECT_EQ(rule.pool, line.pool) << rule.call;
    EXPECT_EQ(rule.library, line.library) << rule.call;
    EXPECT_EQ(rule.computer, line.computer) << rule.call;
  }
}

TEST(RightsTable, IsTheOneOfTheDocumentation) {
  std::ifstream file(SOURCE_FOLDER "/docs/rights.md");
  std::string const document{std::istreambuf_iterator<char>(file), {}};
  std::size_t lines = 0;
  for (auto const& rule : table()) {
    std::string row = std::string(" | ") + rule.call;
    for (auto const right : {rule.pool, rule.source, rule.free_pool, rule.library, rule.computer}) row += " | " + in_words(right);
    EXPECT_THAT(document, HasSubstr(row + " |\n"));
  }
  for (std::size_t at = document.find("|---|---|---|---|---|---|---|"); at != std::string::npos; at = document.find('\n', at + 1)) ++lines;
  EXPECT_EQ(lines, table().size() + 2) << "no line more: those of the calls, the one above them, the end";
}

TEST(RightsTable, EveryRightOfEveryCallIsAskedOnItsObject) {
  for (auto const& rule : table()) {
    Deciding d;
    bool const one_decides = rule.by_kind;
    for (auto const& [object, rights] : d.asked(rule)) {
      Objects about = d.objects(rule);
      if (one_decides) about = object == d.pool.guid ? Objects{d.pool, {}, {}} : object == d.library.guid ? Objects{{}, d.library, {}} : Objects{};
      for (std::uint32_t right = 1; right != 0; right <<= 1) {
        if ((rights & right) == 0) continue;
        d.everything_but(object, right);
        auto const refused = may(d.world, bob, rule.act, about);
        ASSERT_TRUE(denied(refused)) << rule.call << " without " << in_words(right) << " on " << object.text();
        EXPECT_TRUE(may(d.world, root, rule.act, about)) << rule.call;
      }
      // Just what is asked, and nothing else anywhere.
      d.nothing();
      for (auto const& [other, needed] : d.asked(rule))
        if (!one_decides || other == object) give(d.world, other, bob, needed);
      auto const allowed = may(d.world, bob, rule.act, about);
      EXPECT_TRUE(allowed) << rule.call << ": " << (allowed ? "" : allowed.error().text());
      EXPECT_TRUE(denied(may(d.world, alice, rule.act, about))) << rule.call;
    }
  }
}

TEST(RightsTable, ARefusalNamesTheObjectTheRightAndWhoMayGiveIt) {
  Deciding d;
  for (auto const& rule : table()) {
    for (auto const& [object, rights] : d.asked(rule)) {
      d.everything_but(object, rights);
      Objects about = d.objects(rule);
      if (rule.by_kind) about = object == d.pool.guid ? Objects{d.pool, {}, {}} : object == d.library.guid ? Objects{{}, d.library, {}} : Objects{};
      auto const refused = may(d.world, bob, rule.act, about);
      ASSERT_FALSE(refused) << rule.call;
      std::string const name = object == d.pool.guid ? "pool Backups" : object == d.source.guid ? "pool Archive" : object == d.library.guid ? "library Jukebox" : "the computer";
      EXPECT_EQ(refused.error().object, name) << rule.call;
      EXPECT_THAT(refused.error().detail, HasSubstr("the right " + in_words(rights))) << rule.call;
      EXPECT_THAT(refused.error().detail, HasSubstr(rule.call));
      EXPECT_THAT(refused.error().detail, HasSubstr("user bob has not"));
      EXPECT_THAT(refused.error().detail, HasSubstr("an administrator may give it"));
    }
  }
  d.nothing();
  d.world.securities[d.pool.guid].owner = security::user_sid(1000);
  EXPECT_THAT(may(d.world, bob, Act::allocate, d.pool).error().detail, HasSubstr("its owner (user 1000) or an administrator may give it"));
}

TEST(RightsTable, FromAndIntoTheFreePoolUseIsEnough) {
  Deciding d;
  d.nothing();
  give(d.world, d.pool.guid, bob, security::control);
  give(d.world, d.free.guid, bob, security::use);
  for (auto const act : {Act::allocate, Act::deallocate, Act::move_to_pool}) {
    EXPECT_TRUE(may(d.world, bob, act, {d.pool, {}, d.free}));
    EXPECT_TRUE(denied(may(d.world, bob, act, {d.pool, {}, d.source})));
    give(d.world, d.free.guid, bob, 0);
    EXPECT_TRUE(denied(may(d.world, bob, act, {d.pool, {}, d.free})));
    give(d.world, d.free.guid, bob, security::use);
  }
  EXPECT_TRUE(may(d.world, bob, Act::move_to_pool, {d.free, {}, d.pool}));
  EXPECT_TRUE(denied(may(d.world, bob, Act::create_medium, d.free))) << "that is no move";
}

TEST(RightsTable, WhereNothingWasSetEveryoneMayUseAndAdministratorsMayAll) {
  Deciding d;
  EXPECT_TRUE(may(d.world, bob, Act::open_session));
  EXPECT_TRUE(may(d.world, bob, Act::mount, {d.pool, d.library, {}}));
  EXPECT_TRUE(may(d.world, bob, Act::read, d.library));
  EXPECT_TRUE(may(d.world, bob, Act::send_message));
  for (auto const& rule : table()) {
    bool const only_use = ((rule.pool | rule.source | rule.library | rule.computer) & ~security::use) == 0;
    auto const answer = may(d.world, bob, rule.act, rule.by_kind ? Objects{{}, d.library, {}} : d.objects(rule));
    EXPECT_EQ(answer.has_value(), only_use) << rule.call;
    EXPECT_TRUE(may(d.world, root, rule.act, d.objects(rule))) << rule.call;
  }
}

TEST(RightsTable, WhatAMediumIsInDecides) {
  Deciding d;
  MediumRecord medium = d.world.media.begin()->second;
  EXPECT_EQ(decider_of(d.world, medium), (Decider{{}, d.library})) << "a cleaning cartridge: in no pool";
  medium.pool = d.pool;
  EXPECT_EQ(decider_of(d.world, medium), (Decider{d.pool, {}}));
  d.nothing();
  give(d.world, d.library.guid, bob, security::use);
  EXPECT_TRUE(denied(may(d.world, bob, Act::mount, {medium.pool, d.library, {}})));
  EXPECT_TRUE(may(d.world, bob, Act::mount, {std::nullopt, d.library, {}})) << "where there is no pool the library is asked for both";
  EXPECT_TRUE(denied(may(d.world, bob, Act::mount, {PoolId{}, LibraryId{}, {}}))) << "and where there is neither, the computer: never nobody";
  EXPECT_TRUE(denied(may(d.world, bob, Act::allocate, {PoolId{}, {}, {}})));
}

TEST(RightsTable, GroupsCount) {
  Deciding d;
  d.nothing();
  security::Descriptor tapes;
  tapes.access = security::AccessList{{security::EntryType::allow, 0, security::control, security::group_sid(77)}};
  d.world.securities[d.pool.guid] = tapes;
  Caller carol{1003, false, {}, "carol", {}, std::make_shared<std::vector<std::uint32_t> const>(std::vector<std::uint32_t>{5, 77})};
  EXPECT_TRUE(may(d.world, carol, Act::allocate, d.pool));
  carol.groups = nullptr;
  EXPECT_TRUE(denied(may(d.world, carol, Act::allocate, d.pool)));
}

TEST(RightsTable, TheReasonOfAnEventIsForThoseWhoMayUseWhatGuardsIt) {
  Deciding d;
  EXPECT_TRUE(can_read_guarded(d.world, bob, {}));
  EXPECT_TRUE(can_read_guarded(d.world, bob, d.pool.guid));
  give(d.world, d.pool.guid, bob, 0);
  EXPECT_FALSE(can_read_guarded(d.world, bob, d.pool.guid));
  EXPECT_TRUE(can_read_guarded(d.world, root, d.pool.guid));
  give(d.world, d.library.guid, bob, security::use);
  EXPECT_TRUE(can_read_guarded(d.world, bob, d.library.guid));
  EXPECT_FALSE(can_read_guarded(d.world, bob, rsm::testing::made_up<PoolId>(30, 0).guid)) << "a pool that is gone";
}

TEST(Rights, PrioritiesAboveNormalAreForAdministratorsOrByConfiguration) {
  Shares shares;
  EXPECT_TRUE(may_have_priority(alice, 0, shares));
  EXPECT_TRUE(may_have_priority(alice, -15, shares));
  EXPECT_TRUE(denied(may_have_priority(alice, 1, shares)));
  EXPECT_TRUE(may_have_priority(root, 15, shares));
  shares.priority_max_user = 7;
  EXPECT_TRUE(may_have_priority(alice, 7, shares));
  EXPECT_TRUE(denied(may_have_priority(alice, 8, shares)));
}

TEST(Quotas, EachIsRefusedWithItsLimitWhatIsHeldAndItsKey) {
  quotas::Limits limits;
  limits.everybody = {10, 5, 3, 7, 2, 4};
  limits.users["backup"] = {.requests = 1000};
  struct Case {
    quotas::Quota quota;
    std::size_t most;
    char const* key;
  };
  using enum quotas::Quota;
  for (auto const& one : {Case{requests_of_user, 10, "[queue] requests_per_user"}, Case{requests_of_session, 5, "[queue] requests_per_session"}, Case{sessions, 3, "[queue] sessions_per_user"},
                          Case{waits, 7, "[queue] waits_per_user"}, Case{operator_requests, 2, "[queue] operator_requests_per_user"},
                          Case{media, 4, "[queue] media_per_user"}}) {
    EXPECT_EQ(quotas::most(limits, one.quota, "alice"), one.most);
    EXPECT_TRUE(may_have(limits, one.quota, "alice", one.most - 1));
    EXPECT_TRUE(may_have(limits, one.quota, "alice", 0, one.most));
    auto const refused = may_have(limits, one.quota, "alice", one.most);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::resource_not_available);
    EXPECT_THAT(refused.error().text(), HasSubstr("user alice"));
    EXPECT_THAT(refused.error().text(), HasSubstr("has " + std::to_string(one.most) + " "));
    EXPECT_THAT(refused.error().text(), HasSubstr("may have " + std::to_string(one.most)));
    EXPECT_THAT(refused.error().text(), HasSubstr(one.key));
    EXPECT_STREQ(quotas::key_of(one.quota), one.key);
  }
  EXPECT_FALSE(may_have(limits, requests_of_user, "alice", 9, 2));
}

TEST(Quotas, AUserMayHaveMoreOrLessThanOthersOfWhatIsNamed) {
  quotas::Limits limits;
  limits.users["backup"] = {.requests = 20'000, .waits = 1};
  EXPECT_TRUE(may_have(limits, quotas::Quota::requests_of_user, "backup", 10'000));
  EXPECT_FALSE(may_have(limits, quotas::Quota::requests_of_user, "alice", 10'000));
  EXPECT_FALSE(may_have(limits, quotas::Quota::waits, "backup", 1));
  EXPECT_EQ(quotas::most(limits, quotas::Quota::sessions, "backup"), limits::sessions_per_uid_max);  // as everybody
}

TEST(Rights, PathsOfAUsersFilesAreForThatUserAndForAdministrators) {
  EXPECT_TRUE(may_read_private_text(alice, 1000));
  EXPECT_TRUE(may_read_private_text(root, 1000));
  EXPECT_FALSE(may_read_private_text(bob, 1000));
}

}  // namespace
}  // namespace rsm::rights
