// What is shown: states that are derived, the reasons why, what needs a person, and figures for monitoring.
//
// What for: observations of memory as it is (decision records 5 and 6); nothing here changes anything. Thread rule: the loop only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libmgr/library/libraries.hpp"
#include "libmgr/operations/requests.hpp"

namespace rsm {

struct Explanation {
  RequestRecord request;
  std::string text;
  std::vector<std::string> facts;
};

// For monitoring: what memory shows now, at once; also while a commit is under way or has failed.
struct Observations {
  Figures const* figures = nullptr;
  std::map<QueueKey, std::uint64_t> queue;
  std::map<std::pair<RequestState, bool>, Millis> oldest;  // age of the oldest open request of each state that has one; true: of the service's own work
  std::map<LibraryId, std::vector<port::HandlerFigures>> handlers;
  std::uint64_t media = 0;
};

class View {
 public:
  View(Book& book, Libraries const& libraries, Requests const& requests) : book_(book), libraries_(libraries), requests_(requests) {}

  MediaState media_state(MediumRecord const& medium, std::string* reason) const;
  Explanation explain(RequestRecord const& request) const;
  // Open requests of all libraries in the order of service, with what each waits for.
  std::vector<std::pair<RequestRecord, std::string>> waiting(std::size_t most) const;
  // What needs a person; `catalog`: what is to be said of the catalog.
  std::vector<std::string> attention(std::vector<std::string> catalog) const;
  std::string handler_text(LibraryId library, Element device) const;
  std::string arm_text(LibraryId library) const;  // the move under way
  std::optional<Millis> usual_move(LibraryId library) const;  // what a move takes; nothing: none has ended in this life of the daemon
  Observations observe() const;

 private:
  std::vector<RequestRecord const*> may_be_first(std::size_t most) const;
  World const& world() const { return book_.world(); }
  std::string awaited_from_a_person(Library const* library, std::string const& why) const;  // "the door is closed", or empty
  void add_abandoned(std::vector<std::string>& all, Library const& library) const;
  std::string drive_fact(Library const* library, std::uint32_t number, DriveEntry const& drive) const;

  Book& book_;
  Libraries const& libraries_;
  Requests const& requests_;
};

}  // namespace rsm
