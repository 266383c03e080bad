// Eject, inject and identification through libntmsapi, against a server that does what the test says.
#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

struct Ports : Ntms {
  void SetUp() override {
    Ntms::SetUp();
    server.on("medium.eject_batch", [](Call const& call) -> Act {
      auto const* check = call.params.if_contains("check");
      bool const only_check = check != nullptr && check->is_bool() && check->as_bool();
      return Reply{only_check ? R"({"requests":[]})" : R"({"requests":[")" + guid_text(7) + R"(",")" + guid_text(8) + R"("]})"};
    });
    reply("medium.eject_stop", "{}");
    reply("library.inject", R"({"request":")" + guid_text(7) + R"("})");
    reply("library.inject_stop", "{}");
  }
  DWORD eject(DWORD action, LPNTMS_GUID of) { return EjectNtmsMedia(session, of, &operation, action); }
  boost::json::object last() { return server.calls("medium.eject_batch").back().params; }

  NTMS_GUID medium = guid(1), other = guid(2), library = guid(3), zero = NTMS_NULLGUID, operation = guid(0x77);
};

// ---- EjectNtmsMedia -------------------------------------------------------------------------------------------------------

TEST_F(Ports, EjectStartsAndGivesTheOperation) {
  EXPECT_EQ(eject(NTMS_EJECT_START, &medium), ERROR_SUCCESS);
  EXPECT_TRUE(same(operation, guid(7)));
  EXPECT_EQ(last().at("media").as_array().at(0).as_string(), guid_text(1));
  EXPECT_EQ(last().at("key").as_string().size(), 32u);
  EXPECT_EQ(eject(NTMS_EJECT_FORCE, &medium), ERROR_SUCCESS);
  EXPECT_TRUE(last().at("force").as_bool());
}

TEST_F(Ports, WhatWasCollectedIsStartedTogetherOnce) {
  EXPECT_EQ(EjectNtmsMedia(session, &medium, nullptr, NTMS_EJECT_QUEUE), ERROR_SUCCESS);
  EXPECT_EQ(EjectNtmsMedia(session, &other, nullptr, NTMS_EJECT_QUEUE), ERROR_SUCCESS);
  EXPECT_EQ(EjectNtmsMedia(session, &other, nullptr, NTMS_EJECT_QUEUE), ERROR_SUCCESS) << "it is collected already";
  EXPECT_TRUE(last().at("check").as_bool());
  EXPECT_EQ(last().at("media").as_array().size(), 2u);
  EXPECT_EQ(eject(NTMS_EJECT_START, &zero), ERROR_SUCCESS);
  EXPECT_TRUE(!last().contains("check") || last().at("check").is_null());
  EXPECT_EQ(last().at("media").as_array().at(1).as_string(), guid_text(2));
  EXPECT_EQ(eject(NTMS_EJECT_START, nullptr), ERROR_INVALID_OPERATION) << "readings.md 21";
}

TEST_F(Ports, WhatWasCollectedIsItsSessionsOwn) {
  EXPECT_EQ(EjectNtmsMedia(session, &medium, nullptr, NTMS_EJECT_QUEUE), ERROR_SUCCESS);
  HANDLE const another = OpenNtmsSessionA(nullptr, "another", 0);
  EXPECT_EQ(EjectNtmsMedia(another, nullptr, &operation, NTMS_EJECT_START), ERROR_INVALID_OPERATION);
  CloseNtmsSession(another);
  EXPECT_EQ(eject(NTMS_EJECT_START, nullptr), ERROR_SUCCESS);
}

TEST_F(Ports, WhatCannotBeEjectedIsNotCollectedAndAStartThatFailsKeepsTheRest) {
  EXPECT_EQ(EjectNtmsMedia(session, &medium, nullptr, NTMS_EJECT_QUEUE), ERROR_SUCCESS);
  refuse("medium.eject_batch", ERROR_BUSY);
  EXPECT_EQ(EjectNtmsMedia(session, &other, nullptr, NTMS_EJECT_QUEUE), ERROR_BUSY);
  EXPECT_EQ(eject(NTMS_EJECT_START, nullptr), ERROR_BUSY);
  EXPECT_TRUE(same(operation, guid(0x77))) << "an error changes nothing";
  reply("medium.eject_batch", R"({"requests":[")" + guid_text(7) + R"("]})");
  EXPECT_EQ(eject(NTMS_EJECT_START, nullptr), ERROR_SUCCESS);
  EXPECT_EQ(last().at("media").as_array().size(), 1u);
}

