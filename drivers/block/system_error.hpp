// errno as an Error of the product.
//
// What for: one place decides which Win32 number a failed system call has, and every such error says what was tried.
// EBUSY: busy; EIO, ENOSPC: write_fault; EPERM, EACCES: access_denied; EROFS: write_protect; ENXIO, ENODEV: device_not_available;
// ENOENT: resource_not_present; ENOMEDIUM: no_media_in_drive; ENOSYS, ENOTTY, EOPNOTSUPP: not_supported; everything else: invalid_operation.
// Thread rule: pure functions.
#pragma once

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::block {

Errc errc_of(int error_number);
// "Device or resource busy"
std::string errno_text(int error_number);
// `tried`: "mount /dev/loop1000 on /mnt/a"; the detail becomes "cannot mount ...: Device or resource busy".
std::unexpected<Error> system_failure(int error_number, std::string object, std::string tried);

}  // namespace rsm::block
