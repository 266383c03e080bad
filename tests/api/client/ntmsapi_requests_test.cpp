// The queue, the database and change detection through libntmsapi, against a server that does what the test says.
#include <memory>
#include <vector>

#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

struct Queue : Ntms {
  NTMS_GUID id = guid(1);
  DWORD order = 77;
};

// ---- DeleteNtmsRequests ---------------------------------------------------------------------------------------------------

TEST_F(Queue, DeleteNamesKindAndIds) {
  reply("request.delete", R"({"deleted":1})");
  NTMS_GUID const ids[] = {guid(1), guid(2)};
  EXPECT_EQ(DeleteNtmsRequests(session, const_cast<LPNTMS_GUID>(ids), NTMS_LIBREQUEST, 2), ERROR_SUCCESS) << "what stays is passed over";
  EXPECT_EQ(DeleteNtmsRequests(session, const_cast<LPNTMS_GUID>(ids), NTMS_OPREQUEST, 1), ERROR_SUCCESS);
  auto const calls = server.calls("request.delete");
  EXPECT_EQ(calls.at(0).params.at("type").as_string(), "request");
  EXPECT_EQ(calls.at(0).params.at("ids").as_array().at(1).as_string(), guid_text(2));
  EXPECT_EQ(calls.at(1).params.at("type").as_string(), "operator_request");
  EXPECT_EQ(calls.at(1).params.at("ids").as_array().size(), 1u);
}

TEST_F(Queue, DeleteOfManyGoesInParts) {
  reply("request.delete", R"({"deleted":0})");
  std::vector<NTMS_GUID> ids(2500, guid(1));
  EXPECT_EQ(DeleteNtmsRequests(session, ids.data(), NTMS_LIBREQUEST, 2500), ERROR_SUCCESS);
  std::size_t named = 0;
  for (auto const& call : server.calls("request.delete")) named += call.params.at("ids").as_array().size();
  EXPECT_EQ(named, 2500u);
}

TEST_F(Queue, DeleteRefusesWrongArguments) {
  EXPECT_EQ(DeleteNtmsRequests(nullptr, nullptr, 0, 0), ERROR_INVALID_HANDLE) << "the handle is checked first";
  EXPECT_EQ(DeleteNtmsRequests(session, nullptr, NTMS_LIBREQUEST, 1), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DeleteNtmsRequests(session, &id, NTMS_LIBREQUEST, 0), ERROR_INVALID_PARAMETER);
  for (DWORD const type : {NTMS_UNKNOWN, NTMS_PHYSICAL_MEDIA, NTMS_UI_DESTINATION}) EXPECT_EQ(DeleteNtmsRequests(session, &id, type, 1), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Queue, DeleteReportsWhatTheServiceSays) {
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_NOT_READY, ERROR_DATABASE_FAILURE, ERROR_DATABASE_FULL}) {
    refuse("request.delete", code);
    EXPECT_EQ(DeleteNtmsRequests(session, &id, NTMS_LIBREQUEST, 1), code);
  }
}

TEST_F(Queue, WhatBreaksIsDoneAgain) {
  auto const once = [](std::string result) {
    return [result, first = std::make_shared<bool>(true)](Call const&) -> Act { return std::exchange(*first, false) ? Act{Break{}} : Act{Reply{result}}; };
  };
  server.on("request.delete", once(R"({"deleted":0})"));
  EXPECT_EQ(DeleteNtmsRequests(session, &id, NTMS_LIBREQUEST, 1), ERROR_SUCCESS);
  server.on("request.set_order", once(R"({"order":1})"));
  EXPECT_EQ(SetNtmsRequestOrder(session, &id, 1), ERROR_SUCCESS);
  server.on("request.order", once(R"({"order":4})"));
  EXPECT_EQ(GetNtmsRequestOrder(session, &id, &order), ERROR_SUCCESS);
  EXPECT_EQ(order, 4u);
}

// ---- GetNtmsRequestOrder, SetNtmsRequestOrder -----------------------------------------------------------------------------

