// SetNtmsObjectInformation, attributes, EnableNtmsObject through libntmsapi, against a server that does what the test says.
#include <algorithm>
#include <map>
#include <vector>

#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

struct NtmsSet : Ntms {
  void SetUp() override {
    Ntms::SetUp();
    reply("object.set", "{}");
    reply("attribute.set", "{}");
    reply("pool.get", R"({"id":")" + guid_text(1) + R"(","parent":"","name":"Daily","path":"App\\Daily","description":"old","created":0,"modified":0,"type":"application","type_code":1000,)"
                      R"("media_type":")" + guid_text(5) + R"(","allocation_policy":0,"deallocation_policy":0,"max_allocates":3,"physical_media":0,"logical_media":0,"pools":0})");
    reply("library.get", R"({"id":")" + guid_text(1) + R"(","name":"Jukebox","description":"","created":0,"modified":0,"enabled":true,"operational_state":"ready","operational_state_code":0,)"
                         R"("since":0,"reason":"","library_type":"online","library_type_code":2,"inventory_method":"fast","inventory_method_code":1,"auto_recovery":true,"barcode_reader":true,)"
                         R"("flags":16,"drives":0,"slots":0,"doors":0,"ports":0,"changers":0,"media":0,"media_types":0,"open_requests":0,"first_drive":0,"first_slot":0,"first_door":0,)"
                         R"("first_port":0,"first_changer":0})");
    reply("port.get", R"({"id":")" + guid_text(1) + R"(","library":")" + guid_text(9) + R"(","number":0,"content":"empty","content_code":2,"position":"retracted","position_code":2,)"
                      R"("max_extend_ms":1500,"medium":""})");
    reply("door.get", R"({"id":")" + guid_text(1) + R"(","library":")" + guid_text(9) + R"(","number":0,"state":"closed","state_code":1,"max_open_ms":5000})");
    reply("slot.get", R"({"id":")" + guid_text(1) + R"(","library":")" + guid_text(9) + R"(","number":0,"state":"empty","state_code":2,"medium":"","medium_name":"","description":"the lowest"})");
  }
  template <class Object = NTMS_OBJECTINFORMATIONW>
  Object read(DWORD type) {
    Object info;
    std::memset(&info, 0, sizeof info);
    info.dwSize = sizeof info;
    info.dwType = type;
    EXPECT_EQ(get(&info), ERROR_SUCCESS) << type;
    return info;
  }
  DWORD get(NTMS_OBJECTINFORMATIONW* info) { return GetNtmsObjectInformationW(session, &id, info); }
  DWORD get(NTMS_OBJECTINFORMATIONA* info) { return GetNtmsObjectInformationA(session, &id, info); }
  // Members of the newest call but type, id and key.
  std::map<std::string, std::string> written() {
    std::map<std::string, std::string> out;
    auto const calls = server.calls("object.set");
    if (calls.empty()) return out;
    for (auto const& [key, value] : calls.back().params)
      if (key != "type" && key != "id" && key != "key" && !value.is_null()) out[key] = value.is_string() ? std::string(value.as_string()) : value.is_bool() ? (value.as_bool() ? "true" : "false") : std::to_string(value.to_number<std::int64_t>());
    return out;
  }
  using Members = std::map<std::string, std::string>;
  NTMS_GUID id = guid(1), zero = NTMS_NULLGUID;
};

TEST_F(NtmsSet, WhatWasReadAndIsWrittenBackIsNoChange) {
  for (DWORD const type : {NTMS_MEDIA_POOL, NTMS_LIBRARY, NTMS_IEPORT, NTMS_IEDOOR, NTMS_STORAGESLOT}) {
    auto wide = read(type);
    EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &wide), ERROR_SUCCESS);
    EXPECT_EQ(written(), Members{}) << type;
    auto narrow = read<NTMS_OBJECTINFORMATIONA>(type);
    EXPECT_EQ(SetNtmsObjectInformationA(session, &id, &narrow), ERROR_SUCCESS);
    EXPECT_EQ(written(), Members{}) << type << ": 1.5 s are shown as 2 s, and stay 1.5 s";
  }
}

