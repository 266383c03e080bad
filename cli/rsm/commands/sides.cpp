// The life of sides: allocate, deallocate, complete, swap, decommission; records that are made and deleted.
#include "cli/rsm/commands/sides.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "api/client/waiting_allocation.hpp"
#include "libmgr/domain/base64.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/commands/interrupt.hpp"
#include "cli/rsm/commands/resolve.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

std::optional<std::string> unless_empty(std::string const& text) { return text.empty() ? std::nullopt : std::optional(text); }

Result<wire::AllocateParams> allocate_params(Connection& service, Arguments const& args) {
  wire::AllocateParams params;
  RSM_TRY(params.key, client::make_key());
  RSM_TRY(auto pool, resolve_pool(service, args.targets.front()));
  params.pool = pool.id;
  if (!args.side.empty()) {
    RSM_TRY(auto side, resolve_side(service, args.side));
    params.side = SideId{side.id};
  }
  if (!args.next_of.empty()) {
    RSM_TRY(auto held, resolve_logical(service, args.next_of));
    params.next_of = held.id;
  }
  if (args.whole) params.whole = true;
  if (args.error_if_unavailable) params.error_if_unavailable = true;
  params.timeout_ms = args.timeout_ms;
  params.name = unless_empty(args.name);
  params.description = args.description;
  return params;
}

Result<std::string> allocate_media(Context& context) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto params, allocate_params(*service, context.args()));
  RSM_TRY(auto given, allocate(context, std::move(params)));
  if (context.args().common.json) return to_json(given) + "\n";
  RSM_TRY(auto side, service->side_get({.id = given.side.guid, .name = {}}));
  return plain_text(given.name) + " is allocated: logical medium " + given.logical_medium.text() + ", side " + std::to_string(side.number) + " of " + plain_text(side.medium_name) + "\n";
}

// One after the other; what is done already stays done when one fails.
template <class Act>
Result<std::string> for_targets(Context& context, std::string const& done, Act act) {
  RSM_TRY(auto* service, context.with_session());
  std::string out;
  for (auto const& text : context.args().targets) {
    Result<std::string> label = act(*service, text);
    if (!label) {
      if (!out.empty()) note(out);
      return std::unexpected(std::move(label).error());
    }
    out += plain_text(*label) + ": " + done + "\n";
  }
  return context.args().common.json ? std::string{"{}\n"} : out;
}

Result<std::string> deallocate_media(Context& context) {
  return for_targets(context, "deallocated", [](Connection& service, std::string const& text) -> Result<std::string> {
    RSM_TRY(auto target, resolve_logical(service, text));
    RSM_CHECK(service.logical_medium_deallocate({target.id}));
    return target.label;
  });
}

Result<std::string> complete_media(Context& context) {
  return for_targets(context, "complete", [](Connection& service, std::string const& text) -> Result<std::string> {
    RSM_TRY(auto target, resolve_logical(service, text));
    RSM_CHECK(service.logical_medium_complete({target.id}));
    return target.label;
  });
}

Result<std::string> decommission_media(Context& context) {
  return for_targets(context, "out of service", [](Connection& service, std::string const& text) -> Result<std::string> {
    RSM_TRY(auto target, resolve_side(service, text));
    RSM_CHECK(service.side_decommission({SideId{target.id}}));
    return target.label;
  });
}

// The beginning is enough: no label is longer.
Result<std::string> beginning_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(64 * 1024, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (bytes.empty()) return fail(Errc::file_not_found, file, "it cannot be read, or it is empty");
  return bytes;
}

// "vfat:D51D3481[:NAME]"
Result<> take_file_system(std::string const& text, wire::UpdateLabelParams& params) {
  auto const first = text.find(':');
  auto const second = first == std::string::npos ? first : text.find(':', first + 1);
  std::string const serial = first == std::string::npos ? "" : text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
  std::uint32_t number = 0;
  auto const [end, error] = std::from_chars(serial.data(), serial.data() + serial.size(), number, 16);
  if (serial.empty() || error != std::errc{} || end != serial.data() + serial.size()) return fail(Errc::invalid_parameter, "--file-system " + text, "write TYPE:SERIAL or TYPE:SERIAL:NAME, the serial number in hexadecimal");
  params.file_system = text.substr(0, first);
  params.serial_number = number;
  if (second != std::string::npos) params.volume_name = text.substr(second + 1);
  return {};
}

Result<std::string> label_media(Context& context) {
  auto const& args = context.args();
  if (args.first_bytes.empty() == args.file_system.empty()) return fail(Errc::invalid_parameter, "rsm media label", "say what was written: --first-bytes FILE, or --file-system TYPE:SERIAL[:NAME]");
  wire::UpdateLabelParams params;
  if (!args.file_system.empty()) RSM_CHECK(take_file_system(args.file_system, params));
  if (!args.first_bytes.empty()) {
    RSM_TRY(auto const bytes, beginning_of(args.first_bytes));
    params.first_bytes = base64(bytes);
  }
  return for_targets(context, "its label is recorded", [&params](Connection& service, std::string const& text) -> Result<std::string> {
    RSM_TRY(auto target, resolve_logical(service, text));
    params.id = target.id;
    RSM_CHECK(service.logical_medium_update_label(params));
    return target.label;
  });
}

