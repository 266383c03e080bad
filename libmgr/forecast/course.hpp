// One course of things: the library of a question, played on with the scheduler's own plans and with what its steps take.
//
// What for: many courses make an outlook (outlook.hpp). Chance is a pure function of the course's number and of what it is about, so the same cartridge is
// kept equally long in the same course of another question: what two answers differ in is what the questions differ in.
// Errors: none. Thread rule: pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "libmgr/forecast/question.hpp"

namespace rsm::forecast {

struct Served {
  DriveId drive;
  TimePoint start{};    // work for it begins
  TimePoint mounted{};  // its side can be used
};

struct CourseOrder {
  unsigned number = 0;  // 0: everything takes as long as in the middle; others: by chance
  // Played until this one is mounted; zero: until all are.
  RequestId until;
};

// By request: those who are mounted in it, as far as it was played. `plans_left`: how often the scheduler may look yet; 0: it has ended because of that.
std::map<RequestId, Served> play(Question const& question, CourseOrder order, std::size_t& plans_left);

}  // namespace rsm::forecast
