// Where a plan made from lines is another one than that from scratch (walk.hpp).
#include <algorithm>

#include "libmgr/queue/walk.hpp"

namespace rsm {
namespace {

std::string text_of(std::pair<DriveId, RequestId> const& one) {
  return one.first.text() + " for " + one.second.text();
}
std::string text_of(MountStart const& one) {
  return one.request.text() + " in " + one.drive.text();
}
std::string text_of(RequestId id) {
  return id.text();
}
std::string text_of(MediumId id) {
  return id.text();
}

template <class Range>
std::string list(Range const& range) {
  std::string text;
  for (auto const& one : range) text += (text.empty() ? "" : ", ") + text_of(one);
  return text.empty() ? "none" : text;
}

template <class Range>
std::string differ(std::string const& what, Range const& kept, Range const& scratch) {
  auto const one = list(kept), other = list(scratch);
  return one == other ? std::string{} : what + ": " + one + "; from scratch: " + other;
}

std::string sentences_differ(Situation const& situation, MountLines const& lines, MountPlan const& scratch,
                             std::vector<RequestRecord const*> const& waiting) {
  for (auto const* request : waiting) {
    auto const it = scratch.why.find(request->id);
    std::string const said = why_in_lines(situation, lines, *request), wanted = it == scratch.why.end() ? std::string{} : it->second;
    if (said != wanted) return "why " + request->id.text() + " waits: " + said + "; from scratch: " + wanted;
  }
  return {};
}

}  // namespace

std::string difference_from_scratch(Situation const& situation, MountLines const& lines, MountPlan const& plan,
                                    std::vector<RequestRecord const*> const& waiting) {
  auto const scratch = plan_mounts(situation, waiting);
  if (lines.size() != waiting.size())
    return "there stand " + std::to_string(lines.size()) + " in lines, and " + std::to_string(waiting.size()) + " wait";
  for (auto const& difference :
       {differ("starts", plan.starts, scratch.starts), differ("to empty", plan.to_empty, scratch.to_empty),
        differ("to make room", plan.to_make_room, scratch.to_make_room), differ("room coming", plan.room_coming, scratch.room_coming),
        differ("room for", plan.room_for, scratch.room_for),
        differ("order", first_in_lines(situation, lines, waiting.size()), scratch.order)})
    if (!difference.empty()) return difference;
  if (plan.call_waits != scratch.call_waits) return "a call of several media waits for drives by one plan only";
  for (std::size_t n = 0; n < scratch.order.size(); ++n)
    if (place_in_lines(situation, lines, situation.world.requests.at(scratch.order[n])).before != n)
      return "place of " + scratch.order[n].text() + ": it is number " + std::to_string(n + 1);
  return sentences_differ(situation, lines, scratch, waiting);
}

}  // namespace rsm
