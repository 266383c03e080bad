// Records as they are after a verdict.
#include <algorithm>

#include "libmgr/identity/judgement.hpp"
#include "libmgr/identity/sides.hpp"

namespace rsm::identity {
namespace {

bool is_undecided(SideState state) {
  return state == SideState::unknown || state == SideState::incompatible;
}
// UpdateNtmsOmidInfo alone changes the label that is recorded for these (rsm-model.md section 7, S21).
bool belongs_to_an_application(SideState state) {
  return state == SideState::allocated || state == SideState::complete;
}

void turn_over(MediumRecord& medium) {
  for (auto& side : medium.sides) side.number = 1 - side.number;
  std::ranges::sort(medium.sides, {}, &Side::number);
}

// Every side that was read: f(side, its label).
template <class F>
void for_each_read(MediumRecord& record, Labels const& labels, F f) {
  for (auto& side : record.sides)
    if (auto const read = labels.find(side.number); read != labels.end()) f(side, read->second);
}

void name_by_label(MediumRecord& record) {
  if (!record.barcode.empty() || record.sides.size() != 1 || record.name != record.sequence_number) return;
  auto const& label = record.sides.front().omid;
  if (label && !label->info.empty()) record.name = label->info;
}

void record_barcode(MediumRecord& record, std::string const& barcode) {
  if (record.barcode.empty() && record.name == record.sequence_number && !barcode.empty()) record.name = barcode;
  record.barcode = barcode;
}

}  // namespace

MediumRecord as_judged(MediumRecord record, Labels const& labels, Verdict const& verdict) {
  bool const was_duplicate = standing(record) == Standing::duplicate;
  if (compare(record, labels) == Match::turned) turn_over(record);
  record_barcode(record, verdict.barcode);
  record.clear_trouble();
  switch (verdict.who) {
    case Who::believed:
    case Who::known:
      break;
    case Who::relabelled:
      for_each_read(record, labels, [](Side& side, std::optional<Omid> const& label) {
        bool const was_nobodys = side.state == SideState::foreign && !side.omid;
        if (was_nobodys && label) side.state = SideState::import;
        if ((side.omid || was_nobodys) && !belongs_to_an_application(side.state)) side.omid = label;
      });
      break;
    case Who::first_reading:
      for_each_read(record, labels, [](Side& side, std::optional<Omid> const& label) {
        if (!is_undecided(side.state) && !(side.state == SideState::foreign && side.omid)) return;
        side.omid = label;
        side.state = label ? SideState::import : SideState::foreign;
      });
      if (was_duplicate) record.enabled = true;
      name_by_label(record);
      break;
    case Who::duplicate:
      for_each_read(record, labels, [](Side& side, std::optional<Omid> const& label) {
        side.omid = label;
        side.state = SideState::foreign;
      });
      if (!was_duplicate) record.enabled = false;
      break;
    case Who::undecided:
      if (standing(record) == Standing::settled) break;
      for_each_read(record, labels, [was_duplicate](Side& side, std::optional<Omid> const& label) {
        side.omid = label;
        if (!was_duplicate) side.state = SideState::unknown;
      });
      break;
  }
  return record;
}

MediumRecord merged(MediumRecord medium, MediumRecord const& place, Labels const& labels, Verdict const& verdict) {
  if (compare(medium, labels) == Match::turned) turn_over(medium);
  bool const same_library = medium.library == place.library;
  medium.place = place.place;
  medium.library = place.library;
  if (place.home_slot || !same_library) medium.home_slot = place.home_slot;
  record_barcode(medium, verdict.barcode);
  medium.clear_trouble();
  for (auto const& alert : place.alerts) keep_alert(medium.alerts, alert);  // what drives have said before it was known of whom
  medium.learn(place.cartridge);
  if (place.blamed()) medium.trouble = place.trouble;
  return medium;
}

MediumRecord displaced(MediumRecord medium, std::string const& why) {
  medium.place = Offline{};
  medium.trouble = why;
  return medium;
}

}  // namespace rsm::identity