TEST_F(NtmsSet, OfAPoolTheDocumentedMembersAreWrittenAndNoOther) {
  auto info = read(NTMS_MEDIA_POOL);
  std::copy_n(u"Nightly", 8, info.szName);
  std::copy_n(u"new", 4, info.szDescription);
  info.Info.MediaPool.MediaType = guid(6);
  info.Info.MediaPool.AllocationPolicy = NTMS_ALLOCATE_FROMSCRATCH;
  info.Info.MediaPool.DeallocationPolicy = 7;
  info.Info.MediaPool.dwMaxAllocates = 0xFFFFFFFF;
  info.Enabled = FALSE;  // read only, and so are these
  info.dwOperationalState = 99;
  info.Info.MediaPool.PoolType = 1;
  info.Info.MediaPool.Parent = guid(8);
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &info), ERROR_SUCCESS);
  EXPECT_EQ(written(), (Members{{"name", "Nightly"}, {"description", "new"}, {"media_type", guid_text(6)}, {"allocation_policy", "1"}, {"deallocation_policy", "7"}, {"max_allocates", "4294967295"}}));
  EXPECT_EQ(server.calls("object.set").back().params.at("type").as_string(), "pool");
}

TEST_F(NtmsSet, OfALibraryPortDoorAndSlot) {
  auto library = read(NTMS_LIBRARY);
  library.Info.Library.InventoryMethod = NTMS_INVENTORY_OMID;
  library.Info.Library.AutoRecovery = FALSE;
  library.Info.Library.dwFlags = 0x8;  // without 0x10; other bits are ignored
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &library), ERROR_SUCCESS);
  EXPECT_EQ(written(), (Members{{"inventory_method", "omid"}, {"auto_recovery", "false"}, {"flags", "0"}}));
  auto port = read(NTMS_IEPORT);
  port.Info.IEPort.MaxExtendSecs = 60;
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &port), ERROR_SUCCESS);
  EXPECT_EQ(written(), (Members{{"max_extend_ms", "60000"}}));
  auto door = read(NTMS_IEDOOR);
  door.Info.IEDoor.MaxOpenSecs = 0xFFFF;
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &door), ERROR_SUCCESS);
  EXPECT_EQ(written(), (Members{{"max_open_ms", "65535000"}}));
  auto slot = read<NTMS_OBJECTINFORMATIONA>(NTMS_STORAGESLOT);
  EXPECT_STREQ(slot.szDescription, "the lowest");
  std::strcpy(slot.szName, "a slot has no name");
  std::strcpy(slot.szDescription, "");
  EXPECT_EQ(SetNtmsObjectInformationA(session, &id, &slot), ERROR_SUCCESS);
  EXPECT_EQ(written(), (Members{{"description", ""}}));
}

TEST_F(NtmsSet, ValuesThatThereAreNotAreRefused) {
  auto library = read(NTMS_LIBRARY);
  library.Info.Library.InventoryMethod = NTMS_INVENTORY_DEFAULT;
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &library), ERROR_INVALID_PARAMETER);
  auto pool = read(NTMS_MEDIA_POOL);
  std::fill(std::begin(pool.szName), std::end(pool.szName), u'n');
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &pool), ERROR_INVALID_NAME) << "without a terminator";
  pool = read(NTMS_MEDIA_POOL);
  std::fill(std::begin(pool.szDescription), std::end(pool.szDescription), u'd');
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &pool), ERROR_INVALID_PARAMETER);
  pool = read(NTMS_MEDIA_POOL);
  pool.szName[0] = 0xDC00;
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &pool), ERROR_INVALID_NAME) << "half a pair";
  EXPECT_EQ(server.calls("object.set").size(), 0u);
}

