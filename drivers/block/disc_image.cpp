#include "drivers/block/disc_image.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace rsm::block {
namespace {

using View = std::string_view;

constexpr off_t volume_descriptors = 16 * disc_sector_bytes;  // from here on, one a sector, in ISO 9660 and UDF alike
constexpr off_t descriptors_max = 16;
constexpr off_t anchor_sector = 256;

// Shorter where the image is.
std::string read_at(int image, off_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  ssize_t const got = ::pread(image, bytes.data(), bytes.size(), offset);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

bool has(View bytes, std::size_t at, View words) { return at <= bytes.size() && bytes.substr(at).starts_with(words); }

// Little-endian, of `size` bytes.
std::uint32_t number_at(View bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0 && at + i < bytes.size();) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

bool is_iso(View descriptor) {
  constexpr char primary = 1;
  return descriptor.starts_with(primary) && has(descriptor, 1, "CD001") && number_at(descriptor, 128, 2) == disc_sector_bytes;
}

bool has_anchor(int image) {
  constexpr std::uint32_t anchor = 2;
  std::string const tag = read_at(image, anchor_sector * disc_sector_bytes, 16);
  return number_at(tag, 0, 2) == anchor && number_at(tag, 12, 4) == anchor_sector;
}

bool is_disc(int image) {
  for (off_t i = 0; i < descriptors_max; ++i) {
    std::string const descriptor = read_at(image, volume_descriptors + i * disc_sector_bytes, disc_sector_bytes);
    if (is_iso(descriptor)) return true;
    if ((has(descriptor, 1, "NSR02") || has(descriptor, 1, "NSR03")) && has_anchor(image)) return true;
  }
  return false;
}

// What may want smaller sectors than a disc has: ext, xfs, btrfs, FAT, exFAT, NTFS, LUKS.
bool has_file_system_of_a_disk(int image) {
  std::string const start = read_at(image, 0, 2048);
  bool const fat = number_at(start, 11, 2) < disc_sector_bytes && (has(start, 54, "FAT") || has(start, 82, "FAT"));
  return has(start, 1024 + 0x38, "\x53\xEF") || has(start, 0, "XFSB") || fat || has(start, 3, "EXFAT   ") || has(start, 3, "NTFS    ") || has(start, 0, "LUKS\xBA\xBE") ||
         has(read_at(image, 64 * 1024 + 0x40, 8), 0, "_BHRfS_M");
}

}  // namespace

std::uint32_t sector_bytes_of(int image) {
  struct stat st {};
  bool const whole = ::fstat(image, &st) == 0 && st.st_size % disc_sector_bytes == 0;  // what lies behind the last whole sector would be out of reach
  return whole && is_disc(image) && !has_file_system_of_a_disk(image) ? disc_sector_bytes : disk_sector_bytes;
}

}  // namespace rsm::block
