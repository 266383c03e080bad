// What every operation's check is given, and what it gives: the desk where calls are checked.
//
// What for: checks stand in the order of ntms-functions.md section 1 (handle, ready, parameters, existence, rights, library, medium and
// drive, resources). The first that fails is the answer, and nothing has changed. Handlers of the server check shapes (types, lengths),
// here are the rules, rights are judged by people/rights. Thread rule: the loop only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libmgr/people/operator_requests.hpp"
#include "libmgr/people/rights.hpp"
#include "libmgr/queue/keys.hpp"
#include "libmgr/record/book.hpp"
#include "libmgr/settings.hpp"

namespace rsm {

class Library;

namespace operations {

struct Desk {
  Book& book;
  Loop& loop;
  Settings const& settings;
  std::function<Library*(LibraryId)> library;  // that is connected; nullptr: it is not

  World const& world() const { return book.world(); }
};

// Who calls, and in which session.
struct Who {
  Caller caller;
  SessionRecord session;
};

using Records = std::vector<RequestRecord>;

// A request of this call, with what every request has.
RequestRecord blank(Desk const& desk, Who const& who, std::string const& key, Operation operation);
// The service's own.
RequestRecord blank(Book& book, LibraryId library, Operation operation, std::string const& reason);
// The library of an administrator's call: known, not the shelf, connected, enabled.
Result<LibraryEntry const*> library_for_control(Desk const& desk, LibraryId id, Errc when_disabled);
// What a mount or dismount of these is about, for its key. What names no side is compared as it is, and fits nothing.
std::vector<KeyedObject> keyed_media(Desk const& desk, std::vector<Guid> const& media, std::vector<DriveId> const& drives = {});
// "request 7 works with it: take A00001 out of port 0 of Jukebox"
std::string works_with_it(RequestRecord const& request);
Result<> check_media_list(std::vector<Guid> const& media);

}  // namespace operations
}  // namespace rsm
