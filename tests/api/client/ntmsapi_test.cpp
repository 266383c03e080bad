// Sessions, objects and libraries through libntmsapi, against a server that does what the test says.
#include <cstring>
#include <future>
#include <vector>

#include "ntmsapi_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace rsm::test;

// ---- sessions -------------------------------------------------------------------------------------------------------------

TEST_F(Ntms, OpensWithTheNameOfTheApplication) {
  EXPECT_EQ(server.calls("session.open").at(0).params.at("application").as_string(), "Backup");
}

TEST_F(Ntms, ASecondCloseIsAnInvalidHandle) {
  EXPECT_EQ(CloseNtmsSession(session), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("session.close").size(), 1u);
  EXPECT_EQ(CloseNtmsSession(session), ERROR_INVALID_HANDLE);
  NTMS_GUID id = guid(1);
  EXPECT_EQ(DismountNtmsDrive(session, &id), ERROR_INVALID_HANDLE);
  session = nullptr;
  EXPECT_EQ(CloseNtmsSession(nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(CloseNtmsSession(INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
}

TEST_F(Ntms, CloseOfABrokenConnectionFreesTheHandle) {
  server.go_away();
  EXPECT_EQ(CloseNtmsSession(session), ERROR_CONNECTION_UNAVAIL);
  EXPECT_EQ(CloseNtmsSession(session), ERROR_INVALID_HANDLE);
  session = nullptr;
}

TEST_F(Ntms, AChildDoesNotInheritTheHandle) {
  pid_t const child = fork();
  if (child == 0) _exit(static_cast<int>(CloseNtmsSession(session)));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), ERROR_INVALID_HANDLE);
}

TEST_F(Ntms, OpenReportsByTheLastErrorOfThisThread) {
  refuse("session.open", 170);
  SetLastError(4711);
  EXPECT_EQ(OpenNtmsSessionW(u"", u"Backup", 0), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), ERROR_BUSY);
  EXPECT_EQ(std::async(std::launch::async, [] { return GetLastError(); }).get(), 0u);
  SetLastError(4711);
  EXPECT_EQ(OpenNtmsSessionA("not here.example!", nullptr, 0), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), ERROR_INVALID_COMPUTERNAME);
  EXPECT_EQ(OpenNtmsSessionA("elsewhere", nullptr, 0), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), ERROR_NO_NETWORK);
  EXPECT_EQ(OpenNtmsSessionA(nullptr, "\xFF", 0), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
  refuse("session.open", 21);
  EXPECT_EQ(OpenNtmsSessionA(nullptr, nullptr, 0), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), ERROR_NOT_READY);
}

