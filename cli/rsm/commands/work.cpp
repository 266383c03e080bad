#include "cli/rsm/commands/work.hpp"

#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

std::string id_note(RequestId const& id) { return name_of(id); }

Result<std::vector<wire::RequestInfo>> as_they_are(Connection& service, std::vector<Followed> const& requests) {
  std::vector<wire::RequestInfo> infos;
  for (auto const& r : requests) {
    RSM_TRY(auto info, service.request_get({r.request}));
    infos.push_back(std::move(info));
  }
  return infos;
}

wire::MountParams params_of(MountOrder const& order, std::string key) {
  wire::MountParams params;
  params.key = std::move(key);
  for (auto const& m : order.media) params.media.push_back(m.id);
  if (!order.drives.empty()) params.drives = order.drives;
  auto const flag = [](bool on) { return on ? std::optional{true} : std::nullopt; };
  params.read = flag(order.read);
  params.write = flag(order.write);
  params.nowait = flag(order.nowait);
  params.error_if_offline = flag(order.error_if_offline);
  params.error_if_unavailable = flag(order.error_if_unavailable);
  params.priority = order.priority;
  params.timeout_ms = order.timeout_ms;
  return params;
}

Result<MountOrder> order_of(Context& context, Connection& service) {
  auto const& args = context.args();
  MountOrder order;
  for (auto const& target : args.targets) {
    RSM_TRY(auto side, resolve_side(service, target));
    order.media.push_back(std::move(side));
  }
  if (!args.drives.empty() && args.drives.size() != args.targets.size())
    return fail(Errc::invalid_parameter, "--drive", "give it once for each medium, or not at all");
  for (auto const& name : args.drives) {
    RSM_TRY(auto drive, resolve_drive(service, name));
    order.drives.push_back(drive.id);
  }
  order.read = args.read;
  order.write = args.write;
  order.nowait = args.nowait;
  order.error_if_offline = args.error_if_offline;
  order.error_if_unavailable = args.error_if_unavailable;
  order.priority = args.priority;
  order.timeout_ms = args.timeout_ms;
  return order;
}

std::string mounted_text(Context& context, Mounted const& mounted, MountOrder const& order) {
  std::string out;
  for (std::size_t i = 0; i < order.media.size(); ++i) {
    std::string line = order.media[i].label;
    if (i >= mounted.drives.size())
      line += " is queued, " + id_note(mounted.reply.requests[i]);
    else
      line += " is loaded in " + mounted.drives[i].name + (mounted.drives[i].volume.empty() ? "" : ", volume " + mounted.drives[i].volume);
    out += plain_text(line) + "\n";
  }
  if (order.nowait && context.screen().width > 0 && !mounted.reply.requests.empty())
    out += "It goes on by itself; 'rsm request wait " + request_text(mounted.reply.requests.back()) + "' waits for it.\n";
  return out;
}

}  // namespace

Result<Mounted> mount(Context& context, MountOrder const& order) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto const key, client::make_key());
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto submitted, service->mount_submit(params_of(order, key)));
  Mounted out;
  out.reply.requests = submitted.requests;
  if (submitted.requests.size() != order.media.size())
    return fail(Errc::bad_format, "mount.submit", "the service answered with another number of requests than there are media");
  if (order.nowait) return out;
  std::vector<Followed> followed;
  for (std::size_t i = 0; i < order.media.size(); ++i) followed.push_back({submitted.requests[i], order.media[i].label});
  RSM_TRY(auto infos, follow(context, followed, cursor, std::nullopt, OnInterrupt::cancel_requests));
  for (std::size_t i = 0; i < infos.size(); ++i) {
    RSM_CHECK(outcome(infos[i], order.media[i].label));
    RSM_TRY(auto drive, service->drive_get({.id = infos[i].drive.guid, .name = {}}));
    out.reply.drives.push_back(drive.id);
    out.reply.drive_names.push_back(drive.name);
    out.reply.volumes.push_back(drive.volume);
    out.drives.push_back(std::move(drive));
  }
  return out;
}

Result<std::string> mount_media(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const order, order_of(context, *service));
  RSM_TRY(auto const mounted, mount(context, order));
  if (context.args().common.json) return to_json(mounted.reply) + "\n";
  return mounted_text(context, mounted, order);
}

Result<std::string> tell_queued(Context& context, std::vector<Followed> const& requests, std::int64_t cursor, std::string const& done) {
  RSM_TRY(auto* service, context.service());
  bool const json = context.args().common.json;
  if (!context.args().wait) {
    if (json) {
      RSM_TRY(auto infos, as_they_are(*service, requests));
      return to_json(infos) + "\n";
    }
    std::string out;
    for (auto const& r : requests) out += plain_text(r.label) + ": queued, " + id_note(r.request) + "\n";
    return out;
  }
  RSM_TRY(auto infos, follow(context, requests, cursor, context.args().wait->limit_ms, OnInterrupt::leave_requests));
  std::string out;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    RSM_CHECK(outcome(infos[i], requests[i].label));
    out += plain_text(requests[i].label) + ": " + (done.empty() ? plain_text(infos[i].reason) : done) + "\n";
  }
  return json ? to_json(infos) + "\n" : out;
}

Result<std::string> queue_for_targets(Context& context, Submit const& submit, std::string const& done) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto const cursor, newest_event(*service));
  std::vector<Followed> requests;
  for (auto const& target : context.args().targets) {
    RSM_TRY(auto const key, client::make_key());
    auto queued = submit(*service, key, target);
    if (!queued) {  // say what is under way already: it is not taken back
      for (auto const& r : requests) note(plain_text(r.label) + ": queued, " + id_note(r.request) + "\n");
      return std::unexpected(std::move(queued).error());
    }
    requests.push_back(std::move(*queued));
  }
  return tell_queued(context, requests, cursor, done);
}

}  // namespace rsm::cli
