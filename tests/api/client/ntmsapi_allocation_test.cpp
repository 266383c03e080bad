// AllocateNtmsMedia and its neighbours through libntmsapi: arguments, what travels, errors, breaks.
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <algorithm>
#include <cstring>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "ntmsapi_fixture.hpp"

namespace {

using namespace rsm::test;

std::string allocated_json() {
  return R"({"logical_medium":")" + guid_text(7) + R"(","name":"A00001:0","side":")" + guid_text(8) + R"(","medium":")" + guid_text(9) + R"(","allocated_from":")" + guid_text(10) + R"("})";
}

struct Allocate : Ntms {
  NTMS_GUID pool = guid(1), side = guid(2), medium = guid(0x77);
  NTMS_ALLOCATION_INFORMATION information{sizeof information, nullptr, NTMS_NULLGUID};

  DWORD allocate(DWORD options = 0, DWORD timeout = INFINITE, LPNTMS_GUID partition = nullptr) {
    return AllocateNtmsMedia(session, &pool, partition, &medium, options, timeout, &information);
  }
  bool is_sent(char const* member, std::size_t n = 0) {
    auto const params = sent(n);
    auto const* value = params.if_contains(member);
    return value != nullptr && !value->is_null();
  }
  boost::json::object sent(std::size_t n = 0) { return server.calls("logical_medium.allocate").at(n).params; }
};

TEST_F(Allocate, GivesTheLogicalMediumAndSaysWhereItsCartridgeWas) {
  reply("logical_medium.allocate", allocated_json());
  ASSERT_EQ(allocate(NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 5000, &side), ERROR_SUCCESS);
  EXPECT_TRUE(same(medium, guid(7)));
  EXPECT_TRUE(same(information.AllocatedFrom, guid(10)));
  auto const params = sent();
  EXPECT_EQ(params.at("pool").as_string(), guid_text(1));
  EXPECT_EQ(params.at("side").as_string(), guid_text(2));
  EXPECT_TRUE(params.at("whole").as_bool());
  EXPECT_TRUE(params.at("error_if_unavailable").as_bool());
  EXPECT_EQ(params.at("timeout_ms").as_int64(), 5000);
  EXPECT_FALSE(is_sent("next_of"));
  EXPECT_FALSE(params.at("key").as_string().empty());
}

TEST_F(Allocate, TheInformationMayBeNullAndAZeroSideIsNone) {
  reply("logical_medium.allocate", allocated_json());
  NTMS_GUID none = NTMS_NULLGUID;
  EXPECT_EQ(AllocateNtmsMedia(session, &pool, &none, &medium, 0, 0, nullptr), ERROR_SUCCESS);
  EXPECT_FALSE(is_sent("side"));
  EXPECT_EQ(sent().at("timeout_ms").as_int64(), 0);
  EXPECT_EQ(allocate(), ERROR_SUCCESS);
  EXPECT_FALSE(is_sent("timeout_ms", 1)) << "INFINITE: no limit";
}

TEST_F(Allocate, NextSaysWhatTheCallerHas) {
  reply("logical_medium.allocate", allocated_json());
  EXPECT_EQ(allocate(NTMS_ALLOCATE_NEXT), ERROR_SUCCESS);
  EXPECT_EQ(sent().at("next_of").as_string(), guid_text(0x77));
  EXPECT_TRUE(same(medium, guid(7)));
}

TEST_F(Allocate, WhenItFailsTheMediumIsZeroButWithNextAsItWas) {
  refuse("logical_medium.allocate", 4308);
  EXPECT_EQ(allocate(), ERROR_MEDIA_UNAVAILABLE);
  EXPECT_TRUE(NTMS_IS_NULLGUID(medium));
  medium = guid(0x77);
  EXPECT_EQ(allocate(NTMS_ALLOCATE_NEXT), ERROR_MEDIA_UNAVAILABLE);
  EXPECT_TRUE(same(medium, guid(0x77)));
  EXPECT_TRUE(NTMS_IS_NULLGUID(information.AllocatedFrom));
}

TEST_F(Allocate, WrongArguments87) {
  EXPECT_EQ(AllocateNtmsMedia(session, nullptr, nullptr, &medium, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(AllocateNtmsMedia(session, &pool, nullptr, nullptr, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(allocate(NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_NEXT), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(allocate(0x8), ERROR_INVALID_PARAMETER);
  information.dwSize = 16;
  EXPECT_EQ(allocate(), ERROR_INVALID_PARAMETER) << "another size of the information";
  EXPECT_EQ(asked(), 0u) << "found before anything is sent";
}

TEST_F(Allocate, EveryDocumentedErrorIsPassedOn) {
  for (unsigned const code : {5u, 21u, 170u, 1223u, 1460u, 4300u, 4302u, 4304u, 4308u, 4315u, 4319u, 5023u}) {
    refuse("logical_medium.allocate", code);
    EXPECT_EQ(allocate(), code);
  }
}

TEST_F(Allocate, ABrokenConnectionSendsTheSameCallAgain) {
  int calls = 0;
  server.on("logical_medium.allocate", [&](Call const&) -> Act { return ++calls == 1 ? Act{Break{}} : Act{Reply{allocated_json()}}; });
  EXPECT_EQ(allocate(), ERROR_SUCCESS);
  auto const all = server.calls("logical_medium.allocate");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].key(), all[1].key());
}

TEST_F(Allocate, ClosingTheSessionEndsTheWait1223) {
  server.on("logical_medium.allocate", [](Call const&) -> Act { return Silence{}; });
  auto waiting = std::async(std::launch::async, [this] { return allocate(); });
  ASSERT_TRUE(server.wait_for("logical_medium.allocate", 1));
  CloseNtmsSession(session);
  EXPECT_EQ(waiting.get(), ERROR_CANCELLED);
  session = nullptr;
}

// ---- what becomes of a side

struct Sides : Ntms {
  NTMS_GUID id = guid(1), other = guid(2);
};

TEST_F(Sides, EachCallSaysWhichOne) {
  for (auto const* method : {"logical_medium.deallocate", "logical_medium.complete", "logical_medium.swap", "side.decommission", "medium.delete"}) reply(method, "{}");
  EXPECT_EQ(DeallocateNtmsMedia(session, &id, 0), ERROR_SUCCESS);
  EXPECT_EQ(SetNtmsMediaComplete(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(DecommissionNtmsMedia(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(DeleteNtmsMedia(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(SwapNtmsMedia(session, &id, &other), ERROR_SUCCESS);
  for (auto const* method : {"logical_medium.deallocate", "logical_medium.complete", "side.decommission", "medium.delete"})
    EXPECT_EQ(server.calls(method).at(0).params.at("id").as_string(), guid_text(1)) << method;
  auto const swap = server.calls("logical_medium.swap").at(0);
  EXPECT_EQ(swap.params.at("one").as_string(), guid_text(1));
  EXPECT_EQ(swap.params.at("other").as_string(), guid_text(2));
  EXPECT_FALSE(swap.key().empty());
  EXPECT_EQ(DeallocateNtmsMedia(session, &id, 0xFFFF), ERROR_SUCCESS) << "its options are ignored";
}

TEST_F(Sides, WrongArguments87) {
  EXPECT_EQ(DeallocateNtmsMedia(session, nullptr, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SetNtmsMediaComplete(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DecommissionNtmsMedia(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(DeleteNtmsMedia(session, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SwapNtmsMedia(session, &id, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(SwapNtmsMedia(session, nullptr, &other), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

struct Relabelled : Sides {
  NTMS_FILESYSTEM_INFO volume() {
    NTMS_FILESYSTEM_INFO info{};
    std::copy_n(u"vfat", 4, info.FileSystemType);
    std::copy_n(u"DISK", 4, info.VolumeName);
    info.SerialNumber = 0xD51D3481;
    return info;
  }
  void SetUp() override {
    Sides::SetUp();
    reply("logical_medium.update_label", "{}");
  }
};

TEST_F(Relabelled, TheFirstBytesOfTheTape) {
  char bytes[] = "VOL1LAB001";
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_RAW_LABEL, sizeof bytes - 1, bytes), ERROR_SUCCESS);
  auto const params = server.calls("logical_medium.update_label").at(0).params;
  EXPECT_EQ(params.at("id").as_string(), guid_text(1));
  EXPECT_EQ(params.at("first_bytes").as_string(), "Vk9MMUxBQjAwMQ==");
  EXPECT_FALSE(params.contains("file_system"));
}

TEST_F(Relabelled, MoreThanALabelCanHaveIsNotSent) {
  std::vector<char> bytes(1 << 20, 'x');
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_RAW_LABEL, static_cast<DWORD>(bytes.size()), bytes.data()), ERROR_SUCCESS);
  EXPECT_LT(server.calls("logical_medium.update_label").at(0).params.at("first_bytes").as_string().size(), 90'000u);
}

TEST_F(Relabelled, AFileSystem) {
  alignas(8) char unaligned[sizeof(NTMS_FILESYSTEM_INFO) + 1];
  auto const info = volume();
  std::memcpy(unaligned + 1, &info, sizeof info);
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_FILESYSTEM_INFO, sizeof info, unaligned + 1), ERROR_SUCCESS);
  auto const params = server.calls("logical_medium.update_label").at(0).params;
  EXPECT_EQ(params.at("file_system").as_string(), "vfat");
  EXPECT_EQ(params.at("volume_name").as_string(), "DISK");
  EXPECT_EQ(params.at("serial_number").to_number<std::int64_t>(), 0xD51D3481);
}

TEST_F(Relabelled, WrongArguments87) {
  char bytes[4] = {};
  auto info = volume();
  EXPECT_EQ(UpdateNtmsOmidInfo(session, nullptr, NTMS_OMID_TYPE_RAW_LABEL, 4, bytes), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_RAW_LABEL, 4, nullptr), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_RAW_LABEL, 0, bytes), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, 0, 4, bytes), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, 3, 4, bytes), ERROR_INVALID_PARAMETER);
  for (DWORD const size : {0u, 643u, 645u}) EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_FILESYSTEM_INFO, size, &info), ERROR_INVALID_PARAMETER) << size;
  info.FileSystemType[0] = 0;
  EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_FILESYSTEM_INFO, sizeof info, &info), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Relabelled, EveryDocumentedErrorIsPassedOn) {
  char bytes[4] = {};
  for (unsigned const code : {5u, 11u, 2250u, 4300u}) {
    refuse("logical_medium.update_label", code);
    EXPECT_EQ(UpdateNtmsOmidInfo(session, &id, NTMS_OMID_TYPE_RAW_LABEL, 4, bytes), code);
  }
  EXPECT_EQ(UpdateNtmsOmidInfo(nullptr, &id, NTMS_OMID_TYPE_RAW_LABEL, 4, bytes), ERROR_INVALID_HANDLE);
}

TEST_F(Sides, WithoutASession6) {
  HANDLE const none = nullptr;
  NTMS_GUID medium = guid(3);
  EXPECT_EQ(AllocateNtmsMedia(none, &id, nullptr, &medium, 0, 0, nullptr), ERROR_INVALID_HANDLE);
  EXPECT_TRUE(NTMS_IS_NULLGUID(medium));
  EXPECT_EQ(DeallocateNtmsMedia(none, &id, 0), ERROR_INVALID_HANDLE);
  EXPECT_EQ(SetNtmsMediaComplete(none, &id), ERROR_INVALID_HANDLE);
  EXPECT_EQ(DecommissionNtmsMedia(none, &id), ERROR_INVALID_HANDLE);
  EXPECT_EQ(DeleteNtmsMedia(none, &id), ERROR_INVALID_HANDLE);
  EXPECT_EQ(SwapNtmsMedia(none, &id, &other), ERROR_INVALID_HANDLE);
}

TEST_F(Sides, EveryDocumentedErrorIsPassedOn) {
  for (unsigned const code : {5u, 170u, 4300u}) {
    refuse("logical_medium.deallocate", code);
    EXPECT_EQ(DeallocateNtmsMedia(session, &id, 0), code);
  }
  for (unsigned const code : {5u, 4300u, 4302u, 5023u}) {
    for (auto const* method : {"logical_medium.complete", "logical_medium.swap", "side.decommission", "medium.delete"}) refuse(method, code);
    EXPECT_EQ(SetNtmsMediaComplete(session, &id), code);
    EXPECT_EQ(SwapNtmsMedia(session, &id, &other), code);
    EXPECT_EQ(DecommissionNtmsMedia(session, &id), code);
    EXPECT_EQ(DeleteNtmsMedia(session, &id), code);
  }
}

TEST_F(Sides, AnAnswerThatWasLostIsAskedForAgain) {
  for (auto const* method : {"logical_medium.deallocate", "logical_medium.complete", "logical_medium.swap", "side.decommission", "medium.delete"})
    server.on(method, [first = std::make_shared<bool>(true)](Call const&) -> Act { return std::exchange(*first, false) ? Act{Break{}} : Act{Reply{"{}"}}; });
  EXPECT_EQ(DeallocateNtmsMedia(session, &id, 0), ERROR_SUCCESS);
  EXPECT_EQ(SetNtmsMediaComplete(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(SwapNtmsMedia(session, &id, &other), ERROR_SUCCESS);
  EXPECT_EQ(DecommissionNtmsMedia(session, &id), ERROR_SUCCESS);
  EXPECT_EQ(DeleteNtmsMedia(session, &id), ERROR_SUCCESS);
  for (auto const* method : {"logical_medium.deallocate", "logical_medium.complete", "logical_medium.swap", "side.decommission", "medium.delete"}) {
    auto const calls = server.calls(method);
    ASSERT_EQ(calls.size(), 2u) << method;
    EXPECT_EQ(calls[0].params, calls[1].params) << method << ": recognised by its key";
    EXPECT_FALSE(calls[0].key().empty()) << method;
  }
}

// ---- CreateNtmsMedia

struct Create : Ntms {
  NTMS_OBJECTINFORMATIONA medium{}, sides[2]{};

  Create() {
    medium.dwSize = sizeof medium;
    medium.dwType = NTMS_PHYSICAL_MEDIA;
    medium.Enabled = TRUE;
    std::snprintf(medium.szDescription, sizeof medium.szDescription, "old");
    std::snprintf(medium.Info.PhysicalMedia.szBarCode, sizeof medium.Info.PhysicalMedia.szBarCode, "B1");
    medium.Info.PhysicalMedia.MediaPool = guid(5);
    medium.Info.PhysicalMedia.dwNumberOfPartitions = 2;
    for (auto& side : sides) {
      side.dwSize = sizeof side;
      side.dwType = NTMS_PARTITION;
      side.Info.Partition.State = NTMS_PARTSTATE_AVAILABLE;
      side.Info.Partition.dwOmidLabelIdLength = 3;
      std::memcpy(side.Info.Partition.OmidLabelId, "foo", 3);
      std::snprintf(side.Info.Partition.szOmidLabelType, sizeof side.Info.Partition.szOmidLabelType, "MTF");
      side.Info.Partition.dwAllocateCount = 4;
      side.Info.Partition.Capacity.QuadPart = 5'000'000'000;
    }
  }
  DWORD create(DWORD options = 0) { return CreateNtmsMediaA(session, &medium, sides, options); }
  boost::json::object sent() { return server.calls("medium.create").at(0).params; }
};

TEST_F(Create, SendsWhatTheStructuresSayAndMakesIdsOfItsOwn) {
  refuse("medium.create", 4302);
  EXPECT_EQ(create(NTMS_ERROR_ON_DUPLICATE), ERROR_INVALID_MEDIA_POOL);
  auto const params = sent();
  EXPECT_EQ(params.at("pool").as_string(), guid_text(5));
  EXPECT_EQ(params.at("barcode").as_string(), "B1");
  EXPECT_EQ(params.at("description").as_string(), "old");
  EXPECT_TRUE(params.at("enabled").as_bool());
  EXPECT_TRUE(params.at("error_on_duplicate").as_bool());
  EXPECT_EQ(params.at("id").as_string().size(), 36u);
  auto const& side = params.at("sides").as_array().at(1).as_object();
  EXPECT_EQ(side.at("state").as_string(), "available");
  EXPECT_EQ(side.at("label_type").as_string(), "MTF");
  EXPECT_EQ(side.at("label_id").as_string(), "Zm9v");
  EXPECT_EQ(side.at("allocate_count").as_int64(), 4);
  EXPECT_EQ(side.at("capacity").as_int64(), 5'000'000'000);
  EXPECT_NE(side.at("id").as_string(), params.at("sides").as_array().at(0).as_object().at("id").as_string());
}

TEST_F(Create, EveryDocumentedErrorIsPassedOn) {
  for (unsigned const code : {5u, 87u, 183u, 4300u, 4302u, 4315u}) {
    refuse("medium.create", code);
    EXPECT_EQ(create(), code);
  }
}

TEST_F(Create, WrongStructures87) {
  EXPECT_EQ(CreateNtmsMediaA(session, nullptr, sides, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(CreateNtmsMediaA(session, &medium, nullptr, 0), ERROR_INVALID_PARAMETER);
  EXPECT_EQ(create(2), ERROR_INVALID_PARAMETER);
  sides[1].dwType = NTMS_PHYSICAL_MEDIA;
  EXPECT_EQ(create(), ERROR_INVALID_PARAMETER);
  sides[1].dwType = NTMS_PARTITION;
  sides[1].dwSize = 100;
  EXPECT_EQ(create(), ERROR_INVALID_PARAMETER);
  sides[1].dwSize = sizeof sides[1];
  sides[1].Info.Partition.State = 10;
  EXPECT_EQ(create(), ERROR_INVALID_PARAMETER);
  sides[1].Info.Partition.State = NTMS_PARTSTATE_IMPORT;
  sides[1].Info.Partition.dwOmidLabelIdLength = 256;
  EXPECT_EQ(create(), ERROR_INVALID_PARAMETER);
  sides[1].Info.Partition.dwOmidLabelIdLength = 3;
  std::memset(sides[1].Info.Partition.szOmidLabelType, 0xFF, sizeof sides[1].Info.Partition.szOmidLabelType);
  EXPECT_EQ(create(), ERROR_INVALID_PARAMETER) << "no text, and no terminator";
  std::snprintf(sides[1].Info.Partition.szOmidLabelType, 4, "MTF");
  medium.Info.PhysicalMedia.dwNumberOfPartitions = 0;
  EXPECT_EQ(create(), ERROR_MEDIA_INCOMPATIBLE);
  medium.Info.PhysicalMedia.dwNumberOfPartitions = 4'000'000;
  EXPECT_EQ(create(), ERROR_MEDIA_INCOMPATIBLE) << "nothing is read behind the caller's arrays";
  EXPECT_EQ(asked(), 0u);
}

}  // namespace
