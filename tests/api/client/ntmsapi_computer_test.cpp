// The computer, models of devices, UI options, removals and stand-alone drives through libntmsapi, against a server that does what the test says.
#include <string>

#include "ntmsapi_fixture.hpp"

extern "C" DWORD WINAPI DoEjectFromSADriveW(LPCWSTR, LPCWSTR, LPCWSTR, HWND, LPCWSTR, LPCWSTR, DWORD);

namespace {

using namespace rsm::test;

// ---- the computer and models ----------------------------------------------------------------------------------------------

struct NtmsComputer : Ntms {
  void SetUp() override {
    Ntms::SetUp();
    reply("computer.get", R"({"id":")" + guid_text(1) + R"(","name":"archive","created":951827696789,"modified":951827696789,"media_pool_policy":2,"request_flags":1,)"
                          R"("operator_request_flags":16,"request_purge_after_ms":259200000,"operator_request_purge_after_ms":1500,"description":"d"})");
    std::string const model = R"({"id":")" + guid_text(1) + R"(","name":"IBM TD8","vendor":"IBM","product":"TD8","device_type":31,"created":0})";
    reply("drive_type.get", model);
    reply("changer_type.get", model);
    reply("object.set", "{}");
    info.dwSize = sizeof info;
  }
  boost::json::object written() { return server.calls("object.set").back().params; }
  NTMS_GUID id = guid(1);
  NTMS_OBJECTINFORMATIONW info{};
};

TEST_F(NtmsComputer, InformationOfTheComputerAndOfModels) {
  info.dwType = NTMS_COMPUTER;
  ASSERT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(info.Info.Computer.dwLibRequestPurgeTime, 259200u);
  EXPECT_EQ(info.Info.Computer.dwOpRequestPurgeTime, 2u) << "whole seconds, rounded up";
  EXPECT_EQ(info.Info.Computer.dwLibRequestFlags, NTMS_LIBREQFLAGS_NOAUTOPURGE);
  EXPECT_EQ(info.Info.Computer.dwOpRequestFlags, NTMS_OPREQFLAGS_NOALERTS);
  EXPECT_EQ(info.Info.Computer.dwMediaPoolPolicy, NTMS_POOLPOLICY_KEEPOFFLINEIMPORT);
  EXPECT_EQ(std::u16string(info.szName), u"archive");
  info.dwType = NTMS_DRIVE_TYPE;
  ASSERT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(info.dwType, NTMS_DRIVE_TYPE);
  EXPECT_EQ(std::u16string(info.Info.DriveType.szProduct), u"TD8");
  EXPECT_EQ(info.Info.DriveType.DeviceType, 0x1Fu);
  EXPECT_EQ(info.Info.DriveType.NumberOfHeads, 0u);
  info.dwType = NTMS_CHANGER_TYPE;
  ASSERT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(std::u16string(info.Info.ChangerType.szVendor), u"IBM");
  for (auto const& [method, type] : std::vector<std::pair<std::string, DWORD>>{{"computer.get", NTMS_COMPUTER}, {"drive_type.get", NTMS_DRIVE_TYPE}, {"changer_type.get", NTMS_CHANGER_TYPE}}) {
    info.dwType = type;
    refuse(method, ERROR_OBJECT_NOT_FOUND);
    EXPECT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_OBJECT_NOT_FOUND) << method;
    refuse(method, ERROR_ACCESS_DENIED);
    EXPECT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_ACCESS_DENIED) << method;
  }
}

