#include "drivers/scsi/element_status.hpp"

#include <algorithm>
#include <array>

namespace rsm::scsi {
namespace {

constexpr std::size_t status_header_bytes = 8, page_header_bytes = 8;
constexpr std::size_t least_descriptor_bytes = 4;  // address and flags only: not allowed by the standard, seen on old jukeboxes
constexpr std::size_t fixed_bytes = 12, tag_bytes = 36, tag_text_bytes = 32, identifier_header_bytes = 4;
constexpr std::size_t elements_max = 65536;

struct Page {
  std::uint8_t type;
  bool primary_tags, alternate_tags;
  std::size_t descriptor_bytes, bytes;
};

Page page_at(Reader const& answer, std::size_t at) {
  return {answer.u8(at), answer.any(at + 1, 0x80), answer.any(at + 1, 0x40), answer.u16(at + 2), answer.u24(at + 5)};
}

// Where the parts of a page's descriptors are. A tag that is announced without room is not there: what stands at its place is something else.
struct Layout {
  std::size_t descriptor_bytes;
  std::optional<std::size_t> primary, alternate;
  std::size_t behind_tags = fixed_bytes;
};

bool take_tag_room(Layout& layout, std::optional<std::size_t>& place) {
  if (layout.behind_tags + tag_bytes > layout.descriptor_bytes) return false;
  place = layout.behind_tags;
  layout.behind_tags += tag_bytes;
  return true;
}

bool printable_character(char letter) { return letter >= 0x20 && letter <= 0x7E; }
bool printable_and_no_blank(char letter) { return letter > 0x20 && letter <= 0x7E; }

// Some vendors use the reserved bytes and the sequence number for the text.
bool text_fills_field(std::string_view field) {
  return field.size() == tag_bytes && std::ranges::all_of(field.substr(tag_text_bytes), printable_and_no_blank);
}

std::uint16_t sequence_number(Reader const& field) {
  constexpr std::uint16_t two_blanks = 0x2020;
  std::uint16_t const number = field.u16(34);
  return number == two_blanks || text_fills_field(text_of(field.from(0))) ? 0 : number;
}

// `field`: 36 bytes, of a cut descriptor at least the 32 of the text.
VolumeTag volume_tag(Bytes field) {
  std::string_view const all = text_of(field);
  std::string_view text = text_fills_field(all) ? all : all.substr(0, tag_text_bytes);
  text = text.substr(0, text.find('\0'));
  VolumeTag tag;
  tag.sequence = sequence_number(Reader(field));
  if (std::ranges::all_of(text, printable_character))
    tag.text = text.substr(0, text.find_last_not_of(' ') + 1);
  else
    tag.garbled = true, tag.raw = all;
  return tag;
}

void read_flags(Reader const& descriptor, Element& element) {
  element.full = descriptor.any(2, 0x01);
  element.exception = descriptor.any(2, 0x04);
  if (element.type != ElementType::transport) element.access = descriptor.any(2, 0x08);
  if (element.type != ElementType::import_export) return;
  element.put_by_operator = descriptor.any(2, 0x02);
  element.export_enabled = descriptor.any(2, 0x10);
  element.import_enabled = descriptor.any(2, 0x20);
  element.connected_changer = descriptor.any(2, 0x40);
  element.operator_intervention = descriptor.any(2, 0x80);
}

void read_drive_bus(Reader const& descriptor, Element& element) {
  if (element.type != ElementType::drive) return;
  element.not_this_bus = descriptor.any(6, 0x80);
  if (descriptor.any(6, 0x20)) element.bus_address = descriptor.byte_if_there(7);
  if (descriptor.any(6, 0x10)) element.lun = descriptor.u8(6) & 0x07;
}

void read_source(Reader const& descriptor, Element& element) {
  bool const valid = descriptor.any(9, 0x80);  // SVALID: without it libraries leave old addresses in the field
  if (valid && descriptor.has(10, 2)) element.source = descriptor.u16(10);
  element.inverted = valid && descriptor.any(9, 0x40);
  element.disabled = descriptor.any(9, 0x08);
  element.medium_type = descriptor.u8(9) & 0x07;
}

void read_tags(Reader const& descriptor, Layout const& layout, Element& element) {
  if (layout.primary) element.tag = volume_tag(descriptor.part(*layout.primary, tag_bytes));
  if (layout.alternate) element.alternate_tag = volume_tag(descriptor.part(*layout.alternate, tag_bytes));
  if (element.full) return;
  element.stale_tag = std::move(element.tag.text);
  element.tag = element.alternate_tag = {};
}

// 0: no identifier.
std::size_t announced_identifier_bytes(Reader const& descriptor, Layout const& layout) {
  return descriptor.has(layout.behind_tags, identifier_header_bytes) ? descriptor.u8(layout.behind_tags + 3) : 0;
}
Bytes identifier_bytes(Reader const& descriptor, Layout const& layout) {
  return descriptor.part(layout.behind_tags + identifier_header_bytes, announced_identifier_bytes(descriptor, layout));
}
bool identifier_is_cut(Reader const& descriptor, Layout const& layout) {
  return identifier_bytes(descriptor, layout).size() < announced_identifier_bytes(descriptor, layout);
}

// The identifier and what the vendor has put behind it.
void read_identifier(Reader const& descriptor, Layout const& layout, Element& element) {
  std::size_t const header = layout.behind_tags;
  bool const has_header = descriptor.has(header, identifier_header_bytes);
  Bytes const bytes = identifier_bytes(descriptor, layout);
  if (!bytes.empty())
    element.identifier = Designator{static_cast<std::uint8_t>(descriptor.u8(header) & 0x0F), static_cast<std::uint8_t>(descriptor.u8(header + 1) & 0x0F),
                                    {bytes.begin(), bytes.end()}, identifier_is_cut(descriptor, layout)};
  Bytes const rest = descriptor.from(has_header ? header + identifier_header_bytes + bytes.size() : header);
  element.vendor.assign(rest.begin(), rest.end());
}

Element element_of(ElementType type, Reader const& descriptor, Layout const& layout) {
  Element element{.type = type, .address = descriptor.u16(0), .asc = descriptor.u8(4), .ascq = descriptor.u8(5)};
  read_flags(descriptor, element);
  read_drive_bus(descriptor, element);
  read_source(descriptor, element);
  read_tags(descriptor, layout, element);
  read_identifier(descriptor, layout, element);
  return element;
}

class StatusDecoder {
 public:
  StatusDecoder(Bytes transferred, std::size_t allocation) : answer_(transferred), allocation_(allocation) {}

