// Beginnings of tapes and archives, field by field, as the tools of Debian 12 wrote them when they were run for it.
//
// What for: what the decoders of labels are tested and fuzzed with. Each function takes what the tests vary; everything else is as in the run that
// is described beside it. Thread rule: pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rsm::test {

using Medium = std::vector<std::byte>;  // bytes that were read

Medium bytes_of(std::string_view text);
void put(Medium& medium, std::size_t at, std::string_view text);

// btape 9.6.7, "label" on a device of type VTape. Label Type = ANSI and IBM of the same device: VOL1, HDR1, HDR2, file mark, then the block.
enum class Letters { ascii, ebcdic };
std::string in_letters(std::string_view ascii, Letters letters);
Medium volume_label(std::string_view name, Letters letters);  // name: six characters at most; bytes behind it as they lay in btape's memory
Medium header_label(std::string_view kind, Letters letters);  // HDR1, HDR2
struct BaculaLabel {
  std::string writer = "Bacula 1.0 immortal\n", name = "VOL001";
  std::int32_t kind = -1;     // -1: labelled, -2: used
  bool with_checksum = true;  // Block Checksum = yes
};
Medium bacula_block(BaculaLabel const& label);  // a record of 64512 bytes, as on the tape
void set_bacula_checksum(Medium& block);

// Device "file:" of amanda 3.5.1, start($ACCESS_WRITE, LABEL, "X").
Medium amanda_header(std::string_view label);

// tar 1.34, -V LABEL with --format=gnu, and with --format=pax; numbers of that run.
Medium tar_volume_header(std::string_view label);
Medium pax_global_header(std::string_view records);
std::string pax_record(std::string_view keyword, std::string_view value);
void set_tar_checksum(Medium& header);

// dump 0.4b47, -0 -L LABEL of an empty ext2 on a loop device.
enum class Order { little, big };
Medium dump_header(std::string_view label, Order order = Order::little);
void set_dump_checksum(Medium& header, Order order);

}  // namespace rsm::test
