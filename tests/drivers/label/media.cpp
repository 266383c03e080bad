#include "tests/drivers/label/media.hpp"

#include <boost/crc.hpp>
#include <cstdio>
#include <cstring>

namespace rsm::test {
namespace {

std::string number(std::uint64_t value, int bytes, Order order) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * (order == Order::little ? i : bytes - 1 - i));
  return text;
}
std::string big(std::uint64_t value, int bytes = 4) { return number(value, bytes, Order::big); }
std::string text_with_end(std::string_view text) { return std::string(text) + '\0'; }

char ebcdic(char ascii) {
  if (ascii >= '0' && ascii <= '9') return static_cast<char>(0xF0 + ascii - '0');
  if (ascii >= 'A' && ascii <= 'I') return static_cast<char>(0xC1 + ascii - 'A');
  if (ascii >= 'J' && ascii <= 'R') return static_cast<char>(0xD1 + ascii - 'J');
  if (ascii >= 'S' && ascii <= 'Z') return static_cast<char>(0xE2 + ascii - 'S');
  if (ascii >= 'a' && ascii <= 'i') return static_cast<char>(0x81 + ascii - 'a');
  if (ascii >= 'j' && ascii <= 'r') return static_cast<char>(0x91 + ascii - 'j');
  if (ascii >= 's' && ascii <= 'z') return static_cast<char>(0xA2 + ascii - 's');
  if (ascii == '.') return 0x4B;
  return ascii == ' ' ? 0x40 : ascii;
}

std::string padded(std::string text, std::size_t bytes, char with) {
  text.resize(bytes, with);
  return text;
}

Medium tar_header(std::string_view name, std::string_view mode, std::string_view size, char type) {
  Medium header(512);
  put(header, 0, name);
  if (!mode.empty()) put(header, 100, mode), put(header, 108, "0000000"), put(header, 116, "0000000");
  put(header, 124, size);
  put(header, 136, "15302664454");  // time
  put(header, 156, std::string_view(&type, 1));
  return header;
}

}  // namespace

Medium bytes_of(std::string_view text) {
  Medium medium(text.size());
  put(medium, 0, text);
  return medium;
}

void put(Medium& medium, std::size_t at, std::string_view text) {
  if (!text.empty()) std::memcpy(medium.data() + at, text.data(), text.size());
}

std::string in_letters(std::string_view ascii, Letters letters) {
  std::string text(ascii);
  if (letters == Letters::ebcdic)
    for (char& letter : text) letter = ebcdic(letter);
  return text;
}

Medium volume_label(std::string_view name, Letters letters) {
  constexpr std::string_view memory("\x40\x5d\xbc\xa7\x06\x1d\x74\x5a\x69\x0b\x6b\0\0\0\0\xd8\xed\x62\x83\xfd\x55\0\0"
                                    "\x3c\x86\xc6\x7e\xfd\x55\0\0\x9f\x96\x73\x90\x69\x7f\0", 38);
  Medium label(80);
  put(label, 0, in_letters("VOL1", letters) + in_letters(padded(std::string(name), 6, ' '), letters));
  put(label, 41, memory);
  if (letters == Letters::ascii) put(label, 79, "3");
  return label;
}

Medium header_label(std::string_view kind, Letters letters) {
  std::string text(kind);
  if (kind == "HDR1") text += "BACULA.DATA      VOL00100010001000100 26331 26330 000000Bacula";
  if (kind == "HDR2") text += letters == Letters::ascii ? "D3200032000" : "V3200032000";
  return bytes_of(in_letters(padded(text, 80, ' '), letters));
}

Medium bacula_block(BaculaLabel const& label) {
  std::string data = text_with_end(label.writer) + big(11);            // version of the format
  data += big(0x00066'15EE0'4C1B70, 8) + big(0x00066'15EE0'4C1B78, 8);  // labelled, written
  data += big(0, 8) + big(0, 8);                                       // date and time of old versions
  data += text_with_end(label.name) + text_with_end("");               // this volume, the one before
  for (char const* text : {"Default", "Backup", "VT", "vm", "btape"}) data += text_with_end(text);  // pool, its type, kind of media, machine, program
  data += text_with_end("Ver. 9.6.7 10 December 2020 ") + text_with_end("Build Feb  7 2023 20:51:52 ");
  data += text_with_end("") + big(0, 8) + big(0) + big(0) + big(0);  // of aligned volumes, which this is not
  std::string const record = big(static_cast<std::uint32_t>(label.kind)) + big(0) + big(data.size()) + data;  // kind, stream, length
  Medium block(64512);
  put(block, 4, big(24 + record.size()) + big(0) + "BB02" + big(1) + big(0x6B0B695A));  // length, number, session and its time
  put(block, 24, record);
  if (label.with_checksum) set_bacula_checksum(block);
  return block;
}

void set_bacula_checksum(Medium& block) {
  std::size_t length = 0;
  for (std::size_t i = 4; i < 8 && i < block.size(); ++i) length = length << 8 | std::to_integer<std::size_t>(block[i]);
  if (length < 4 || length > block.size()) return;
  boost::crc_32_type sum;
  sum.process_bytes(block.data() + 4, length - 4);
  put(block, 0, big(sum.checksum()));
}

Medium amanda_header(std::string_view label) {
  Medium header(32768);
  put(header, 0, "AMANDA: TAPESTART DATE X TAPE " + std::string(label) + "\n\f\n");
  return header;
}

Medium tar_volume_header(std::string_view label) {
  Medium header = tar_header(label, {}, {}, 'V');
  set_tar_checksum(header);
  header.resize(10240);
  return header;
}

Medium pax_global_header(std::string_view records) {
  char size[12];
  std::snprintf(size, sizeof size, "%011zo", records.size());
  Medium header = tar_header("/tmp/GlobalHead.1", "0000644", size, 'g');
  put(header, 257, std::string_view("ustar\0" "00", 8));
  set_tar_checksum(header);
  header.resize(512 + (records.size() + 511) / 512 * 512 + 9216);
  put(header, 512, records);
  return header;
}

std::string pax_record(std::string_view keyword, std::string_view value) {
  std::string const pair = " " + std::string(keyword) + "=" + std::string(value) + "\n";
  std::size_t bytes = pair.size() + 1;
  while (std::to_string(bytes).size() + pair.size() != bytes) ++bytes;
  return std::to_string(bytes) + pair;
}

void set_tar_checksum(Medium& header) {
  if (header.size() < 512) return;
  put(header, 148, "        ");
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += std::to_integer<unsigned>(header[i]);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  put(header, 148, std::string(text) + '\0' + ' ');
}

Medium dump_header(std::string_view label, Order order) {
  auto const four = [order](std::uint64_t value) { return number(value, 4, order); };
  Medium header(10240);
  put(header, 0, four(1) + four(0x6B0B6941) + four(0) + four(1));  // head of a tape, dumped, dumped before, volume
  put(header, 24, four(60012));
  put(header, 160, four(1));
  put(header, 676, label);
  put(header, 696, "an unlisted file system");
  put(header, 760, "/dev/loop0");
  put(header, 824, "vm");
  put(header, 888, four(3));
  put(header, 896, four(10));
  set_dump_checksum(header, order);
  return header;
}

void set_dump_checksum(Medium& header, Order order) {
  if (header.size() < 1024) return;
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < 1024; at += 4) {
    if (at == 28) continue;
    for (std::size_t i = 0; i < 4; ++i) sum += std::to_integer<std::uint32_t>(header[at + i]) << 8 * (order == Order::little ? i : 3 - i);
  }
  put(header, 28, number(84446 - sum, 4, order));
}

}  // namespace rsm::test
