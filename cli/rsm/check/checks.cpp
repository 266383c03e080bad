#include "cli/rsm/check/checks.hpp"

#include <algorithm>

#include "cli/rsm/check/limits.hpp"
#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {
namespace {

double seconds(std::int64_t ms) {
  return static_cast<double>(std::max<std::int64_t>(ms, 0)) / 1000;
}
double whole_seconds(std::int64_t ms) {
  return static_cast<double>(std::max<std::int64_t>(ms, 0) / 1000);
}

bool on_the_shelf(wire::LibraryInfo const& l) {
  return (l.flags & library_flag::fixed_offline) != 0;
}
// The shelf and what is no longer configured are no hardware to look after.
bool connected(wire::LibraryInfo const& l) {
  return !on_the_shelf(l) && l.operational_state != OperationalState::not_present;
}

bool waits(RequestState state) { return state == RequestState::queued || state == RequestState::waiting; }

class Checker {
 public:
  Checker(std::string const& what, wire::StatusReply const& status, LimitsAsked const& limits) : status_(status), limits_(limits) {
    report_.what = what;
  }

  CheckReport run() {
    struct Row {
      std::string_view check;
      void (Checker::*look)();
    };
    constexpr auto rows = std::to_array<Row>({{"libraries", &Checker::libraries},
                                              {"drives", &Checker::drives},
                                              {"queue", &Checker::queue},
                                              {"media", &Checker::media},
                                              {"commit", &Checker::commit},
                                              {"daemon", &Checker::daemon}});  // last: it tells only what the others have not told
    for (auto const& row : rows)
      if (report_.what == "all" || report_.what == row.check) (this->*row.look)();
    if (report_.what == "all") report_.summary = everything();
    return std::move(report_);
  }

 private:
  // Measures, and says how that is.
  CheckState measure(std::string_view name, double value, std::optional<double> least = 0, std::optional<double> most = {}) {
    Metric metric{.name = std::string{name}, .value = value, .unit = {}, .warning = {}, .critical = {}, .least = least, .most = most};
    auto const spec = std::ranges::find(metric_specs(), name, &MetricSpec::name);
    metric.unit = spec->unit;
    if (auto const limits = limits_.find(name); limits != limits_.end()) {
      metric.warning = limits->second.warning;
      metric.critical = limits->second.critical;
    }
    report_.metrics.push_back(metric);
    return metric.state();
  }
  CheckState count(std::string_view name, std::int64_t value, std::optional<double> most = {}) {
    return measure(name, static_cast<double>(value), 0, most);
  }
  // What has no problem line of its own when its threshold is passed.
  void count_plain(std::string_view name, std::int64_t value, std::string const& text, std::optional<double> most = {}) {
    tell(count(name, value, most), text);
  }

  void tell(CheckState state, std::string text, std::string subject = {}) {
    if (state != CheckState::ok) report_.problems.push_back({state, std::move(text), std::move(subject)});
  }

  void libraries();
  void drives();
  void queue();
  void media();
  void commit();
  void daemon();
  void tell_not_ready();
  void tell_oldest(CheckState state, RequestState of, std::int64_t age_ms);
  bool can_mount(wire::LibraryInfo const& library) const;
  std::string library_name(LibraryId id) const;
  std::string drive_text(wire::DriveInfo const& drive) const;
  std::int64_t requests_in(std::initializer_list<RequestState> states) const;
  std::int64_t own_waiting() const;
  std::int64_t asked_waiting() const;
  std::string waiting_text() const;
  std::string everything() const;

