// READ ELEMENT STATUS at its edges: what the files of cases do not have.
#include "drivers/scsi/element_status.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using scsi::Anomaly;
using scsi::AnswerStatus;
using scsi::decode_element_status;
using scsi::ElementStatus;
using scsi::ElementType;
using scsi::TruncationReason;
using Anomalies = std::vector<Anomaly>;

constexpr std::size_t plenty = 65535;

void append(Buffer& buffer, std::size_t length, std::uint64_t value) {
  while (length-- > 0) buffer.push_back(static_cast<std::byte>(value >> 8 * length));
}

// A header for so many elements and bytes, and what follows.
Buffer answer(unsigned elements, std::size_t byte_count, Buffer const& rest) {
  Buffer buffer;
  append(buffer, 2, 0x1000);
  append(buffer, 2, elements);
  append(buffer, 4, byte_count);
  return buffer + rest;
}
Buffer page(unsigned type, unsigned flags, std::size_t descriptor_bytes, Buffer const& descriptors) {
  Buffer buffer;
  append(buffer, 1, type);
  append(buffer, 1, flags);
  append(buffer, 2, descriptor_bytes);
  append(buffer, 4, descriptors.size());
  return buffer + descriptors;
}
Buffer whole(unsigned elements, Buffer const& pages) { return answer(elements, pages.size(), pages); }
Buffer padded(std::string_view text, std::size_t length) {
  Buffer buffer = text_bytes(text);
  buffer.resize(length, static_cast<std::byte>(' '));
  return buffer;
}
Buffer const fixed_full = bytes("1000 09 00 00 00 00 00 00 80 1001");
Buffer tag(std::string_view text) { return padded(text, 32) + bytes("00000000"); }

ElementStatus decoded(Buffer const& buffer, std::size_t allocation = plenty) { return decode_element_status(buffer, allocation); }

TEST(ElementStatus, NothingCame) {
  auto const status = decoded({});
  EXPECT_EQ(status.status, AnswerStatus::truncated);
  EXPECT_EQ(status.reason, TruncationReason::short_transfer);
  EXPECT_EQ(status.anomalies, Anomalies{Anomaly::header_cut});
  EXPECT_FALSE(status.allocation_needed);
  EXPECT_EQ(decoded({}, 4).reason, TruncationReason::allocation);
}

TEST(ElementStatus, PagesOfUnknownTypesAreSkipped) {
  auto const status = decoded(whole(2, page(5, 0, 0, bytes("FFFFFF")) + page(2, 0, 12, fixed_full)));
  EXPECT_EQ(status.status, AnswerStatus::complete);
  ASSERT_EQ(status.elements.size(), 1u);
  EXPECT_EQ(status.elements[0].source, 0x1001);
  EXPECT_EQ(status.anomalies, (Anomalies{Anomaly::unknown_type, Anomaly::count_mismatch}));
  EXPECT_EQ(decoded(whole(0, page(16, 0, 12, fixed_full))).anomalies, Anomalies{Anomaly::bad_page_type});
}

TEST(ElementStatus, DescriptorsOfFourToElevenBytesHaveWhatIsThere) {
  Buffer const all = bytes("0101 0D 00 83 01 A3 07 00 C8 10 01");
  for (std::size_t length = 4; length <= 12; ++length) {
    SCOPED_TRACE(length);
    auto const status = decoded(whole(1, page(4, 0, length, Buffer(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(length)))));
    ASSERT_EQ(status.elements.size(), 1u);
    auto const& element = status.elements[0];
    EXPECT_EQ(status.status, AnswerStatus::complete);
    EXPECT_TRUE(element.full && element.exception && element.access.value_or(false));
    EXPECT_EQ(element.asc, length > 4 ? 0x83 : 0);
    EXPECT_EQ(element.ascq, length > 5 ? 0x01 : 0);
    EXPECT_EQ(element.not_this_bus, length > 6);
    EXPECT_EQ(element.bus_address, length > 7 ? std::optional<std::uint8_t>(7) : std::nullopt);
    EXPECT_EQ(element.disabled, length > 9);
    EXPECT_EQ(element.source, length > 11 ? std::optional<std::uint16_t>(0x1001) : std::nullopt);
    EXPECT_FALSE(element.identifier);
  }
}

