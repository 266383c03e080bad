// Which objects are in which container, page by page.
//
// What for: object.enumerate and every <kind>.list. The pairs of type and container are exactly those of rsm-model.md section 1;
// any other is invalid_parameter (87), an unknown container object_not_found (4312), a type without records here
// not_supported (50). Order: parts of a library by number, requests newest first, everything else by creation.
// A cursor of what memory holds names a place in the order and stays good when objects come and go; one of media, logical media
// and operator requests names the last row, and is refused with object_not_found when that row is gone.
// Thread rule: the loop only, inside Manager::read.
#pragma once

#include "api/protocol/limits.hpp"
#include "api/server/context.hpp"

namespace rsm::server {

struct ListQuery {
  std::optional<Guid> container;
  ObjectType type = ObjectType::unknown;
  std::string cursor;  // empty: from the beginning
  std::size_t limit = limits::page_items_default;
  Caller caller;       // what it may not read is left out
};

// Where a part of a library is, so that nobody looks for it among a hundred thousand.
struct PartPlace {
  LibraryId library;
  std::uint32_t number = 0;
};

struct IdPage {
  std::vector<Guid> ids;
  std::vector<PartPlace> places;     // one for each id of parts of libraries; else empty
  std::vector<MediumRecord> media;   // one for each id of media, as the catalog has it; else empty
  std::vector<std::string> cursors;  // one for each id: goes on after it
  bool more = false;                 // there is something after the last
  std::string next;                  // goes on after the last that was looked at, shown or not
};

Result<IdPage> list_ids(ServerContext& s, ListQuery const& query);
// Requests of one library (zero: all), newest first.
Result<IdPage> list_requests(ServerContext& s, Caller const& caller, LibraryId library, bool open_only, std::string const& cursor, std::size_t limit);
// Whether objects of this type can be listed in such a container; nullopt: the whole system.
bool listed_in(ObjectType type, std::optional<ObjectType> container);
// The type of the object with this id, whatever it is.
Result<std::optional<ObjectType>> type_of(ServerContext& s, Guid id);

}  // namespace rsm::server
