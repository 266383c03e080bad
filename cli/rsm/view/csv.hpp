// Wire structs as comma-separated values (RFC 4180), a record a line: for spreadsheets, and for whoever loads them into a database.
//
// What for: the first line names the members as messages.hpp has them; each record is a line with one field for each. Times are ISO 8601 in UTC with
// milliseconds, ids and words as on the wire, what is absent is an empty field. Lines end with CR LF; a field with a comma, a quotation mark or the end of
// a line in it stands in quotation marks. Lists and structures inside of a struct have no place in a line: such a struct is not for this.
// Thread rule: pure functions.
#pragma once

#include <string>

#include "api/protocol/shape.hpp"

namespace rsm::cli {

// In quotation marks where it has to be.
std::string csv_field(std::string const& text);
std::string csv_header(wire::Shape const& shape);
std::string csv_record(wire::Shape const& shape, void const* object);

template <class T>
std::string to_csv(T const& object) {
  return csv_record(wire::shape_of<T>(), &object);
}

}  // namespace rsm::cli