TEST_F(Ports, EjectStops) {
  NTMS_GUID id = guid(7);
  EXPECT_EQ(EjectNtmsMedia(session, nullptr, &id, NTMS_EJECT_STOP), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("medium.eject_stop").at(0).params.at("request").as_string(), guid_text(7));
  EXPECT_EQ(EjectNtmsMedia(session, nullptr, &zero, NTMS_EJECT_STOP), ERROR_INVALID_OPERATION);
  refuse("medium.eject_stop", ERROR_INVALID_OPERATION);
  EXPECT_EQ(EjectNtmsMedia(session, nullptr, &id, NTMS_EJECT_STOP), ERROR_INVALID_OPERATION);
}

TEST_F(Ports, EjectReportsWhatTheServiceSays) {
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_BUSY, ERROR_INVALID_MEDIA, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_NOT_PRESENT, ERROR_MEDIA_NOT_AVAILABLE,
                           ERROR_DEVICE_NOT_AVAILABLE, ERROR_NOT_READY, ERROR_DATABASE_FULL}) {
    refuse("medium.eject_batch", code);
    for (DWORD const action : {NTMS_EJECT_START, NTMS_EJECT_QUEUE, NTMS_EJECT_FORCE}) EXPECT_EQ(eject(action, &medium), code);
  }
}

TEST_F(Ports, EjectRefusesWrongArguments) {
  EXPECT_EQ(EjectNtmsMedia(nullptr, nullptr, nullptr, 99), ERROR_INVALID_HANDLE) << "the handle is checked first";
  for (DWORD const action : {4u, 5u, 6u, 0xFFFFFFFFu}) EXPECT_EQ(eject(action, &medium), ERROR_INVALID_PARAMETER) << action;
  for (DWORD const action : {NTMS_EJECT_START, NTMS_EJECT_FORCE, NTMS_EJECT_STOP}) EXPECT_EQ(EjectNtmsMedia(session, &medium, nullptr, action), ERROR_INVALID_PARAMETER) << action;
  for (DWORD const action : {NTMS_EJECT_QUEUE, NTMS_EJECT_FORCE}) EXPECT_EQ(eject(action, nullptr), ERROR_INVALID_PARAMETER) << action;
  EXPECT_EQ(asked(), 0u);
}

// ---- InjectNtmsMedia ------------------------------------------------------------------------------------------------------

TEST_F(Ports, InjectStartsAndStops) {
  EXPECT_EQ(InjectNtmsMedia(session, &library, &operation, NTMS_INJECT_START), ERROR_SUCCESS);
  EXPECT_TRUE(same(operation, guid(7)));
  EXPECT_EQ(server.calls("library.inject").at(0).params.at("library").as_string(), guid_text(3));
  EXPECT_EQ(InjectNtmsMedia(session, nullptr, &operation, NTMS_INJECT_STOP), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("library.inject_stop").at(0).params.at("request").as_string(), guid_text(7));
}

TEST_F(Ports, InjectOfManyIsRetracted) {
  EXPECT_EQ(InjectNtmsMedia(session, &library, &operation, NTMS_INJECT_STARTMANY), ERROR_SUCCESS);
  EXPECT_TRUE(server.calls("library.inject").at(0).params.at("many").as_bool());
  reply("library.inject_retract", "{}");
  EXPECT_EQ(InjectNtmsMedia(session, nullptr, &operation, NTMS_INJECT_RETRACT), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("library.inject_retract").at(0).params.at("request").as_string(), guid_text(7));
  refuse("library.inject_retract", ERROR_INVALID_OPERATION);
  EXPECT_EQ(InjectNtmsMedia(session, nullptr, &operation, NTMS_INJECT_RETRACT), ERROR_INVALID_OPERATION) << "of what START began";
}

TEST_F(Ports, InjectReportsWhatTheServiceSays) {
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE, ERROR_LIBRARY_FULL}) {
    refuse("library.inject", code);
    EXPECT_EQ(InjectNtmsMedia(session, &library, &operation, NTMS_INJECT_START), code);
  }
  refuse("library.inject_stop", ERROR_INVALID_OPERATION);
  EXPECT_EQ(InjectNtmsMedia(session, &library, &operation, NTMS_INJECT_STOP), ERROR_INVALID_OPERATION);
  EXPECT_TRUE(same(operation, guid(0x77)));
}