  wire::StatusReply const& status_;
  LimitsAsked const& limits_;
  CheckReport report_;
};

// ---- libraries

bool Checker::can_mount(wire::LibraryInfo const& l) const {
  return std::ranges::any_of(status_.drives, [&](auto const& d) { return d.library == l.id && d.enabled && d.operational_state == OperationalState::ready; });
}

void Checker::libraries() {
  std::vector<wire::LibraryInfo const*> all, service, initializing, disabled, without_drive;
  for (auto const& l : status_.libraries) {
    if (!connected(l)) continue;
    all.push_back(&l);
    if (!l.enabled) disabled.push_back(&l);
    if (l.operational_state == OperationalState::needs_service) service.push_back(&l);
    if (l.operational_state == OperationalState::initializing) initializing.push_back(&l);
    if (l.enabled && l.operational_state == OperationalState::ready && !can_mount(l)) without_drive.push_back(&l);
  }
  auto const most = static_cast<double>(all.size());
  auto const tell_each = [this](CheckState state, auto const& some, std::string const& how) {
    for (auto const* l : some) {
      std::string const subject = "library " + l->name + " " + how;
      std::string const why = l->reason.empty() || how == "is disabled" ? "" : ": " + l->reason;
      tell(state, subject + why + (l->since == 0 ? "" : ", since " + span_text(status_.now - l->since)), subject);
    }
  };
  count_plain("libraries", std::ssize(all), plural(std::ssize(all), "library", "libraries") + " configured");
  tell_each(count("libraries_service", std::ssize(service), most), service, "needs service");
  tell_each(count("libraries_initializing", std::ssize(initializing), most), initializing, "is initializing");
  tell_each(count("libraries_disabled", std::ssize(disabled), most), disabled, "is disabled");
  auto const idle = count("libraries_without_drive", std::ssize(without_drive), most);
  for (auto const* l : without_drive)
    tell(idle, "library " + l->name + (l->drives == 0 ? " has no drive" : " has no drive that can be used") + ": nothing in it can be mounted or identified (rsm drive list)");
  report_.summary = plural(std::ssize(all), "library", "libraries") + " ready";
}

std::string Checker::library_name(LibraryId id) const {
  auto const found = std::ranges::find(status_.libraries, id, &wire::LibraryInfo::id);
  return found == status_.libraries.end() ? id.text() : found->name;
}

// ---- drives

// In the words of the service's own sentences.
std::string Checker::drive_text(wire::DriveInfo const& drive) const {
  return "drive " + std::to_string(drive.number) + " of " + library_name(drive.library);
}

void Checker::drives() {
  std::vector<wire::DriveInfo const*> service, disabled;
  std::int64_t usable = 0, loaded = 0;
  for (auto const& d : status_.drives) {
    if (!d.enabled) disabled.push_back(&d);
    if (d.operational_state == OperationalState::needs_service) service.push_back(&d);
    usable += d.enabled && d.operational_state == OperationalState::ready ? 1 : 0;
    loaded += d.state == DriveState::loaded ? 1 : 0;
  }
  auto const all = std::ssize(status_.drives);
  auto const most = static_cast<double>(all);
  count_plain("drives", all, plural(all, "drive", "drives") + " known");
  if (all > 0)
    count_plain("drives_usable", usable, std::to_string(usable) + " of " + plural(all, "drive", "drives") + " can be used", most);
  auto const in_service = count("drives_service", std::ssize(service), most);
  for (auto const* d : service)
    tell(in_service, drive_text(*d) + " needs service: " + d->condition_reason, drive_text(*d) + " needs service");
  auto const off = count("drives_disabled", std::ssize(disabled), most);
  for (auto const* d : disabled) tell(off, drive_text(*d) + " is disabled (rsm drive enable '" + d->name + "')", drive_text(*d) + " is disabled");
  count_plain("drives_loaded", loaded, plural(loaded, "drive holds", "drives hold") + " a loaded medium", most);
  report_.summary = plural(all, "drive", "drives") + ", " + std::to_string(usable) + " usable, " + std::to_string(loaded) + " loaded";
}

// ---- queue

std::int64_t Checker::requests_in(std::initializer_list<RequestState> states) const {
  std::int64_t sum = 0;
  for (auto const& q : status_.queue)
    if (std::ranges::find(states, q.state) != states.end()) sum += q.count;
  return sum;
}

void Checker::tell_oldest(CheckState state, RequestState of, std::int64_t age_ms) {
  if (state == CheckState::ok) return;
  wire::WaitingInfo const* oldest = nullptr;
  for (auto const& w : status_.waiting)
    if (w.request.state == of && !w.request.by_service && (oldest == nullptr || w.request.queued < oldest->request.queued)) oldest = &w;
  std::string text = "the oldest request has been waiting for " + span_text(age_ms);
  if (oldest != nullptr && status_.now - oldest->request.queued == age_ms)
    text += ": " + request_what(oldest->request) + " for " + request_who(oldest->request) + ": " + oldest->why + " (rsm explain " +
            request_name(oldest->request) + ")";
  tell(state, text);
}

// A person who waits is what an alarm is for; the service's own work (a thousand new cartridges to identify) is counted apart.
void Checker::queue() {
  auto const waiting = asked_waiting();
  wire::QueueCount const* oldest = nullptr;
  for (auto const& q : status_.queue)
    if (waits(q.state) && q.oldest_asked && (oldest == nullptr || *q.oldest_asked < *oldest->oldest_asked)) oldest = &q;
  std::int64_t const age = oldest == nullptr ? 0 : status_.now - *oldest->oldest_asked;
  count_plain("waiting", waiting, plural(waiting, "request is", "requests are") + " waiting (rsm request list --open)");
  auto const state = measure("oldest_wait", whole_seconds(age));
  tell_oldest(state, oldest == nullptr ? RequestState::waiting : oldest->state, age);
  auto const own = own_waiting();
  count_plain("service_waiting", own, plural(own, "request", "requests") + " of the service's own wait");
  auto const working = requests_in({RequestState::inprocess}), deferred = requests_in({RequestState::deferred});
  count_plain("in_process", working, plural(working, "request is", "requests are") + " being worked on");
  count_plain("deferred", deferred, plural(deferred, "dismount is", "dismounts are") + " deferred");
  report_.summary = waiting_text() + ", " + std::to_string(working) + " in process";
}

std::int64_t Checker::own_waiting() const {
  std::int64_t sum = 0;
  for (auto const& q : status_.queue) sum += waits(q.state) ? q.by_service : 0;
  return sum;
}

std::int64_t Checker::asked_waiting() const { return requests_in({RequestState::queued, RequestState::waiting}) - own_waiting(); }

std::string Checker::waiting_text() const {
  auto const waiting = asked_waiting(), own = own_waiting();
  std::optional<std::int64_t> oldest;
  for (auto const& q : status_.queue)
    if (waits(q.state) && q.oldest_asked) oldest = std::min(oldest.value_or(INT64_MAX), *q.oldest_asked);
  return plural(waiting, "request", "requests") + " waiting" + (oldest ? ", oldest " + span_text(status_.now - *oldest) : "") +
         (own > 0 ? ", " + std::to_string(own) + " of the service's own" : "");
}

// ---- media

void Checker::media() {
  std::int64_t in_libraries = 0, offline = 0;
  for (auto const& l : status_.libraries) (on_the_shelf(l) ? offline : in_libraries) += l.media;
  std::vector<wire::OperatorRequestInfo const*> asked;
  std::int64_t longest = 0;
  for (auto const& o : status_.operator_requests) {
    if (is_final(o.state)) continue;
    asked.push_back(&o);
    longest = std::max(longest, status_.now - o.submitted);
  }
  count_plain("media", in_libraries, plural(in_libraries, "medium", "media") + " in libraries");
  count_plain("media_offline", offline, plural(offline, "medium is", "media are") + " offline");
  auto const state = count("operator_requests", std::ssize(asked));
  for (auto const* o : asked) {
    std::string const what = o->message.empty() ? spaced(word(o->command)) : o->message;
    tell(state, "a person has been asked for " + span_text(status_.now - o->submitted) + ": " + what + " (rsm opreq list)", o->message);
  }
  tell(measure("operator_wait", whole_seconds(longest)), "a person has been asked for " + span_text(longest) + " (rsm opreq list)");
  report_.summary =
      plural(in_libraries, "medium", "media") + " in libraries, " + std::to_string(offline) + " offline, nobody is asked for anything";
  if (!asked.empty()) report_.summary = plural(std::ssize(asked), "question", "questions") + " to a person";
}

// ---- commit

void Checker::commit() {
  count_plain("uncommitted", status_.uncommitted, plural(status_.uncommitted, "change is", "changes are") + " not durable yet");
  std::string const subject = "the disk of the catalog has not answered";
  tell(measure("commit_age", seconds(status_.commit_under_way_ms)),
       subject + " for " + span_text(status_.commit_under_way_ms) + ": " + plural(status_.uncommitted, "change is", "changes are") +
           " not durable, whoever asked for them waits",
       subject);
  count_plain("commits", status_.commits, plural(status_.commits, "commit", "commits") + " since the start");
  count_plain("changes", status_.changes, plural(status_.changes, "change", "changes") + " since the start");
  count_plain("catalog_size", status_.catalog_bytes, "the catalog has " + bytes_text(status_.catalog_bytes));
  if (!status_.commit_error.empty())
    tell(CheckState::critical, "the catalog could not be written and is being reopened: " + status_.commit_error,
         "the catalog could not be written");
  report_.summary =
      status_.uncommitted == 0 ? "everything is durable" : plural(status_.uncommitted, "change", "changes") + " on the way to disk";
}

// ---- daemon

void Checker::tell_not_ready() {
  if (status_.ready || (report_.what == "all" && !status_.commit_error.empty())) return;
  if (!status_.commit_error.empty())
    return tell(CheckState::critical, "rsmd is not ready: the catalog could not be written and is being reopened: " + status_.commit_error,
                "the catalog could not be written");
  auto const since = status_.now - status_.started;
  bool const soon = since < limits::start_attention_after.count();
  tell(soon ? CheckState::warning : CheckState::critical, "rsmd is not ready: it has been starting for " + span_text(since));
}

void Checker::daemon() {
  measure("uptime", whole_seconds(status_.now - status_.started));
  tell(report_.metrics.back().state(), "rsmd started " + span_text(status_.now - status_.started) + " ago");
  count_plain("sessions", status_.sessions, plural(status_.sessions, "session", "sessions"));
  auto const state = count("attention", std::ssize(status_.attention));
  tell_not_ready();
  auto const told = [this](std::string const& sentence) {
    return std::ranges::any_of(report_.problems,
                               [&](Problem const& p) { return !p.subject.empty() && sentence.find(p.subject) != std::string::npos; });
  };
  for (auto const& sentence : status_.attention)
    if (!told(sentence)) tell(state, sentence, sentence);
  report_.summary = "rsmd " + status_.version + ", up " + span_text(status_.now - status_.started) + ", " +
                    plural(status_.sessions, "session", "sessions");
}

std::string Checker::everything() const {
  std::int64_t const libraries = std::ranges::count_if(status_.libraries, connected);
  return plural(libraries, "library", "libraries") + ", " + plural(std::ssize(status_.drives), "drive", "drives") + ", " + waiting_text();
}

}  // namespace

CheckReport report_of(std::string const& what, wire::StatusReply const& status, LimitsAsked const& limits) {
  return Checker(what, status, limits).run();
}

}  // namespace rsm::cli
