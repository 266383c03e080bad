// The classic verbs at work, on the same functions as the other commands.
#include <algorithm>
#include <array>

#include "cli/rsm/arguments/suggest.hpp"
#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/classic/eject_batch.hpp"
#include "cli/rsm/classic/erase.hpp"
#include "cli/rsm/classic/objects.hpp"
#include "cli/rsm/classic/verbs.hpp"
#include "cli/rsm/classic/view.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/commands/sides.hpp"
#include "cli/rsm/commands/work.hpp"
#include "cli/rsm/exit_code.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using client::Connection;

constexpr char const* success = "The command completed successfully.\n";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::unexpected<Error> bad_value(std::string const& shown, std::string const& value, std::string const& values) {
  return fail(Errc::invalid_parameter, shown + value, "write one of " + values);
}

// ---- mount

Result<> take_option(std::string const& value, MountOrder& order, bool& specific) {
  std::string const option = lower(value);
  if (option == "read")
    order.read = true;
  else if (option == "write")
    order.write = true;
  else if (option == "drive")
    specific = true;
  else if (option == "errunavail")
    order.error_if_unavailable = true;
  else if (option == "offline")
    order.error_if_offline = true;
  else
    return bad_value("/o", value, "read, write, drive, errunavail, offline");
  return {};
}

Result<MountOrder> classic_order(Connection& service, ClassicCommand const& command) {
  MountOrder order;
  bool specific = false;
  for (auto const& value : command.values("o")) RSM_CHECK(take_option(value, order, specific));
  if (!order.read && !order.write) order.read = true;
  if (command.has("r")) {
    order.priority = parse_priority(lower(command.value("r")));
    if (!order.priority) return bad_value("/r", command.value("r"), "highest, high, normal, low, lowest");
  }
  if (command.has("t")) {
    order.timeout_ms = parse_count(command.value("t"));
    if (!order.timeout_ms) return fail(Errc::invalid_parameter, "/t" + command.value("t"), "write milliseconds");
  }
  auto const drive = named(command, 'd');
  if (specific && !drive) return fail(Errc::invalid_parameter, "/odrive", "name the drive with /dg or /df");
  RSM_TRY(auto target, classic_media(service, command));
  order.media.push_back(std::move(target));
  if (drive) {
    RSM_TRY(auto id, classic_object(service, "drive", *drive, Errc::invalid_drive));
    order.drives.push_back(DriveId{id});
  }
  return order;
}

Result<std::string> classic_mount(Context& context, ClassicCommand const& command) {
  RSM_TRY(auto* service, context.service());
  RSM_TRY(auto const order, classic_order(*service, command));
  RSM_TRY(auto const mounted, mount(context, order));
  if (command.common.json) return to_json(mounted.drives) + "\n";
  std::string out;
  for (auto const& d : mounted.drives) out += plain_text(d.name) + "\n" + d.id.text() + "\n" + plain_text(d.device) + "\n";
  return out;
}

// ---- erase

Result<std::string> classic_erase(Context& context, ClassicCommand const& command) {
  if (!named(command, 'p')) return fail(Errc::invalid_parameter, "erase", "name the side with /pg or /pf");
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto order, classic_order(*service, command));
  order.write = true;
  RSM_CHECK(erase(context, order));
  return command.has("b") ? std::string() : success;
}

// ---- allocate, deallocate

Result<> take_option(std::string const& value, wire::AllocateParams& params, bool& next) {
  std::string const option = lower(value);
  if (option == "errunavail")
    params.error_if_unavailable = true;
  else if (option == "new")
    params.whole = true;
  else if (option == "next")
    next = true;
  else
    return bad_value("/o", value, "errunavail, new, next");
  return {};
}

// Pools are named exactly, with case, by their full name.
Result<PoolId> classic_pool(Connection& service, std::string const& name) {
  RSM_TRY(auto id, classic_object(service, "media_pool", {std::nullopt, name.starts_with('\\') ? name.substr(1) : name}, Errc::invalid_media_pool));
  return PoolId{id};
}

