// The verbs of `rsm volume`, and of which steps each is made: "the one safe order".
//
// What for: the work (work.hpp) carries these steps out one by one, --dry-run tells them, and both say them in words that fit the kind of
// volume (a loop device is unbound, a tape is rewound). Thread rule: pure functions. Source: volume-control.md "The one safe order".
#pragma once

#include <boost/describe/enum.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/volume/volume_types.hpp"

namespace rsm::cli {

enum class VolumeVerb { status, who, flush, lock, dismount, offline, online, eject, load, prevent, allow, verify };
BOOST_DESCRIBE_ENUM(VolumeVerb, status, who, flush, lock, dismount, offline, online, eject, load, prevent, allow, verify)

enum class VolumeStep { flush, lock, run, dismount, offline, allow, eject, unlock, online, load, prevent, verify };
BOOST_DESCRIBE_ENUM(VolumeStep, flush, lock, run, dismount, offline, allow, eject, unlock, online, load, prevent, verify)

std::string name_of(VolumeVerb verb);
std::string name_of(VolumeStep step);
std::optional<VolumeVerb> volume_verb(std::string_view name);

// In their order; none for status and who. `run` is the command of `rsm volume lock`.
std::vector<VolumeStep> steps_of(VolumeVerb verb);
// False: it may be done although a service manages the volume.
bool changes_volume(VolumeVerb verb);
// Whether it needs the volume unused (the lock), and so is never done to a volume that carries the system.
bool takes_volume(VolumeVerb verb);
// Done to the medium with all that is on it: of a partition to the disk that it is on.
bool is_for_the_medium(VolumeVerb verb);
// What the handler is asked for; not for `run`.
volume::Command command_of(VolumeStep step);

// "unbind": the step in one word, for the line of progress, where all have to find room.
std::string word_of(VolumeStep step, volume::VolumeStatus const& on);
// "unbind it from /srv/a.img": what would be done.
std::string purpose_text(VolumeStep step, volume::VolumeStatus const& on);

bool is_loop(volume::VolumeStatus const& status);
bool is_tape(volume::VolumeStatus const& status);
bool is_optical(volume::VolumeStatus const& status);
bool is_offline(volume::VolumeStatus const& status);

}  // namespace rsm::cli
