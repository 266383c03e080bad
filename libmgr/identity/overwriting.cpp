#include "libmgr/identity/overwriting.hpp"

#include <algorithm>

#include "libmgr/domain/free_label.hpp"

namespace rsm::identity {
namespace {

std::string called(MediumRecord const& medium) { return medium.name.empty() ? medium.id.text() : medium.name; }

std::unexpected<Error> not_sure(MediumRecord const& medium, std::string why) { return fail(Errc::unexpected_omid, called(medium), std::move(why)); }

bool is_somebodys(Side const& side) { return side.state == SideState::allocated || side.state == SideState::complete || side.state == SideState::reserved; }

// Whose label it is, besides this medium's.
std::optional<MediumRecord> other_bearer(MediumRecord const& medium, Omid const& found, Catalog const& catalog) {
  for (auto& other : catalog.with_label(found))
    if (other.id != medium.id && standing(other) == Standing::settled) return std::move(other);
  return std::nullopt;
}

}  // namespace

Result<> may_be_overwritten(MediumRecord const& medium, Side const& side, std::optional<Omid> const& found, Catalog const& catalog) {
  if (side.state != SideState::unprepared) return fail(Errc::invalid_state, called(medium) + " side " + std::to_string(side.number), "it is " + word(side.state) + ", and waits for no label");
  std::string const seen = catalog.barcode_seen(medium);
  if (!seen.empty() && !medium.barcode.empty() && seen != medium.barcode) return not_sure(medium, "the cartridge shows the bar code " + seen);
  bool const by_barcode = !seen.empty() && seen == medium.barcode && !catalog.doubled(seen);
  bool const its_own = found && side.omid && side.omid->same_medium(*found);
  // A place in which another label is read now than then says nothing. A label that was about to be written may not be there yet.
  bool const by_place = catalog.verified(medium.id) && (found ? its_own : !side.omid || side.omid->type == free_label_type);
  // What was allocated before the other sides had their labels: only what bears, or lacks, just what was recorded.
  bool const as_recorded = found ? its_own && !is_weak(*found) : !side.omid;
  if (std::ranges::any_of(medium.sides, is_somebodys) && !as_recorded) return fail(Errc::invalid_state, called(medium), "a side of it is somebody's, and this one does not bear the label that was recorded");
  if (found && !is_weak(*found) && !(its_own && (by_barcode || by_place)))
    if (auto const other = other_bearer(medium, *found, catalog)) return not_sure(medium, "the cartridge bears the label of " + called(*other));
  if (by_barcode || by_place || (its_own && !is_weak(*found))) return {};
  return not_sure(medium, "nothing says that this cartridge is it: it shows no bar code of its own, and bears " + (found ? found->type + " volume \"" + found->info + "\"" : std::string("no label that is understood")));
}

}  // namespace rsm::identity
