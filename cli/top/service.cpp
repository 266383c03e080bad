#include "cli/top/service.hpp"

#include <chrono>

#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/view/tables.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::top {
namespace {

cli::Canvas canvas_of(int width) {
  auto const now = std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count();
  return {.width = width, .height = 0, .color = false, .header = true, .now = now};
}

// Calls that queue work belong to a session; it is closed with the connection, and what was asked goes on.
Result<> with_session(client::Connection& service) {
  auto const opened = service.open_session("rsm top");
  if (!opened && opened.error().code != Errc::already_exists) return std::unexpected(opened.error());
  return {};
}

std::string queued(std::string const& what, RequestId request) { return what + ": asked for, request " + cli::request_text(request); }

Result<std::string> mount(client::Connection& service, Action const& action, std::string key) {
  RSM_TRY(auto medium, service.medium_get({.id = action.object, .name = {}}));
  if (medium.sides.empty()) return fail(Errc::invalid_media, medium.name, "it has no side that could be mounted");
  wire::MountParams params;
  params.key = std::move(key);
  params.media = {medium.sides.front().id.guid};
  params.nowait = true;  // it goes on when the screen is closed
  RSM_TRY(auto reply, service.mount_submit(params));
  return queued(action.what, reply.requests.empty() ? RequestId{} : reply.requests.front());
}

Paragraph of_medium(client::Connection& service, std::string title, wire::MediumInfo const& medium, cli::Names names, cli::Canvas const& canvas) {
  if (auto type = service.media_type_get({.id = medium.media_type.guid, .name = {}})) names[type->id.guid] = type->name;
  return {std::move(title), cli::record_of(medium, names, canvas).text(canvas), 0};
}

}  // namespace

Result<std::string> perform(client::Connection& service, Action const& action) {
  switch (action.deed) {
    case Deed::satisfy: {
      RSM_TRY(auto answered, service.opreq_satisfy({OperatorRequestId{action.object}}));
      return action.what + ": " + word(answered.state);
    }
    case Deed::refuse: {
      RSM_TRY(auto answered, service.opreq_refuse({OperatorRequestId{action.object}}));
      return action.what + ": " + word(answered.state);
    }
    default: break;
  }
  RSM_CHECK(with_session(service));
  RSM_TRY(auto key, client::make_key());
  switch (action.deed) {
    case Deed::mount: return mount(service, action, std::move(key));
    case Deed::dismount: {
      RSM_TRY(auto reply, service.dismount_submit({.key = std::move(key), .media = {action.object}, .deferred = {}, .force = {}}));
      return queued(action.what, reply.requests.empty() ? RequestId{} : reply.requests.front());
    }
    case Deed::eject: {
      RSM_TRY(auto reply, service.medium_eject({.key = std::move(key), .medium = MediumId{action.object}, .force = {}}));
      return queued(action.what, reply.request);
    }
    case Deed::enable: {
      RSM_TRY(auto reply, service.object_enable({.key = std::move(key), .type = action.type, .id = action.object}));
      return queued(action.what, reply.request);
    }
    default: {
      RSM_TRY(auto ended, service.request_cancel({RequestId{action.object}}));
      return action.what + ": " + cli::spaced(word(ended.state)) + (ended.reason.empty() ? "" : ", " + ended.reason);
    }
  }
}

Result<Paragraph> told_of(client::Connection& service, Row const& row, cli::Names const& names, int width) {
  auto const canvas = canvas_of(width);
  switch (row.type) {
    case ObjectType::request: {
      RSM_TRY(auto reply, service.request_explain({RequestId{row.object}}));
      return Paragraph{"request " + cli::request_name(reply.request), cli::explanation_text(reply, canvas), 0};
    }
    case ObjectType::drive: {
      RSM_TRY(auto drive, service.drive_get({.id = row.object, .name = {}}));
      return Paragraph{drive.name, cli::record_of(drive, names, canvas).text(canvas), 0};
    }
    case ObjectType::slot: {
      RSM_TRY(auto slot, service.slot_get({.id = row.object, .name = {}}));
      if (slot.medium.is_zero()) return Paragraph{row.name, cli::spaced(word(slot.state)), 0};
      RSM_TRY(auto medium, service.medium_get({.id = slot.medium.guid, .name = {}}));
      return of_medium(service, row.name + ": " + medium.name, medium, names, canvas);
    }
    case ObjectType::medium: {
      RSM_TRY(auto medium, service.medium_get({.id = row.object, .name = {}}));
      return of_medium(service, medium.name, medium, names, canvas);
    }
    case ObjectType::operator_request: {
      RSM_TRY(auto asked, service.opreq_get({OperatorRequestId{row.object}}));
      return Paragraph{"operator request " + cli::short_text(row.object, cli::short_id_digits_least), cli::record_of(asked, names, canvas).text(canvas), 0};
    }
    default: {
      std::string text;
      for (auto const& cell : row.cells)
        if (!cell.text.empty()) text += (text.empty() ? "" : "\n") + cell.text;
      return Paragraph{cli::spaced(word(row.type)), text, 0};
    }
  }
}

}  // namespace rsm::top
