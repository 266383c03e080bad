#include "libmgr/identity/placement.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace rsm::identity {
namespace {

// Stronger witnesses choose first, each for all elements: use, then unique bar codes, then what was exchanged with one of these, then the move under way, then what the device says
// of its sources, a bar code that several have, and last what is believed. Nobody is in two elements.
class Finder {
 public:
  Finder(Scan const& scan, Catalog const& catalog) : scan_(scan), catalog_(catalog) {
    for (auto const& e : scan_.elements) {
      scanned_.emplace(e.element, &e);
      if (e.full && !code(e).empty()) ++times_seen_[e.barcode];
    }
    for (auto const& belief : scan_.beliefs) beliefs_.emplace(belief.element, belief.medium);
  }

  Placement find() {
    for (auto const step : {&Finder::in_use, &Finder::by_barcode, &Finder::by_exchange, &Finder::on_its_way, &Finder::by_source, &Finder::by_shared_barcode, &Finder::as_believed})
      for (auto const& e : scan_.elements)
        if (e.full && !claims_.contains(e.element)) (this->*step)(e);
    for (auto const& e : scan_.elements)
      if (e.full) report(e);
    report_doubles();
    report_missing();
    return std::move(out_);
  }

 private:
  struct Claim {
    MediumRecord const* medium;
    Witness witness;
    std::string reason;
    std::string doubt;  // what speaks against it; empty: nothing
  };

  // ---- what is seen and what is believed ----

  static std::string code(port::ElementStatus const& e) { return e.tag == port::TagState::readable ? e.barcode : std::string(); }
  bool seen_twice(std::string const& barcode) const {
    auto const it = times_seen_.find(barcode);
    return it != times_seen_.end() && it->second > 1;
  }
  MediumRecord const* believed(Element element) const {
    auto const it = beliefs_.find(element);
    return it == beliefs_.end() || taken_.contains(it->second->id) ? nullptr : it->second;
  }
  // Nothing lies there. Of a whole library also: it has no such element any more.
  bool empty(Element element) const {
    auto const it = scanned_.find(element);
    return it == scanned_.end() ? scan_.whole_library : !it->second->full;
  }
  // What is in the element decides, and nobody has looked.
  bool unseen(Element element) {
    if (scan_.whole_library || scanned_.contains(element)) return false;
    if (std::ranges::find(out_.also, element) == out_.also.end()) out_.also.push_back(element);
    return true;
  }
  // Whose bar code it is. Strangers and duplicates that have gone away take it from no medium.
  std::vector<MediumRecord> recorded_for(std::string const& barcode) const {
    auto records = catalog_.with_barcode(barcode);
    auto const is_settled = [](MediumRecord const& m) { return standing(m) == Standing::settled; };
    if (std::ranges::any_of(records, is_settled))
      std::erase_if(records, [&](MediumRecord const& m) { return !is_settled(m) && whereabouts(m, catalog_) == Whereabouts::away; });
    return records;
  }
  // A readable bar code that is not the recorded readable one. One that is recorded twice is no name and contradicts nothing, unless nothing
  // else is known of the medium.
  bool contradicts(MediumRecord const& medium, std::string const& seen) const {
    if (seen.empty() || medium.barcode.empty() || medium.barcode == seen) return false;
    bool const only_by_its_code = standing(medium) == Standing::stranger && recorded_labels(medium).empty();
    return only_by_its_code || has_a_name(medium, catalog_);
  }
  // A hand, or the device itself, speaks against who is taken to be in the element and came from `origin`.
  std::string doubt(port::ElementStatus const& e, MediumRecord const& medium, std::optional<Element> origin) const {
    if (e.exception) return "the device reports it as exceptional" + (e.exception->reason.empty() ? "" : ": " + e.exception->reason);
    if (scan_.doubted.contains(e.element)) return "somebody's hand was at work there";
    bool const exchanged = scan_.move && scan_.move->partner != nullptr && (e.element == scan_.move->from || e.element == scan_.move->to);
    if (exchanged && code(e).empty()) return "it was to change places with another one, and its bar code cannot be read";
    if (code(e) != medium.barcode && !code(e).empty() && !medium.barcode.empty()) return "its bar code reads " + code(e);
    bool const taken_from_a_slot = e.element.kind == ElementKind::drive && e.source && e.source->kind == ElementKind::slot;
    if (taken_from_a_slot && origin && origin->kind == ElementKind::slot && *e.source != *origin)
      return "the device says that it was taken from " + e.source->text() + ", not from " + origin->text();
    return {};
  }
  static std::optional<Element> home(MediumRecord const& medium) {
    if (!medium.home_slot) return {};
    return Element{ElementKind::slot, *medium.home_slot};
  }

