// READ ELEMENT STATUS of whole ranges, however a library cuts its answers.
//
// What for: asks a range of one element type in as few commands as the library allows: at most limits::changer_elements_per_command_max elements and
// limits::changer_allocation_max bytes each; an answer that was cut goes on at the last address + 1, or with the room it wants. Volume tags that are refused
// are asked once without; after limits::changer_refusals_until_remembered refusals in a row they are not asked for any more. Identifiers of drives are
// asked apart from their state: some libraries cannot tell both at once, some give wrong states with identifiers.
// Units: element addresses. Errors: those of the session; a library that goes on cutting without telling anything new: medium_not_accessible.
// Thread rule: one thread. Source: SMC-3 6.11; what differs between models: quirks.hpp.
#pragma once

#include <map>

#include "drivers/changer/quirks.hpp"
#include "drivers/scsi/element_status.hpp"
#include "drivers/scsi/mode_pages.hpp"
#include "drivers/scsi/session.hpp"

namespace rsm::changer {

using Seen = std::map<std::uint16_t, scsi::Element>;  // by address

class ElementReader {
 public:
  explicit ElementReader(scsi::Session& session) : session_(session) {}
  void set_quirks(Quirks const& quirks) { quirks_ = quirks; }
  // The device may be another one by now, or have other parameters.
  void forget_refusals() { tags_refused_ = identifiers_refused_ = 0, tags_came_ = false; }
  // The library has answered with volume tags.
  bool knows_tags() const { return tags_came_ && tags_refused_ == 0; }

  // Only elements of this type in this range; those that the library leaves out are not there.
  scsi::Outcome<Seen> states(scsi::ElementType type, scsi::ElementRange range, bool tags);
  // Of drives; empty where the library does not know identifiers.
  scsi::Outcome<std::map<std::uint16_t, scsi::Designator>> identifiers(scsi::ElementRange drives);

 private:
  struct Question {
    scsi::ElementType type;
    scsi::ElementRange range;
    bool tags = false, identifiers = false;
  };
  scsi::Outcome<Seen> read(Question const& question);
  scsi::Outcome<scsi::ElementStatus> ask(Question const& question, std::uint16_t start, std::uint32_t allocation);
  std::unexpected<scsi::Failure> no_end(Question const& question) const;
  bool is_refusal(scsi::Failure const& failure) const;

  scsi::Session& session_;
  Quirks quirks_;
  unsigned tags_refused_ = 0, identifiers_refused_ = 0;  // in a row
  bool tags_came_ = false;
};

}  // namespace rsm::changer
