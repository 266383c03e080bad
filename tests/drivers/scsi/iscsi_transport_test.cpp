// SCSI over iSCSI, with a real target (tgtd): what comes back, what breaks on the way, who is let in; and the changer driver on top of it.
#include "drivers/scsi/iscsi_transport.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "drivers/changer/medium_changer.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/open_transport.hpp"
#include "drivers/scsi/sense.hpp"
#include "tests/drivers/scsi/answers.hpp"
#include "tests/drivers/scsi/tgt.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;

constexpr Millis patience = 30s;  // of commands that are to be answered
constexpr char const* secret = "open sesame 4711";

class IscsiTransport : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Tgt::is_installed()) GTEST_SKIP() << "tgtd is not installed (package tgt)";
  }

  static std::unique_ptr<scsi::IscsiTransport> opened(scsi::IscsiAddress const& address, scsi::IscsiOptions const& options = {}) {
    auto transport = scsi::IscsiTransport::open(address, options);
    if (!transport) throw std::runtime_error(transport.error().text());
    return *std::move(transport);
  }
  static Error refused(scsi::IscsiAddress const& address, scsi::IscsiOptions const& options = {}) {
    auto transport = scsi::IscsiTransport::open(address, options);
    if (transport) return {Errc::success, "", "it was opened"};
    EXPECT_EQ(transport.error().object, address.text());
    EXPECT_EQ(transport.error().text().find(secret), std::string::npos);
    EXPECT_GT(transport.error().detail.size(), 10u);
    return transport.error();
  }
  template <class Cdb>
  static Result<scsi::Answer> send(scsi::Transport& transport, Cdb const& cdb, std::span<std::byte> in = {}, scsi::Bytes out = {},
                                   Millis limit = patience) {
    return transport.send({.cdb = std::as_bytes(std::span(cdb)), .in = in, .out = out, .limit = limit});
  }
  static Result<scsi::Answer> ready(scsi::Transport& transport, Millis limit = patience) {
    return send(transport, scsi::TestUnitReady{}.cdb(), {}, {}, limit);
  }
  // "00", or "02 6/29/00"; or the error.
  static std::string said(Result<scsi::Answer> const& answer) {
    if (!answer) return answer.error().text();
    auto const sense = scsi::decode_sense(answer->sense);
    return answer->sense.empty() ? fmt::format("{:02X}", answer->status)
                                 : fmt::format("{:02X} {:X}/{:02X}/{:02X}", answer->status, sense.key, sense.asc, sense.ascq);
  }
  static void expect_new_session(scsi::Transport& changer) {
    EXPECT_EQ(said(ready(changer)), "02 6/29/00") << "the attention of a new session";
    EXPECT_EQ(said(ready(changer)), "00");
  }
  static scsi::IscsiOptions with_chap(std::string user, std::string secret_text) {
    return {.chap = scsi::Chap{.user = std::move(user), .secret = std::move(secret_text)}};
  }
};

// Fixed-size CDBs of tape drives that the product's commands do not have.
scsi::Cdb6 read6(std::uint32_t bytes) {
  return {0x08, 0, static_cast<std::uint8_t>(bytes >> 16), static_cast<std::uint8_t>(bytes >> 8), static_cast<std::uint8_t>(bytes), 0};
}
scsi::Cdb6 write6(std::uint32_t bytes) {
  return {0x0A, 0, static_cast<std::uint8_t>(bytes >> 16), static_cast<std::uint8_t>(bytes >> 8), static_cast<std::uint8_t>(bytes), 0};
}

TEST_F(IscsiTransport, InquiryLeavesTheAttentionToTheCaller) {
  Tgt tgt({.drives = 1});
  auto const transport = opened(tgt.changer());
  EXPECT_EQ(transport->name(), tgt.changer().text());
  Buffer data(96);
  auto const answer = send(*transport, scsi::InquiryCommand{}.cdb(), data);
  ASSERT_EQ(said(answer), "00");
  EXPECT_EQ(answer->transferred, 66u);
  EXPECT_EQ(data[0], std::byte{0x08});
  EXPECT_EQ(scsi::text_of(scsi::Bytes(data).subspan(8, 8)), "LAB     ");
  EXPECT_TRUE(std::ranges::all_of(data.begin() + 66, data.end(), [](std::byte byte) { return byte == std::byte{0}; }));
  expect_new_session(*transport);

  auto const drive = opened(tgt.drive(0));
  ASSERT_EQ(said(send(*drive, scsi::InquiryCommand{}.cdb(), data)), "00");
  EXPECT_EQ(data[0], std::byte{0x01});
  EXPECT_EQ(said(ready(*drive)), "02 6/29/00");
  auto const empty = ready(*drive);
  EXPECT_EQ(said(empty), "02 2/3A/00");
  EXPECT_EQ(empty->transferred, 0u);
}