TEST_F(Ports, InjectRefusesWrongArguments) {
  EXPECT_EQ(InjectNtmsMedia(nullptr, nullptr, nullptr, 99), ERROR_INVALID_HANDLE) << "the handle is checked first";
  for (DWORD const action : {4u, 0xFFFFFFFFu}) EXPECT_EQ(InjectNtmsMedia(session, &library, &operation, action), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(InjectNtmsMedia(session, nullptr, &operation, NTMS_INJECT_START), ERROR_INVALID_PARAMETER);
  for (DWORD const action : {NTMS_INJECT_START, NTMS_INJECT_STOP, NTMS_INJECT_RETRACT, NTMS_INJECT_STARTMANY})
    EXPECT_EQ(InjectNtmsMedia(session, &library, nullptr, action), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

// ---- InjectNtmsCleaner, EjectNtmsCleaner ----------------------------------------------------------------------------------

TEST_F(Ports, TheCleaningCartridgeIsInjectedAndEjected) {
  reply("cleaner.inject", R"({"request":")" + guid_text(7) + R"("})");
  reply("cleaner.eject", R"({"request":")" + guid_text(7) + R"("})");
  for (auto const* method : {"cleaner.inject_stop", "cleaner.eject_stop"}) reply(method, "{}");
  EXPECT_EQ(InjectNtmsCleaner(session, &library, &operation, 20, NTMS_INJECT_START), ERROR_SUCCESS);
  EXPECT_TRUE(same(operation, guid(7)));
  EXPECT_EQ(server.calls("cleaner.inject").at(0).params.at("library").as_string(), guid_text(3));
  EXPECT_EQ(server.calls("cleaner.inject").at(0).params.at("uses").as_int64(), 20);
  EXPECT_EQ(InjectNtmsCleaner(session, &library, &operation, 0xFFFFFFFF, NTMS_INJECT_START), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("cleaner.inject").at(1).params.at("uses").as_int64(), 4294967295) << "nobody counts";
  EXPECT_EQ(InjectNtmsCleaner(session, nullptr, &operation, 0, NTMS_INJECT_STOP), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("cleaner.inject_stop").at(0).params.at("request").as_string(), guid_text(7));
  EXPECT_EQ(EjectNtmsCleaner(session, &library, &operation, NTMS_EJECT_START), ERROR_SUCCESS);
  EXPECT_EQ(EjectNtmsCleaner(session, nullptr, &operation, NTMS_EJECT_STOP), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("cleaner.eject_stop").at(0).params.at("request").as_string(), guid_text(7));
}

TEST_F(Ports, OfTheCleaningCartridgeTheServicesErrorsAreReported) {
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE, ERROR_CLEANER_SLOT_NOT_SET,
                           ERROR_RESOURCE_NOT_AVAILABLE}) {
    refuse("cleaner.inject", code);
    EXPECT_EQ(InjectNtmsCleaner(session, &library, &operation, 1, NTMS_INJECT_START), code);
  }
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_EMPTY, ERROR_CLEANER_SLOT_NOT_SET}) {
    refuse("cleaner.eject", code);
    EXPECT_EQ(EjectNtmsCleaner(session, &library, &operation, NTMS_EJECT_START), code);
  }
  for (auto const* method : {"cleaner.inject_stop", "cleaner.eject_stop"}) refuse(method, ERROR_INVALID_OPERATION);
  EXPECT_EQ(InjectNtmsCleaner(session, &library, &operation, 1, NTMS_INJECT_STOP), ERROR_INVALID_OPERATION);
  EXPECT_EQ(EjectNtmsCleaner(session, &library, &operation, NTMS_EJECT_STOP), ERROR_INVALID_OPERATION);
}

