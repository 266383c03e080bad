// Pools and media types through libntmsapi, against a server that does what the test says.
#include <functional>
#include <string>
#include <vector>

#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

struct NtmsPools : Ntms {
  void SetUp() override {
    Ntms::SetUp();
    reply("pool.create", R"({"pool":")" + guid_text(7) + R"("})");
    for (auto const* method : {"pool.delete", "medium.move_to_pool", "medium.change_type", "library.add_media_type", "library.remove_media_type"}) reply(method, "{}");
  }
  NTMS_GUID id = guid(1), other = guid(2), zero = NTMS_NULLGUID, made = NTMS_NULLGUID;
};

std::string pool_json(std::string const& path) {
  return R"({"id":")" + guid_text(1) + R"(","parent":"","name":"","path":")" + path +
         R"(","description":"","created":0,"modified":0,"type":"application","type_code":1000,"media_type":"","allocation_policy":0,)"
         R"("deallocation_policy":0,"max_allocates":0,"physical_media":0,"logical_media":0,"pools":0})";
}

// ---- CreateNtmsMediaPool

TEST_F(NtmsPools, CreateSaysWhatIsWantedInBothForms) {
  ASSERT_EQ(CreateNtmsMediaPoolW(session, u"MyApp\\Tägl", &other, NTMS_OPEN_ALWAYS, nullptr, &made), ERROR_SUCCESS);
  EXPECT_TRUE(same(made, guid(7)));
  ASSERT_EQ(CreateNtmsMediaPoolA(session, "MyApp\\T\xC3\xA4gl", &other, NTMS_CREATE_NEW, nullptr, &made), ERROR_SUCCESS);
  auto const calls = server.calls("pool.create");
  EXPECT_EQ(calls.at(0).params.at("name").as_string(), "MyApp\\T\xC3\xA4gl");
  EXPECT_EQ(calls.at(0).params.at("name"), calls.at(1).params.at("name"));
  EXPECT_EQ(calls.at(0).params.at("action").as_string(), "open_always");
  EXPECT_EQ(calls.at(1).params.at("action").as_string(), "create_new");
  EXPECT_EQ(calls.at(0).params.at("media_type").as_string(), guid_text(2));
}

TEST_F(NtmsPools, APoolForPoolsHasNoMediaType) {
  SECURITY_ATTRIBUTES usual = {sizeof usual, nullptr, FALSE};
  EXPECT_EQ(CreateNtmsMediaPoolA(session, "MyApp", nullptr, NTMS_OPEN_EXISTING, &usual, &made), ERROR_SUCCESS);
  EXPECT_EQ(CreateNtmsMediaPoolA(session, "MyApp", &zero, NTMS_OPEN_EXISTING, nullptr, &made), ERROR_SUCCESS);
  for (auto const& call : server.calls("pool.create")) {
    auto const* type = call.params.if_contains("media_type");
    EXPECT_TRUE(type == nullptr || type->is_null());
  }
}

