#include "cli/top/keys.hpp"

#include <algorithm>

#include "api/watch/limits.hpp"
#include "cli/rsm/view/words.hpp"
#include "cli/top/frame.hpp"

namespace rsm::top {
namespace {

constexpr std::array<Pane, panes> order{Pane::queue, Pane::people, Pane::events, Pane::slots, Pane::drives};

Pane beside(Pane pane, int step) {
  auto const at = std::ranges::find(order, pane) - order.begin();
  return order[static_cast<std::size_t>((at + step + std::ssize(order)) % std::ssize(order))];
}

int rows_shown(Layout const& layout, Pane pane) {
  switch (pane) {
    case Pane::slots: return layout.slots;
    case Pane::drives: return layout.drives;
    case Pane::queue: return layout.queue;
    case Pane::people: return layout.people;
    case Pane::events: return layout.events;
  }
  return 1;
}

wire::WaitingInfo const* request_of(watch::World const& world, Guid const& id) {
  auto const found = std::ranges::find(world.status.waiting, id, [](auto const& w) { return w.request.id.guid; });
  return found == world.status.waiting.end() ? nullptr : &*found;
}

wire::DriveInfo const* drive_of(watch::World const& world, Guid const& id) {
  auto const found = std::ranges::find(world.status.drives, id, [](auto const& d) { return d.id.guid; });
  return found == world.status.drives.end() ? nullptr : &*found;
}

wire::SlotInfo const* slot_of(watch::World const& world, Guid const& id) {
  for (auto const& [library, slots] : world.slots)
    for (auto const& slot : *slots)
      if (slot.id.guid == id) return &slot;
  return nullptr;
}

std::string holder(watch::World const& world, wire::DriveInfo const& drive) {
  auto const found = std::ranges::find(world.status.holders, drive.id, &wire::HolderInfo::drive);
  if (found == world.status.holders.end()) return {};
  return found->user.empty() ? found->application : found->application + " (" + found->user + ")";
}

// ---- what can be done with what is selected; a question where it takes something away

void cancel(Step& step, watch::World const& world, Row const& row) {
  auto const* waiting = request_of(world, row.object);
  if (waiting == nullptr) return;
  auto const& r = waiting->request;
  std::string const about = cli::side_name(r.medium_name, r.side, r.side_number);
  std::string text = "cancel " + row.name + ", " + cli::spaced(word(r.operation)) + (about.empty() ? "" : " of " + about) + (r.user.empty() ? "" : " for " + r.user) + "? ";
  text += r.state == RequestState::inprocess ? "A move under way is finished first." : "It leaves the queue.";
  step.state.question = Question{text, {Deed::cancel, ObjectType::request, row.object, "cancel " + row.name}};
}

void dismount(Step& step, watch::World const& world, Row const& row) {
  auto const* drive = drive_of(world, row.object);
  if (drive == nullptr || drive->side.is_zero()) {
    step.state.message = row.name + " has nothing that could be dismounted";
    return;
  }
  std::string const medium = cli::side_name(drive->medium_name, drive->side, drive->side_number);
  std::string const who = holder(world, *drive);
  step.state.question = Question{"dismount " + medium + " from " + row.name + "? " + (who.empty() ? "Nobody holds it." : who + " has it and loses it."),
                                 {Deed::dismount, ObjectType::side, drive->side.guid, "dismount " + medium}};
}

void eject(Step& step, watch::World const& world, Row const& row) {
  auto const* slot = slot_of(world, row.object);
  if (slot == nullptr || slot->medium.is_zero()) {
    step.state.message = row.name + " is empty";
    return;
  }
  step.state.question = Question{"eject " + slot->medium_name + " from " + row.name + "? It comes to the port, and a person has to take it out.",
                                 {Deed::eject, ObjectType::medium, slot->medium.guid, "eject " + slot->medium_name}};
}

void mount(Step& step, watch::World const& world, Row const& row) {
  auto const* slot = slot_of(world, row.object);
  if (slot == nullptr || slot->medium.is_zero())
    step.state.message = row.name + " is empty";
  else
    step.act = Action{Deed::mount, ObjectType::medium, slot->medium.guid, "mount " + slot->medium_name};
}

void refuse(Step& step, Row const& row) {
  if (row.type != ObjectType::operator_request) return;
  step.state.question = Question{"refuse " + row.name + ", " + row.cells.front().text + "? What waits for it fails.", {Deed::refuse, row.type, row.object, "refuse " + row.name}};
}

void act(Step& step, char key, watch::World const& world, Row const& row) {
  Pane const pane = step.state.pane;
  if (pane == Pane::queue && key == 'c') return cancel(step, world, row);
  if (pane == Pane::drives && key == 'd') return dismount(step, world, row);
  if (pane == Pane::slots && key == 'm') return mount(step, world, row);
  if (pane == Pane::slots && key == 'e') return eject(step, world, row);
  if (pane == Pane::people && key == 'r') return refuse(step, row);
  if (pane == Pane::people && key == 's' && row.type == ObjectType::operator_request) {
    step.act = Action{Deed::satisfy, row.type, row.object, "satisfy " + row.name};
    return;
  }
  if (key == 'e' && row.type == ObjectType::drive) step.act = Action{Deed::enable, row.type, row.object, "enable " + row.name};
}

void answer(Step& step, Stroke stroke) {
  bool const yes = stroke.key == Key::character && (stroke.character == 'y' || stroke.character == 'Y');
  if (yes) step.act = step.state.question->action;
  step.state.message = yes ? "" : "not done: " + step.state.question->action.what;
  step.state.question.reset();
}

void type(Step& step, Stroke stroke) {
  auto& filter = step.state.filter[index_of(step.state.pane)];
  step.state.selected[index_of(step.state.pane)] = 0;
  switch (stroke.key) {
    case Key::character: filter += stroke.character; break;
    case Key::backspace:
      if (!filter.empty()) filter.pop_back();
      break;
    case Key::escape: filter.clear(); [[fallthrough]];
    case Key::enter: step.state.typing = false; break;
    default: break;
  }
}

bool moves(State& state, Stroke stroke, std::size_t count, int page, int across) {
  auto& at = state.selected[index_of(state.pane)];
  std::size_t const last = count == 0 ? 0 : count - 1;
  at = std::min(at, last);
  auto const by = [&](std::ptrdiff_t step) { at = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(at) + step, 0, static_cast<std::ptrdiff_t>(last))); };
  char const c = stroke.key == Key::character ? stroke.character : 0;
  if (stroke.key == Key::up || c == 'k') return by(-across), true;
  if (stroke.key == Key::down || c == 'j') return by(across), true;
  if (stroke.key == Key::left || c == 'h') return by(-1), true;
  if (stroke.key == Key::right || c == 'l') return by(1), true;
  if (stroke.key == Key::page_up) return by(-std::ptrdiff_t{page} * across), true;
  if (stroke.key == Key::page_down) return by(std::ptrdiff_t{page} * across), true;
  if (stroke.key == Key::home) return at = 0, true;
  if (stroke.key == Key::end) return at = last, true;
  return false;
}

