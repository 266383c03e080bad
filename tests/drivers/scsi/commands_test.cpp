// The bytes of every command, as the standards have them.
#include "drivers/scsi/commands.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

template <class Command>
std::string hex(Command const& command) {
  auto const cdb = command.cdb();
  return hex_of(std::as_bytes(std::span(cdb)));
}

TEST(Commands, OfAllDevices) {
  EXPECT_EQ(hex(scsi::TestUnitReady{}), "000000000000");
  EXPECT_EQ(hex(scsi::InquiryCommand{}), "120000006000");
  EXPECT_EQ(hex(scsi::InquiryCommand{.vital_product_data = true, .page = 0x83, .allocation = 0x1234}), "120183123400");
  EXPECT_EQ(hex(scsi::InquiryCommand{.page = 0x83}), "120000006000") << "a page without EVPD is refused by devices";
  EXPECT_EQ(hex(scsi::RequestSense{}), "03000000fc00");
  EXPECT_EQ(hex(scsi::RequestSense{.descriptor_format = true, .allocation = 18}), "030100001200");
  EXPECT_EQ(hex(scsi::ModeSense6{.page = 0x1D}), "1a081d00ff00");
  EXPECT_EQ(hex(scsi::ModeSense6{.page = 0x1D, .control = scsi::PageControl::saved, .no_block_descriptors = false, .allocation = 24}), "1a00dd001800");
  EXPECT_EQ(hex(scsi::ModeSense10{.page = 0x0A, .subpage = 1, .allocation = 0x0102}), "5a080a01000000010200");
  EXPECT_EQ(hex(scsi::LogSense{.page = 0x2E, .allocation = 324}), "4d006e00000000014400");
  EXPECT_EQ(hex(scsi::PreventAllowMediumRemoval{}), "1e0000000100");
  EXPECT_EQ(hex(scsi::PreventAllowMediumRemoval{.prevent = false}), "1e0000000000");
}

TEST(Commands, OfChangers) {
  EXPECT_EQ(hex(scsi::ReadElementStatus{.type = 4, .start = 0x100, .device_identifiers = true}), "b8140100ffff0300ffff0000");
  EXPECT_EQ(hex(scsi::ReadElementStatus{.start = 1, .count = 2, .volume_tags = false, .without_motion = false, .allocation = 0xFFFFFFFF}), "b8000001000200ffffff0000");
  EXPECT_EQ(hex(scsi::MoveMedium{.transport = 1, .source = 0x1000, .destination = 0x100}), "a50000011000010000000000");
  EXPECT_EQ(hex(scsi::MoveMedium{.source = 0x100, .destination = 0x1000, .invert = true}), "a50000000100100000000100");
  EXPECT_EQ(hex(scsi::ExchangeMedium{.transport = 1, .source = 2, .first_destination = 3, .second_destination = 4, .invert_first = true}), "a60000010002000300040100");
  EXPECT_EQ(hex(scsi::ExchangeMedium{.invert_second = true}), "a60000000000000000000200");
  EXPECT_EQ(hex(scsi::InitializeElementStatus{}), "070000000000");
  EXPECT_EQ(hex(scsi::InitializeElementStatus{.vendor_control = 0x80}), "070000000080");
  EXPECT_EQ(hex(scsi::PositionToElement{.transport = 1, .destination = 0x1005, .invert = true}), "2b000001100500000100");
}

TEST(Commands, InventoryOfARangeInBothSpellings) {
  scsi::InitializeElementStatusWithRange const command{.start = 0x03E9, .count = 4};
  auto const vendor = command.vendor_cdb();
  EXPECT_EQ(hex(command), "370103e9000000040000");
  EXPECT_EQ(hex_of(std::as_bytes(std::span(vendor))), "e70103e9000000040000");
  EXPECT_EQ(hex(scsi::InitializeElementStatusWithRange{.range = false, .fast = true, .start = 7, .count = 7}), "37020000000000000000");
}

TEST(Commands, OfTapeDrives) {
  EXPECT_EQ(hex(scsi::LoadUnload{}), "1b0000000100");
  EXPECT_EQ(hex(scsi::LoadUnload{.load = false, .immediate = true}), "1b0100000000");
  EXPECT_EQ(hex(scsi::LoadUnload{.retension = true, .end_of_tape = true, .hold = true}), "1b0000000f00");
  EXPECT_EQ(hex(scsi::Rewind{.immediate = true}), "010100000000");
  EXPECT_EQ(hex(scsi::ReadTape{.length = 0x010000}), "080001000000");
  EXPECT_EQ(hex(scsi::ReadTape{.fixed = true, .any_length = true, .length = 1}), "080300000100");
  EXPECT_EQ(hex(scsi::WriteFilemarks{}), "100000000000");
  EXPECT_EQ(hex(scsi::WriteFilemarks{.count = 2, .immediate = true}), "100100000200");
  EXPECT_EQ(hex(scsi::Space{.over = scsi::Space::Over::file_marks, .count = 3}), "110100000300");
  EXPECT_EQ(hex(scsi::Space{.count = -1}), "1100ffffff00");
  EXPECT_EQ(hex(scsi::Space{.over = scsi::Space::Over::to_end_of_data}), "110300000000");
  EXPECT_EQ(hex(scsi::ReadBlockLimits{}), "050000000000");
  EXPECT_EQ(hex(scsi::ReadPosition{}), "34000000000000000000");
  EXPECT_EQ(hex(scsi::ReadPosition{.form = scsi::ReadPosition::Form::full}), "34060000000000000000");
  EXPECT_EQ(hex(scsi::ReadPosition{.form = scsi::ReadPosition::Form::extended}), "34080000000000002000");
  EXPECT_EQ(hex(scsi::ReadAttribute{.partition = 1, .first_attribute = 0x0806, .allocation = 0x01020304}), "8c000000000000010806010203040000");
}

TEST(Commands, WhatDoesNotFitBecomesTheLargestThatDoes) {
  EXPECT_EQ(hex(scsi::ModeSense6{.page = 0xFF}), "1a083f00ff00");
  EXPECT_EQ(hex(scsi::ReadElementStatus{.type = 0x1F}).substr(0, 4), "b81f");
  EXPECT_EQ(hex(scsi::LogSense{.page = 0x2E, .control = 9}).substr(4, 2), "ee");
  EXPECT_EQ(hex(scsi::ReadTape{.length = 0xFFFFFFFF}), "0800ffffff00");
  EXPECT_EQ(hex(scsi::WriteFilemarks{.count = 0x01000000}), "1000ffffff00");
  EXPECT_EQ(hex(scsi::Space{.count = 0x00800000}), "11007fffff00");
  EXPECT_EQ(hex(scsi::Space{.count = -0x00800001}), "110080000000");
}

}  // namespace
}  // namespace rsm::test
