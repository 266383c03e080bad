// The words of the tables: how states, sides and requests are called, and which of them deserve a colour.
// Thread rule: pure functions.
#pragma once

#include <map>
#include <string>

#include "api/protocol/messages.hpp"
#include "cli/rsm/text/table.hpp"

namespace rsm::cli {

// Names of libraries (and of whatever else a table refers to) by id; an unknown id is shown whole.
using Names = std::map<Guid, std::string>;
std::string name_in(Names const& names, Guid const& id);

// "A00001:1"; "A00001" without a side; "" without a medium.
std::string side_name(std::string const& medium, SideId const& side, std::int64_t number);
// "loaded", "needs service", "disabled": what matters most of an object's states, in its tone.
Cell condition_cell(bool enabled, OperationalState state);
Cell drive_state_cell(wire::DriveInfo const& drive);
// What is in the drive; with a state that says it is not simply usable.
std::string drive_content(wire::DriveInfo const& drive);
Cell media_state_cell(wire::MediumInfo const& medium);
Cell request_state_cell(wire::RequestInfo const& request);
// "mount A00001:1 in Drive 0", "inventory", "dismount A00001:1".
// As people call it: its number.
std::string request_name(wire::RequestInfo const& request);
std::string request_what(wire::RequestInfo const& request);
// "backup (root@host)"; "RSM itself" is "the service".
std::string request_who(wire::RequestInfo const& request);
std::string session_who(wire::SessionInfo const& session);
// Why it is where it is, or its error when it has failed.
std::string request_why(wire::RequestInfo const& request);
// The word with blanks for underlines: "being cleaned".
std::string spaced(std::string word);

// "free", "import", "unrecognized", "application": as the folders of the system's pools are called, which people know.
std::string pool_kind(PoolType type);

// What helps where there is no library but the shelf.
inline constexpr char const* no_libraries = "No libraries: 'sudo rsm library discover --add' looks for those of this computer, 'sudo rsm setup --emulated demo' makes one to play with.";
inline bool has_hardware(wire::LibraryInfo const& library) { return (library.flags & library_flag::fixed_offline) == 0; }

}  // namespace rsm::cli
