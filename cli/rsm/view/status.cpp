#include "cli/rsm/view/status.hpp"

#include <algorithm>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/text/table.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/needs_service.hpp"
#include "cli/rsm/view/tables.hpp"
#include "cli/rsm/view/words.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using Lines = std::vector<std::string>;


bool open(RequestState state) { return !is_final(state); }

// A status is not held up by a commit: it says what is still on its way to disk.
std::string not_durable_yet(wire::StatusReply const& s) {
  if (s.uncommitted == 0) return {};
  std::string const age = s.commit_under_way_ms >= 1000 ? " for " + span_text(s.commit_under_way_ms) : "";
  return "; " + plural(s.uncommitted, "change", "changes") + " not durable" + age;
}

Lines health_lines(wire::StatusReply const& status, Canvas const& canvas) {
  auto const& s = status;
  std::int64_t open_requests = 0;
  for (auto const& q : s.queue)
    if (open(q.state)) open_requests += q.count;
  std::string const name = "rsmd " + plain_text(s.version) + " ";
  std::string rest = ", up " + span_text(s.now - s.started) + "; " + plural(s.sessions, "session", "sessions") + ", " +
                     plural(open_requests, "open request", "open requests");
  if (s.last_change) rest += "; last event " + (age_text(*s.last_change, canvas.now) == "now" ? std::string("just now") : age_text(*s.last_change, canvas.now));
  rest += not_durable_yet(s);
  std::string const state = s.ready ? "ready" : "NOT READY";
  auto const used = width_of(name + state);
  if (canvas.width > 0) rest = cut(rest, std::max(canvas.width - used, 0));
  return {paint(canvas, Tone::strong, name) + paint(canvas, s.ready ? Tone::good : Tone::bad, state) + rest};
}

// One line for each library that is not simply well; with a single good one its size.
Lines library_lines(wire::StatusReply const& status, Canvas const& canvas) {
  Lines out;
  for (auto const& l : status.libraries) {
    if (!has_hardware(l)) continue;
    Cell const state = condition_cell(l.enabled, l.operational_state);
    std::string rest = ", " + plural(l.drives, "drive", "drives") + ", " + plural(l.slots, "slot", "slots") + ", " +
                       plural(l.media, "medium", "media");
    bool const well = l.enabled && l.operational_state == OperationalState::ready;
    if (!well) rest = (l.reason.empty() ? "" : ": " + plain_text(for_reader(l.reason))) + ", since " + age_text(l.since, canvas.now);
    std::string const name = "Library " + plain_text(l.name) + " ";
    if (canvas.width > 0) rest = cut(rest, std::max(0, canvas.width - width_of(name + state.text)));
    out.push_back(name + paint(canvas, state.tone, state.text) + rest);
  }
  if (out.empty()) std::ranges::copy(wrap(no_libraries, canvas.width), std::back_inserter(out));
  return out;
}

// A paragraph with a mark before its first line.
void add_paragraph(Lines& out, std::string const& text, Canvas const& canvas, Tone tone, std::string mark) {
  for (auto const& line : wrap(for_reader(text), canvas.width > 4 ? canvas.width - 2 : 0)) {
    out.push_back(paint(canvas, tone, mark + line));
    mark = "  ";
  }
}

// Everything that a person has to do: each with its words and, for operator requests, how to answer.
std::vector<Lines> attention_items(wire::StatusReply const& status, Canvas const& canvas) {
  auto const& s = status;
  std::vector<Lines> items;
  std::vector<Guid> ids;
  for (auto const& o : s.operator_requests)
    if (!is_final(o.state)) ids.push_back(o.id.guid);
  for (auto const& sentence : s.attention)
    if (!told_by_a_question(s, sentence)) add_paragraph(items.emplace_back(), sentence, canvas, Tone::bad, "! ");
  auto const length = short_length(ids);
  for (auto const& o : s.operator_requests) {
    if (is_final(o.state)) continue;
    auto& lines = items.emplace_back();
    std::string const message = o.message.empty() ? spaced(word(o.command)) : o.message;
    add_paragraph(lines, message + " (asked " + age_text(o.submitted, canvas.now) + ")", canvas, Tone::attention, "! ");
    std::string const id = short_text(o.id.guid, length);
    add_paragraph(lines, "done: rsm opreq satisfy " + id + "   cannot be done: rsm opreq refuse " + id, canvas, Tone::dim, "  ");
  }
  for (auto const& d : s.drives)
    if (d.operational_state == OperationalState::needs_service && !is_asked_about(s, d.id.guid) && std::ranges::none_of(s.attention, [&](auto const& sentence) { return says_it_needs_service(s, sentence, d); }))
      add_paragraph(items.emplace_back(), d.name + " needs service: " + d.condition_reason + " (when it is mended: rsm drive enable '" + d.name + "')", canvas, Tone::bad, "! ");
  return items;
}

