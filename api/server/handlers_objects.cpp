// Reading objects: lists, single objects, ids and types.
#include "api/protocol/codec.hpp"
#include "api/protocol/limits.hpp"
#include "api/server/discretion.hpp"
#include "api/server/enumerate.hpp"
#include "api/server/handlers.hpp"
#include "api/server/lookup.hpp"
#include "api/server/views.hpp"

namespace rsm::server {

Result<std::size_t> page_limit_of(std::optional<std::int64_t> limit) {
  if (!limit) return limits::page_items_default;
  if (*limit < 1 || *limit > static_cast<std::int64_t>(limits::page_items_max))
    return fail(Errc::invalid_parameter, "params.limit", "expected 1 to " + std::to_string(limits::page_items_max));
  return static_cast<std::size_t>(*limit);
}

namespace {

// What people call an object whose record has no place for it.
template <class Info>
Result<> add_text(ServerContext& s, Guid id, Info& info) {
  if constexpr (requires { { info.description } -> std::same_as<std::optional<std::string>&>; }) {
    RSM_TRY(auto text, s.reader.object_text(id));
    if (text && !text->description.empty()) info.description = std::move(text->description);
    if constexpr (requires { { info.name } -> std::same_as<std::optional<std::string>&>; })
      if (text && !text->name.empty()) info.name = std::move(text->name);
  }
  return {};
}

// What is known of an object before its view is made: the place, of a part of a library; the record, of a medium.
struct Known {
  std::optional<PartPlace> place;
  MediumRecord const* medium = nullptr;
};

Result<> add_ageing(ServerContext& s, Guid, Known const& known, wire::MediumInfo& info) {
  if (known.medium == nullptr) return {};
  RSM_TRY(info.ageing, ageing_of(s, *known.medium));
  return {};
}
Result<> add_ageing(ServerContext& s, Guid id, Known const&, wire::DriveInfo& info) {
  auto const* drive = s.manager.world().drive(DriveId{id});
  if (drive == nullptr) return {};
  RSM_TRY(info.ageing, ageing_of(s, *drive));
  return {};
}
template <class Info>
Result<> add_ageing(ServerContext&, Guid, Known const&, Info&) {
  return {};
}

// The Info of each id; ends where the line would become too long. What vanished meanwhile is left out.
template <class Page, class InfoOf>
Result<Page> page_of(Context const& c, IdPage ids, InfoOf info_of) {
  ServerContext& s = *c.server;
  Page page;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < ids.ids.size(); ++i) {
    Known known;
    if (i < ids.places.size()) known.place = ids.places[i];
    if (i < ids.media.size()) known.medium = &ids.media[i];
    auto info = info_of(s, ids.ids[i], known);
    if (!info && info.error().code == Errc::object_not_found) continue;
    if (!info) return std::unexpected(info.error());
    RSM_CHECK(add_text(s, ids.ids[i], *info));
    veil(c, *info);
    bytes += wire::encoded_bytes(*info);
    if (bytes > page_bytes_max && i > 0) {
      page.next_cursor = ids.cursors[i - 1];
      return page;
    }
    page.items.push_back(std::move(*info));
  }
  if (ids.more) page.next_cursor = ids.next;
  return page;
}

template <class Page, class InfoOf>
void list(Context const& c, ObjectType type, wire::ListParams const& p, Reply<Page> reply, InfoOf info_of) {
  reading(c, std::move(reply), [c, type, p, info_of = std::move(info_of)]() mutable -> Result<Page> {
    RSM_TRY(auto limit, page_limit_of(p.limit));
    RSM_TRY(auto ids, list_ids(*c.server, {p.container, type, p.cursor.value_or(""), limit, c.caller()}));
    return page_of<Page>(c, std::move(ids), std::move(info_of));
  });
}

template <class Info, class InfoOf>
void get(Context const& c, ObjectType type, wire::GetParams const& p, Reply<Info> reply, InfoOf info_of) {
  reading(c, std::move(reply), [c, type, p, info_of]() -> Result<Info> {
    RSM_TRY(Guid id, find_object(*c.server, type, p));
    std::optional<MediumRecord> medium;
    if (type == ObjectType::medium) {
      RSM_TRY(medium, c.server->manager.find_medium(MediumId{id}));
    }
    Known const known{.place = {}, .medium = medium ? &*medium : nullptr};
    RSM_TRY(Info info, info_of(*c.server, id, known));
    RSM_CHECK(may_read(c, info));
    RSM_CHECK(add_text(*c.server, id, info));
    veil(c, info);
    RSM_CHECK(add_ageing(*c.server, id, known, info));
    return info;
  });
}

// A view as a list or a get calls it, with what is known that matters to it.
template <class AnyId, class Info>
auto by_id(Result<Info> (*info_of)(ServerContext&, AnyId)) {
  return [info_of](ServerContext& s, Guid id, Known const&) { return info_of(s, AnyId{id}); };
}
template <class AnyId, class Info>
auto by_id(Result<Info> (*info_of)(ServerContext&, AnyId, std::optional<PartPlace> const&)) {
  return [info_of](ServerContext& s, Guid id, Known const& known) { return info_of(s, AnyId{id}, known.place); };
}
template <class AnyId, class Info>
auto by_id(Result<Info> (*info_of)(ServerContext&, AnyId, MediumRecord const*)) {
  return [info_of](ServerContext& s, Guid id, Known const& known) { return info_of(s, AnyId{id}, known.medium); };
}

}  // namespace

