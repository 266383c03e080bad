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
Buffer medium_memory_answer();     // capacities, load count, manufacturer, serial number, user label

}  // namespace rsm::test
