// Models of libraries for the scripted one: layout, identity and habits, from libraries.json; what a model does not tell has a usual value.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "drivers/scsi/mode_pages.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::test {

struct LibraryModel {
  std::string id, vendor, product;  // without blanks at their end
  scsi::ElementAddresses elements;

  bool tags = true;                // VOLTAG is known
  bool alternate_tags = false;     // fields for them are always there
  char tag_padding = ' ';
  bool tells_access = true;        // ACCESS of elements that can be reached is set
  bool stale_tags = false;         // of elements that are empty
  bool identifiers = true;         // DVCID is known
  std::uint8_t identifier_type = 1;
  std::size_t identifier_bytes = 34, identifier_field = 34;
  bool identifiers_unasked = false;
  bool identifiers_void_states = false;
  std::size_t vendor_bytes = 0;    // at the end of each descriptor
  std::size_t fixed_bytes = 12;    // 4: nothing but address and flags

  bool mode_sense_6 = true, mode_sense_10 = true;
  bool with_dbd = true, without_dbd = true;  // which form of MODE SENSE is accepted
  bool serial_page = true;                   // VPD 80h; else only 83h
  bool rotates = false;
  bool announces_exchange = false;           // mode page 1Fh
  bool exchanges = false;                    // EXCHANGE MEDIUM is known
  bool hides_transport = false;    // page 1Dh announces none; moves go with address 0
  bool transport_is_no_end = false;  // of a move
  bool only_type_zero = false;
  bool needs_initialize = false;   // before the first question
  std::size_t bytes_missing = 0;   // every answer is so much shorter than it says
  bool whole_descriptors = true;   // an answer that is too long ends behind a descriptor, not anywhere
  std::uint32_t allocation_mask = 0xFFFFFF;
  bool away_unreported = false;    // a drive that is away is left out; else it has an exception
};

inline void PrintTo(LibraryModel const& model, std::ostream* stream) { *stream << model.id; }

// Every model of the file.
Result<std::vector<LibraryModel>> library_models(std::string const& path);

}  // namespace rsm::test
