// Judgement: the labels of a cartridge were read; which medium is it?
//
// What for: identification and every label that is not the expected one. judge() says what follows from one reading; afterwards, and
// whenever a medium comes, goes or changes its label, bar code or place, reconsider() is asked until it has nothing more to say: a
// judgement is not kept when its ground has gone. The order in which cartridges are read makes no difference in the end. A duplicate
// becomes a medium of its own only by evidence or by a person: confirm(). Errors: confirm() only. Thread rule: pure functions. Source:
// rsm-model.md sections 7, 8, 11 and 12; docs/identity.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/pool.hpp"
#include "libmgr/identity/witness.hpp"

namespace rsm::identity {

enum class Who : std::uint8_t {
  believed = 0,       // the medium that is recorded there
  relabelled = 1,     // that medium, with a new label
  first_reading = 2,  // a medium of its own, identified now: IMPORT or FOREIGN
  known = 3,          // `other`, which gets this place; the record of the place goes (merged())
  duplicate = 4,      // it bears the label of `other` and is not it: Unrecognized, disabled, a person is asked
  undecided = 5       // not before the media of `look_at` have been read
};
BOOST_DESCRIBE_ENUM(Who, believed, relabelled, first_reading, known, duplicate, undecided)

// Stickers were exchanged: the medium whose sticker was found on another cartridge is recorded with that one's old bar code.
struct StickerExchange {
  MediumId medium;
  std::string barcode;  // empty: the other one had none
  friend bool operator==(StickerExchange const&, StickerExchange const&) = default;
};

struct Verdict {
  Who who = Who::undecided;
  MediumId other;                           // known: the medium it is; duplicate, undecided: whose label it bears
  std::string barcode;                      // of the cartridge; to be recorded for whoever it is
  std::optional<StickerExchange> exchange;  // to be recorded with it
  std::optional<PoolType> pool;             // the system pool it belongs to now; none: it stays where it is
  std::vector<MediumId> look_at;            // whose labels have to be read next
  std::string tell;                         // one sentence for a person who should know or decide; empty: nothing to tell
  std::string reason;                       // one sentence for people
  friend bool operator==(Verdict const&, Verdict const&) = default;
};

struct Reading {
  MediumRecord record;  // of the place: the medium believed there, or a provisional record
  std::string barcode;  // its tag as seen now; empty: none, or not readable
  Labels labels;
  bool used = false;  // a session has had it mounted since its label was compared last: a new label is its owner's doing
  std::string note{};  // what is there instead of a label that is understood
  CartridgeFacts cartridge{};  // what the drive told of it
};

struct Judgement {
  // Not empty: the medium of `record` is not what lies there (displaced()). A new provisional record is made for the place, with the
  // verdict's bar code and the labels that were read, and the verdict is about that one. The sentence says why.
  std::string displaced;
  Verdict verdict;
};

Judgement judge(Reading const& reading, Catalog const& catalog);

// What a change has decided about one of the strangers and duplicates.
struct Resolution {
  MediumId record;
  Verdict verdict;
  friend bool operator==(Resolution const&, Resolution const&) = default;
};

struct Reconsidered {
  std::optional<Resolution> next;  // record it, then ask again
  std::vector<MediumId> look_at;   // when there is no `next`: whose labels have to be read before anything more can be said
};

// `unsettled`: the strangers whose labels were read and the duplicates that a change concerns (or all there are), of every connected
// library, as recorded. Settled media among them are passed over.
Reconsidered reconsider(std::vector<MediumRecord> const& unsettled, Catalog const& catalog);

// The strangers and duplicates that are to be judged again when these records have changed: whatever a bar code or a label links them
// with, over several steps. To be called with the records as they are now, and again with everything that a resolution has changed.
std::vector<MediumRecord> concerned(std::vector<MediumRecord> const& changed, Catalog const& catalog);

// Another cartridge that is here bears its label, and nobody has read yet what lies in the place of this medium: which of the two it is, is
// not known.
bool contested(MediumRecord const& medium, Catalog const& catalog);

// A person says: this duplicate is that medium, with a new sticker. invalid_state unless it is a duplicate with that medium's label, and
// the medium is away.
Result<Verdict> confirm(MediumRecord const& duplicate, MediumRecord const& medium, Catalog const& catalog);

// ---- records as they are after a verdict ----

// The record of the place after believed, relabelled, first_reading, duplicate and undecided; its pool is set by the caller.
MediumRecord as_judged(MediumRecord record, Labels const& labels, Verdict const& verdict);
// After known: the medium at the place of the record that goes, and with what was learned there.
MediumRecord merged(MediumRecord medium, MediumRecord const& place, Labels const& labels, Verdict const& verdict);
// The medium that was believed in a place where another cartridge was found. Its bar code stays recorded: that is what it is known by.
MediumRecord displaced(MediumRecord medium, std::string const& why);

}  // namespace rsm::identity