TEST(ElementStatus, FlagsThatATypeDoesNotHaveAreNotTaken) {
  Buffer const descriptor = bytes("0010 FF 00 00 00 B5 07 00 00 0000");
  auto const element_of = [&](unsigned type) { return decoded(whole(1, page(type, 0, 12, descriptor))).elements.at(0); };
  auto const transport = element_of(1), slot = element_of(2), port = element_of(3), drive = element_of(4);
  EXPECT_FALSE(transport.access);
  EXPECT_FALSE(slot.put_by_operator || slot.connected_changer || slot.bus_address || slot.not_this_bus);
  EXPECT_TRUE(port.put_by_operator && port.export_enabled && port.import_enabled && port.connected_changer && port.operator_intervention);
  EXPECT_FALSE(drive.put_by_operator || drive.operator_intervention);
  EXPECT_EQ(drive.lun, 5);
}

TEST(ElementStatus, BothTagsAndTheIdentifierBehindThem) {
  Buffer const descriptor = fixed_full + tag("SIDEA1") + tag("SIDEB1") + bytes("01 03 00 02 ABCD") + bytes("77");
  auto const status = decoded(whole(1, page(2, 0xC0, descriptor.size(), descriptor)));
  ASSERT_EQ(status.elements.size(), 1u);
  auto const& element = status.elements[0];
  EXPECT_EQ(element.tag.text, "SIDEA1");
  EXPECT_EQ(element.alternate_tag.text, "SIDEB1");
  ASSERT_TRUE(element.identifier);
  EXPECT_EQ(element.identifier->hex(), "abcd");
  EXPECT_EQ(element.vendor, bytes("77"));
}

TEST(ElementStatus, AnIdentifierWithoutRoomForAByteIsNone) {
  auto const status = decoded(whole(1, page(4, 0, 16, bytes("0101 08 00 00 00 00 00 00 00 0000") + bytes("02 01 00 22"))));
  ASSERT_EQ(status.elements.size(), 1u);
  EXPECT_FALSE(status.elements[0].identifier);
  EXPECT_EQ(status.anomalies, Anomalies{Anomaly::identifier_cut});
}

TEST(ElementStatus, ACutDescriptorIsPartialWhenFixedBytesAndTagTextsAreThere) {
  Buffer const descriptor = fixed_full + tag("SIDEA1") + tag("SIDEB1") + bytes("02 00 00 04") + text_bytes("SER1");
  Buffer const all = whole(1, page(2, 0xC0, descriptor.size(), descriptor));
  auto const cut_behind = [&](std::size_t descriptor_bytes) { return decoded(Buffer(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(16 + descriptor_bytes))); };
  EXPECT_FALSE(cut_behind(79).partial);
  auto const status = cut_behind(80);
  EXPECT_EQ(status.status, AnswerStatus::truncated);
  ASSERT_TRUE(status.partial);
  EXPECT_EQ(status.partial->alternate_tag.text, "SIDEB1");
  auto const with_half_identifier = cut_behind(90);
  ASSERT_TRUE(with_half_identifier.partial && with_half_identifier.partial->identifier);
  EXPECT_TRUE(with_half_identifier.partial->identifier->cut) << "it must not be taken for a drive with the serial number SE";
}

TEST(ElementStatus, RoomForExactlyWhatWasAnnouncedIsEnoughRoom) {
  Buffer all = whole(1, page(2, 0, 12, fixed_full));
  std::size_t const announced = all.size();
  all.pop_back();
  EXPECT_EQ(decoded(all, announced).reason, TruncationReason::short_transfer);
  EXPECT_EQ(decoded(all, announced - 1).reason, TruncationReason::allocation);
  EXPECT_EQ(decoded(all, announced - 1).allocation_needed, announced);
}

