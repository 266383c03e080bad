#include "libmgr/allocation/media_records.hpp"

#include <algorithm>
#include <set>

#include "libmgr/domain/side_transitions.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::allocation {
namespace {

constexpr std::size_t label_id_bytes_max = 255, label_type_chars_max = 63, label_info_chars_max = 255;

Result<> at_most(std::string const& what, std::string const& text, std::size_t most) {
  if (utf16_units(text) <= most) return {};
  return fail(Errc::invalid_parameter, what, "at most " + std::to_string(most) + " characters");
}

std::string where(std::size_t side) { return "sides[" + std::to_string(side) + "]"; }

Result<> check_label(Omid const& label, std::string const& side) {
  if (label.type.empty()) return fail(Errc::invalid_parameter, side, "the type of its label is empty");
  RSM_CHECK(at_most(side + ", type of the label", label.type, label_type_chars_max));
  RSM_CHECK(at_most(side + ", text of the label", label.info, label_info_chars_max));
  if (!label.id.empty() && label.id.size() <= label_id_bytes_max) return {};
  return fail(Errc::invalid_parameter, side, "the id of its label has 1 to " + std::to_string(label_id_bytes_max) + " bytes");
}

Result<> check_sides(CreateMediumCall const& call) {
  std::set<Guid> ids;
  for (std::size_t i = 0; i < call.sides.size(); ++i) {
    auto const& side = call.sides[i];
    RSM_CHECK(check_label(side.label, where(i)));
    if (side.logical_medium && !has_logical_medium(side.state))
      return fail(Errc::invalid_parameter, where(i), "a side that is " + word(side.state) + " has no logical medium");
    for (auto const& id : {side.id.guid, side.logical_medium.guid})
      if (!id.is_zero() && !ids.insert(id).second) return fail(Errc::already_exists, where(i), id.text() + " is given twice");
  }
  return {};
}

Result<> check_parameters(Book& book, CreateMediumCall const& call) {
  if (!is_plain(call.name)) return fail(Errc::invalid_parameter, "name", "control characters cannot be in a name");
  if (!is_plain(call.barcode)) return fail(Errc::invalid_parameter, "bar code", "control characters cannot be in a bar code");
  RSM_CHECK(at_most("name", call.name, limits::name_chars_max));
  RSM_CHECK(at_most("description", call.description, limits::description_chars_max));
  RSM_CHECK(at_most("bar code", call.barcode, limits::name_chars_max));
  if (call.library && call.library != book.world().offline_library) return fail(Errc::invalid_parameter, "library", "a medium that is made is in no library");
  return check_sides(call);
}

Result<PoolRecord> pool_for(World const& world, PoolId id) {
  auto const it = world.pools.find(id);
  if (it == world.pools.end()) return fail(Errc::invalid_media_pool, "pool " + id.text(), "there is none");
  bool const takes = it->second.media_type && (it->second.type == PoolType::application || it->second.type == PoolType::import);
  if (!takes) return fail(Errc::invalid_media_pool, "pool " + it->second.path, "media are made in import pools and in pools of applications that contain media");
  return it->second;
}

Result<> check_new_ids(Book& book, CreateMediumCall const& call) {
  auto const taken = [](std::string const& what, Guid id) { return fail(Errc::already_exists, what, id.text() + " is in use"); };
  RSM_TRY(auto const medium, book.find_medium(call.id));
  if (medium) return taken("medium", call.id.guid);
  for (std::size_t i = 0; i < call.sides.size(); ++i) {
    auto const& side = call.sides[i];
    RSM_TRY(auto const owner, book.find_medium_of_side(side.id));
    if (owner) return taken(where(i), side.id.guid);
    RSM_TRY(auto const logical, book.logical_medium(side.logical_medium));
    if (logical) return taken(where(i), side.logical_medium.guid);
  }
  return {};
}

Result<> check_duplicates(Book& book, CreateMediumCall const& call) {
  RSM_TRY(auto const alike, book.media_by_barcode(call.barcode));
  if (!alike.empty()) return fail(Errc::invalid_media, "bar code " + call.barcode, "another medium has it");
  if (!call.error_on_duplicate) return {};
  for (std::size_t i = 0; i < call.sides.size(); ++i) {
    auto const& label = call.sides[i].label;
    RSM_TRY(auto const known, book.media_by_label(label));
    bool const twice = std::any_of(call.sides.begin(), call.sides.begin() + static_cast<std::ptrdiff_t>(i), [&](NewSide const& before) { return before.label.same_medium(label); });
    if (!known.empty() || twice) return fail(Errc::invalid_media, where(i), "another side has a label of this type and id");
  }
  return {};
}

std::string default_name(MediumRecord const& medium) {
  if (!medium.barcode.empty()) return medium.barcode;
  bool const by_label = medium.sides.size() == 1 && medium.sides.front().omid && !medium.sides.front().omid->info.empty();
  if (!by_label) return medium.sequence_number;
  auto units = utf16(medium.sides.front().omid->info);
  if (units.size() <= limits::name_chars_max) return medium.sides.front().omid->info;
  units.resize(limits::name_chars_max);
  if (units.back() >= 0xd800 && units.back() < 0xdc00) units.pop_back();
  return utf8(units).value_or(medium.sequence_number);
}

}  // namespace

