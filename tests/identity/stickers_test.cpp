// Stickers exchanged, cartridges moved, copies put in: whatever the order in which the cartridges are read, in the end every medium is with
// the cartridge that bears its label, and exactly the copies are duplicates.
#include <gtest/gtest.h>

#include <algorithm>

#include "libmgr/base/random.hpp"
#include "libmgr/identity/judgement.hpp"
#include "libmgr/identity/placement.hpp"
#include "tests/identity/catalog_of_media.hpp"

namespace rsm::identity {
namespace {

constexpr std::uint64_t histories = 300;  // of each kind: about a second together
constexpr unsigned fresh = 100;           // stickers from here on were in no catalog
std::string sticker_text(unsigned n) {
  return n < fresh ? code_of(n) : "B0000" + std::to_string(n - fresh);
}

struct Cartridge {
  unsigned label = 0;
  unsigned sticker = 0;
  bool readable = true;
  bool copy = false;
};

// A library with a cartridge for each slot, and a catalog that is kept by the rules of this room and nothing else.
class Desk {
 public:
  // Media 1 to n, each known and in its slot.
  explicit Desk(unsigned n) {
    for (unsigned i = 1; i <= n; ++i) {
      shelves[i] = {i, i};
      catalog.add(known(i));
    }
    next_ = 50;
  }

  void scan() {
    std::vector<port::ElementStatus> seen;
    for (std::uint32_t n = 1; n <= slots; ++n) {
      port::ElementStatus s;
      s.element = slot(n);
      if (auto const it = shelves.find(n); it != shelves.end()) {
        s.full = true;
        s.tag = it->second.readable ? port::TagState::readable : port::TagState::unreadable;
        if (it->second.readable) s.barcode = sticker_text(it->second.sticker);
      }
      seen.push_back(s);
    }
    auto const before = catalog.media;
    std::vector<Belief> beliefs;
    for (auto const& [id, m] : before)
      if (auto const* at = std::get_if<InElement>(&m.place)) beliefs.push_back({at->element, &m});
    Scan what;
    what.elements = seen;
    what.whole_library = true;
    what.beliefs = beliefs;
    auto const placed = place(what, catalog.catalog());
    catalog.doubled.clear();
    for (auto const& d : placed.doubles) catalog.doubled.insert(d.barcode);
    for (auto const& m : placed.missing) gone(m.medium);
    for (auto const& f : placed.found)
      if (f.content == Content::stranger)
        catalog.add(new_record(f.element, f.barcode));
      else if (catalog.media.at(f.medium).place != in(f.element))
        moved(f.medium, f.element);
    for (auto const& f : placed.found)
      if (f.content == Content::medium) catalog.seen[f.medium] = f.barcode;
    for (auto const& b : placed.barcodes) {
      catalog.media.at(b.medium).barcode = b.barcode;
      changed_.push_back(b.medium);
    }
    settle();
  }

  void read(std::uint32_t n) {
    Cartridge const& c = shelves.at(n);
    MediumRecord const record = at(n);
    Labels const labels{{0, label_of(c.label)}};
    std::string const tag = c.readable ? sticker_text(c.sticker) : "";
    catalog.seen[record.id] = tag;
    auto const j = judge({record, tag, labels, false}, catalog.catalog());
    MediumRecord place = record;
    if (!j.displaced.empty()) {
      catalog.add(displaced(record, j.displaced));
      changed_.push_back(record.id);
      catalog.verified.erase(record.id);
      place = new_record(slot(n), j.verdict.barcode);
      catalog.seen.erase(record.id);
      catalog.seen[place.id] = tag;
      catalog.add(place);
    }
    record_verdict(place, labels, j.verdict);
    settle();
  }

  MediumRecord const& at(std::uint32_t n) const {
    auto const it = std::ranges::find_if(catalog.media, [&](auto const& m) { return m.second.place == in(slot(n)); });
    EXPECT_NE(it, catalog.media.end()) << "nothing recorded in slot " << n;
    return it->second;
  }

  bool label_was_read_in(std::uint32_t n) const { return catalog.verified.contains(at(n).id); }

