#include "tests/sim/trace.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <fstream>

namespace rsm::sim {
namespace {

namespace json = boost::json;

constexpr unsigned drives_most = 1'000, media_most = 60'000;

Millis seconds_in(json::value const& from, char const* name) {
  double const seconds = from.at(name).to_number<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) throw std::out_of_range(std::string(name) + " is no time");
  return Millis{std::llround(seconds * 1000)};
}

unsigned number_in(json::value const& from, char const* name, unsigned least, unsigned most) {
  auto const number = from.at(name).to_number<std::int64_t>();
  if (number < least || number > most) throw std::out_of_range(std::string(name) + " is to be " + std::to_string(least) + " to " + std::to_string(most));
  return static_cast<unsigned>(number);
}

void library_from(json::value const& line, Trace& trace) {
  auto const& library = line.at("library");
  trace.drives = number_in(library, "drives", 1, drives_most);
  trace.media = number_in(library, "media", 1, media_most);
  trace.sides = number_in(library, "sides", 1, 2);
  number_in(library, "arms", 1, 1);
  trace.move = seconds_in(library, "move");
  trace.load = seconds_in(library, "load");
  trace.unload = seconds_in(library, "unload");
}

TraceRequest request_from(json::value const& line, Trace const& trace) {
  TraceRequest request;
  request.arrival = seconds_in(line, "t");
  request.medium = number_in(line, "media", 0, media_most - 1);
  request.side = number_in(line, "side", 0, trace.sides - 1);
  request.hold = seconds_in(line, "hold_s");
  request.priority = static_cast<int>(line.at("priority").to_number<std::int64_t>());
  request.deferred = line.at("dismount").as_string() == "deferred";
  if (auto const& drives = line.at("drives"); !drives.is_null()) {
    request.drives.emplace();
    for (auto const& drive : drives.as_array()) request.drives->insert(drive.to_number<std::uint32_t>());
    if (request.drives->empty() || *request.drives->begin() >= trace.drives) throw std::out_of_range("no drive takes it");
  }
  return request;
}

}  // namespace

Result<Trace> read_trace(std::string const& path) {
  std::ifstream file(path);
  if (!file) return fail(Errc::file_not_found, path, "it cannot be read");
  Trace trace;
  trace.name = path.substr(path.find_last_of('/') + 1);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    try {
      auto const value = json::parse(line);
      if (number == 1) {
        library_from(value, trace);
        continue;
      }
      trace.requests.push_back(request_from(value, trace));
      if (trace.requests.size() > 1 && trace.requests.back().arrival < trace.requests[trace.requests.size() - 2].arrival) throw std::out_of_range("it came before the line above");
    } catch (std::exception const& error) {
      return fail(Errc::invalid_parameter, path + ":" + std::to_string(number), error.what());
    }
  }
  for (auto const& request : trace.requests) trace.media = std::max(trace.media, request.medium + 1);  // what was added later is numbered on
  if (trace.requests.empty()) return fail(Errc::invalid_parameter, path, "there is no request in it");
  return trace;
}

}  // namespace rsm::sim