Result<wire::AllocateParams> classic_allocation(Connection& service, ClassicCommand const& command) {
  if (!command.has("m")) return fail(Errc::invalid_parameter, "allocate", "name the pool with /m");
  wire::AllocateParams params;
  bool next = false;
  for (auto const& value : command.values("o")) RSM_CHECK(take_option(value, params, next));
  auto const held = named(command, 'l'), side = named(command, 'p');
  if (next != held.has_value()) return fail(Errc::invalid_parameter, "/l", "goes with /onext: what you have of the cartridge");
  RSM_TRY(params.key, client::make_key());
  RSM_TRY(params.pool, classic_pool(service, command.value("m")));
  if (held) {
    RSM_TRY(auto id, classic_object(service, "logical_media", *held, Errc::invalid_media));
    params.next_of = LogicalMediumId{id};
  } else if (side) {
    RSM_TRY(auto target, classic_media(service, command));
    params.side = SideId{target.id};
  }
  if (command.has("t")) {
    params.timeout_ms = parse_count(command.value("t"));
    if (!params.timeout_ms) return fail(Errc::invalid_parameter, "/t" + command.value("t"), "write milliseconds");
  }
  if (command.has("ln")) params.name = command.value("ln");
  if (command.has("ld")) params.description = command.value("ld");
  return params;
}

// /pn and /pd: what the side is called from now on.
Result<> call_side(Connection& service, ClassicCommand const& command, SideId side) {
  if (!command.has("pn") && !command.has("pd")) return {};
  wire::SetObjectParams params;
  params.type = ObjectType::side;
  params.id = side.guid;
  if (command.has("pn")) params.name = command.value("pn");
  if (command.has("pd")) params.description = command.value("pd");
  RSM_CHECK(service.object_set(params));
  return {};
}

Result<std::string> classic_allocate(Context& context, ClassicCommand const& command) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto params, classic_allocation(*service, command));
  RSM_TRY(auto const given, allocate(context, std::move(params)));
  // It is allocated, whatever its side is called: its id is told in any case.
  if (auto const called = call_side(*service, command, given.side); !called) {
    note("rsm: allocate: " + plain_text(called.error().text()) + "; it is allocated, but its side was not named\n");
    context.exit_with(exit_code_of(called.error().code, command.common.win32_exit));
  }
  if (command.common.json) return to_json(std::vector{given}) + "\n";
  if (command.has("b")) return given.logical_medium.text() + "\n";
  RSM_TRY(auto side, service->side_get({.id = given.side.guid, .name = {}}));
  return "Logical media: " + plain_text(given.name) + " {" + given.logical_medium.text() + "}\nPartition: " +
         plain_text(side.name.value_or(side_name(side.medium_name, side.id, side.number))) + " {" + given.side.text() + "}\n" + success;
}

Result<std::string> classic_deallocate(Context& context, ClassicCommand const& command) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto target, classic_logical(*service, command));
  RSM_CHECK(service->logical_medium_deallocate({target.id}));
  return success;
}

// ---- what only queues

// Success when it is queued; with --wait when it is done.
Result<std::string> queued(Context& context, Followed const& request, std::int64_t cursor, std::optional<WaitFor> const& wait,
                           std::string const& text) {
  if (!wait) return text;
  RSM_TRY(auto infos, follow(context, {request}, cursor, wait->limit_ms, OnInterrupt::leave_requests));
  RSM_CHECK(outcome(infos.front(), request.label));
  return text;
}

Result<std::string> classic_dismount(Context& context, ClassicCommand const& command) {
  std::string const option = lower(command.value("o"));
  if (!option.empty() && option != "deferred") return bad_value("/o", command.value("o"), "deferred, or nothing behind /o");
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto target, classic_media(*service, command));
  wire::DismountParams params;
  RSM_TRY(params.key, client::make_key());
  params.media.push_back(target.id);
  if (option == "deferred") params.deferred = true;
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto reply, service->dismount_submit(params));
  if (reply.requests.empty()) return fail(Errc::bad_format, "dismount.submit", "the service answered without a request");
  return queued(context, {reply.requests.front(), target.label}, cursor, command.wait, success);
}

// /lf"NAME" alone: what is in the drive of a stand-alone library.
Result<MediumId> medium_of_standalone(Connection& service, Guid const& library) {
  RSM_TRY(auto drives, collect(service, &Connection::drive_list, wire::ListParams{.container = library, .cursor = {}, .limit = {}}));
  if (drives.items.size() == 1) return medium_in_drive(service, drives.items.front().id.guid);
  return fail(Errc::invalid_parameter, "/l", "this library has several drives: name a slot (/sg, /sf), a drive (/dg, /df) or a medium (/pg, /pf)");
}

