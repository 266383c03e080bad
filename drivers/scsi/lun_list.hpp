// Which units a target has: the answer to REPORT LUNS.
//
// What for: whoever looks at a target without knowing it (discovery). Numbers are those of device_address.hpp, whatever way of addressing the target
// uses: peripheral or flat. Ranges: as much of the list as has arrived. Errors: bad_length, not even the header. Thread rule: pure. Source: SPC-4 6.33,
// SAM-5 4.7.
#pragma once

#include <cstdint>
#include <vector>

#include "drivers/scsi/bytes.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::scsi {

struct LunList {
  std::vector<std::uint16_t> luns;  // in order, each once
  std::size_t other = 0;            // addressed in a way that no address here can name
  std::size_t bytes_wanted = 0;     // of the whole answer: more than has arrived, where it was cut
  friend bool operator==(LunList const&, LunList const&) = default;
};
Result<LunList> decode_lun_list(Bytes transferred);

}  // namespace rsm::scsi
