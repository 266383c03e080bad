// What may be told to whom.
//
// What for: an object that a caller may not use is not shown to it (people/rights, by the descriptors), and what others show of such an object is
// left out: its name, and sentences about it. Words that are one user's own (paths of files) are another matter: domain/private_text.
// Errors: access_denied (5). Thread rule: the loop only. Source: rsm-model.md section 18.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/server/context.hpp"
#include "libmgr/people/rights.hpp"

namespace rsm::server {

// Whether this caller may read what the Info is about.
Result<> may_read(Context const& c, wire::LibraryInfo const& info);
Result<> may_read(Context const& c, wire::ChangerInfo const& info);
Result<> may_read(Context const& c, wire::DriveInfo const& info);
Result<> may_read(Context const& c, wire::SlotInfo const& info);
Result<> may_read(Context const& c, wire::PortInfo const& info);
Result<> may_read(Context const& c, wire::DoorInfo const& info);
Result<> may_read(Context const& c, wire::MediumInfo const& info);
Result<> may_read(Context const& c, wire::SideInfo const& info);
Result<> may_read(Context const& c, wire::LogicalMediumInfo const& info);
Result<> may_read(Context const& c, wire::PoolInfo const& info);
Result<> may_read(Context const& c, wire::MediaTypeInfo const& info);
Result<> may_read(Context const& c, wire::RequestInfo const& info);
Result<> may_read(Context const& c, wire::OperatorRequestInfo const& info);
Result<> may_read(Context const& c, wire::SessionInfo const& info);
Result<> may_read(Context const& c, wire::ComputerInfo const& info);
Result<> may_read(Context const& c, wire::DeviceTypeInfo const& info);
// What happened to media and drives that the caller may not read is not told; of a medium that was deleted, to administrators and to who did it.
bool may_be_told(Context const& c, wire::HistoryInfo const& info);

// Whether this sentence names a library, or a medium besides `own`, that the caller may not read. The media looked at are those in memory: what waits, moves or is in a
// drive; sentences name no others.
bool names_what_is_hidden(Context const& c, std::string_view sentence, MediumId own = {});
void leave_out_what_is_hidden(Context const& c, std::vector<std::string>& sentences, MediumId own = {});

// Takes out what it says of a medium that the caller may not read: names, and sentences with names in them.
void veil(Context const& c, wire::ChangerInfo& info);
void veil(Context const& c, wire::RequestInfo& info);
void veil(Context const& c, wire::WaitingInfo& info);
void veil(Context const& c, wire::DriveInfo& info);
void veil(Context const& c, wire::SlotInfo& info);
void veil(Context const& c, wire::OperatorRequestInfo& info);
template <class Info>
void veil(Context const&, Info&) {}  // the others say nothing of media

}  // namespace rsm::server
