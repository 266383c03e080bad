// What a changer answers to READ ELEMENT STATUS (B8h): what is in which place of the library.
//
// What for: a changer driver hands over what was transferred (buffer length minus residual) and how much it had room for. Nothing beyond the
// transferred bytes is read or believed, whatever header and pages say of themselves.
//   complete   all that was promised is there; what does not fit together in the headers is told as anomalies
//   truncated  something promised did not arrive. reason = allocation: the room was smaller than the answer, ask again with allocation_needed, or
//              go on at the last address + 1. reason = short_transfer: the room was large enough, asking again gives the same
//   malformed  the answer cannot be followed any further; the elements before that place stand
// A descriptor that did not arrive whole is no element. Where its 12 fixed bytes and the text of its tags are there, it is `partial`: usable, marked.
// Tags: 32 characters, ended by the first NUL, without trailing blanks; all 36 where the vendor has filled the field with text. A tag of an element that
// is not full is no tag but a stale one: only `full` decides. Equal tags are reported as they are.
// Units: element addresses (0 is one), lengths in bytes. Ranges: no more elements than there are addresses (65,536).
// Errors: none; every answer gives a value. Thread rule: pure. Source: SMC-3 6.11; what differs in the field is told at its place in element_status.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "drivers/scsi/designator.hpp"

namespace rsm::scsi {

enum class ElementType : std::uint8_t { transport = 1, storage = 2, import_export = 3, drive = 4 };
std::string_view element_type_name(ElementType type);  // "transport", "storage", "import-export", "drive"

struct VolumeTag {
  std::string text;            // empty: no tag
  bool garbled = false;        // characters that no tag has: identifies nothing; `raw` is for the log
  std::string raw;             // what was sent, only where garbled
  std::uint16_t sequence = 0;  // volume sequence number; 0: none
  friend bool operator==(VolumeTag const&, VolumeTag const&) = default;
};

struct Element {
  ElementType type = ElementType::storage;
  std::uint16_t address = 0;
  bool full = false;
  bool exception = false;              // EXCEPT: only this makes asc and ascq an exception
  std::optional<bool> access;          // the transport can reach it; none for the transport itself
  bool put_by_operator = false;        // IMPEXP. This and the four below: import/export elements only
  bool export_enabled = false;
  bool import_enabled = false;
  bool connected_changer = false;      // it leads to another library
  bool operator_intervention = false;  // a person has to act before it can be used
  std::uint8_t asc = 0, ascq = 0;      // as sent, with and without `exception`; element_exception() tells what they mean
  std::optional<std::uint8_t> bus_address;  // this and the two below: drives only
  std::optional<std::uint8_t> lun;
  bool not_this_bus = false;
  std::optional<std::uint16_t> source;  // the element that the medium was last moved from, not its home; none: not known (SVALID=0)
  bool inverted = false;                // turned over on its way from there
  bool disabled = false;                // ED
  std::uint8_t medium_type = 0;         // 0 not told, 1 data, 2 cleaning, 3 diagnostic, 4 write once
  VolumeTag tag, alternate_tag;         // primary and alternate volume tag; the alternate one is that of the other side
  std::string stale_tag;                // the primary tag of an element that is not full: of what was there, or of nothing
  std::optional<Designator> identifier;
  std::vector<std::byte> vendor;        // what stands behind all that
  friend bool operator==(Element const&, Element const&) = default;
};

enum class AnswerStatus { complete, truncated, malformed };
enum class TruncationReason { none, allocation, short_transfer };
enum class Anomaly {
  header_cut,             // fewer than the 8 bytes of the header
  header_count_zero,      // no bytes announced, but elements
  header_count_small,     // the pages go on behind what was announced
  header_count_large,     // everything is there, but more bytes were announced
  count_mismatch,         // another number of elements was announced
  bad_page_type,          // 0 or above 15
  unknown_type,           // a page of elements that this version of the standard does not know
  empty_page,
  bad_descriptor_length,  // below 4
  page_remainder,         // the bytes of a page are no whole number of descriptors
  pvoltag_does_not_fit,   // a tag is announced for which the descriptor has no room
  avoltag_does_not_fit,
  identifier_cut,         // an identifier is longer than its descriptor
  too_many_elements,      // more than there are addresses
  short_transfer,         // less was sent than announced although there was room
};
std::string_view status_name(AnswerStatus status);
std::string_view reason_name(TruncationReason reason);  // "allocation", "short", "" for none
std::string_view anomaly_name(Anomaly anomaly);         // "header-cut", "count-mismatch" ...

struct ElementStatus {
  AnswerStatus status = AnswerStatus::complete;
  TruncationReason reason = TruncationReason::none;
  std::optional<std::uint32_t> allocation_needed;  // only where truncated: what the header announces, itself included
  std::uint16_t first_address = 0;
  std::uint16_t announced_elements = 0;
  std::vector<Element> elements;
  std::optional<Element> partial;
  std::vector<Anomaly> anomalies;  // each once, as they were met
};

// `transferred`: what arrived; `allocation`: the allocation length of the command.
ElementStatus decode_element_status(Bytes transferred, std::size_t allocation);

}  // namespace rsm::scsi
