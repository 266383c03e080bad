// The table of what is done about sense codes: by model, for all, by key.
#include "drivers/scsi/sense_actions.hpp"

#include <gtest/gtest.h>

#include <set>

#include "libmgr/domain/error.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using scsi::Action;
using scsi::look_up;
using scsi::Model;
using scsi::Win32;

Model const unknown{"ACME    ", "Jukebox 9000    "};

TEST(SenseActions, AVendorsCodeHoldsForItsModelsOnly) {
  EXPECT_EQ(look_up({"EXABYTE ", "EXB-210         "}, 4, 0x15, 0x83).win32, Win32::transport_full);
  EXPECT_EQ(look_up({"exabyte", ""}, 4, 0x15, 0x83).action, Action::reinventory);
  EXPECT_EQ(look_up(unknown, 4, 0x15, 0x83).action, Action::service) << "by its key";
  EXPECT_EQ(look_up({}, 4, 0x15, 0x83).action, Action::service);
}

TEST(SenseActions, OneCodeOfTwoModels) {
  EXPECT_EQ(look_up({"HP      ", "MSL G3 Series   "}, 5, 0x3B, 0xA0).action, Action::reinventory);
  EXPECT_EQ(look_up({"QUANTUM ", "Scalar i500     "}, 5, 0x3B, 0xA0).win32, Win32::drive_media_mismatch);
  EXPECT_EQ(look_up({"HP      ", "C1160F          "}, 5, 0x3B, 0xA0).action, Action::fail) << "another device of this vendor";
}

TEST(SenseActions, AModelComesBeforeWhatHoldsForAll) {
  EXPECT_EQ(look_up(unknown, 2, 0x04, 0x00).action, Action::wait);
  EXPECT_EQ(look_up({"QUANTUM ", "PX500           "}, 2, 0x04, 0x00).action, Action::library_service);
  EXPECT_EQ(look_up(unknown, 2, 0x04, 0x83).operator_request, "close the door");
  EXPECT_EQ(look_up({"IBM     ", "03584L32        "}, 2, 0x04, 0x83).action, Action::library_service);
}

TEST(SenseActions, ACodeOfTheStandardHoldsForAllEvenWhereModelsAreNamed) { EXPECT_EQ(look_up(unknown, 4, 0x40, 0x02).action, Action::drive_service); }

TEST(SenseActions, WaitsHaveBounds) {
  for (auto const& row : scsi::sense_codes()) {
    SCOPED_TRACE(row.meaning);
    EXPECT_EQ(row.wait.interval.count() > 0, row.wait.limit.count() > 0);
    EXPECT_LE(row.wait.interval, row.wait.limit);
    EXPECT_NE(row.wait.then, Action::wait);
    EXPECT_TRUE(row.action != Action::wait || row.wait.interval.count() > 0);
    EXPECT_TRUE(row.action != Action::operator_action || !row.operator_request.empty()) << "nobody would know what to do";
    EXPECT_FALSE(row.meaning.empty() || row.source.empty());
  }
}

TEST(SenseActions, EveryKeyHasAnAnswer) {
  for (unsigned key = 0; key < 256; ++key) EXPECT_EQ(look_up(unknown, static_cast<std::uint8_t>(key), 0x7F, 0x7F).key, key & 15);
}

TEST(SenseActions, ConditionsComeBeforeTheTable) {
  auto const action = [](std::string_view hex) { return scsi::action_for(unknown, scsi::decode_sense(bytes(hex))); };
  EXPECT_EQ(action("70 00 80 00000000 0A 00000000 00 17").win32, Win32::filemark_detected);
  EXPECT_EQ(action("70 00 40").win32, Win32::end_of_media);
  EXPECT_EQ(action("70 00 00 00000000 0A 00000000 00 17").action, Action::clean);
  EXPECT_EQ(action("").action, Action::service) << "nothing came: as a hardware error";
}

TEST(SenseActions, ServiceIsForTheDeviceThatSentIt) {
  EXPECT_EQ(scsi::for_device(Action::service, scsi::DeviceKind::drive), Action::drive_service);
  EXPECT_EQ(scsi::for_device(Action::service, scsi::DeviceKind::changer), Action::library_service);
  EXPECT_EQ(scsi::for_device(Action::clean, scsi::DeviceKind::changer), Action::clean);
}

TEST(SenseActions, ModelsByVendorOrByVendorAndPartOfTheProduct) {
  EXPECT_TRUE(scsi::names_model("EXABYTE, IBM 03584", {"IBM", "03584L32"}));
  EXPECT_FALSE(scsi::names_model("EXABYTE, IBM 03584", {"IBM", "3573-TL"}));
  EXPECT_FALSE(scsi::names_model("IBM", {"IBMX", ""}));
  EXPECT_FALSE(scsi::names_model("", {"", ""}));
  EXPECT_FALSE(scsi::names_model("STK", {"", ""}));
}

TEST(SenseActions, ErrorsOfBothListsHaveOneNameAndNumber) {
  for (auto const& row : scsi::sense_codes()) {
    auto const code = error_from_number(static_cast<std::uint32_t>(row.win32));
    EXPECT_TRUE(!code || row.win32 == Win32::none || scsi::win32_name(row.win32) == error_name(*code)) << scsi::win32_name(row.win32);
  }
}

TEST(SenseActions, ErrorsOfDevicesHaveTheNumbersOfWindows) {
  std::pair<unsigned, std::string_view> const windows[] = {
      {23, "ERROR_CRC"}, {55, "ERROR_DEV_NOT_EXIST"}, {1100, "ERROR_END_OF_MEDIA"}, {1101, "ERROR_FILEMARK_DETECTED"},
      {1102, "ERROR_BEGINNING_OF_MEDIA"}, {1104, "ERROR_NO_DATA_DETECTED"}, {1111, "ERROR_BUS_RESET"}, {1117, "ERROR_IO_DEVICE"},
      {1160, "ERROR_SOURCE_ELEMENT_EMPTY"}, {1161, "ERROR_DESTINATION_ELEMENT_FULL"}, {1162, "ERROR_ILLEGAL_ELEMENT_ADDRESS"},
      {1163, "ERROR_MAGAZINE_NOT_PRESENT"}, {1164, "ERROR_DEVICE_REINITIALIZATION_NEEDED"}, {1165, "ERROR_DEVICE_REQUIRES_CLEANING"},
      {1166, "ERROR_DEVICE_DOOR_OPEN"}, {1785, "ERROR_UNRECOGNIZED_MEDIA"}};
  for (auto const& [number, name] : windows) EXPECT_EQ(scsi::win32_name(static_cast<Win32>(number)), name);
}

TEST(ElementExceptions, EachOnce) {
  std::set<std::pair<int, int>> codes;
  for (auto const& row : scsi::element_exceptions()) EXPECT_TRUE(codes.emplace(row.asc, row.ascq).second);
  EXPECT_EQ(codes.size(), 17u);
  ASSERT_NE(scsi::element_exception(0x83, 0x02), nullptr);
  EXPECT_EQ(scsi::element_exception(0x83, 0x02)->trouble, scsi::ElementTrouble::slot_absent);
  EXPECT_EQ(scsi::element_exception(0x12, 0x34), nullptr);
}

}  // namespace
}  // namespace rsm::test
