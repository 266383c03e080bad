// May what lies in a drive be overwritten? Only when it is the cartridge that is meant.
//
// What for: the last question before a free label is written. What the label says is no condition (readings.md 18): that medium is free, and whatever is on it
// may go. But the cartridge must be the one whose record says so, and something must witness that: its readable bar code, which no other cartridge has; or that
// its label was read in its place since somebody could have exchanged it; or that it bears the label that is recorded for the side. A label that is recorded for
// another medium, and a bar code that is not the recorded one, speak against it. Without a witness it is identified first.
// Errors: invalid_state (5023: the side does not wait for a label), unexpected_omid (4334: it may be another cartridge). Thread rule: pure.
// Source: rsm-model.md section 6, readings.md 18 and 34; decision record 31.
#pragma once

#include <optional>

#include "libmgr/domain/error.hpp"
#include "libmgr/identity/witness.hpp"

namespace rsm::identity {

// `found`: on the side that is up; nothing: blank, or nobody understands it.
Result<> may_be_overwritten(MediumRecord const& medium, Side const& side, std::optional<Omid> const& found, Catalog const& catalog);

}  // namespace rsm::identity
