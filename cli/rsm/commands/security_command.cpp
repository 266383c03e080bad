// rsm security show and set: who may do what with pools, libraries and the computer.
#include <span>

#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/view/security.hpp"
#include "libmgr/domain/base64.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

struct GuardedObject {
  ObjectType type = ObjectType::computer;
  Guid id{};
  std::string name;
};

Result<GuardedObject> root_of_the_pools(Connection& service) {
  wire::EnumerateParams params;
  params.type = ObjectType::pool;
  params.root_pool = true;
  RSM_TRY(auto const pools, service.object_enumerate(params));
  if (pools.ids.empty()) return fail(Errc::object_not_found, "the root of the pools", "the service does not tell it");
  return GuardedObject{ObjectType::pool, pools.ids.front(), "the root of the pools"};
}

// KIND [NAME], as typed.
Result<GuardedObject> resolve_guarded(Connection& service, std::vector<std::string> const& words) {
  auto const& kind = words.front();
  bool const named = words.size() > 1;
  if (kind == "computer" && !named) return GuardedObject{ObjectType::computer, {}, "the computer"};
  if (kind == "root" && !named) return root_of_the_pools(service);
  if (kind == "pool" && named) {
    RSM_TRY(auto const pool, resolve_pool(service, words[1]));
    return GuardedObject{ObjectType::pool, pool.id.guid, "pool " + pool.path};
  }
  if (kind == "library" && named) {
    RSM_TRY(auto const library, resolve_library(service, words[1]));
    return GuardedObject{ObjectType::library, library.id.guid, "library " + library.name};
  }
  return fail(Errc::invalid_parameter, "\"" + plain_text(kind) + "\"", "expected: computer, root, pool POOL or library LIBRARY");
}

Result<security::Descriptor> security_of(Connection& service, GuardedObject const& object) {
  RSM_TRY(auto const reply, service.security_get({object.type, object.id, security::owner_part | security::group_part | security::access_part}));
  auto const bytes = from_base64(reply.descriptor);
  if (!bytes) return fail(Errc::not_connected, "security.get", "the answer cannot be read");
  return security::decode(std::as_bytes(std::span(*bytes)));
}

Result<std::string> show_security(Context& context) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const object, resolve_guarded(*service, context.args().targets));
  RSM_TRY(auto const descriptor, security_of(*service, object));
  return context.args().common.json ? security_json(descriptor) : security_table(descriptor, context.screen());
}

// The descriptor as it shall be; which parts of it are others now, in `parts`.
Result<security::Descriptor> changed_security(security::Descriptor now, Arguments const& args, std::uint32_t& parts) {
  if (!args.owner.empty()) {
    RSM_TRY(now.owner, parse_subject(args.owner));
    parts |= security::owner_part;
  }
  bool const list = !args.allowed.empty() || !args.denied.empty() || !args.removed.empty();
  if (!list) return now;
  parts |= security::access_part;
  if (!now.access) now.access = security::AccessList{{security::EntryType::allow, 0, security::all_access, security::everyone()}};
  for (auto const& text : args.removed) {
    RSM_TRY(auto const gone, parse_subject(text));
    std::erase_if(*now.access, [&](security::Entry const& entry) { return entry.who == gone; });
  }
  std::uint8_t const flags = args.for_new_pools ? security::container_inherit : 0;
  auto const add = [&](std::vector<std::string> const& texts, security::EntryType type) -> Result<> {
    for (auto const& text : texts) {
      RSM_TRY(auto entry, parse_entry(text, type));
      entry.flags = flags;
      put_entry(*now.access, std::move(entry));
    }
    return {};
  };
  RSM_CHECK(add(args.allowed, security::EntryType::allow));
  RSM_CHECK(add(args.denied, security::EntryType::deny));
  return now;
}

Result<std::string> set_security(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto const object, resolve_guarded(*service, args.targets));
  RSM_TRY(auto now, security_of(*service, object));
  std::uint32_t parts = 0;
  RSM_TRY(auto const wanted, changed_security(std::move(now), args, parts));
  if (parts == 0) return fail(Errc::invalid_parameter, "rsm security set", "what is to be set? --allow, --deny, --remove or --owner");
  auto const bytes = security::encode(wanted, parts);
  RSM_CHECK(service->security_set({object.type, object.id, parts, base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()})}));
  return args.common.json ? std::string{"{}\n"} : plain_text(object.name) + ": its security was changed\n";
}

}  // namespace

std::span<CommandRow const> security_commands() {
  static constexpr CommandRow rows[] = {{"security", "show", show_security}, {"security", "set", set_security}};
  return rows;
}

}  // namespace rsm::cli