Result<Guid> drive_of_library(Connection& service, ClassicName const& wanted, std::optional<Guid> library) {
  if (wanted.guid) return *wanted.guid;
  RSM_TRY(auto drives, collect(service, &Connection::drive_list, wire::ListParams{.container = library, .cursor = {}, .limit = {}}));
  for (auto const& d : drives.items)
    if (d.name == wanted.name) return d.id.guid;
  return fail(Errc::invalid_drive, "drive '" + wanted.name + "'", "'rsm view /tdrive' shows the drives");
}

Result<MediumId> medium_to_eject(Connection& service, ClassicCommand const& command) {
  if (auto const medium = named(command, 'p')) {
    RSM_TRY(auto id, classic_object(service, "physical_media", *medium, Errc::invalid_media));
    return MediumId{id};
  }
  std::optional<Guid> library;
  if (auto const wanted = named(command, 'l')) {
    RSM_TRY(library, classic_object(service, "library", *wanted, Errc::invalid_library));
  }
  if (auto const wanted = named(command, 's')) {
    RSM_TRY(auto slot, classic_slot(service, *wanted, library));
    return medium_in_slot(service, slot);
  }
  if (auto const wanted = named(command, 'd')) {
    RSM_TRY(auto drive, drive_of_library(service, *wanted, library));
    return medium_in_drive(service, drive);
  }
  if (library) return medium_of_standalone(service, *library);
  return fail(Errc::invalid_parameter, "eject", "name what to eject: /pg or /pf (medium), /sg (slot), /dg (drive), or /lf (stand-alone library)");
}

// ---- eject: what /aqueue collects is kept from one run to the next (eject_batch.hpp)

bool names_something(ClassicCommand const& command) { return named(command, 'p') || named(command, 's') || named(command, 'd') || named(command, 'l'); }

Result<std::string> queue_eject(Connection& service, ClassicCommand const& command) {
  RSM_TRY(auto const medium, medium_to_eject(service, command));
  RSM_TRY(auto batch, EjectBatch::of(service.socket()));
  auto media = batch.media();
  if (std::ranges::find(media, medium) != media.end()) return success;
  media.push_back(medium);
  RSM_TRY(auto const key, client::make_key());
  RSM_CHECK(service.medium_eject_batch({.key = key, .media = media, .force = {}, .check = true}));  // whether they could go together
  RSM_CHECK(batch.keep(std::move(media)));
  return success;
}

Result<std::string> stop_eject(Connection& service, ClassicCommand const& command) {
  auto const operation = Guid::parse(command.value("o"));
  if (!operation) return fail(Errc::invalid_parameter, "/o" + command.value("o"), "/astop needs the operation that eject has given: /oGUID");
  RSM_CHECK(service.medium_eject_stop({RequestId{*operation}}));
  return success;
}

// One medium, or all that was collected; the operation is the first of the requests.
Result<std::vector<Followed>> start_eject(Connection& service, ClassicCommand const& command) {
  RSM_TRY(auto const key, client::make_key());
  if (names_something(command)) {
    RSM_TRY(auto medium, medium_to_eject(service, command));
    RSM_TRY(auto reply, service.medium_eject({.key = key, .medium = medium, .force = {}}));
    return std::vector<Followed>{{reply.request, "eject"}};
  }
  if (!command.has("a")) return fail(Errc::invalid_parameter, "eject", "name what to eject: /pg or /pf (medium), /sg (slot), /dg (drive), or /lf (stand-alone library)");
  RSM_TRY(auto batch, EjectBatch::of(service.socket()));
  if (batch.media().empty()) return fail(Errc::invalid_operation, "/astart", "nothing has been collected with /aqueue");
  RSM_TRY(auto reply, service.medium_eject_batch({.key = key, .media = batch.media(), .force = {}, .check = {}}));
  RSM_CHECK(batch.keep({}));
  std::vector<Followed> requests;
  for (auto const& request : reply.requests) requests.push_back({request, "eject"});
  return requests;
}