  ElementStatus decode() {
    if (!answer_.has(0, status_header_bytes)) return header_cut();
    result_.first_address = answer_.u16(0);
    result_.announced_elements = answer_.u16(2);
    announced_end_ = status_header_bytes + answer_.u24(5);
    if (no_bytes_announced() && result_.announced_elements > 0) note(Anomaly::header_count_zero);
    read_pages();
    if (!stopped_) judge_end();
    return std::move(result_);
  }

 private:
  bool no_bytes_announced() const { return announced_end_ == status_header_bytes; }
  bool enough_elements() const { return result_.elements.size() >= result_.announced_elements; }
  bool another_page_is_due() const { return no_bytes_announced() ? !enough_elements() : at_ < announced_end_; }

  void note(Anomaly anomaly) {
    if (std::ranges::find(result_.anomalies, anomaly) == result_.anomalies.end()) result_.anomalies.push_back(anomaly);
  }
  void stop(AnswerStatus status) {
    result_.status = status;
    stopped_ = true;
  }
  void malformed(Anomaly anomaly) {
    note(anomaly);
    stop(AnswerStatus::malformed);
  }
  void truncated() {
    stop(AnswerStatus::truncated);
    bool const no_room = allocation_ < announced_end_;
    result_.reason = no_room ? TruncationReason::allocation : TruncationReason::short_transfer;
    result_.allocation_needed = static_cast<std::uint32_t>(announced_end_);
    if (!no_room) note(Anomaly::short_transfer);
  }
  ElementStatus header_cut() {
    note(Anomaly::header_cut);
    result_.status = AnswerStatus::truncated;
    result_.reason = allocation_ < status_header_bytes ? TruncationReason::allocation : TruncationReason::short_transfer;
    return std::move(result_);
  }

  void read_pages() {
    while (!stopped_ && another_page_is_due()) {
      if (!answer_.has(at_, page_header_bytes)) return page_is_missing();
      read_page(page_at(answer_, at_));
    }
  }
  // Bytes that were announced did not come. They are missed only where elements are missing, too.
  void page_is_missing() {
    if (!no_bytes_announced() && !enough_elements()) truncated();
  }

