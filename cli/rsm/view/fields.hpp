// One object for people, member by member, from its description.
//
// What for: `rsm … show`. A view says in its own words what belongs together (a drive's medium, side and name are one line) and in which order the
// important comes; everything else of the object follows by itself, with the labels of api/protocol/fields.def. So a new member of the wire is shown
// without a change here. Thread rule: a value; the object, names and canvas outlive it.
#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "api/protocol/shape.hpp"
#include "cli/rsm/text/record.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {

class Fields {
 public:
  template <class Info>
  Fields(Info const& info, Names const& names, Canvas const& canvas) : Fields(wire::shape_of<Info>(), &info, names, canvas) {}
  Fields(wire::Shape const& shape, void const* object, Names const& names, Canvas const& canvas)
      : shape_(shape), object_(object), names_(names), canvas_(canvas) {}

  // A line in words of its own; `tells`: the members that it is about. Left out when it is empty.
  void line(std::string label, Cell value, std::initializer_list<std::string_view> tells);
  // These members, each as its label and type say.
  void show(std::initializer_list<std::string_view> members);
  // Not told to people.
  void leave_out(std::initializer_list<std::string_view> members);
  // All members that nobody has told, in the order of the wire, and at last the id.
  Record finish();

 private:
  void show_one(wire::Member const& member);
  std::string text_of(wire::Shape const& shape, void const* value, std::string_view member) const;

  wire::Shape const& shape_;
  void const* object_;
  Names const& names_;
  Canvas const& canvas_;
  std::set<std::string_view> told_;
  Record record_;
};

}  // namespace rsm::cli
