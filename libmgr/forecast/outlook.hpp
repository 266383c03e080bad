// What is to be expected: many courses of things, and what they have in common.
// Times are milliseconds from the question's now. Errors: none. Thread rule: pure; it takes up to a second or so, so it is not for the loop.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/forecast/question.hpp"

namespace rsm::forecast {

// When one of those who wait is served.
struct Expected {
  DriveId drive;                 // most often
  Millis start{}, start_p90{};   // work for it begins
  Millis mounted{}, mounted_p90{};
  Millis played{}, played_p90{};  // of `mounted`, before they were corrected by how good such forecasts were
  friend bool operator==(Expected const&, Expected const&) = default;
};

struct Step {
  RequestId request;
  Millis start{};
};

struct Outlook {
  std::map<RequestId, Expected> expected;     // those who come in most of the courses
  std::map<DriveId, std::vector<Step>> next;  // in the course in which everything takes as long as in the middle
  Millis wait{};                              // mean of those who are expected, from now
  Millis last{};                              // until the last of them is mounted
};

// All who wait and are in the question.
Outlook outlook(Question const& question);
// One of those who wait, which stands at this place from 0; one that is behind all that are in the question: from the pace of those before it.
// Nothing: it does not come in most of the courses.
std::optional<Expected> expect(Question const& question, RequestId request, std::size_t place);

// How much of what was played had gone by when the mount came, as it is learned (TimingKind::forecast, forecast_middle), and what follows for the next
// forecasts: the ninth tenth of the scores makes the bound, the middle what is expected.
Millis score_of(Millis played, Millis came);
double doubt_of(TimingSketch const* scores);
double lean_of(TimingSketch const* scores);

}  // namespace rsm::forecast
