// Which member of a record is in which column: said once, for writing, reading and the SQL text.
//
// What for: columns(visit, record) calls visit("column", member) for every member. Composite members take several columns:
// an Element `x` is x_kind and x_number; a Place `x` is x_library, x_kind, x_number (all NULL: offline); an Omid `x` is x_type,
// x_id, x_info, x_also (NULL: none); a Condition is operational_state, state_since, state_reason. Alerts and densities are one column (db/list_text.hpp).
// Thread rule: pure functions.
#pragma once

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "db/changes.hpp"
#include "db/list_text.hpp"
#include "db/query.hpp"
#include "libmgr/domain/allocatable.hpp"

namespace rsm::db {

template <class R, class Record>
concept Of = std::same_as<std::remove_const_t<R>, Record>;

template <class V, Of<LibraryRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("name", r.name), v("description", r.description), v("created", r.created), v("modified", r.modified);
  v("type", r.type), v("enabled", r.enabled), v("", r.condition), v("inventory_method", r.inventory_method);
  v("auto_recovery", r.auto_recovery), v("barcode_reader", r.barcode_reader), v("flags", r.flags);
  v("defer_dismount_delay", r.defer_dismount_delay), v("configured_as", r.configured_as), v("chosen_by_clients", r.chosen_by_clients);
  v("cleaner_slot", r.cleaner_slot), v("cleaner", r.cleaner), v("cleaner_uses", r.cleaner_uses);
}

template <class V, Of<LibraryMediaType> R>
void columns(V&& v, R& r) {
  v("library", r.library), v("type", r.type);
}

// A column for each thing that a device says of itself, called like the member.
template <class V, class R>
void identity_columns(V&& v, R& r) {
  boost::mp11::mp_for_each<boost::describe::describe_members<DeviceIdentity, boost::describe::mod_public>>([&](auto member) { v(member.name, r.*member.pointer); });
}

template <class V, Of<ObjectText> R>
void columns(V&& v, R& r) {
  v("object", r.object), v("name", r.name), v("description", r.description);
}

template <class V, Of<DoneCall> R>
void columns(V&& v, R& r) {
  v("session", r.session), v("request_key", r.key), v("call", r.call), v("about", r.about), v("answer", r.answer);
}

template <class V, Of<TimingRecord> R>
void columns(V&& v, R& r) {
  v("subject", r.subject), v("kind", r.kind), v("seen", r.seen), v("buckets", r.buckets);
}

template <class V, Of<ChangerRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("library", r.library), v("number", r.number), v("name", r.name), v("device", r.device);
  identity_columns(v, r), v("created", r.created);
}

template <class V, Of<DriveRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("library", r.library), v("number", r.number), v("name", r.name), v("device", r.device);
  identity_columns(v, r), v("created", r.created), v("enabled", r.enabled);
  v("", r.condition), v("alerts", r.alerts), v("densities", r.densities), v("defer_dismount_delay", r.defer_dismount_delay);
  v("last_cleaned", r.last_cleaned);
}

template <class V, Of<DriveHot> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("state", r.state), v("since", r.since), v("reason", r.reason), v("medium", r.medium), v("side", r.side);
  v("session", r.session), v("request", r.request), v("volume", r.volume), v("mount_count", r.mount_count);
  v("errors_in_a_row", r.errors_in_a_row);
}

template <class V, Of<SlotRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("library", r.library), v("number", r.number), v("state", r.state), v("medium", r.medium);
}

template <class V, Of<PortRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("library", r.library), v("number", r.number), v("content", r.content), v("position", r.position);
  v("max_extend", r.max_extend), v("medium", r.medium);
}

template <class V, Of<DoorRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("library", r.library), v("number", r.number), v("state", r.state), v("max_open", r.max_open);
}

template <class V, Of<MediaTypeRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("code", r.code), v("name", r.name), v("sides", r.sides), v("read_write", r.read_write);
  v("device_type", r.device_type);
}

