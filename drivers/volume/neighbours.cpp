#include "drivers/volume/neighbours.hpp"

#include <fmt/format.h>

#include "drivers/block/disk_parts.hpp"

namespace rsm::volume {

std::vector<Neighbour> neighbours_of(FoundDevice const& device) {
  std::vector<Neighbour> found;
  if (device.tape) return found;
  block::BlockDevice const own{device.device, device.node};
  auto const disk = block::disk_of(own);
  bool const partition = disk.has_value();
  auto const medium = block::parts_of(disk.value_or(own));
  for (auto const& part : medium) {
    if (part.device == own.device) continue;
    auto const file = block::VolumeRecordFile::at(block::volume_state_directory(), part.device);
    auto record = file ? file->read() : std::unexpected(file.error());
    if (!record) continue;
    auto const is = !partition ? Neighbour::Is::partition : part.device == medium.front().device ? Neighbour::Is::disk : Neighbour::Is::sibling;
    found.push_back({is, part.node, std::move(*record)});
  }
  return found;
}

std::string owner_text(block::VolumeRecord const& record, block::ProcessId const& handler) {
  for (auto const& slot : record.handles)
    if (slot.handler == handler) return fmt::format("a handle of process {} ({})", slot.application, block::text_of(slot.command));
  return fmt::format("process {}", handler.pid);
}

}  // namespace rsm::volume
