// Notifications through libntmsapi, against a server that keeps a history of events as the service does.
#include <atomic>
#include <future>
#include <optional>
#include <vector>

#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

std::string const history_of_the_test = "99999999-9999-4999-8999-999999999999";

struct Notifications : Ntms {
  void SetUp() override {
    Ntms::SetUp();
    server.on("event.read", [this](Call const& call) { return read(call); });
    server.on("event.stop", [this](Call const& call) { return stop(call); });
  }
  void TearDown() override {
    Ntms::TearDown();
    server.go_away();  // the handlers use this object
  }

  // Events have the numbers 1, 2 ...; the object's last byte is the event's number.
  void happens(unsigned kind, unsigned times = 1) {
    std::lock_guard const lock(mutex);
    for (; times > 0; --times) kinds.push_back(kind);
  }
  HANDLE open(DWORD type = NTMS_LIBREQUEST) {
    HANDLE const handle = OpenNtmsNotification(session, type);
    EXPECT_NE(handle, INVALID_HANDLE_VALUE) << GetLastError();
    return handle;
  }
  DWORD open_fails(HANDLE of, DWORD type) {
    SetLastError(4711);
    EXPECT_EQ(OpenNtmsNotification(of, type), INVALID_HANDLE_VALUE);
    return GetLastError();
  }
  DWORD wait(HANDLE handle, DWORD timeout = 0) { return WaitForNtmsNotification(handle, &told, timeout); }

  std::mutex mutex;
  std::vector<unsigned> kinds;
  std::string history = history_of_the_test;
  std::string waiting;  // the call that has no answer yet
  std::atomic<int> breaks = 0;
  NTMS_NOTIFICATIONINFORMATION told{};

 private:
  Act read(Call const& call) {
    if (breaks > 0 && breaks-- > 0) return Break{};
    std::lock_guard const lock(mutex);
    auto const* given = call.params.if_contains("cursor");
    bool const from_now_on = given == nullptr || given->is_null();
    auto cursor = from_now_on ? kinds.size() : static_cast<std::size_t>(given->as_int64());
    auto const limit = call.params.at("limit").as_int64();
    std::string events;
    for (std::int64_t n = 0; n < limit && cursor < kinds.size(); ++n, ++cursor)
      events += (events.empty() ? "" : ",") + (R"({"number":)" + std::to_string(cursor + 1)) +
                R"(,"time":0,"kind":"update","kind_code":)" + std::to_string(kinds[cursor]) + R"(,"type":"request","type_code":10,"object":")" +
                guid_text(static_cast<BYTE>(cursor + 1)) + R"(","state":"","reason":"","request":""})";
    auto const* wait_ms = call.params.if_contains("wait_ms");
    if (events.empty() && wait_ms != nullptr && !wait_ms->is_null() && wait_ms->as_int64() > 1000) {
      waiting = call.id;
      return Silence{};
    }
    return Reply{R"({"events":[)" + events + R"(],"cursor":)" + std::to_string(cursor) + R"(,"oldest":1,"history":")" + history + "\"}"};
  }
  // As the service does it: the wait is cancelled, then the call is answered.
  Act stop(Call const& call) {
    std::lock_guard const lock(mutex);
    if (waiting.empty()) return Reply{"{}"};
    std::string const id = std::exchange(waiting, {});
    stopped = true;
    return Raw{R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":1223,"message":"stopped","data":{"name":"ERROR_CANCELLED","object":"wait","detail":"d"}}})" + "\n" +
               R"({"jsonrpc":"2.0","id":)" + call.id + R"(,"result":{}})" + "\n"};
  }

 protected:
  bool stopped = false;
};

// ---- OpenNtmsNotification -------------------------------------------------------------------------------------------------

TEST_F(Notifications, OpenAsksForThePlaceInTheHistory) {
  happens(NTMS_OBJ_UPDATE, 3);
  HANDLE const handle = open(NTMS_OPREQUEST);
  auto const asked_for = server.calls("event.read").at(0).params;
  EXPECT_EQ(asked_for.at("type").as_string(), "operator_request");
  EXPECT_EQ(wait(handle), ERROR_TIMEOUT) << "what was before is not told";
  EXPECT_EQ(server.calls("event.read").at(1).params.at("cursor").as_int64(), 3);
  EXPECT_NE(open(NTMS_OPREQUEST), handle);
}

