// medium.search: media by a part of what they are called. It reads beside the loop, with a reader of its own; what is told of each is as in lists.
#include <charconv>

#include "api/protocol/codec.hpp"
#include "api/server/discretion.hpp"
#include "api/server/handlers.hpp"
#include "api/server/in_background.hpp"
#include "api/server/lookup.hpp"
#include "api/server/views.hpp"

namespace rsm::server {
namespace {

// Keeps one of the places of those who search, as long as it lives. Empty: all are taken.
class Searching {
 public:
  explicit Searching(ServerContext& s) : under_way_(*s.searches_under_way < limits::searches_under_way_max ? s.searches_under_way : nullptr) {
    if (under_way_ != nullptr) ++*under_way_;
  }
  ~Searching() {
    if (under_way_ != nullptr) --*under_way_;
  }
  Searching(Searching const&) = delete;
  Searching& operator=(Searching const&) = delete;
  explicit operator bool() const { return under_way_ != nullptr; }

 private:
  std::shared_ptr<std::size_t> under_way_;
};

// "2/6c1b…/A00007": where the text was found, the medium, the text. Good for ever, also when that medium is gone.
std::string place_text_of(db::SearchCursor const& at) { return std::to_string(static_cast<int>(at.where)) + "/" + at.medium.text() + "/" + at.text; }

Result<std::optional<db::SearchCursor>> place_from(std::optional<std::string> const& text) {
  if (!text || text->empty()) return std::nullopt;
  auto const wrong = fail(Errc::invalid_parameter, "params.cursor", "it is none of medium.search; pass what the last reply gave");
  constexpr std::size_t id_begins = 2, id_length = 36;
  if (text->size() <= id_begins + id_length || (*text)[1] != '/' || (*text)[id_begins + id_length] != '/') return wrong;
  int const where = (*text)[0] - '0';
  auto const id = Guid::parse(text->substr(id_begins, id_length));
  if (where < 0 || where > static_cast<int>(db::SearchedText::label) || !id) return wrong;
  return db::SearchCursor{static_cast<db::SearchedText>(where), text->substr(id_begins + id_length + 1), MediumId{*id}};
}

wire::GetParams named(std::string const& text) {
  auto const id = Guid::parse(text);
  return id ? wire::GetParams{.id = *id, .name = {}} : wire::GetParams{.id = {}, .name = text};
}

Result<db::MediaSearch> search_of(Context const& c, wire::MediumSearchParams const& p) {
  if (p.text.empty() || utf16_units(p.text) > limits::search_text_chars_max)
    return fail(Errc::invalid_parameter, "params.text", "expected 1 to " + std::to_string(limits::search_text_chars_max) + " characters");
  std::int64_t const limit = p.limit.value_or(static_cast<std::int64_t>(limits::search_items_default));
  if (limit < 1 || limit > static_cast<std::int64_t>(limits::search_items_max))
    return fail(Errc::invalid_parameter, "params.limit", "expected 1 to " + std::to_string(limits::search_items_max));
  db::MediaSearch search{.text = p.text, .match = p.match.value_or(SearchMatch::prefix), .filter = {}, .after = {}, .limit = static_cast<std::size_t>(limit), .until = {}};
  if (p.library) {
    RSM_TRY(auto const library, find_object(*c.server, ObjectType::library, named(*p.library)));
    search.filter.offline_only = LibraryId{library} == c.world().offline_library;
    if (!search.filter.offline_only) search.filter.library = LibraryId{library};
  }
  if (p.pool) {
    RSM_TRY(auto const pool, find_object(*c.server, ObjectType::pool, named(*p.pool)));
    search.filter.pool = PoolId{pool};
  }
  RSM_TRY(search.after, place_from(p.cursor));
  return search;
}

// What is gone meanwhile, or not to be told to this caller, is left out; a page ends where the line would become too long.
Result<wire::MediumSearchReply> page_of(Context const& c, db::MediaFound const& found, std::optional<MediaState> state) {
  wire::MediumSearchReply page{.items = {}, .next_cursor = {}, .partial = found.partial};
  if (found.next) page.next_cursor = place_text_of(*found.next);
  std::size_t bytes = 0;
  std::string behind;
  for (auto const& [id, at] : found.media) {
    auto info = medium_info(*c.server, id);
    if (!info && info.error().code != Errc::object_not_found) return std::unexpected(info.error());
    if (info && may_read(c, *info) && (!state || info->state == *state)) {
      veil(c, *info);
      bytes += wire::encoded_bytes(*info);
      if (bytes > page_bytes_max && !page.items.empty()) {
        page.next_cursor = behind;
        return page;
      }
      page.items.push_back(std::move(*info));
    }
    behind = place_text_of(at);
  }
  return page;
}

}  // namespace

void on_medium_search(Context const& c, wire::MediumSearchParams p, Reply<wire::MediumSearchReply> reply) {
  Reply<db::MediaSearch> begin = [c, state = p.state, reply = std::move(reply)](Result<db::MediaSearch> search) mutable {
    if (!search) return reply(std::unexpected(std::move(search).error()));
    auto place = std::make_shared<Searching>(*c.server);
    if (!*place) return reply(fail(Errc::busy, "medium.search", "many search at this moment; try again in some seconds"));
    auto* const reader = c.server->search_reader != nullptr ? c.server->search_reader : &c.server->reader;
    auto found = then<db::MediaFound>(c, std::move(reply), [c, state, place = std::move(place)](db::MediaFound media) { return page_of(c, media, state); });
    run_beside<db::MediaFound>(c.server->searching, c, std::move(found), [reader, search = std::move(*search)]() mutable {
      search.until = std::chrono::steady_clock::now() + limits::search_time_max;
      return reader->search_media(search);
    });
  };
  reading(c, std::move(begin), [c, p] { return search_of(c, p); });
}

}  // namespace rsm::server
