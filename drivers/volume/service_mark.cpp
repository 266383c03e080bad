#include "drivers/volume/service_mark.hpp"

#include <sys/stat.h>

#include "drivers/block/volume_record.hpp"

namespace rsm::volume {

void mark_needs_service(std::string const& node, std::string const& why, std::string const& state_directory) {
  struct stat st {};
  if (::stat(node.c_str(), &st) != 0) return;
  auto const record = block::VolumeRecordFile::at(state_directory.empty() ? block::volume_state_directory() : state_directory, st.st_rdev);
  if (!record) return;
  (void)record->change([&](block::VolumeRecord& now) -> Result<> {
    block::set_text(now.service_text, why);
    return {};
  });
}

}  // namespace rsm::volume
