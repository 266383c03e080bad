// What changes the catalog only: pools and media in them, media types, names and settings of objects, attributes.
#include <span>

#include "api/server/enumerate.hpp"
#include "api/server/handlers.hpp"
#include "api/server/views.hpp"
#include "libmgr/domain/base64.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::server {
namespace {

// A DWORD of the Windows structures.
Result<> take(char const* member, std::optional<std::int64_t> given, std::optional<std::uint32_t>& out) {
  if (!given) return {};
  if (*given < 0 || *given > UINT32_MAX) return fail(Errc::invalid_parameter, std::string("params.") + member, "expected 0 to 4294967295");
  out = static_cast<std::uint32_t>(*given);
  return {};
}

Result<> take(char const* member, std::optional<wire::Ms> given, std::optional<Millis>& out) {
  if (!given) return {};
  if (*given < 0) return fail(Errc::invalid_parameter, std::string("params.") + member, "expected 0 or more");
  out = Millis{*given};
  return {};
}

Result<SetObjectCall> set_call(wire::SetObjectParams&& p) {
  SetObjectCall call;
  call.type = p.type;
  call.id = p.id;
  call.name = std::move(p.name);
  call.description = std::move(p.description);
  call.media_type = p.media_type;
  call.inventory_method = p.inventory_method;
  call.auto_recovery = p.auto_recovery;
  RSM_CHECK(take("allocation_policy", p.allocation_policy, call.allocation_policy));
  RSM_CHECK(take("deallocation_policy", p.deallocation_policy, call.deallocation_policy));
  RSM_CHECK(take("max_allocates", p.max_allocates, call.max_allocates));
  RSM_CHECK(take("flags", p.flags, call.flags));
  RSM_CHECK(take("cleaner_uses", p.cleaner_uses, call.cleaner_uses));
  RSM_CHECK(take("defer_dismount_delay_ms", p.defer_dismount_delay_ms, call.defer_dismount_delay));
  RSM_CHECK(take("max_extend_ms", p.max_extend_ms, call.max_extend));
  RSM_CHECK(take("max_open_ms", p.max_open_ms, call.max_open));
  RSM_CHECK(take("media_pool_policy", p.media_pool_policy, call.media_pool_policy));
  RSM_CHECK(take("request_flags", p.request_flags, call.request_flags));
  RSM_CHECK(take("operator_request_flags", p.operator_request_flags, call.operator_request_flags));
  RSM_CHECK(take("request_purge_after_ms", p.request_purge_after_ms, call.request_purge_after));
  RSM_CHECK(take("operator_request_purge_after_ms", p.operator_request_purge_after_ms, call.operator_request_purge_after));
  return call;
}

Result<security::Descriptor> descriptor_of(std::string const& text, char const* member) {
  auto const bytes = from_base64(text);
  if (!bytes) return fail(Errc::invalid_parameter, std::string("params.") + member, "expected base64");
  return security::decode(std::as_bytes(std::span(*bytes)));
}

Result<std::optional<security::Descriptor>> optional_descriptor(std::optional<std::string> const& text) {
  if (!text) return std::nullopt;
  return descriptor_of(*text, "security");
}

Result<std::uint32_t> parts_of(std::int64_t parts) {
  if (parts >= 1 && parts <= security::every_part) return static_cast<std::uint32_t>(parts);
  return fail(Errc::invalid_parameter, "params.parts", "expected a sum of owner 1, group 2, access 4, audit 8");
}

}  // namespace

Result<> check_given_key(std::optional<std::string> const& key) {
  if (!key || (!key->empty() && key->size() <= limits::key_bytes_max)) return {};
  return fail(Errc::invalid_parameter, "params.key", "expected 1 to " + std::to_string(limits::key_bytes_max) + " bytes");
}