std::string holder_of(wire::StatusReply const& status, wire::DriveInfo const& drive) {
  auto const held = std::ranges::find(status.holders, drive.id, &wire::HolderInfo::drive);
  if (held != status.holders.end()) return held->user.empty() ? held->application : held->application + " (" + held->user + ")";
  if (!drive.session.is_zero()) return "session " + short_text(drive.session.guid, short_id_digits_least);
  return drive.state == DriveState::loaded ? drive.reason : "";  // the reason says whose it was
}

bool notable(wire::DriveInfo const& drive) {
  return drive.state != DriveState::dismounted || !drive.enabled || drive.operational_state != OperationalState::ready;
}

std::string drive_note(wire::DriveInfo const& drive) {
  if (drive.operational_state != OperationalState::ready) return drive.condition_reason;
  return drive.state == DriveState::loaded && !drive.volume.empty() ? drive.volume : drive.state == DriveState::dismounted ? "" : drive.reason;
}

// At most `most` drives, those with something to tell first.
Lines drive_lines(wire::StatusReply const& status, Canvas const& canvas, std::size_t most) {
  auto drives = status.drives;
  if (drives.size() > most) std::ranges::stable_sort(drives, [](auto const& a, auto const& b) { return notable(a) && !notable(b); });
  Names libraries;
  for (auto const& l : status.libraries) libraries[l.id.guid] = l.name;
  std::int64_t const robots = std::ranges::count_if(status.libraries, [](auto const& l) { return l.drives > 0; });
  std::vector<Column> columns{{"DRIVE", Align::left, device_name_cells}};
  if (robots > 1) columns.push_back({"LIBRARY", Align::left, 8, 3});
  columns.insert(columns.end(), {{"STATE"},
                                 {"MEDIUM", Align::left, 8},
                                 {"SINCE", Align::left, 0, 2},
                                 {"FOR", Align::left, 10, 0, sentence_lines_max},
                                 {"VOLUME OR STEP", Align::left, 16, 1, sentence_lines_max}});
  Table table(std::move(columns), "No drives.");
  for (std::size_t i = 0; i < drives.size() && i < most; ++i) {
    auto const& d = drives[i];
    std::vector<Cell> row{d.name};
    if (robots > 1) row.emplace_back(name_in(libraries, d.library.guid));
    row.insert(row.end(), {drive_state_cell(d), drive_content(d), notable(d) ? age_text(d.since, canvas.now) : "", holder_of(status, d), drive_note(d)});
    table.row(std::move(row));
  }
  Lines out = table.lines(canvas);
  if (drives.size() > most) out.push_back(paint(canvas, Tone::dim, "… and " + std::to_string(drives.size() - most) + " more: rsm drive list"));
  return out;
}

Lines changer_lines(wire::StatusReply const& status, Canvas const& canvas) {
  Lines out;
  for (auto const& c : status.changers) {
    bool const handled = c.handler.empty() || c.handler.starts_with("pid ");
    if (c.doing.empty() && handled) continue;
    std::string const text = plain_text(c.name + ": " + (handled ? c.doing : (c.handler.starts_with("died") ? "its handler " : "") + c.handler));
    for (auto const& line : wrap(text, canvas.width)) out.push_back(paint(canvas, handled ? Tone::plain : Tone::bad, line));
  }
  return out;
}

std::string queue_title(wire::StatusReply const& status, Canvas const& canvas) {
  std::string counts;
  for (auto const& q : status.queue) {
    if (!open(q.state) || q.count == 0) continue;
    std::string const state = q.state == RequestState::inprocess ? "in process" : word(q.state);
    counts += (counts.empty() ? ": " : ", ") + std::to_string(q.count) + " " + state;
    if (q.state == RequestState::waiting && q.oldest) counts += " (oldest " + span_text(canvas.now - *q.oldest) + ")";
  }
  return counts;
}