TEST_F(NtmsSet, ArgumentsAreCheckedAsInGet) {
  NTMS_OBJECTINFORMATIONW info;
  std::memset(&info, 0, sizeof info);
  info.dwType = NTMS_MEDIA_POOL;
  info.dwSize = 448 + 60 - 1;
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &info), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectInformationW(session, nullptr, &info), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, nullptr), ERROR_INVALID_PARAMETER);
  info.dwSize = sizeof info;
  EXPECT_EQ(SetNtmsObjectInformationW(session, &zero, &info), ERROR_OBJECT_NOT_FOUND);
  info.dwType = NTMS_UI_DESTINATION;
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &info), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectInformationA(nullptr, nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(NtmsSet, GivesTheDocumentedErrors) {
  auto info = read(NTMS_MEDIA_POOL);
  for (unsigned const code : {ERROR_INVALID_PARAMETER, ERROR_OBJECT_NOT_FOUND, ERROR_ACCESS_DENIED, ERROR_INVALID_NAME, ERROR_ALREADY_EXISTS, ERROR_INVALID_MEDIA_POOL, ERROR_NOT_EMPTY}) {
    refuse("object.set", code);
    EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &info), code);
  }
  refuse("pool.get", ERROR_OBJECT_NOT_FOUND);
  EXPECT_EQ(SetNtmsObjectInformationW(session, &id, &info), ERROR_OBJECT_NOT_FOUND);
}

// ---- attributes

TEST_F(NtmsSet, AttributesAreBytes) {
  BYTE bytes[4] = {0, 1, 0xFF, 9};
  EXPECT_EQ(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Owner", bytes, 3), ERROR_SUCCESS);
  EXPECT_EQ(SetNtmsObjectAttributeW(session, &id, NTMS_DRIVE, u"Owner", nullptr, 0), ERROR_SUCCESS);
  auto const calls = server.calls("attribute.set");
  EXPECT_EQ(calls.at(0).params.at("data").as_string(), "AAH/");
  EXPECT_EQ(calls.at(0).params.at("type").as_string(), "unknown");
  EXPECT_EQ(calls.at(1).params.at("data").as_string(), "") << "it is deleted";
  EXPECT_EQ(calls.at(1).params.at("type").as_string(), "drive");
  reply("attribute.get", R"({"data":"AAH/"})");
  BYTE out[4] = {7, 7, 7, 7};
  DWORD size = 2;
  EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Owner", out, &size), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 3u);
  EXPECT_EQ(out[0], 7);
  EXPECT_EQ(GetNtmsObjectAttributeW(session, &id, NTMS_UNKNOWN, u"Owner", out, &size), ERROR_SUCCESS);
  EXPECT_TRUE(std::equal(out, out + 3, bytes));
  EXPECT_EQ(out[3], 7);
  size = 0;
  EXPECT_EQ(GetNtmsObjectAttributeW(session, &id, NTMS_UNKNOWN, u"Owner", nullptr, &size), ERROR_INSUFFICIENT_BUFFER);
  EXPECT_EQ(size, 3u);
}

TEST_F(NtmsSet, TheLargestAttribute) {
  std::vector<BYTE> bytes(0x10000, 0x5A);
  EXPECT_EQ(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Big", bytes.data(), 0x10000), ERROR_NO_DATA);
  EXPECT_EQ(server.calls("attribute.set").size(), 0u);
  EXPECT_EQ(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Big", bytes.data(), 0xFFFF), ERROR_SUCCESS);
  DWORD size = 0x10000;
  EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "Big", bytes.data(), &size), ERROR_NO_DATA);
}

TEST_F(NtmsSet, NamesOfAttributes) {
  BYTE byte = 1;
  DWORD size = 1;
  std::string const longest(31, 'n'), longer(32, 'n');
  EXPECT_EQ(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, longest.c_str(), &byte, 1), ERROR_SUCCESS);
  EXPECT_EQ(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, longer.c_str(), &byte, 1), ERROR_INVALID_NAME);
  EXPECT_EQ(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "", &byte, 1), ERROR_INVALID_NAME);
  EXPECT_EQ(SetNtmsObjectAttributeW(session, &id, NTMS_UNKNOWN, u"\xD800", &byte, 1), ERROR_INVALID_NAME);
  std::vector<WCHAR> const endless(32, u'n');
  EXPECT_EQ(SetNtmsObjectAttributeW(session, &id, NTMS_UNKNOWN, endless.data(), &byte, 1), ERROR_INVALID_NAME);
  EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, longer.c_str(), &byte, &size), ERROR_OBJECT_NOT_FOUND);
}

