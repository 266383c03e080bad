#include "libmgr/identity/judgement.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "libmgr/identity/sides.hpp"

namespace rsm::identity {
namespace {

// A cartridge in some place, as far as it speaks for itself.
struct Cartridge {
  MediumId record;  // zero: none yet, the record of its place has been displaced
  std::string name;
  std::string barcode;       // its sticker
  std::vector<Omid> labels;  // the strong ones
  bool any_label = false;
  bool read_only = false;
  MediumId displaced;  // who was believed in its place and is not there
};

std::string in_words(MediumRecord const& medium) {
  return medium.name + (medium.barcode.empty() || medium.barcode == medium.name ? "" : " (bar code " + medium.barcode + ")");
}
std::string place_of(MediumRecord const& medium) {
  return std::holds_alternative<Offline>(medium.place) ? "offline" : "in " + place_text(medium.place);
}

// What its own sticker and labels say of a cartridge, against everything else that is known.
class Judge {
 public:
  explicit Judge(Catalog const& catalog) : catalog_(catalog) {}

  Verdict who_is(Cartridge const& c) const {
    std::optional<Verdict> best;
    for (auto const& owner : owners(c)) {
      auto verdict = against(c, owner);
      if (verdict && (!best || rank(*verdict) > rank(*best))) best = std::move(verdict);
    }
    return best ? *best : first_reading(c);
  }

  // A readable sticker that is not the recorded one of this medium contradicts, unless it came here from another medium, whose own label
  // was read on another cartridge: `exchange` says so. (Without that, this label may have been copied onto the cartridge that the sticker
  // belongs to.)
  bool sticker_contradicts(Cartridge const& c, MediumRecord const& medium, std::optional<StickerExchange>& exchange) const {
    if (c.barcode.empty() || c.barcode == medium.barcode) return false;
    auto const owner = owner_of_sticker(c, medium);
    if (owner && found_without_its_sticker(*owner, c)) exchange = StickerExchange{owner->id, medium.barcode};
    return !medium.barcode.empty() && !exchange;
  }

  // The other medium that its sticker is recorded for.
  std::optional<MediumRecord> owner_of_sticker(Cartridge const& c, MediumRecord const& not_this) const {
    if (c.barcode.empty() || catalog_.doubled(c.barcode)) return std::nullopt;
    for (auto& medium : catalog_.with_barcode(c.barcode))
      if (standing(medium) == Standing::settled && medium.id != not_this.id && medium.id != c.record && !bears_a_label_of(c, medium))
        return std::move(medium);
    return std::nullopt;
  }

  Cartridge cartridge(MediumRecord const& record, std::string const& barcode, Labels const& labels) const {
    Cartridge c;
    c.record = record.id;
    c.name = record.name;
    c.barcode = barcode;
    c.read_only = catalog_.read_only(record.type);
    for (auto const& [number, label] : labels) {
      c.any_label = c.any_label || label;
      if (label && !is_weak(*label)) c.labels.push_back(*label);
    }
    return c;
  }

 private:
  // The media that one of its labels is recorded for.
  std::vector<MediumRecord> owners(Cartridge const& c) const {
    std::vector<MediumRecord> owners;
    for (auto const& label : c.labels)
      for (auto& medium : catalog_.with_label(label))
        if (standing(medium) == Standing::settled && medium.id != c.record &&
            std::ranges::find(owners, medium.id, &MediumRecord::id) == owners.end())
          owners.push_back(std::move(medium));
    return owners;
  }

  bool is_away(MediumRecord const& medium, Cartridge const& c) const {
    return medium.id == c.displaced || whereabouts(medium, catalog_) == Whereabouts::away;
  }

  static bool bears_a_label_of(Cartridge const& c, MediumRecord const& medium) {
    return std::ranges::any_of(c.labels, [&](Omid const& label) { return bears(medium, label); });
  }

