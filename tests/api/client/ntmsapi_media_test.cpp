// MountNtmsMedia and DismountNtmsMedia through libntmsapi: arguments, errors, breaks, closing.
#include <chrono>
#include <cstring>
#include <future>
#include <thread>

#include "libmgr/domain/limits.hpp"
#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;
using namespace std::chrono_literals;

std::string mounted_json() {
  return R"({"requests":[")" + guid_text(7) + R"("],"drives":[")" + guid_text(8) + R"("],"drive_names":["Drive 0"],"volumes":["/v"]})";
}

struct Mount : Ntms {
  NTMS_GUID medium = guid(1), drive = guid(0x77);

  DWORD mount(DWORD options = NTMS_MOUNT_READ, int priority = 0, DWORD timeout = INFINITE) {
    return MountNtmsMedia(session, &medium, &drive, 1, options, priority, timeout, nullptr);
  }
  bool drive_untouched() const { return same(drive, guid(0x77)); }
};

TEST_F(Mount, GivesTheDrive) {
  reply("mount.run", mounted_json());
  ASSERT_EQ(mount(NTMS_MOUNT_READ | NTMS_MOUNT_WRITE | NTMS_MOUNT_ERROR_OFFLINE | NTMS_MOUNT_ERROR_NOT_AVAILABLE, -15, 5000),
            ERROR_SUCCESS);
  EXPECT_TRUE(same(drive, guid(8)));
  auto const params = server.calls("mount.run").at(0).params;
  EXPECT_EQ(params.at("media").as_array().at(0).as_string(), guid_text(1));
  EXPECT_FALSE(params.contains("drives"));
  EXPECT_TRUE(params.at("read").as_bool());
  EXPECT_TRUE(params.at("write").as_bool());
  EXPECT_TRUE(params.at("error_if_offline").as_bool());
  EXPECT_TRUE(params.at("error_if_unavailable").as_bool());
  EXPECT_FALSE(params.contains("nowait"));
  EXPECT_EQ(params.at("priority").as_int64(), -15);
  EXPECT_EQ(params.at("timeout_ms").as_int64(), 5000);
}

TEST_F(Mount, InfiniteHasNoTimeLimitAndZeroIsOne) {
  reply("mount.run", mounted_json());
  EXPECT_EQ(mount(), ERROR_SUCCESS);
  EXPECT_EQ(mount(0, 0, 0), ERROR_SUCCESS);
  EXPECT_TRUE(server.calls("mount.run").at(0).params.at("timeout_ms").is_null());
  EXPECT_EQ(server.calls("mount.run").at(1).params.at("timeout_ms").as_int64(), 0);
}

TEST_F(Mount, IntoANamedDrive) {
  reply("mount.run", mounted_json());
  EXPECT_EQ(mount(NTMS_MOUNT_SPECIFIC_DRIVE), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("mount.run").at(0).params.at("drives").as_array().at(0).as_string(), guid_text(0x77));
}

TEST_F(Mount, NowaitReturnsWhenQueuedAndLeavesTheDriveAlone) {
  reply("mount.submit", R"({"requests":[")" + guid_text(7) + R"("]})");
  EXPECT_EQ(mount(NTMS_MOUNT_NOWAIT, 0, 1), ERROR_SUCCESS);
  EXPECT_TRUE(drive_untouched());
  EXPECT_TRUE(server.calls("mount.submit").at(0).params.at("nowait").as_bool());
  EXPECT_TRUE(server.calls("mount.submit").at(0).params.at("timeout_ms").is_null());
}