  // ---- the witnesses ----

  void claim(Element element, MediumRecord const& medium, Witness witness, std::string reason, std::string doubt = {}) {
    taken_.insert(medium.id);
    claims_.emplace(element, Claim{&medium, witness, std::move(reason), std::move(doubt)});
  }

  void in_use(port::ElementStatus const& e) {
    auto const* medium = scan_.in_use.contains(e.element) ? believed(e.element) : nullptr;
    if (medium == nullptr) return;
    bool const other_code = contradicts(*medium, code(e));
    claim(e.element, *medium, Witness::in_use, "it is in use there",
          other_code ? "its bar code reads " + code(e) + " and not " + medium->barcode + "; it is looked at when it is not used any more"
                     : "");
  }

  void by_barcode(port::ElementStatus const& e) {
    std::string const seen = code(e);
    if (seen.empty()) return;
    auto const* here = believed(e.element);
    if (here != nullptr && here->barcode == seen) return claim(e.element, *here, Witness::barcode, "its bar code is still " + seen);
    if (seen_twice(seen)) return;
    auto const* named = the_medium_with(seen, e.element);
    if (named == nullptr) return;
    // Who was believed here had no bar code: perhaps it is the same cartridge, and the code can be read now.
    bool const two_answers = here != nullptr && !contradicts(*here, seen) && standing(*here) == Standing::settled;
    claim(e.element, *named, Witness::barcode, "its bar code is " + seen, two_answers ? here->name + " was believed there" : left_behind(*named));
  }

  // The one medium with this bar code, when it can have come to `element`.
  MediumRecord const* the_medium_with(std::string const& barcode, Element element) {
    auto records = recorded_for(barcode);
    if (records.size() != 1) return nullptr;
    MediumRecord const& medium = looked_up_.emplace_back(std::move(records.front()));
    bool const other_library = whereabouts(medium, catalog_) == Whereabouts::elsewhere;
    if (other_library || taken_.contains(medium.id)) {
      out_.doubles.push_back({barcode,
                              {element},
                              "bar code " + barcode + " is on the cartridge in " + element.text() + " and is recorded for " +
                                  (other_library ? "a medium of another library" : "the medium in use in " + place_text(medium.place)) +
                                  "; they are told apart by their labels only: put another bar code on one of them"});
      return nullptr;
    }
    if (whereabouts(medium, catalog_) != Whereabouts::here) return &medium;
    Element const at = std::get<InElement>(medium.place).element;
    if (!unseen(at)) return &medium;
    if (scan_.all_asked && !scan_.in_use.contains(at)) return &medium;
    undecided_.insert(element);
    return nullptr;
  }

  // Its place has not answered, so perhaps it is there still, and this is another cartridge with the same sticker; empty: it has.
  std::string left_behind(MediumRecord const& medium) const {
    auto const* in = whereabouts(medium, catalog_) == Whereabouts::here ? std::get_if<InElement>(&medium.place) : nullptr;
    bool const silent = in != nullptr && !scan_.whole_library && !scanned_.contains(in->element);
    return silent ? "it was believed in " + in->element.text() + ", which has not answered" : "";
  }

  // Of two that were to change places one was recognized at its new place: the other one is where that one was, or in the arm.
  void by_exchange(port::ElementStatus const& e) {
    if (!scan_.move || scan_.move->partner == nullptr) return;
    auto const& [medium, from, to, partner] = *scan_.move;
    went_the_other_way(e, *partner, from, *medium, to);
    went_the_other_way(e, *medium, to, *partner, from);
  }

