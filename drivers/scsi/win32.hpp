// The Win32 errors of devices, by the numbers of winerror.h.
//
// What for: what a request ends with when a device has refused it for good. These are the errors that Windows has for tapes and libraries; Errc has
// those that the calls of the API promise, under the same names and numbers (error_from_number), and a door translates the others.
// Errors: none. Thread rule: values. Source: winerror.h.
#pragma once

#include <cstdint>
#include <string_view>

namespace rsm::scsi {

enum class Win32 : std::uint32_t {
#define RSM_DEVICE_ERROR(name, number, windows_name) name = number,
#include "drivers/scsi/win32.def"
#undef RSM_DEVICE_ERROR
};

std::string_view win32_name(Win32 error);  // "ERROR_DEVICE_DOOR_OPEN"; "" for none

}  // namespace rsm::scsi
