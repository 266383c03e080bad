// The on-media identifier that this service writes itself: the label of media that are free.
//
// What for: a side in a free pool gets a label of this type, with an id that no side has had before (rsm-model.md section 11). What it looks like on the
// medium is drivers/label/free_label. Thread rule: values.
#pragma once

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/medium.hpp"

namespace rsm {

inline constexpr char const* free_label_type = "OPENRSM";

inline Omid free_label(Guid id) { return {free_label_type, id.text(), "free medium"}; }

// What is recorded for a side before its label is written: whichever of the two a crash has left on the medium, it is known. A label that was recorded so
// before and is not known to have been written is written again, with its id.
inline Omid free_label_to_write(std::optional<Omid> const& recorded, Guid fresh) {
  bool const begun_before = recorded && recorded->type == free_label_type && !recorded->also.empty();
  if (begun_before) return *recorded;
  Omid label = free_label(fresh);
  if (recorded) label.also = recorded->key();
  return label;
}
// The same when it stands on the medium.
inline Omid written(Omid label) {
  label.also.clear();
  return label;
}

}  // namespace rsm
