// GetNtmsObjectSecurity and SetNtmsObjectSecurity through libntmsapi, against a server that does what the test says.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "libmgr/domain/base64.hpp"
#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

constexpr SECURITY_INFORMATION list_of_access = DACL_SECURITY_INFORMATION, all_parts = 15;

// Revision 1, self-relative with a list of access: everyone may use; owner user 1000. The offsets are those of the bytes below.
std::string const sample = [] {
  std::string bytes("\x01\x00\x04\x80" "\x14\x00\x00\x00" "\x00\x00\x00\x00" "\x00\x00\x00\x00" "\x24\x00\x00\x00", 20);
  bytes += std::string("\x01\x02\x00\x00\x00\x00\x00\x16" "\x01\x00\x00\x00" "\xe8\x03\x00\x00", 16);                                           // S-1-22-1-1000
  bytes += std::string("\x02\x00\x1c\x00\x01\x00\x00\x00" "\x00\x00\x14\x00\x01\x00\x00\x00" "\x01\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00", 28);  // everyone: use
  return bytes;
}();

struct NtmsSecurity : Ntms {
  void SetUp() override {
    Ntms::SetUp();
    reply("security.get", R"({"descriptor":")" + rsm::base64(sample) + R"("})");
    reply("security.set", "{}");
    reply("pool.create", R"({"pool":")" + guid_text(7) + R"("})");
  }
  NTMS_GUID id = guid(1), made = NTMS_NULLGUID;
  DWORD needed = 77;
};

TEST_F(NtmsSecurity, GetGivesTheBytesAndSaysHowMany) {
  std::vector<char> room(sample.size() + 8, '#');
  ASSERT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_MEDIA_POOL, list_of_access | OWNER_SECURITY_INFORMATION, room.data(), static_cast<DWORD>(room.size()), &needed), ERROR_SUCCESS);
  EXPECT_EQ(needed, sample.size());
  EXPECT_EQ(std::string(room.data(), sample.size()), sample);
  EXPECT_EQ(room.at(sample.size()), '#') << "no byte more";
  auto const call = server.calls("security.get").at(0).params;
  EXPECT_EQ(call.at("type").as_string(), "pool");
  EXPECT_EQ(call.at("id").as_string(), guid_text(1));
  EXPECT_EQ(call.at("parts").to_number<int>(), 5);
}

TEST_F(NtmsSecurity, GetOfTooLittleRoomSaysHowMuchIsNeeded) {
  for (DWORD const length : {0u, 1u, static_cast<DWORD>(sample.size() - 1)}) {
    std::vector<char> room(length, '#');
    needed = 0;
    EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, all_parts, length == 0 ? nullptr : room.data(), length, &needed), ERROR_INSUFFICIENT_BUFFER);
    EXPECT_EQ(needed, sample.size());
    for (char const c : room) EXPECT_EQ(c, '#');
  }
  std::vector<char> exact(sample.size());
  EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, all_parts, exact.data(), static_cast<DWORD>(exact.size()), &needed), ERROR_SUCCESS);
}

TEST_F(NtmsSecurity, GetRefusesWhatIsWrongBeforeAnythingIsSent) {
  char room[8];
  EXPECT_EQ(GetNtmsObjectSecurity(nullptr, nullptr, 99, 0, nullptr, 1, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(GetNtmsObjectSecurity(session, nullptr, NTMS_LIBRARY, list_of_access, room, sizeof room, &needed), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, list_of_access, room, sizeof room, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, list_of_access, nullptr, 1, &needed), ERROR_INVALID_PARAMETER);
  for (SECURITY_INFORMATION const parts : {0u, 16u, 0x80000004u}) EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, parts, room, sizeof room, &needed), ERROR_INVALID_PARAMETER) << parts;
  EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_OPREQUEST + 1, list_of_access, room, sizeof room, &needed), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_UNKNOWN, list_of_access, room, sizeof room, &needed), ERROR_OBJECT_NOT_FOUND);
  EXPECT_EQ(needed, 77u);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(NtmsSecurity, SetSendsTheDescriptorAsFarAsItGoes) {
  std::string const with_more = sample + "behind it";
  ASSERT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_MEDIA_POOL, list_of_access, const_cast<char*>(with_more.data())), ERROR_SUCCESS);
  auto const call = server.calls("security.set").at(0).params;
  EXPECT_EQ(call.at("parts").to_number<int>(), 4);
  EXPECT_EQ(call.at("type").as_string(), "pool");
  EXPECT_EQ(call.at("descriptor").as_string(), rsm::base64(sample));
}

