// The views of one library: which of its slots belong together.
//
// What for: a backup program sees the slots of its view only, so a medium of them that leaves a drive or the port goes home to one of them, and a
// medium of no view takes a slot of none while there is one. What a view names and the library does not have is told, and left out.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/model/world.hpp"
#include "libmgr/settings.hpp"

namespace rsm {

class SlotViews {
 public:
  explicit SlotViews(std::vector<ViewSettings> const& views);

  bool none() const { return view_of_.empty(); }
  // Name of the view that a slot belongs to; nullptr: it is of none.
  std::string const* of(std::uint32_t slot) const;
  std::string const* of(MediumRecord const& medium, LibraryId library) const;

 private:
  std::vector<std::string> names_;
  std::map<std::uint32_t, std::size_t> view_of_;  // slot -> index
};

// One sentence for each kind of element; none while nobody has asked the library yet. Numbers as the configuration has them: slots from 1.
std::vector<std::string> not_in_library(ViewSettings const& view, LibraryEntry const& library);

}  // namespace rsm
