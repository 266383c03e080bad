// SCSI over iSCSI with a target that is made up: answers that no good target gives, and what good ones give seldom.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "drivers/block/unique_fd.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/iscsi_transport.hpp"
#include "drivers/scsi/sense.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t header_bytes = 48;
enum Opcode : std::uint8_t {
  nop_out = 0x00,
  command = 0x01,
  login = 0x03,
  logout = 0x06,
  nop_in = 0x20,
  response = 0x21,
  login_response = 0x23,
  data_in = 0x25,
  logout_response = 0x26,
  asynchronous = 0x32,
  reject = 0x3F
};

// A message as it is sent: header, data, padding.
class Message {
 public:
  Message(Opcode opcode, std::uint8_t flags) : bytes_(header_bytes) { set(0, opcode, 1), set(1, flags, 1); }
  Message& set(std::size_t at, std::uint64_t number, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) bytes_.at(at + i) = static_cast<std::byte>(number >> 8 * (length - 1 - i));
    return *this;
  }
  Message& data(Buffer const& more) {
    set(5, more.size(), 3);
    bytes_.insert(bytes_.end(), more.begin(), more.end());
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return *this;
  }
  Message& to(Buffer const& request) {
    std::copy_n(request.begin() + 16, 4, bytes_.begin() + 16);
    auto const number = static_cast<std::uint32_t>(scsi::Reader(request).u32(24));
    bool const immediate = (request[0] & std::byte{0x40}) != std::byte{0};
    return set(28, immediate ? number : number + 1, 4).set(32, number + 32, 4);
  }
  operator Buffer() const { return bytes_; }

 private:
  Buffer bytes_;
};

Message answer_to(Buffer const& request, std::uint8_t status, std::uint8_t flags = 0x80) {
  return Message(response, flags).set(3, status, 1).to(request);
}
Buffer sense_segment() {
  return bytes("0012") + bytes("70 00 06 00 00 00 00 0A 00 00 00 00 29 00 00 00 00 00");
}

class MadeUpTarget {
 public:
  using Script = std::function<Buffer(Buffer const& request)>;  // the answer to every command but INQUIRY

  explicit MadeUpTarget(Script script) : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{.sin_family = AF_INET, .sin_addr = {::htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof here;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&here), size) != 0 || ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&here), &size) != 0)
      throw std::runtime_error("no listener");
    address_ = {.host = "127.0.0.1", .port = ::ntohs(here.sin_port), .target = "iqn.2020-01.org.openrsm.test:made-up", .lun = 1};
    server_ = std::jthread([this] { serve(); });
  }
  ~MadeUpTarget() { ::shutdown(listener_.get(), SHUT_RDWR); }  // ends accept()
  scsi::IscsiAddress const& address() const { return address_; }

  std::atomic<unsigned> logouts = 0, connections_ended = 0;

 private:
  void serve() {
    for (;;) {
      UniqueFd const client(::accept(listener_.get(), nullptr, nullptr));
      if (!client) return;
      while (auto const request = next(client.get())) {
        Buffer const said = answer(*request);
        if (::send(client.get(), said.data(), said.size(), MSG_NOSIGNAL) < 0) break;
      }
      ++connections_ended;
    }
  }
  static std::optional<Buffer> next(int fd) {
    Buffer request(header_bytes);
    if (::recv(fd, request.data(), header_bytes, MSG_WAITALL) != static_cast<ssize_t>(header_bytes)) return std::nullopt;
    std::size_t const more = (scsi::Reader(request).u24(5) + 3) / 4 * 4;
    Buffer rest(more);
    if (more != 0 && ::recv(fd, rest.data(), more, MSG_WAITALL) != static_cast<ssize_t>(more)) return std::nullopt;
    return request;
  }
  Buffer answer(Buffer const& request) {
    switch (std::to_integer<unsigned>(request[0]) & 0x3F) {
      case login:
        return Message(login_response, std::to_integer<std::uint8_t>(request[1]))
            .to(request)
            .data(text_bytes("HeaderDigest=None") + Buffer(1));
      case logout:
        ++logouts;
        return Message(logout_response, 0x80).to(request);
      case command:
        break;
      default:
        return {};
    }
    if (request[32] != std::byte{0x12}) return script_(request);
    return Message(data_in, 0x81).to(request).data(Buffer(36, std::byte{0x08}));
  }

  Script const script_;
  UniqueFd listener_;
  scsi::IscsiAddress address_;
  std::jthread server_;
};

// What comes of one MODE SENSE with room for 96 bytes, answered like this; then the transport still has to work.
Result<scsi::Answer> answered(MadeUpTarget::Script const& script, Buffer& room) {
  bool first = true;
  MadeUpTarget target([&](Buffer const& request) -> Buffer {
    if (std::exchange(first, false)) return script(request);
    return answer_to(request, 0x00);
  });
  auto transport = scsi::IscsiTransport::open(target.address());
  if (!transport) return std::unexpected(transport.error());
  room.assign(96, std::byte{0x55});
  auto const ask = [&](auto const& cdb, std::span<std::byte> in) {
    return (*transport)->send({.cdb = std::as_bytes(std::span(cdb)), .in = in, .limit = 5s});
  };
  auto answer = ask(scsi::ModeSense6{.page = 0x1D}.cdb(), room);
  auto const next = ask(scsi::TestUnitReady{}.cdb(), {});
  EXPECT_TRUE(next) << next.error().text();
  return answer;
}

TEST(IscsiHostile, AFailedCommandWithoutDataBroughtNone) {
  Buffer room;
  auto const answer = answered([](Buffer const& request) { return answer_to(request, 0x02).data(sense_segment()); }, room);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, scsi::status_check_condition);
  EXPECT_EQ(answer->transferred, 0u) << "the target does not say how much is missing";
  EXPECT_EQ(scsi::decode_sense(answer->sense).key, 6);
  EXPECT_EQ(room, Buffer(96, std::byte{0x55}));
}