#define RSM_KIND(kind, Page, Info, info_of)                                                                                     \
  void on_##kind##_list(Context const& c, wire::ListParams p, Reply<wire::Page> reply) {                                        \
    list(c, ObjectType::kind, p, std::move(reply), by_id(info_of));                                                                    \
  }                                                                                                                             \
  void on_##kind##_get(Context const& c, wire::GetParams p, Reply<wire::Info> reply) {                                          \
    get(c, ObjectType::kind, p, std::move(reply), by_id(info_of));                                                                     \
  }
RSM_KIND(library, LibraryPage, LibraryInfo, &library_info)
RSM_KIND(changer, ChangerPage, ChangerInfo, &changer_info)
RSM_KIND(drive, DrivePage, DriveInfo, &drive_info)
RSM_KIND(slot, SlotPage, SlotInfo, &slot_info)
RSM_KIND(port, PortPage, PortInfo, &port_info)
RSM_KIND(door, DoorPage, DoorInfo, &door_info)
RSM_KIND(medium, MediumPage, MediumInfo, &medium_info)
RSM_KIND(side, SidePage, SideInfo, &side_info)
RSM_KIND(logical_medium, LogicalMediumPage, LogicalMediumInfo, &logical_medium_info)
RSM_KIND(pool, PoolPage, PoolInfo, &pool_info)
RSM_KIND(media_type, MediaTypePage, MediaTypeInfo, &media_type_info)
RSM_KIND(computer, ComputerPage, ComputerInfo, &computer_info)
RSM_KIND(drive_type, DeviceTypePage, DeviceTypeInfo, &drive_type_info)
RSM_KIND(changer_type, DeviceTypePage, DeviceTypeInfo, &changer_type_info)
#undef RSM_KIND

void on_session_list(Context const& c, wire::ListParams p, Reply<wire::SessionPage> reply) {
  list(c, ObjectType::session, p, std::move(reply), by_id(&session_info));
}

