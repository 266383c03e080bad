// Tables of what is asked for: requests, operator requests, sessions, events.
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/fields.hpp"
#include "cli/rsm/view/outlook.hpp"
#include "cli/rsm/view/tables.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

constexpr int event_number_cells = 8;
constexpr int event_type_cells = 16;
constexpr int event_object_cells = 20;
constexpr int event_state_cells = 12;
constexpr int event_time_cells = 19;
constexpr int event_day_cells = 14;  // without the year
constexpr std::size_t year_cells = 5;
constexpr int event_cells_least = 110;  // for all columns

std::string fixed(std::string const& text, int cells) { return pad_right(cut(plain_text(text), cells), cells) + " "; }

}  // namespace

Table table_of(std::vector<wire::RequestInfo> const& items, Names const&, Canvas const& canvas) {
  Table table({{"REQUEST"},
               {"WHAT", Align::left, 16, 0, 2},
               {"STATE"},
               {"WHO", Align::left, 8, 3},
               {"QUEUED", Align::left, 0, 2},
               {"PRIO", Align::right, 0, 4},
               {"WHY", Align::left, 20, 1, sentence_lines_max}},
              "No requests.");
  for (auto const& r : items)
    table.row({request_name(r), request_what(r), request_state_cell(r), request_who(r), age_text(r.queued, canvas.now),
               std::to_string(r.priority), request_why(r)});
  return table;
}

Table table_of(std::vector<wire::OperatorRequestInfo> const& items, Names const&, Canvas const& canvas) {
  Table table({{"OPREQ"}, {"STATE"}, {"WHAT", Align::left, 8, 2}, {"ASKED", Align::left, 0, 1}, {"MESSAGE", Align::left, 20, 0, sentence_lines_max}},
              "No operator requests: nobody has been asked for an answer. Whatever else needs a person: 'rsm status'.");
  std::vector<Guid> ids;
  for (auto const& o : items) ids.push_back(o.id.guid);
  auto const length = short_length(ids);
  for (auto const& o : items)
    table.row({short_text(o.id.guid, length), {word(o.state), is_final(o.state) ? Tone::dim : Tone::attention}, spaced(word(o.command)),
               age_text(o.submitted, canvas.now), o.message});
  return table;
}

// What is nearly used up stands out.
Table table_of(std::vector<wire::QuotaInfo> const& items, Names const&, Canvas const&) {
  Table table({{"USER", Align::left, 4}, {"SESSION", Align::left, 0, 2}, {"WHAT", Align::left, 22}, {"HAS", Align::right}, {"MAY HAVE", Align::right}, {"SET BY", Align::left, 0, 1}}, "Nobody has sessions, requests or allocated media; 'rsm quota list USER' shows what a user may have.");
  for (auto const& q : items) {
    Tone const tone = q.held >= q.most ? Tone::bad : q.held * 10 >= q.most * 8 ? Tone::attention : Tone::plain;
    table.row({q.user, short_text(q.session.guid, short_id_digits_least), q.what, {std::to_string(q.held), tone}, std::to_string(q.most), q.key});
  }
  return table;
}

Table table_of(std::vector<wire::SessionInfo> const& items, Names const& names, Canvas const& canvas) {
  Table table({{"SESSION"},
               {"APPLICATION", Align::left, 8},
               {"USER", Align::left, 4},
               {"COMPUTER", Align::left, 6, 3},
               {"OPENED", Align::left, 0, 2},
               {"CONNECTION"},
               {"REQUESTS", Align::right, 0, 1},
               {"DRIVES", Align::left, 6}},
              "No open sessions.");
  std::vector<Guid> ids;
  for (auto const& s : items) ids.push_back(s.session.guid);
  auto const length = short_length(ids);
  for (auto const& s : items) {
    std::string drives;
    for (auto const& d : s.drives) drives += (drives.empty() ? "" : ", ") + name_in(names, d.guid);
    Cell connection = s.connected ? Cell{"connected", Tone::good}
                                  : Cell{s.grace_ends ? "lost, ends " + age_text(*s.grace_ends, canvas.now) : "lost", Tone::attention};
    table.row({short_text(s.session.guid, length), s.application, s.user, s.computer, age_text(s.opened, canvas.now), connection,
               std::to_string(s.open_requests), drives});
  }
  return table;
}

