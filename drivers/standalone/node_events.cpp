#include "drivers/standalone/node_events.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstdlib>

#include "drivers/block/sysfs.hpp"
#include "drivers/scsi_library/kernel_nodes.hpp"

namespace rsm::standalone {
namespace {

std::optional<std::pair<bool, dev_t>> number_of(std::string const& path) {
  struct stat node {};
  if (::stat(path.c_str(), &node) != 0 || (!S_ISBLK(node.st_mode) && !S_ISCHR(node.st_mode))) return std::nullopt;
  return std::pair{bool(S_ISBLK(node.st_mode)), node.st_rdev};
}

long milliseconds_in(std::string const& file) { return std::strtol(block::first_line(file).c_str(), nullptr, 10); }

}  // namespace

NodeEvents::NodeEvents(std::string address, std::string sysfs) : address_(std::move(address)), sysfs_(std::move(sysfs)), last_(numbers()) {}

std::set<NodeEvents::Number> NodeEvents::numbers() const {
  std::set<Number> all;
  if (!address_.starts_with('/')) return all;
  auto const nodes = scsi_library::kernel_nodes(address_, sysfs_);
  if (!nodes) return all;
  for (auto const& path : {address_, nodes->commands, nodes->client})
    if (auto const number = number_of(path)) all.insert(*number);
  return all;
}

std::optional<port::DriveHint> NodeEvents::hint_of(uevents::Uevent const& event) {
  bool const block = event.subsystem == "block";
  bool const of_a_drive = (block && event.type != "partition") || event.subsystem == "scsi_tape" || event.subsystem == "scsi_generic";
  if (!event.device || !of_a_drive) return std::nullopt;
  auto now = numbers();
  Number const its{block, *event.device};
  bool const ours = now.contains(its) || last_.contains(its);
  if (!now.empty()) last_ = std::move(now);
  if (!ours) return std::nullopt;
  if (event.eject_wanted) return port::DriveHint::eject_wanted;
  return event.medium_changed ? port::DriveHint::medium_changed : port::DriveHint::came_or_went;
}

bool NodeEvents::media_are_told() const {
  if (!address_.starts_with('/')) return false;
  auto const nodes = scsi_library::kernel_nodes(address_, sysfs_);
  if (!nodes) return nodes.error().code == Errc::resource_not_present;
  auto const number = nodes->block ? number_of(nodes->client) : std::nullopt;
  if (!number) return false;
  std::string const disk = fmt::format("{}/dev/block/{}:{}/", sysfs_, major(number->second), minor(number->second));
  std::string const events = block::first_line(disk + "events");
  if (!events.contains("media_change")) return true;
  if (block::first_line(disk + "events_async").contains("media_change")) return true;
  if (events.contains("eject_request")) return false;
  long const own = milliseconds_in(disk + "events_poll_msecs");
  return own > 0 || (own < 0 && milliseconds_in(sysfs_ + "/module/block/parameters/events_dfl_poll_msecs") > 0);
}

}  // namespace rsm::standalone
