// The life of a side: every cell of the table, and the documentation that shows it.
#include "libmgr/domain/side_transitions.hpp"

#include <gmock/gmock.h>

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <fstream>
#include <iterator>
#include <map>

namespace rsm {
namespace {

template <class E>
std::vector<E> all() {
  std::vector<E> values;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) { values.push_back(d.value); });
  return values;
}

// As the model says it: what each step makes of a state. What is not here is refused.
std::map<std::pair<SideState, SideStep>, SideState> const allowed = [] {
  using enum SideState;
  using S = SideStep;
  return std::map<std::pair<SideState, SideStep>, SideState>{
      {{unknown, S::not_understood}, foreign}, {{unknown, S::understood}, import}, {{unknown, S::rejected}, incompatible},
      {{unprepared, S::rejected}, incompatible}, {{unprepared, S::label_written}, available}, {{unprepared, S::label_failed}, unprepared},
      {{incompatible, S::look_again}, unknown}, {{incompatible, S::understood}, import}, {{incompatible, S::not_understood}, foreign},
      {{available, S::rejected}, incompatible}, {{available, S::to_free_pool}, unprepared}, {{available, S::allocate}, allocated},
      {{available, S::reserve}, reserved}, {{available, S::allocate_next}, allocated}, {{available, S::decommission}, decommissioned},
      {{allocated, S::deallocate}, available}, {{allocated, S::wear_out}, decommissioned}, {{allocated, S::complete}, complete},
      {{complete, S::deallocate}, available}, {{complete, S::wear_out}, decommissioned},
      {{foreign, S::rejected}, incompatible}, {{foreign, S::to_free_pool}, unprepared}, {{foreign, S::understood}, import},
      {{import, S::rejected}, incompatible}, {{import, S::to_free_pool}, unprepared}, {{import, S::allocate}, allocated}, {{import, S::not_understood}, foreign},
      {{reserved, S::allocate_next}, allocated}, {{reserved, S::release}, available}};
}();

TEST(SideTransitions, EveryCellIsAllowedOrRefused) {
  std::size_t found = 0;
  for (auto state : all<SideState>())
    for (auto step : all<SideStep>()) {
      auto const expected = allowed.find({state, step});
      auto const is = after(state, step, "A00001");
      found += is ? 1 : 0;
      if (expected != allowed.end()) {
        ASSERT_TRUE(is) << word(state) << ", " << word(step);
        EXPECT_EQ(*is, expected->second) << word(state) << ", " << word(step);
        EXPECT_TRUE(may_follow(state, *is));
      } else {
        ASSERT_FALSE(is) << word(state) << ", " << word(step) << " gives " << word(*is);
        EXPECT_EQ(is.error().code, Errc::invalid_state);
        EXPECT_THAT(is.error().sentence(), testing::HasSubstr("A00001: it is ")) << word(step);
      }
    }
  EXPECT_EQ(found, allowed.size());
}

TEST(SideTransitions, OneStepFromOneStateLeadsToOneState) {
  std::map<std::pair<std::optional<SideState>, SideStep>, int> seen;
  for (auto const& row : side_transitions()) EXPECT_EQ(++seen[std::pair(row.from, row.step)], 1) << row.by;
}

TEST(SideTransitions, AnAllocatedSideLosesItsLogicalMediumOnlyWhenItIsGivenBack) {
  for (auto from : {SideState::allocated, SideState::complete}) {
    for (auto to : all<SideState>()) {
      bool const given_back = to == SideState::available || to == SideState::decommissioned;
      bool const stays = to == from || (from == SideState::allocated && to == SideState::complete);
      EXPECT_EQ(may_follow(from, to), given_back || stays) << word(from) << " to " << word(to);
    }
    EXPECT_FALSE(may_follow(from, std::nullopt)) << "its record is not deleted";
  }
  EXPECT_FALSE(may_follow(SideState::decommissioned, SideState::available)) << "never again";
  EXPECT_FALSE(may_follow(std::nullopt, SideState::available)) << "nobody knows it yet";
}

TEST(SideTransitions, TheDocumentationShowsThisTable) {
  std::ifstream file(SOURCE_FOLDER "/docs/concepts.md");
  std::string const document{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(document.empty());
  EXPECT_THAT(document, testing::HasSubstr("<!-- made by side_transitions_in_markdown() -->\n" + side_transitions_in_markdown()))
      << "docs/concepts.md, \"The life of a side\"; the table is:\n" << side_transitions_in_markdown();
}

}  // namespace
}  // namespace rsm
