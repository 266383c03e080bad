// Every cell of the tables of states, allowed or refused; and the page that shows them.
#include "libmgr/domain/state_machines.hpp"

#include <gmock/gmock.h>

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace rsm {
namespace {

using ::testing::HasSubstr;

// What may follow a state, as the model and docs say; "new" is no record yet, "gone" none any more. What is not here is refused.
using Allowed = std::map<std::string, std::set<std::string>>;

Allowed const requests{{"new", {"queued"}},
                       {"queued", {"inprocess", "waiting", "deferred", "passed", "failed", "invalid", "cancelled", "stopped"}},
                       {"inprocess", {"waiting", "deferred", "passed", "failed", "invalid", "cancelled", "stopped"}},
                       {"waiting", {"inprocess", "deferred", "passed", "failed", "invalid", "cancelled", "stopped"}},
                       {"deferred", {"inprocess", "waiting", "passed", "failed", "invalid", "cancelled"}},
                       {"passed", {"gone"}},
                       {"failed", {"gone"}},
                       {"invalid", {"gone"}},
                       {"cancelled", {"gone"}},
                       {"stopped", {"gone"}}};
Allowed const operator_requests{{"new", {"submitted"}},
                                {"submitted", {"active", "inprogress", "refused", "complete", "gone"}},
                                {"active", {"inprogress", "refused", "complete", "gone"}},
                                {"inprogress", {"active", "refused", "complete", "gone"}},
                                {"refused", {"gone"}},
                                {"complete", {"gone"}}};
Allowed const drives{{"new", {"dismounted"}},
                     {"dismounted", {"mounted", "being_cleaned", "unloaded"}},
                     {"mounted", {"loaded", "unloaded", "dismounted", "dismountable", "being_cleaned"}},
                     {"loaded", {"unloaded", "dismountable", "dismounted", "mounted", "being_cleaned"}},
                     {"unloaded", {"dismounted", "mounted", "loaded", "dismountable", "being_cleaned"}},
                     {"being_cleaned", {"dismounted", "mounted", "unloaded"}},
                     {"dismountable", {"loaded", "unloaded", "dismounted", "mounted", "being_cleaned"}}};
Allowed const media{{"new", {"idle"}},
                    {"idle", {"inuse", "operror", "gone"}},
                    {"inuse", {"mounted", "loaded", "opreq", "idle", "unloaded", "operror"}},
                    {"mounted", {"loaded", "unloaded", "idle", "operror"}},
                    {"loaded", {"unloaded", "idle", "operror"}},
                    {"unloaded", {"idle", "operror"}},
                    {"operror", {"idle", "inuse"}},
                    {"opreq", {"inuse", "idle", "operror"}}};
Allowed const operational{{"new", {"initializing"}},
                          {"initializing", {"ready", "needs_service", "not_present"}},
                          {"ready", {"needs_service", "not_present", "initializing"}},
                          {"needs_service", {"ready", "initializing", "not_present"}},
                          {"not_present", {"initializing", "ready", "needs_service"}}};

template <class State>
void every_cell(StateMachine<State> const& machine, Allowed const& allowed) {
  std::vector<std::optional<State>> all{std::nullopt};
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<State>>([&](auto described) { all.emplace_back(described.value); });
  std::size_t found = 0, expected = 0;
  for (auto const& [from, to] : allowed) expected += to.size();
  for (auto const& from : all)
    for (auto const& to : all) {
      if (from == to) {
        EXPECT_TRUE(machine.allows(from, to)) << "what is kept is no step";
        continue;
      }
      std::string const from_word = from ? word(*from) : "new", to_word = to ? word(*to) : "gone";
      bool const is = allowed.contains(from_word) && allowed.at(from_word).contains(to_word);
      EXPECT_EQ(machine.allows(from, to), is) << machine.name << ": " << from_word << " to " << to_word;
      found += is ? 1 : 0;
    }
  EXPECT_EQ(found, expected) << machine.name << ": a state of this test is none of the machine";
}

TEST(StateMachines, EveryCellIsAllowedOrRefused) {
  every_cell(request_machine, requests);
  every_cell(operator_request_machine, operator_requests);
  every_cell(drive_machine, drives);
  every_cell(media_machine, media);
  every_cell(operational_machine, operational);
}

template <class State>
void each_once(StateMachine<State> const& machine) {
  std::set<std::pair<std::optional<State>, std::optional<State>>> seen;
  for (auto const& step : machine.steps) {
    EXPECT_TRUE(seen.insert({step.from, step.to}).second) << machine.name << ": " << step.by;
    EXPECT_NE(step.from, step.to) << machine.name << ": " << step.by;
    EXPECT_FALSE(std::string(step.by).empty());
  }
}

TEST(StateMachines, NoStepStandsTwice) {
  each_once(request_machine);
  each_once(operator_request_machine);
  each_once(drive_machine);
  each_once(media_machine);
  each_once(operational_machine);
}

TEST(StateMachines, WhatHasEndedStaysSo) {
  for (auto const& step : request_machine.steps) EXPECT_FALSE(step.from && is_final(*step.from) && step.to) << step.by;
  for (auto const& step : operator_request_machine.steps) EXPECT_FALSE(step.from && is_final(*step.from) && step.to) << step.by;
}

TEST(StateMachines, ASentenceNamesTheObjectAndTheStep) {
  EXPECT_EQ(not_a_step<DriveState>(drive_machine, "drive 0 of Jukebox", DriveState::dismounted, DriveState::loaded), "drive 0 of Jukebox: DISMOUNTED to LOADED is no step of a drive");
}

TEST(StateMachines, ThePageIsMadeOfTheTables) {
  std::ifstream file(SOURCE_FOLDER "/docs/states.md");
  std::string const page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(page == state_machines_in_markdown()) << "docs/states.md is older than the tables: run rsm-states-doc > docs/states.md";
  EXPECT_THAT(page, HasSubstr("| DISMOUNTED |"));
}

}  // namespace
}  // namespace rsm