template <class V, Of<PoolRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("parent", r.parent), v("name", r.name), v("path", r.path), v("description", r.description);
  v("created", r.created), v("modified", r.modified), v("type", r.type), v("media_type", r.media_type);
  v("allocation_policy", r.allocation_policy), v("deallocation_policy", r.deallocation_policy), v("max_allocates", r.max_allocates);
  v("defer_dismount_delay", r.defer_dismount_delay);
}

// A column for each thing that drives tell of a cartridge, called like the member.
template <class V, class R>
void cartridge_columns(V&& v, R& r) {
  boost::mp11::mp_for_each<boost::describe::describe_members<CartridgeFacts, boost::describe::mod_public>>([&](auto member) { v(member.name, r.*member.pointer); });
}

// Without its sides, which have a table of their own.
template <class V, Of<MediumRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("name", r.name), v("created", r.created), v("pool", r.pool), v("barcode", r.barcode), v("library", r.library);
  v("place", r.place), v("description", r.description), v("modified", r.modified), v("enabled", r.enabled), v("type", r.type);
  v("sequence_number", r.sequence_number), v("home_slot", r.home_slot), v("trouble", r.trouble);
  v("alerts", r.alerts), cartridge_columns(v, r.cartridge);
}

template <class V, Of<Side> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("number", r.number), v("state", r.state), v("logical_medium", r.logical_medium), v("omid", r.omid);
  v("mount_count", r.mount_count), v("allocate_count", r.allocate_count), v("capacity", r.capacity);
}

template <class V, Of<LogicalMediumRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("side", r.side), v("pool", r.pool), v("name", r.name), v("description", r.description), v("created", r.created);
  v("allocated_from", r.allocated_from), v("session", r.session), v("request_key", r.key), v("user", r.user);
}

template <class V, Of<AllocatableSide> R>
void columns(V&& v, R& r) {
  v("pool", r.pool), v("library", r.library), v("shelf", r.shelf), v("allocate_count", r.allocate_count), v("created", r.created);
  v("medium", r.medium), v("number", r.number);
}

template <class V, Of<SessionRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("secret", r.secret), v("application", r.application), v("user", r.user), v("computer", r.computer);
  v("uid", r.uid), v("opened", r.opened);
}

template <class V, Of<RequestRecord> R>
void columns(V&& v, R& r) {
  v("sequence", r.sequence), v("id", r.id), v("operation", r.operation), v("operation_option", r.option), v("state", r.state);
  v("reason", r.reason), v("queued", r.queued), v("changed", r.changed), v("completed", r.completed), v("deadline", r.deadline);
  v("due", r.due), v("error", r.error), v("priority", r.priority), v("queue_order", r.order), v("session", r.session);
  v("request_key", r.key), v("application", r.application), v("user", r.user), v("computer", r.computer), v("group_id", r.group);
  v("group_size", r.group_size), v("work_item", r.work_item), v("nowait", r.nowait), v("for_writing", r.write);
  v("specific_drive", r.specific_drive), v("error_if_offline", r.error_if_offline), v("library", r.library), v("medium", r.medium);
  v("side", r.side), v("drive", r.drive), v("slot", r.slot), v("port", r.port), v("force", r.force), v("partner", r.partner);
}

template <class V, Of<IntentRecord> R>
void columns(V&& v, R& r) {
  v("library", r.library), v("request", r.request), v("medium", r.medium), v("source", r.from), v("target", r.to), v("turn", r.turn);
  v("recorded", r.recorded), v("partner", r.partner);
}

template <class V, Of<OperatorRequestRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("command", r.command), v("state", r.state), v("submitted", r.submitted), v("changed", r.changed);
  v("message", r.message), v("argument1", r.argument1), v("argument2", r.argument2), v("request", r.request);
  v("application", r.application), v("user", r.user), v("computer", r.computer), v("kind", r.kind);
}

template <class V, Of<ComputerRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("created", r.created), v("modified", r.modified), v("media_pool_policy", r.media_pool_policy);
  v("request_flags", r.request_flags), v("operator_request_flags", r.operator_request_flags);
  v("request_purge_after", r.request_purge_after), v("operator_request_purge_after", r.operator_request_purge_after);
}

template <class V, Of<DeviceTypeRecord> R>
void columns(V&& v, R& r) {
  v("id", r.id), v("changer", r.changer), v("vendor", r.vendor), v("product", r.product), v("device_type", r.device_type), v("created", r.created);
}

