// ReadFile, WriteFile and SetFilePointerEx on a volume in memory.
#include <limits>

#include "border.hpp"
#include "drivers/volume/limits.hpp"

namespace {

using namespace rsm;
using namespace rsm::test;
using testing::ElementsAre;
using volume::Operation;

struct Transfers : Border {};

TEST_F(Transfers, ReadsAndWritesAtThePosition) {
  HANDLE const handle = open();
  DWORD bytes = 0;
  char text[6] = {};
  ASSERT_TRUE(WriteFile(handle, "hello", 5, &bytes, nullptr));
  ASSERT_TRUE(WriteFile(handle, "world", 5, &bytes, nullptr));
  EXPECT_EQ(volumes.medium->bytes.substr(0, 10), "helloworld");
  LARGE_INTEGER move{}, now{};
  move.QuadPart = -7;
  ASSERT_TRUE(SetFilePointerEx(handle, move, &now, FILE_CURRENT));
  EXPECT_EQ(now.QuadPart, 3);
  ASSERT_TRUE(ReadFile(handle, text, 4, &bytes, nullptr));
  EXPECT_STREQ(text, "lowo");
  move.QuadPart = -3;
  ASSERT_TRUE(SetFilePointerEx(handle, move, &now, FILE_END));
  EXPECT_EQ(now.QuadPart, 64 * 1024 - 3);
  ASSERT_TRUE(ReadFile(handle, text, 5, &bytes, nullptr));
  EXPECT_EQ(bytes, 3u) << "up to the end";
  ASSERT_TRUE(ReadFile(handle, text, 5, &bytes, nullptr));
  EXPECT_EQ(bytes, 0u) << "the end is no error";
}

TEST_F(Transfers, AnOffsetMovesASynchronousPosition) {
  HANDLE const handle = open();
  OVERLAPPED at{};
  at.Offset = 100;
  DWORD bytes = 0;
  char byte = 'x';
  ASSERT_TRUE(WriteFile(handle, &byte, 1, nullptr, &at));
  ASSERT_TRUE(WriteFile(handle, &byte, 1, &bytes, nullptr));
  EXPECT_EQ(volumes.medium->bytes.substr(99, 4), std::string("\0xx\0", 4));
  at.Offset = 64 * 1024;
  EXPECT_EQ(error_of(ReadFile(handle, &byte, 1, &bytes, &at)), static_cast<DWORD>(ERROR_HANDLE_EOF));
}

TEST_F(Transfers, LongTransfersAreCutIntoPieces) {
  volumes.medium->bytes.assign(5 * limits::volume_transfer_bytes_max / 2, 'v');
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  std::string buffer(volumes.medium->bytes.size() + 1000, '\0');
  OVERLAPPED overlapped{};
  DWORD bytes = 0;
  EXPECT_EQ(error_of(ReadFile(handle, buffer.data(), static_cast<DWORD>(buffer.size()), nullptr, &overlapped)), static_cast<DWORD>(ERROR_IO_PENDING));
  EXPECT_EQ(result_of(handle, &overlapped, true, &bytes), 0u);
  EXPECT_EQ(bytes, volumes.medium->bytes.size());
  EXPECT_EQ(buffer.substr(0, bytes), volumes.medium->bytes);
  EXPECT_THAT(volumes.operations(), ElementsAre(Operation::read, Operation::read, Operation::read));
  for (auto const& command : volumes.medium->commands) EXPECT_LE(command.length, limits::volume_transfer_bytes_max);
}

TEST_F(Transfers, AWriteBeyondTheEndSaysHowMuchIsWritten) {
  HANDLE const handle = open();
  OVERLAPPED at{};
  at.Offset = 64 * 1024 - 3;
  DWORD bytes = 0;
  EXPECT_EQ(error_of(WriteFile(handle, "12345", 5, &bytes, &at)), static_cast<DWORD>(ERROR_DISK_FULL));
  EXPECT_EQ(bytes, 3u);
  EXPECT_EQ(at.InternalHigh, 3u);
}

TEST_F(Transfers, WriteThroughFlushesAfterEachWrite) {
  HANDLE const handle = open(FILE_FLAG_WRITE_THROUGH);
  DWORD bytes = 0;
  ASSERT_TRUE(WriteFile(handle, "x", 1, &bytes, nullptr));
  EXPECT_THAT(volumes.operations(), ElementsAre(Operation::write, Operation::flush));
  refuse(Operation::flush, Errc::write_fault);
  EXPECT_EQ(error_of(WriteFile(handle, "x", 1, &bytes, nullptr)), static_cast<DWORD>(ERROR_WRITE_FAULT));
}

TEST_F(Transfers, WithoutBufferingSectorsAreWhole) {
  HANDLE const handle = open(FILE_FLAG_NO_BUFFERING);
  std::string buffer(1024, 'x');
  DWORD bytes = 0;
  LARGE_INTEGER odd{};
  odd.QuadPart = 100;
  EXPECT_EQ(error_of(ReadFile(handle, buffer.data(), 1000, &bytes, nullptr)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_TRUE(WriteFile(handle, buffer.data(), 512, &bytes, nullptr));
  EXPECT_TRUE(SetFilePointerEx(handle, odd, nullptr, FILE_BEGIN));
  EXPECT_EQ(error_of(WriteFile(handle, buffer.data(), 512, &bytes, nullptr)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
}

TEST_F(Transfers, TransfersNeedTheirRight) {
  HANDLE const reader = open(0, GENERIC_READ), writer = open(0, GENERIC_WRITE), asker = open(0, 0);
  char byte = 0;
  DWORD bytes = 0;
  EXPECT_TRUE(ReadFile(reader, &byte, 1, &bytes, nullptr));
  EXPECT_TRUE(WriteFile(writer, &byte, 1, &bytes, nullptr));
  for (HANDLE each : {writer, asker}) EXPECT_EQ(error_of(ReadFile(each, &byte, 0, &bytes, nullptr)), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  for (HANDLE each : {reader, asker}) EXPECT_EQ(error_of(WriteFile(each, &byte, 0, &bytes, nullptr)), static_cast<DWORD>(ERROR_ACCESS_DENIED));
}

TEST_F(Transfers, NothingAndTooMuch) {
  HANDLE const handle = open();
  DWORD bytes = 99;
  EXPECT_TRUE(ReadFile(handle, nullptr, 0, &bytes, nullptr));
  EXPECT_EQ(bytes, 0u);
  EXPECT_EQ(error_of(ReadFile(handle, nullptr, 1, &bytes, nullptr)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  OVERLAPPED far{};
  far.OffsetHigh = 0x80000000;
  EXPECT_EQ(error_of(ReadFile(handle, &bytes, 4, nullptr, &far)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  far.OffsetHigh = 0x7FFFFFFF;
  far.Offset = 0xFFFFFFFF;
  EXPECT_EQ(error_of(WriteFile(handle, &bytes, 4, nullptr, &far)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  LARGE_INTEGER move{};
  move.QuadPart = -1;
  EXPECT_EQ(error_of(SetFilePointerEx(handle, move, nullptr, FILE_BEGIN)), static_cast<DWORD>(ERROR_NEGATIVE_SEEK));
  EXPECT_EQ(error_of(SetFilePointerEx(handle, move, nullptr, 3)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  move.QuadPart = std::numeric_limits<LONGLONG>::max();
  EXPECT_EQ(error_of(SetFilePointerEx(handle, move, nullptr, FILE_END)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
}

}  // namespace
