// Lists of the wire's objects as tables for people. An empty list is one sentence that says so.
// Thread rule: pure functions, but the time zone is the reader's.
#pragma once

#include <string>
#include <vector>

#include "api/protocol/messages.hpp"
#include "cli/rsm/text/record.hpp"
#include "cli/rsm/text/table.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {

constexpr int device_name_cells = 16;  // so much of a drive's or changer's name stays, however narrow the terminal is

// A library whose door is open says that it is ready, and does nothing: its reason becomes what a person has to do.
void say_open_door(wire::LibraryInfo& library, std::vector<wire::DoorInfo> const& doors);
// For the list: a reason is worth a column only where something is not as it should be.
void keep_what_is_wrong(std::vector<wire::LibraryInfo>& libraries, std::vector<wire::DoorInfo> const& doors);
Table table_of(std::vector<wire::LibraryInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::ChangerInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::DriveInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::SlotInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::PortInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::ViewInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::DoorInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::MediumInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::SideInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::PoolInfo> const& items, Names const& names, Canvas const& canvas);
// The newest first; `beside`: what the column is called that says who was there, too.
Table table_of(std::vector<wire::AlertInfo> const& items, std::string beside, Canvas const& canvas);
Table table_of(std::vector<wire::RequestInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::OperatorRequestInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::QuotaInfo> const& items, Names const& names, Canvas const& canvas);
Table table_of(std::vector<wire::SessionInfo> const& items, Names const& names, Canvas const& canvas);

Record record_of(wire::LibraryInfo const& library, Names const& names, Canvas const& canvas);
Record record_of(wire::DriveInfo const& drive, Names const& names, Canvas const& canvas);
Record record_of(wire::MediumInfo const& medium, Names const& names, Canvas const& canvas);
Record record_of(wire::PoolInfo const& pool, Names const& names, Canvas const& canvas);
Record record_of(wire::RequestInfo const& request, Names const& names, Canvas const& canvas);
Record record_of(wire::OperatorRequestInfo const& request, Names const& names, Canvas const& canvas);

// The paragraph of an explanation and the facts under it.
std::string explanation_text(wire::ExplainReply const& reply, Canvas const& canvas);

// One event on one line; `object` is the name of what it is about. Width 0: nothing is cut.
std::string event_line(wire::EventInfo const& event, std::string const& object, Canvas const& canvas);
std::string event_header(Canvas const& canvas);

}  // namespace rsm::cli
