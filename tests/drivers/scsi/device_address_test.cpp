// Addresses of devices: what people may write, the one spelling, and what is refused without being repeated.
#include "drivers/scsi/device_address.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drivers/scsi/limits.hpp"

namespace rsm::test {
namespace {

using namespace std::string_literals;

std::string spelled(std::string_view text) {
  auto const address = scsi::DeviceAddress::parse(text);
  return address ? address->text() : "refused: " + address.error().detail;
}

TEST(DeviceAddress, Nodes) {
  EXPECT_EQ(spelled("/dev/sg3"), "/dev/sg3");
  EXPECT_EQ(spelled("//dev/./tape//by-id/scsi-3500-changer"), "/dev/tape/by-id/scsi-3500-changer");
  EXPECT_EQ(spelled("/dev/disk/by-path/pci-0000:00:1f.2-ata@1"), "/dev/disk/by-path/pci-0000:00:1f.2-ata@1");
  auto const node = scsi::DeviceAddress::parse("/dev/sg3");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->node()->path, "/dev/sg3");
  EXPECT_EQ(node->iscsi(), nullptr);
}

TEST(DeviceAddress, TargetsOfIscsi) {
  auto const address = scsi::DeviceAddress::parse("iscsi://Library.Example.org/iqn.2020-01.org.example:VTL.1/5");
  ASSERT_TRUE(address) << address.error().text();
  EXPECT_EQ(address->node(), nullptr);
  auto const& iscsi = *address->iscsi();
  EXPECT_EQ(iscsi.host, "library.example.org");
  EXPECT_EQ(iscsi.port, 3260);
  EXPECT_EQ(iscsi.target, "iqn.2020-01.org.example:VTL.1") << "a target compares letter by letter";
  EXPECT_EQ(iscsi.lun, 5);
  EXPECT_EQ(iscsi.portal(), "library.example.org:3260");
  EXPECT_EQ(address->text(), "iscsi://library.example.org:3260/iqn.2020-01.org.example:vtl.1/5");
}

TEST(DeviceAddress, TheSameDeviceIsSpelledInOneWay) {
  constexpr auto one = "iscsi://[::1]:3260/iqn.2020-01.a:b/16383";
  for (auto const* other : {one, "ISCSI://[0:0:0:0:0:0:0:1]/IQN.2020-01.A:B/16383", "iscsi://[0::1]:3260/iqn.2020-01.a:B/16383"}) {
    EXPECT_EQ(spelled(other), one);
    EXPECT_EQ(*scsi::DeviceAddress::parse(other), *scsi::DeviceAddress::parse(one));
  }
  EXPECT_NE(*scsi::DeviceAddress::parse("iscsi://h/iqn.2020-01.a/1"), *scsi::DeviceAddress::parse("iscsi://h/iqn.2020-01.a/2"));
  EXPECT_NE(*scsi::DeviceAddress::parse("iscsi://h:1/iqn.2020-01.a/1"), *scsi::DeviceAddress::parse("iscsi://h/iqn.2020-01.a/1"));
  EXPECT_EQ(spelled(spelled("iscsi://10.0.0.7:860/naa.600A0B8000123456/0")), "iscsi://10.0.0.7:860/naa.600a0b8000123456/0");
  EXPECT_EQ(spelled("iscsi://h/eui.02004567A425678D/0"), "iscsi://h:3260/eui.02004567a425678d/0");
  EXPECT_EQ(spelled("iscsi://h/naa.62004567BA64678D0123456789ABCDEF/0"), "iscsi://h:3260/naa.62004567ba64678d0123456789abcdef/0");
}

TEST(DeviceAddress, ABigLunIsSentFlat) {
  EXPECT_EQ(scsi::sent_lun(0), 0);
  EXPECT_EQ(scsi::sent_lun(255), 255);
  EXPECT_EQ(scsi::sent_lun(256), 0x4100);
  EXPECT_EQ(scsi::sent_lun(300), 16684);
  EXPECT_EQ(scsi::sent_lun(16383), 0x7FFF);
}

TEST(DeviceAddress, WhatIsNoAddressIsRefused) {
  std::string const host_64(64, 'a'), name_224 = "iqn.2020-01.a" + std::string(211, 'b');
  std::string const too_long = "/dev/" + std::string(limits::scsi_address_bytes_max, 'x');
  for (std::string const& wrong : {""s,
                                   "sg3"s,
                                   "dev/sg3"s,
                                   "/"s,
                                   "///"s,
                                   "/dev/"s,
                                   "/dev/../sg3"s,
                                   "/dev/.."s,
                                   "/dev/s g3"s,
                                   "/dev/sg3\n"s,
                                   "/dev/sg3\0x"s,
                                   "/dev/sg\x7F"s,
                                   too_long,
                                   "http://h/iqn.2020-01.a/1"s,
                                   "iscsi:/h/iqn.2020-01.a/1"s,
                                   "iscsi://"s,
                                   "iscsi:///iqn.2020-01.a/1"s,
                                   "iscsi://h"s,
                                   "iscsi://h/"s,
                                   "iscsi://h/iqn.2020-01.a"s,
                                   "iscsi://h/iqn.2020-01.a/"s,
                                   "iscsi://h/iqn.2020-01.a/1/"s,
                                   "iscsi://h/iqn.2020-01.a/1/2"s,
                                   "iscsi://h//1"s,
                                   "iscsi://h/iqn.2020-01.a/16384"s,
                                   "iscsi://h/iqn.2020-01.a/-1"s,
                                   "iscsi://h/iqn.2020-01.a/+1"s,
                                   "iscsi://h/iqn.2020-01.a/01"s,
                                   "iscsi://h/iqn.2020-01.a/0x1"s,
                                   "iscsi://h/iqn.2020-01.a/65537"s,
                                   "iscsi://h/iqn.2020-01.a/99999999999999999999"s,
                                   "iscsi://h/iqn.2020-01.a/1?x"s,
                                   "iscsi://h/iqn.2020-01.a/1#x"s,
                                   "iscsi://h:/iqn.2020-01.a/1"s,
                                   "iscsi://h:0/iqn.2020-01.a/1"s,
                                   "iscsi://h:65536/iqn.2020-01.a/1"s,
                                   "iscsi://h:x/iqn.2020-01.a/1"s,
                                   "iscsi://h:03260/iqn.2020-01.a/1"s,
                                   "iscsi://::1:3260/iqn.2020-01.a/1"s,
                                   "iscsi://::1/iqn.2020-01.a/1"s,
                                   "iscsi://[::1/iqn.2020-01.a/1"s,
                                   "iscsi://[::1]x/iqn.2020-01.a/1"s,
                                   "iscsi://[]/iqn.2020-01.a/1"s,
                                   "iscsi://[::1%25lo]/iqn.2020-01.a/1"s,
                                   "iscsi://[::g]/iqn.2020-01.a/1"s,
                                   "iscsi://[127.0.0.1]/iqn.2020-01.a/1"s,
                                   "iscsi://[" + std::string(200, ':') + "]/iqn.2020-01.a/1",
                                   "iscsi://1.2.3/iqn.2020-01.a/1"s,
                                   "iscsi://1.2.3.256/iqn.2020-01.a/1"s,
                                   "iscsi://010.0.0.1/iqn.2020-01.a/1"s,
                                   "iscsi://0x7f.1/iqn.2020-01.a/1"s,
                                   "iscsi://a..b/iqn.2020-01.a/1"s,
                                   "iscsi://-a/iqn.2020-01.a/1"s,
                                   "iscsi://a,b/iqn.2020-01.a/1"s,
                                   "iscsi://a%20b/iqn.2020-01.a/1"s,
                                   "iscsi://" + host_64 + "/iqn.2020-01.a/1",
                                   "iscsi://h\xC3\xA9/iqn.2020-01.a/1"s,
                                   "iscsi://h/disk1/1"s,
                                   "iscsi://h/iqn.2020-13.a/1"s,
                                   "iscsi://h/iqn.2020-00.a/1"s,
                                   "iscsi://h/iqn.202-01.a/1"s,
                                   "iscsi://h/iqn.2020-01/1"s,
                                   "iscsi://h/iqn.2020-01./1"s,
                                   "iscsi://h/iqn.2020-01.a%3Ab/1"s,
                                   "iscsi://h/iqn.2020-01.a,b/1"s,
                                   "iscsi://h/" + name_224 + "/1",
                                   "iscsi://h/eui.0123/1"s,
                                   "iscsi://h/eui.0123456789abcdeg/1"s,
                                   "iscsi://h/naa.0123456789abcdef0/1"s,
                                   "iscsi://h/iqn./1"s,
                                   "iscsi://h/eui/1"s}) {
    auto const address = scsi::DeviceAddress::parse(wrong);
    ASSERT_FALSE(address) << wrong;
    EXPECT_EQ(address.error().code, Errc::invalid_parameter) << wrong;
    EXPECT_EQ(address.error().object, "device address");
    EXPECT_GE(address.error().detail.size(), 10u);
  }
  EXPECT_EQ(spelled("iscsi://h/" + name_224.substr(0, 223) + "/1").substr(0, 10), "iscsi://h:");
}

TEST(DeviceAddress, ASecretIsRefusedAndNeverRepeated) {
  for (auto const* wrong : {"iscsi://operator%sesame@h/iqn.2020-01.a/1", "iscsi://operator:sesame@h:3260/iqn.2020-01.a/1",
                            "iscsi://sesame@/x", "iscsi://h/iqn.2020-01.a@sesame/1"}) {
    auto const address = scsi::DeviceAddress::parse(wrong);
    ASSERT_FALSE(address);
    EXPECT_NE(address.error().detail.find("they stand in a file of their own"), std::string::npos) << address.error().detail;
    EXPECT_EQ(address.error().text().find("sesame"), std::string::npos);
  }
  EXPECT_EQ(spelled("operator%sesame@h/iqn.2020-01.a/1").find("sesame"), std::string::npos);
  EXPECT_EQ(spelled("iscsi://sesame!/iqn.2020-01.a/1").find("sesame"), std::string::npos);
}

// Every cut of a good address, and every byte of it as another one: refused, or an address whose spelling is its own.
TEST(DeviceAddress, EveryCutAndEveryOtherByte) {
  auto const check = [](std::string const& text) {
    if (auto const address = scsi::DeviceAddress::parse(text)) {
      auto const again = scsi::DeviceAddress::parse(address->text());
      ASSERT_TRUE(again) << address->text();
      EXPECT_EQ(again->text(), address->text());
      EXPECT_EQ(*again, *address);
    }
  };
  for (std::string const good : {"iscsi://[fe80::1]:3260/iqn.2020-01.org.example:vtl/300", "iscsi://10.1.2.3/eui.02004567a425678d/0",
                                 "/dev/tape/by-id/scsi-3500-changer"}) {
    ASSERT_TRUE(scsi::DeviceAddress::parse(good));
    for (std::size_t at = 0; at < good.size(); ++at) {
      check(good.substr(0, at));
      check(good.substr(at));
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string other = good;
        other[at] = static_cast<char>(byte);
        check(other);
      }
    }
  }
}

}  // namespace
}  // namespace rsm::test
