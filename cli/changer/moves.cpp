#include "cli/changer/moves.hpp"

namespace rsm::changer {
namespace {

std::string slot_name(std::int64_t number) { return "slot " + std::to_string(number); }
std::string drive_name(std::int64_t number) { return "drive " + std::to_string(number); }

Result<Slot const*> slot_of(Shelf const& shelf, std::int64_t number) {
  if (auto const* const slot = shelf.slot(number)) return slot;
  return fail(Errc::invalid_parameter, slot_name(number), "there is none; " + shelf.name + " has slots 1 to " + std::to_string(shelf.slots.size()));
}

Result<Drive const*> drive_of(Shelf const& shelf, std::int64_t number) {
  if (auto const* const drive = shelf.drive(number)) return drive;
  if (shelf.drives.empty()) return fail(Errc::invalid_parameter, drive_name(number), shelf.name + " has no drive");
  return fail(Errc::invalid_parameter, drive_name(number), "there is none; " + shelf.name + " has drives 0 to " + std::to_string(shelf.drives.size() - 1));
}

Result<> is_there(Shelf const& shelf, std::string const& name, bool in_library) {
  if (in_library) return {};
  return fail(Errc::resource_not_present, name, "view " + shelf.name + " names it, and library " + shelf.library + " does not have it; see rsm view list");
}

Result<Slot const*> slot_or_port(Shelf const& shelf, std::int64_t number, bool ports) {
  if (auto const* const port = ports ? shelf.port(number) : nullptr) return port;
  if (!ports && shelf.port(number) != nullptr) return fail(Errc::invalid_parameter, slot_name(number), "ports have numbers with --ports only");
  return slot_of(shelf, number);
}

Result<Medium> medium_in(Slot const& from) {
  std::string const name = slot_name(from.number);
  if (from.drive) return fail(Errc::empty, name, "it is empty; its medium is in drive " + std::to_string(*from.drive));
  if (!from.present) return fail(Errc::empty, name, "it is not in the library; its magazine is out");
  if (!from.full) return fail(Errc::empty, name, "it is empty");
  if (from.foreign) return fail(Errc::invalid_media, name, "its medium is not of this view");
  if (!from.medium) return fail(Errc::invalid_media, name, "its medium is not in the catalog yet; start an inventory with rsm library inventory");
  return *from.medium;
}

}  // namespace

Result<Load> plan_load(Shelf const& shelf, std::int64_t slot, std::int64_t drive) {
  RSM_TRY(auto const* from, slot_of(shelf, slot));
  RSM_TRY(auto const* to, drive_of(shelf, drive));
  RSM_CHECK(is_there(shelf, drive_name(drive), to->in_library));
  RSM_CHECK(is_there(shelf, slot_name(slot), from->in_library));
  std::string const whose = to->home == 0 ? "" : ", with the medium of slot " + std::to_string(to->home);
  if (to->holds_own()) return fail(Errc::not_empty, drive_name(drive), "it is full" + whose);
  RSM_TRY(auto medium, medium_in(*from));
  if (medium.cleaner) return fail(Errc::invalid_media, slot_name(slot), medium.name + " is a cleaning cartridge; it is not loaded for data");
  return Load{std::move(medium), *to};
}

Result<Unload> plan_unload(Shelf const& shelf, std::int64_t slot, std::int64_t drive) {
  RSM_TRY(auto const* from, drive_of(shelf, drive));
  if (slot != 0) RSM_CHECK(slot_of(shelf, slot));
  if (!from->full) return fail(Errc::empty, drive_name(drive), "it is empty");
  if (from->foreign) return fail(Errc::busy, drive_name(drive), "its medium is not of view " + shelf.name + "; whoever loaded it unloads it");
  if (!from->medium) return fail(Errc::invalid_media, drive_name(drive), "its medium is not in the catalog yet; look at rsm status");
  if (slot != 0 && shelf.slot(slot)->full) return fail(Errc::not_empty, slot_name(slot), "it is full");
  if (from->home == 0) return fail(Errc::library_full, drive_name(drive), "no slot is free for " + from->medium->name + "; take a medium out of the library");
  if (slot != 0 && slot != from->home)
    return fail(Errc::not_supported, slot_name(slot), from->medium->name + " in drive " + std::to_string(drive) + " goes home to slot " + std::to_string(from->home));
  return Unload{*from->medium, *from};
}

Result<Transfer> plan_transfer(Shelf const& shelf, std::int64_t from, std::int64_t to, bool ports) {
  RSM_TRY(auto const* source, slot_or_port(shelf, from, ports));
  RSM_TRY(auto const* target, slot_or_port(shelf, to, ports));
  for (auto const* end : {source, target}) RSM_CHECK(is_there(shelf, slot_name(end->number), end->in_library));
  if (source == target) return fail(Errc::invalid_parameter, slot_name(to), "a medium cannot go where it is");
  bool const comes_in = source->port && source->full && !source->foreign;
  if (comes_in && target->port) return fail(Errc::not_supported, slot_name(to), "from a port a medium goes to a slot");
  if (!comes_in) RSM_CHECK(medium_in(*source));
  if (!target->present) return fail(Errc::resource_not_present, slot_name(to), "it is not in the library; its magazine is out");
  if (target->drive) return fail(Errc::not_empty, slot_name(to), "it is kept for the medium in drive " + std::to_string(*target->drive));
  if (target->full) return fail(Errc::not_empty, slot_name(to), "it is full");
  return Transfer{*source, *target};
}

Result<Transfer> plan_exchange(Shelf const& shelf, std::int64_t from, std::int64_t to, std::int64_t then) {
  RSM_TRY(auto const* source, slot_of(shelf, from));
  RSM_TRY(auto const* target, slot_of(shelf, to));
  if (then != from) return fail(Errc::not_supported, slot_name(then), "what is in slot " + std::to_string(to) + " goes to slot " + std::to_string(from) + " and to no other");
  if (source == target) return fail(Errc::invalid_parameter, slot_name(to), "a medium cannot go where it is");
  for (auto const* end : {source, target}) {
    RSM_CHECK(is_there(shelf, slot_name(end->number), end->in_library));
    RSM_CHECK(medium_in(*end));
  }
  return Transfer{*source, *target};
}

Result<> check_usable(Shelf const& shelf) {
  if (shelf.trouble) return fail(Errc::not_ready, "library " + shelf.library, *shelf.trouble);
  return {};
}

}  // namespace rsm::changer