Result<std::string> free_media(Context& context) {
  std::optional<DriveId> drive;
  RSM_TRY(auto* service, context.with_session());
  if (!context.args().drives.empty()) {
    RSM_TRY(auto const info, resolve_drive(*service, context.args().drives.back()));
    drive = info.id;
  }
  return for_targets(context, "in the free pool; its label is written when there is a drive", [drive](Connection& its, std::string const& text) -> Result<std::string> {
    RSM_TRY(auto const medium, resolve_medium(its, text));
    RSM_CHECK(free_medium(its, medium, drive));
    return medium.name;
  });
}

Result<std::string> delete_media(Context& context) {
  return for_targets(context, "its record is deleted", [](Connection& service, std::string const& text) -> Result<std::string> {
    RSM_TRY(auto medium, resolve_medium(service, text));
    RSM_CHECK(service.medium_delete({medium.id}));
    return medium.name;
  });
}

Result<std::string> swap_media(Context& context) {
  auto const& targets = context.args().targets;
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto one, resolve_logical(*service, targets[0]));
  RSM_TRY(auto other, resolve_logical(*service, targets[1]));
  RSM_TRY(auto const key, client::make_key());
  RSM_CHECK(service->logical_medium_swap({.key = key, .one = one.id, .other = other.id}));
  if (context.args().common.json) return std::string{"{}\n"};
  return plain_text(one.label) + " and " + plain_text(other.label) + " have exchanged their sides\n";
}

// "EXT4:3e6be9de-...[:text]"
Result<wire::NewSideInfo> new_side(std::string const& label, SideState state) {
  auto const first = label.find(':');
  if (first == std::string::npos) return fail(Errc::invalid_parameter, "--label " + label, "write TYPE:ID, or TYPE:ID:TEXT");
  auto const second = label.find(':', first + 1);
  wire::NewSideInfo side;
  side.state = state;
  side.label_type = label.substr(0, first);
  side.label_id = base64(label.substr(first + 1, second == std::string::npos ? second : second - first - 1));
  if (second != std::string::npos) side.label_info = label.substr(second + 1);
  return side;
}

Result<std::string> create_media(Context& context) {
  auto const& args = context.args();
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto pool, resolve_pool(*service, args.targets.front()));
  auto const state = args.state.empty() ? std::optional(pool.type == PoolType::import ? SideState::import : SideState::available) : parse_word<SideState>(args.state);
  if (!state) return fail(Errc::invalid_parameter, "--state " + args.state, "write available, import, allocated, complete, decommissioned …");
  wire::CreateMediumParams params;
  params.pool = pool.id;
  params.name = unless_empty(args.name);
  params.description = args.description;
  params.barcode = unless_empty(args.barcode);
  for (auto const& label : args.labels) {
    RSM_TRY(auto side, new_side(label, *state));
    params.sides.push_back(std::move(side));
  }
  if (args.error_if_duplicate) params.error_on_duplicate = true;
  RSM_TRY(auto made, service->medium_create(params));
  return args.common.json ? to_json(made) + "\n" : plain_text(made.name) + " is made, in pool " + plain_text(made.pool_name) + ", offline\n";
}

// Ctrl-C: who asked has gone, so nothing waits for them any more, and what was given in the same moment is given back.
Result<wire::AllocateReply> allocate_for_somebody(Connection& service, wire::AllocateParams const& params) {
  std::optional<Result<wire::Empty>> given_up;
  std::optional<Result<wire::AllocateReply>> given;
  {
    Interrupt const interrupt([&] { given_up = service.logical_medium_give_up({params.key}); });
    given = client::allocate_and_wait(service, params);
  }
  if (!given_up || !*given) return std::move(*given);
  std::string const id = (*given)->logical_medium.text();
  if (*given_up) return fail(Errc::cancelled, "logical medium " + id, "it was given and is given back");
  return fail(given_up->error().code, "logical medium " + id, "it is allocated and could not be given back (rsm media deallocate " + id + "): " + given_up->error().sentence());
}

}  // namespace

Result<PoolId> free_pool_of(Connection& service, wire::MediumInfo const& medium) {
  RSM_TRY(auto const container, resolve_pool(service, "Free"));
  RSM_TRY(auto const pools, collect(service, &Connection::pool_list, wire::ListParams{.container = container.id.guid, .cursor = {}, .limit = {}}));
  auto const free = std::ranges::find(pools.items, medium.media_type, &wire::PoolInfo::media_type);
  if (free == pools.items.end()) return fail(Errc::invalid_media_pool, medium.name, "its media type has no free pool");
  return free->id;
}

Result<> free_medium(Connection& service, wire::MediumInfo const& medium, std::optional<DriveId> drive) {
  RSM_TRY(auto const pool, free_pool_of(service, medium));
  RSM_CHECK(service.medium_move_to_pool({.medium = medium.id, .pool = pool, .drive = drive}));
  return {};
}

Result<wire::AllocateReply> allocate(Context& context, wire::AllocateParams params) {
  RSM_TRY(auto* service, context.with_session());
  bool const waits = !params.error_if_unavailable.value_or(false) && params.timeout_ms != 0;
  if (waits && !context.args().common.json && context.live()) note("If nothing can be allocated an operator is asked for media, and this waits.\n");
  return allocate_for_somebody(*service, params);
}

std::span<CommandRow const> side_commands() {
  static constexpr CommandRow rows[] = {
      {"media", "allocate", allocate_media}, {"media", "deallocate", deallocate_media},     {"media", "complete", complete_media}, {"media", "swap", swap_media},
      {"media", "decommission", decommission_media}, {"media", "create", create_media}, {"media", "free", free_media}, {"media", "label", label_media}, {"media", "delete", delete_media},
  };
  return rows;
}

}  // namespace rsm::cli