TEST_F(IscsiTransport, ACommandThatFailsEndsNothing) {
  Tgt tgt({.drives = 1});
  auto const transport = opened(tgt.changer());
  Buffer data(96);
  EXPECT_EQ(said(send(*transport, scsi::ModeSense6{.page = 0x1D}.cdb(), data)), "02 6/29/00");
  EXPECT_EQ(said(send(*transport, scsi::LogSense{.page = 0x2E}.cdb(), data)), "02 5/20/00");
  EXPECT_EQ(transport->send({.limit = 1s}).error().code, Errc::invalid_parameter);
  Buffer const out(4);
  EXPECT_EQ(send(*transport, scsi::TestUnitReady{}.cdb(), data, out).error().code, Errc::invalid_parameter);
  EXPECT_EQ(said(ready(*transport)), "00") << "and the session lives";
}

TEST_F(IscsiTransport, BlocksOfATape) {
  Tgt tgt({.drives = 1, .cartridges = 1});
  changer::MediumChanger robot(opened(tgt.changer()));
  ASSERT_TRUE(robot.elements({{ElementKind::slot, 0, 1}}));
  auto const loaded = robot.move({{ElementKind::slot, 0}, {ElementKind::drive, 0}});
  ASSERT_TRUE(loaded) << loaded.error().text();
  auto const drive = opened(tgt.drive(0));
  EXPECT_EQ(said(ready(*drive)), "02 6/29/00");
  ASSERT_EQ(said(ready(*drive)), "00");

  Buffer small(1000), big(200'000);
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<std::byte>(i * 7 + i / 251);
  std::ranges::copy_n(big.begin(), 1000, small.begin());
  auto const written = send(*drive, write6(1000), {}, small);
  ASSERT_EQ(said(written), "00");
  EXPECT_EQ(written->transferred, 1000u);
  ASSERT_EQ(said(send(*drive, write6(200'000), {}, big)), "00");
  ASSERT_EQ(said(send(*drive, scsi::Rewind{}.cdb())), "00");

  Buffer room(65'536);
  auto const shorter = send(*drive, read6(65'536), room);
  ASSERT_EQ(said(shorter), "02 0/00/00");
  auto const sense = scsi::decode_sense(shorter->sense);
  EXPECT_TRUE(sense.ili);
  EXPECT_EQ(sense.information, 65'536 - 1000);
  EXPECT_EQ(shorter->transferred, 65'536u - 1000u) << "tgt sends zeros behind the block: only INFORMATION tells its length";
  EXPECT_TRUE(std::ranges::equal(small, std::span(room).first(1000))) << "data that come with CHECK CONDITION";
  Buffer exact(200'000);
  auto const read = send(*drive, read6(200'000), exact);
  ASSERT_EQ(said(read), "00");
  EXPECT_EQ(read->transferred, exact.size());
  EXPECT_EQ(exact, big);
}

TEST_F(IscsiTransport, ABigLunIsItsOwnUnit) {
  Tgt tgt({.drives = 1});
  ASSERT_EQ(tgt.control({"--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", "300", "-b", tgt.lab().path("changer"),
                         "--device-type", "changer"}),
            0);
  auto const transport = opened(tgt.address(300));
  Buffer data(96);
  ASSERT_EQ(said(send(*transport, scsi::InquiryCommand{}.cdb(), data)), "00");
  EXPECT_EQ(data[0], std::byte{0x08});
  EXPECT_EQ(refused(tgt.address(257)).code, Errc::resource_not_present) << "a raw number would be LUN 1";
}

TEST_F(IscsiTransport, ManyUnitsAtOnce) {
  constexpr unsigned drives = 8, rounds = 100;
  Tgt tgt({.drives = drives});
  std::atomic<unsigned> right = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned lun = 1; lun <= drives + 1; ++lun)
      threads.emplace_back([&, lun] {
        auto const transport = scsi::IscsiTransport::open(tgt.address(lun));
        if (!transport || said(ready(**transport)) != "02 6/29/00") return;
        auto const serial = lun <= drives ? fmt::format("DRV{:07}", lun - 1) : "VLIB000001";
        for (unsigned i = 0; i < rounds; ++i) {
          Buffer data(252);
          auto const answer =
              send(**transport, scsi::InquiryCommand{.vital_product_data = true, .page = 0x80, .allocation = 252}.cdb(), data);
          if (said(answer) != "00" || !scsi::text_of(scsi::Bytes(data).first(answer->transferred)).ends_with(serial)) return;
        }
        ++right;
      });
  }
  EXPECT_EQ(right, drives + 1);
}

TEST_F(IscsiTransport, EndsItsSession) {
  Tgt tgt({.drives = 1});
  {
    auto const first = opened(tgt.changer()), second = opened(tgt.drive(0));
    EXPECT_EQ(tgt.sessions().size(), 2u);
  }
  auto const end = std::chrono::steady_clock::now() + patience;
  while (!tgt.sessions().empty() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(tgt.sessions().empty());
}

TEST_F(IscsiTransport, ATargetThatStops) {
  Tgt tgt({.drives = 1});
  auto const transport = opened(tgt.changer());
  expect_new_session(*transport);
  tgt.stop();
  Buffer room(96, std::byte{0x55});
  auto const late = send(*transport, scsi::InquiryCommand{}.cdb(), room, {}, 300ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), (Error{Errc::timeout, tgt.changer().text(), "no answer within 300 ms; the device may still carry it out"}));
  auto const closed = ready(*transport, 300ms);
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error(),
            (Error{Errc::not_connected, tgt.changer().text(), "the target takes the connection but does not answer the login"}));
  EXPECT_EQ(refused(tgt.changer(), {.connect_limit = 200ms}).code, Errc::not_connected);
  tgt.go_on();
  expect_new_session(*transport);
  EXPECT_EQ(room, Buffer(96, std::byte{0x55})) << "nothing arrives after the caller has its buffer back";
}

TEST_F(IscsiTransport, AConnectionThatIsCutBetweenTwoCommands) {
  Tgt tgt({.drives = 1});
  auto const transport = opened(tgt.changer());
  expect_new_session(*transport);
  tgt.kill();
  tgt.start();
  expect_new_session(*transport);  // not one command was lost
  tgt.kill();
  auto const gone = ready(*transport, 5s);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::not_connected) << gone.error().text();
  EXPECT_NE(gone.error().detail.find("Connection refused; is the iSCSI target running there?"), std::string::npos) << gone.error().detail;
  tgt.start();
  expect_new_session(*transport);
}

// tgt ends a connection some time after it was told to: the command may come first, and then nobody knows what became of it.
TEST_F(IscsiTransport, AConnectionThatTheTargetEnds) {
  Tgt tgt({.drives = 1});
  auto const transport = opened(tgt.changer());
  for (int i = 0; i < 3; ++i) {
    expect_new_session(*transport);
    tgt.drop_connections();
    if (auto const answer = ready(*transport); answer) {
      EXPECT_EQ(said(answer), "02 6/29/00");
      tgt.kill(), tgt.start();
    } else {
      EXPECT_EQ(answer.error().code, Errc::device_not_available) << answer.error().text();
    }
  }
  expect_new_session(*transport);
}

TEST_F(IscsiTransport, ATargetThatDiesDuringACommand) {
  Tgt tgt({.drives = 1});
  auto const transport = opened(tgt.changer());
  expect_new_session(*transport);
  for (bool const sends : {false, true}) {
    tgt.stop();
    std::jthread killer([&] {
      std::this_thread::sleep_for(200ms);
      tgt.kill();
    });
    Buffer const much(8 << 20);  // more than the sockets take: something is left to write when nobody listens any more
    auto const lost = sends ? send(*transport, write6(much.size()), {}, much) : ready(*transport);
    killer.join();
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error(), (Error{Errc::device_not_available, transport->name(),
                                   "the connection to the target was lost; what became of the command is not known"}));
    tgt.start();
    expect_new_session(*transport);
  }
}

TEST_F(IscsiTransport, WhatIsNotThere) {
  Tgt tgt({.drives = 1});
  EXPECT_EQ(refused(tgt.address(77)).detail, "the target has no LUN 77");
  auto other = tgt.changer();
  other.target = "iqn.2020-01.org.openrsm.test:nothing";
  auto const no_target = refused(other);
  EXPECT_EQ(no_target.code, Errc::resource_not_present);
  EXPECT_EQ(no_target.detail, "there is no target iqn.2020-01.org.openrsm.test:nothing here, or it does not show itself to this computer");
  auto named = tgt.changer();
  named.host = "localhost";
  expect_new_session(*opened(named));
  named.host = "no-such-host.invalid";
  EXPECT_EQ(refused(named, {.connect_limit = 3s}).code, Errc::not_connected);
  EXPECT_EQ(refused(tgt.changer(), {.initiator = "me"}).code, Errc::invalid_parameter);
  auto const closed = tgt.changer();
  tgt.kill();
  auto const nobody = refused(closed);
  EXPECT_EQ(nobody.code, Errc::not_connected);
  EXPECT_EQ(nobody.detail, fmt::format("no connection to {}: Connection refused; is the iSCSI target running there?", closed.portal()));
}

// Whoever else may listen at the port: says nothing, hangs up, or says what no target says.
TEST_F(IscsiTransport, WhoDoesNotSpeakIscsi) {
  UniqueFd const listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in here{.sin_family = AF_INET, .sin_addr = {::htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof here;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&here), size), 0);
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&here), &size), 0);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  scsi::IscsiAddress const address{
      .host = "127.0.0.1", .port = ::ntohs(here.sin_port), .target = "iqn.2020-01.org.openrsm.test:x", .lun = 1};
  EXPECT_EQ(refused(address, {.connect_limit = 200ms}).detail, "the target takes the connection but does not answer the login");
  ::close(::accept(listener.get(), nullptr, nullptr));
  for (std::string const& words : {std::string(), std::string("220 smtp.example.org ready\r\n"), std::string(4096, '\xFF'),
                                   std::string(4096, '\0'), "\x23" + std::string(47, '\0'), "\x3F" + std::string(100, '\x20')}) {
    std::jthread const server([&] {
      UniqueFd const client(::accept(listener.get(), nullptr, nullptr));
      char request[512];
      if (::recv(client.get(), request, sizeof request, 0) > 0) ::send(client.get(), words.data(), words.size(), MSG_NOSIGNAL);
      ::shutdown(client.get(), SHUT_WR);
      while (::recv(client.get(), request, sizeof request, 0) > 0) {
      }
    });
    EXPECT_EQ(refused(address, {.connect_limit = 2s}).code, Errc::not_connected);
  }
}

TEST_F(IscsiTransport, Chap) {
  Tgt tgt({.drives = 1, .user = "operator", .secret = secret});
  expect_new_session(*opened(tgt.changer(), with_chap("operator", secret)));
  auto const missing = refused(tgt.changer());
  EXPECT_EQ(missing.code, Errc::access_denied);
  EXPECT_EQ(missing.detail, "the target wants a user and a secret (CHAP): write them into a file and name it for this device");
  auto const wrong = refused(tgt.changer(), with_chap("operator", std::string(secret) + "2"));
  EXPECT_EQ(wrong.code, Errc::access_denied);
  EXPECT_EQ(wrong.detail, "the target refuses this user and secret (CHAP): compare them with the target's");
  EXPECT_EQ(refused(tgt.changer(), with_chap("somebody", secret)).code, Errc::access_denied);
}

TEST_F(IscsiTransport, ATargetThatHasToProveWhoItIs) {
  Tgt tgt({.drives = 1, .user = "operator", .secret = secret, .target_user = "library", .target_secret = "I am the library"});
  auto options = with_chap("operator", secret);
  options.chap->target_user = "library", options.chap->target_secret = "I am the library";
  expect_new_session(*opened(tgt.changer(), options));
  options.chap->target_secret = "I was the library";
  auto const wrong = refused(tgt.changer(), options);
  EXPECT_EQ(wrong.code, Errc::access_denied);
  EXPECT_EQ(wrong.detail, "the target does not prove who it is (mutual CHAP): compare target_user and target_secret with the target's");
  options.chap->target_user = "somebody", options.chap->target_secret = "I am the library";
  EXPECT_EQ(refused(tgt.changer(), options).code, Errc::access_denied);
}

TEST_F(IscsiTransport, ATargetThatProvesNothing) {
  Tgt tgt({.drives = 1, .user = "operator", .secret = secret});
  auto options = with_chap("operator", secret);
  options.chap->target_user = "library", options.chap->target_secret = "I am the library";
  EXPECT_EQ(refused(tgt.changer(), options).code, Errc::access_denied);
}

// With CHAP, tgt throws the older of two sessions out that have the same initiator and the same ISID.
TEST_F(IscsiTransport, TwoWithOneNameLiveSideBySide) {
  Tgt tgt({.drives = 2, .user = "operator", .secret = secret});
  auto const options = with_chap("operator", secret);
  auto const changer = opened(tgt.changer(), options), drive = opened(tgt.drive(0), options), again = opened(tgt.changer(), options);
  for (auto const* one : {&changer, &again}) expect_new_session(**one);
  EXPECT_EQ(said(ready(*drive)), "02 6/29/00");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(said(ready(*changer)), "00");
    EXPECT_EQ(said(ready(*again)), "00");
    EXPECT_EQ(said(ready(*drive)), "02 2/3A/00");
  }
  EXPECT_EQ(tgt.sessions().size(), 3u);
}

TEST_F(IscsiTransport, AnAddressIsOpenedByItsKind) {
  Tgt tgt({.drives = 1});
  auto const transport = scsi::open_transport(*scsi::DeviceAddress::parse(tgt.changer().text()));
  ASSERT_TRUE(transport) << transport.error().text();
  expect_new_session(**transport);
  auto const none = scsi::open_transport(*scsi::DeviceAddress::parse("/dev/no-such-node"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error(), (Error{Errc::resource_not_present, "/dev/no-such-node", "there is no such device node"}));
}

TEST(IscsiNames, TheInitiatorIsNamedAfterTheComputer) {
  auto const name = scsi::default_initiator_name();
  EXPECT_TRUE(name.starts_with("iqn.2026-01.org.openrsm:"));
  EXPECT_TRUE(scsi::is_iscsi_name(name)) << name;
}

// Counts what goes through.
class Counting final : public scsi::Transport {
 public:
  Counting(std::unique_ptr<scsi::Transport> inner, std::vector<std::uint8_t>& commands) : inner_(std::move(inner)), commands_(commands) {}
  Result<scsi::Answer> send(scsi::Request const& request) override {
    commands_.push_back(std::to_integer<std::uint8_t>(request.cdb[0]));
    return inner_->send(request);
  }
  std::string const& name() const override { return inner_->name(); }

 private:
  std::unique_ptr<scsi::Transport> inner_;
  std::vector<std::uint8_t>& commands_;
};

class IscsiChanger : public IscsiTransport {
 protected:
  changer::MediumChanger robot(Tgt& tgt) { return changer::MediumChanger(std::make_unique<Counting>(opened(tgt.changer()), commands)); }
  std::vector<std::uint8_t> commands;
};

TEST_F(IscsiChanger, SaysWhoItIsAndWhatItHas) {
  Tgt tgt({.drives = 4, .slots = 1000, .cartridges = 3, .ports = 2});
  auto changer = robot(tgt);
  auto const who = changer.describe();
  ASSERT_TRUE(who) << who.error().text();
  EXPECT_EQ(who->vendor, "LAB");
  EXPECT_EQ(who->product, "VLIB");
  EXPECT_EQ(who->serial, "VLIB000001");
  std::map<ElementKind, std::uint32_t> counts;
  for (auto const& range : who->elements) counts[range.kind] = range.count;
  EXPECT_EQ(counts[ElementKind::drive], 4u);
  EXPECT_EQ(counts[ElementKind::slot], 1000u);
  EXPECT_EQ(counts[ElementKind::port], 2u);
  commands.clear();
  auto const slots = changer.elements({{ElementKind::slot, 0, 1000}});
  ASSERT_TRUE(slots) << slots.error().text();
  EXPECT_LT(commands.size(), 20u);
  ASSERT_EQ(slots->elements.size(), 1000u);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    auto const& slot = slots->elements[i];
    EXPECT_EQ(slot.element, (Element{ElementKind::slot, i}));
    EXPECT_EQ(slot.full, i < 3) << i;
    EXPECT_EQ(slot.barcode, i < 3 ? fmt::format("A{:05}L5", i + 1) : "");
    EXPECT_FALSE(slot.exception) << i;
  }
  auto const others = changer.elements({{ElementKind::drive, 0, 4}, {ElementKind::port, 0, 2}});
  ASSERT_TRUE(others) << others.error().text();
  EXPECT_TRUE(std::ranges::none_of(others->elements, &port::ElementStatus::full));
}

TEST_F(IscsiChanger, MovesAndAsksThreeElementsAtMost) {
  Tgt tgt({.drives = 2, .ports = 1});
  auto changer = robot(tgt);
  ASSERT_TRUE(changer.elements({{ElementKind::slot, 0, 10}}));
  Element const slot{ElementKind::slot, 0}, drive{ElementKind::drive, 1}, port{ElementKind::port, 0};
  for (auto const& [from, to] : std::vector<std::pair<Element, Element>>{{slot, drive}, {drive, port}, {port, slot}}) {
    commands.clear();
    auto const moved = changer.move({from, to});
    ASSERT_TRUE(moved) << moved.error().text();
    EXPECT_EQ(std::ranges::count(commands, 0xA5), 1);
    auto const after = std::ranges::find(commands, 0xA5);
    EXPECT_LE(commands.end() - after - 1, 3);
    auto const seen = changer.elements({{to.kind, to.number, 1}, {from.kind, from.number, 1}});
    ASSERT_TRUE(seen);
    for (auto const& status : seen->elements) EXPECT_EQ(status.full, status.element == to);
  }
}

TEST_F(IscsiChanger, WhatCannotBeMovesNothing) {
  Tgt tgt({.drives = 2});
  auto changer = robot(tgt);
  ASSERT_TRUE(changer.elements({{ElementKind::slot, 0, 10}}));
  Element const full{ElementKind::slot, 0}, other{ElementKind::slot, 1}, empty{ElementKind::slot, 9}, drive{ElementKind::drive, 0};
  EXPECT_EQ(changer.move({empty, drive}).error().code, Errc::empty);
  ASSERT_TRUE(changer.move({full, drive}));
  EXPECT_EQ(changer.move({other, drive}).error().code, Errc::not_empty);
  EXPECT_EQ(changer.move({{ElementKind::slot, 10}, drive}).error().code, Errc::resource_not_present);
  EXPECT_EQ(changer.move({drive, {ElementKind::drive, 2}}).error().code, Errc::resource_not_present);
  EXPECT_EQ(changer.elements({{ElementKind::slot, 9, 2}}).error().code, Errc::resource_not_present);
  auto const seen = changer.elements({{ElementKind::drive, 0, 1}, {ElementKind::slot, 1, 1}});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->elements[1].barcode, "A00001L5");
  EXPECT_EQ(seen->elements[0].barcode, "A00002L5");
}

// A move to a target that is not there was not sent: no doubt about what became of it. After a new session the changer is asked again.
TEST_F(IscsiChanger, AMoveThatWasNeverSent) {
  Tgt tgt({.drives = 1});
  auto changer = robot(tgt);
  ASSERT_TRUE(changer.elements({{ElementKind::slot, 0, 10}}));
  Element const slot{ElementKind::slot, 0}, drive{ElementKind::drive, 0};
  tgt.kill();
  auto const away = changer.move({slot, drive});
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Errc::device_not_available) << away.error().text();
  EXPECT_NE(away.error().detail.find("is the iSCSI target running there?"), std::string::npos) << away.error().detail;
  EXPECT_EQ(away.error().detail.find("whether it was moved is not known"), std::string::npos) << away.error().detail;
  tgt.start();
  auto const attention = changer.move({slot, drive});
  ASSERT_FALSE(attention) << "a changer that was away may hold other things: it is read first";
  EXPECT_EQ(attention.error().code, Errc::not_ready) << attention.error().text();
  ASSERT_TRUE(changer.elements({{ElementKind::slot, 0, 10}}));
  auto const moved = changer.move({slot, drive});
  EXPECT_TRUE(moved) << moved.error().text();
}

}  // namespace
}  // namespace rsm::test
