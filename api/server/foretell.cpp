#include "api/server/foretell.hpp"

#include "api/server/discretion.hpp"
#include "api/server/in_background.hpp"

namespace rsm::server {
namespace {

wire::ForecastInfo forecast_info(Context const& c, forecast::Answer answer, MediumId own) {
  wire::ForecastInfo info;
  info.basis = answer.basis;
  info.before = static_cast<std::int64_t>(answer.before);
  leave_out_what_is_hidden(c, answer.reasons, own);
  leave_out_what_is_hidden(c, answer.shorter, own);
  info.reasons = std::move(answer.reasons), info.shorter = std::move(answer.shorter);
  if (!answer.expected) return info;
  auto const& e = *answer.expected;
  info.start_ms = e.start.count(), info.start_p90_ms = e.start_p90.count();
  info.mounted_ms = e.mounted.count(), info.mounted_p90_ms = e.mounted_p90.count();
  info.drive = e.drive;
  info.drive_name = name_of(c.world(), e.drive);
  return info;
}

}  // namespace

void foretell(Context const& c, wire::ExplainReply explained, Reply<wire::ExplainReply> reply) {
  auto const request = c.manager().find_request(explained.request.id);
  bool const of_others = explained.text.empty();  // nothing is said of what waits, since it is hidden
  auto work = request && *request && !of_others ? c.manager().foresee(**request) : std::nullopt;
  if (!work) return reply(std::move(explained));
  auto place = std::make_shared<Ahead>(*c.server);
  if (!*place) {
    explained.text += " When it will be mounted is not said now, since many ask that at this moment; ask again.";
    return reply(std::move(explained));
  }
  Reply<forecast::Answer> played = [c, record = **request, explained = std::move(explained), asked = c.server->loop.now(), place, reply = std::move(reply)](Result<forecast::Answer> answer) mutable {
    if (!answer) return reply(std::unexpected(std::move(answer).error()));
    if (answer->expected) c.manager().forecast_told(record, *answer->expected, asked);
    explained.forecast = forecast_info(c, std::move(*answer), record.medium);
    reply(std::move(explained));
  };
  run_beside<forecast::Answer>(c.server->looking_ahead, c, std::move(played), [work = std::move(*work)]() -> Result<forecast::Answer> { return work(); });
}

}  // namespace rsm::server