  // Nothing: they are two media and may be (pressed discs).
  std::optional<Verdict> against(Cartridge const& c, MediumRecord const& owner) const {
    if (!is_away(owner, c)) {
      if (c.read_only) return std::nullopt;
      return catalog_.verified(owner.id) ? copy_beside(c, owner) : not_before_reading(c, owner);
    }
    std::optional<StickerExchange> exchange;
    if (sticker_contradicts(c, owner, exchange)) {
      if (c.read_only) return std::nullopt;
      return asked_for(c, owner);
    }
    if (c.barcode.empty())
      if (auto const other = bearer_of_its_sticker(owner, c)) return not_before_settling(c, owner, *other);
    return recognised(c, owner, std::move(exchange));
  }

  // Its label was read on another cartridge, and that one does not bear its sticker: so the sticker can have come from there.
  bool found_without_its_sticker(MediumRecord const& medium, Cartridge const& c) const {
    for (auto const& [number, label] : recorded_labels(medium)) {
      if (is_weak(*label)) continue;
      for (auto const& bearer : catalog_.with_label(*label)) {
        if (bearer.id == c.record || is_away(bearer, c) || catalog_.barcode_seen(bearer) == c.barcode) continue;
        if (bearer.id == medium.id ? catalog_.verified(medium.id)
                                   : standing(bearer) != Standing::settled && !has_a_sticker_of_its_own(bearer))
          return true;
      }
    }
    return false;
  }

  // A sticker that belongs to no medium: the cartridge is a new one, a copy if it bears somebody's label.
  bool has_a_sticker_of_its_own(MediumRecord const& stranger) const {
    if (stranger.barcode.empty()) return false;
    auto const known = catalog_.with_barcode(stranger.barcode);
    return std::ranges::none_of(known, [](MediumRecord const& m) { return standing(m) == Standing::settled; });
  }

  // A stranger with this medium's sticker and not, or not yet, with its label: who that one is shows where this medium's cartridge is.
  std::optional<MediumRecord> bearer_of_its_sticker(MediumRecord const& medium, Cartridge const& c) const {
    if (medium.barcode.empty()) return std::nullopt;
    for (auto& other : catalog_.with_barcode(medium.barcode))
      if (other.id != medium.id && other.id != c.record && standing(other) == Standing::stranger && !is_away(other, c) &&
          !bears_a_label_of(c, other))
        return std::move(other);
    return std::nullopt;
  }

  // ---- verdicts ----

  static int rank(Verdict const& v) {
    switch (v.who) {
      case Who::known:
        return 3;
      case Who::undecided:
        return 2;
      case Who::duplicate:
        return 1;
      default:
        return 0;
    }
  }

  static Verdict verdict(Who who, Cartridge const& c, MediumRecord const& other, std::string reason) {
    Verdict v;
    v.who = who;
    v.other = other.id;
    v.barcode = c.barcode;
    v.reason = std::move(reason);
    return v;
  }

  static Verdict recognised(Cartridge const& c, MediumRecord const& owner, std::optional<StickerExchange> exchange) {
    std::string const by = c.barcode.empty()            ? "its label, which is that of a medium that was nowhere"
                           : c.barcode == owner.barcode ? "its label and its bar code"
                           : exchange
                               ? "its label; its bar code " + c.barcode + " is the one of another medium, which has been found without it"
                               : "its label; its bar code " + c.barcode + " was not known";
    Verdict v = verdict(Who::known, c, owner, "it is " + owner.name + ", recognised by " + by);
    if (v.barcode.empty()) v.barcode = owner.barcode;
    v.exchange = std::move(exchange);
    return v;
  }

  static Verdict not_before_reading(Cartridge const& c, MediumRecord const& owner) {
    Verdict v = verdict(Who::undecided, c, owner,
                        "it bears the label of " + in_words(owner) + ", which is believed " + place_of(owner) +
                            ": the label there is read before this is decided");
    v.look_at.push_back(owner.id);
    return v;
  }

  static Verdict not_before_settling(Cartridge const& c, MediumRecord const& owner, MediumRecord const& other) {
    Verdict v = verdict(Who::undecided, c, owner,
                        "it bears the label of " + in_words(owner) + ", whose bar code is on the cartridge " + place_of(other) +
                            ": that one is decided first");
    if (recorded_labels(other).empty()) v.look_at.push_back(other.id);
    return v;
  }

