// INQUIRY, VPD pages, mode pages and cartridge memory.
#include "drivers/scsi/identity.hpp"

#include <gtest/gtest.h>

#include "drivers/scsi/mam.hpp"
#include "drivers/scsi/mode_pages.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using scsi::ElementType;
using scsi::MamAttribute;

TEST(Identity, StandardInquiryData) {
  auto const inquiry = scsi::decode_inquiry(inquiry_answer());
  ASSERT_TRUE(inquiry) << inquiry.error().text();
  EXPECT_EQ(*inquiry, (scsi::Inquiry{.type = scsi::device_type_changer, .removable = true, .version = 5, .vendor = "IBM", .product = "3573-TL", .revision = "D.90"}));
}

TEST(Identity, InquiryEndsWhereItsLengthSays) {
  Buffer answer = inquiry_answer();
  answer[4] = std::byte{0x1B};  // up to the end of the product
  auto const inquiry = scsi::decode_inquiry(answer);
  ASSERT_TRUE(inquiry);
  EXPECT_EQ(inquiry->product, "3573-TL");
  EXPECT_EQ(inquiry->revision, "");
  EXPECT_EQ(scsi::decode_inquiry(bytes("08800502")).error().code, Errc::bad_length);
}

TEST(Identity, CharactersThatNoNameHas) {
  Buffer answer = inquiry_answer();
  answer[9] = std::byte{0x07};
  answer[10] = std::byte{0xFF};
  EXPECT_EQ(scsi::decode_inquiry(answer)->vendor, "I??");
}

TEST(Identity, SerialNumber) {
  EXPECT_EQ(scsi::decode_serial_number(serial_number_answer()), "00L4U78W1234_LL0");
  EXPECT_EQ(scsi::decode_serial_number(bytes("01 80 00 08") + text_bytes("  AB12  ")), "AB12");
  EXPECT_EQ(scsi::decode_serial_number(bytes("01 80 00 20") + text_bytes("AB12")), "AB12") << "less came than announced";
  EXPECT_EQ(scsi::decode_serial_number(bytes("01 80 00 00")), "");
  EXPECT_EQ(scsi::decode_serial_number(designators_answer()).error().code, Errc::bad_format);
  EXPECT_EQ(scsi::decode_serial_number(bytes("01 80 00")).error().code, Errc::bad_length);
}

TEST(Identity, Designators) {
  auto const designators = scsi::decode_designators(designators_answer());
  ASSERT_TRUE(designators);
  EXPECT_TRUE(designators->complete);
  ASSERT_EQ(designators->list.size(), 3u);
  EXPECT_EQ(designators->list[0].designator.text(), "IBM     ULT3580-TD6     9068001234");
  EXPECT_EQ(designators->list[1].designator.hex(), "5005076312345678");
  EXPECT_EQ(designators->list[1].designator.type, scsi::Designator::naa);
  EXPECT_EQ(designators->list[2].association, scsi::Association::port);
}

TEST(Identity, ACutDesignatorIsMarked) {
  Buffer answer = designators_answer();
  answer.resize(answer.size() - 3);
  auto const designators = scsi::decode_designators(answer);
  ASSERT_TRUE(designators);
  EXPECT_FALSE(designators->complete);
  ASSERT_EQ(designators->list.size(), 3u);
  EXPECT_TRUE(designators->list[2].designator.cut);
  EXPECT_FALSE(designators->list[1].designator.cut);
}

scsi::Designator text_identifier(std::string_view text, std::uint8_t type = scsi::Designator::t10) { return {scsi::Designator::ascii, type, text_bytes(text), false}; }

TEST(Identity, ADriveIsFoundByItsOwnDesignator) {
  auto const own = *scsi::decode_designators(designators_answer());
  EXPECT_TRUE(scsi::identifies(text_identifier("IBM     ULT3580-TD6     9068001234  "), own, ""));
  EXPECT_TRUE(scsi::identifies({scsi::Designator::binary, scsi::Designator::naa, bytes("5005076312345678"), false}, own, ""));
  EXPECT_FALSE(scsi::identifies({scsi::Designator::binary, scsi::Designator::naa, bytes("5005076312345679"), false}, own, "")) << "that is a port";
  EXPECT_FALSE(scsi::identifies({scsi::Designator::binary, scsi::Designator::naa, bytes("5005076312345678"), true}, own, "")) << "cut";
  EXPECT_FALSE(scsi::identifies(text_identifier("IBM     ULT3580-TD6     9068001235"), own, "9068001234"));
}

TEST(Identity, ADriveIsFoundByItsSerialNumberAlone) {
  EXPECT_TRUE(scsi::identifies(text_identifier("JF83801234", scsi::Designator::vendor_own), {}, "JF83801234"));
  scsi::Designator cut = text_identifier("JF83801234", scsi::Designator::vendor_own);
  cut.cut = true;
  EXPECT_FALSE(scsi::identifies(cut, {}, "JF83801234")) << "more may have followed";
  EXPECT_TRUE(scsi::identifies(text_identifier("QUANTUM F002A7BE09_LL3          "), {}, "F002A7BE09_LL3"));
  EXPECT_TRUE(scsi::identifies(text_identifier("HP      Ultrium 12345-67HU1123A0BC"), {}, "HU1123A0BC")) << "the product fills its field";
  EXPECT_FALSE(scsi::identifies(text_identifier("IBM     ULT3580-TD6     9068001234"), {}, "01234")) << "the end of another number";
  EXPECT_FALSE(scsi::identifies(text_identifier("IBM     ULT3580-TD6     9068001234"), {}, "9068")) << "the beginning of another number";
  EXPECT_FALSE(scsi::identifies(text_identifier("IBM     ULT3580-TD6     9068001234"), {}, "  "));
}