Result<std::string> classic_eject(Context& context, ClassicCommand const& command) {
  std::string const action = lower(command.value("a"));
  if (!action.empty() && action != "start" && action != "queue" && action != "stop") return bad_value("/a", command.value("a"), "start, stop, queue");
  if (command.has("o") && action != "stop") return fail(Errc::invalid_parameter, "/o", "it names the operation that /astop ends");
  RSM_TRY(auto* service, context.with_session());
  if (action == "queue") return queue_eject(*service, command);
  if (action == "stop") return stop_eject(*service, command);
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto const requests, start_eject(*service, command));
  if (requests.empty()) return fail(Errc::bad_format, "eject", "the service answered without a request");
  std::string const text = command.has("b") ? requests.front().request.text() + "\n" : success;
  if (!command.wait) return text;
  RSM_TRY(auto infos, follow(context, requests, cursor, command.wait->limit_ms, OnInterrupt::leave_requests));
  for (auto const& info : infos) RSM_CHECK(outcome(info, "eject"));
  return text;
}

// ---- ui

Result<std::string> classic_ui(Context& context, ClassicCommand const& command) {
  static constexpr auto kinds = std::to_array<std::pair<std::string_view, MessageKind>>({{"info", MessageKind::info}, {"req", MessageKind::request}, {"err", MessageKind::error}});
  static constexpr auto actions =
      std::to_array<std::pair<std::string_view, DestinationAction>>({{"add", DestinationAction::add}, {"delete", DestinationAction::remove}, {"deleteall", DestinationAction::remove_all}});
  auto const first = [](auto const& pair) { return pair.first; };
  auto const kind = std::ranges::find(kinds, lower(command.value("t")), first);
  if (kind == kinds.end()) return bad_value("/t", command.value("t"), "info, req, err");
  auto const action = std::ranges::find(actions, lower(command.value("a")), first);
  if (action == actions.end()) return bad_value("/a", command.value("a"), "add, delete, deleteall");
  if (command.has("d") && action->second == DestinationAction::remove_all) return fail(Errc::invalid_parameter, "/d", "deleteall takes all of them away");
  RSM_TRY(auto* service, context.with_session());
  wire::SetDestinationsParams params;
  params.kind = kind->second;
  params.action = action->second;
  if (command.has("d")) params.destination = command.value("d");
  if (auto const library = named(command, 'l')) {
    RSM_TRY(params.object, classic_object(*service, "library", *library, Errc::invalid_library));
  } else {
    RSM_TRY(auto const page, service->computer_list({}));
    if (page.items.empty()) return fail(Errc::bad_format, "computer.list", "the service shows no computer");
    params.object = page.items.front().id.guid;
  }
  RSM_CHECK(service->ui_set(params));
  return success;
}

Result<std::string> classic_inventory(Context& context, ClassicCommand const& command) {
  static constexpr auto names = std::to_array<std::pair<std::string_view, wire::InventoryAction>>(
      {{"full", wire::InventoryAction::omid},
       {"fast", wire::InventoryAction::fast},
       {"default", wire::InventoryAction::default_method},
       {"stop", wire::InventoryAction::stop}});
  std::string const action = lower(command.value("a"));
  auto const chosen = std::ranges::find(names, action, [](auto const& n) { return n.first; });
  if (chosen == names.end()) return bad_value("/a", command.value("a"), "full, fast, default, stop");
  auto const wanted = named(command, 'l');
  if (!wanted) return fail(Errc::invalid_parameter, "inventory", "name the library with /lg or /lf");
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto library, classic_object(*service, "library", *wanted, Errc::invalid_library));
  RSM_TRY(auto const key, client::make_key());
  RSM_TRY(auto const cursor, newest_event(*service));
  RSM_TRY(auto reply, service->library_inventory({.key = key, .library = LibraryId{library}, .action = chosen->second}));
  if (reply.request.is_zero()) return success;
  return queued(context, {reply.request, "inventory"}, cursor, command.wait, success);
}

// ---- refresh

// Every stand-alone library: they have the drives that take a medium from a person's hand.
Result<std::vector<Guid>> standalone_libraries(Connection& service) {
  RSM_TRY(auto all, collect(service, &Connection::library_list, wire::ListParams{}));
  std::vector<Guid> ids;
  for (auto const& l : all.items)
    if (l.library_type == LibraryType::standalone) ids.push_back(l.id.guid);
  return ids;
}