template <class V, Of<DestinationRecord> R>
void columns(V&& v, R& r) {
  v("object", r.object), v("kind", r.kind), v("name", r.name);
}

// The visitors.
struct ColumnNames {
  std::vector<std::string> names;
  template <class T>
  void operator()(char const* name, T const&) {
    names.emplace_back(name);
  }
  void operator()(char const*, Condition const&) {
    for (auto const* name : {"operational_state", "state_since", "state_reason"}) names.emplace_back(name);
  }
  void operator()(char const* name, Element const&) { add(name, {"_kind", "_number"}); }
  void operator()(char const* name, Place const&) { add(name, {"_library", "_kind", "_number"}); }
  void operator()(char const* name, std::optional<Omid> const&) { add(name, {"_type", "_id", "_info", "_also"}); }

 private:
  void add(std::string const& name, std::initializer_list<char const*> ends) {
    for (auto const* end : ends) names.push_back(name + end);
  }
};

struct BindColumns {
  Query& query;
  template <class T>
  void operator()(char const*, T const& value) {
    query.bind(value);
  }
  void operator()(char const*, Condition const& c) { query.bind(c.state), query.bind(c.since), query.bind(c.reason); }
  void operator()(char const*, Element const& e) { query.bind(e.kind), query.bind(e.number); }
  void operator()(char const*, Place const& place) {
    auto const* in = std::get_if<InElement>(&place);
    if (in == nullptr) return query.bind_null(), query.bind_null(), query.bind_null();
    query.bind(in->library.guid), query.bind(in->element.kind), query.bind(in->element.number);
  }
  void operator()(char const*, std::optional<Omid> const& omid) {
    if (!omid) return query.bind_null(), query.bind_null(), query.bind_null(), query.bind_null();
    query.bind(omid->type), query.bind(Bytes{omid->id}), query.bind(omid->info);
    omid->also.empty() ? query.bind_null() : query.bind(Bytes{omid->also});
  }
  template <class T>
  void operator()(char const*, std::vector<T> const& list) {
    query.bind_copy(text_of(list));
  }
};

struct ReadColumns {
  Query& query;
  template <class T>
  void operator()(char const*, T& value) {
    query.read(value);
  }
  void operator()(char const*, Condition& c) { query.read(c.state), query.read(c.since), query.read(c.reason); }
  void operator()(char const*, Element& e) { query.read(e.kind), query.read(e.number); }
  void operator()(char const*, Place& place) {
    LibraryId library;
    query.read(library);
    read_place(place, library);
  }
  void read_place(Place& place, LibraryId library) {
    std::optional<ElementKind> kind;
    std::optional<std::uint32_t> element;
    query.read(kind), query.read(element);
    if (!library.is_zero() != kind.has_value() || kind.has_value() != element.has_value()) throw DamagedRow("a place is half known");
    place = library ? Place{InElement{library, {*kind, *element}}} : Place{Offline{}};
  }
  void operator()(char const*, std::optional<Omid>& omid) {
    std::optional<std::string> type, id, info, also;
    query.read(type), query.read(id), query.read(info), query.read(also);
    omid.reset();
    if (type) omid = Omid{*type, id.value_or(""), info.value_or(""), also.value_or("")};
  }
  template <class T>
  void operator()(char const*, std::vector<T>& list) {
    std::string text;
    query.read(text);
    read_list(text, list);
  }
};

template <class Record>
std::vector<std::string> const& column_names() {
  static std::vector<std::string> const names = [] {
    ColumnNames collected;
    Record const record{};
    columns(collected, record);
    return collected.names;
  }();
  return names;
}

// "id, name, ..."
template <class Record>
std::string const& column_list() {
  static std::string const list = [] {
    std::string text;
    for (auto const& name : column_names<Record>()) text += (text.empty() ? "" : ", ") + name;
    return text;
  }();
  return list;
}

template <class Record>
Record read_record(Query& query) {
  Record record;
  columns(ReadColumns{query}, record);
  return record;
}

}  // namespace rsm::db