  // Everything that has to hold when each cartridge has been read.
  void audit(std::string const& trace) const {
    for (auto const& [n, c] : shelves) {
      MediumRecord const& m = at(n);
      SCOPED_TRACE(trace + " slot " + std::to_string(n) + ": label " + std::to_string(c.label) + " sticker " + sticker_text(c.sticker) +
                   (c.copy ? " copy" : ""));
      if (c.copy) {
        EXPECT_EQ(standing(m), Standing::duplicate);
        EXPECT_FALSE(m.enabled);
      } else {
        EXPECT_EQ(m.id, medium_id(c.label));
        EXPECT_TRUE(m.enabled);
      }
      if (c.readable) {
        EXPECT_EQ(m.barcode, sticker_text(c.sticker));
      }
    }
    std::size_t const here = shelves.size();
    std::size_t const recorded =
        static_cast<std::size_t>(std::ranges::count_if(catalog.media, [](auto const& m) { return !m.second.offline(); }));
    EXPECT_EQ(recorded, here) << trace << ": a record without a cartridge";
  }

  std::uint32_t slots = 12;
  bool keeps_strangers = false;  // records of strangers and duplicates that have gone away
  std::map<std::uint32_t, Cartridge> shelves;
  CatalogOfMedia catalog;

 private:
  MediumRecord new_record(Element e, std::string barcode) {
    ++next_;
    auto m = stranger(next_, in(e), std::move(barcode));
    m.id = testing::made_up<MediumId>(3, next_);
    return m;
  }
  void moved(MediumId id, Element to) {
    changed_.push_back(id);
    catalog.media.at(id).place = in(to);
    catalog.verified.erase(id);
  }
  void gone(MediumId id) {
    changed_.push_back(id);
    catalog.verified.erase(id);
    if (keeps_strangers || standing(catalog.media.at(id)) == Standing::settled)
      catalog.media.at(id).place = Offline{};
    else
      catalog.media.erase(id);
  }
  void record_verdict(MediumRecord const& place, Labels const& labels, Verdict const& v) {
    if (v.who == Who::known) catalog.seen[v.other] = catalog.seen.contains(place.id) ? catalog.seen.at(place.id) : place.barcode;
    changed_.insert(changed_.end(), {place.id, v.other});
    if (v.exchange) changed_.push_back(v.exchange->medium);
    if (v.who == Who::known) {
      catalog.media.erase(place.id);
      catalog.add(merged(catalog.media.at(v.other), place, labels, v));
      catalog.verified.insert(v.other);
    } else {
      catalog.add(as_judged(place, labels, v));
      if (v.who != Who::undecided) catalog.verified.insert(place.id);
    }
    if (v.exchange) catalog.media.at(v.exchange->medium).barcode = v.exchange->barcode;
  }
  void settle() {
    for (int rounds = 0;; ++rounds) {
      ASSERT_LT(rounds, 100) << "it never ends";
      std::vector<MediumRecord> changed;
      for (auto const& id : changed_)
        if (auto const it = catalog.media.find(id); it != catalog.media.end()) changed.push_back(it->second);
      auto const next = reconsider(concerned(changed, catalog.catalog()), catalog.catalog()).next;
      if (!next) return changed_.clear();
      MediumRecord const place = catalog.media.at(next->record);
      record_verdict(place, recorded_labels(place), next->verdict);
    }
  }

  unsigned next_;
  std::vector<MediumId> changed_;  // since it was reconsidered last
};

std::vector<unsigned> numbers(unsigned n) {
  std::vector<unsigned> out;
  for (unsigned i = 1; i <= n; ++i) out.push_back(i);
  return out;
}
std::string text_of(std::vector<unsigned> const& order) {
  std::string text;
  for (unsigned n : order) text += std::to_string(n);
  return text;
}
template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.next() % i]);
}

// Every exchange of the stickers of n cartridges, read in every order.
void every_exchange(unsigned n) {
  auto stickers = numbers(n);
  do {
    auto order = numbers(n);
    do {
      Desk desk(n);
      for (unsigned i = 1; i <= n; ++i) desk.shelves[i].sticker = stickers[i - 1];
      desk.scan();
      for (unsigned i : order) desk.read(i);
      desk.audit("stickers " + text_of(stickers) + " read " + text_of(order));
      if (::testing::Test::HasFailure()) return;
    } while (std::ranges::next_permutation(order).found);
  } while (std::ranges::next_permutation(stickers).found);
}

