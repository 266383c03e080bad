#include "tests/drivers/scsi/answers.hpp"

#include <algorithm>
#include <cstdlib>

namespace rsm::test {

Buffer bytes(std::string_view hex) {
  std::string digits(hex);
  std::erase(digits, ' ');
  auto result = bytes_of_hex(digits);
  if (!result) std::abort();
  return *std::move(result);
}

Buffer operator+(Buffer left, Buffer const& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Buffer text_bytes(std::string_view text) {
  Buffer buffer(text.size());
  std::ranges::transform(text, buffer.begin(), [](char letter) { return static_cast<std::byte>(letter); });
  return buffer;
}

Buffer inquiry_answer() { return bytes("08 80 05 02 33 00 00 00") + text_bytes("IBM     3573-TL         D.90") + bytes("00000000000000000000000000000000000000 00"); }

Buffer serial_number_answer() { return bytes("08 80 00 10") + text_bytes("00L4U78W1234_LL0"); }

Buffer designators_answer() {
  return bytes("01 83 00 3E") + bytes("02 01 00 22") + text_bytes("IBM     ULT3580-TD6     9068001234") + bytes("01 03 00 08 5005076312345678") +
         bytes("61 93 00 08 5005076312345679");
}

Buffer mode_pages_of_a_changer() {
  return bytes("9D 12 0001 0001 1000 0018 0010 0001 0100 0002 0000") + bytes("1E 02 01 00") + bytes("1F 12 0E 00 00 0E 0E 0E 00000000 02 00 08 00 00000000");
}

Buffer mode_sense_6_answer() { return bytes("2F 00 00 00") + mode_pages_of_a_changer(); }
Buffer mode_sense_10_answer() { return bytes("0032 00 00 00 00 0000") + mode_pages_of_a_changer(); }

Buffer short_position_answer() { return bytes("00 01 0000 01020304 01020301 00 000003 00030000"); }
Buffer long_position_answer() { return bytes("00 000000 00000001 0000000102030405 0000000000000007 0000000000000000"); }
Buffer extended_position_answer() { return bytes("00 01 001C 00 000003 0000000102030405 0000000102030402 0000000000030000"); }
Buffer block_limits_answer() { return bytes("00 800000 0001"); }
Buffer tape_mode_6_answer() { return bytes("0B 00 90 08") + bytes("5E 000000 00 000000"); }
Buffer tape_mode_10_answer() { return bytes("000E 00 10 00 00 0008") + bytes("5E 000000 00 000200"); }

Buffer media_status_answer() { return bytes("0006 04 5E 02 02 00 00"); }
Buffer mechanism_status_answer() { return bytes("21 60 000000 03 000C 80000000 01000000 81000000"); }

Buffer density_answer() {
  auto const one = [](std::string_view codes_and_flags, std::string_view numbers, std::string_view name, std::string_view text) {
    Buffer texts = text_bytes("LTO-CVE ") + text_bytes(name) + text_bytes(text);
    texts.resize(36, std::byte{' '});
    return bytes(codes_and_flags) + bytes("0000") + bytes(numbers) + texts;
  };
  return bytes("009E 0000") + one("46 46 00", "003194 007F 0380 000C3500", "U-416   ", "Ultrium 4/16T") + one("58 58 80", "003B9A 007F 0500 0016E360", "U-516   ", "Ultrium 5/16T") +
         one("5A 5A A0", "003B9A 007F 0880 002625A0", "U-616   ", "Ultrium 6/16T");
}

Buffer medium_memory_answer() {
  Buffer const counters = bytes("0000 80 0008 0000000000251234  0001 80 0008 0000000000260000  0003 80 0008 000000000000002A");
  Buffer const maker = bytes("0400 81 0008") + text_bytes("FUJIFILM") + bytes("0401 81 0020") + text_bytes("AB12345678                      ");
  Buffer const label = bytes("0803 02 000A") + text_bytes(std::string_view("Backup 7\0\0", 10));
  return bytes("00000068") + counters + maker + label;
}

}  // namespace rsm::test