void on_quota_list(Context const& c, wire::QuotaListParams p, Reply<wire::QuotaListReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::QuotaListReply> {
    RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read));
    wire::QuotaListReply out;
    std::size_t bytes = 0;
    for (auto const& use : c.manager().quota_uses(p.user.value_or(""))) {
      wire::QuotaInfo info;
      info.user = use.user, info.session = use.session;
      info.what = quotas::name_of(use.quota), info.key = quotas::key_of(use.quota);
      info.held = static_cast<std::int64_t>(use.held), info.most = static_cast<std::int64_t>(use.most);
      bytes += wire::encoded_bytes(info);
      if (bytes > page_bytes_max) return fail(Errc::not_supported, "quota.list", "too many users have something: ask for one user at a time");
      out.items.push_back(std::move(info));
    }
    return out;
  });
}

void on_opreq_list(Context const& c, wire::ListParams p, Reply<wire::OperatorRequestPage> reply) {
  using InfoOf = Result<wire::OperatorRequestInfo> (*)(ServerContext&, OperatorRequestId);
  list(c, ObjectType::operator_request, p, std::move(reply), by_id(static_cast<InfoOf>(&operator_request_info)));
}

// In the order of their names; the cursor is the last name told.
void on_view_list(Context const& c, wire::ListParams p, Reply<wire::ViewPage> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::ViewPage> {
    RSM_TRY(auto limit, page_limit_of(p.limit));
    if (p.container && !c.world().libraries.contains(LibraryId{*p.container})) return not_found("library", p.container->text());
    auto views = view_infos(*c.server, p.container ? LibraryId{*p.container} : LibraryId{});
    std::erase_if(views, [&](auto const& view) { return (p.cursor && view.name <= *p.cursor) || !rights::can_read(c.world(), c.caller(), {{}, view.library}); });
    wire::ViewPage page;
    std::size_t bytes = 0;
    for (auto& view : views) {
      bytes += wire::encoded_bytes(view);
      bool const full = page.items.size() == limit || (bytes > page_bytes_max && !page.items.empty());
      if (full) {
        page.next_cursor = page.items.back().name;
        break;
      }
      page.items.push_back(std::move(view));
    }
    return page;
  });
}

void on_request_list(Context const& c, wire::RequestListParams p, Reply<wire::RequestPage> reply) {
  using InfoOf = Result<wire::RequestInfo> (*)(ServerContext&, RequestId);
  reading(c, std::move(reply), [c, p]() -> Result<wire::RequestPage> {
    RSM_TRY(auto limit, page_limit_of(p.limit));
    if (p.library && !c.world().libraries.contains(*p.library)) return not_found("library", p.library->text());
    if (p.library) RSM_CHECK(rights::may(c.world(), c.caller(), rights::Act::read, *p.library));
    RSM_TRY(auto ids, list_requests(*c.server, c.caller(), p.library.value_or(LibraryId{}), p.open_only.value_or(false), p.cursor.value_or(""), limit));
    return page_of<wire::RequestPage>(c, std::move(ids), by_id(static_cast<InfoOf>(&request_info)));
  });
}

void on_object_enumerate(Context const& c, wire::EnumerateParams p, Reply<wire::EnumerateReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::EnumerateReply> {
    if (p.root_pool.value_or(false) && (p.type != ObjectType::pool || p.container))
      return fail(Errc::invalid_parameter, "params.root_pool", "only with type pool and without container");
    RSM_TRY(auto ids, list_ids(*c.server, {p.container, p.type, p.cursor.value_or(""), limits::page_items_max, c.caller()}));
    wire::EnumerateReply out;
    out.ids = std::move(ids.ids);
    bool const first_page = !p.cursor || p.cursor->empty();
    if (p.root_pool.value_or(false) && first_page) out.ids.insert(out.ids.begin(), c.world().root_pool.guid);
    if (ids.more) out.next_cursor = ids.next;
    return out;
  });
}

void on_object_type(Context const& c, wire::TypeParams p, Reply<wire::TypeReply> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::TypeReply> {
    RSM_TRY(auto type, type_of(*c.server, p.id));
    if (!type) return not_found("object", p.id.text());
    return wire::TypeReply{*type, number(*type)};
  });
}

}  // namespace rsm::server