TEST_F(NtmsPools, CreateRefusesWhatIsWrongBeforeAnythingIsSent) {
  for (DWORD const action : {0u, 4u, 0xFFFFFFFFu}) EXPECT_EQ(CreateNtmsMediaPoolA(session, "App", nullptr, action, nullptr, &made), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CreateNtmsMediaPoolA(session, nullptr, nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CreateNtmsMediaPoolW(session, nullptr, nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CreateNtmsMediaPoolA(session, "App", nullptr, NTMS_CREATE_NEW, nullptr, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CreateNtmsMediaPoolA(session, "\xFF", nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_INVALID_NAME);
  EXPECT_EQ(CreateNtmsMediaPoolW(session, u"\xD800", nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_INVALID_NAME) << "half a pair";
  std::u16string const wide(513, u'a');
  EXPECT_EQ(CreateNtmsMediaPoolW(session, wide.c_str(), nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_INVALID_NAME);
  std::vector<WCHAR> const endless(513, u'a');  // nobody has ended it; what is behind it belongs to somebody else
  EXPECT_EQ(CreateNtmsMediaPoolW(session, endless.data(), nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_INVALID_NAME);
  char descriptor[20] = "";
  SECURITY_ATTRIBUTES own = {sizeof own, descriptor, FALSE};
  EXPECT_EQ(CreateNtmsMediaPoolA(session, "App", nullptr, NTMS_CREATE_NEW, &own, &made), ERROR_INVALID_PARAMETER) << "that is no descriptor";
  EXPECT_EQ(CreateNtmsMediaPoolA(nullptr, nullptr, nullptr, 9, nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_TRUE(same(made, zero));
  EXPECT_EQ(asked(), 0u);
}

TEST_F(NtmsPools, CreateGivesTheDocumentedErrors) {
  for (unsigned const code : {ERROR_INVALID_NAME, ERROR_ALREADY_EXISTS, ERROR_OBJECT_NOT_FOUND, ERROR_INVALID_MEDIA, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED, ERROR_INVALID_MEDIA_POOL,
                              ERROR_NOT_READY, ERROR_DATABASE_FAILURE}) {
    refuse("pool.create", code);
    EXPECT_EQ(CreateNtmsMediaPoolA(session, "App", nullptr, NTMS_CREATE_NEW, nullptr, &made), code);
  }
  refuse("pool.create", 112);
  EXPECT_EQ(CreateNtmsMediaPoolA(session, "App", nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_DATABASE_FULL);
  EXPECT_TRUE(same(made, zero)) << "what the pointers point to is as it was";
}

TEST_F(NtmsPools, AnAnswerThatWasLostIsAskedForAgain) {
  server.on("pool.create", [this](Call const& call) -> Act { return call.connection == 1 ? Act{Break{}} : Act{Reply{R"({"pool":")" + guid_text(7) + R"("})"}}; });
  EXPECT_EQ(CreateNtmsMediaPoolA(session, "App", nullptr, NTMS_CREATE_NEW, nullptr, &made), ERROR_SUCCESS);
  auto const calls = server.calls("pool.create");
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].params, calls[1].params) << "recognised by its key";
  EXPECT_FALSE(calls[0].key().empty());
}

// ---- GetNtmsMediaPoolName

TEST_F(NtmsPools, TheNameIsTheWholePathAndTheSizeCountsTheTerminator) {
  reply("pool.get", pool_json("MyApp\\\\T\\u00e4gl"));
  WCHAR wide[512];
  DWORD size = 512;
  ASSERT_EQ(GetNtmsMediaPoolNameW(session, &id, wide, &size), ERROR_SUCCESS);
  EXPECT_EQ(std::u16string(wide), u"MyApp\\Tägl");
  EXPECT_EQ(size, 11u);
  char narrow[12];
  size = 12;
  ASSERT_EQ(GetNtmsMediaPoolNameA(session, &id, narrow, &size), ERROR_SUCCESS);
  EXPECT_STREQ(narrow, "MyApp\\T\xC3\xA4gl");
  EXPECT_EQ(size, 12u) << "bytes";
}

TEST_F(NtmsPools, WhatHasNoRoomIsNotWritten) {
  reply("pool.get", pool_json("MyApp"));
  WCHAR wide[5] = {9, 9, 9, 9, 9};
  DWORD size = 5;
  EXPECT_EQ(GetNtmsMediaPoolNameW(session, &id, wide, &size), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 6u);
  EXPECT_EQ(wide[0], 9);
  size = 0;
  EXPECT_EQ(GetNtmsMediaPoolNameA(session, &id, nullptr, &size), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 6u);
}

TEST_F(NtmsPools, NamesOfPoolsThatThereAreNotAndWrongArguments) {
  refuse("pool.get", ERROR_OBJECT_NOT_FOUND);
  char name[9] = "as it is";
  DWORD size = 8;
  EXPECT_EQ(GetNtmsMediaPoolNameA(session, &id, name, &size), ERROR_INVALID_MEDIA_POOL);
  EXPECT_EQ(size, 8u);
  EXPECT_EQ(name[0], 'a');
  refuse("pool.get", ERROR_ACCESS_DENIED);
  EXPECT_EQ(GetNtmsMediaPoolNameA(session, &id, name, &size), ERROR_ACCESS_DENIED);
  EXPECT_EQ(GetNtmsMediaPoolNameA(session, nullptr, name, &size), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsMediaPoolNameA(session, &id, name, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsMediaPoolNameW(session, &id, nullptr, &size), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsMediaPoolNameW(nullptr, nullptr, nullptr, nullptr), ERROR_INVALID_HANDLE);
}

// ---- the rest: ids in, an error out

struct Plain {
  std::string method;
  std::function<DWORD(HANDLE, LPNTMS_GUID, LPNTMS_GUID)> call;
  bool two = true;  // ids
  std::vector<unsigned> errors;
  std::string first, second;  // members of the call
};

std::vector<Plain> plain_functions() {
  return {
      {"pool.delete", [](HANDLE h, LPNTMS_GUID a, LPNTMS_GUID) { return DeleteNtmsMediaPool(h, a); }, false, {ERROR_INVALID_MEDIA_POOL, ERROR_NOT_EMPTY, ERROR_ACCESS_DENIED}, "pool", ""},
      {"medium.move_to_pool", [](HANDLE h, LPNTMS_GUID a, LPNTMS_GUID b) { return MoveToNtmsMediaPool(h, a, b); }, true,
       {ERROR_BUSY, ERROR_INVALID_MEDIA, ERROR_INVALID_MEDIA_POOL, ERROR_MEDIA_INCOMPATIBLE, ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED}, "medium", "pool"},
      {"medium.change_type", [](HANDLE h, LPNTMS_GUID a, LPNTMS_GUID b) { return ChangeNtmsMediaType(h, a, b); }, true,
       {ERROR_BUSY, ERROR_INVALID_MEDIA, ERROR_INVALID_MEDIA_POOL, ERROR_MEDIA_INCOMPATIBLE, ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED}, "medium", "pool"},
      {"library.add_media_type", [](HANDLE h, LPNTMS_GUID a, LPNTMS_GUID b) { return AddNtmsMediaType(h, a, b); }, true,
       {ERROR_INVALID_MEDIA, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_ACCESS_DENIED}, "media_type", "library"},
      {"library.remove_media_type", [](HANDLE h, LPNTMS_GUID a, LPNTMS_GUID b) { return DeleteNtmsMediaType(h, a, b); }, true,
       {ERROR_INVALID_MEDIA, ERROR_INVALID_LIBRARY, ERROR_NOT_EMPTY, ERROR_ACCESS_DENIED}, "media_type", "library"},
  };
}

TEST_F(NtmsPools, IdsGoWhereTheyBelong) {
  for (auto const& each : plain_functions()) {
    ASSERT_EQ(each.call(session, &id, &other), ERROR_SUCCESS) << each.method;
    auto const params = server.calls(each.method).at(0).params;
    EXPECT_EQ(params.at(each.first).as_string(), guid_text(1)) << each.method;
    if (each.two) {
      EXPECT_EQ(params.at(each.second).as_string(), guid_text(2)) << each.method;
    }
  }
}

TEST_F(NtmsPools, EveryDocumentedErrorIsGiven) {
  for (auto const& each : plain_functions())
    for (unsigned const code : each.errors) {
      refuse(each.method, code);
      EXPECT_EQ(each.call(session, &id, &other), code) << each.method;
    }
}

TEST_F(NtmsPools, NullIsRefusedBeforeAnythingIsSent) {
  for (auto const& each : plain_functions()) {
    EXPECT_EQ(each.call(session, nullptr, &other), ERROR_INVALID_PARAMETER) << each.method;
    if (each.two) {
      EXPECT_EQ(each.call(session, &id, nullptr), ERROR_INVALID_PARAMETER) << each.method;
    }
    EXPECT_EQ(each.call(nullptr, nullptr, nullptr), ERROR_INVALID_HANDLE) << each.method;
  }
  EXPECT_EQ(asked(), 0u);
}

}  // namespace
