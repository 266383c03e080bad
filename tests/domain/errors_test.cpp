// The error table against the Windows headers: numbers, names, round trips.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "libmgr/domain/error.hpp"

namespace rsm {
namespace {

// winerror.h, as ntms-functions.md section 1 and volume-control.md list it.
std::map<std::uint32_t, std::string_view> const windows = {
    {0, "ERROR_SUCCESS"},
    {1, "ERROR_INVALID_FUNCTION"}, {2, "ERROR_FILE_NOT_FOUND"}, {24, "ERROR_BAD_LENGTH"}, {31, "ERROR_GEN_FAILURE"}, {995, "ERROR_OPERATION_ABORTED"},
    {996, "ERROR_IO_INCOMPLETE"}, {997, "ERROR_IO_PENDING"}, {1168, "ERROR_NOT_FOUND"}, {5, "ERROR_ACCESS_DENIED"},
    {6, "ERROR_INVALID_HANDLE"},
    {8, "ERROR_NOT_ENOUGH_MEMORY"},
    {11, "ERROR_BAD_FORMAT"},
    {15, "ERROR_INVALID_DRIVE"},
    {19, "ERROR_WRITE_PROTECT"},
    {21, "ERROR_NOT_READY"},
    {29, "ERROR_WRITE_FAULT"},
    {32, "ERROR_SHARING_VIOLATION"},
    {50, "ERROR_NOT_SUPPORTED"},
    {87, "ERROR_INVALID_PARAMETER"},
    {112, "ERROR_DISK_FULL"},
    {120, "ERROR_CALL_NOT_IMPLEMENTED"},
    {122, "ERROR_INSUFFICIENT_BUFFER"},
    {123, "ERROR_INVALID_NAME"},
    {158, "ERROR_NOT_LOCKED"},
    {170, "ERROR_BUSY"},
    {183, "ERROR_ALREADY_EXISTS"},
    {232, "ERROR_NO_DATA"},
    {487, "ERROR_INVALID_ADDRESS"},
    {1109, "ERROR_UNABLE_TO_UNLOAD_MEDIA"},
    {1110, "ERROR_MEDIA_CHANGED"},
    {1112, "ERROR_NO_MEDIA_IN_DRIVE"},
    {1201, "ERROR_CONNECTION_UNAVAIL"},
    {1210, "ERROR_INVALID_COMPUTERNAME"},
    {1222, "ERROR_NO_NETWORK"},
    {1223, "ERROR_CANCELLED"},
    {1350, "ERROR_NO_SECURITY_ON_OBJECT"},
    {1359, "ERROR_INTERNAL_ERROR"},
    {1460, "ERROR_TIMEOUT"},
    {1817, "RPC_S_NO_INTERFACES"},
    {2250, "ERROR_NOT_CONNECTED"},
    {4300, "ERROR_INVALID_MEDIA"},
    {4301, "ERROR_INVALID_LIBRARY"},
    {4302, "ERROR_INVALID_MEDIA_POOL"},
    {4303, "ERROR_DRIVE_MEDIA_MISMATCH"},
    {4304, "ERROR_MEDIA_OFFLINE"},
    {4305, "ERROR_LIBRARY_OFFLINE"},
    {4306, "ERROR_EMPTY"},
    {4307, "ERROR_NOT_EMPTY"},
    {4308, "ERROR_MEDIA_UNAVAILABLE"},
    {4309, "ERROR_RESOURCE_DISABLED"},
    {4310, "ERROR_INVALID_CLEANER"},
    {4311, "ERROR_UNABLE_TO_CLEAN"},
    {4312, "ERROR_OBJECT_NOT_FOUND"},
    {4313, "ERROR_DATABASE_FAILURE"},
    {4314, "ERROR_DATABASE_FULL"},
    {4315, "ERROR_MEDIA_INCOMPATIBLE"},
    {4316, "ERROR_RESOURCE_NOT_PRESENT"},
    {4317, "ERROR_INVALID_OPERATION"},
    {4318, "ERROR_MEDIA_NOT_AVAILABLE"},
    {4319, "ERROR_DEVICE_NOT_AVAILABLE"},
    {4320, "ERROR_REQUEST_REFUSED"},
    {4321, "ERROR_INVALID_DRIVE_OBJECT"},
    {4322, "ERROR_LIBRARY_FULL"},
    {4323, "ERROR_MEDIUM_NOT_ACCESSIBLE"},
    {4324, "ERROR_UNABLE_TO_LOAD_MEDIUM"},
    {4325, "ERROR_UNABLE_TO_INVENTORY_DRIVE"},
    {4326, "ERROR_UNABLE_TO_INVENTORY_SLOT"},
    {4327, "ERROR_UNABLE_TO_INVENTORY_TRANSPORT"},
    {4328, "ERROR_TRANSPORT_FULL"},
    {4329, "ERROR_CONTROLLING_IEPORT"},
    {4330, "ERROR_UNABLE_TO_EJECT_MOUNTED_MEDIA"},
    {4331, "ERROR_CLEANER_SLOT_SET"},
    {4332, "ERROR_CLEANER_SLOT_NOT_SET"},
    {4333, "ERROR_CLEANER_CARTRIDGE_SPENT"},
    {4334, "ERROR_UNEXPECTED_OMID"},
    {4335, "ERROR_CANT_DELETE_LAST_ITEM"},
    {4336, "ERROR_MESSAGE_EXCEEDS_MAX_SIZE"},
    {4337, "ERROR_VOLUME_CONTAINS_SYS_FILES"},
    {4338, "ERROR_INDIGENOUS_TYPE"},
    {4339, "ERROR_NO_SUPPORTING_DRIVES"},
    {4340, "ERROR_CLEANER_CARTRIDGE_INSTALLED"},
    {4341, "ERROR_IEPORT_FULL"},
    {5006, "ERROR_RESOURCE_NOT_AVAILABLE"},
    {5023, "ERROR_INVALID_STATE"},
};

std::uint32_t number_of(Errc code) { return static_cast<std::uint32_t>(code); }

TEST(Errors, EveryNumberAndEverySentenceIsUnique) {
  std::set<std::uint32_t> numbers;
  std::set<std::string_view> sentences;
  for (Errc const code : all_errors()) {
    EXPECT_TRUE(numbers.insert(number_of(code)).second) << error_name(code);
    EXPECT_TRUE(sentences.insert(error_sentence(code)).second) << error_name(code);
  }
}

TEST(Errors, TheTableIsThatOfWindows) {
  for (auto const& [number, name] : windows) {
    auto const code = error_from_number(number);
    ASSERT_TRUE(code) << number << " " << name;
    EXPECT_EQ(error_name(*code), name);
  }
  for (Errc const code : all_errors()) EXPECT_TRUE(windows.contains(number_of(code))) << error_name(code) << " is not in the Windows list";
}

TEST(Errors, NumbersGoRoundAndSentencesAreSentences) {
  for (Errc const code : all_errors()) {
    EXPECT_EQ(error_from_number(number_of(code)), code) << error_name(code);
    EXPECT_TRUE(error_sentence(code).ends_with('.')) << error_name(code);
  }
}

TEST(Errors, AnUnknownNumberIsNoCodeAndHasANameThatSaysSo) {
  EXPECT_FALSE(error_from_number(4));
  EXPECT_FALSE(error_from_number(0xffffffff));
  EXPECT_EQ(error_name(static_cast<Errc>(99999)), "ERROR_UNKNOWN");
  EXPECT_FALSE(error_sentence(static_cast<Errc>(99999)).empty());
}

TEST(Errors, TheTextNamesNumberSentenceObjectAndDetail) {
  EXPECT_EQ((Error{Errc::busy, "drive 0", "/mnt/a is open in process 4711 (dd)"}.text()),
            "ERROR_BUSY (170): The resource is in use. drive 0: /mnt/a is open in process 4711 (dd)");
  EXPECT_EQ((Error{Errc::busy, "drive 0", ""}.text()), "ERROR_BUSY (170): The resource is in use. drive 0.");
  EXPECT_EQ((Error{Errc::busy, "", "ask again"}.text()), "ERROR_BUSY (170): The resource is in use. ask again");
  EXPECT_EQ((Error{Errc::rpc_no_interfaces, "", ""}.text()), "RPC_S_NO_INTERFACES (1817): The server is older than the client.");
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Errc::invalid_parameter, "number", "is odd");
  return number / 2;
}
Result<int> quarter(int number) {
  RSM_TRY(int const first, half(number));
  RSM_TRY(int const second, half(first));
  return second;
}
Result<> check_even(int number) {
  RSM_CHECK(half(number));
  return {};
}

TEST(Errors, TryAndCheckHandTheErrorOn) {
  EXPECT_EQ(quarter(8), 2);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error(), (Error{Errc::invalid_parameter, "number", "is odd"}));
  EXPECT_TRUE(check_even(2));
  EXPECT_FALSE(check_even(3));
}

// An error inside another one, or in a reason: the name stands once, in front; and so does the table's sentence.
TEST(Errors, TheSentenceSaysWhatHappenedToWhatWithoutNameAndNumber) {
  EXPECT_EQ((Error{Errc::not_ready, "drive 0", "it is loading"}.sentence()), "drive 0: it is loading");
  EXPECT_EQ((Error{Errc::not_ready, "", "it is loading"}.sentence()), "it is loading");
  EXPECT_EQ((Error{Errc::not_ready, "drive 0", ""}.sentence()), "drive 0: The service or device is not ready.");
  EXPECT_EQ((Error{Errc::not_ready, "", ""}.sentence()), "The service or device is not ready.");
}

TEST(Errors, AnErrorInsideAnotherOneHasNoNameHoweverDeepItLies) {
  Error error{Errc::not_ready, "drive 0", "it is loading"};
  for (std::string const outer : {"drive 0 of Jukebox", "library Jukebox", "request 7"}) error = {Errc::not_ready, outer, error.sentence()};
  EXPECT_EQ(error.text(), "ERROR_NOT_READY (21): The service or device is not ready. request 7: library Jukebox: drive 0 of Jukebox: drive 0: it is loading");
}

}  // namespace
}  // namespace rsm