  static Verdict duplicate(Cartridge const& c, MediumRecord const& owner, std::string reason, std::string tell) {
    Verdict v = verdict(Who::duplicate, c, owner, std::move(reason));
    v.pool = PoolType::foreign;
    v.tell = std::move(tell);
    return v;
  }

  static Verdict copy_beside(Cartridge const& c, MediumRecord const& owner) {
    return duplicate(
        c, owner,
        "it bears the label of " + in_words(owner) + ", which is " + place_of(owner) + " and was read there: a copy; it is disabled",
        c.name + " bears the label of " + owner.name + ", which is in its place: take the copy out, or give it a label of its own");
  }

  static Verdict asked_for(Cartridge const& c, MediumRecord const& owner) {
    return duplicate(
        c, owner,
        "it bears the label of " + in_words(owner) + ", but its bar code is " + c.barcode + ": a copy, or a new sticker; it is disabled",
        c.name + " bears the label of " + in_words(owner) + " and the bar code " + c.barcode + ": is it " + owner.name +
            " with a new sticker?");
  }

  static Verdict first_reading(Cartridge const& c) {
    Verdict v;
    v.who = Who::first_reading;
    v.barcode = c.barcode;
    v.pool = c.any_label ? PoolType::import : PoolType::foreign;
    v.reason = !c.any_label       ? "no label that is understood"
               : c.labels.empty() ? "label understood; a date or a number of 32 bits says nothing of other media"
                                  : "label understood";
    return v;
  }

