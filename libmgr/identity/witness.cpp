#include "libmgr/identity/witness.hpp"

#include <algorithm>
#include <array>

namespace rsm::identity {
namespace {

constexpr std::size_t serial_number_bytes = 4;  // 32 bits, as FAT has them
constexpr std::array<std::string_view, 7> serial_number_types{"FAT", "FAT12", "FAT16", "FAT32", "VFAT", "EXFAT", "MSDOS"};
constexpr std::array<std::string_view, 3> date_types{"ISO9660", "ISO 9660", "CDFS"};
constexpr std::array<std::string_view, 3> archive_types{"TAR", "PAX", "DUMP"};  // every volume of an archive has its name
constexpr std::array<std::string_view, 2> cleaner_prefixes{"CLN", "CLR"};

bool is_one_of(std::string type, auto const& types) {
  for (char& c : type)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return std::ranges::find(types, type) != types.end();
}

}  // namespace

Whereabouts whereabouts(MediumRecord const& medium, Catalog const& catalog) {
  auto const* in = std::get_if<InElement>(&medium.place);
  if (in == nullptr || !catalog.connected(in->library)) return Whereabouts::away;
  return in->library == catalog.library ? Whereabouts::here : Whereabouts::elsewhere;
}

Standing standing(MediumRecord const& record) {
  auto const unread = [](Side const& s) { return s.state == SideState::unknown || s.state == SideState::incompatible; };
  if (std::ranges::any_of(record.sides, [](Side const& s) { return s.state == SideState::foreign && s.omid; })) return Standing::duplicate;
  return std::ranges::all_of(record.sides, unread) ? Standing::stranger : Standing::settled;
}

bool is_weak(Omid const& label) {
  return label.id.size() <= serial_number_bytes || is_date(label) || is_one_of(label.type, serial_number_types) || is_one_of(label.type, archive_types);
}

bool is_date(Omid const& label) {
  return is_one_of(label.type, date_types);
}

bool bears(MediumRecord const& record, Omid const& label) {
  return std::ranges::any_of(record.sides, [&](Side const& s) { return s.omid && s.omid->same_medium(label); });
}

Labels recorded_labels(MediumRecord const& record) {
  Labels labels;
  for (auto const& side : record.sides)
    if (side.omid) labels[side.number] = side.omid;
  return labels;
}

bool has_a_name(MediumRecord const& medium, Catalog const& catalog) {
  auto const may_be_it = [&](MediumRecord const& other) {
    if (other.id == medium.id) return true;
    Labels const labels = recorded_labels(other);
    return standing(other) != Standing::settled &&
           (labels.empty() || std::ranges::any_of(labels, [&](auto const& label) { return bears(medium, *label.second); }));
  };
  return std::ranges::all_of(catalog.with_barcode(medium.barcode), may_be_it);
}

bool is_cleaner_barcode(std::string_view barcode) {
  return std::ranges::any_of(cleaner_prefixes, [&](std::string_view prefix) { return barcode.starts_with(prefix); });
}

}  // namespace rsm::identity
