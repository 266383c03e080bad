// The border to SQLite: its exceptions become Errors here and nowhere else.
//
// What for: everything in db/ that talks to SQLite does so inside guarded(). disk_full (112): no space or quota;
// database_failure (4313): everything else, with what SQLite said and what to do. Thread rule: of the connection.
#pragma once

#include <SQLiteCpp/Exception.h>

#include <stdexcept>
#include <string>

#include "db/lost_pages.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::db {

// A row that this program cannot have written.
struct DamagedRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// A change that the catalog refuses before SQLite has seen it.
struct RefusedChange : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Error error_of(SQLite::Exception const& exception, std::string const& object);
Error error_of_code(int extended_code, std::string const& message, std::string const& object, int system_errno = 0);
// The Error of the exception that is being handled; rethrows what is neither SQLite's nor ours.
Error error_in_flight(std::string const& object);
// The disk did not give a page of the mapped catalog.
Error lost_page(std::string const& object);

namespace sqlite_error {

template <class Work>
auto caught(std::string const& object, Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (SQLite::Exception const&) {
    return std::unexpected(error_in_flight(object));
  } catch (DamagedRow const&) {
    return std::unexpected(error_in_flight(object));
  } catch (RefusedChange const&) {
    return std::unexpected(error_in_flight(object));
  }
}

}  // namespace sqlite_error

template <class Work>
auto guarded(std::string const& object, Work&& work) -> decltype(work()) {
  unsigned const lost_before = pages_lost;
  auto result = sqlite_error::caught(object, work);
  if (pages_lost != lost_before) return std::unexpected(lost_page(object));  // whatever was read from the empty page in its place
  return result;
}

}  // namespace rsm::db
