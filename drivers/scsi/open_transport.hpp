// A transport for the device that an address names: through the kernel (sg_transport.hpp) or to an iSCSI target (iscsi_transport.hpp).
//
// What for: drivers are given an address and need not know the way. `iscsi` is for iSCSI only.
// Errors: those of the two open(); objects: the device. Thread rule: transport.hpp.
#pragma once

#include <memory>

#include "drivers/scsi/device_address.hpp"
#include "drivers/scsi/iscsi_transport.hpp"
#include "drivers/scsi/transport.hpp"

namespace rsm::scsi {

Result<std::unique_ptr<Transport>> open_transport(DeviceAddress const& address, IscsiOptions const& iscsi = {});

}  // namespace rsm::scsi
