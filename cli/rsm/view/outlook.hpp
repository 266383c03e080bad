// What is to be expected, for people: forecasts, plans, what steps take, advice. Thread rule: pure functions, but the time zone is the reader's.
#pragma once

#include <string>
#include <vector>

#include "api/protocol/messages.hpp"
#include "cli/rsm/text/table.hpp"
#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {

// Lines under an explanation; empty without a forecast.
std::string forecast_text(wire::ForecastInfo const& forecast, Canvas const& canvas);
std::string plan_text(wire::PlanReply const& plan, Canvas const& canvas);
Table table_of(std::vector<wire::TimingInfo> const& items, Canvas const& canvas);
std::string advice_text(wire::AdviseReply const& advice, Canvas const& canvas);

}  // namespace rsm::cli
