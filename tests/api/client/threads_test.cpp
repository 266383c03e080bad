// Eight threads on one session: answers out of order, breaks in between, and a close while all are busy.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <boost/json/serialize.hpp>
#include <map>
#include <vector>

#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;
using namespace std::chrono_literals;

constexpr int threads_count = 8;

struct Threads : Ntms {
  void on_all_threads(std::function<void(int)> const& body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < threads_count; ++i) threads.emplace_back(body, i);
    for (auto& thread : threads) thread.join();
  }
  // The drive of a mount has the number of its medium: whoever gets another's answer sees it.
  void mirror() {
    server.on("mount.run", [](Call const& call) -> Act {
      std::string const medium(call.params.at("media").as_array().at(0).as_string());
      return Reply{R"({"requests":[")" + guid_text(7) + R"("],"drives":[")" + medium + R"("],"drive_names":["d"],"volumes":["v"]})"};
    });
  }
  DWORD mount_and_compare(BYTE number) {
    NTMS_GUID medium = guid(number), drive = NTMS_NULLGUID;
    DWORD const mounted = MountNtmsMedia(session, &medium, &drive, 1, NTMS_MOUNT_READ, 0, INFINITE, nullptr);
    return mounted == ERROR_SUCCESS && !same(medium, drive) ? ERROR_INVALID_DRIVE_OBJECT : mounted;
  }
};

TEST_F(Threads, EachGetsItsOwnAnswer) {
  mirror();
  std::atomic<int> wrong = 0;
  on_all_threads([&](int thread) {
    for (int i = 0; i < 50; ++i) wrong += mount_and_compare(static_cast<BYTE>(thread * 16 + i % 16)) != ERROR_SUCCESS;
  });
  EXPECT_EQ(wrong, 0);
}

TEST_F(Threads, BreaksInBetweenLoseNothingAndRunNothingUnderTwoKeys) {
  mirror();
  std::atomic<int> wrong = 0;
  std::atomic<bool> done = false;
  std::thread breaker([&] {
    for (int i = 0; i < 5 && !done; ++i) {
      std::this_thread::sleep_for(60ms);
      server.break_all();
    }
  });
  on_all_threads([&](int thread) {
    for (int i = 0; i < 20; ++i) {
      wrong += mount_and_compare(static_cast<BYTE>(thread * 16 + i % 16)) != ERROR_SUCCESS;
      std::this_thread::sleep_for(10ms);
    }
  });
  done = true;
  breaker.join();
  EXPECT_EQ(wrong, 0);
  std::map<std::string, std::string> media;  // by key
  for (auto const& call : server.calls("mount.run")) {
    std::string const medium = boost::json::serialize(call.params.at("media"));
    EXPECT_EQ(media.emplace(call.key(), medium).first->second, medium);
  }
  EXPECT_EQ(media.size(), threads_count * 20u);
}

TEST_F(Threads, TheLastErrorIsEachThreadsOwn) {
  on_all_threads([](int thread) {
    SetLastError(static_cast<DWORD>(thread));
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(GetLastError(), static_cast<DWORD>(thread));
  });
}

TEST_F(Threads, OneOfManyClosersCloses) {
  server.on("mount.run", [](Call const&) -> Act { return Silence{}; });
  std::atomic<int> closed = 0, cancelled = 0;
  std::thread waiting([&] { cancelled += mount_and_compare(1) == ERROR_CANCELLED; });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  on_all_threads([&](int) {
    DWORD const number = CloseNtmsSession(session);
    EXPECT_TRUE(number == ERROR_SUCCESS || number == ERROR_INVALID_HANDLE) << number;
    closed += number == ERROR_SUCCESS;
  });
  waiting.join();
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(cancelled, 1);
  session = nullptr;
}

// Every event goes to one of the threads; those that find the handle closed say so.
TEST_F(Threads, EventsAreSharedAmongTheThreadsThatWaitOnOneHandle) {
  constexpr std::int64_t events_count = 400;
  std::atomic<std::int64_t> happened = 0;
  server.on("event.read", [&](Call const& call) -> Act {
    auto const* given = call.params.if_contains("cursor");
    std::this_thread::sleep_for(100us);  // the service would wait
    std::int64_t const newest = happened.load();
    std::int64_t const from = given == nullptr || given->is_null() ? newest : given->as_int64();
    std::int64_t const to = std::min(from + 7, newest);
    std::string events;
    for (std::int64_t n = from + 1; n <= to; ++n)
      events += (events.empty() ? "" : ",") + (R"({"number":)" + std::to_string(n)) + R"(,"time":0,"kind":"update","kind_code":)" + std::to_string(n) +
                R"(,"type":"drive","type_code":5,"object":")" + guid_text(1) + R"(","state":"","reason":"","request":""})";
    return Reply{R"({"events":[)" + events + R"(],"cursor":)" + std::to_string(to) + R"(,"oldest":1,"history":")" + guid_text(9) + "\"}"};
  });
  server.on("event.stop", [](Call const&) -> Act { return Reply{"{}"}; });
  HANDLE const handle = OpenNtmsNotification(session, NTMS_DRIVE);
  ASSERT_NE(handle, INVALID_HANDLE_VALUE);
  std::vector<std::atomic<int>> seen(events_count + 1);
  std::atomic<std::int64_t> taken = 0;
  std::atomic<int> wrong = 0;
  std::thread closer([&] {
    while (happened < events_count) {
      if (++happened % 50 == 0) server.break_all();
      std::this_thread::sleep_for(1ms);
    }
    while (taken < events_count && wrong == 0) std::this_thread::sleep_for(1ms);
    wrong += CloseNtmsNotification(handle) != ERROR_SUCCESS;
  });
  on_all_threads([&](int) {
    for (;;) {
      NTMS_NOTIFICATIONINFORMATION told{};
      DWORD const number = WaitForNtmsNotification(handle, &told, 10'000);
      if (number == ERROR_INVALID_HANDLE) return;
      wrong += number != ERROR_SUCCESS;
      if (number == ERROR_SUCCESS) ++seen[told.dwOperation], ++taken;
    }
  });
  closer.join();
  EXPECT_EQ(wrong, 0);
  for (std::int64_t n = 1; n <= events_count; ++n) EXPECT_EQ(seen[n], 1) << n;
}

}  // namespace