Result<bool> takes_type(Connection& service, Guid const& library, Guid const& type) {
  RSM_TRY(auto types, collect(service, &Connection::media_type_list, wire::ListParams{.container = library, .cursor = {}, .limit = {}}));
  return std::ranges::any_of(types.items, [&](auto const& t) { return t.id.guid == type; });
}

Result<std::vector<Guid>> libraries_to_refresh(Connection& service, ClassicCommand const& command) {
  if (auto const wanted = named(command, 'l')) {
    RSM_TRY(auto library, classic_object(service, "library", *wanted, Errc::invalid_library));
    return std::vector{library};
  }
  if (auto const wanted = named(command, 'p')) {
    RSM_TRY(auto id, classic_object(service, "physical_media", *wanted, Errc::invalid_media));
    RSM_TRY(auto medium, service.medium_get({.id = id, .name = {}}));
    return std::vector{medium.library.guid};
  }
  auto const wanted = named(command, 't');
  if (!wanted) return fail(Errc::invalid_parameter, "refresh", "name what to look at: /lg or /lf, /pg or /pf, /tg or /tf");
  RSM_TRY(auto type, classic_object(service, "media_type", *wanted, Errc::object_not_found));
  RSM_TRY(auto candidates, standalone_libraries(service));
  std::vector<Guid> out;
  for (auto const& id : candidates) {
    RSM_TRY(bool const takes, takes_type(service, id, type));
    if (takes) out.push_back(id);
  }
  return out;
}

// Waits always: scripts go on when the media are identified.
Result<std::string> classic_refresh(Context& context, ClassicCommand const& command) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto libraries, libraries_to_refresh(*service, command));
  RSM_TRY(auto const cursor, newest_event(*service));
  std::vector<Followed> requests;
  for (auto const& library : libraries) {
    RSM_TRY(auto const key, client::make_key());
    RSM_TRY(auto reply, service->library_inventory({.key = key, .library = LibraryId{library}, .action = wire::InventoryAction::fast}));
    requests.push_back({reply.request, "refresh"});
  }
  if (requests.empty()) return success;
  auto const limit = command.wait ? command.wait->limit_ms : std::nullopt;
  RSM_TRY(auto infos, follow(context, requests, cursor, limit, OnInterrupt::leave_requests));
  for (auto const& info : infos) RSM_CHECK(outcome(info, "refresh"));
  return success;
}

// ---- pools and names

// By the full name, compared exactly: the command line does, the service does not.
Result<wire::PoolInfo> classic_pool(Connection& service, ClassicCommand const& command) {
  if (!command.has("m")) return fail(Errc::invalid_parameter, command.verb, "name the pool: /m\"POOL\"");
  std::string const path = command.value("m");
  auto pool = service.pool_get({.id = {}, .name = path});
  bool const unknown = !pool && pool.error().code == Errc::object_not_found;
  bool const other_letters = pool && pool->path != (path.starts_with('\\') ? path.substr(1) : path);
  if (unknown || other_letters) return fail(Errc::invalid_media_pool, "pool '" + path + "'", "names are compared exactly, with case; 'rsm pool list' shows them");
  return pool;
}

Result<std::string> classic_createpool(Context& context, ClassicCommand const& command) {
  static constexpr auto names = std::to_array<std::pair<std::string_view, PoolAction>>(
      {{"existing", PoolAction::open_existing}, {"always", PoolAction::open_always}, {"new", PoolAction::create_new}});
  std::string const action = lower(command.value("a"));
  auto const chosen = std::ranges::find(names, action, [](auto const& n) { return n.first; });
  if (chosen == names.end()) return bad_value("/a", command.value("a"), "existing, always, new");
  if (!command.has("m")) return fail(Errc::invalid_parameter, command.verb, "name the pool: /m\"POOL\"");
  RSM_TRY(auto* service, context.with_session());
  wire::PoolCreateParams params;
  params.name = command.value("m");
  params.action = chosen->second;
  if (auto const type = named(command, 't')) {
    RSM_TRY(auto id, classic_object(*service, "media_type", *type, Errc::invalid_media));
    params.media_type = MediaTypeId{id};
  }
  RSM_TRY(auto const made, service->pool_create(params));
  if (!command.has("d") && !command.has("r")) return success;
  wire::SetObjectParams policies;
  policies.type = ObjectType::pool;
  policies.id = made.pool.guid;
  if (command.has("d")) policies.allocation_policy = pool_policy::allocate_from_scratch;
  if (command.has("r")) policies.deallocation_policy = pool_policy::deallocate_to_scratch;
  RSM_CHECK(service->object_set(policies));
  return success;
}