TEST_F(Notifications, OpenTakesEveryTypeOfWindows) {
  for (DWORD type = NTMS_CHANGER; type <= NTMS_OPREQUEST; ++type) EXPECT_EQ(CloseNtmsNotification(open(type)), ERROR_SUCCESS) << type;
}

TEST_F(Notifications, OpenReportsByTheLastError) {
  EXPECT_EQ(open_fails(nullptr, NTMS_DRIVE), ERROR_INVALID_HANDLE);
  EXPECT_EQ(open_fails(INVALID_HANDLE_VALUE, NTMS_DRIVE), ERROR_INVALID_HANDLE);
  HANDLE const notification = open();
  EXPECT_EQ(open_fails(notification, NTMS_DRIVE), ERROR_INVALID_HANDLE) << "a handle of another kind";
  for (DWORD const type : {0u, 1u, 18u, 64u, 0xFFFFFFFFu}) EXPECT_EQ(open_fails(session, type), ERROR_INVALID_PARAMETER) << type;
  EXPECT_EQ(open_fails(nullptr, 0), ERROR_INVALID_HANDLE) << "the handle is checked first";
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_NOT_READY, ERROR_DATABASE_FAILURE}) {
    refuse("event.read", code);
    EXPECT_EQ(open_fails(session, NTMS_DRIVE), code);
  }
}

TEST_F(Notifications, OpenWithoutAServiceIsNotConnected) {
  server.grace(0);
  HANDLE const short_lived = OpenNtmsSessionA(nullptr, nullptr, 0);
  server.go_away();
  EXPECT_EQ(open_fails(short_lived, NTMS_DRIVE), ERROR_NOT_CONNECTED);
  CloseNtmsSession(short_lived);
}

TEST_F(Notifications, OpenThatBreaksIsAskedAgain) {
  breaks = 1;
  HANDLE const handle = open();
  happens(NTMS_OBJ_INSERT);
  EXPECT_EQ(wait(handle), ERROR_SUCCESS);
}

// ---- WaitForNtmsNotification ----------------------------------------------------------------------------------------------

TEST_F(Notifications, TellsOperationAndObjectInOrder) {
  HANDLE const handle = open();
  for (DWORD const kind : {NTMS_OBJ_INSERT, NTMS_OBJ_UPDATE, NTMS_EVENT_COMPLETE, NTMS_OBJ_DELETE, NTMS_EVENT_SIGNAL}) happens(kind);
  BYTE number = 0;
  for (DWORD const kind : {NTMS_OBJ_INSERT, NTMS_OBJ_UPDATE, NTMS_EVENT_COMPLETE, NTMS_OBJ_DELETE, NTMS_EVENT_SIGNAL}) {
    ASSERT_EQ(wait(handle), ERROR_SUCCESS);
    EXPECT_EQ(told.dwOperation, kind);
    EXPECT_TRUE(same(told.ObjectId, guid(++number)));
  }
  told.dwOperation = 77;
  EXPECT_EQ(wait(handle), ERROR_TIMEOUT);
  EXPECT_EQ(told.dwOperation, 77u) << "an error changes nothing";
}

TEST_F(Notifications, EachHandleHasItsOwnQueue) {
  HANDLE const one = open();
  happens(NTMS_OBJ_INSERT);
  HANDLE const later = open();
  happens(NTMS_OBJ_DELETE);
  EXPECT_EQ(wait(later), ERROR_SUCCESS);
  EXPECT_EQ(told.dwOperation, NTMS_OBJ_DELETE);
  EXPECT_EQ(wait(one), ERROR_SUCCESS);
  EXPECT_EQ(told.dwOperation, NTMS_OBJ_INSERT);
  EXPECT_EQ(wait(one), ERROR_SUCCESS);
  EXPECT_EQ(wait(one), ERROR_TIMEOUT);
  EXPECT_EQ(wait(later), ERROR_TIMEOUT);
}

