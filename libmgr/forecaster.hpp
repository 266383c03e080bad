// Looks ahead for the door: makes the question of a library's forecast, and keeps how good answers were.
//
// What for: a question is a copy, made on the loop in a time that does not grow with what waits; it is played elsewhere (forecast/answer.hpp). An answer
// that somebody was given is compared with what came, so that the next bounds of 90 % hold in nine of ten cases, and monitoring shows it.
// Thread rule: the loop only.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "libmgr/forecast/answer.hpp"
#include "libmgr/forecast/drives_needed.hpp"
#include "libmgr/forecast/question.hpp"
#include "libmgr/library/libraries.hpp"

namespace rsm {

namespace limits {
constexpr std::size_t forecasts_open_most = 4096;  // given, and not compared yet
}  // namespace limits

class Forecaster {
 public:
  Forecaster(Book& book, Libraries const& libraries) : book_(book), libraries_(libraries) {}

  // Nothing: the library is not at work.
  std::optional<forecast::Question> question(LibraryId library) const;
  // To be run elsewhere. Nothing: it waits in no queue.
  std::optional<std::function<forecast::Answer()>> foresee(RequestRecord const& request) const;
  // Nothing, and of the next: no robot serves it.
  std::optional<std::function<forecast::Plan()>> plan(LibraryId library, std::optional<forecast::WhatIf> what_if) const;

  // Somebody was told this; the first word counts.
  void told(RequestRecord const& request, forecast::Expected const& expected, TimePoint asked);
  void settled(RequestId request);

  std::optional<std::function<std::vector<forecast::DrivesTried>()>> try_drives(LibraryId library, std::vector<forecast::PastMount> history) const;

 private:
  std::optional<std::size_t> place(RequestRecord const& request) const;

  struct Told {
    LibraryId library;
    TimePoint asked{};
    forecast::Expected expected;
  };

  Book& book_;
  Libraries const& libraries_;
  std::map<RequestId, Told> told_;
};

}  // namespace rsm
