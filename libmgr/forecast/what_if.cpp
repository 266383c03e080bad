#include "libmgr/forecast/what_if.hpp"

#include <algorithm>

namespace rsm::forecast {
namespace {

// No id that is made bears version 15.
constexpr std::uint8_t supposed_mark = 0xF0;

DriveId supposed_drive(std::int64_t n) {
  DriveId id;
  id.guid.bytes.fill(supposed_mark);
  id.guid.bytes[15] = static_cast<std::uint8_t>(n);
  return id;
}

void add_drive(Question& question, std::int64_t n) {
  auto* library = question.world.library(question.library);
  if (library == nullptr) return;
  DriveEntry drive;
  drive.record.id = drive.hot.id = supposed_drive(n);
  drive.record.library = question.library;
  drive.record.number = library->drives.empty() ? 0 : library->drives.rbegin()->first + 1;
  drive.record.name = "extra drive " + std::to_string(drive.record.number);
  drive.record.condition.state = OperationalState::ready;
  library->drives[drive.record.number] = drive.record.id;
  question.drives[drive.record.id] = {};
  question.world.drives[drive.record.id] = std::move(drive);
}

}  // namespace

bool is_supposed(DriveId drive) {
  return std::all_of(drive.guid.bytes.begin(), drive.guid.bytes.end() - 1, [](auto byte) { return byte == supposed_mark; });
}

Question supposing(Question question, WhatIf const& what_if) {
  for (std::int64_t n = 0; n < std::min(what_if.drives_more, limits::what_if_drives_most); ++n) add_drive(question, n);
  for (auto const& id : what_if.drives_off)
    if (auto* drive = question.world.drive(id)) drive->record.enabled = false;
  for (auto const& id : what_if.drives_on) {
    auto* drive = question.world.drive(id);
    if (drive == nullptr) continue;
    drive->record.enabled = true;
    drive->record.condition.state = OperationalState::ready;
  }
  for (auto& request : question.waiting)
    if (what_if.request && request.id == what_if.request) request.priority = what_if.priority, request.order = order_none;
  return question;
}

}  // namespace rsm::forecast
