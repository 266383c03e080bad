// What things take, what comes next, and what the history says: library.timing, plan.read, history.advise.
#include <algorithm>

#include "api/server/advice.hpp"
#include "api/server/discretion.hpp"
#include "api/server/foretell.hpp"
#include "api/server/handlers.hpp"
#include "api/server/in_background.hpp"
#include "api/server/lookup.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

using Plans = std::vector<forecast::Plan>;

bool is_supposed_wrong(std::optional<std::int64_t> const& value, std::int64_t least, std::int64_t most) { return value && (*value < least || *value > most); }

// The libraries that are meant: one by its name, or all that the caller may read and that have drives.
Result<std::vector<LibraryId>> libraries_meant(Context const& c, std::optional<std::string> const& text) {
  if (text) {
    auto const id = Guid::parse(*text);
    RSM_TRY(auto const found, find_object(*c.server, ObjectType::library, id ? wire::GetParams{.id = *id, .name = {}} : wire::GetParams{.id = {}, .name = *text}));
    RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read, LibraryId{found}));
    return std::vector{LibraryId{found}};
  }
  RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read));
  std::vector<LibraryId> libraries;
  for (auto const& [id, library] : c.world().libraries)
    if (!library.drives.empty() && rights::can_read(c.world(), c.caller(), {{}, id})) libraries.push_back(id);
  return libraries;
}

wire::TimingInfo timing_info(World const& world, LibraryEntry const& library, DriveId drive, TimingKind kind, TimingSketch const& sketch) {
  wire::TimingInfo info;
  info.library = library.record.id, info.library_name = library.record.name;
  info.drive = drive;
  if (auto const* entry = world.drive(drive)) info.drive_name = entry->record.name;
  info.kind = kind, info.kind_code = number(kind);
  info.seen = static_cast<std::int64_t>(sketch.seen());
  info.median_ms = sketch.quantile(0.5).count(), info.p90_ms = sketch.quantile(0.9).count();
  return info;
}

void add_timings(Context const& c, LibraryEntry const& library, DriveId drive, wire::TimingReply& out) {
  for (auto const kind : {TimingKind::move, TimingKind::turn, TimingKind::load, TimingKind::read_label, TimingKind::hold, TimingKind::rewind, TimingKind::unload, TimingKind::wait})
    if (auto const* sketch = c.manager().timing(drive ? drive.guid : library.record.id.guid, kind); sketch != nullptr && !sketch->empty())
      out.items.push_back(timing_info(c.world(), library, drive, kind, *sketch));
}

Result<std::vector<DriveId>> drives_named(Context const& c, std::optional<std::vector<std::string>> const& names) {
  std::vector<DriveId> drives;
  for (auto const& name : names.value_or(std::vector<std::string>{})) {
    auto const id = Guid::parse(name);
    RSM_TRY(auto const found, find_object(*c.server, ObjectType::drive, id ? wire::GetParams{.id = *id, .name = {}} : wire::GetParams{.id = {}, .name = name}));
    auto const* drive = c.world().drive(DriveId{found});
    if (drive == nullptr) return not_found("drive", name);
    RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read, drive->record.library));
    drives.push_back(DriveId{found});
  }
  return drives;
}

Result<std::optional<forecast::WhatIf>> what_if_of(Context const& c, std::optional<wire::WhatIfInfo> const& asked) {
  if (!asked) return std::nullopt;
  forecast::WhatIf what_if;
  if (is_supposed_wrong(asked->drives_more, 0, limits::what_if_drives_most)) return fail(Errc::invalid_parameter, "params.what_if.drives_more", "expected 0 to " + std::to_string(limits::what_if_drives_most));
  if (is_supposed_wrong(asked->priority, priority_lowest, priority_highest)) return fail(Errc::invalid_parameter, "params.what_if.priority", "expected -15 to 15");
  if (asked->request.has_value() != asked->priority.has_value()) return fail(Errc::invalid_parameter, "params.what_if", "expected request and priority together");
  what_if.drives_more = asked->drives_more.value_or(0);
  RSM_TRY(what_if.drives_off, drives_named(c, asked->drives_off));
  RSM_TRY(what_if.drives_on, drives_named(c, asked->drives_on));
  if (!asked->request) return what_if;
  RSM_TRY(auto const request, c.manager().find_request(*asked->request));
  if (!request) return not_found("request", asked->request->text());
  RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read, request->library));
  what_if.request = *asked->request, what_if.priority = static_cast<int>(*asked->priority);
  return what_if;
}

// What a what-if is about says of which library it is.
LibraryId library_of(Context const& c, forecast::WhatIf const& what_if) {
  for (auto const& drives : {what_if.drives_off, what_if.drives_on})
    for (auto const& id : drives)
      if (auto const* drive = c.world().drive(id)) return drive->record.library;
  auto const request = c.manager().find_request(what_if.request);
  return request && *request ? (*request)->library : LibraryId{};
}

