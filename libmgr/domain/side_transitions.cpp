#include "libmgr/domain/side_transitions.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace rsm {
namespace {

using enum SideState;
using Step = SideStep;
constexpr std::nullopt_t none = std::nullopt;

constexpr char const* by_identification = "identification";
constexpr char const* by_rejection = "a drive rejects the medium";
constexpr char const* by_move = "MoveToNtmsMediaPool into a free pool; all sides together";
constexpr char const* by_ejection = "ejected; media of its pool are not kept";
constexpr char const* by_deletion = "DeleteNtmsMedia, medium offline, no side of it allocated, complete or reserved";

constexpr SideTransition rows[] = {
    {"S1", none, Step::found, unknown, "inventory, inject, a cartridge that a person loads"},
    {"S2", unknown, Step::not_understood, foreign, "identification: blank, or nobody understands the label"},
    {"S3", unknown, Step::understood, import, "identification: the label is understood, and of no medium that is known"},
    {"S4", unknown, Step::is_known, none, "identification: it is a medium that is known; that record gets the new place"},
    {"S5", unknown, Step::rejected, incompatible, by_rejection},
    {"S5", foreign, Step::rejected, incompatible, by_rejection},
    {"S5", import, Step::rejected, incompatible, by_rejection},
    {"S5", available, Step::rejected, incompatible, by_rejection},
    {"S5", unprepared, Step::rejected, incompatible, by_rejection},
    {"S6", foreign, Step::to_free_pool, unprepared, by_move},
    {"S6", import, Step::to_free_pool, unprepared, by_move},
    {"S6, S18", available, Step::to_free_pool, unprepared, "MoveToNtmsMediaPool into a free pool; DeallocateNtmsMedia in a pool that gives media back"},
    {"S7", unprepared, Step::label_written, available, "the free label is written"},
    {"S8", unprepared, Step::label_failed, unprepared, "the free label could not be written"},
    {"S9", available, Step::allocate, allocated, "AllocateNtmsMedia; its allocations are counted"},
    {"S10", import, Step::allocate, allocated, "AllocateNtmsMedia that names the side; the medium moves into the pool"},
    {"S11", available, Step::reserve, reserved, "AllocateNtmsMedia with NTMS_ALLOCATE_NEW, of another side of its medium"},
    {"S12", reserved, Step::allocate_next, allocated, "AllocateNtmsMedia with NTMS_ALLOCATE_NEXT"},
    {"S12", available, Step::allocate_next, allocated, "AllocateNtmsMedia with NTMS_ALLOCATE_NEXT"},
    {"S13", reserved, Step::release, available, "the last allocated or complete side of its medium is deallocated"},
    {"S14", allocated, Step::deallocate, available, "DeallocateNtmsMedia, allocated less often than the pool allows"},
    {"S14", complete, Step::deallocate, available, "DeallocateNtmsMedia, allocated less often than the pool allows"},
    {"S15", allocated, Step::wear_out, decommissioned, "DeallocateNtmsMedia, allocated as often as the pool allows"},
    {"S15", complete, Step::wear_out, decommissioned, "DeallocateNtmsMedia, allocated as often as the pool allows"},
    {"S16", allocated, Step::complete, complete, "SetNtmsMediaComplete, not mounted and not in use"},
    {"S17", available, Step::decommission, decommissioned, "DecommissionNtmsMedia"},
    {"S19", foreign, Step::leave, none, by_ejection},
    {"S19", import, Step::leave, none, by_ejection},
    {"S19", incompatible, Step::leave, none, by_ejection},
    {"S19", unknown, Step::leave, none, by_ejection},
    {"S20", unknown, Step::remove, none, by_deletion},
    {"S20", unprepared, Step::remove, none, by_deletion},
    {"S20", incompatible, Step::remove, none, by_deletion},
    {"S20", decommissioned, Step::remove, none, by_deletion},
    {"S20", available, Step::remove, none, by_deletion},
    {"S20", foreign, Step::remove, none, by_deletion},
    {"S20", import, Step::remove, none, by_deletion},
    {"S22", incompatible, Step::look_again, unknown, "identified again"},
    // The model does not number these: what is read again may say more than it did.
    {"", foreign, Step::understood, import, "identification: it bears a label by now, or is no copy after all"},
    {"", incompatible, Step::understood, import, by_identification},
    {"", incompatible, Step::not_understood, foreign, by_identification},
    {"", import, Step::not_understood, foreign, "identification: it is a copy of another medium"},
    {"", incompatible, Step::is_known, none, "identification: it is a medium that is known"},
    {"", foreign, Step::is_known, none, "identification: it is a medium that is known"},
};

std::string shown(std::optional<SideState> state) {
  if (!state) return "–";
  std::string text = word(*state);
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

}  // namespace

std::span<SideTransition const> side_transitions() { return rows; }

Result<SideState> after(SideState from, SideStep step, std::string const& side) {
  auto const row = std::ranges::find_if(rows, [&](SideTransition const& t) { return t.from == from && t.step == step && t.to; });
  if (row != std::end(rows)) return *row->to;
  std::string from_which;
  for (auto const& t : rows)
    if (t.step == step && t.from && t.to) from_which += (from_which.empty() ? "" : " or ") + shown(t.from);
  return fail(Errc::invalid_state, side, "it is " + shown(from) + (from_which.empty() ? "" : "; it would have to be " + from_which));
}

bool may_follow(std::optional<SideState> from, std::optional<SideState> to) {
  return from == to || std::ranges::any_of(rows, [&](SideTransition const& t) { return t.from == from && t.to == to; });
}

// What comes from several states to one by one cause is one line.
std::string side_transitions_in_markdown() {
  std::vector<std::pair<SideTransition, std::string>> lines;
  for (auto const& t : rows) {
    auto const same = std::ranges::find_if(lines, [&](auto const& line) {
      return line.first.to == t.to && std::string(line.first.by) == t.by && std::string(line.first.number) == t.number;
    });
    if (same == lines.end())
      lines.emplace_back(t, shown(t.from));
    else
      same->second += ", " + shown(t.from);
  }
  std::string text = "| model | from | to | by |\n|---|---|---|---|\n";
  for (auto const& [t, from] : lines) text += "| " + std::string(t.number) + " | " + from + " | " + shown(t.to) + " | " + t.by + " |\n";
  return text;
}

}  // namespace rsm
