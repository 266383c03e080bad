// What people and applications say of objects (object_text, object_attribute) goes with the object.
//
// What for: most tables have a trigger for it; sides and requests that have just ended do not, since their rows go and come again.
// Errors: SQLite::Exception, caught by guarded(). Thread rule: of the connection.
#pragma once

#include "db/query.hpp"

namespace rsm::db {

inline void forget_said(Database& database, Guid object) {
  Query(database, "DELETE FROM object_text WHERE object = ?", object).run();
  Query(database, "DELETE FROM object_attribute WHERE object = ?", object).run();
}

}  // namespace rsm::db