TEST_F(Queue, OrderIsReadAndSet) {
  reply("request.order", R"({"order":3})");
  EXPECT_EQ(GetNtmsRequestOrder(session, &id, &order), ERROR_SUCCESS);
  EXPECT_EQ(order, 3u);
  reply("request.set_order", R"({"order":0})");
  EXPECT_EQ(SetNtmsRequestOrder(session, &id, 1), ERROR_SUCCESS) << "one without a place is not changed, and that is no error";
  EXPECT_EQ(SetNtmsRequestOrder(session, &id, INFINITE), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("request.set_order").at(0).params.at("order").as_int64(), 1);
  EXPECT_EQ(server.calls("request.set_order").at(1).params.at("order").as_int64(), 0xFFFFFFFF);
}

TEST_F(Queue, OrderRefusesWrongArguments) {
  EXPECT_EQ(GetNtmsRequestOrder(nullptr, nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(SetNtmsRequestOrder(nullptr, nullptr, 0), ERROR_INVALID_HANDLE);
  EXPECT_EQ(GetNtmsRequestOrder(session, nullptr, &order), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsRequestOrder(session, &id, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsRequestOrder(session, nullptr, 1), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsRequestOrder(session, &id, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Queue, OrderReportsWhatTheServiceSays) {
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_OBJECT_NOT_FOUND, ERROR_NOT_READY, ERROR_DATABASE_FAILURE}) {
    refuse("request.order", code);
    refuse("request.set_order", code);
    EXPECT_EQ(GetNtmsRequestOrder(session, &id, &order), code);
    EXPECT_EQ(SetNtmsRequestOrder(session, &id, 1), code);
  }
  EXPECT_EQ(order, 77u) << "an error changes nothing";
}

TEST_F(Queue, WithoutAServiceNothingIsConnected) {
  server.grace(0);
  HANDLE const short_lived = OpenNtmsSessionA(nullptr, nullptr, 0);
  server.go_away();
  EXPECT_EQ(DeleteNtmsRequests(short_lived, &id, NTMS_LIBREQUEST, 1), ERROR_NOT_CONNECTED);
  EXPECT_EQ(GetNtmsRequestOrder(short_lived, &id, &order), ERROR_NOT_CONNECTED);
  EXPECT_EQ(SetNtmsRequestOrder(short_lived, &id, 1), ERROR_NOT_CONNECTED);
  CloseNtmsSession(short_lived);
}

// ---- ExportNtmsDatabase, ImportNtmsDatabase -------------------------------------------------------------------------------

TEST_F(Queue, TheDatabaseIsExportedAndImported) {
  reply("catalog.export", R"({"path":"/var/lib/openrsm/Export/catalog.db","bytes":4096})");
  reply("catalog.import", R"({"path":"/var/lib/openrsm/Export/catalog.db","bytes":4096})");
  EXPECT_EQ(ExportNtmsDatabase(session), ERROR_SUCCESS);
  EXPECT_EQ(ImportNtmsDatabase(session), ERROR_SUCCESS);
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_DATABASE_FAILURE, ERROR_NOT_READY}) {
    refuse("catalog.export", code);
    refuse("catalog.import", code);
    EXPECT_EQ(ExportNtmsDatabase(session), code);
    EXPECT_EQ(ImportNtmsDatabase(session), code);
  }
  EXPECT_EQ(ExportNtmsDatabase(nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(ImportNtmsDatabase(INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
}

TEST_F(Queue, ExportAndImportThatBreakAreNotConnected) {
  for (auto const* method : {"catalog.export", "catalog.import"}) server.on(method, [](Call const&) -> Act { return Break{}; });
  EXPECT_EQ(ExportNtmsDatabase(session), ERROR_NOT_CONNECTED);
  EXPECT_EQ(ImportNtmsDatabase(session), ERROR_NOT_CONNECTED);
}

// ---- change detection -----------------------------------------------------------------------------------------------------

struct ChangeDetection : Queue {
  void SetUp() override {
    Ntms::SetUp();
    for (auto const* method : {"library.get", "medium.get", "media_type.get"}) refuse(method, ERROR_OBJECT_NOT_FOUND);
    reply("media_type.get", R"({"id":")" + guid_text(1) + R"(","name":"LTO","code":1,"sides":1,"read_write":"rewritable","read_write_code":1,"device_type":1})");
    ASSERT_EQ(BeginNtmsDeviceChangeDetection(session, &handle), ERROR_SUCCESS);
  }
  HANDLE handle = nullptr;
};

TEST_F(ChangeDetection, WhatItIsSetToHasToBeThere) {
  EXPECT_EQ(SetNtmsDeviceChangeDetection(session, handle, &id, NTMS_MEDIA_TYPE, 1), ERROR_SUCCESS);
  EXPECT_EQ(SetNtmsDeviceChangeDetection(session, nullptr, &id, NTMS_MEDIA_TYPE, 1), ERROR_SUCCESS) << "once, without a handle";
  EXPECT_EQ(SetNtmsDeviceChangeDetection(session, handle, &id, NTMS_LIBRARY, 1), ERROR_INVALID_LIBRARY);
  EXPECT_EQ(SetNtmsDeviceChangeDetection(session, handle, &id, NTMS_PHYSICAL_MEDIA, 1), ERROR_INVALID_MEDIA);
  refuse("library.get", ERROR_ACCESS_DENIED);
  EXPECT_EQ(SetNtmsDeviceChangeDetection(session, handle, &id, NTMS_LIBRARY, 1), ERROR_ACCESS_DENIED);
}

TEST_F(ChangeDetection, WrongArguments) {
  EXPECT_EQ(BeginNtmsDeviceChangeDetection(nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(BeginNtmsDeviceChangeDetection(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsDeviceChangeDetection(nullptr, nullptr, nullptr, 0, 0), ERROR_INVALID_HANDLE);
  for (HANDLE const none : {session, INVALID_HANDLE_VALUE}) {
    EXPECT_EQ(SetNtmsDeviceChangeDetection(session, none, &id, NTMS_LIBRARY, 1), ERROR_INVALID_HANDLE);
    EXPECT_EQ(EndNtmsDeviceChangeDetection(session, none), ERROR_INVALID_HANDLE);
  }
  EXPECT_EQ(EndNtmsDeviceChangeDetection(session, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(SetNtmsDeviceChangeDetection(session, handle, nullptr, NTMS_LIBRARY, 1), ERROR_INVALID_PARAMETER);
  for (DWORD const count : {0u, 1001u, 0xFFFFFFFFu}) EXPECT_EQ(SetNtmsDeviceChangeDetection(session, handle, &id, NTMS_LIBRARY, count), ERROR_INVALID_PARAMETER);
  for (DWORD const type : {NTMS_UNKNOWN, NTMS_DRIVE, NTMS_OPREQUEST}) EXPECT_EQ(SetNtmsDeviceChangeDetection(session, handle, &id, type, 1), ERROR_INVALID_PARAMETER);
}

TEST_F(ChangeDetection, AHandleIsItsSessionsAndEndsWithIt) {
  HANDLE const another = OpenNtmsSessionA(nullptr, "another", 0);
  HANDLE of_another = nullptr;
  ASSERT_EQ(BeginNtmsDeviceChangeDetection(another, &of_another), ERROR_SUCCESS);
  EXPECT_EQ(EndNtmsDeviceChangeDetection(session, of_another), ERROR_INVALID_HANDLE);
  EXPECT_EQ(EndNtmsDeviceChangeDetection(session, handle), ERROR_SUCCESS);
  EXPECT_EQ(EndNtmsDeviceChangeDetection(session, handle), ERROR_INVALID_HANDLE);
  EXPECT_EQ(CloseNtmsSession(another), ERROR_SUCCESS);
  EXPECT_EQ(EndNtmsDeviceChangeDetection(another, of_another), ERROR_INVALID_HANDLE);
}

}  // namespace