std::string told(Context const& c, std::string name) { return names_what_is_hidden(c, name) ? std::string() : std::move(name); }

wire::PlanLibraryInfo plan_info(Context const& c, forecast::Plan plan) {
  wire::PlanLibraryInfo info;
  info.library = plan.library, info.name = plan.name, info.basis = plan.basis;
  info.waiting = static_cast<std::int64_t>(plan.waiting), info.planned = static_cast<std::int64_t>(plan.planned);
  for (auto& drive : plan.drives) {
    wire::PlanDriveInfo one{drive.drive, drive.number, drive.name, told(c, drive.doing), {}};
    for (auto& step : drive.next)
      one.next.push_back({step.request.id, step.request.medium, step.request.user == c.peer->user ? step.medium_name : told(c, step.medium_name), step.request.application, step.request.user, step.start.count(), step.mounted.count(),
                          step.mounted_p90.count()});
    info.drives.push_back(std::move(one));
  }
  if (plan.planned != 0 && plan.times) info.wait_ms = plan.wait.count(), info.last_ms = plan.last.count();
  if (plan.wait_if) info.wait_if_ms = plan.wait_if->count(), info.last_if_ms = plan.last_if->count();
  for (auto& change : plan.changed) info.changed.push_back({change.request, told(c, change.medium_name), change.mounted.count(), change.mounted_if.count()});
  leave_out_what_is_hidden(c, plan.said);
  info.said = std::move(plan.said);
  return info;
}

}  // namespace

void on_library_timing(Context const& c, wire::TimingParams p, Reply<wire::TimingReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::TimingReply> {
    wire::TimingReply out;
    RSM_TRY(auto const libraries, libraries_meant(c, p.library));
    for (auto const& id : libraries) {
      auto const& library = *c.world().library(id);
      add_timings(c, library, {}, out);
      for (auto const& [number, drive] : library.drives) add_timings(c, library, drive, out);
    }
    return out;
  });
}

void on_plan_read(Context const& c, wire::PlanParams p, Reply<wire::PlanReply> reply) {
  using Works = std::vector<std::function<forecast::Plan()>>;
  Reply<Works> copied = [c, reply = std::move(reply)](Result<Works> works) mutable {
    if (!works) return reply(std::unexpected(std::move(works).error()));
    auto place = std::make_shared<Ahead>(*c.server);
    if (!*place) return reply(fail(Errc::busy, "plan.read", "many look ahead at this moment; try again in some seconds"));
    Reply<Plans> played = then<Plans>(c, std::move(reply), [c, place](Plans plans) -> Result<wire::PlanReply> {
      wire::PlanReply out{.now = to_ms(c.server->loop.now()), .libraries = {}};
      for (auto& plan : plans) out.libraries.push_back(plan_info(c, std::move(plan)));
      return out;
    });
    run_beside<Plans>(c.server->looking_ahead, c, std::move(played), [works = std::move(*works)]() -> Result<Plans> {
      Plans plans;
      for (auto const& work : works) plans.push_back(work());
      return plans;
    });
  };
  reading(c, std::move(copied), [c, p]() -> Result<Works> {
    RSM_TRY(auto const what_if, what_if_of(c, p.what_if));
    LibraryId const meant = what_if ? library_of(c, *what_if) : LibraryId{};
    RSM_TRY(auto const libraries, libraries_meant(c, meant && !p.library ? std::optional(meant.text()) : p.library));
    Works works;
    for (auto const& id : libraries)
      if (auto work = c.manager().plan(id, what_if)) works.push_back(std::move(*work));
    if (works.empty() && p.library) return fail(Errc::not_supported, "plan.read", "no robot serves a queue there: what is in that library is in a person's hand, or the library is not in the configuration");
    return works;
  });
}

void on_history_advise(Context const& c, wire::AdviseParams p, Reply<wire::AdviseReply> reply) {
  if (p.wait_ms && (*p.wait_ms < 1'000 || *p.wait_ms > limits::wait_max.count())) return reply(fail(Errc::invalid_parameter, "params.wait_ms", "expected 1000 to " + std::to_string(limits::wait_max.count())));
  using Libraries = std::vector<LibraryId>;
  Reply<Libraries> found = [c, p, reply = std::move(reply)](Result<Libraries> libraries) mutable {
    if (!libraries) return reply(std::unexpected(std::move(libraries).error()));
    advise(c, std::move(*libraries), Millis{p.wait_ms.value_or(limits::advice_wait.count())}, std::move(reply));
  };
  reading(c, std::move(found), [c, p] { return libraries_meant(c, p.library); });
}

}  // namespace rsm::server