TEST_F(Mount, WrongArgumentsAreRefusedBeforeAnythingIsSent) {
  EXPECT_EQ(MountNtmsMedia(session, nullptr, &drive, 1, 0, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(MountNtmsMedia(session, &medium, nullptr, 1, 0, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(MountNtmsMedia(session, &medium, &drive, 0, 0, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(MountNtmsMedia(session, &medium, &drive, rsm::limits::mount_media_max + 1, 0, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(mount(0x40), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(mount(0x80000000), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(mount(0, 16), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(mount(0, -16), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DismountNtmsMedia(session, nullptr, 1, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DismountNtmsMedia(session, &medium, 0, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DismountNtmsMedia(session, &medium, 1, NTMS_DISMOUNT_DEFERRED | NTMS_DISMOUNT_IMMEDIATE), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DismountNtmsMedia(session, &medium, 1, 4), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Mount, EveryDocumentedErrorComesThroughAndChangesNothing) {
  for (unsigned const code : {5u, 15u, 19u, 21u, 87u, 170u, 1223u, 1460u, 4300u, 4301u, 4303u, 4304u, 4309u, 4313u, 4314u, 4320u, 5006u, 5023u}) {
    refuse("mount.run", code);
    EXPECT_EQ(mount(0, 0, 5), code);
    EXPECT_TRUE(drive_untouched());
  }
  for (unsigned const code : {87u, 1460u, 4300u, 4301u, 4304u, 4318u, 4319u, 5023u}) {
    refuse("dismount.submit", code);
    EXPECT_EQ(DismountNtmsMedia(session, &medium, 1, 0), code);
  }
}

TEST_F(Mount, AnAnswerWithoutADriveIsNone) {
  reply("mount.run", R"({"requests":[],"drives":[],"drive_names":[],"volumes":[]})");
  EXPECT_EQ(mount(), ERROR_NOT_CONNECTED);
  EXPECT_TRUE(drive_untouched());
}

TEST_F(Mount, DismountOptions) {
  reply("dismount.submit", R"({"requests":[")" + guid_text(7) + R"("]})");
  EXPECT_EQ(DismountNtmsMedia(session, &medium, 1, NTMS_DISMOUNT_DEFERRED), ERROR_SUCCESS);
  EXPECT_EQ(DismountNtmsMedia(session, &medium, 1, NTMS_DISMOUNT_IMMEDIATE), ERROR_SUCCESS);
  EXPECT_EQ(DismountNtmsMedia(session, &medium, 1, 0), ERROR_SUCCESS);
  auto const calls = server.calls("dismount.submit");
  EXPECT_TRUE(calls.at(0).params.at("deferred").as_bool());
  EXPECT_FALSE(calls.at(1).params.contains("deferred"));
  EXPECT_FALSE(calls.at(2).params.contains("deferred"));
  EXPECT_FALSE(calls.at(0).params.contains("force")) << "the Windows call has no force";
  EXPECT_NE(calls.at(0).key(), calls.at(1).key());
}

TEST_F(Mount, GoesOnWaitingThroughARestartAndIsAskedOnceAgainWithTheSameKey) {
  server.on("mount.run", [](Call const& call) -> Act { return call.connection == 1 ? Act{Silence{}} : Act{Reply{mounted_json()}}; });
  auto waiting = std::async(std::launch::async, [this] { return mount(); });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  server.go_away();
  std::this_thread::sleep_for(300ms);
  server.come_back();
  EXPECT_EQ(waiting.get(), ERROR_SUCCESS);
  EXPECT_TRUE(same(drive, guid(8)));
  auto const mounts = server.calls("mount.run");
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[0].key().size(), 32u);
  EXPECT_EQ(mounts[0].params, mounts[1].params);
  EXPECT_EQ(server.calls("session.attach").size(), 1u);
  EXPECT_EQ(server.calls("session.open").size(), 1u);
}

TEST_F(Mount, AServiceThatNeverComesBackIsNotConnected) {
  CloseNtmsSession(session);
  server.grace(300);
  session = OpenNtmsSessionA(nullptr, nullptr, 0);
  ASSERT_NE(session, INVALID_HANDLE_VALUE);
  server.on("mount.run", [](Call const&) -> Act { return Silence{}; });
  auto waiting = std::async(std::launch::async, [this] { return mount(); });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  auto const begun = std::chrono::steady_clock::now();
  server.go_away();
  EXPECT_EQ(waiting.get(), ERROR_NOT_CONNECTED);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(mount(), ERROR_NOT_CONNECTED);
  EXPECT_TRUE(drive_untouched());
}

TEST_F(Mount, ClosingTheSessionCancelsWhoWaits) {
  server.on("mount.run", [](Call const&) -> Act { return Silence{}; });
  auto waiting = std::async(std::launch::async, [this] { return mount(); });
  ASSERT_TRUE(server.wait_for("mount.run", 1));
  EXPECT_EQ(CloseNtmsSession(session), ERROR_SUCCESS);
  EXPECT_EQ(waiting.get(), ERROR_CANCELLED);
  EXPECT_EQ(mount(), ERROR_INVALID_HANDLE);
  session = nullptr;
}

}  // namespace
