#include "drivers/block/system_error.hpp"

#include <cerrno>
#include <system_error>

namespace rsm::block {

Errc errc_of(int error_number) {
  switch (error_number) {
    case EBUSY:
    case ETXTBSY: return Errc::busy;
    case EPERM:
    case EACCES: return Errc::access_denied;
    case EIO:
    case ENOSPC:
    case EDQUOT: return Errc::write_fault;
    case EROFS: return Errc::write_protect;
    case ENXIO:
    case ENODEV: return Errc::device_not_available;
    case ENOENT:
    case ENOTDIR: return Errc::resource_not_present;
    case ENOMEDIUM: return Errc::no_media_in_drive;
    case ENOMEM: return Errc::not_enough_memory;
    case ENOSYS:
    case ENOTTY:
    case EOPNOTSUPP: return Errc::not_supported;
    default: return Errc::invalid_operation;
  }
}

std::string errno_text(int error_number) { return std::system_category().message(error_number); }

std::unexpected<Error> system_failure(int error_number, std::string object, std::string tried) {
  return fail(errc_of(error_number), std::move(object), "cannot " + tried + ": " + errno_text(error_number));
}

}  // namespace rsm::block