TEST_F(NtmsComputer, OnlyWhatDiffersIsWritten) {
  info.dwType = NTMS_COMPUTER;
  ASSERT_EQ(GetNtmsObjectInformationW(session, &id, &info), ERROR_SUCCESS);
  info.Info.Computer.dwMediaPoolPolicy = NTMS_POOLPOLICY_PURGEOFFLINESCRATCH;
  info.Info.Computer.dwLibRequestPurgeTime = 60;
  ASSERT_EQ(SetNtmsObjectInformationW(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(written().at("media_pool_policy").to_number<int>(), 1);
  EXPECT_EQ(written().at("request_purge_after_ms").to_number<int>(), 60000);
  for (auto const* untouched : {"operator_request_purge_after_ms", "request_flags", "operator_request_flags", "name"})
    EXPECT_TRUE(!written().contains(untouched) || written().at(untouched).is_null()) << untouched;
  for (DWORD const code : {ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED, ERROR_OBJECT_NOT_FOUND}) {
    refuse("object.set", code);
    EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &info), code);
  }
}

// ---- removals --------------------------------------------------------------------------------------------------------------

TEST_F(Ntms, RemovalsNameTheirObjectAndPassTheirErrorsOn) {
  NTMS_GUID id = guid(1);
  EXPECT_EQ(DeleteNtmsLibrary(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DeleteNtmsDrive(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DeleteNtmsLibrary(nullptr, &id), ERROR_INVALID_HANDLE);
  EXPECT_EQ(DeleteNtmsDrive(INVALID_HANDLE_VALUE, &id), ERROR_INVALID_HANDLE);
  EXPECT_EQ(asked(), 0u);
  reply("library.delete", "{}");
  reply("drive.delete", "{}");
  EXPECT_EQ(DeleteNtmsLibrary(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(DeleteNtmsDrive(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("library.delete").back().params.at("id").as_string(), guid_text(1));
  EXPECT_EQ(server.calls("drive.delete").back().params.at("id").as_string(), guid_text(1));
  for (DWORD const code : {ERROR_INVALID_LIBRARY, ERROR_INVALID_STATE, ERROR_ACCESS_DENIED}) {
    refuse("library.delete", code);
    EXPECT_EQ(DeleteNtmsLibrary(session, &id), code);
  }
  for (DWORD const code : {ERROR_INVALID_DRIVE, ERROR_INVALID_STATE, ERROR_ACCESS_DENIED}) {
    refuse("drive.delete", code);
    EXPECT_EQ(DeleteNtmsDrive(session, &id), code);
  }
}

// ---- UI options ------------------------------------------------------------------------------------------------------------

TEST_F(Ntms, UIOptionsAreAListWithAnEmptyNameBehind) {
  reply("ui.get", R"({"destinations":["ops","d\u00e9p\u00f4t"]})");
  NTMS_GUID id = guid(1);
  DWORD size = 0;
  EXPECT_EQ(GetNtmsUIOptionsW(session, &id, NTMS_UITYPE_ERR, nullptr, &size), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 11u);
  WCHAR wide[11];
  EXPECT_EQ(GetNtmsUIOptionsW(session, &id, NTMS_UITYPE_ERR, wide, &size), ERROR_SUCCESS);
  EXPECT_EQ(std::u16string(wide, 11), std::u16string(u"ops\0d\u00e9p\u00f4t\0\0", 11));
  EXPECT_EQ(server.calls("ui.get").back().params.at("kind").as_string(), "error");
  CHAR narrow[64];
  size = sizeof narrow;
  EXPECT_EQ(GetNtmsUIOptionsA(session, &id, NTMS_UITYPE_ERR, narrow, &size), ERROR_SUCCESS);
  EXPECT_EQ(size, 13u) << "bytes of UTF-8";
  EXPECT_EQ(std::string(narrow, 13), std::string("ops\0d\xc3\xa9p\xc3\xb4t\0\0", 13));
  reply("ui.get", R"({"destinations":[]})");
  size = 0;
  EXPECT_EQ(GetNtmsUIOptionsA(session, nullptr, NTMS_UITYPE_INFO, nullptr, &size), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 1u) << "the last terminator";
  EXPECT_TRUE(!server.calls("ui.get").back().params.contains("object") || server.calls("ui.get").back().params.at("object").is_null()) << "what the session asks for";
}

TEST_F(Ntms, UIOptionsAreSet) {
  reply("ui.set", "{}");
  NTMS_GUID id = guid(1);
  auto const last = [&] { return server.calls("ui.set").back().params; };
  EXPECT_EQ(SetNtmsUIOptionsW(session, &id, NTMS_UITYPE_REQ, NTMS_UIDEST_ADD, u"d\u00e9p\u00f4t"), ERROR_SUCCESS);
  EXPECT_EQ(last().at("destination").as_string(), "d\xc3\xa9p\xc3\xb4t");
  EXPECT_EQ(last().at("kind").as_string(), "request");
  EXPECT_EQ(last().at("action").as_string(), "add");
  EXPECT_EQ(SetNtmsUIOptionsA(session, nullptr, NTMS_UITYPE_INFO, NTMS_UIDEST_DELETE, nullptr), ERROR_SUCCESS);
  EXPECT_EQ(last().at("action").as_string(), "remove");
  EXPECT_TRUE(!last().contains("destination") || last().at("destination").is_null()) << "this computer";
  EXPECT_EQ(SetNtmsUIOptionsA(session, &id, NTMS_UITYPE_ERR, NTMS_UIDEST_DELETEALL, "ignored"), ERROR_SUCCESS);
  EXPECT_EQ(last().at("action").as_string(), "remove_all");
}

TEST_F(Ntms, UIOptionsGiveTheDocumentedErrors) {
  NTMS_GUID id = guid(1);
  DWORD size = 5;
  for (DWORD const type : {0u, 4u, 0xFFFFFFFFu}) {
    EXPECT_EQ(GetNtmsUIOptionsA(session, &id, type, nullptr, &size), ERROR_INVALID_PARAMETER);
    EXPECT_EQ(SetNtmsUIOptionsA(session, &id, type, NTMS_UIDEST_ADD, "x"), ERROR_INVALID_PARAMETER);
    EXPECT_EQ(SetNtmsUIOptionsA(session, &id, NTMS_UITYPE_INFO, type, "x"), ERROR_INVALID_PARAMETER) << "an operation";
  }
  EXPECT_EQ(GetNtmsUIOptionsA(session, &id, NTMS_UITYPE_INFO, nullptr, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsUIOptionsA(session, &id, NTMS_UITYPE_INFO, nullptr, &size), ERROR_INVALID_PARAMETER) << "room, and no place";
  EXPECT_EQ(SetNtmsUIOptionsA(session, &id, NTMS_UITYPE_INFO, NTMS_UIDEST_ADD, std::string(4096, 'x').c_str()), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsUIOptionsA(session, &id, NTMS_UITYPE_INFO, NTMS_UIDEST_ADD, "\xff"), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
  EXPECT_EQ(GetNtmsUIOptionsA(nullptr, &id, NTMS_UITYPE_INFO, nullptr, &size), ERROR_INVALID_HANDLE);
  EXPECT_EQ(SetNtmsUIOptionsW(nullptr, &id, NTMS_UITYPE_INFO, NTMS_UIDEST_ADD, u"x"), ERROR_INVALID_HANDLE);
  for (DWORD const code : {ERROR_ALREADY_EXISTS, ERROR_OBJECT_NOT_FOUND, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER}) {
    refuse("ui.set", code);
    EXPECT_EQ(SetNtmsUIOptionsA(session, &id, NTMS_UITYPE_INFO, NTMS_UIDEST_ADD, "x"), code);
  }
  size = 0;
  for (DWORD const code : {ERROR_OBJECT_NOT_FOUND, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER}) {
    refuse("ui.get", code);
    EXPECT_EQ(GetNtmsUIOptionsA(session, &id, NTMS_UITYPE_INFO, nullptr, &size), code);
  }
}

// ---- EjectDiskFromSADrive --------------------------------------------------------------------------------------------------

struct StandaloneDrive : Ntms {
  void SetUp() override {
    Ntms::SetUp();
    drive(guid_text(7));
    library(0, 0, "ready");
    reply("medium.eject", R"({"request":")" + guid_text(9) + R"("})");
    ended("passed", 2, 0);
  }
  void drive(std::string const& medium, char const* state = "ready") {
    reply("drive.list", R"({"items":[{"id":")" + guid_text(2) + R"(","library":")" + guid_text(3) + R"(","name":"Desk drive 0","created":0,"enabled":true,"operational_state":")" + state +
                            R"(","operational_state_code":0,"condition_reason":"","number":0,"device":"/dev/null","vendor":"","product":"","serial":"","revision":"","state":"dismountable","state_code":7,)"
                            R"("since":0,"reason":"","medium":")" + medium + R"(","medium_name":"M","side":"","side_number":0,"session":"","request":"","volume":"","mount_count":0,)"
                            R"("defer_dismount_delay_ms":0,"handler":"","alerts":[]}]})");
  }
  void library(int changers, int slots, char const* state, bool enabled = true) {
    reply("library.get", R"({"id":")" + guid_text(3) + R"(","name":"Desk","description":"","created":0,"modified":0,"enabled":)" + (enabled ? "true" : "false") + R"(,"operational_state":")" + state +
                             R"(","operational_state_code":0,"since":0,"reason":"","library_type":"standalone","library_type_code":3,"inventory_method":"fast","inventory_method_code":1,)"
                             R"("auto_recovery":true,"barcode_reader":false,"flags":4,"drives":1,"slots":)" + std::to_string(slots) + R"(,"doors":0,"ports":0,"changers":)" + std::to_string(changers) +
                             R"(,"media":1,"media_types":1,"open_requests":0,"first_drive":0,"first_slot":0,"first_door":0,"first_port":0,"first_changer":0})");
  }
  static std::string eject_request(char const* state, int code, int error) {
    return R"({"id":")" + guid_text(9) + R"(","operation":"eject","operation_code":10,"option":0,"state":")" + state + R"(","state_code":)" + std::to_string(code) +
           R"(,"reason":"","finished":true,"error":)" + std::to_string(error) + R"(,"error_name":"","priority":0,"order":0,"queued":0,"changed":0,"session":"","application":"","user":"","computer":"",)"
           R"("group":"","work_item":"","library":"","medium":"","medium_name":"","side":"","side_number":0,"drive":"","drive_name":"","slot":"","port":"","by_service":false})";
  }
  void ended(char const* state, int code, int error) { reply("request.wait", eject_request(state, code, error)); }
  void answers(char const* state, int code) {
    std::string const info = R"({"id":")" + guid_text(5) + R"(","command":"message","command_code":5,"state":")" + state + R"(","state_code":)" + std::to_string(code) +
                             R"(,"message":"m","submitted":0,"changed":0,"argument1":"","argument2":"","request":"","application":"A","user":"U","computer":"C"})";
    reply("opreq.submit", info);
    reply("opreq.wait", info);
  }
  DWORD eject(DWORD options, char const* device = "/dev/null") { return EjectDiskFromSADriveA(nullptr, "App", device, nullptr, "Title", "take it?", options); }
  bool forced() {
    auto const params = server.calls("medium.eject").back().params;
    return params.contains("force") && params.at("force").is_bool() && params.at("force").as_bool();
  }
};

TEST_F(StandaloneDrive, EjectsWhatIsInTheDriveOfThisName) {
  for (DWORD const options : {NTMS_EJECT_START, NTMS_EJECT_QUEUE}) {
    EXPECT_EQ(eject(options), ERROR_SUCCESS);
    EXPECT_EQ(server.calls("medium.eject").back().params.at("medium").as_string(), guid_text(7));
    EXPECT_FALSE(forced());
  }
  EXPECT_TRUE(server.calls("request.wait").empty()) << "they return when it is queued";
  EXPECT_EQ(eject(NTMS_EJECT_FORCE), ERROR_SUCCESS);
  EXPECT_TRUE(forced());
  EXPECT_EQ(eject(NTMS_EJECT_IMMEDIATE), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("request.wait").size(), 1u);
  for (auto const* device : {"Desk drive 0", "/dev/../dev/null"}) EXPECT_EQ(eject(NTMS_EJECT_START, device), ERROR_SUCCESS) << device << ": another name of it";
  EXPECT_EQ(EjectDiskFromSADriveW(nullptr, u"App", u"/dev/null", nullptr, nullptr, nullptr, NTMS_EJECT_START), ERROR_SUCCESS);
  EXPECT_EQ(DoEjectFromSADriveW(nullptr, nullptr, u"/dev/null", nullptr, nullptr, nullptr, NTMS_EJECT_START), ERROR_SUCCESS);
}

TEST_F(StandaloneDrive, StopEndsWhatIsQueued) {
  reply("request.list", R"({"items":[)" + eject_request("queued", 0, 0) + "]}");
  reply("medium.eject_stop", "{}");
  EXPECT_EQ(eject(NTMS_EJECT_STOP), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("medium.eject_stop").back().params.at("request").as_string(), guid_text(9));
  reply("request.list", R"({"items":[]})");
  EXPECT_EQ(eject(NTMS_EJECT_STOP), ERROR_INVALID_OPERATION);
}

TEST_F(StandaloneDrive, AUserIsAskedWhenItFails) {
  ended("failed", 3, ERROR_UNABLE_TO_EJECT_MOUNTED_MEDIA);
  answers("refused", 4);
  EXPECT_EQ(eject(NTMS_EJECT_ASK_USER), ERROR_CANCELLED);
  EXPECT_EQ(server.calls("opreq.submit").back().params.at("message").as_string(), "Title: take it?");
  answers("complete", 5);
  EXPECT_EQ(eject(NTMS_EJECT_ASK_USER), ERROR_UNABLE_TO_EJECT_MOUNTED_MEDIA) << "force did not help, either";
  EXPECT_TRUE(forced());
  ended("passed", 2, 0);
  auto const asked_before = server.calls("opreq.submit").size();
  EXPECT_EQ(eject(NTMS_EJECT_ASK_USER), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("opreq.submit").size(), asked_before) << "nobody is asked when it succeeds";
}

TEST_F(StandaloneDrive, GivesTheDocumentedErrors) {
  EXPECT_EQ(eject(6), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(eject(NTMS_EJECT_START, ""), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EjectDiskFromSADriveA(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EjectDiskFromSADriveA("no computer!", nullptr, "/dev/null", nullptr, nullptr, nullptr, 0), ERROR_INVALID_COMPUTERNAME);
  EXPECT_EQ(EjectDiskFromSADriveA("another.example", nullptr, "/dev/null", nullptr, nullptr, nullptr, 0), ERROR_NO_NETWORK);
  EXPECT_EQ(eject(NTMS_EJECT_START, "/dev/zero"), ERROR_RESOURCE_NOT_PRESENT) << "no such drive";
  library(1, 0, "ready");
  EXPECT_EQ(eject(NTMS_EJECT_START), ERROR_RESOURCE_NOT_PRESENT) << "a drive of a robot";
  library(0, 0, "ready", false);
  EXPECT_EQ(eject(NTMS_EJECT_START), ERROR_DEVICE_NOT_AVAILABLE) << "disabled";
  library(0, 0, "not_present");
  EXPECT_EQ(eject(NTMS_EJECT_START), ERROR_DEVICE_NOT_AVAILABLE) << "away";
  library(0, 0, "ready");
  drive("");
  EXPECT_EQ(eject(NTMS_EJECT_START), ERROR_MEDIA_NOT_AVAILABLE) << "nothing in it";
  drive(guid_text(7));
  for (DWORD const code : {ERROR_BUSY, ERROR_LIBRARY_OFFLINE, ERROR_MEDIA_NOT_AVAILABLE, ERROR_DEVICE_NOT_AVAILABLE, ERROR_ACCESS_DENIED}) {
    refuse("medium.eject", code);
    EXPECT_EQ(eject(NTMS_EJECT_IMMEDIATE), code);
  }
}

}  // namespace
