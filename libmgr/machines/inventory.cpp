#include "libmgr/machines/inventory.hpp"

#include <algorithm>

#include "libmgr/domain/limits.hpp"
#include "libmgr/machines/limits.hpp"

namespace rsm::machine {

InventoryActions Inventory::over(Result<> outcome) {
  phase_ = InventoryPhase::idle;
  return {InventoryDone{std::move(outcome)}};
}

InventoryActions Inventory::begin() {
  description_.reset();
  to_ask_.clear();
  elements_.clear();
  left_out_.clear();
  drives_.clear();
  failures_ = 0;
  silent_now_ = false;
  door_open_ = false;
  phase_ = InventoryPhase::describing;
  return {AskDescription{}};
}

InventoryActions Inventory::described(Result<port::ChangerDescription> description) {
  if (phase_ != InventoryPhase::describing) return {};
  if (!description) return over(std::unexpected(description.error()));
  door_open_ = description->door_open;
  if (door_open_) return over(fail(Errc::not_ready, {}, "its door is open; close it"));
  description_ = std::move(*description);
  for (auto const& kind : description_->elements) {
    constexpr auto most = static_cast<std::uint32_t>(limits::elements_per_question_max);
    for (std::uint32_t done = 0; done < kind.count; done += most) to_ask_.push_back({kind.kind, kind.first + done, std::min(most, kind.count - done)});
  }
  phase_ = InventoryPhase::reading;
  return next();
}

InventoryActions Inventory::next() {
  if (!to_ask_.empty()) return {AskElements{to_ask_.front()}};
  phase_ = InventoryPhase::drives;
  if (left_out_.empty()) fell_silent_ = 0;
  return {ChangerRead{}};
}

InventoryActions Inventory::read(Result<port::ElementReport> report) {
  if (phase_ != InventoryPhase::reading || to_ask_.empty()) return {};
  port::ElementRange const range = to_ask_.front();
  to_ask_.pop_front();
  if (report) {
    silent_now_ = false;
    door_open_ = report->door_open;
    if (door_open_) return over(fail(Errc::not_ready, {}, "its door is open; close it"));
    std::ranges::move(report->elements, std::back_inserter(elements_));
    return next();
  }
  Errc const code = report.error().code;
  bool const silent = code == Errc::timeout || code == Errc::device_not_available;
  // One range of a changer that answers for others may be left out; a changer that says nothing any more is asked again as a whole.
  bool const silent_before = silent_now_;
  silent_now_ = silent;
  bool const nobody_there = silent && (elements_.empty() || silent_before || ++fell_silent_ <= limits::device_retries_max);
  if (nobody_there) return over(std::unexpected(report.error()));
  if (code == Errc::not_ready) return over(std::unexpected(report.error()));
  if (silent || range.count == 1 || ++failures_ > limits::inventory_failures_max) {
    leave_out(range);
    return next();
  }
  std::uint32_t const half = range.count / 2;
  to_ask_.push_front({range.kind, range.first + half, range.count - half});
  to_ask_.push_front({range.kind, range.first, half});
  return next();
}

// Neighbours are named together.
void Inventory::leave_out(port::ElementRange const& range) {
  bool const goes_on = !left_out_.empty() && left_out_.back().kind == range.kind && left_out_.back().first + left_out_.back().count == range.first;
  if (goes_on)
    left_out_.back().count += range.count;
  else
    left_out_.push_back(range);
}

InventoryActions Inventory::asking(std::set<DriveId> drives) {
  if (phase_ != InventoryPhase::drives) return {};
  drives_ = std::move(drives);
  return drives_.empty() ? over({}) : InventoryActions{};
}

InventoryActions Inventory::drive_answered(DriveId drive) {
  if (phase_ != InventoryPhase::drives || drives_.erase(drive) == 0 || !drives_.empty()) return {};
  return over({});
}

}  // namespace rsm::machine