  void went_the_other_way(port::ElementStatus const& e, MediumRecord const& medium, Element goal, MediumRecord const& other, Element others_goal) {
    auto const recognized = claims_.find(others_goal);
    if (recognized == claims_.end() || recognized->second.medium->id != other.id) return;
    if (claims_.contains(e.element) || taken_.contains(medium.id) || contradicts(medium, code(e))) return;
    bool const in_arm = e.element.kind == ElementKind::arm && scanned_.contains(goal) && empty(goal);
    if (e.element == goal || in_arm) claim(e.element, medium, Witness::on_its_way, "it changed places with " + other.name, "its bar code cannot be read");
  }

  void on_its_way(port::ElementStatus const& e) {
    if (!scan_.move || taken_.contains(scan_.move->medium->id) || contradicts(*scan_.move->medium, code(e))) return;
    auto const& [medium, from, to, partner] = *scan_.move;
    bool const in_arm = e.element.kind == ElementKind::arm;
    if (e.element != to && !in_arm) return;
    bool const turned = from == to;
    if (!turned && unseen(from) && believed(e.element) == nullptr) undecided_.insert(e.element);
    if (!turned && (unseen(from) || !empty(from))) return;
    if (in_arm && (unseen(to) || !empty(to))) return;
    auto const* here = believed(e.element);
    bool const two_answers = here != nullptr && here->id != medium->id;
    claim(e.element, *medium, Witness::on_its_way,
          turned ? "it was turned there" : "it was on its way from " + from.text() + " to " + to.text(),
          two_answers ? here->name + " was believed there" : doubt(e, *medium, turned ? home(*medium) : from));
  }

  void by_source(port::ElementStatus const& e) {
    if (!e.source || *e.source == e.element) return;
    auto const* came = believed(*e.source);
    if (came == nullptr || contradicts(*came, code(e))) return;
    auto const* here = believed(e.element);
    bool const two_answers = here != nullptr && !contradicts(*here, code(e));
    if (two_answers && (e.element.kind != ElementKind::drive || !home(*here) || *home(*here) == *e.source)) return;
    if (unseen(*e.source) || !empty(*e.source)) return;
    claim(e.element, *came, Witness::source, "the device says that it was taken from " + e.source->text(),
          two_answers ? here->name + " was believed there" : doubt(e, *came, {}));
  }

  // A bar code that is recorded for several media: the one of them that was here and is not where it was any more. Or another one has come, while it went: the
  // label says so.
  void by_shared_barcode(port::ElementStatus const& e) {
    std::string const seen = code(e);
    if (seen.empty() || seen_twice(seen)) return;
    auto records = recorded_for(seen);
    if (records.size() < 2) return;
    std::erase_if(records, [&](MediumRecord const& m) { return taken_.contains(m.id) || whereabouts(m, catalog_) != Whereabouts::here; });
    if (records.size() != 1) return;
    MediumRecord const& medium = looked_up_.emplace_back(std::move(records.front()));
    Element const at = std::get<InElement>(medium.place).element;
    if (unseen(at)) {
      if (scan_.all_asked) undecided_.insert(e.element);
      return;
    }
    auto const there = scanned_.find(at);
    std::string const now_there = there == scanned_.end() ? std::string() : code(*there->second);
    bool const has_left = empty(at) || (!now_there.empty() && now_there != seen);
    if (has_left) claim(e.element, medium, Witness::barcode, "its bar code is " + seen, "another medium is recorded with this bar code, too");
  }

  void as_believed(port::ElementStatus const& e) {
    auto const* here = believed(e.element);
    if (here == nullptr || contradicts(*here, code(e))) return;
    claim(e.element, *here, Witness::believed, "it is believed there and nothing contradicts", doubt(e, *here, home(*here)));
  }

  // ---- the answer ----

