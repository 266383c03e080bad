#include "cli/rsm/notify/condition.hpp"

#include <algorithm>

#include "cli/rsm/text/short_id.hpp"

namespace rsm::cli {
namespace {

std::string quoted(std::string const& name) {
  return name.find(' ') == std::string::npos ? name : "'" + name + "'";
}

bool is_open(OperatorState state) {
  return state == OperatorState::submitted || state == OperatorState::active;
}

std::string who_waits(wire::OperatorRequestInfo const& asked, wire::StatusReply const& status) {
  auto const waiting = std::ranges::find_if(status.waiting, [&](auto const& waiting) { return waiting.request.id == asked.request; });
  std::string who = asked.user.empty() ? asked.application : asked.user + (asked.application.empty() ? "" : " (" + asked.application + ")");
  if (waiting != status.waiting.end())
    return "request " + request_text(asked.request) + (who.empty() ? "" : " of " + who) + " waits for it";
  return who.empty() ? "" : "asked by " + who;
}

Condition of_operator(wire::OperatorRequestInfo const& asked, wire::StatusReply const& status) {
  auto const id = short_text(asked.id.guid, short_id_digits_least);
  return {"operator " + asked.id.guid.text(),
          "operator",
          asked.message,
          who_waits(asked, status),
          "rsm opreq satisfy " + id + " when it is done, or rsm opreq refuse " + id,
          asked.submitted};
}

bool needs_a_person(bool enabled, OperationalState state) {
  return enabled && (state == OperationalState::needs_service || state == OperationalState::not_present);
}

std::string trouble(OperationalState state) {
  return state == OperationalState::not_present ? " is not there" : " needs service";
}

// The same matter has the same words, but for how long it has lasted and how many wait meanwhile.
std::string without_amounts(std::string const& sentence) {
  static constexpr std::string_view units[] = {" ms", " s", " min", " h", " d", " change", " mount"};
  std::string out;
  for (std::size_t i = 0; i < sentence.size();) {
    auto const end = std::min(sentence.find_first_not_of("0123456789", i), sentence.size());
    auto const behind = std::string_view(sentence).substr(end);
    bool const amount = end > i && std::ranges::any_of(units, [&](auto unit) { return behind.starts_with(unit); });
    out += amount ? "#" : sentence.substr(i, std::max(end, i + 1) - i);
    i = std::max(end, i + 1);
  }
  return out;
}

// By a condition of its own.
bool said_already(std::string const& sentence, wire::StatusReply const& status) {
  auto const told = [&](std::string const& words) { return !words.empty() && sentence.find(words) != std::string::npos; };
  return std::ranges::any_of(status.operator_requests, [&](auto const& asked) { return told(asked.message); }) ||
         std::ranges::any_of(
             status.drives,
             [&](auto const& drive) { return drive.operational_state != OperationalState::ready && told(drive.condition_reason); }) ||
         std::ranges::any_of(status.libraries, [&](auto const& library) {
           return library.operational_state != OperationalState::ready && told(library.reason);
         });
}

}  // namespace

std::vector<std::string_view> condition_kinds() {
  return {"daemon", "library", "drive", "operator", "attention"};
}

std::vector<Condition> conditions_of(wire::StatusReply const& status, std::int64_t now) {
  std::vector<Condition> found;
  for (auto const& library : status.libraries)
    if (library.library_type != LibraryType::offline && needs_a_person(library.enabled, library.operational_state))
      found.push_back({"library " + library.id.guid.text(), "library", library.name + trouble(library.operational_state), library.reason,
                       "rsm library show " + quoted(library.name), library.since > 0 ? library.since : now});
  for (auto const& drive : status.drives)
    if (needs_a_person(drive.enabled, drive.operational_state))
      found.push_back({"drive " + drive.id.guid.text(), "drive", drive.name + trouble(drive.operational_state), drive.condition_reason,
                       "look at it, then rsm drive enable " + quoted(drive.name) + " --wait", now});
  for (auto const& asked : status.operator_requests)
    if (is_open(asked.state)) found.push_back(of_operator(asked, status));
  for (auto const& sentence : status.attention)
    if (!said_already(sentence, status))
      found.push_back({"attention " + without_amounts(sentence), "attention", sentence, "", "rsm status", now});
  return found;
}

Condition daemon_away(std::string const& why, std::int64_t since) {
  return {std::string(daemon_key), "daemon", "the service does not answer", why, "rsm setup --check", since};
}

}  // namespace rsm::cli
