#include "drivers/scsi/open_transport.hpp"

#include "drivers/scsi/sg_transport.hpp"

namespace rsm::scsi {

Result<std::unique_ptr<Transport>> open_transport(DeviceAddress const& address, IscsiOptions const& iscsi) {
  if (auto const* const node = address.node()) return SgTransport::open(node->path);
  return IscsiTransport::open(*address.iscsi(), iscsi);
}

}  // namespace rsm::scsi