TEST_F(Ports, OfTheCleaningCartridgeWrongArgumentsAreRefused) {
  EXPECT_EQ(InjectNtmsCleaner(nullptr, nullptr, nullptr, 0, 99), ERROR_INVALID_HANDLE) << "the handle is checked first";
  EXPECT_EQ(InjectNtmsCleaner(session, &library, &operation, 1, 2), ERROR_INVALID_PARAMETER) << "there is no RETRACT";
  EXPECT_EQ(InjectNtmsCleaner(session, &library, &operation, 0, NTMS_INJECT_START), ERROR_INVALID_PARAMETER) << "a cartridge without a use";
  EXPECT_EQ(InjectNtmsCleaner(session, nullptr, &operation, 1, NTMS_INJECT_START), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(InjectNtmsCleaner(session, &library, nullptr, 1, NTMS_INJECT_START), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EjectNtmsCleaner(session, &library, &operation, 2), ERROR_INVALID_PARAMETER) << "there is no QUEUE";
  EXPECT_EQ(EjectNtmsCleaner(session, nullptr, &operation, NTMS_EJECT_START), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(EjectNtmsCleaner(session, &library, nullptr, NTMS_EJECT_STOP), ERROR_INVALID_PARAMETER);
  NTMS_GUID none{};
  EXPECT_EQ(InjectNtmsCleaner(session, &library, &none, 1, NTMS_INJECT_STOP), ERROR_INVALID_OPERATION);
  EXPECT_EQ(asked(), 0u);
}

// ---- AccessNtmsLibraryDoor, CleanNtmsDrive, ReserveNtmsCleanerSlot, ReleaseNtmsCleanerSlot --------------------------------

TEST_F(Ports, DoorSlotAndDriveAreAskedFor) {
  NTMS_GUID drive = guid(5), slot = guid(6);
  for (auto const* method : {"library.door", "drive.clean", "cleaner.reserve", "cleaner.release"}) reply(method, R"({"request":")" + guid_text(7) + R"("})");
  struct { DWORD action; char const* word; } const actions[] = {{NTMS_INVENTORY_NONE, "none"}, {NTMS_INVENTORY_FAST, "fast"}, {NTMS_INVENTORY_OMID, "omid"}, {NTMS_INVENTORY_DEFAULT, "default_method"}};
  std::size_t asked_for = 0;
  for (auto const& one : actions) {
    EXPECT_EQ(AccessNtmsLibraryDoor(session, &library, one.action), ERROR_SUCCESS);
    EXPECT_EQ(server.calls("library.door").at(asked_for++).params.at("action").as_string(), one.word);
  }
  EXPECT_EQ(CleanNtmsDrive(session, &drive), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("drive.clean").at(0).params.at("drive").as_string(), guid_text(5));
  EXPECT_EQ(ReserveNtmsCleanerSlot(session, &library, &slot), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("cleaner.reserve").at(0).params.at("slot").as_string(), guid_text(6));
  EXPECT_EQ(ReleaseNtmsCleanerSlot(session, &library), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("cleaner.release").at(0).params.at("library").as_string(), guid_text(3));
}

TEST_F(Ports, OfDoorSlotAndDriveTheServicesErrorsAreReported) {
  NTMS_GUID drive = guid(5), slot = guid(6);
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT}) {
    refuse("library.door", code);
    EXPECT_EQ(AccessNtmsLibraryDoor(session, &library, NTMS_INVENTORY_NONE), code);
  }
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_INVALID_DRIVE, ERROR_INVALID_LIBRARY, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE}) {
    refuse("drive.clean", code);
    EXPECT_EQ(CleanNtmsDrive(session, &drive), code);
  }
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED, ERROR_OBJECT_NOT_FOUND, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE, ERROR_CLEANER_SLOT_SET,
                           ERROR_RESOURCE_NOT_AVAILABLE}) {
    refuse("cleaner.reserve", code);
    EXPECT_EQ(ReserveNtmsCleanerSlot(session, &library, &slot), code);
  }
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE, ERROR_CLEANER_SLOT_NOT_SET,
                           ERROR_CLEANER_CARTRIDGE_INSTALLED}) {
    refuse("cleaner.release", code);
    EXPECT_EQ(ReleaseNtmsCleanerSlot(session, &library), code);
  }
}