TEST_F(Ntms, OtherFunctionsLeaveTheLastErrorAlone) {
  SetLastError(4711);
  EXPECT_EQ(DismountNtmsDrive(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetLastError(), 4711u);
}

TEST_F(Ntms, ThisComputersNamesAreLocal) {
  char host[256] = "";
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  HANDLE const by_name = OpenNtmsSessionA(host, nullptr, NTMS_SESSION_QUERYEXPEDITE);
  ASSERT_NE(by_name, INVALID_HANDLE_VALUE) << GetLastError();
  EXPECT_EQ(CloseNtmsSession(by_name), ERROR_SUCCESS);
}

// ---- arguments: refused before anything is sent ---------------------------------------------------------------------------

TEST_F(Ntms, WrongArgumentsAreRefusedBeforeAnythingIsSent) {
  NTMS_GUID id = guid(1), zero = NTMS_NULLGUID;
  DWORD none = 0, one = 1;
  NTMS_OBJECTINFORMATIONW info;
  std::memset(&info, 0, sizeof info);
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, nullptr, NTMS_DRIVE, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, &one, NTMS_DRIVE, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, &none, NTMS_UNKNOWN, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, &none, NTMS_OBJECT, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, &none, NTMS_UI_DESTINATION, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, &none, NTMS_DRIVE, 2), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, &none, NTMS_DRIVE, NTMS_ENUM_ROOTPOOL), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, &id, nullptr, &none, NTMS_MEDIA_POOL, NTMS_ENUM_ROOTPOOL), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, &id, nullptr, &none, NTMS_LIBRARY, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, &zero, nullptr, &none, NTMS_LIBRARY, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EnumerateNtmsObject(session, &zero, nullptr, &none, NTMS_DRIVE, 0), ERROR_OBJECT_NOT_FOUND);
  EXPECT_EQ(GetNtmsObjectInformationW(session, nullptr, &info), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectInformationW(session, &id, nullptr), ERROR_INVALID_PARAMETER);
  info.dwSize = sizeof info - 1;
  EXPECT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_INVALID_PARAMETER);
  info.dwType = NTMS_DRIVE;
  info.dwSize = 448 + 360 - 1;
  EXPECT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_INVALID_PARAMETER);
  info.dwType = NTMS_OBJECT;
  info.dwSize = sizeof info;
  EXPECT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_INVALID_PARAMETER);
  info.dwType = NTMS_DRIVE;
  EXPECT_EQ(GetNtmsObjectInformationW(session, &zero, &info), ERROR_OBJECT_NOT_FOUND);
  EXPECT_EQ(DismountNtmsDrive(session, nullptr), ERROR_INVALID_PARAMETER);
  for (DWORD const action : {0u, 4u, 6u}) EXPECT_EQ(InventoryNtmsLibrary(session, &id, action), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(InventoryNtmsLibrary(session, nullptr, NTMS_INVENTORY_FAST), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CancelNtmsLibraryRequest(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Ntms, TheHandleIsCheckedFirst) {
  EXPECT_EQ(EnumerateNtmsObject(nullptr, nullptr, nullptr, nullptr, 0, 99), ERROR_INVALID_HANDLE);
  EXPECT_EQ(GetNtmsObjectInformationA(INVALID_HANDLE_VALUE, nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(MountNtmsMedia(nullptr, nullptr, nullptr, 0, 0xFF, 99, 0, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(DismountNtmsMedia(nullptr, nullptr, 0, 9), ERROR_INVALID_HANDLE);
  EXPECT_EQ(CancelNtmsLibraryRequest(nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(InventoryNtmsLibrary(nullptr, nullptr, 9), ERROR_INVALID_HANDLE);
}

// ---- EnumerateNtmsObject --------------------------------------------------------------------------------------------------

TEST_F(Ntms, EnumeratesPageByPageAndFillsWhatFits) {
  server.on("object.enumerate", [](Call const& call) -> Act {
    auto const* cursor = call.params.if_contains("cursor");
    bool const first = cursor == nullptr || cursor->is_null();
    return first ? Reply{R"({"ids":[")" + guid_text(1) + R"(",")" + guid_text(2) + R"("],"next_cursor":"c"})"}
                 : Reply{R"({"ids":[")" + guid_text(3) + R"("]})"};
  });
  NTMS_GUID library = guid(9);
  DWORD size = 0;
  EXPECT_EQ(EnumerateNtmsObject(session, &library, nullptr, &size, NTMS_DRIVE, 0), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 3u);
  std::vector<NTMS_GUID> ids(4, guid(0x77));
  size = 2;
  EXPECT_EQ(EnumerateNtmsObject(session, &library, ids.data(), &size, NTMS_DRIVE, 0), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 3u);
  EXPECT_TRUE(same(ids[1], guid(2)));
  EXPECT_TRUE(same(ids[2], guid(0x77))) << "beyond the room";
  size = 4;
  EXPECT_EQ(EnumerateNtmsObject(session, &library, ids.data(), &size, NTMS_DRIVE, 0), ERROR_SUCCESS);
  EXPECT_EQ(size, 3u);
  EXPECT_TRUE(same(ids[2], guid(3)));
  auto const params = server.calls("object.enumerate").at(0).params;
  EXPECT_EQ(params.at("container").as_string(), guid_text(9));
  EXPECT_EQ(params.at("type").as_string(), "drive");
}

TEST_F(Ntms, AnEmptyListIsSuccess) {
  reply("object.enumerate", R"({"ids":[]})");
  DWORD size = 0;
  EXPECT_EQ(EnumerateNtmsObject(session, nullptr, nullptr, &size, NTMS_MEDIA_POOL, NTMS_ENUM_ROOTPOOL), ERROR_SUCCESS);
  EXPECT_EQ(size, 0u);
  EXPECT_TRUE(server.calls("object.enumerate").at(0).params.at("root_pool").as_bool());
}

TEST_F(Ntms, EnumerationErrorsLeaveTheSizeAlone) {
  refuse("object.enumerate", 4312);
  DWORD size = 5;
  NTMS_GUID ids[5], pool = guid(1);
  EXPECT_EQ(EnumerateNtmsObject(session, &pool, ids, &size, NTMS_PARTITION, 0), ERROR_OBJECT_NOT_FOUND);
  EXPECT_EQ(size, 5u);
}

// ---- GetNtmsObjectInformation ---------------------------------------------------------------------------------------------

std::string drive_json(std::string const& device) {
  return R"({"id":")" + guid_text(1) + R"(","library":")" + guid_text(9) +
         R"(","name":"Drive \u00e4","created":951827696789,"enabled":false,"operational_state":"needs_service",)"
         R"("operational_state_code":20,"condition_reason":"","number":1,"device":")" + device +
         R"(","vendor":"V","product":"P","serial":"S-1","revision":"R2","state":"dismountable","state_code":7,"since":0,"reason":"",)"
         R"("medium":"","medium_name":"","side":")" + guid_text(3) +
         R"(","side_number":0,"session":"","request":"","volume":"","mount_count":42,"defer_dismount_delay_ms":300000,"handler":"","alerts":[]})";
}

TEST_F(Ntms, InformationOfADriveInBothForms) {
  reply("drive.get", drive_json("/dev/rsm/0"));
  NTMS_GUID id = guid(1);
  NTMS_OBJECTINFORMATIONA narrow;
  std::memset(&narrow, 0xEE, sizeof narrow);
  narrow.dwSize = sizeof narrow;
  narrow.dwType = NTMS_DRIVE;
  ASSERT_EQ(GetNtmsObjectInformationA(session, &id, &narrow), ERROR_SUCCESS);
  EXPECT_EQ(narrow.dwSize, sizeof narrow);
  EXPECT_TRUE(same(narrow.ObjectGuid, id));
  EXPECT_EQ(narrow.Created.wYear, 2000);
  EXPECT_EQ(narrow.Enabled, FALSE);
  EXPECT_EQ(narrow.dwOperationalState, NTMS_NEEDS_SERVICE);
  EXPECT_STREQ(narrow.szName, "Drive \xC3\xA4");
  EXPECT_STREQ(narrow.szDescription, "");
  EXPECT_EQ(narrow.Info.Drive.Number, 1u);
  EXPECT_EQ(narrow.Info.Drive.State, NTMS_DRIVESTATE_DISMOUNTABLE);
  EXPECT_STREQ(narrow.Info.Drive.szDeviceName, "/dev/rsm/0");
  EXPECT_STREQ(narrow.Info.Drive.szSerialNumber, "S-1");
  EXPECT_STREQ(narrow.Info.Drive.szRevision, "R2");
  EXPECT_EQ(narrow.Info.Drive.dwMountCount, 42u);
  EXPECT_EQ(narrow.Info.Drive.dwDeferDismountDelay, 300u);
  EXPECT_TRUE(same(narrow.Info.Drive.SavedPartitionId, guid(3)));
  EXPECT_TRUE(same(narrow.Info.Drive.Library, guid(9)));
  EXPECT_TRUE(NTMS_IS_NULLGUID(narrow.Info.Drive.DriveType));
  EXPECT_EQ(narrow.Info.Drive.LastCleanedTs.wYear, 0);

  NTMS_OBJECTINFORMATIONW wide;
  std::memset(&wide, 0xEE, sizeof wide);
  wide.dwSize = 448 + 360;  // up to the end of the drive's member
  wide.dwType = NTMS_DRIVE;
  ASSERT_EQ(GetNtmsObjectInformationW(session, &id, &wide), ERROR_SUCCESS);
  EXPECT_EQ(std::u16string(wide.szName), u"Drive \u00E4");
  EXPECT_EQ(std::u16string(wide.Info.Drive.szDeviceName), u"/dev/rsm/0");
  EXPECT_EQ(wide.Info.Drive.dwDeferDismountDelay, 300u);
  EXPECT_EQ(reinterpret_cast<unsigned char*>(&wide)[448 + 360], 0xEE) << "beyond the room";
}

TEST_F(Ntms, ADeviceNameThatDoesNotFitIsTheGuid) {
  reply("drive.get", drive_json("/dev/" + std::string(70, 'x')));
  NTMS_GUID id = guid(1);
  NTMS_OBJECTINFORMATIONA info;
  info.dwSize = sizeof info;
  info.dwType = NTMS_DRIVE;
  ASSERT_EQ(GetNtmsObjectInformationA(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(info.Info.Drive.szDeviceName, guid_text(1));
}

TEST_F(Ntms, TheTypeIsFoundWhenItIsNotGiven) {
  reply("object.type", R"({"type":"slot","type_code":16})");
  reply("slot.get", R"({"id":")" + guid_text(1) + R"(","library":")" + guid_text(9) +
                        R"(","number":7,"state":"full","state_code":1,"medium":"","medium_name":""})");
  NTMS_GUID id = guid(1);
  NTMS_OBJECTINFORMATIONW info;
  info.dwSize = sizeof info;
  info.dwType = NTMS_UNKNOWN;
  ASSERT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(info.dwType, NTMS_STORAGESLOT);
  EXPECT_EQ(info.Info.StorageSlot.Number, 7u);
  EXPECT_EQ(info.Info.StorageSlot.State, NTMS_SLOTSTATE_FULL);
  EXPECT_EQ(info.Enabled, TRUE);
}

TEST_F(Ntms, AMediumWithWhatDrivesHaveToldOfIt) {
  std::string const rest = R"("description":"","created":0,"modified":0,"enabled":true,"state":"idle","state_code":0,"reason":"","library":"","library_name":"","place":"offline",)"
                           R"("location_type":"slot","location_type_code":16,"location":"","home_slot_id":"","pool":"","pool_name":"","media_type":"","media_type_code":50,)"
                           R"("barcode":"A1","barcode_state":"ok","barcode_state_code":1,"sequence_number":"7","mounted_side":"","sides":[],"alerts":[])";
  for (bool const told : {true, false}) {
    reply("medium.get", R"({"id":")" + guid_text(1) + R"(","name":"A1",)" + rest + (told ? R"(,"density_code":90,"scsi_medium_type":24,"density":"U-616"})" : "}"));
    NTMS_GUID id = guid(1);
    NTMS_OBJECTINFORMATIONA info;
    info.dwSize = sizeof info;
    info.dwType = NTMS_PHYSICAL_MEDIA;
    ASSERT_EQ(GetNtmsObjectInformationA(session, &id, &info), ERROR_SUCCESS);
    EXPECT_EQ(info.Info.PhysicalMedia.dwDensityCode, told ? 90u : 0u);
    EXPECT_EQ(info.Info.PhysicalMedia.dwMediaTypeCode, told ? 24u : 0u);
  }
}

TEST_F(Ntms, ASideWithItsLabel) {
  reply("side.get", R"({"id":")" + guid_text(1) + R"(","medium":")" + guid_text(2) +
                        R"(","medium_name":"M","number":1,"state":"import","state_code":8,"logical_medium":"","label_type":"EXT4",)"
                        R"("label_id":"AAEC/w==","label_info":"vol","label_also":"","mount_count":3,"allocate_count":1,"capacity":5000000000})");
  NTMS_GUID id = guid(1);
  NTMS_OBJECTINFORMATIONA info;
  info.dwSize = sizeof info;
  info.dwType = NTMS_PARTITION;
  ASSERT_EQ(GetNtmsObjectInformationA(session, &id, &info), ERROR_SUCCESS);
  auto const& side = info.Info.Partition;
  EXPECT_TRUE(same(side.PhysicalMedia, guid(2)));
  EXPECT_EQ(side.State, NTMS_PARTSTATE_IMPORT);
  EXPECT_EQ(side.Side, 1);
  ASSERT_EQ(side.dwOmidLabelIdLength, 4u);
  EXPECT_EQ(side.OmidLabelId[3], 255);
  EXPECT_STREQ(side.szOmidLabelType, "EXT4");
  EXPECT_STREQ(side.szOmidLabelInfo, "vol");
  EXPECT_EQ(side.Capacity.QuadPart, 5'000'000'000);
}

