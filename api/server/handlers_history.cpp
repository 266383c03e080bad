// history.list: what happened to cartridges and drives, page by page.
#include <charconv>

#include "api/protocol/codec.hpp"
#include "api/server/discretion.hpp"
#include "api/server/handlers.hpp"
#include "api/server/lookup.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

// "1764450000123-42": time and number of the row that was told last. Good for ever, also when that row is forgotten.
std::string cursor_of(wire::HistoryInfo const& last) { return std::to_string(last.time) + "-" + std::to_string(last.number); }

Result<std::optional<db::HistoryCursor>> cursor_from(std::optional<std::string> const& text) {
  if (!text) return std::nullopt;
  auto const end = text->data() + text->size();
  std::int64_t time = 0;
  std::uint64_t number = 0;
  auto const first = std::from_chars(text->data(), end, time);
  bool const parted = first.ec == std::errc{} && first.ptr != end && *first.ptr == '-';
  auto const second = parted ? std::from_chars(first.ptr + 1, end, number) : first;
  if (parted && second.ec == std::errc{} && second.ptr == end && number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return db::HistoryCursor{from_ms(time), number};
  return fail(Errc::invalid_parameter, "params.cursor", "it is none of history.list; pass what the last reply gave");
}

// One that is known, or else one that was deleted.
Result<Guid> medium_meant(ServerContext& s, std::string const& text) {
  Result<Guid> found = not_found("medium", text);
  if (auto const id = Guid::parse(text)) {
    RSM_TRY(auto const there, s.manager.find_medium(MediumId{*id}));
    if (there) return *id;
  } else {
    found = find_object(s, ObjectType::medium, {.id = {}, .name = text});
  }
  if (found || found.error().code != Errc::object_not_found) return found;
  RSM_TRY(auto const deleted, s.reader.deleted_medium(text));
  return deleted ? Result<Guid>(deleted->guid) : found;
}

Result<Guid> drive_meant(ServerContext& s, std::string const& text) {
  if (auto const id = Guid::parse(text); id && s.manager.world().drive(DriveId{*id}) != nullptr) return *id;
  return find_object(s, ObjectType::drive, {.id = {}, .name = text});
}

Result<db::HistoryFilter> filter_of(ServerContext& s, wire::HistoryListParams const& p) {
  if (p.medium && p.drive) return fail(Errc::invalid_parameter, "params", "expected at most one of medium and drive");
  db::HistoryFilter filter{.newest_first = !p.oldest_first.value_or(false)};
  if (p.medium) {
    RSM_TRY(filter.object, medium_meant(s, *p.medium));
    filter.type = ObjectType::medium;
  }
  if (p.drive) {
    RSM_TRY(filter.object, drive_meant(s, *p.drive));
    filter.type = ObjectType::drive;
  }
  if (p.library) {
    auto const id = Guid::parse(*p.library);
    RSM_TRY(auto const library, find_object(s, ObjectType::library, id ? wire::GetParams{.id = *id, .name = {}} : wire::GetParams{.id = {}, .name = *p.library}));
    filter.library = LibraryId{library};
  }
  if (p.request) filter.request = *p.request;
  if (p.from) filter.from = from_ms(*p.from);
  if (p.to) filter.to = from_ms(*p.to);
  return filter;
}

// One that is there has to be one that the caller may read.
Result<> may_ask_for(Context const& c, db::HistoryFilter const& filter) {
  if (filter.library) RSM_CHECK(c.manager().may_read(c.caller(), ObjectType::library, filter.library.guid));
  if (filter.object.is_zero()) return {};
  auto const may = c.manager().may_read(c.caller(), filter.type, filter.object);
  return may || may.error().code == Errc::object_not_found ? Result<>{} : may;
}

}  // namespace

void on_history_list(Context const& c, wire::HistoryListParams p, Reply<wire::HistoryPage> reply) {
  reading(c, std::move(reply), [c, p]() -> Result<wire::HistoryPage> {
    RSM_TRY(auto const limit, page_limit_of(p.limit));
    RSM_TRY(auto const filter, filter_of(*c.server, p));
    RSM_TRY(auto const cursor, cursor_from(p.cursor));
    RSM_CHECK(may_ask_for(c, filter));
    RSM_TRY(auto const entries, c.server->reader.history_page(filter, cursor, limit));
    wire::HistoryPage page;
    std::size_t bytes = 0, looked_at = 0;
    std::string behind;
    for (auto const& entry : entries) {
      auto info = history_info(entry);
      bool const told = may_be_told(c, info);
      bytes += told ? wire::encoded_bytes(info) : 0;
      if (bytes > page_bytes_max && !page.items.empty()) break;
      behind = cursor_of(info);
      ++looked_at;
      if (told) page.items.push_back(std::move(info));
    }
    bool const more = looked_at < entries.size() || entries.size() == limit;
    if (more && looked_at > 0) page.next_cursor = behind;
    return page;
  });
}

}  // namespace rsm::server
