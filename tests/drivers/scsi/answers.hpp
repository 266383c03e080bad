// Answers of devices that no file of cases has: standard INQUIRY data, VPD pages, mode pages, cartridge memory. Right ones, for tests to look at and to spoil.
#pragma once

#include <string_view>

#include "tests/drivers/scsi/case_file.hpp"

namespace rsm::test {

// Two digits a byte; blanks between them are allowed. For texts of tests only: anything else ends the test.
Buffer bytes(std::string_view hex);
Buffer operator+(Buffer left, Buffer const& right);
Buffer text_bytes(std::string_view text);

Buffer inquiry_answer();           // changer, removable, IBM 3573-TL revision D.90
Buffer serial_number_answer();     // "00L4U78W1234_LL0"
Buffer designators_answer();       // T10 of the unit (vendor, product, serial number), NAA of the unit, NAA of the port
Buffer mode_pages_of_a_changer();  // 1Dh, 1Eh and 1Fh behind each other
Buffer mode_sense_6_answer();      // with these pages and without block descriptors
Buffer mode_sense_10_answer();
Buffer short_position_answer();    // of a tape: block 0x01020304, partition 1, 3 blocks of 0x30000 bytes in the buffer
Buffer long_position_answer();     // partition 1, block 0x0102030405, file 7
Buffer extended_position_answer(); // as the short one, block 0x0102030405
Buffer block_limits_answer();      // 1 to 0x800000 bytes
Buffer tape_mode_6_answer();       // write protected, density 5Eh, any block length
Buffer tape_mode_10_answer();      // density 5Eh, blocks of 512 bytes
Buffer media_status_answer();      // of an optical drive: a new medium is in it
Buffer mechanism_status_answer();  // a disc changer of 3 slots that takes one in
Buffer density_answer();           // of an LTO-6 drive: LTO-5 and LTO-6 to be written, LTO-4 to be read
Buffer medium_memory_answer();     // capacities, load count, manufacturer, serial number, user label

}  // namespace rsm::test