TEST(StickersExchanged, OfTwo) {
  every_exchange(2);
}
TEST(StickersExchanged, OfThree) {
  every_exchange(3);
}
TEST(StickersExchanged, OfFour) {
  every_exchange(4);
}

TEST(StickersExchanged, NobodyIsAskedWhenBothCanBeRead) {
  Desk desk(2);
  std::swap(desk.shelves[1].sticker, desk.shelves[2].sticker);
  desk.scan();
  // Both are mounted at once, each with the label of the other.
  auto const first = judge({desk.at(1), code_of(2), {{0, label_of(1)}}, false}, desk.catalog.catalog());
  EXPECT_EQ(first.verdict.who, Who::undecided);
  EXPECT_EQ(first.verdict.tell, "");
  desk.read(1);
  EXPECT_EQ(standing(desk.at(1)), Standing::stranger) << "not a duplicate for a moment";
  desk.read(2);
  desk.audit("both");
}

TEST(StickersExchanged, WithACartridgeThatIsAwayIsDecidedWhenItComes) {
  Desk desk(2);
  std::swap(desk.shelves[1].sticker, desk.shelves[2].sticker);
  auto const other = desk.shelves.extract(2);
  desk.scan();
  desk.read(1);
  EXPECT_EQ(standing(desk.at(1)), Standing::duplicate) << "its label may have been copied onto the cartridge of A00002";
  desk.shelves[7] = other.mapped();
  desk.scan();
  EXPECT_EQ(desk.at(7).id, medium_id(1)) << "by its bar code";
  desk.read(7);
  desk.audit("both");
}

TEST(StickersExchanged, WhatWaitsForACartridgeThatIsTakenOutUnreadIsDecidedWhenThatIsSeen) {
  Desk desk(2);
  std::swap(desk.shelves[1], desk.shelves[2]);
  desk.shelves[1].readable = desk.shelves[2].readable = false;
  desk.scan();
  desk.read(2);
  EXPECT_EQ(standing(desk.at(2)), Standing::stranger) << "A00001 is still believed in slot 1";
  desk.shelves.erase(1);
  desk.scan();
  desk.audit("what is left");
}

TEST(Copies, OneThatNothingTellsFromTheOriginalGivesItsPlaceBackWhenTheOriginalComes) {
  Desk desk(1);
  auto const original = desk.shelves.extract(1);
  desk.shelves[5] = {1, fresh, false, true};
  desk.scan();
  desk.read(5);
  EXPECT_EQ(desk.at(5).id, medium_id(1)) << "no tag, its label, and the original is nowhere";
  desk.shelves[1] = original.mapped();
  desk.scan();
  EXPECT_EQ(desk.at(1).id, medium_id(1)) << "by its bar code";
  desk.read(5);
  desk.read(1);
  desk.audit("both");
}

TEST(Copies, PutInPlaceOfTheOriginalWithItsOwnSticker) {
  Desk desk(1);
  auto const original = desk.shelves.extract(1);
  desk.shelves[1] = {1, fresh, true, true};
  desk.scan();
  desk.read(1);
  EXPECT_TRUE(desk.catalog.media.at(medium_id(1)).offline());
  desk.audit("the copy");
  desk.shelves[2] = original.mapped();
  desk.scan();
  EXPECT_EQ(desk.at(2).id, medium_id(1));
  EXPECT_EQ(desk.catalog.media.at(medium_id(1)).sides, known(1).sides) << "untouched";
  desk.audit("both");
}

// One random history: exchanged stickers, tags that cannot be read at times, copies, cartridges moved by hand, looks at the library in
// between.
struct Chances {
  bool unreadable = false;
  bool copies = false;
  bool moved = false;
};