TEST_F(NtmsSet, AttributesGiveTheDocumentedErrors) {
  BYTE byte = 1;
  DWORD size = 1;
  for (unsigned const code : {ERROR_OBJECT_NOT_FOUND, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED, ERROR_NOT_CONNECTED}) {
    refuse("attribute.get", code);
    refuse("attribute.set", code);
    EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "A", &byte, &size), code);
    EXPECT_EQ(SetNtmsObjectAttributeA(session, &id, NTMS_UNKNOWN, "A", &byte, 1), code);
  }
  EXPECT_EQ(size, 1u);
}

TEST_F(NtmsSet, WrongArgumentsOfAttributesAreRefusedBeforeAnythingIsSent) {
  BYTE byte = 1;
  DWORD size = 1;
  EXPECT_EQ(GetNtmsObjectAttributeA(session, nullptr, 0, "A", &byte, &size), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, 0, nullptr, &byte, &size), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, 0, "A", &byte, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, 0, "A", nullptr, &size), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(GetNtmsObjectAttributeA(session, &id, 18, "A", &byte, &size), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectAttributeW(session, nullptr, 0, u"A", &byte, 1), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectAttributeW(session, &id, 0, nullptr, &byte, 1), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectAttributeW(session, &id, 0, u"A", nullptr, 1), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectAttributeW(session, &id, 99, u"A", &byte, 1), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsObjectAttributeA(nullptr, nullptr, 0, nullptr, nullptr, 0), ERROR_INVALID_HANDLE);
  EXPECT_EQ(GetNtmsObjectAttributeW(nullptr, nullptr, 0, nullptr, nullptr, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(asked(), 0u);
}

// ---- EnableNtmsObject, DisableNtmsObject

TEST_F(NtmsSet, EnableAndDisableSayWhat) {
  for (auto const* method : {"object.enable", "object.disable"}) reply(method, R"({"request":")" + guid_text(3) + R"("})");
  std::map<DWORD, std::string> const kinds = {{NTMS_DRIVE, "drive"}, {NTMS_LIBRARY, "library"}, {NTMS_PHYSICAL_MEDIA, "medium"}};
  for (auto const& [type, word] : kinds) {
    EXPECT_EQ(EnableNtmsObject(session, type, &id), ERROR_SUCCESS);
    EXPECT_EQ(server.calls("object.enable").back().params.at("type").as_string(), word);
    EXPECT_EQ(DisableNtmsObject(session, type, &id), ERROR_SUCCESS);
    EXPECT_EQ(server.calls("object.disable").back().params.at("type").as_string(), word);
    EXPECT_FALSE(server.calls("object.disable").back().key().empty());
  }
}

TEST_F(NtmsSet, EnableAndDisableGiveTheDocumentedErrors) {
  for (DWORD type = 0; type < 20; ++type) {
    if (type == NTMS_DRIVE || type == NTMS_LIBRARY || type == NTMS_PHYSICAL_MEDIA) continue;
    EXPECT_EQ(EnableNtmsObject(session, type, &id), ERROR_INVALID_PARAMETER);
    EXPECT_EQ(DisableNtmsObject(session, type, &id), ERROR_INVALID_PARAMETER);
  }
  EXPECT_EQ(EnableNtmsObject(session, NTMS_DRIVE, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DisableNtmsObject(nullptr, 99, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_EQ(asked(), 0u);
  for (unsigned const code : {ERROR_LIBRARY_OFFLINE, ERROR_OBJECT_NOT_FOUND, ERROR_INVALID_STATE, ERROR_ACCESS_DENIED}) {
    refuse("object.enable", code);
    refuse("object.disable", code);
    EXPECT_EQ(EnableNtmsObject(session, NTMS_LIBRARY, &id), code);
    EXPECT_EQ(DisableNtmsObject(session, NTMS_LIBRARY, &id), code);
  }
}

}  // namespace
