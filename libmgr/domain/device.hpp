// Who a device says that it is. Thread rule: values. Source: SPC (INQUIRY).
#pragma once

#include <boost/describe/class.hpp>
#include <string>

namespace rsm {

// Of a changer or a drive, as it said last. What devices tell of themselves and nobody decides by is a member here: ports, frames, records,
// the catalog's columns and what is shown go by this description (docs/rooms.md, "Adding").
struct DeviceIdentity {
  std::string vendor, product, serial, revision;
  friend bool operator==(DeviceIdentity const&, DeviceIdentity const&) = default;
};
BOOST_DESCRIBE_STRUCT(DeviceIdentity, (), (vendor, product, serial, revision))

}  // namespace rsm