TEST_F(Ports, OfDoorSlotAndDriveWrongArgumentsAreRefused) {
  NTMS_GUID slot = guid(6);
  for (DWORD const action : {4u, 5u, 0xFFFFFFFFu}) EXPECT_EQ(AccessNtmsLibraryDoor(session, &library, action), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(AccessNtmsLibraryDoor(session, nullptr, NTMS_INVENTORY_NONE), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CleanNtmsDrive(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(ReserveNtmsCleanerSlot(session, nullptr, &slot), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(ReserveNtmsCleanerSlot(session, &library, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(ReleaseNtmsCleanerSlot(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Ports, AStopThatBreaksAsksWhatBecameOfIt) {
  NTMS_GUID id = guid(7);
  server.on("medium.eject_stop", [](Call const&) -> Act { return Break{}; });
  reply("request.get", R"({"id":")" + guid_text(7) + R"(","operation":"eject","operation_code":10,"option":0,"state":"stopped","state_code":8,"reason":"r","finished":true,)"
                       R"("error":0,"error_name":"","priority":0,"order":0,"queued":0,"changed":0,"completed":null,"deadline":null,"due":null,"session":"",)"
                       R"("application":"A","user":"U","computer":"C","group":"","work_item":"","library":"","medium":"","medium_name":"","side":"","side_number":0,)"
                       R"("drive":"","drive_name":"","slot":"","port":"","by_service":false})");
  EXPECT_EQ(EjectNtmsMedia(session, nullptr, &id, NTMS_EJECT_STOP), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("medium.eject_stop").size(), 1u);
}

// ---- IdentifyNtmsSlot -----------------------------------------------------------------------------------------------------

struct Identify : Ntms {
  void ended(std::string const& state, unsigned error) {
    reply("request.wait", R"({"id":")" + guid_text(7) + R"(","operation":"classify","operation_code":19,"option":0,"state":")" + state + R"(","state_code":2,"reason":"r","finished":true,"error":)" + std::to_string(error) +
                              R"(,"error_name":"","priority":0,"order":0,"queued":0,"changed":0,"completed":null,"deadline":null,"due":null,"session":"",)"
                              R"("application":"A","user":"U","computer":"C","group":"","work_item":"","library":"","medium":"","medium_name":"","side":"","side_number":0,)"
                              R"("drive":"","drive_name":"","slot":"","port":"","by_service":false})");
  }
  NTMS_GUID slot = guid(4);
};

TEST_F(Identify, WaitsForTheEndAndTellsIt) {
  reply("slot.identify", R"({"requests":[")" + guid_text(7) + R"("]})");
  ended("passed", 0);
  for (DWORD const option : {DWORD{0}, DWORD{NTMS_DISMOUNT_DEFERRED}, DWORD{NTMS_DISMOUNT_IMMEDIATE}}) EXPECT_EQ(IdentifyNtmsSlot(session, &slot, option), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("slot.identify").at(0).params.at("slot").as_string(), guid_text(4));
  EXPECT_EQ(server.calls("request.wait").at(0).params.at("request").as_string(), guid_text(7));
  ended("failed", ERROR_MEDIUM_NOT_ACCESSIBLE);
  EXPECT_EQ(IdentifyNtmsSlot(session, &slot, 0), ERROR_MEDIUM_NOT_ACCESSIBLE);
  ended("cancelled", ERROR_CANCELLED);
  EXPECT_EQ(IdentifyNtmsSlot(session, &slot, 0), ERROR_CANCELLED);
  ended("failed", ERROR_UNEXPECTED_OMID);
  EXPECT_EQ(IdentifyNtmsSlot(session, &slot, 0), ERROR_INVALID_STATE);
}

TEST_F(Identify, AnEmptySlotIsSuccess) {
  reply("slot.identify", R"({"requests":[]})");
  EXPECT_EQ(IdentifyNtmsSlot(session, &slot, 0), ERROR_SUCCESS);
  EXPECT_TRUE(server.calls("request.wait").empty());
}

TEST_F(Identify, Errors) {
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED, ERROR_OBJECT_NOT_FOUND, ERROR_DEVICE_NOT_AVAILABLE}) {
    refuse("slot.identify", code);
    EXPECT_EQ(IdentifyNtmsSlot(session, &slot, 0), code);
  }
  EXPECT_EQ(IdentifyNtmsSlot(nullptr, nullptr, 9), ERROR_INVALID_HANDLE);
  EXPECT_EQ(IdentifyNtmsSlot(session, nullptr, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(IdentifyNtmsSlot(session, &slot, 3), ERROR_INVALID_PARAMETER);
}

}  // namespace
