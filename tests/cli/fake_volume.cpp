#include "tests/cli/fake_volume.hpp"

#include <boost/describe/enum_to_string.hpp>

namespace rsm::cli {

using volume::Operation;

Result<volume::Outcome> FakeClient::run(volume::Command command, Millis limit) {
  if (command.operation == Operation::status || command.operation == Operation::condition) return volume::Outcome{.data = volume::to_json(fake_->status)};
  if (command.operation == Operation::fit) return volume::Outcome{.number = volume::may_be_taken(fake_->status) ? 1U : 0U, .data = volume::to_json(fake_->status)};
  if (command.operation == Operation::holders) return volume::Outcome{.data = volume::to_json(fake_->holders)};
  std::string name = boost::describe::enum_to_string(command.operation, "?");
  if (command.operation == Operation::media_removal) name += command.prevent ? " prevent" : " allow";
  fake_->asked.push_back(name);
  fake_->last_limit = limit;
  auto& answers = fake_->answers[command.operation];
  if (answers.empty() && command.operation == Operation::dismount)
    return volume::Outcome{.data = volume::to_json(volume::DismountOutcome{.was_mounted = true, .forced = false, .handles_dead = true, .note = {}})};
  if (answers.empty()) return volume::Outcome{};
  auto answer = answers.front();
  if (answers.size() > 1) answers.erase(answers.begin());
  return answer;
}

std::uint64_t FakeClient::submit(volume::Command command, Millis limit, Completion done) {
  bool const begins = !command.linked || went_well_, gate = command.operation == Operation::fit;
  auto answer = begins ? run(std::move(command), limit) : fail(Errc::operation_aborted, fake_->status.device, "not begun: what it depends on did not go well");
  went_well_ = answer.has_value() && !(gate && answer->number == 0);
  threads_.emplace_back([answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
  return threads_.size();
}

}  // namespace rsm::cli