void change(Context const& c, std::optional<std::string> key, CatalogCall call, Reply<wire::Empty> reply) {
  if (auto ok = check_given_key(key); !ok) return reply(std::unexpected(ok.error()));
  c.manager().change(c.caller(), std::move(key).value_or(""), std::move(call), then<Guid>(c, std::move(reply), [](Guid) -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_pool_create(Context const& c, wire::PoolCreateParams p, Reply<wire::PoolReply> reply) {
  auto security = optional_descriptor(p.security);
  if (!security) return reply(std::unexpected(security.error()));
  if (auto ok = check_given_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  c.manager().change(c.caller(), std::move(p.key).value_or(""), CreatePoolCall{std::move(p.name), p.media_type.value_or(MediaTypeId{}), p.action, std::move(*security)},
                     then<Guid>(c, std::move(reply), [](Guid id) -> Result<wire::PoolReply> { return wire::PoolReply{PoolId{id}}; }));
}

void on_pool_delete(Context const& c, wire::PoolParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), DeletePoolCall{p.pool}, std::move(reply)); }

void on_medium_move_to_pool(Context const& c, wire::MoveToPoolParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), MoveToPoolCall{p.medium, p.pool, false, p.drive.value_or(DriveId{})}, std::move(reply)); }
void on_medium_change_type(Context const& c, wire::MoveToPoolParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), MoveToPoolCall{p.medium, p.pool, true, p.drive.value_or(DriveId{})}, std::move(reply)); }

void on_library_add_media_type(Context const& c, wire::MediaTypeParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), MediaTypeCall{p.media_type, p.library, true}, std::move(reply)); }
void on_library_remove_media_type(Context const& c, wire::MediaTypeParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), MediaTypeCall{p.media_type, p.library, false}, std::move(reply)); }

void on_object_set(Context const& c, wire::SetObjectParams p, Reply<wire::Empty> reply) {
  auto key = std::move(p.key);
  auto call = set_call(std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  change(c, std::move(key), std::move(*call), std::move(reply));
}

void on_ui_set(Context const& c, wire::SetDestinationsParams p, Reply<wire::Empty> reply) {
  std::string name = p.destination.value_or("");
  if (name.empty()) name = c.server->computer;
  change(c, std::move(p.key), SetDestinationsCall{p.object, p.kind, p.action, std::move(name)}, std::move(reply));
}

void on_ui_get(Context const& c, wire::DestinationsParams p, Reply<wire::DestinationsReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::DestinationsReply> {
    RSM_TRY(auto names, c.manager().destinations(c.caller(), p.object, p.kind));
    return wire::DestinationsReply{std::move(names)};
  });
}

void on_library_delete(Context const& c, wire::LibraryParams p, Reply<wire::Empty> reply) {
  c.manager().remove_library(c.caller(), p.id, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_drive_delete(Context const& c, wire::DriveParams p, Reply<wire::Empty> reply) {
  c.manager().remove_drive(c.caller(), p.id, then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_attribute_set(Context const& c, wire::SetAttributeParams p, Reply<wire::Empty> reply) {
  auto data = from_base64(p.data);
  if (!data) return reply(fail(Errc::invalid_parameter, "params.data", "expected base64"));
  change(c, std::move(p.key), SetAttributeCall{p.type, p.id, std::move(p.name), std::move(*data)}, std::move(reply));
}

void on_attribute_get(Context const& c, wire::AttributeParams p, Reply<wire::AttributeReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::AttributeReply> {
    RSM_TRY(auto const type, type_of(*c.server, p.id));
    if (!type || (p.type != ObjectType::unknown && p.type != *type)) return not_found(p.type == ObjectType::unknown ? "object" : word(p.type), p.id.text());
    RSM_CHECK(c.manager().may_read(c.caller(), *type, p.id));
    RSM_TRY(auto const data, c.server->reader.object_attribute(p.id, p.name));
    if (!data) return fail(Errc::object_not_found, "attribute \"" + plain_text(p.name.substr(0, limits::attribute_name_chars_max)) + "\"", "the object has none of this name");
    return wire::AttributeReply{base64(*data)};
  });
}

void on_security_get(Context const& c, wire::SecurityParams p, Reply<wire::SecurityReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::SecurityReply> {
    RSM_TRY(auto const parts, parts_of(p.parts));
    RSM_TRY(auto const descriptor, c.manager().security_of(c.caller(), p.type, p.id, parts));
    auto const bytes = security::encode(descriptor, parts);
    return wire::SecurityReply{base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()})};
  });
}

void on_security_set(Context const& c, wire::SetSecurityParams p, Reply<wire::Empty> reply) {
  auto const parts = parts_of(p.parts);
  if (!parts) return reply(std::unexpected(parts.error()));
  auto descriptor = descriptor_of(p.descriptor, "descriptor");
  if (!descriptor) return reply(std::unexpected(descriptor.error()));
  change(c, std::move(p.key), SetSecurityCall{p.type, p.id, *parts, std::move(*descriptor)}, std::move(reply));
}

}  // namespace rsm::server
