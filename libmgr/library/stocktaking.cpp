#include "libmgr/library/stocktaking.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/library/library.hpp"
#include "libmgr/machines/limits.hpp"

namespace rsm {

using namespace machine;

void Stocktaking::begin(std::function<void(Result<std::string>)> done) {
  waiting_.push_back(std::move(done));
  if (under_way()) {
    again_ = true;  // what is under way may have passed by what changed
    return;
  }
  perform(inventory_.begin());
}

void Stocktaking::look_after_move(IntentRecord const& move, std::vector<port::ElementStatus> ends_seen, std::function<void(Result<>)> done) {
  after_move_ = move;
  ends_seen_ = std::move(ends_seen);
  move_done_ = std::move(done);
  perform(inventory_.begin());
}

void Stocktaking::look_soon() {
  if (std::exchange(planned_, true)) return;
  library_.loop().after(limits::device_retry_pause, lifeline_.guard([this] {
    planned_ = false;
    if (library_.stopping()) return;
    if (under_way() || !library_.arm().idle()) return look_soon();
    begin([](Result<std::string> const&) {});
  }));
}

void Stocktaking::look_at_sick_later() {
  if (std::exchange(sick_planned_, true)) return;
  library_.loop().after(limits::service_recheck_pause, lifeline_.guard([this] {
    sick_planned_ = false;
    look_soon();
  }));
}

void Stocktaking::perform(InventoryActions actions) {
  auto& changer = library_.devices().changer();
  for (auto& action : actions) {
    if (std::holds_alternative<AskDescription>(action)) {
      changer.describe(lifeline_.guard([this](Result<port::ChangerDescription> said) { perform(inventory_.described(library_.heard(std::move(said)))); }));
    } else if (auto const* ask = std::get_if<AskElements>(&action)) {
      changer.elements({ask->range}, lifeline_.guard([this](Result<port::ElementReport> report) { perform(inventory_.read(library_.heard(std::move(report)))); }));
    } else if (std::holds_alternative<ChangerRead>(action)) {
      absorb();
      ask_drives();
    } else if (auto* over = std::get_if<InventoryDone>(&action)) {
      done(std::move(over->outcome));
    }
  }
}

void Stocktaking::absorb() {
  auto& l = library_;
  silent_ = 0;
  l.belief().set_door(false);
  l.absorber().furnish(inventory_.description());
  std::optional<IntentRecord> hint = after_move_;
  bool const interrupted = !hint && l.world().intents.contains(l.id());
  if (interrupted) hint = l.world().intents.at(l.id());
  left_out_ = inventory_.left_out();
  auto elements = with_ends_seen();
  leave_out_untold_drives(elements);
  l.absorber().everything(elements, left_out_, hint);
  if (!after_move_) l.port().doubt_locks();
  if (!interrupted || left_out(hint->from) || left_out(hint->to)) return;
  auto const where = [&l](MediumId id) {
    auto const* m = l.belief().medium(id);
    return m == nullptr ? std::string("the medium is gone") : name_of(*m) + " is in " + place_text(m->place);
  };
  l.book().log(LogLevel::warning, "an interrupted " + (hint->partner ? "exchange of " + hint->from.text() + " and " : "move from " + hint->from.text() + " to ") + hint->to.text() +
                                      " was found in the catalog; the hardware says: " + where(hint->medium) + (hint->partner ? ", " + where(hint->partner) : ""));
  // Of two that change places one may still be in the arm: who is who is said by this intent until it is at rest.
  auto const in_arm = [&l](MediumId id) { auto const at = l.belief().place_of(id); return at && at->kind == ElementKind::arm; };
  bool const goes_on = hint->partner && l.book().request(hint->request) != nullptr && (in_arm(hint->medium) || in_arm(hint->partner));
  if (goes_on) return;
  if (!hint->partner && in_arm(hint->medium)) l.left_in_arm(*hint);
  l.book().erase_intent(l.id());
}

// A drive that the library says nothing of: neither full, nor within reach, and something is wrong with it. What was in it may still be.
void Stocktaking::leave_out_untold_drives(std::vector<port::ElementStatus>& elements) {
  std::erase_if(elements, [&](port::ElementStatus const& e) {
    bool const untold = e.element.kind == ElementKind::drive && !e.full && !e.accessible && e.exception;
    if (untold) left_out_.push_back({ElementKind::drive, e.element.number, 1});
    return untold;
  });
}

bool Stocktaking::left_out(Element element) const {
  return std::ranges::any_of(left_out_, [&](port::ElementRange const& range) {
    return range.kind == element.kind && element.number >= range.first && element.number - range.first < range.count;
  });
}

// Of elements that did not answer now, what was said of them just after the move.
std::vector<port::ElementStatus> Stocktaking::with_ends_seen() {
  auto elements = inventory_.elements();
  for (auto& end : std::exchange(ends_seen_, {}))
    if (left_out(end.element)) elements.push_back(std::move(end));
  std::ranges::stable_sort(elements, {}, &port::ElementStatus::element);
  return elements;
}

// Every drive that has no work is asked. Nobody waits for one that needs service: what it says counts when it comes.
void Stocktaking::ask_drives() {
  auto& l = library_;
  at_work_.clear();
  if (after_move_) return perform(inventory_.asking({}));
  std::set<DriveId> asked, awaited;
  for (auto const& [number, id] : l.belief().entry().drives) {
    auto const state = l.belief().drive(id).record.condition.state;
    if (state == OperationalState::not_present) continue;
    if (!l.drives().free(id))
      at_work_.insert(id);
    else
      asked.insert(id);
    if (asked.contains(id) && state != OperationalState::needs_service) awaited.insert(id);
  }
  for (auto const& id : asked) l.drives().begin(id, {.what = {.task = DriveTask::examine, .medium = l.belief().drive(id).hot.medium}});
  perform(inventory_.asking(awaited));
}

void Stocktaking::drive_answered(DriveId id) { perform(inventory_.drive_answered(id)); }

std::string Stocktaking::left_out_text() const {
  std::string text;
  for (auto const& range : left_out_)
    text += (text.empty() ? "" : "; ") + word(range.kind) + " " + std::to_string(range.first) +
            (range.count == 1 ? "" : " to " + std::to_string(range.first + range.count - 1)) + " did not answer and " + (range.count == 1 ? "is" : "are") + " left out";
  for (auto const& id : at_work_) {
    auto const* work = library_.drives().work(id);
    text += (text.empty() ? "" : "; ") + library_.belief().drive_name(id) + " is at work and was left alone" + (work == nullptr ? "" : ": " + work->step());
  }
  return text;
}

void Stocktaking::done(Result<> outcome) {
  auto& l = library_;
  if (!outcome && outcome.error().code == Errc::not_ready && inventory_.door_open()) l.belief().set_door(true);
  if (after_move_) {
    after_move_.reset();
    std::exchange(move_done_, nullptr)(std::move(outcome));
    l.evaluate_soon();
    if (std::exchange(again_, false)) perform(inventory_.begin());
    return;
  }
  if (std::exchange(again_, false)) return perform(inventory_.begin());
  if (outcome) {
    if (!std::exchange(started_, true)) tell_of_views();
    l.conditions().ready();
    bool const sick = std::ranges::any_of(l.belief().entry().drives, [&](auto const& d) {
      auto const state = l.belief().drive(d.second).record.condition.state;
      return state == OperationalState::needs_service || state == OperationalState::initializing;
    });
    if (sick) look_at_sick_later();
  } else {
    silent(outcome.error());
  }
  std::string const left_out = outcome ? left_out_text() : std::string{};
  auto const waiting = std::exchange(waiting_, {});
  for (auto const& callback : waiting) callback(outcome ? Result<std::string>(left_out) : Result<std::string>(std::unexpected(outcome.error())));
  l.evaluate_soon();
  l.arm().go_on_soon();
}

// Once: the library is known now.
void Stocktaking::tell_of_views() {
  for (auto const& view : library_.own_settings().views)
    for (auto const& sentence : not_in_library(view, library_.belief().entry())) library_.book().log(LogLevel::warning, sentence);
}

// Asked again and again until somebody answers.
void Stocktaking::silent(Error const& error) {
  bool const door = inventory_.door_open();
  ++silent_;
  bool const gone = library_.by_hand() && error.code == Errc::device_not_available;
  if (gone && (silent_ > 1 || library_.hand().away())) return library_.hand().drive_gone(error);
  bool const slow = silent_ > limits::device_retries_max && !door;
  if (slow)
    library_.conditions().changer_silent(error, true);
  else
    library_.conditions().initializing("the hardware was asked and did not answer: " + error.sentence());
  if (slow) return look_at_sick_later();
  look_soon();
}

}  // namespace rsm
