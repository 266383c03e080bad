#include "cli/rsm/volume/plan.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <utility>

namespace rsm::cli {

using volume::VolumeStatus;

std::string name_of(VolumeVerb verb) { return boost::describe::enum_to_string(verb, "?"); }
std::string name_of(VolumeStep step) { return boost::describe::enum_to_string(step, "?"); }

std::optional<VolumeVerb> volume_verb(std::string_view name) {
  VolumeVerb verb{};
  if (!boost::describe::enum_from_string(std::string{name}.c_str(), verb)) return std::nullopt;
  return verb;
}

std::vector<VolumeStep> steps_of(VolumeVerb verb) {
  using enum VolumeStep;
  switch (verb) {
    case VolumeVerb::status:
    case VolumeVerb::who: return {};
    case VolumeVerb::flush: return {flush};
    case VolumeVerb::lock: return {flush, lock, run, unlock};
    case VolumeVerb::dismount: return {flush, lock, dismount, unlock};
    case VolumeVerb::offline: return {flush, lock, dismount, offline};
    case VolumeVerb::online: return {online};
    case VolumeVerb::eject: return {flush, lock, dismount, offline, allow, eject, unlock};
    case VolumeVerb::load: return {load};
    case VolumeVerb::prevent: return {prevent};
    case VolumeVerb::allow: return {allow};
    case VolumeVerb::verify: return {verify};
  }
  std::unreachable();
}

bool changes_volume(VolumeVerb verb) {
  return verb != VolumeVerb::status && verb != VolumeVerb::who && verb != VolumeVerb::flush && verb != VolumeVerb::verify;
}

bool takes_volume(VolumeVerb verb) {
  return verb == VolumeVerb::lock || verb == VolumeVerb::dismount || verb == VolumeVerb::offline || verb == VolumeVerb::eject;
}

bool is_for_the_medium(VolumeVerb verb) {
  return verb == VolumeVerb::eject || verb == VolumeVerb::load || verb == VolumeVerb::prevent || verb == VolumeVerb::allow;
}

volume::Command command_of(VolumeStep step) {
  using volume::Operation;
  switch (step) {
    case VolumeStep::flush: return {.operation = Operation::flush};
    case VolumeStep::lock: return {.operation = Operation::lock};
    case VolumeStep::dismount: return {.operation = Operation::dismount};
    case VolumeStep::offline: return {.operation = Operation::offline};
    case VolumeStep::allow: return {.operation = Operation::media_removal, .prevent = false};
    case VolumeStep::prevent: return {.operation = Operation::media_removal, .prevent = true};
    case VolumeStep::eject: return {.operation = Operation::eject};
    case VolumeStep::unlock: return {.operation = Operation::unlock};
    case VolumeStep::online: return {.operation = Operation::online};
    case VolumeStep::load: return {.operation = Operation::load};
    case VolumeStep::verify: return {.operation = Operation::verify};
    case VolumeStep::run: break;
  }
  std::unreachable();
}

bool is_loop(VolumeStatus const& status) { return status.kind == "loop device"; }
bool is_tape(VolumeStatus const& status) { return status.kind == "tape drive"; }
bool is_optical(VolumeStatus const& status) { return status.kind == "optical drive"; }
bool is_offline(VolumeStatus const& status) { return status.state == "offline"; }

std::string word_of(VolumeStep step, VolumeStatus const& on) {
  if (step == VolumeStep::dismount && is_tape(on)) return "rewind";
  if (step == VolumeStep::eject && is_loop(on)) return "unbind";
  if (step == VolumeStep::eject && is_tape(on)) return "unload";
  return name_of(step);
}

std::string purpose_text(VolumeStep step, VolumeStatus const& on) {
  bool const tape = is_tape(on);
  switch (step) {
    case VolumeStep::flush: return tape ? "write the drive's buffer to the tape" : "write everything cached for it to the medium";
    case VolumeStep::lock: return tape ? "reserve the drive, so that nobody else opens it" : "unmount it everywhere, and keep every mount of it out";
    case VolumeStep::run: return "run the command";
    case VolumeStep::dismount: return tape ? "rewind the tape" : "take the file system away from its users";
    case VolumeStep::offline: return tape ? "keep the drive, so that nothing opens it" : "keep the device, so that nothing mounts it again";
    case VolumeStep::allow: return is_optical(on) ? "unlock the tray" : "allow removal";
    case VolumeStep::eject:
      if (is_loop(on)) return "unbind it from " + (on.backing.empty() ? "its image" : on.backing);
      return tape ? "unload the tape" : is_optical(on) ? "open the tray" : "eject the medium";
    case VolumeStep::unlock: return "let others use it again";
    case VolumeStep::online: return "let it be opened and mounted again";
    case VolumeStep::load: return tape ? "thread the tape" : is_optical(on) ? "pull the tray in" : "load the medium";
    case VolumeStep::prevent: return is_optical(on) ? "lock the tray" : tape ? "lock the tape in" : "lock the medium in";
    case VolumeStep::verify: return "ask the drive whether a medium is there";
  }
  std::unreachable();
}

}  // namespace rsm::cli