// The bytes end where the heap block ends: the sanitizer sees a look behind it.
TEST_F(NtmsSecurity, SetLooksAtTheDescriptorOnlyAsFarAsItSays) {
  std::unique_ptr<char[]> const exact(new char[sample.size()]);
  std::copy(sample.begin(), sample.end(), exact.get());
  EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, all_parts, exact.get()), ERROR_SUCCESS);
  std::unique_ptr<char[]> const odd(new char[sample.size() + 1]);
  std::copy(sample.begin(), sample.end(), odd.get() + 1);
  EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, all_parts, odd.get() + 1), ERROR_SUCCESS) << "at an odd address";
}

TEST_F(NtmsSecurity, SetRefusesWhatIsNoSuchDescriptor) {
  auto const refused = [&](std::size_t at, char value, char const* why) {
    std::vector<char> bytes(sample.begin(), sample.end());
    bytes.resize(70000);
    bytes[at] = value;
    EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, list_of_access, bytes.data()), ERROR_INVALID_PARAMETER) << why;
  };
  refused(0, 2, "another revision");
  refused(3, 0, "not self-relative: pointers in it");
  refused(6, 2, "an owner behind 64 KiB");
  refused(21, 16, "a subject of sixteen parts");
  refused(20, 2, "a subject of another revision");
  refused(38, 7, "a list shorter than its beginning");
  EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, list_of_access, nullptr), ERROR_INVALID_PARAMETER);
  char copy[70];
  std::copy(sample.begin(), sample.end(), copy);
  EXPECT_EQ(SetNtmsObjectSecurity(session, nullptr, NTMS_LIBRARY, list_of_access, copy), ERROR_INVALID_PARAMETER);
  for (SECURITY_INFORMATION const parts : {0u, 16u}) EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_LIBRARY, parts, copy), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_OPREQUEST + 1, list_of_access, copy), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_UNKNOWN, list_of_access, copy), ERROR_OBJECT_NOT_FOUND);
  EXPECT_EQ(SetNtmsObjectSecurity(INVALID_HANDLE_VALUE, &id, NTMS_LIBRARY, list_of_access, copy), ERROR_INVALID_HANDLE);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(NtmsSecurity, BothGiveTheDocumentedErrors) {
  char copy[70];
  std::copy(sample.begin(), sample.end(), copy);
  for (unsigned const code : {ERROR_ACCESS_DENIED, ERROR_NO_SECURITY_ON_OBJECT, ERROR_OBJECT_NOT_FOUND, ERROR_INVALID_PARAMETER, ERROR_NOT_READY, ERROR_DATABASE_FAILURE}) {
    refuse("security.get", code);
    refuse("security.set", code);
    EXPECT_EQ(GetNtmsObjectSecurity(session, &id, NTMS_COMPUTER, list_of_access, copy, sizeof copy, &needed), code);
    EXPECT_EQ(SetNtmsObjectSecurity(session, &id, NTMS_COMPUTER, list_of_access, copy), code);
  }
  EXPECT_EQ(needed, 77u) << "what the pointers point to is as it was";
}

TEST_F(NtmsSecurity, ANewPoolMayComeWithADescriptor) {
  std::string own = sample;
  SECURITY_ATTRIBUTES attributes = {sizeof attributes, own.data(), FALSE};
  ASSERT_EQ(CreateNtmsMediaPoolA(session, "App", nullptr, NTMS_CREATE_NEW, &attributes, &made), ERROR_SUCCESS);
  EXPECT_EQ(server.calls("pool.create").at(0).params.at("security").as_string(), rsm::base64(sample));
}

}  // namespace
