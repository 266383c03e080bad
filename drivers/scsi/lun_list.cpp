#include "drivers/scsi/lun_list.hpp"

#include <algorithm>

#include "drivers/scsi/device_address.hpp"

namespace rsm::scsi {
namespace {

constexpr std::size_t header_bytes = 8, lun_bytes = 8;

}  // namespace

Result<LunList> decode_lun_list(Bytes transferred) {
  Reader const answer(transferred);
  if (!answer.has(0, header_bytes)) return fail(Errc::bad_length, "REPORT LUNS data", "the device sent fewer than the 8 bytes of its header");
  LunList list{.bytes_wanted = header_bytes + answer.u32(0)};
  std::size_t const end = std::min(answer.size(), list.bytes_wanted);
  for (std::size_t at = header_bytes; at + lun_bytes <= end; at += lun_bytes) {
    bool const one_level = answer.number(at + 2, lun_bytes - 2) == 0;
    auto const lun = one_level ? lun_of_sent(answer.u16(at)) : std::nullopt;
    if (lun)
      list.luns.push_back(*lun);
    else
      ++list.other;
  }
  std::ranges::sort(list.luns);
  list.luns.erase(std::ranges::unique(list.luns).begin(), list.luns.end());
  return list;
}

}  // namespace rsm::scsi