Record record_of(wire::RequestInfo const& q, Names const& names, Canvas const& canvas) {
  auto const unless_finished = [&](wire::MaybeMs time) { return time && !q.finished ? moment_text(*time, canvas.now) : std::string{}; };
  auto const other = [&](RequestId id) { return id.is_zero() || id == q.id ? std::string{} : request_text(id); };
  Fields f(q, names, canvas);
  f.line("Request", {(q.number ? std::to_string(*q.number) + ": " : "") + request_what(q), Tone::strong}, {"number", "operation", "option"});
  f.line("State", request_state_cell(q), {"state", "finished"});
  f.line("Reason", request_why(q), {"reason"});
  f.line("Error", q.error == 0 ? Cell{""} : Cell{q.error_name + " (" + std::to_string(q.error) + ")", Tone::bad}, {"error", "error_name"});
  f.show({"queued", "changed", "completed"});
  f.line("Given up", unless_finished(q.deadline), {"deadline"});
  f.line("Goes home", unless_finished(q.due), {"due"});
  f.line("Priority", std::to_string(q.priority) + (q.order == 0 ? "" : ", pinned to position " + std::to_string(q.order)), {"priority", "order"});
  f.line("Asked by", request_who(q) + (q.computer.empty() ? "" : " on " + q.computer), {"application", "user", "computer", "by_service"});
  f.show({"library"});
  f.line("Medium", side_name(q.medium_name, q.side, q.side_number), {"medium", "medium_name", "side", "side_number"});
  f.line("Drive", q.drive_name, {"drive", "drive_name"});
  f.line("Refers to", other(q.work_item), {"work_item"});
  f.line("Together with", other(q.group), {"group"});
  f.line("Session", q.session.is_zero() ? "" : q.session.text(), {"session"});
  f.leave_out({"slot"});
  return f.finish();
}

Record record_of(wire::OperatorRequestInfo const& o, Names const& names, Canvas const& canvas) {
  Fields f(o, names, canvas);
  f.line("Operator request", {o.message, Tone::strong}, {"message", "command"});
  f.line("State", {word(o.state), is_final(o.state) ? Tone::plain : Tone::attention}, {"state"});
  f.show({"submitted"});
  f.line("Request", o.request.is_zero() ? "" : request_text(o.request), {"request"});
  f.leave_out({"changed", "argument1", "argument2", "argument1_type", "argument2_type", "application", "user", "computer"});  // what it is about is in its message
  return f.finish();
}

std::string explanation_text(wire::ExplainReply const& reply, Canvas const& canvas) {
  auto const& q = reply.request;
  std::string const title = (q.number ? std::to_string(*q.number) + ": " : "") + request_what(q) + ": " + request_state_cell(q).text;
  std::string out = paint(canvas, Tone::strong, plain_text(title)) + "\n";
  for (auto const& line : wrap(for_reader(reply.text), canvas.width)) out += line + "\n";
  for (auto const& fact : reply.facts) {
    std::string mark = "  - ";
    for (auto const& line : wrap(for_reader(fact), canvas.width > 4 ? canvas.width - 4 : 0)) {
      out += mark + line + "\n";
      mark = "    ";
    }
  }
  if (reply.forecast) out += forecast_text(*reply.forecast, canvas);
  return out;
}

// Beside all columns a narrow terminal would leave nothing of the reason: there the kind of object goes with its name, and the year is that of now.
bool narrow(Canvas const& canvas) { return canvas.width > 0 && canvas.width < event_cells_least; }

std::string event_start(std::string const& number, std::string const& time, std::string const& type, std::string const& object, std::string const& state, Canvas const& canvas) {
  std::string const begin = pad_left(number, event_number_cells) + " " + fixed(time, narrow(canvas) ? event_day_cells : event_time_cells);
  // A state that is too long for its column ("full, extended") has what a short name before it leaves.
  int const left = std::max(0, event_object_cells - width_of(plain_text(object)));
  int const more = std::clamp(width_of(plain_text(state)) - event_state_cells, 0, left);
  return begin + (narrow(canvas) ? "" : fixed(type, event_type_cells)) + fixed(object, event_object_cells - more) + fixed(state, event_state_cells + more);
}

std::string event_header(Canvas const& canvas) { return paint(canvas, Tone::dim, event_start("EVENT", "TIME", "TYPE", "OBJECT", "STATE", canvas) + "REASON"); }

std::string event_line(wire::EventInfo const& event, std::string const& object, Canvas const& canvas) {
  std::string const type = spaced(word(event.type));
  std::string const state = event.state.empty() ? word(event.kind) : event.state == word(RequestState::inprocess) ? "in process" : spaced(event.state);
  bool const by_number = event.type == ObjectType::session || event.type == ObjectType::operator_request;
  std::string const called = narrow(canvas) && by_number ? type + " " + object : object;
  std::string const time = clock_text(event.time).substr(narrow(canvas) ? year_cells : 0);
  std::string line = event_start(std::to_string(event.number), time, type, called, state, canvas);
  std::string const gap(static_cast<std::size_t>(width_of(line)), ' ');
  std::string out;
  for (auto const& part : wrap(for_reader(event.reason), canvas.width > 0 ? std::max(canvas.width - static_cast<int>(gap.size()), 1) : 0)) {
    line += part;
    line.erase(line.find_last_not_of(' ') + 1);
    out += (out.empty() ? "" : "\n") + line;
    line = gap;
  }
  return out;
}

}  // namespace rsm::cli