  void read_page(Page const& page) {
    if (page.type == 0 || page.type > 15) return malformed(Anomaly::bad_page_type);
    std::size_t const end = at_ + page_header_bytes + page.bytes;
    if (page.type > static_cast<std::uint8_t>(ElementType::drive))
      note(Anomaly::unknown_type);
    else if (page.bytes == 0)
      note(Anomaly::empty_page);
    else if (page.descriptor_bytes < least_descriptor_bytes)
      return malformed(Anomaly::bad_descriptor_length);
    else
      read_descriptors(page);
    if (stopped_) return;
    if (end > answer_.size()) return truncated();
    at_ = end;
  }

  Layout layout_of(Page const& page) {
    Layout layout{.descriptor_bytes = page.descriptor_bytes};
    if (page.primary_tags && !take_tag_room(layout, layout.primary)) note(Anomaly::pvoltag_does_not_fit);
    if (page.alternate_tags && !take_tag_room(layout, layout.alternate)) note(Anomaly::avoltag_does_not_fit);
    return layout;
  }

  void read_descriptors(Page const& page) {
    auto const type = static_cast<ElementType>(page.type);
    Layout const layout = layout_of(page);
    if (page.bytes % page.descriptor_bytes != 0) note(Anomaly::page_remainder);
    std::size_t place = at_ + page_header_bytes;
    for (std::size_t left = page.bytes / page.descriptor_bytes; left > 0; --left, place += page.descriptor_bytes) {
      Reader const descriptor(answer_.part(place, page.descriptor_bytes));
      if (descriptor.size() < page.descriptor_bytes) return cut_descriptor(type, descriptor, layout);
      if (result_.elements.size() == elements_max) return malformed(Anomaly::too_many_elements);
      result_.elements.push_back(element_of(type, descriptor, layout));
      if (identifier_is_cut(descriptor, layout)) note(Anomaly::identifier_cut);
    }
  }
  // Some libraries always send 8 bytes less than they announce: of the last descriptor only the end of its tag field is missing.
  void cut_descriptor(ElementType type, Reader const& descriptor, Layout const& layout) {
    std::size_t const text_end = layout.behind_tags == fixed_bytes ? fixed_bytes : layout.behind_tags - (tag_bytes - tag_text_bytes);
    if (descriptor.has(0, text_end)) result_.partial = element_of(type, descriptor, layout);
    truncated();
  }

  void judge_end() {
    if (!no_bytes_announced() && at_ > announced_end_) note(Anomaly::header_count_small);
    if (at_ < announced_end_) note(Anomaly::header_count_large);
    if (result_.elements.size() != result_.announced_elements) note(Anomaly::count_mismatch);
  }

  Reader answer_;
  std::size_t allocation_;
  std::size_t at_ = status_header_bytes, announced_end_ = 0;
  bool stopped_ = false;
  ElementStatus result_;
};

}  // namespace

ElementStatus decode_element_status(Bytes transferred, std::size_t allocation) { return StatusDecoder(transferred, allocation).decode(); }

std::string_view element_type_name(ElementType type) {
  static constexpr std::array<std::string_view, 5> names = {"", "transport", "storage", "import-export", "drive"};
  return names[static_cast<std::size_t>(type)];
}
std::string_view status_name(AnswerStatus status) {
  static constexpr std::array<std::string_view, 3> names = {"complete", "truncated", "malformed"};
  return names[static_cast<std::size_t>(status)];
}
std::string_view reason_name(TruncationReason reason) {
  static constexpr std::array<std::string_view, 3> names = {"", "allocation", "short"};
  return names[static_cast<std::size_t>(reason)];
}
std::string_view anomaly_name(Anomaly anomaly) {
  static constexpr std::array<std::string_view, 15> names = {
      "header-cut",           "header-count-zero",    "header-count-small", "header-count-large",    "count-mismatch",
      "bad-page-type",        "unknown-type",         "empty-page",         "bad-descriptor-length", "page-remainder",
      "pvoltag-does-not-fit", "avoltag-does-not-fit", "identifier-cut",     "too-many-elements",     "short-transfer"};
  return names[static_cast<std::size_t>(anomaly)];
}

}  // namespace rsm::scsi