TEST_F(Notifications, BreaksInBetweenLoseAndRepeatNothing) {
  HANDLE const handle = open();
  for (BYTE number = 1; number <= 40; ++number) {
    happens(NTMS_OBJ_UPDATE);
    if (number % 16 == 0) breaks = 1;
    if (number == 20) server.break_all();
    ASSERT_EQ(wait(handle, 10'000), ERROR_SUCCESS) << int{number};
    EXPECT_TRUE(same(told.ObjectId, guid(number))) << int{number};
  }
  EXPECT_EQ(wait(handle), ERROR_TIMEOUT);
}

TEST_F(Notifications, ALongRowOfOtherTypesIsNoTimeout) {
  HANDLE const handle = open();
  std::atomic<int> asked_on = 0;
  server.on("event.read", [&](Call const&) -> Act {
    int const n = ++asked_on;
    if (n < 3) return Reply{R"({"events":[],"cursor":)" + std::to_string(n * 10'000) + R"(,"oldest":1,"history":")" + history_of_the_test + "\"}"};
    return Reply{R"({"events":[{"number":30000,"time":0,"kind":"update","kind_code":1,"type":"request","type_code":10,"object":")" + guid_text(1) +
                 R"(","state":"","reason":"","request":""}],"cursor":30000,"oldest":1,"history":")" + history_of_the_test + "\"}"};
  });
  EXPECT_EQ(wait(handle, 0), ERROR_SUCCESS);
}

TEST_F(Notifications, LostEventsEndTheChannelForGood) {
  HANDLE const handle = open();
  refuse("event.read", ERROR_NO_DATA);
  EXPECT_EQ(wait(handle), ERROR_NO_DATA);
  server.on("event.read", [](Call const&) -> Act { return Silence{}; });
  EXPECT_EQ(wait(handle, INFINITE), ERROR_NO_DATA) << "open a new one";
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_SUCCESS);
}

TEST_F(Notifications, ARestoredCatalogIsANewHistory) {
  HANDLE const handle = open();
  history = "88888888-8888-4888-8888-888888888888";
  happens(NTMS_OBJ_UPDATE);
  EXPECT_EQ(wait(handle), ERROR_NO_DATA);
}

TEST_F(Notifications, WaitReportsWhatTheServiceSays) {
  HANDLE const handle = open();
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_DATABASE_FAILURE}) {
    refuse("event.read", code);
    EXPECT_EQ(wait(handle), code);
  }
  refuse("event.read", ERROR_CANCELLED);
  EXPECT_EQ(wait(handle, INFINITE), ERROR_CANCELLED) << "the session was closed by somebody else";
}

TEST_F(Notifications, WaitWithoutAServiceIsNotConnected) {
  server.grace(0);
  HANDLE const short_lived = OpenNtmsSessionA(nullptr, nullptr, 0);
  HANDLE const handle = OpenNtmsNotification(short_lived, NTMS_DRIVE);
  server.go_away();
  EXPECT_EQ(wait(handle, INFINITE), ERROR_NOT_CONNECTED);
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_SUCCESS);
  CloseNtmsSession(short_lived);
}

TEST_F(Notifications, AServiceWithoutRoomForWaitsIsAskedLater) {
  HANDLE const handle = open();
  happens(NTMS_OBJ_UPDATE);
  std::atomic<bool> first = true;
  server.on("event.read", [&](Call const&) -> Act {
    if (first.exchange(false)) return Refuse{ERROR_BUSY};
    return Reply{R"({"events":[{"number":1,"time":0,"kind":"update","kind_code":1,"type":"request","type_code":10,"object":")" + guid_text(1) +
                 R"(","state":"","reason":"","request":""}],"cursor":1,"oldest":1,"history":")" + history_of_the_test + "\"}"};
  });
  EXPECT_EQ(wait(handle, INFINITE), ERROR_SUCCESS);
  refuse("event.read", ERROR_BUSY);
  EXPECT_EQ(wait(handle, 1), ERROR_TIMEOUT);
}

TEST_F(Notifications, WrongArgumentsOfWait) {
  HANDLE const handle = open();
  EXPECT_EQ(WaitForNtmsNotification(handle, nullptr, 0), ERROR_INVALID_PARAMETER);
  for (HANDLE const none : {HANDLE{nullptr}, INVALID_HANDLE_VALUE, session, reinterpret_cast<HANDLE>(0x10)}) {
    EXPECT_EQ(WaitForNtmsNotification(none, &told, 0), ERROR_INVALID_HANDLE);
    EXPECT_EQ(WaitForNtmsNotification(none, nullptr, 0), ERROR_INVALID_HANDLE) << "the handle is checked first";
  }
  NTMS_GUID id = guid(1);
  EXPECT_EQ(DismountNtmsDrive(handle, &id), ERROR_INVALID_HANDLE) << "a notification is no session";
  EXPECT_EQ(CloseNtmsSession(handle), ERROR_INVALID_HANDLE);
}