void random_history(std::uint64_t seed, Chances may) {
  SeededRandom random(seed);
  unsigned const n = 2 + static_cast<unsigned>(random.next() % 4);
  Desk desk(n);
  desk.keeps_strangers = random.next() % 2 == 0;
  auto stickers = numbers(n);
  shuffle(stickers, random);
  for (unsigned i = 1; i <= n; ++i) desk.shelves[i].sticker = stickers[i - 1];
  if (may.copies)
    for (unsigned copies = 1 + static_cast<unsigned>(random.next() % 3), i = 0; i < copies; ++i)
      desk.shelves[n + 1 + i] = {1 + static_cast<unsigned>(random.next() % n), fresh + i, true, true};
  if (may.moved) {
    std::vector<Cartridge> all;
    for (auto const& [at, c] : desk.shelves) all.push_back(c);
    shuffle(all, random);
    desk.shelves.clear();
    for (std::uint32_t i = 0; i < all.size(); ++i) desk.shelves[1 + i * 2 % desk.slots + (i * 2 >= desk.slots ? 1 : 0)] = all[i];
  }
  auto const tags = [&] {
    if (may.unreadable)
      for (auto& [at, c] : desk.shelves)
        if (!c.copy) c.readable = random.next() % 3 != 0;
  };
  tags();
  desk.scan();
  std::vector<std::uint32_t> order;
  for (auto const& [at, c] : desk.shelves) order.push_back(at);
  shuffle(order, random);
  for (auto at : order) {
    desk.read(at);
    tags();
    if (random.next() % 2 == 0) desk.scan();
  }
  // At the last look every tag is readable, half of the time: then all bar codes are right, too.
  if (random.next() % 2 == 0)
    for (auto& [at, c] : desk.shelves) c.readable = true;
  desk.scan();
  for (auto at : order)
    if (!desk.label_was_read_in(at)) desk.read(at);
  desk.audit("seed " + std::to_string(seed));
}

void random_histories(Chances may) {
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    random_history(seed, may);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RandomHistories, Stickers) {
  random_histories({});
}
TEST(RandomHistories, StickersAndUnreadableTags) {
  random_histories({true, false, false});
}
TEST(RandomHistories, StickersAndCopies) {
  random_histories({false, true, false});
}
TEST(RandomHistories, StickersUnreadableTagsAndCopies) {
  random_histories({true, true, false});
}
TEST(RandomHistories, StickersUnreadableTagsAndCartridgesMoved) {
  random_histories({true, false, true});
}
TEST(RandomHistories, StickersCopiesAndCartridgesMoved) {
  random_histories({false, true, true});
}
TEST(RandomHistories, Everything) {
  random_histories({true, true, true});
}

// Copies come and originals go and come back, all with their own stickers: no order makes a copy the original.
void comings_and_goings(std::uint64_t seed) {
  SeededRandom random(seed);
  unsigned const n = 1 + static_cast<unsigned>(random.next() % 3);
  Desk desk(n);
  desk.keeps_strangers = random.next() % 2 == 0;
  std::vector<Cartridge> outside;
  for (unsigned i = 0; i < 2; ++i) outside.push_back({1 + static_cast<unsigned>(random.next() % n), fresh + i, true, true});
  for (int step = 0; step < 12; ++step) {
    if (random.next() % 2 == 0 && !desk.shelves.empty()) {
      auto it = std::next(desk.shelves.begin(), static_cast<std::ptrdiff_t>(random.next() % desk.shelves.size()));
      outside.push_back(it->second);
      desk.shelves.erase(it);
    } else if (!outside.empty()) {
      std::size_t const which = random.next() % outside.size();
      std::uint32_t at = 1;
      while (desk.shelves.contains(at)) ++at;
      desk.shelves[at] = outside[which];
      outside.erase(outside.begin() + static_cast<std::ptrdiff_t>(which));
    }
    desk.scan();
    std::vector<std::uint32_t> order;
    for (auto const& [at, c] : desk.shelves)
      if (standing(desk.at(at)) != Standing::settled || random.next() % 3 == 0) order.push_back(at);
    shuffle(order, random);
    for (auto at : order) desk.read(at);
    for (auto const& [at, c] : desk.shelves)
      if (standing(desk.at(at)) == Standing::stranger) {  // undecided: whose label it bears is read, then it is decided
        auto const next = judge({desk.at(at), sticker_text(c.sticker), {{0, label_of(c.label)}}, false}, desk.catalog.catalog());
        for (auto const& id : next.verdict.look_at)
          for (auto const& [other, cartridge] : desk.shelves)
            if (desk.at(other).id == id) {
              desk.read(other);
              break;
            }
      }
    desk.audit("seed " + std::to_string(seed) + " step " + std::to_string(step));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RandomHistories, CopiesAndOriginalsComeAndGo) {
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    comings_and_goings(seed);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace rsm::identity
