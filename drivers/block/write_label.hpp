// The label of a free medium on a disk, a disc or an image.
//
// What for: what was at the beginning is not found any more by anybody, and nothing behind it is touched: the first MiB becomes zeros (file systems begin there,
// and so does the partition table; a first partition begins behind it), then the label is written in front (drivers/label/free_label), and read back from the
// medium, past the kernel's cache. A crash between the two leaves a medium without any label. Tables and signatures that formats keep at the end of a medium
// stay, since nothing but the beginning may be destroyed; whatever libblkid still finds is in the note of the answer.
// The caller holds the device exclusively, or nobody can have it open.
// Errors: media_changed (nothing written: the label is not the one that the order names), write_protect (nothing written), write_fault (what is at the beginning
// now is not known), medium_not_accessible (it cannot be read). Thread rule: any; blocks.
#pragma once

#include <string>

#include "drivers/port/drive.hpp"

namespace rsm::block {

Result<port::Label> write_label(int fd, std::string const& object, port::LabelOrder const& order);

// Whether what was read is what an order names: the same label, or none in both cases. Nothing: it is.
Result<> is_as_ordered(Result<port::Label> const& found, port::LabelOrder const& order, std::string const& object);

}  // namespace rsm::block