// ---- CloseNtmsNotification ------------------------------------------------------------------------------------------------

TEST_F(Notifications, CloseOfNone) {
  EXPECT_EQ(CloseNtmsNotification(nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CloseNtmsNotification(INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
  EXPECT_EQ(CloseNtmsNotification(session), ERROR_INVALID_HANDLE);
  HANDLE const handle = open();
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_SUCCESS);
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_INVALID_HANDLE);
  EXPECT_EQ(wait(handle), ERROR_INVALID_HANDLE);
}

TEST_F(Notifications, CloseEndsTheWaitOfAnotherThreadAndOfTheService) {
  HANDLE const handle = open();
  auto waits = std::async(std::launch::async, [&] { return wait(handle, INFINITE); });
  ASSERT_TRUE(server.wait_for("event.read", 2));
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_SUCCESS);
  EXPECT_EQ(waits.get(), ERROR_INVALID_HANDLE);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(server.calls("event.stop").at(0).params.at("name"), server.calls("event.read").at(1).params.at("name"));
  HANDLE const other = open();
  EXPECT_EQ(wait(other), ERROR_TIMEOUT) << "the session goes on";
}

TEST_F(Notifications, CloseWithoutAServiceFreesTheHandle) {
  server.grace(0);
  HANDLE const short_lived = OpenNtmsSessionA(nullptr, nullptr, 0);
  HANDLE const handle = OpenNtmsNotification(short_lived, NTMS_DRIVE);
  auto waits = std::async(std::launch::async, [&] { return wait(handle, INFINITE); });
  ASSERT_TRUE(server.wait_for("event.read", 2));
  server.on("event.stop", [](Call const&) -> Act { return Break{}; });
  server.on("hello", [](Call const&) -> Act { return Break{}; });
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_NOT_CONNECTED);
  EXPECT_EQ(waits.get(), ERROR_INVALID_HANDLE);
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_INVALID_HANDLE);
  CloseNtmsSession(short_lived);
}

TEST_F(Notifications, TheEndOfTheSessionEndsItsNotifications) {
  HANDLE const handle = open(), idle = open();
  HANDLE const other_session = OpenNtmsSessionA(nullptr, "other", 0);
  HANDLE const of_other = OpenNtmsNotification(other_session, NTMS_DRIVE);
  auto waits = std::async(std::launch::async, [&] { return wait(handle, INFINITE); });
  ASSERT_TRUE(server.wait_for("event.read", 4));
  EXPECT_EQ(CloseNtmsSession(session), ERROR_SUCCESS);
  session = nullptr;
  EXPECT_EQ(waits.get(), ERROR_CANCELLED);
  EXPECT_EQ(wait(handle), ERROR_INVALID_HANDLE);
  EXPECT_EQ(wait(idle), ERROR_INVALID_HANDLE);
  EXPECT_EQ(CloseNtmsNotification(handle), ERROR_INVALID_HANDLE);
  EXPECT_EQ(wait(of_other), ERROR_TIMEOUT);
  CloseNtmsSession(other_session);
}

TEST_F(Notifications, OthersWaitBesideTheOneThatAsks) {
  HANDLE const handle = open();
  NTMS_NOTIFICATIONINFORMATION mine{};
  auto waits = std::async(std::launch::async, [&] { return WaitForNtmsNotification(handle, &mine, INFINITE); });
  ASSERT_TRUE(server.wait_for("event.read", 2));
  EXPECT_EQ(wait(handle, 0), ERROR_TIMEOUT) << "a look does not wait for the other thread";
  EXPECT_EQ(wait(handle, 20), ERROR_TIMEOUT);
  EXPECT_EQ(server.calls("event.read").size(), 2u) << "one asks for all";
  CloseNtmsNotification(handle);
  EXPECT_EQ(waits.get(), ERROR_INVALID_HANDLE);
}

}  // namespace
