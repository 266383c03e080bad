#include "drivers/block/pulled_medium.hpp"

#include "drivers/block/image_copy.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/volume_link.hpp"

namespace rsm::block {

Result<> pull_image(std::string const& image, std::string const& link) {
  RSM_TRY(FileIdentity const identity, file_identity(image));
  for (auto const& binding : bound_loop_devices({identity.device}))
    if (binding.backing == identity && !binding.cut_off) RSM_CHECK(cut_off_loop_device(binding.loop, identity));
  if (!link_leads_to(link, image)) return {};
  RSM_CHECK(replace_by_copy(image));
  return remove_link(link);
}

}  // namespace rsm::block