// Help and paragraphs lie over the panes: keys turn their pages or end them.
void over_panes(Step& step, Stroke stroke) {
  auto& state = step.state;
  char const c = stroke.key == Key::character ? stroke.character : 0;
  if (state.paragraph && (stroke.key == Key::down || c == 'j')) ++state.paragraph->first;
  else if (state.paragraph && (stroke.key == Key::up || c == 'k')) state.paragraph->first = std::max(0, state.paragraph->first - 1);
  else {
    state.help = false;
    state.paragraph.reset();
  }
}

}  // namespace

Step press(State state, Stroke stroke, watch::World const& live, Size size, Look look, std::int64_t now) {
  Step step{std::move(state), false, {}, {}};
  auto& s = step.state;
  char const c = stroke.key == Key::character ? stroke.character : 0;
  bool const old = live.last_news == 0 || now - live.last_news > watch::limits::old_after.count();
  if (old) s.question.reset();  // nothing can be asked for until the service is back
  if (s.question) {
    answer(step, stroke);
    return step;
  }
  if (s.typing) {
    type(step, stroke);
    return step;
  }
  if (c == 'q') {
    step.quit = true;
    return step;
  }
  if (size.rows < least_size.rows || size.columns < least_size.columns) return step;
  if (s.help || s.paragraph) {
    over_panes(step, stroke);
    return step;
  }
  s.message.clear();
  auto const world = s.held ? s.held : std::shared_ptr<watch::World const>(std::shared_ptr<void>(), &live);
  auto const rows = rows_of(*world, s, s.pane, now);
  int const shown = rows_shown(layout_of(*world, s, size, now), s.pane);
  int const across = s.pane == Pane::slots ? slots_in_a_row(size, rows.size(), shown) : 1;
  auto const lines = (rows.size() + static_cast<std::size_t>(across) - 1) / static_cast<std::size_t>(across);
  int const page = more_than_fit(s.pane, lines, shown) ? shown - 1 : shown;
  if (moves(s, stroke, rows.size(), page, across)) return step;
  auto const* row = selected_row(rows, s, s.pane);
  switch (stroke.key) {
    case Key::tab: s.pane = beside(s.pane, 1); return step;
    case Key::back_tab: s.pane = beside(s.pane, -1); return step;
    case Key::escape: s.filter[index_of(s.pane)].clear(); return step;
    case Key::enter:
      if (row != nullptr && !old) step.explain = *row;
      return step;
    default: break;
  }
  switch (c) {
    case '?': s.help = true; break;
    case '/': s.typing = true; break;
    case 'L': ++s.library; s.selected = {}; break;
    case 'p': s.held = s.held ? nullptr : std::make_shared<watch::World const>(live); break;
    default:
      if (row != nullptr && c != 0 && !old && !look.read_only) act(step, c, *world, *row);
  }
  return step;
}

}  // namespace rsm::top