TEST_F(Ntms, LookupsCallEveryUnknownObjectNotFound) {
  NTMS_GUID id = guid(1);
  NTMS_OBJECTINFORMATIONA info;
  std::memset(&info, 0xEE, sizeof info);
  info.dwSize = sizeof info;
  info.dwType = NTMS_PHYSICAL_MEDIA;
  refuse("medium.get", 4300);
  EXPECT_EQ(GetNtmsObjectInformationA(session, &id, &info), ERROR_OBJECT_NOT_FOUND);
  refuse("medium.get", 5);
  EXPECT_EQ(GetNtmsObjectInformationA(session, &id, &info), ERROR_ACCESS_DENIED);
  EXPECT_EQ(static_cast<unsigned char>(info.szName[0]), 0xEE) << "an error changes nothing";
}

// ---- libraries, drives, requests ------------------------------------------------------------------------------------------

TEST_F(Ntms, InventoryAndDismountDriveCarryAKey) {
  reply("library.inventory", R"({"request":""})");
  reply("drive.dismount", R"({"request":")" + guid_text(5) + R"("})");
  NTMS_GUID id = guid(1);
  EXPECT_EQ(InventoryNtmsLibrary(session, &id, NTMS_INVENTORY_STOP), ERROR_SUCCESS);
  EXPECT_EQ(DismountNtmsDrive(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("library.inventory").at(0).params.at("action").as_string(), "stop");
  EXPECT_EQ(server.calls("library.inventory").at(0).key().size(), 32u);
  EXPECT_NE(server.calls("library.inventory").at(0).key(), server.calls("drive.dismount").at(0).key());
  refuse("library.inventory", 4305);
  EXPECT_EQ(InventoryNtmsLibrary(session, &id, NTMS_INVENTORY_DEFAULT), ERROR_LIBRARY_OFFLINE);
  refuse("drive.dismount", 112);
  EXPECT_EQ(DismountNtmsDrive(session, &id), ERROR_DATABASE_FULL) << "a full disk";
}

std::string request_json(std::string const& state, bool finished) {
  return R"({"id":")" + guid_text(1) + R"(","operation":"mount","operation_code":17,"option":0,"state":")" + state +
         R"(","state_code":7,"reason":"r","finished":)" + (finished ? "true" : "false") +
         R"(,"error":0,"error_name":"","priority":-7,"order":0,"queued":951827696789,"changed":951827696789,"completed":null,"deadline":null,"due":null,)"
         R"("session":"","application":"A","user":"U","computer":"C","group":"","work_item":"","library":"","medium":"","medium_name":"",)"
         R"("side":"","side_number":0,"drive":"","drive_name":"","slot":"","port":"","by_service":false})";
}

