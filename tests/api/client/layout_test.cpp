// The layouts are asserted at compile time (layout.h); what is left are the numbers of errors and states against the product's.
#include <gtest/gtest.h>

#include "layout.h"
#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/event.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/pool.hpp"
#include "libmgr/domain/request.hpp"

extern "C" int layout_c_null_guid(void);

namespace {

TEST(Layout, CompiledAsC) { EXPECT_TRUE(layout_c_null_guid()); }

// Every row of the product's table of errors is in ntms_errors.h with its number and its Windows name.
TEST(Layout, ErrorNumbersAreThoseOfTheTable) {
  struct Row {
    rsm::Errc code;
    DWORD number;
  };
  Row const rows[] = {
#include "error_rows.inc"
  };
  EXPECT_EQ(std::size(rows), rsm::all_errors().size());
  for (auto const& row : rows) EXPECT_EQ(static_cast<DWORD>(row.code), row.number) << rsm::error_name(row.code);
}

TEST(Layout, StatesAreThoseOfTheModel) {
  EXPECT_EQ(static_cast<int>(rsm::ObjectType::operator_request), static_cast<int>(NTMS_OPREQUEST));
  EXPECT_EQ(static_cast<int>(rsm::ObjectType::slot), static_cast<int>(NTMS_STORAGESLOT));
  EXPECT_EQ(static_cast<int>(rsm::MediaState::opreq), static_cast<int>(NTMS_MEDIASTATE_OPREQ));
  EXPECT_EQ(static_cast<int>(rsm::SideState::reserved), static_cast<int>(NTMS_PARTSTATE_RESERVED));
  EXPECT_EQ(static_cast<int>(rsm::DriveState::dismountable), static_cast<int>(NTMS_DRIVESTATE_DISMOUNTABLE));
  EXPECT_EQ(static_cast<int>(rsm::Operation::release_cleaner), static_cast<int>(NTMS_LM_RELEASECLEANER));
  EXPECT_EQ(static_cast<int>(rsm::RequestState::stopped), static_cast<int>(NTMS_LM_STOPPED));
  EXPECT_EQ(static_cast<int>(rsm::PoolType::application), static_cast<int>(NTMS_POOLTYPE_APPLICATION));
  EXPECT_EQ(static_cast<int>(rsm::OperatorState::complete), static_cast<int>(NTMS_OPSTATE_COMPLETE));
}

}  // namespace
