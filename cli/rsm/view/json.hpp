// Wire structs as JSON text: what --json prints. One line for machines is what the wire has; here it is indented, with the members
// in the order of messages.hpp. A list is an array of objects. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "api/protocol/shape.hpp"

namespace rsm::cli {

std::string json_object(wire::Shape const& shape, void const* object);
// On one line, for logs and for --follow.
std::string json_line(wire::Shape const& shape, void const* object);

template <class T>
std::string to_json(T const& object) {
  return json_object(wire::shape_of<T>(), &object);
}

template <class T>
std::string to_json_line(T const& object) {
  return json_line(wire::shape_of<T>(), &object);
}

// Indented and with a newline at the end: "[]" when there is none.
std::string json_array(std::vector<std::string> const& objects);

template <class T>
std::string to_json(std::vector<T> const& items) {
  std::vector<std::string> objects;
  objects.reserve(items.size());
  for (auto const& item : items) objects.push_back(to_json(item));
  return json_array(objects);
}

// A JSON text, indented.
std::string pretty_json(std::string const& text);

}  // namespace rsm::cli
