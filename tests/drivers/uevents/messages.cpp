#include "tests/drivers/uevents/messages.hpp"

#include <arpa/inet.h>

#include <cstdint>
#include <cstring>

namespace rsm::test {

std::string variables(std::vector<std::string> const& all) {
  std::string text;
  for (auto const& one : all) text += one + '\0';
  return text;
}

std::string kernel_message(std::string const& head, std::vector<std::string> const& all) { return head + '\0' + variables(all); }

std::string udev_message(std::vector<std::string> const& all) {
  constexpr std::uint32_t header_bytes = 40;
  std::string const body = variables(all);
  std::string header(header_bytes, '\0');
  auto const put = [&header](std::size_t at, std::uint32_t value) { std::memcpy(header.data() + at, &value, sizeof value); };
  std::memcpy(header.data(), "libudev", 8);
  put(8, htonl(0xfeedcafe));
  put(12, header_bytes);
  put(16, header_bytes);
  put(20, static_cast<std::uint32_t>(body.size()));
  return header + body;
}

std::vector<std::string> real_messages() {
  std::vector<std::string> const disc{"ACTION=change", "DEVPATH=/devices/pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sr0", "SUBSYSTEM=block", "DISK_MEDIA_CHANGE=1",
                                      "MAJOR=11", "MINOR=0", "DEVNAME=sr0", "DEVTYPE=disk", "DISKSEQ=9", "SEQNUM=4221"};
  auto of_udev = disc;
  of_udev.insert(of_udev.end(), {"USEC_INITIALIZED=2093021", "ID_CDROM=1", "ID_CDROM_MEDIA=1", "ID_FS_TYPE=udf", "DEVLINKS=/dev/disk/by-id/ata-DVD_1 /dev/cdrom", "TAGS=:systemd:"});
  return {kernel_message("change@/devices/pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sr0", disc),
          udev_message(of_udev),
          kernel_message("change@/devices/virtual/block/loop3", {"ACTION=change", "DEVPATH=/devices/virtual/block/loop3", "SUBSYSTEM=block", "MAJOR=7", "MINOR=3", "DEVNAME=loop3",
                                                                 "DEVTYPE=disk", "DISKSEQ=31", "SEQNUM=901"}),
          kernel_message("change@/devices/x/block/sr0", {"ACTION=change", "DEVPATH=/devices/x/block/sr0", "SUBSYSTEM=block", "DISK_EJECT_REQUEST=1", "MAJOR=11", "MINOR=0", "DEVTYPE=disk", "SEQNUM=3"}),
          kernel_message("add@/devices/x/scsi_tape/nst0", {"ACTION=add", "DEVPATH=/devices/x/scsi_tape/nst0", "SUBSYSTEM=scsi_tape", "MAJOR=9", "MINOR=128", "DEVNAME=nst0", "SEQNUM=12"}),
          kernel_message("remove@/devices/x/block/sdb/sdb1", {"ACTION=remove", "DEVPATH=/devices/x/block/sdb/sdb1", "SUBSYSTEM=block", "MAJOR=8", "MINOR=17", "DEVNAME=sdb1", "DEVTYPE=partition",
                                                              "SEQNUM=77"})};
}

}  // namespace rsm::test