TEST_F(Ntms, InformationOfARequest) {
  reply("request.get", request_json("cancelled", true));
  NTMS_GUID id = guid(1);
  NTMS_OBJECTINFORMATIONA info;
  info.dwSize = sizeof info;
  info.dwType = NTMS_LIBREQUEST;
  ASSERT_EQ(GetNtmsObjectInformationA(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(info.Info.LibRequest.OperationCode, NTMS_LM_MOUNT);
  EXPECT_EQ(info.Info.LibRequest.State, NTMS_LM_CANCELLED);
  EXPECT_EQ(static_cast<int>(info.Info.LibRequest.dwPriority), NTMS_PRIORITY_LOW);
  EXPECT_EQ(info.Info.LibRequest.TimeQueued.wYear, 2000);
  EXPECT_EQ(info.Info.LibRequest.TimeCompleted.wYear, 0);
  EXPECT_TRUE(same(info.Info.LibRequest.WorkItemId, id));
  EXPECT_STREQ(info.Info.LibRequest.szApplication, "A");
}

TEST_F(Ntms, CancelSaysWhatTheServiceSays) {
  NTMS_GUID id = guid(1);
  reply("request.cancel", request_json("cancelled", true));
  EXPECT_EQ(CancelNtmsLibraryRequest(session, &id), ERROR_SUCCESS);
  refuse("request.cancel", 4312);
  EXPECT_EQ(CancelNtmsLibraryRequest(session, &id), ERROR_OBJECT_NOT_FOUND);
  refuse("request.cancel", 5);
  EXPECT_EQ(CancelNtmsLibraryRequest(session, &id), ERROR_ACCESS_DENIED);
}

TEST_F(Ntms, ACancelThatBreaksAsksWhatBecameOfIt) {
  NTMS_GUID id = guid(1);
  server.on("request.cancel", [](Call const&) -> Act { return Break{}; });
  reply("request.get", request_json("cancelled", true));
  EXPECT_EQ(CancelNtmsLibraryRequest(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("request.cancel").size(), 1u);
  reply("request.get", request_json("passed", true));
  EXPECT_EQ(CancelNtmsLibraryRequest(session, &id), ERROR_OBJECT_NOT_FOUND);
}

// ---- GetVolumesFromDrive --------------------------------------------------------------------------------------------------

TEST_F(Ntms, VolumesComeInMemoryOfTheCaller) {
  reply("volume.of_drive", R"({"volume":"/dev/disk/by-id/v\u00e4","letter":""})");
  WCHAR drive[] = u"Drive 0";
  LPWSTR volume = nullptr, letter = drive;
  ASSERT_EQ(GetVolumesFromDriveW(drive, &volume, &letter), ERROR_SUCCESS);
  EXPECT_EQ(std::u16string(volume), u"/dev/disk/by-id/v\u00E4");
  EXPECT_EQ(letter, nullptr);
  EXPECT_EQ(LocalFree(volume), nullptr);
  EXPECT_EQ(LocalFree(nullptr), nullptr);
  reply("volume.of_drive", R"({"volume":"/v","letter":"/media/rsm/0"})");
  CHAR name[] = "Drive 0";
  LPSTR narrow_volume = nullptr, narrow_letter = nullptr;
  ASSERT_EQ(GetVolumesFromDriveA(name, &narrow_volume, &narrow_letter), ERROR_SUCCESS);
  EXPECT_STREQ(narrow_volume, "/v");
  EXPECT_STREQ(narrow_letter, "/media/rsm/0");
  LocalFree(narrow_volume);
  LocalFree(narrow_letter);
}

TEST_F(Ntms, VolumesOfNoDrive) {
  refuse("volume.of_drive", 15);
  CHAR name[] = "Drive 9", empty[] = "";
  LPSTR volume = name, letter = name;
  EXPECT_EQ(GetVolumesFromDriveA(name, &volume, &letter), ERROR_INVALID_DRIVE);
  EXPECT_EQ(volume, nullptr);
  EXPECT_EQ(letter, nullptr);
  EXPECT_EQ(GetVolumesFromDriveA(nullptr, &volume, &letter), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetVolumesFromDriveA(name, nullptr, &letter), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetVolumesFromDriveA(name, &volume, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetVolumesFromDriveA(empty, &volume, &letter), ERROR_INVALID_PARAMETER);
}

}  // namespace
