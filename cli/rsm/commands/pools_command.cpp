// Commands about pools: made, changed, deleted; cartridges into them; what kinds of cartridges a library takes.
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

// Done at once, whether people or programs read it.
std::string done(Context const& context, std::string const& name, std::string const& what) {
  return context.args().common.json ? std::string{"{}\n"} : plain_text(name) + ": " + what + "\n";
}

Result<MediaTypeId> resolve_media_type(Connection& service, std::string const& text) {
  if (auto const id = Guid::parse(text)) return MediaTypeId{*id};
  RSM_TRY(auto type, service.media_type_get({.id = {}, .name = text}));
  return type.id;
}

// What the options say of a pool; `type`, `description` and the rest only where they were given.
Result<wire::SetObjectParams> settings_of(Connection& service, Arguments const& args, PoolId pool) {
  wire::SetObjectParams params;
  params.type = ObjectType::pool;
  params.id = pool.guid;
  params.description = args.description;
  if (!args.media_type.empty()) {
    params.media_type = MediaTypeId{};
    if (args.media_type != "none") {
      RSM_TRY(params.media_type, resolve_media_type(service, args.media_type));
    }
  }
  if (args.from_free) params.allocation_policy = *args.from_free ? pool_policy::allocate_from_scratch : 0;
  if (args.to_free) params.deallocation_policy = *args.to_free ? pool_policy::deallocate_to_scratch : 0;
  params.max_allocates = args.max_allocations;
  return params;
}

bool says_something(wire::SetObjectParams const& p) {
  return p.name || p.description || p.media_type || p.allocation_policy || p.deallocation_policy || p.max_allocates;
}

Result<std::string> create_pool(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  wire::PoolCreateParams params;
  params.name = args.targets.front();
  params.action = PoolAction::create_new;
  if (!args.media_type.empty() && args.media_type != "none") {
    RSM_TRY(params.media_type, resolve_media_type(*service, args.media_type));
  }
  RSM_TRY(auto const made, service->pool_create(params));
  RSM_TRY(auto settings, settings_of(*service, args, made.pool));
  settings.media_type.reset();
  if (says_something(settings)) RSM_CHECK(service->object_set(settings));
  return args.common.json ? to_json(made) + "\n" : done(context, params.name, "made, " + made.pool.text());
}

Result<std::string> delete_pools(Context& context) {
  RSM_TRY(auto* service, context.with_session());
  std::string out;
  for (auto const& text : context.args().targets) {
    RSM_TRY(auto pool, resolve_pool(*service, text));
    RSM_CHECK(service->pool_delete({pool.id}));
    out += done(context, pool.path, "deleted");
  }
  return context.args().common.json ? std::string{"{}\n"} : out;
}

Result<std::string> rename_pool(Context& context) {
  auto const& targets = context.args().targets;
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto pool, resolve_pool(*service, targets[0]));
  wire::SetObjectParams params;
  params.type = ObjectType::pool;
  params.id = pool.id.guid;
  params.name = targets[1];
  RSM_CHECK(service->object_set(params));
  return done(context, pool.path, "it is called " + plain_text(targets[1]) + " now");
}

Result<std::string> set_pool(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto pool, resolve_pool(*service, args.targets.front()));
  RSM_TRY(auto const params, settings_of(*service, args, pool.id));
  if (!says_something(params)) return fail(Errc::invalid_parameter, "rsm pool set", "what is to be set? --description, --type, --from-free, --to-free or --max-allocations");
  RSM_CHECK(service->object_set(params));
  return done(context, pool.path, "changed");
}

Result<std::string> move_to_pool(Context& context) {
  auto const& args = context.args();
  if (args.pool.empty()) return fail(Errc::invalid_parameter, "--pool", "it is missing; name the pool that they go into");
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto pool, resolve_pool(*service, args.pool));
  std::string out;
  for (auto const& text : args.targets) {
    RSM_TRY(auto medium, resolve_medium(*service, text));
    wire::MoveToPoolParams const params{medium.id, pool.id};
    RSM_CHECK(args.change_type ? service->medium_change_type(params) : service->medium_move_to_pool(params));
    out += done(context, medium.name, "in pool " + plain_text(pool.path) + " now");
  }
  return args.common.json ? std::string{"{}\n"} : out;
}

Result<std::string> set_media_types(Context& context, bool takes) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto library, resolve_library(*service, args.targets.front()));
  std::string out;
  for (std::size_t i = 1; i < args.targets.size(); ++i) {
    RSM_TRY(auto const type, resolve_media_type(*service, args.targets[i]));
    wire::MediaTypeParams const params{library.id, type};
    RSM_CHECK(takes ? service->library_add_media_type(params) : service->library_remove_media_type(params));
    out += done(context, library.name, std::string{takes ? "it takes " : "it takes no "} + plain_text(args.targets[i]) + (takes ? " now" : " any more"));
  }
  return args.common.json ? std::string{"{}\n"} : out;
}
Result<std::string> add_media_types(Context& context) { return set_media_types(context, true); }
Result<std::string> remove_media_types(Context& context) { return set_media_types(context, false); }

}  // namespace

std::span<CommandRow const> pool_commands() {
  static constexpr CommandRow rows[] = {
      {"pool", "create", create_pool}, {"pool", "delete", delete_pools},           {"pool", "rename", rename_pool},
      {"pool", "set", set_pool},       {"media", "move-to-pool", move_to_pool},    {"library", "add-type", add_media_types},
      {"library", "remove-type", remove_media_types},
  };
  return rows;
}

}  // namespace rsm::cli
