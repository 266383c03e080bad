// NTMS_OBJECTINFORMATION from the wire's structs.
//
// What for: one function for each kind of object, the same for A and W: GetNtmsObjectInformation asks the service and fills in.
// `out` starts as all zero; what the wire has no data for stays so (docs/ntmsapi.md lists it). Errors: none.
// Thread rule: pure functions. Source: ntms-functions.md section 14.
#pragma once

#include "api/client/ntmsapi.h"
#include "api/protocol/messages.hpp"

namespace rsm::ntms {

// Only for NTMS_OBJECTINFORMATIONA and NTMS_OBJECTINFORMATIONW.
template <class Object> void fill(Object& out, wire::LibraryInfo const& info);
template <class Object> void fill(Object& out, wire::ChangerInfo const& info);
template <class Object> void fill(Object& out, wire::DriveInfo const& info);
template <class Object> void fill(Object& out, wire::SlotInfo const& info);
template <class Object> void fill(Object& out, wire::DoorInfo const& info);
template <class Object> void fill(Object& out, wire::PortInfo const& info);
template <class Object> void fill(Object& out, wire::MediumInfo const& info);
template <class Object> void fill(Object& out, wire::SideInfo const& info);
template <class Object> void fill(Object& out, wire::LogicalMediumInfo const& info);
template <class Object> void fill(Object& out, wire::PoolInfo const& info);
template <class Object> void fill(Object& out, wire::MediaTypeInfo const& info);
template <class Object> void fill(Object& out, wire::RequestInfo const& info);
template <class Object> void fill(Object& out, wire::OperatorRequestInfo const& info);
template <class Object> void fill(Object& out, wire::ComputerInfo const& info);
// type: NTMS_DRIVE_TYPE or NTMS_CHANGER_TYPE.
template <class Object> void fill(Object& out, wire::DeviceTypeInfo const& info, DWORD type);

// The offset of Info and the size of its member for this type; 0 for a type that no object has.
template <class Object> std::size_t size_needed(DWORD type);

}  // namespace rsm::ntms