TEST(ModePages, OfAChangerInBothForms) {
  for (auto const& sense : {scsi::decode_mode_sense_6(mode_sense_6_answer()), scsi::decode_mode_sense_10(mode_sense_10_answer())}) {
    ASSERT_TRUE(sense);
    ASSERT_EQ(sense->pages.size(), 3u);
    auto const* page = sense->page(scsi::element_address_page);
    ASSERT_NE(page, nullptr);
    EXPECT_TRUE(page->savable);
    EXPECT_EQ(scsi::decode_element_addresses(*page), (scsi::ElementAddresses{{1, 1}, {0x1000, 24}, {16, 1}, {256, 2}}));
    EXPECT_EQ(scsi::decode_transports(*sense->page(scsi::transport_geometry_page)), (std::vector<scsi::TransportGeometry>{{true, 0}}));
    EXPECT_EQ(scsi::decode_element_addresses(*sense->page(scsi::transport_geometry_page)).error().code, Errc::bad_format);
  }
}

TEST(ModePages, WhatCanBeMovedWhere) {
  auto const sense = scsi::decode_mode_sense_6(mode_sense_6_answer());
  auto const capabilities = scsi::decode_capabilities(*sense->page(scsi::device_capabilities_page));
  ASSERT_TRUE(capabilities);
  EXPECT_FALSE(capabilities->can_store(ElementType::transport));
  EXPECT_TRUE(capabilities->can_store(ElementType::drive));
  EXPECT_TRUE(capabilities->move.allows(ElementType::storage, ElementType::drive));
  EXPECT_FALSE(capabilities->move.allows(ElementType::transport, ElementType::drive));
  EXPECT_FALSE(capabilities->move.allows(ElementType::storage, ElementType::transport));
  EXPECT_TRUE(capabilities->exchange.allows(ElementType::transport, ElementType::storage));
  EXPECT_TRUE(capabilities->exchange.allows(ElementType::import_export, ElementType::drive));
}

TEST(ModePages, BlockDescriptorsSubpagesAndWriteProtection) {
  auto const sense = scsi::decode_mode_sense_10(bytes("001A 18 90 00 00 0008 4400000000000200 5D 01 0004 11223344 9E 02 00 07"));
  ASSERT_TRUE(sense);
  EXPECT_EQ(sense->medium_type, 0x18);
  EXPECT_TRUE(sense->write_protected);
  EXPECT_EQ(sense->block_descriptors.size(), 8u);
  ASSERT_EQ(sense->pages.size(), 2u);
  EXPECT_EQ(sense->pages[0].subcode, 1);
  EXPECT_EQ(sense->pages[0].bytes.size(), 8u);
  EXPECT_NE(sense->page(0x1D, 1), nullptr);
  EXPECT_EQ(sense->page(0x1D), nullptr);
  EXPECT_EQ(scsi::decode_transports(sense->pages[1]), (std::vector<scsi::TransportGeometry>{{false, 7}}));
}

TEST(ModePages, APageThatIsCutIsNotUsed) {
  Buffer answer = mode_sense_6_answer();
  answer.resize(4 + 17);
  auto const sense = scsi::decode_mode_sense_6(answer);
  ASSERT_TRUE(sense);
  ASSERT_EQ(sense->pages.size(), 1u);
  EXPECT_TRUE(sense->pages[0].cut);
  EXPECT_EQ(scsi::decode_element_addresses(sense->pages[0]).error().code, Errc::bad_length);
  EXPECT_EQ(scsi::decode_mode_sense_6(bytes("2F0000")).error().code, Errc::bad_length);
}

TEST(MediumMemory, Attributes) {
  auto const memory = scsi::decode_medium_memory(medium_memory_answer());
  ASSERT_TRUE(memory);
  EXPECT_TRUE(memory->complete);
  ASSERT_EQ(memory->attributes.size(), 6u);
  EXPECT_EQ(memory->find(MamAttribute::load_count)->number(), 42u);
  EXPECT_EQ(memory->find(MamAttribute::maximum_capacity)->number(), 0x260000u);
  EXPECT_EQ(memory->find(MamAttribute::manufacturer)->text(), "FUJIFILM");
  EXPECT_EQ(memory->find(MamAttribute::serial_number)->text(), "AB12345678");
  EXPECT_EQ(memory->find(MamAttribute::user_label)->text(), "Backup 7");
  EXPECT_FALSE(memory->find(MamAttribute::user_label)->read_only);
  EXPECT_FALSE(memory->find(MamAttribute::user_label)->number());
  EXPECT_EQ(memory->find(MamAttribute::bar_code), nullptr);
}

TEST(MediumMemory, ACutAttributeIsLeftOut) {
  Buffer answer = medium_memory_answer();
  answer.pop_back();
  auto const memory = scsi::decode_medium_memory(answer);
  ASSERT_TRUE(memory);
  EXPECT_FALSE(memory->complete);
  EXPECT_EQ(memory->attributes.size(), 5u);
  EXPECT_EQ(scsi::decode_medium_memory(bytes("000000")).error().code, Errc::bad_length);
  EXPECT_TRUE(scsi::decode_medium_memory(bytes("00000000"))->complete);
}

}  // namespace
}  // namespace rsm::test
