// What every function with a session returns alike: the errors that a service may answer any call with, and a service that is gone.
#include <functional>
#include <future>
#include <map>
#include <vector>

#include "api/protocol/methods.hpp"
#include "ntmsapi_fixture.hpp"

namespace rsm::test {
namespace {

constexpr DWORD common_codes[] = {ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_READY, ERROR_INTERNAL_ERROR, ERROR_DATABASE_FAILURE, ERROR_DATABASE_FULL};

// A call that is sent: its arguments are such that nothing is refused before.
using CommonCall = std::function<DWORD(HANDLE session)>;

struct CommonArguments {
  NTMS_GUID one = guid(1), two = guid(2), out = NTMS_NULLGUID;
  DWORD size = 1, number = 0;
  char narrow[512] = "Name";
  WCHAR wide[512] = {'N', 'a', 'm', 'e', 0};
  // A list that lets nobody in.
  BYTE descriptor[28] = {1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 2, 0, 8, 0, 0, 0, 0, 0};
  NTMS_OBJECTINFORMATIONA info_a{};
  NTMS_OBJECTINFORMATIONW info_w{};
  CommonArguments() {
    info_a.dwSize = sizeof info_a;
    info_w.dwSize = sizeof info_w;
    info_a.dwType = info_w.dwType = NTMS_LIBRARY;
  }
};

DWORD common_open_notification(HANDLE session) {
  HANDLE const opened = OpenNtmsNotification(session, NTMS_DRIVE);
  return opened == INVALID_HANDLE_VALUE ? GetLastError() : static_cast<DWORD>(ERROR_SUCCESS);
}

template <class Info>
DWORD common_create_media(HANDLE session, DWORD (*create)(HANDLE, Info*, Info*, DWORD)) {
  Info medium{}, side{};
  medium.dwSize = side.dwSize = sizeof medium;
  medium.dwType = NTMS_PHYSICAL_MEDIA;
  side.dwType = NTMS_PARTITION;
  medium.Info.PhysicalMedia.MediaPool = guid(3);
  medium.Info.PhysicalMedia.dwNumberOfPartitions = 1;
  side.Info.Partition.State = NTMS_PARTSTATE_IMPORT;
  side.Info.Partition.dwOmidLabelIdLength = 1;
  side.Info.Partition.szOmidLabelType[0] = 'X';
  return create(session, &medium, &side, 0);
}

// Each function with a session that asks the service; the others are in conformance.txt as "own".
std::map<std::string, CommonCall> const& common_calls() {
#define CALL(name, ...) {#name, [](HANDLE s) { [[maybe_unused]] CommonArguments a; return name(s, __VA_ARGS__); }}
#define CALL_ALONE(name) {#name, [](HANDLE s) { return name(s); }}
  static std::map<std::string, CommonCall> const table = {
      CALL(EnumerateNtmsObject, nullptr, &a.out, &a.size, NTMS_LIBRARY, NTMS_ENUM_DEFAULT),
      CALL(GetNtmsObjectInformationA, &a.one, &a.info_a),
      CALL(GetNtmsObjectInformationW, &a.one, &a.info_w),
      CALL(SetNtmsObjectInformationA, &a.one, &a.info_a),
      CALL(SetNtmsObjectInformationW, &a.one, &a.info_w),
      CALL(GetNtmsObjectAttributeA, &a.one, NTMS_LIBRARY, a.narrow, &a.number, &a.size),
      CALL(GetNtmsObjectAttributeW, &a.one, NTMS_LIBRARY, a.wide, &a.number, &a.size),
      CALL(SetNtmsObjectAttributeA, &a.one, NTMS_LIBRARY, a.narrow, &a.number, 1),
      CALL(SetNtmsObjectAttributeW, &a.one, NTMS_LIBRARY, a.wide, &a.number, 1),
      CALL(EnableNtmsObject, NTMS_DRIVE, &a.one),
      CALL(DisableNtmsObject, NTMS_DRIVE, &a.one),
      CALL(CreateNtmsMediaPoolA, a.narrow, nullptr, NTMS_OPEN_ALWAYS, nullptr, &a.out),
      CALL(CreateNtmsMediaPoolW, a.wide, nullptr, NTMS_OPEN_ALWAYS, nullptr, &a.out),
      CALL(GetNtmsMediaPoolNameA, &a.one, a.narrow, &a.size),
      CALL(GetNtmsMediaPoolNameW, &a.one, a.wide, &a.size),
      CALL(DeleteNtmsMediaPool, &a.one),
      CALL(MoveToNtmsMediaPool, &a.one, &a.two),
      CALL(ChangeNtmsMediaType, &a.one, &a.two),
      CALL(AddNtmsMediaType, &a.one, &a.two),
      CALL(DeleteNtmsMediaType, &a.one, &a.two),
      CALL(MountNtmsMedia, &a.one, &a.out, 1, NTMS_MOUNT_READ, 0, 0, nullptr),
      CALL(DismountNtmsMedia, &a.one, 1, NTMS_DISMOUNT_IMMEDIATE),
      CALL(AllocateNtmsMedia, &a.one, nullptr, &a.out, 0, 0, nullptr),
      CALL(DeallocateNtmsMedia, &a.one, 0),
      CALL(SwapNtmsMedia, &a.one, &a.two),
      CALL(DecommissionNtmsMedia, &a.one),
      CALL(SetNtmsMediaComplete, &a.one),
      CALL(DeleteNtmsMedia, &a.one),
      {"CreateNtmsMediaA", [](HANDLE s) { return common_create_media(s, CreateNtmsMediaA); }},
      {"CreateNtmsMediaW", [](HANDLE s) { return common_create_media(s, CreateNtmsMediaW); }},
      CALL(EjectNtmsMedia, &a.one, &a.out, NTMS_EJECT_START),
      CALL(InjectNtmsMedia, &a.one, &a.out, NTMS_INJECT_START),
      CALL(UpdateNtmsOmidInfo, &a.one, NTMS_OMID_TYPE_RAW_LABEL, 16, a.narrow),
      CALL(AccessNtmsLibraryDoor, &a.one, NTMS_INVENTORY_NONE),
      CALL(CleanNtmsDrive, &a.one),
      CALL(ReserveNtmsCleanerSlot, &a.one, &a.two),
      CALL(ReleaseNtmsCleanerSlot, &a.one),
      CALL(InjectNtmsCleaner, &a.one, &a.out, 5, NTMS_INJECT_START),
      CALL(EjectNtmsCleaner, &a.one, &a.out, NTMS_EJECT_START),
      CALL(DeleteNtmsDrive, &a.one),
      CALL(DeleteNtmsLibrary, &a.one),
      CALL(GetNtmsObjectSecurity, &a.one, NTMS_LIBRARY, 4, a.narrow, sizeof a.narrow, &a.number),
      CALL(SetNtmsObjectSecurity, &a.one, NTMS_LIBRARY, 4, a.descriptor),
      CALL(GetNtmsUIOptionsA, nullptr, NTMS_UITYPE_INFO, a.narrow, &a.size),
      CALL(GetNtmsUIOptionsW, nullptr, NTMS_UITYPE_INFO, a.wide, &a.size),
      CALL(SetNtmsUIOptionsA, nullptr, NTMS_UITYPE_INFO, NTMS_UIDEST_ADD, a.narrow),
      CALL(SetNtmsUIOptionsW, nullptr, NTMS_UITYPE_INFO, NTMS_UIDEST_ADD, a.wide),
      CALL(InventoryNtmsLibrary, &a.one, NTMS_INVENTORY_FAST),
      CALL(IdentifyNtmsSlot, &a.one, 0),
      CALL(DismountNtmsDrive, &a.one),
      CALL(CancelNtmsLibraryRequest, &a.one),
      CALL(DeleteNtmsRequests, &a.one, NTMS_LIBREQUEST, 1),
      CALL(GetNtmsRequestOrder, &a.one, &a.number),
      CALL(SetNtmsRequestOrder, &a.one, 1),
      CALL(SubmitNtmsOperatorRequestA, NTMS_OPREQ_MESSAGE, a.narrow, nullptr, nullptr, &a.out),
      CALL(SubmitNtmsOperatorRequestW, NTMS_OPREQ_MESSAGE, a.wide, nullptr, nullptr, &a.out),
      CALL(WaitForNtmsOperatorRequest, &a.one, 0),
      CALL(CancelNtmsOperatorRequest, &a.one),
      CALL(SatisfyNtmsOperatorRequest, &a.one),
      {"OpenNtmsNotification", common_open_notification},
      CALL_ALONE(ExportNtmsDatabase),
      CALL_ALONE(ImportNtmsDatabase),
      CALL(SetNtmsDeviceChangeDetection, nullptr, &a.one, NTMS_LIBRARY, 1),
  };
#undef CALL
#undef CALL_ALONE
  return table;
}

class NtmsCommonErrors : public Ntms {};

TEST_F(NtmsCommonErrors, WhatTheServiceSaysIsReturned) {
  for (DWORD const code : common_codes) {
    for (auto const& method : wire::methods())
      if (method.name != "hello" && !method.name.starts_with("session.")) refuse(std::string(method.name), code);
    for (auto const& [name, call] : common_calls()) EXPECT_EQ(call(session), code) << name;
  }
}

// What a daemon cannot easily be made to say of a call (conformance.txt names them).
TEST_F(NtmsCommonErrors, WhatTheServiceSaysOfOneFunctionIsReturned) {
  std::map<std::string, std::vector<DWORD>> const table = {
      {"SetNtmsObjectInformationA", {ERROR_NOT_SUPPORTED, ERROR_NOT_EMPTY}},
      {"SetNtmsObjectInformationW", {ERROR_NOT_SUPPORTED, ERROR_NOT_EMPTY}},
      {"EnableNtmsObject", {ERROR_DEVICE_NOT_AVAILABLE}},
      {"DisableNtmsObject", {ERROR_DEVICE_NOT_AVAILABLE}},
      {"MountNtmsMedia", {ERROR_ACCESS_DENIED, ERROR_CANCELLED}},
      {"DismountNtmsMedia", {ERROR_TIMEOUT, ERROR_INVALID_LIBRARY}},
      {"AllocateNtmsMedia", {ERROR_ACCESS_DENIED, ERROR_BUSY}},
      {"EjectNtmsMedia", {ERROR_INVALID_LIBRARY}},
      {"InjectNtmsMedia", {ERROR_INVALID_LIBRARY}},
      {"InventoryNtmsLibrary", {ERROR_DEVICE_NOT_AVAILABLE}},
      {"IdentifyNtmsSlot", {ERROR_LIBRARY_OFFLINE, ERROR_DEVICE_NOT_AVAILABLE}},
      {"DismountNtmsDrive", {ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE}},
      {"WaitForNtmsOperatorRequest", {ERROR_RESOURCE_NOT_AVAILABLE}},
      {"AccessNtmsLibraryDoor", {ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE}},
      {"CleanNtmsDrive", {ERROR_INVALID_LIBRARY, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE}},
      {"ReserveNtmsCleanerSlot", {ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE}},
      {"ReleaseNtmsCleanerSlot", {ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE, ERROR_CLEANER_CARTRIDGE_INSTALLED}},
      {"InjectNtmsCleaner", {ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE, ERROR_RESOURCE_NOT_AVAILABLE}},
      {"EjectNtmsCleaner", {ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT, ERROR_DEVICE_NOT_AVAILABLE}},
      {"SetNtmsUIOptionsA", {ERROR_RESOURCE_NOT_AVAILABLE}},
      {"SetNtmsUIOptionsW", {ERROR_RESOURCE_NOT_AVAILABLE}},
  };
  for (auto const& [name, errors] : table)
    for (DWORD const code : errors) {
      for (auto const& method : wire::methods())
        if (method.name != "hello" && !method.name.starts_with("session.")) refuse(std::string(method.name), code);
      EXPECT_EQ(common_calls().at(name)(session), code) << name;
    }
}

TEST_F(NtmsCommonErrors, OpeningASession) {
  auto const open_both = [](DWORD code) {
    EXPECT_EQ(OpenNtmsSessionA(nullptr, nullptr, 0), INVALID_HANDLE_VALUE);
    EXPECT_EQ(GetLastError(), code);
    EXPECT_EQ(OpenNtmsSessionW(nullptr, nullptr, 0), INVALID_HANDLE_VALUE);
    EXPECT_EQ(GetLastError(), code);
  };
  for (DWORD const code : {ERROR_ACCESS_DENIED, ERROR_NOT_READY, ERROR_BUSY}) {
    refuse("session.open", code);
    open_both(code);
  }
  server.on("session.open", [](Call const&) -> Act { return Break{}; });
  open_both(ERROR_NOT_CONNECTED);
  refuse("hello", RPC_S_NO_INTERFACES);
  open_both(RPC_S_NO_INTERFACES);
}

TEST_F(NtmsCommonErrors, AServiceThatIsGoneIsNotConnected) {
  std::map<std::string, HANDLE> sessions;
  server.grace(200);
  for (auto const& [name, call] : common_calls()) {
    sessions[name] = OpenNtmsSessionA(nullptr, name.c_str(), 0);
    ASSERT_NE(sessions[name], INVALID_HANDLE_VALUE) << name;
  }
  server.go_away();
  std::map<std::string, std::future<DWORD>> answers;
  for (auto const& [name, call] : common_calls()) answers[name] = std::async(std::launch::async, call, sessions[name]);
  for (auto& [name, answer] : answers) EXPECT_EQ(answer.get(), static_cast<DWORD>(ERROR_NOT_CONNECTED)) << name;
  for (auto const& [name, handle] : sessions) CloseNtmsSession(handle);
}

}  // namespace
}  // namespace rsm::test