// At most `most` open requests in the order of service.
Lines request_lines(wire::StatusReply const& status, Canvas const& canvas, std::size_t most) {
  auto const& waiting = status.waiting;
  Table table({{"REQUEST"},
               {"WHAT", Align::left, 18},
               {"STATE", Align::left, 0, 5},
               {"AGE", Align::left, 0, 3},
               {"WHO", Align::left, 12, 4},
               {"WHY", Align::left, 26, 0, sentence_lines_max}});
  for (std::size_t i = 0; i < waiting.size() && i < most; ++i) {
    auto r = waiting[i].request;
    if (!r.medium_name.empty()) r.drive_name.clear();  // the reason says it where it matters
    table.row({{request_name(r), request_state_cell(r).tone}, request_what(r), request_state_cell(r), span_text(canvas.now - r.queued), request_who(r),
               waiting[i].why.empty() ? request_why(r) : waiting[i].why});
  }
  Lines out = table.lines(canvas);
  std::int64_t total = 0;
  for (auto const& q : status.queue)
    if (open(q.state)) total += q.count;
  auto const shown = static_cast<std::int64_t>(std::min(most, waiting.size()));
  total = std::max(total, static_cast<std::int64_t>(waiting.size()));
  if (total > shown) out.push_back(paint(canvas, Tone::dim, "… and " + std::to_string(total - shown) + " more: rsm request list --open"));
  return out;
}

// How many of each kind are shown.
struct Shares {
  std::size_t attention, drives, requests;
};

Lines page(wire::StatusReply const& status, Canvas const& canvas, std::vector<Lines> const& attention, Shares shares) {
  Lines out = health_lines(status, canvas);
  std::ranges::copy(library_lines(status, canvas), std::back_inserter(out));
  out.emplace_back();
  if (attention.empty()) {
    out.push_back(paint(canvas, Tone::good, "Nothing needs a person."));
  } else {
    out.push_back(paint(canvas, Tone::bad, "NEEDS A PERSON (" + std::to_string(attention.size()) + ")"));
    for (std::size_t i = 0; i < attention.size() && i < shares.attention; ++i) std::ranges::copy(attention[i], std::back_inserter(out));
    if (attention.size() > shares.attention)
      out.push_back(paint(canvas, Tone::dim, "… and " + std::to_string(attention.size() - shares.attention) + " more: rsm opreq list"));
  }
  out.emplace_back();
  std::ranges::copy(drive_lines(status, canvas, shares.drives), std::back_inserter(out));
  std::ranges::copy(changer_lines(status, canvas), std::back_inserter(out));
  out.emplace_back();
  if (status.waiting.empty()) {
    out.push_back("No open requests.");
  } else {
    std::string const title = "OPEN REQUESTS";
    std::string counts = queue_title(status, canvas);
    if (canvas.width > 0) counts = cut(counts, std::max(0, canvas.width - width_of(title)));
    out.push_back(paint(canvas, Tone::strong, title) + counts);
    std::ranges::copy(request_lines(status, canvas, shares.requests), std::back_inserter(out));
  }
  return out;
}

// Takes one away from the share that can best be missed; false when all are at their least.
bool give_way(Shares& shares) {
  constexpr std::size_t requests_kept = 3, drives_kept = 4, attention_kept = 2;
  auto const take = [](std::size_t& share, std::size_t kept) {
    if (share <= kept) return false;
    --share;
    return true;
  };
  return take(shares.requests, requests_kept) || take(shares.drives, drives_kept) || take(shares.attention, attention_kept) ||
         take(shares.requests, 1) || take(shares.drives, 1) || take(shares.attention, 1);
}

}  // namespace

std::string status_text(wire::StatusReply const& status, Canvas const& canvas) {
  auto const attention = attention_items(status, canvas);
  Shares shares{attention.size(), status.drives.size(), status.waiting.size()};
  Lines lines;
  if (canvas.height > 0) {
    // Nothing beyond the height can be shown: start near it, so that a long queue is not laid out again and again.
    auto const most = static_cast<std::size_t>(canvas.height);
    shares = {std::min(shares.attention, most), std::min(shares.drives, most), std::min(shares.requests, most)};
  }
  lines = page(status, canvas, attention, shares);
  while (canvas.height > 0 && lines.size() > static_cast<std::size_t>(canvas.height) && give_way(shares))
    lines = page(status, canvas, attention, shares);
  std::string out;
  for (auto const& line : lines) out += line + "\n";
  return out;
}

}  // namespace rsm::cli