Result<std::string> classic_deletepool(Context& context, ClassicCommand const& command) {
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto const pool, classic_pool(*service, command));
  RSM_CHECK(service->pool_delete({pool.id}));
  return success;
}

struct Renamed {
  ObjectType type = ObjectType::unknown;
  Guid id;
};

// The object that the switches name: exactly one.
Result<Renamed> object_to_rename(Connection& service, ClassicCommand const& command) {
  struct Letter {
    char letter;
    std::string_view view;
    ObjectType type;
    Errc missing;
  };
  static constexpr auto letters = std::to_array<Letter>({{'l', "logical_media", ObjectType::logical_medium, Errc::invalid_media},
                                                         {'p', "partition", ObjectType::side, Errc::invalid_media},
                                                         {'s', "storageslot", ObjectType::slot, Errc::object_not_found},
                                                         {'d', "drive", ObjectType::drive, Errc::invalid_drive},
                                                         {'c', "changer", ObjectType::changer, Errc::object_not_found},
                                                         {'t', "media_type", ObjectType::media_type, Errc::invalid_media}});
  std::vector<Renamed> found;
  for (auto const& each : letters)
    if (auto const wanted = named(command, each.letter)) {
      RSM_TRY(auto id, classic_object(service, each.view, *wanted, each.missing));
      found.push_back({each.type, id});
    }
  if (command.has("m")) {
    RSM_TRY(auto pool, classic_pool(service, command));
    found.push_back({ObjectType::pool, pool.id.guid});
  }
  if (auto const any = named(command, 'o')) {
    RSM_TRY(auto type, service.object_type({*any->guid}));
    found.push_back({type.type, *any->guid});
  }
  if (found.size() == 1) return found.front();
  return fail(Errc::invalid_parameter, command.verb, "name one object: /l, /p, /s, /d, /c or /t with g or f behind it, /m\"POOL\", or /og");
}

Result<std::string> classic_rename(Context& context, ClassicCommand const& command) {
  if (!command.has("n") && !command.has("x")) return fail(Errc::invalid_parameter, command.verb, "how is it to be called? /nNEWNAME, /xDESCRIPTION");
  RSM_TRY(auto* service, context.with_session());
  RSM_TRY(auto const object, object_to_rename(*service, command));
  wire::SetObjectParams params;
  params.type = object.type;
  params.id = object.id;
  if (command.has("n")) params.name = command.value("n");
  if (command.has("x")) params.description = command.value("x");
  RSM_CHECK(service->object_set(params));
  return success;
}

// ---- view

Result<std::optional<Guid>> container_of(Connection& service, ClassicCommand const& command) {
  auto const wanted = named(command, 'c');
  if (!wanted) return std::nullopt;
  if (wanted->guid) return *wanted->guid;
  auto library = classic_object(service, "library", *wanted, Errc::object_not_found);
  if (library) return *library;
  RSM_TRY(auto pool, classic_object(service, "media_pool", *wanted, Errc::object_not_found));
  return pool;
}

Result<std::string> classic_view(Context& context, ClassicCommand const& command) {
  std::string const word = command.has("t") ? lower(command.value("t")) : "library";
  auto const* type = view_type(word);
  if (type == nullptr) {
    auto const words = view_type_words();
    std::string all;
    for (auto w : words) all += (all.empty() ? "" : ", ") + std::string{w};
    return fail(Errc::invalid_parameter, "/t" + word, "write one of " + all + did_you_mean(word, words));
  }
  RSM_TRY(auto* service, word == "ui" ? context.with_session() : context.service());
  RSM_TRY(auto container, container_of(*service, command));
  RSM_TRY(auto items, view_items(*service, *type, container));
  if (command.common.json) {
    std::vector<std::string> objects;
    for (auto const& item : items) objects.push_back(item.json);
    return json_array(objects) + "\n";
  }
  bool const bare = command.has("b"), guids = command.has("guiddisplay");
  std::string out;
  if (!bare) out += "The " + std::to_string(items.size()) + " " + std::string{type->heading} + " objects are:\n\n";
  for (auto const& item : items) out += (!guids ? plain_text(item.name) : bare ? bare_guid(item.id) : bare_guid(item.id) + "\t" + plain_text(item.name)) + "\n";
  if (!bare) out += std::string{"\n"} + success;
  return out;
}