  void report(port::ElementStatus const& e) {
    Found found;
    found.element = e.element;
    found.barcode = code(e);
    auto const it = claims_.find(e.element);
    if (it == claims_.end()) {
      found.reason =
          found.barcode.empty() ? "nothing says who it is" : "its bar code " + found.barcode + " does not tell which medium it is";
      bool const undecided = scan_.all_asked && undecided_.contains(e.element);
      if (undecided) found.content = Content::undecided;
      if (undecided) found.reason = "an element that has not answered decides who it is";
    } else {
      Claim const& claimed = it->second;
      found.content = Content::medium;
      found.medium = claimed.medium->id;
      found.witness = claimed.witness;
      found.read_label_first = !claimed.doubt.empty();
      found.reason = claimed.reason + (claimed.doubt.empty() ? "" : ", but " + claimed.doubt);
      report_barcode(*claimed.medium, found);
    }
    note_cleaner(found, it == claims_.end() ? nullptr : it->second.medium);
    note_exchange(found);
    out_.found.push_back(std::move(found));
  }

  void report_barcode(MediumRecord const& medium, Found const& found) {
    if (medium.barcode.empty() && !found.barcode.empty() && found.witness != Witness::in_use)
      out_.barcodes.push_back({medium.id, found.barcode, "its bar code can be read now"});
  }

  void note_cleaner(Found& found, MediumRecord const* medium) const {
    std::string const& barcode = found.barcode.empty() && medium != nullptr ? medium->barcode : found.barcode;
    bool const has_borne_a_label = medium != nullptr && !recorded_labels(*medium).empty();
    if (!scan_.recognise_cleaners || has_borne_a_label || !is_cleaner_barcode(barcode)) return;
    found.content = Content::cleaner;
    found.read_label_first = false;
    found.reason = "a cleaning cartridge, by its bar code " + barcode;
  }

  void note_exchange(Found& found) const {
    if (!scan_.move || found.element != scan_.move->to || found.medium == scan_.move->medium->id || found.content == Content::undecided) return;
    auto const origin = claims_.find(scan_.move->from);
    if (origin != claims_.end() && origin->second.medium->id == scan_.move->medium->id) return;
    found.exchanged = true;
    found.reason += "; " + scan_.move->medium->name + " was on its way here, another cartridge has come";
  }

  void report_doubles() {
    for (auto const& [barcode, times] : times_seen_) {
      if (times < 2 || (scan_.recognise_cleaners && is_cleaner_barcode(barcode))) continue;
      Double twice;
      twice.barcode = barcode;
      for (auto const& e : scan_.elements)
        if (e.full && code(e) == barcode) twice.elements.push_back(e.element);
      twice.reason = "bar code " + barcode + " is on the cartridges in";
      for (std::size_t n = 0; n < twice.elements.size(); ++n)
        twice.reason += (n == 0 ? " " : n + 1 == twice.elements.size() ? " and " : ", ") + twice.elements[n].text();
      twice.reason += "; they are told apart by their labels only: put another bar code on one of them";
      out_.doubles.push_back(std::move(twice));
    }
  }

  void report_missing() {
    for (auto const& [element, medium] : beliefs_) {
      if (taken_.contains(medium->id) || !(scan_.whole_library || scanned_.contains(element))) continue;
      if (!scan_.whole_library) {
        out_.look_everywhere = true;
        continue;
      }
      auto const it = scanned_.find(element);
      std::string const there = it == scanned_.end()                           ? "the library has no " + element.text() + " any more"
                                : !it->second->full && !it->second->accessible ? element.text() + " cannot be reached any more"
                                : it->second->full                             ? "another cartridge is in " + element.text()
                                                                               : element.text() + " is empty";
      out_.missing.push_back({medium->id, there + ", and it is nowhere else in the library"});
    }
  }

  Scan const& scan_;
  Catalog const& catalog_;
  std::map<Element, port::ElementStatus const*> scanned_;
  std::map<Element, MediumRecord const*> beliefs_;
  std::map<std::string, int> times_seen_;
  std::deque<MediumRecord> looked_up_;  // media that are not believed in a scanned element
  std::map<Element, Claim> claims_;
  std::set<MediumId> taken_;
  std::set<Element> undecided_;
  Placement out_;
};

}  // namespace

Placement place(Scan const& scan, Catalog const& catalog) {
  return Finder(scan, catalog).find();
}

}  // namespace rsm::identity