Result<MediumId> create_medium(Book& book, Caller const& caller, CreateMediumCall call) {
  while (call.barcode.ends_with(' ')) call.barcode.pop_back();
  RSM_CHECK(check_parameters(book, call));
  RSM_TRY(auto const pool, pool_for(book.world(), call.pool));
  RSM_CHECK(rights::may(book.world(), caller, rights::Act::create_medium, pool.id));
  std::uint32_t const sides = book.world().media_types.at(pool.media_type).sides;
  if (call.sides.size() != sides) return fail(Errc::media_incompatible, "pool " + pool.path, "its media have " + std::to_string(sides) + (sides == 1 ? " side" : " sides"));
  RSM_CHECK(check_new_ids(book, call));
  RSM_CHECK(check_duplicates(book, call));

  MediumRecord medium;
  medium.id = call.id ? call.id : book.make_id<MediumId>();
  medium.description = call.description;
  medium.created = book.now();
  medium.enabled = call.enabled;
  medium.type = pool.media_type;
  medium.pool = pool.id;
  medium.barcode = call.barcode;
  medium.sequence_number = std::to_string(book.next_media_number());
  std::vector<LogicalMediumRecord> logical_media;
  for (auto const& made : call.sides) {
    Side side;
    side.id = made.id ? made.id : book.make_id<SideId>();
    side.number = static_cast<std::uint32_t>(medium.sides.size());
    side.state = made.state;
    side.omid = made.label;
    side.mount_count = made.mount_count;
    side.allocate_count = made.allocate_count;
    side.capacity = made.capacity;
    if (has_logical_medium(side.state)) {
      side.logical_medium = made.logical_medium ? made.logical_medium : book.make_id<LogicalMediumId>();
      LogicalMediumRecord logical;
      logical.id = side.logical_medium;
      logical.side = side.id;
      logical.pool = pool.id;
      logical.created = medium.created;
      logical.user = caller.user;
      logical_media.push_back(std::move(logical));
    }
    medium.sides.push_back(std::move(side));
  }
  medium.name = call.name.empty() ? default_name(medium) : call.name;
  std::string const reason = "made in pool " + pool.path + " " + by_whom(caller);
  book.put(medium, reason, {}, EventKind::insert);
  for (auto& logical : logical_media) {
    logical.name = name_of(medium, logical.side);
    book.put(std::move(logical), reason, EventKind::insert);
  }
  return medium.id;
}

}  // namespace rsm::allocation
