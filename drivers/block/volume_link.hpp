// The stable path of the volume in a drive: a symbolic link that is there while the volume may be used, and not otherwise.
//
// What for: clients know one path for a drive; while the volume is offline they see that there is none (ENOENT). The link is changed
// atomically: nobody ever sees half of a change. It also outlives the handler and tells its successor that the volume was online.
// Errors: of the file system (access_denied, also where the folder is reached over a link; object_not_found for a missing folder); already_exists when the name is taken
// by something that is no link. Thread rule: any.
#pragma once

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::block {

Result<> set_link(std::string const& link, std::string const& target);
Result<> remove_link(std::string const& link);  // gone already: success
// As good as removed, and set_link to the same place takes it back: a file system makes and forgets a link at many times the cost of another name for it.
Result<> put_link_aside(std::string const& link);
Result<> forget_link_aside(std::string const& link);  // none there: success
bool link_leads_to(std::string const& link, std::string const& target);

}  // namespace rsm::block
