#include "drivers/emulated/fault_plan.hpp"

#include <algorithm>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

namespace rsm::emulated {
namespace {

bool over(Fault const& fault, TimePoint now) {
  return fault.until && *fault.until <= now;
}

bool names(Fault const& fault, Element element) {
  if (!about_a_range(fault.kind) || !fault.to) return element == *fault.element;
  return element.kind == fault.element->kind && element.number >= fault.element->number && element.number <= fault.to->number;
}

bool concerns(Fault const& fault, Concerned const& command) {
  if (fault.element && std::ranges::none_of(command.elements, [&](Element element) { return names(fault, element); })) return false;
  return fault.cartridge.empty() || fault.cartridge == command.cartridge;
}

bool can_hit(Fault const& fault, FaultKind kind, Concerned const& command, TimePoint now) {
  return fault.kind == kind && !fault.used_up && !over(fault, now) && concerns(fault, command);
}

}  // namespace

std::vector<FaultKind> all_fault_kinds() {
  std::vector<FaultKind> kinds;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<FaultKind>>([&](auto d) { kinds.push_back(d.value); });
  return kinds;
}

bool hangs(FaultKind kind) {
  return kind == FaultKind::load_hangs || kind == FaultKind::move_hangs || kind == FaultKind::status_hangs ||
         kind == FaultKind::volume_hangs || kind == FaultKind::elements_hang;
}

bool about_a_range(FaultKind kind) { return kind == FaultKind::elements_fail || kind == FaultKind::elements_hang; }

bool done_by_hand(FaultKind kind) {
  return kind == FaultKind::door_open || kind == FaultKind::moved_by_hand || kind == FaultKind::taken_by_hand ||
         kind == FaultKind::swapped_labels;
}

Result<FaultPlan> FaultPlan::restore(std::vector<Fault> faults, FaultId next_id) {
  FaultId last = 0;
  for (auto const& fault : faults) {
    if (fault.id <= last || fault.id >= next_id)
      return fail(Errc::bad_format, "fault " + std::to_string(fault.id), "fault numbers must ascend and stay below the next one");
    if (fault.used_up && !hangs(fault.kind))
      return fail(Errc::bad_format, "fault " + std::to_string(fault.id), "used up, but holds nothing");
    last = fault.id;
  }
  FaultPlan plan;
  plan.faults_ = std::move(faults);
  plan.next_id_ = next_id;
  return plan;
}

FaultId FaultPlan::add(Fault fault) {
  fault.id = next_id_++;
  fault.used_up = false;
  faults_.push_back(std::move(fault));
  return faults_.back().id;
}

std::optional<Fault> FaultPlan::hit(FaultKind kind, Concerned const& command, TimePoint now) {
  auto const at = std::ranges::find_if(faults_, [&](Fault const& f) { return can_hit(f, kind, command, now); });
  if (at == faults_.end()) return std::nullopt;
  Fault const as_it_was = *at;
  spend(as_it_was.id);
  return as_it_was;
}

void FaultPlan::spend(FaultId id) {
  auto const at = std::ranges::find(faults_, id, &Fault::id);
  if (at == faults_.end() || at->used_up || at->count == 0 || --at->count > 0) return;
  if (hangs(at->kind))
    at->used_up = true;
  else
    faults_.erase(at);
}

bool FaultPlan::in_force(FaultKind kind, Concerned const& command, TimePoint now) const {
  return std::ranges::any_of(faults_, [&](Fault const& f) { return can_hit(f, kind, command, now); });
}

bool FaultPlan::holds(FaultId id, TimePoint now) const {
  return std::ranges::any_of(faults_, [&](Fault const& f) { return f.id == id && !over(f, now); });
}

TimePoint FaultPlan::holds_until(FaultId id, TimePoint now) const {
  auto const at = std::ranges::find_if(faults_, [&](Fault const& f) { return f.id == id && !over(f, now); });
  if (at == faults_.end()) return now;
  return at->until.value_or(never);
}

std::size_t FaultPlan::remove(std::optional<FaultKind> kind) {
  return std::erase_if(faults_, [&](Fault const& f) { return !kind || f.kind == *kind; });
}

void FaultPlan::forget_dead(Element drive) {
  std::erase_if(faults_, [&](Fault const& f) { return f.kind == FaultKind::drive_dies && f.element == drive; });
}

void FaultPlan::forget_over(TimePoint now) {
  std::erase_if(faults_, [&](Fault const& f) { return over(f, now); });
}

}  // namespace rsm::emulated
