// Placement: which medium is in which element now, as far as that can be told without loading it.
//
// What for: after every look at elements (all of a library, or the few that a move can have changed) the core records what this says.
// Errors: none. Thread rule: pure functions; the pointers are used during the call only. Source: rsm-model.md sections 8, 12 and 14.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "drivers/port/changer.hpp"
#include "libmgr/identity/witness.hpp"

namespace rsm::identity {

// A medium (or a provisional record) is believed in this element of the library.
struct Belief {
  Element element;
  MediumRecord const* medium = nullptr;
};

// The move that was under way when the elements were asked.
struct MoveUnderWay {
  MediumRecord const* medium = nullptr;
  Element from, to;  // the same drive: the cartridge was turned
  MediumRecord const* partner = nullptr;  // it went the other way: the two were to change places
};

struct Scan {
  std::span<port::ElementStatus const> elements;
  // `elements` are all that the library has, and all of them have answered: only then a medium can be missing.
  bool whole_library = false;
  // All of them were asked: what is not among `elements` has not answered, and asking again now gives nothing.
  bool all_asked = false;
  // At least of every scanned element; of a whole library also of elements that it does not have any more.
  std::span<Belief const> beliefs;
  std::optional<MoveUnderWay> move;
  std::set<Element> in_use;        // drives whose volume somebody uses: left alone, whatever is seen there
  std::set<Element> doubted;       // a hand was at work there (cartridge pulled out, door open): place alone is no witness
  bool recognise_cleaners = true;  // RECOGNIZECLEANERBARCODE of the library
};

// What says who it is.
enum class Witness : std::uint8_t {
  nothing = 0,     // a stranger
  barcode = 1,     // its bar code names it, or is still the one of the medium that is believed there
  believed = 2,    // it is believed there, and nothing readable contradicts
  on_its_way = 3,  // the move that was under way brought it
  source = 4,      // the device says from which element it was taken, and who lay there is known
  in_use = 5       // somebody uses it: nobody can have exchanged it
};
BOOST_DESCRIBE_ENUM(Witness, nothing, barcode, believed, on_its_way, source, in_use)

enum class Content : std::uint8_t {
  medium = 0,
  stranger = 1,  // a new provisional record is to be made, with `barcode`
  cleaner = 2,   // recorded, never loaded to be identified, never given to a mount
  undecided = 3  // an element that has not answered decides who it is: nothing is recorded but that there is one
};
BOOST_DESCRIBE_ENUM(Content, medium, stranger, cleaner, undecided)

// What is in one full element.
struct Found {
  Element element;
  Content content = Content::stranger;
  MediumId medium;      // its record; zero: there is none yet
  std::string barcode;  // as seen; empty: none, or not readable
  Witness witness = Witness::nothing;
  bool read_label_first = false;  // something speaks against it: it is not used before its label has been read
  bool exchanged = false;         // another cartridge was on its way here
  std::string reason;             // one sentence for people
  friend bool operator==(Found const&, Found const&) = default;
};

// A bar code that can be read now and is to be recorded for this medium, which had none.
struct NewBarcode {
  MediumId medium;
  std::string barcode;
  std::string reason;
  friend bool operator==(NewBarcode const&, NewBarcode const&) = default;
};

// A bar code that names nobody: it is on several cartridges, or on one that is not the medium it is recorded for. They are shown with it
// and told apart by their labels; a person is told. It has ended when a look at the whole library does not bring it again.
struct Double {
  std::string barcode;
  std::vector<Element> elements;
  std::string reason;
  friend bool operator==(Double const&, Double const&) = default;
};

// Believed in a scanned element, and in no element of the library now. A stranger (witness.hpp) that is missing can be forgotten.
struct Missing {
  MediumId medium;
  std::string reason;
  friend bool operator==(Missing const&, Missing const&) = default;
};

struct Placement {
  std::vector<Found> found;  // every full element, in the order of the scan
  std::vector<NewBarcode> barcodes;
  std::vector<Double> doubles;
  std::vector<Missing> missing;  // of a look at the whole library only
  // Not empty: these elements decide and were not scanned. Ask for them too and place again; nothing of this answer is to be recorded.
  std::vector<Element> also;
  // A medium is not in the elements that were scanned: look at the whole library before anything is said of it.
  bool look_everywhere = false;
};

Placement place(Scan const& scan, Catalog const& catalog);

}  // namespace rsm::identity
