#include "cli/rsm/view/needs_service.hpp"

#include <algorithm>

namespace rsm::cli {
namespace {

constexpr char const* needs_service = " needs service";

}  // namespace

bool is_asked_about(wire::StatusReply const& status, Guid device) {
  return std::ranges::any_of(status.operator_requests, [&](auto const& o) { return !is_final(o.state) && o.command == OperatorCommand::device_service && o.argument1 == device; });
}

bool says_it_needs_service(wire::StatusReply const& status, std::string const& sentence, wire::DriveInfo const& drive) {
  auto const library = std::ranges::find(status.libraries, drive.library, &wire::LibraryInfo::id);
  std::string const called = "drive " + std::to_string(drive.number) + (library == status.libraries.end() ? "" : " of " + library->name);
  return sentence.starts_with(called + needs_service) || sentence.starts_with(drive.name + needs_service);
}

bool told_by_a_question(wire::StatusReply const& status, std::string const& sentence) {
  return std::ranges::any_of(status.operator_requests, [&](auto const& o) { return !is_final(o.state) && !o.message.empty() && sentence.contains(o.message); }) ||
         std::ranges::any_of(status.drives, [&](auto const& d) { return is_asked_about(status, d.id.guid) && says_it_needs_service(status, sentence, d); }) ||
         std::ranges::any_of(status.libraries, [&](auto const& l) { return is_asked_about(status, l.id.guid) && sentence.starts_with("library " + l.name + needs_service); });
}

}  // namespace rsm::cli
