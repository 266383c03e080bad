#include "drivers/changer/element_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/changer/limits.hpp"
#include "drivers/scsi/commands.hpp"

namespace rsm::changer {
namespace {

// Headers of 8 bytes each for answer and page; 12 fixed bytes, two tags of 36, an identifier of 4 + 64 or what a vendor puts there.
constexpr std::uint32_t header_bytes = 16, descriptor_bytes_max = 12 + 2 * 36 + 4 + 64;

std::uint32_t last_of(scsi::ElementRange range) { return std::uint32_t{range.first} + range.count - 1; }

std::uint32_t room_for(std::uint32_t elements) { return std::min(limits::changer_allocation_max, header_bytes + elements * descriptor_bytes_max); }

// How far a range has been answered.
struct Progress {
  std::uint32_t next = 0;
  std::uint32_t allocation = 0;
  std::size_t commands = 0;
  bool looked_behind = false;
};

void take(scsi::ElementStatus const& answer, scsi::ElementType type, scsi::ElementRange range, Seen& seen) {
  auto const wanted = [&](scsi::Element const& element) { return element.type == type && element.address >= range.first && element.address <= last_of(range); };
  for (auto const& element : answer.elements)
    if (wanted(element)) seen.insert_or_assign(element.address, element);
  if (answer.partial && wanted(*answer.partial)) seen.try_emplace(answer.partial->address, *answer.partial);
}

// The address behind the last one that was told of.
std::uint32_t behind(Seen const& seen, std::uint32_t otherwise) { return seen.empty() ? otherwise : std::max<std::uint32_t>(otherwise, seen.rbegin()->first + 1u); }

}  // namespace

bool ElementReader::is_refusal(scsi::Failure const& failure) const {
  if (failure.refused_field()) return true;
  bool const busy_with_itself = failure.key == scsi::key_not_ready || failure.key == scsi::key_unit_attention;
  return quirks_.tags_refused_with_any_key && failure.answered && !busy_with_itself;
}

scsi::Outcome<Seen> ElementReader::states(scsi::ElementType type, scsi::ElementRange range, bool tags) {
  Question question{.type = type, .range = range, .tags = tags && tags_refused_ < limits::changer_refusals_until_remembered};
  auto seen = read(question);
  if (seen && question.tags) tags_refused_ = 0, tags_came_ = true;
  if (seen || !question.tags || !is_refusal(seen.error())) return seen;
  question.tags = false;
  auto without = read(question);
  if (without) ++tags_refused_;
  return without;
}

scsi::Outcome<std::map<std::uint16_t, scsi::Designator>> ElementReader::identifiers(scsi::ElementRange drives) {
  std::map<std::uint16_t, scsi::Designator> known;
  if (identifiers_refused_ >= limits::changer_refusals_until_remembered) return known;
  auto const seen = read({.type = scsi::ElementType::drive, .range = drives, .identifiers = true});
  if (!seen && (is_refusal(seen.error()) || seen.error().unknown_command())) {
    ++identifiers_refused_;
    return known;
  }
  if (!seen) return std::unexpected(seen.error());
  identifiers_refused_ = 0;
  for (auto const& [address, element] : *seen)
    if (element.identifier) known.emplace(address, *element.identifier);
  return known;
}

scsi::Outcome<Seen> ElementReader::read(Question const& question) {
  Seen seen;
  std::uint32_t const last = last_of(question.range);
  Progress at{.next = question.range.first, .allocation = room_for(question.range.count)};
  while (at.next <= last && at.commands++ < limits::changer_commands_per_range_max) {
    auto const answer = ask(question, static_cast<std::uint16_t>(at.next), at.allocation);
    // Behind the last element that is there, some libraries say that there is no such address.
    if (!answer && at.looked_behind && answer.error().answered && answer.error().key == scsi::key_illegal_request) return seen;
    if (!answer) return std::unexpected(answer.error());
    take(*answer, question.type, question.range, seen);
    std::uint32_t const next = behind(seen, at.next);
    bool const complete = answer->status == scsi::AnswerStatus::complete;
    bool const larger = answer->reason == scsi::TruncationReason::allocation && answer->allocation_needed.value_or(0) > at.allocation;
    if (next > at.next) {
      at.looked_behind = complete;
    } else if (!complete && larger && at.allocation < limits::changer_allocation_max) {
      at.allocation = std::min(*answer->allocation_needed, limits::changer_allocation_max);
    } else {
      return complete ? scsi::Outcome<Seen>(seen) : no_end(question);  // complete: the rest of the range is left out
    }
    if (complete && question.range.count == 1) return seen;
    at.next = next;
  }
  return at.next > last ? scsi::Outcome<Seen>(seen) : no_end(question);
}

std::unexpected<scsi::Failure> ElementReader::no_end(Question const& question) const {
  scsi::Failure failure;
  failure.error = {Errc::gen_failure, session_.object(),
                   fmt::format("READ ELEMENT STATUS: the answer about {} elements from {} on is cut and does not go on", question.range.count, question.range.first)};
  return std::unexpected(std::move(failure));
}

scsi::Outcome<scsi::ElementStatus> ElementReader::ask(Question const& question, std::uint16_t start, std::uint32_t allocation) {
  std::uint32_t const left = last_of(question.range) - start + 1;
  scsi::ReadElementStatus const command{.type = static_cast<std::uint8_t>(quirks_.only_type_zero ? 0 : static_cast<unsigned>(question.type)),
                                        .start = start,
                                        .count = static_cast<std::uint16_t>(std::min(left, limits::changer_elements_per_command_max)),
                                        .volume_tags = question.tags,
                                        .without_motion = false,  // not every library knows the bit; others do not ask for it either
                                        .device_identifiers = question.identifiers,
                                        .allocation = allocation};
  auto const bytes = session_.read(command, allocation);
  if (!bytes) return std::unexpected(bytes.error());
  return scsi::decode_element_status(*bytes, allocation);
}

}  // namespace rsm::changer
