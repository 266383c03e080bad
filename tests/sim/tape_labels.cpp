#include "tests/sim/tape_labels.hpp"

#include <fmt/format.h>

#include "drivers/label/tape_label.hpp"

namespace rsm::sim {
namespace {

TapeRecords records_for(char first, unsigned number) {
  using test::Letters;
  std::string const volume = fmt::format("{}{:05}", first, number);
  auto const standard = [&](Letters letters) {
    return TapeRecords{test::volume_label(volume, letters), test::header_label("HDR1", letters), test::header_label("HDR2", letters), {}};
  };
  switch (number % 4) {
    case 0: return standard(Letters::ascii);
    case 1: return standard(Letters::ebcdic);
    case 2: return {test::amanda_header(volume), {}};
    default: return {test::tar_volume_header(volume), {}};
  }
}

}  // namespace

Omid TapeLabels::make() {
  ++made_;
  auto records = records_for(first_, made_);
  std::vector<label::TapeRecord> const spans(records.begin(), records.end());
  Omid const omid = label::parse_tape_label(spans).value().omid;
  records_.emplace(omid.key(), std::move(records));
  return omid;
}

void TapeLabels::keep(Omid const& label, TapeRecords records) {
  while (!records.empty() && records.back().empty()) records.pop_back();
  records.emplace_back();
  records_.insert_or_assign(label.key(), std::move(records));
}

}  // namespace rsm::sim
