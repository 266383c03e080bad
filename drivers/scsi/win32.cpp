#include "drivers/scsi/win32.hpp"

namespace rsm::scsi {

std::string_view win32_name(Win32 error) {
  switch (error) {
#define RSM_DEVICE_ERROR(name, number, windows_name) \
  case Win32::name: return windows_name;
#include "drivers/scsi/win32.def"
#undef RSM_DEVICE_ERROR
  }
  return "";
}

}  // namespace rsm::scsi
