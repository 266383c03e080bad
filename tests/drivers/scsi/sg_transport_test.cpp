// SG_IO without a kernel: what is handed to it, and what comes of its answers.
#include "drivers/scsi/sg_transport.hpp"

#include <gtest/gtest.h>
#include <scsi/sg.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "drivers/scsi/commands.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;

class ScriptedKernel final : public scsi::SgCalls {
 public:
  int open(std::string const&) override { return opened; }
  void close(int) override { ++closes; }
  int sg_io(int fd, sg_io_hdr& header) override {
    EXPECT_EQ(fd, 7);
    return answer(header);
  }
  int opened = 7, closes = 0;
  std::function<int(sg_io_hdr&)> answer = [](sg_io_hdr&) { return 0; };
};

scsi::Cdb6 const ready = scsi::TestUnitReady{}.cdb();

Result<scsi::Answer> send(ScriptedKernel& kernel) {
  auto transport = scsi::SgTransport::open("/dev/sg3", kernel);
  return transport ? (*transport)->send({.cdb = std::as_bytes(std::span(ready)), .limit = 60s}) : std::unexpected(transport.error());
}

TEST(SgTransport, HandsOverCommandBufferAndLimit) {
  ScriptedKernel kernel;
  kernel.answer = [](sg_io_hdr& header) {
    EXPECT_EQ(header.interface_id, 'S');
    EXPECT_EQ(header.cmd_len, 6);
    EXPECT_EQ(header.cmdp[0], 0x12);
    EXPECT_EQ(header.dxfer_direction, SG_DXFER_FROM_DEV);
    EXPECT_EQ(header.dxfer_len, 96u);
    EXPECT_EQ(header.timeout, 20'000u);
    std::memset(header.dxferp, 'x', 36);
    header.resid = 60;
    return 0;
  };
  {
    auto transport = scsi::SgTransport::open("/dev/sg3", kernel);
    ASSERT_TRUE(transport);
    EXPECT_EQ((*transport)->name(), "/dev/sg3");
    Buffer data(96);
    auto const cdb = scsi::InquiryCommand{}.cdb();
    auto const answer = (*transport)->send({.cdb = std::as_bytes(std::span(cdb)), .in = data, .limit = 20s});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, scsi::status_good);
    EXPECT_EQ(answer->transferred, 36u);
    EXPECT_EQ(data[35], std::byte{'x'});
  }
  EXPECT_EQ(kernel.closes, 1);
}

// What a target did not send because it was too much comes out of the kernel as a residual, too.
TEST(SgTransport, AResidualBeyondWhatWasAskedIsAnOverflow) {
  for (auto const& [residual, transferred] : {std::pair{0, 96u}, {60, 36u}, {96, 0u}, {97, 96u}, {364, 96u}, {-8, 96u}}) {
    ScriptedKernel kernel;
    kernel.answer = [residual](sg_io_hdr& header) { return header.resid = residual, 0; };
    auto transport = scsi::SgTransport::open("/dev/sg3", kernel);
    Buffer data(96);
    auto const cdb = scsi::InquiryCommand{}.cdb();
    auto const answer = (*transport)->send({.cdb = std::as_bytes(std::span(cdb)), .in = data, .limit = 20s});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->transferred, transferred) << residual;
  }
}

TEST(SgTransport, SenseDataComeWithTheAnswer) {
  ScriptedKernel kernel;
  kernel.answer = [](sg_io_hdr& header) {
    header.status = 2;
    header.driver_status = 8;
    std::memcpy(header.sbp, "\x70\x00\x06", 3);
    header.sb_len_wr = 18;
    return 0;
  };
  auto const answer = send(kernel);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, scsi::status_check_condition);
  EXPECT_EQ(answer->sense.size(), 18u);
}

TEST(SgTransport, WhatNeverReachedTheDeviceIsAnError) {
  auto const code = [](std::function<int(sg_io_hdr&)> answer) {
    ScriptedKernel kernel;
    kernel.answer = std::move(answer);
    auto const given = send(kernel);
    return given ? Errc::success : given.error().code;
  };
  auto const host = [&](unsigned short status) { return code([status](sg_io_hdr& header) { return header.host_status = status, 0; }); };
  EXPECT_EQ(code([](sg_io_hdr&) { return -ENOTTY; }), Errc::not_supported);
  EXPECT_EQ(code([](sg_io_hdr&) { return -EPERM; }), Errc::access_denied);
  EXPECT_EQ(code([](sg_io_hdr&) { return -ENODEV; }), Errc::device_not_available);
  EXPECT_EQ(host(0x01), Errc::device_not_available);
  EXPECT_EQ(host(0x03), Errc::timeout);
  EXPECT_EQ(host(0x07), Errc::device_not_available);
  EXPECT_EQ(code([](sg_io_hdr& header) { return header.driver_status = 0x06, 0; }), Errc::timeout);
}

TEST(SgTransport, ANodeThatCannotBeOpened) {
  ScriptedKernel kernel;
  kernel.opened = -ENOENT;
  EXPECT_EQ(send(kernel).error(), (Error{Errc::resource_not_present, "/dev/sg3", "there is no such device node"}));
  kernel.opened = -EACCES;
  EXPECT_EQ(send(kernel).error().code, Errc::access_denied);
  EXPECT_EQ(kernel.closes, 0);
}

TEST(SgTransport, NoSuchCommand) {
  ScriptedKernel kernel;
  auto transport = scsi::SgTransport::open("/dev/sg3", kernel);
  EXPECT_EQ((*transport)->send({.limit = 1s}).error().code, Errc::invalid_parameter);
}

}  // namespace
}  // namespace rsm::test