TEST(ElementStatus, AnythingThatAPagePromisesIsMissed) {
  Buffer const with_remainder = whole(1, page(2, 0, 12, fixed_full + bytes("000000")));
  EXPECT_EQ(decoded(with_remainder).status, AnswerStatus::complete);
  EXPECT_EQ(decoded(Buffer(with_remainder.begin(), with_remainder.end() - 1)).status, AnswerStatus::truncated);
  Buffer const unknown_page = whole(1, page(2, 0, 12, fixed_full) + page(7, 0, 12, fixed_full));
  EXPECT_EQ(decoded(unknown_page).status, AnswerStatus::complete);
  auto const cut = decoded(Buffer(unknown_page.begin(), unknown_page.end() - 1));
  EXPECT_EQ(cut.status, AnswerStatus::truncated);
  EXPECT_EQ(cut.elements.size(), 1u);
}

TEST(ElementStatus, WithoutTagsTwelveBytesAreEnoughForAPartialElement) {
  Buffer const all = whole(1, page(2, 0, 16, fixed_full + bytes("00000000")));
  EXPECT_TRUE(decoded(Buffer(all.begin(), all.begin() + 28)).partial);
  EXPECT_FALSE(decoded(Buffer(all.begin(), all.begin() + 27)).partial);
}

TEST(ElementStatus, ACountOfZeroPromisesNothing) {
  auto const status = decoded(answer(2, 0, page(2, 0, 12, fixed_full)));
  EXPECT_EQ(status.status, AnswerStatus::complete);
  EXPECT_EQ(status.elements.size(), 1u);
  EXPECT_EQ(status.anomalies, (Anomalies{Anomaly::header_count_zero, Anomaly::count_mismatch}));
}

TEST(ElementStatus, ManyEmptyPagesComeToAnEnd) {
  Buffer pages;
  for (int i = 0; i < 1000; ++i) pages = pages + page(2, 0, 52, {});
  auto const status = decoded(answer(1, 0, pages));
  EXPECT_EQ(status.status, AnswerStatus::complete);
  EXPECT_EQ(status.anomalies, (Anomalies{Anomaly::header_count_zero, Anomaly::empty_page, Anomaly::count_mismatch}));
}

TEST(ElementStatus, NoMoreElementsThanAddresses) {
  Buffer const descriptors(4 * 65537);
  auto const status = decode_element_status(whole(65535, page(2, 0, 4, descriptors)), 1 << 24);
  EXPECT_EQ(status.status, AnswerStatus::malformed);
  EXPECT_EQ(status.elements.size(), 65536u);
  EXPECT_EQ(status.anomalies, Anomalies{Anomaly::too_many_elements});
}

TEST(ElementStatus, AStaleTagHasNoStateAndNoSequence) {
  Buffer const empty_slot = bytes("1000 08 00 00 00 00 00 00 00 0000") + padded("OLD001", 32) + bytes("0000 0007");
  auto const status = decoded(whole(1, page(2, 0x80, empty_slot.size(), empty_slot)));
  ASSERT_EQ(status.elements.size(), 1u);
  EXPECT_EQ(status.elements[0].tag, scsi::VolumeTag{});
  EXPECT_EQ(status.elements[0].stale_tag, "OLD001");
}

TEST(ElementStatus, TheLastCharacterOfATagIsTheTilde) {
  auto const tag_of = [](std::string_view text) {
    Buffer const slot = fixed_full + tag(text);
    return decoded(whole(1, page(2, 0x80, slot.size(), slot))).elements.at(0).tag;
  };
  EXPECT_EQ(tag_of("A~B").text, "A~B");
  EXPECT_TRUE(tag_of("A\x7F" "B").garbled);
  EXPECT_TRUE(tag_of("A\x80" "B").garbled);
}

TEST(ElementStatus, AGarbledTagKeepsItsBytesForTheLog) {
  Buffer const slot = fixed_full + padded("A\x01" "B", 32) + bytes("00000000");
  auto const status = decoded(whole(1, page(2, 0x80, slot.size(), slot)));
  ASSERT_EQ(status.elements.size(), 1u);
  EXPECT_TRUE(status.elements[0].tag.garbled);
  EXPECT_EQ(status.elements[0].tag.raw.substr(0, 3), "A\x01" "B");
}

}  // namespace
}  // namespace rsm::test