Result<std::string> classic_ejectatapi(Context&, ClassicCommand const& command) {
  if (!parse_count(command.value("n"))) return fail(Errc::invalid_parameter, "/n" + command.value("n"), "write the number of the changer: /n0");
  return fail(Errc::not_supported, "changer " + command.value("n"), "ATAPI changers are not supported");
}

// ---- freemedia

// What a slot holds, and the drive that is to write the label.
Result<std::string> free_what_a_slot_holds(Connection& service, ClassicCommand const& command, ClassicName const& slot_name) {
  auto const drive_name = named(command, 'd');
  if (!drive_name) return fail(Errc::invalid_parameter, "/s", "in which drive is the label written? give /dg or /df, too");
  RSM_TRY(auto const drive, drive_of_library(service, *drive_name, std::nullopt));
  RSM_TRY(auto const info, service.drive_get({.id = drive, .name = {}}));
  RSM_TRY(auto const slot, classic_slot(service, slot_name, info.library.guid));
  RSM_TRY(auto const id, medium_in_slot(service, slot));
  RSM_TRY(auto const medium, service.medium_get({.id = id.guid, .name = {}}));
  RSM_CHECK(free_medium(service, medium, DriveId{drive}));
  return success;
}

Result<std::string> classic_freemedia(Context& context, ClassicCommand const& command) {
  RSM_TRY(auto* service, context.with_session());
  if (auto const slot = named(command, 's')) return free_what_a_slot_holds(*service, command, *slot);
  if (command.has("dg") || command.has("df")) return fail(Errc::invalid_parameter, "/d", "goes with /s: the medium in the slot");
  RSM_TRY(auto const target, classic_media(*service, command));
  SideId side_id{target.id};
  if (named(command, 'l')) {
    RSM_TRY(auto const logical, service->logical_medium_get({.id = target.id, .name = {}}));
    side_id = logical.side;
  }
  RSM_TRY(auto const side, service->side_get({.id = side_id.guid, .name = {}}));
  RSM_TRY(auto const medium, service->medium_get({.id = side.medium.guid, .name = {}}));
  RSM_CHECK(free_pool_of(*service, medium));  // before anything is given back
  bool const somebodys = side.state == SideState::allocated || side.state == SideState::complete;
  if (somebodys) RSM_CHECK(service->logical_medium_deallocate({side.logical_medium}));
  if (auto freed = free_medium(*service, medium, std::nullopt); !freed)
    return std::unexpected(Error{freed.error().code, freed.error().object, (somebodys ? "the side was given back, but its cartridge is not free: " : "") + freed.error().detail});
  return success;
}

struct ClassicFunction {
  std::string_view verb;
  Result<std::string> (*run)(Context&, ClassicCommand const&);
};
constexpr auto classic_functions = std::to_array<ClassicFunction>({
    {"allocate", classic_allocate},
    {"deallocate", classic_deallocate},
    {"freemedia", classic_freemedia},
    {"erase", classic_erase},
    {"mount", classic_mount},
    {"createpool", classic_createpool},
    {"deletepool", classic_deletepool},
    {"rename", classic_rename},
    {"dismount", classic_dismount},
    {"eject", classic_eject},
    {"ejectatapi", classic_ejectatapi},
    {"inventory", classic_inventory},
    {"refresh", classic_refresh},
    {"ui", classic_ui},
    {"view", classic_view},
});

}  // namespace

Result<std::string> run_classic(Context& context, ClassicCommand const& command) {
  for (auto const& row : classic_functions)
    if (row.verb == command.verb) return row.run(context, command);
  return fail(Errc::call_not_implemented, command.verb, "no such verb");
}

}  // namespace rsm::cli