  Catalog const& catalog_;
};

Verdict still_believed(Reading const& r, std::string const& barcode, Who who, std::string reason) {
  Verdict v;
  v.who = who;
  v.barcode = barcode.empty() ? r.record.barcode : barcode;
  v.reason = std::move(reason);
  return v;
}

// A disc that was written on has a newer date. Its bar code must say that it is this disc, and no other medium may have that date.
bool is_a_newer_date(Reading const& r, Catalog const& catalog) {
  if (r.barcode.empty() || r.barcode != r.record.barcode || catalog.doubled(r.barcode)) return false;
  return std::ranges::all_of(r.record.sides, [&](Side const& side) {
    auto const it = r.labels.find(side.number);
    if (it == r.labels.end() || !side.omid || (it->second && it->second->same_medium(*side.omid))) return true;
    auto const& label = it->second;
    return label && is_date(*label) && label->type == side.omid->type && label->id > side.omid->id && catalog.with_label(*label).empty();
  });
}

Judgement another(Reading const& r, Cartridge c, Judge const& rules, std::string why) {
  c.record = {};
  c.displaced = r.record.id;
  c.name = c.barcode.empty() ? "the cartridge " + place_of(r.record) : c.barcode;
  return {std::move(why), rules.who_is(c)};
}

Judgement label_is_right(Reading const& r, Cartridge const& c, Judge const& rules, Catalog const& catalog) {
  std::optional<StickerExchange> exchange;
  if (rules.sticker_contradicts(c, r.record, exchange)) {
    bool const code_is_a_name = has_a_name(r.record, catalog);
    if (code_is_a_name)
      return another(
          r, c, rules,
          "a cartridge with its label and the bar code " + c.barcode + " is in its place; its own bar code is " + r.record.barcode);
    // Its recorded code is on other cartridges too: label and place say who it is, and whose sticker it bears has lost that one.
    if (auto const owner = rules.owner_of_sticker(c, r.record); owner && catalog.barcode_seen(*owner) != c.barcode) exchange = StickerExchange{owner->id, r.record.barcode};
  }
  Verdict v = still_believed(r, c.barcode, Who::believed, "its label is the recorded one");
  v.exchange = exchange;
  return {"", std::move(v)};
}

std::string text_of(Labels const& labels) {
  for (auto const& [number, label] : labels)
    if (label) return label->type + " volume" + (label->info.empty() ? "" : " \"" + label->info + "\"");
  return "no label that is understood";
}

Judgement told_of_new_label(Reading const& r) {
  Verdict v = still_believed(r, {}, Who::relabelled, "its label was changed while it was in use");
  v.tell = "the label of " + r.record.name + " was changed while it was in use: it bears " + text_of(r.labels) + " now";
  return {"", std::move(v)};
}

Judgement label_differs(Reading const& r, Cartridge const& c, Judge const& rules, Catalog const& catalog) {
  if (r.used) return told_of_new_label(r);
  if (is_a_newer_date(r, catalog))
    return {"", still_believed(r, c.barcode, Who::relabelled,
                               "its bar code is the recorded one and the date of its label is newer: it was written on")};
  return another(r, c, rules, "another cartridge was found in its place: it bears " + text_of(r.labels));
}

bool nobody_has_claimed(MediumRecord const& medium) {
  return std::ranges::all_of(medium.sides, [](Side const& s) {
    return s.state == SideState::unknown || s.state == SideState::incompatible || s.state == SideState::foreign ||
           s.state == SideState::import;
  });
}

// No label is recorded: blank, or not understood until now.
Judgement nothing_to_compare(Reading const& r, Cartridge const& c, Judge const& rules, Catalog const& catalog) {
  if (r.used && c.any_label) return told_of_new_label(r);
  Judgement found = another(r, c, rules, "the cartridge in its place bears the label of another medium, which was nowhere");
  Verdict const& v = found.verdict;
  if (v.who == Who::known) return found;
  if (v.who == Who::undecided || (v.who == Who::duplicate && nobody_has_claimed(r.record))) return {"", rules.who_is(c)};
  // A tape is labelled by the program that uses it, often long after it was first read.
  bool const its_own_code = !r.barcode.empty() && r.barcode == r.record.barcode && !catalog.doubled(r.barcode);
  if (v.who == Who::first_reading && c.any_label && its_own_code && nobody_has_claimed(r.record)) {
    Verdict labelled = still_believed(r, c.barcode, Who::relabelled, "its bar code is the recorded one, and it bears a label by now: " + text_of(r.labels));
    labelled.pool = PoolType::import;
    return {"", std::move(labelled)};
  }
  Verdict believed = still_believed(r, c.barcode, Who::believed, "no label is recorded for it");
  believed.tell = v.tell;
  return {"", std::move(believed)};
}

Verdict of_stranger(MediumRecord const& record, Labels const& labels, Judge const& rules, std::string const& seen) {
  return rules.who_is(rules.cartridge(record, seen.empty() ? record.barcode : seen, labels));
}

// Which decision comes first when there are several; 0: nothing is decided that was not.
int sureness(Verdict const& v, MediumRecord const& record) {
  switch (v.who) {
    case Who::known:
      return v.exchange ? 4 : record.barcode.empty() ? 3 : 5;
    case Who::first_reading:
      return 2;
    case Who::duplicate:
      return standing(record) == Standing::stranger ? 1 : 0;
    default:
      return 0;
  }
}

}  // namespace

Match compare(MediumRecord const& record, Labels const& labels) {
  auto const matches = [&](auto number_read) {
    bool any = false;
    for (auto const& side : record.sides) {
      auto const read = labels.find(number_read(side.number));
      if (!side.omid || read == labels.end()) continue;
      if (!read->second && side.state == SideState::unprepared) continue;  // it waits for its free label, and the writing of one may have been cut short
      if (!read->second || !read->second->same_medium(*side.omid)) return Match::differs;
      any = true;
    }
    return any ? Match::same : Match::nothing;
  };
  Match const straight = matches([](std::uint32_t n) { return n; });
  if (straight != Match::differs || record.sides.size() != 2) return straight;
  return matches([](std::uint32_t n) { return 1 - n; }) == Match::same ? Match::turned : Match::differs;
}

Judgement judge(Reading const& r, Catalog const& catalog) {
  Judge const rules(catalog);
  if (standing(r.record) != Standing::settled) return {"", of_stranger(r.record, r.labels, rules, r.barcode)};
  Cartridge const c = rules.cartridge(r.record, r.barcode, r.labels);
  switch (compare(r.record, r.labels)) {
    case Match::same:
    case Match::turned:
      return label_is_right(r, c, rules, catalog);
    case Match::differs:
      return label_differs(r, c, rules, catalog);
    case Match::nothing:
      break;
  }
  return nothing_to_compare(r, c, rules, catalog);
}

Reconsidered reconsider(std::vector<MediumRecord> const& unsettled, Catalog const& catalog) {
  Judge const rules(catalog);
  Reconsidered out;
  auto best = std::tuple<int, TimePoint, MediumId>{};
  for (auto const& record : unsettled) {
    Labels const labels = recorded_labels(record);
    if (standing(record) == Standing::settled || labels.empty() || whereabouts(record, catalog) == Whereabouts::away) continue;
    Verdict v = of_stranger(record, labels, rules, {});
    if (standing(record) == Standing::stranger) out.look_at.insert(out.look_at.end(), v.look_at.begin(), v.look_at.end());
    int const sure = sureness(v, record);
    if (sure == 0) continue;
    auto const candidate = std::tuple{-sure, record.created, record.id};
    if (out.next && !(candidate < best)) continue;
    best = candidate;
    out.next = Resolution{record.id, std::move(v)};
  }
  if (out.next) out.look_at.clear();
  return out;
}

std::vector<MediumRecord> concerned(std::vector<MediumRecord> const& changed, Catalog const& catalog) {
  std::map<MediumId, MediumRecord> linked;
  std::set<std::string> barcodes;
  std::vector<Omid> labels;
  std::vector<MediumRecord> next = changed;
  while (!next.empty()) {
    MediumRecord const record = std::move(next.back());
    next.pop_back();
    if (!linked.emplace(record.id, record).second) continue;
    auto const follow = [&](std::vector<MediumRecord> found) { std::ranges::move(found, std::back_inserter(next)); };
    if (!record.barcode.empty() && barcodes.insert(record.barcode).second) follow(catalog.with_barcode(record.barcode));
    if (catalog.read_only(record.type)) continue;
    for (auto const& [number, label] : recorded_labels(record)) {
      auto const known = [&](Omid const& l) { return l.same_medium(*label); };
      if (is_weak(*label) || std::ranges::any_of(labels, known)) continue;
      labels.push_back(*label);
      follow(catalog.with_label(*label));
    }
  }
  std::vector<MediumRecord> unsettled;
  for (auto& [id, record] : linked)
    if (standing(record) != Standing::settled) unsettled.push_back(std::move(record));
  return unsettled;
}

bool contested(MediumRecord const& medium, Catalog const& catalog) {
  if (catalog.verified(medium.id)) return false;
  auto const bears_it_too = [&](MediumRecord const& other) {
    return other.id != medium.id && standing(other) == Standing::stranger && whereabouts(other, catalog) != Whereabouts::away;
  };
  return std::ranges::any_of(recorded_labels(medium), [&](auto const& label) {
    return !is_weak(*label.second) && std::ranges::any_of(catalog.with_label(*label.second), bears_it_too);
  });
}

Result<Verdict> confirm(MediumRecord const& duplicate, MediumRecord const& medium, Catalog const& catalog) {
  Labels const labels = recorded_labels(duplicate);
  bool const label_of_it = std::ranges::any_of(labels, [&](auto const& l) { return bears(medium, *l.second); });
  if (standing(duplicate) != Standing::duplicate || !label_of_it)
    return fail(Errc::invalid_state, duplicate.name, "it is no duplicate of " + medium.name);
  if (whereabouts(medium, catalog) != Whereabouts::away)
    return fail(Errc::invalid_state, medium.name,
                "it is believed " + place_of(medium) + "; take that cartridge out, or have it read, first");
  Verdict v;
  v.who = Who::known;
  v.other = medium.id;
  v.barcode = duplicate.barcode.empty() ? medium.barcode : duplicate.barcode;
  v.reason = "a person says that it is " + medium.name + " with a new sticker";
  return v;
}

}  // namespace rsm::identity
