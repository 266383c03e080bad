// Witnesses: what speaks for a cartridge being a certain medium, and how far each of them is believed.
//
// What for: the rules of this room (placement.hpp, judgement.hpp) weigh bar code, label, place and move against each other;
// here is what they have in common. docs/identity.md has the table. Errors: none; what is not known is an answer too.
// Thread rule: pure functions. Source: rsm-model.md sections 7, 8, 11 and 12; decision "witnesses".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm::identity {

// The labels of a cartridge by the number of the side that was up. A number that is missing was not read; nullopt: read, and
// nobody understands what is there.
using Labels = std::map<std::uint32_t, std::optional<Omid>>;

// What the rules ask of the catalog. Nothing here changes anything, and a question is asked only where an element or a label is
// not what it was: an inventory without changes asks nothing. Every function must be set.
struct Catalog {
  LibraryId library;  // the library that is looked at
  // All media and provisional records with this recorded bar code, or with this label on a side (type and id), wherever they are:
  // each of them once. Two say already that a bar code is no name; of a label all are needed.
  std::function<std::vector<MediumRecord>(std::string const& barcode)> with_barcode;
  std::function<std::vector<MediumRecord>(Omid const& label)> with_label;
  // The library is connected. What lies in one that is NOT_PRESENT is away: it may come in anywhere.
  std::function<bool(LibraryId library)> connected;
  // The label of the cartridge in this medium's place was read there, and was right, after the last moment at which somebody could have
  // exchanged it unseen; or the medium is in use and was checked when it was mounted. In doubt: false, it is read (again) then.
  std::function<bool(MediumId medium)> verified;
  // The bar code on what lies in this medium's place, as it was seen last; empty: none, not readable, or the medium is away. Where nobody has
  // looked yet, and in another library: the recorded one.
  std::function<std::string(MediumRecord const& medium)> barcode_seen;
  // This bar code is on more than one cartridge now (Placement::doubles of the last look at the whole library).
  std::function<bool(std::string const& barcode)> doubled;
  // Media of this type are pressed, not written: equal labels are legal (CD-ROM, DVD-ROM).
  std::function<bool(MediaTypeId type)> read_only;
};

// Where the catalog believes a medium to be, seen from Catalog::library.
enum class Whereabouts : std::uint8_t {
  away = 0,      // offline, or in a library that is not connected
  here = 1,      // in an element of this library
  elsewhere = 2  // in an element of another library that is connected
};
BOOST_DESCRIBE_ENUM(Whereabouts, away, here, elsewhere)
Whereabouts whereabouts(MediumRecord const& medium, Catalog const& catalog);

// How far a record is known. It is read off its sides and stored nowhere else.
enum class Standing : std::uint8_t {
  stranger = 0,   // provisional: not identified yet (every side UNKNOWN or INCOMPATIBLE)
  duplicate = 1,  // a side is FOREIGN although its label is understood: it is the label of another medium
  settled = 2     // a medium of its own
};
BOOST_DESCRIBE_ENUM(Standing, stranger, duplicate, settled)
Standing standing(MediumRecord const& record);

// A label whose id is a date (ISO 9660), has 32 bits (serial numbers of FAT file systems) or names an archive (tar, pax, dump), which may go over
// several tapes, is a weak witness: two media may well have the same one. It never says that two records are one medium. That it differs says as much as with any other label.
bool is_weak(Omid const& label);
// Ids of this type are dates, written anew with each session; later ones are greater as bytes.
bool is_date(Omid const& label);

bool bears(MediumRecord const& record, Omid const& label);
// The labels that are recorded for its sides, by side number; sides without one are left out.
Labels recorded_labels(MediumRecord const& record);
// Its recorded bar code is on no other medium. A stranger that was not read, or bears its label, takes it from nobody: it may be this very
// medium, come back.
bool has_a_name(MediumRecord const& medium, Catalog const& catalog);

// A cleaning cartridge by its bar code: CLN or CLR, then anything ("CLN001L1", "CLNU00CU", "CLR001"). Capitals only: Code 39 has no others.
// Source: NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE and the practice of tape libraries, which go by the prefix whatever media identifier
// follows it.
bool is_cleaner_barcode(std::string_view barcode);

}  // namespace rsm::identity