TEST(IscsiHostile, DataThatComeWithAFailure) {
  Buffer room;
  auto const answer = answered(
      [](Buffer const& request) {
        return Buffer(Message(data_in, 0x80).to(request).data(Buffer(20, std::byte{7}))) +
               Buffer(answer_to(request, 0x02, 0x82).set(44, 76, 4).data(sense_segment()));
      },
      room);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->transferred, 20u);
  EXPECT_EQ(std::ranges::count(room, std::byte{7}), 20);
  EXPECT_EQ(answer->sense.size(), 18u);
}

TEST(IscsiHostile, SenseDataOfAnyLength) {
  Buffer room;
  auto const sense_of = [&](Buffer const& segment) {
    auto const answer = answered([&](Buffer const& request) { return answer_to(request, 0x02).data(segment); }, room);
    if (!answer || answer->status != scsi::status_check_condition) return std::string("not answered");
    return std::to_string(answer->sense.size());
  };
  EXPECT_EQ(sense_of(bytes("FFFF") + Buffer(18, std::byte{0x70})), "18");
  EXPECT_EQ(sense_of(bytes("0000") + Buffer(18, std::byte{0x70})), "0");
  EXPECT_EQ(sense_of(bytes("0FA0") + Buffer(4000, std::byte{0x70})), "252");
  EXPECT_EQ(sense_of({}), "0");
}

TEST(IscsiHostile, ResidualsThatCannotBe) {
  Buffer room;
  auto const transferred = [&](std::uint8_t flags, std::uint32_t residual) {
    auto const answer = answered(
        [&](Buffer const& request) { return Message(data_in, flags).to(request).set(44, residual, 4).data(Buffer(40, std::byte{7})); },
        room);
    return answer ? std::to_string(answer->transferred) : answer.error().text();
  };
  EXPECT_EQ(transferred(0x83, 56), "40");
  EXPECT_EQ(transferred(0x83, 0xFFFFFFFF), "0");
  EXPECT_EQ(transferred(0x81, 0), "40") << "not more than has come";
  EXPECT_EQ(transferred(0x85, 1000), "40") << "overflow";
}

TEST(IscsiHostile, WhatIsNoAnswerEndsTheSession) {
  Buffer room;
  auto const code = [&](MadeUpTarget::Script const& script) {
    auto const answer = answered(script, room);
    return answer ? Errc::success : answer.error().code;
  };
  EXPECT_EQ(code([](Buffer const& request) { return Message(data_in, 0x81).to(request).data(Buffer(200, std::byte{7})); }),
            Errc::device_not_available)
      << "more than there is room for";
  EXPECT_EQ(code([](Buffer const& request) { return Message(data_in, 0x81).to(request).set(40, 0xFFFF0000, 4).data(Buffer(40)); }),
            Errc::device_not_available)
      << "far behind the buffer";
  EXPECT_EQ(code([](Buffer const& request) { return answer_to(request, 0x10); }), Errc::device_not_available) << "no such status";
  EXPECT_EQ(code([](Buffer const& request) { return Message(reject, 0x80).set(2, 4, 1).set(16, 0xFFFFFFFF, 4).data(request); }),
            Errc::device_not_available);
  EXPECT_EQ(code([](Buffer const& request) { return Message(asynchronous, 0x80).to(request).set(16, 0xFFFFFFFF, 4).set(36, 1, 1); }),
            Errc::device_not_available)
      << "the target asks for a logout";
  EXPECT_EQ(code([](Buffer const&) { return Buffer(4096, std::byte{0xFF}); }), Errc::device_not_available);
}

TEST(IscsiHostile, MessagesInBetween) {
  Buffer room;
  auto const answer = answered(
      [](Buffer const& request) {
        Buffer const ping = Message(nop_in, 0x80).to(request).set(16, 0xFFFFFFFF, 4).set(20, 0x1234, 4);
        Buffer const for_nobody = answer_to(request, 0x02).set(16, 0x7777, 4);
        return ping + for_nobody + Buffer(answer_to(request, 0x00));
      },
      room);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, scsi::status_good);
}

bool becomes(std::atomic<unsigned> const& number, unsigned wanted) {
  auto const end = std::chrono::steady_clock::now() + 10s;
  while (number != wanted && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
  return number == wanted;
}

TEST(IscsiHostile, LogsOutAndEndsTheConnection) {
  MadeUpTarget target([](Buffer const& request) { return answer_to(request, 0x00); });
  {
    auto const transport = scsi::IscsiTransport::open(target.address());
    ASSERT_TRUE(transport) << transport.error().text();
    EXPECT_EQ(target.connections_ended, 0u);
  }
  EXPECT_EQ(target.logouts, 1u);
  EXPECT_TRUE(becomes(target.connections_ended, 1));
}

// The connection goes at once, not with the next command: the command must not go on behind the caller's back.
TEST(IscsiHostile, ALateCommandEndsTheConnectionWithoutALogout) {
  MadeUpTarget target([](Buffer const&) { return Buffer(); });
  auto const transport = scsi::IscsiTransport::open(target.address());
  ASSERT_TRUE(transport) << transport.error().text();
  auto const cdb = scsi::TestUnitReady{}.cdb();
  auto const late = (*transport)->send({.cdb = std::as_bytes(std::span(cdb)), .limit = 50ms});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
  EXPECT_TRUE(becomes(target.connections_ended, 1));
  EXPECT_EQ(target.logouts, 0u);
}

}  // namespace
}  // namespace rsm::test
