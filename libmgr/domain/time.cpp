#include "libmgr/domain/time.hpp"

#include <algorithm>
#include <cstdio>

namespace rsm {

std::string time_text(TimePoint t) {
  using namespace std::chrono;
  constexpr TimePoint first = sys_days{year{0} / 1 / 1}, end = sys_days{year{10'000} / 1 / 1};
  t = std::clamp(t, first, end - Millis{1});  // a calendar of four digits
  auto const day = floor<days>(t);
  year_month_day const date{day};
  hh_mm_ss const clock{t - day};
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02u-%02u %02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return out;
}

std::string duration_text(Millis d) {
  auto const ms = d.count();
  char out[48];
  if (ms < 1000)
    std::snprintf(out, sizeof out, "%lld ms", static_cast<long long>(ms));
  else if (ms < 60'000)
    std::snprintf(out, sizeof out, "%.1f s", static_cast<double>(ms) / 1000);
  else if (ms < 3'600'000)
    std::snprintf(out, sizeof out, "%lld min %lld s", static_cast<long long>(ms / 60'000), static_cast<long long>(ms / 1000 % 60));
  else
    std::snprintf(out, sizeof out, "%lld h %lld min", static_cast<long long>(ms / 3'600'000), static_cast<long long>(ms / 60'000 % 60));
  return out;
}

}  // namespace rsm
