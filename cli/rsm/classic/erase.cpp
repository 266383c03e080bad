#include "cli/rsm/classic/erase.hpp"

#include "drivers/volume/device_calls.hpp"
#include "drivers/volume/erase_tape.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr std::int64_t tape_device = 0x1F;

Result<> is_a_tape(Connection& service, wire::MediumInfo const& medium) {
  RSM_TRY(auto const type, service.media_type_get({.id = medium.media_type.guid, .name = {}}));
  if (type.device_type == tape_device) return {};
  return fail(Errc::not_supported, medium.name, "it is " + type.name + ", and only tapes are erased; 'rsm freemedia' makes it free");
}

// Of an allocated side whoever may change what its program has. What is written back as it was is no change, and takes the right all the same.
Result<> may_be_erased(Connection& service, wire::SideInfo const& side) {
  using enum SideState;
  std::string const name = side.medium_name + ":" + std::to_string(side.number);
  if (side.state == available || side.state == import || side.state == foreign) return {};
  if (side.state != allocated) return fail(Errc::invalid_state, name, "it is " + word(side.state) + "; it would have to be AVAILABLE, IMPORT, FOREIGN or ALLOCATED");
  RSM_TRY(auto const logical, service.logical_medium_get({.id = side.logical_medium.guid, .name = {}}));
  wire::SetObjectParams same;
  same.type = ObjectType::logical_medium;
  same.id = logical.id.guid;
  same.name = logical.name;
  RSM_CHECK(service.object_set(same));
  return {};
}

Result<> ended_well(Context& context, RequestId request, std::string const& label, std::int64_t cursor) {
  RSM_TRY(auto const ended, follow(context, {{request, label}}, cursor, std::nullopt, OnInterrupt::leave_requests));
  return outcome(ended.front(), label);
}

Result<> dismounted(Context& context, Connection& service, MediaTarget const& target) {
  wire::DismountParams params;
  RSM_TRY(params.key, client::make_key());
  params.media.push_back(target.id);
  RSM_TRY(auto const cursor, newest_event(service));
  RSM_TRY(auto const reply, service.dismount_submit(params));
  if (reply.requests.empty()) return fail(Errc::bad_format, "dismount.submit", "the service answered without a request");
  return ended_well(context, reply.requests.front(), target.label, cursor);
}

// Nothing is left of the label that the service knows it by. In a drive without a robot it is read by itself.
Result<> identified_again(Context& context, Connection& service, wire::MediumInfo const& before, std::string const& label) {
  RSM_TRY(auto const medium, service.medium_get({.id = before.id.guid, .name = {}}));
  if (medium.location_type != ObjectType::slot || medium.location.is_zero()) return {};
  RSM_TRY(auto const key, client::make_key());
  RSM_TRY(auto const cursor, newest_event(service));
  RSM_TRY(auto const reply, service.slot_identify({.key = key, .slot = SlotId{medium.location}}));
  if (reply.requests.empty()) return fail(Errc::bad_format, "slot.identify", "the service answered without a request");
  return ended_well(context, reply.requests.front(), label, cursor);
}

}  // namespace

Result<> erase(Context& context, MountOrder const& order) {
  RSM_TRY(auto* service, context.with_session());
  auto const& target = order.media.front();
  RSM_TRY(auto const side, service->side_get({.id = target.id, .name = {}}));
  RSM_TRY(auto const medium, service->medium_get({.id = side.medium.guid, .name = {}}));
  RSM_CHECK(is_a_tape(*service, medium));
  RSM_CHECK(may_be_erased(*service, side));
  RSM_TRY(auto const mounted, mount(context, order));
  if (mounted.drives.empty()) return fail(Errc::bad_format, "mount.submit", "the service answered without a drive");
  auto const erased = volume::erase_tape(mounted.drives.front().device, volume::kernel_calls());
  auto const home = dismounted(context, *service, target);  // also when it could not be erased
  RSM_CHECK(erased);
  RSM_CHECK(home);
  return identified_again(context, *service, medium, target.label);
}

}  // namespace rsm::cli
