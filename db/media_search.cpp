#include "db/media_search.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "db/limits.hpp"
#include "db/query.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::db::media_search {
namespace {

// An index that is read on from a place in it; the columns are what was searched and the medium.
std::string_view rows_of(SearchedText where) {
  switch (where) {
    case SearchedText::barcode:
    case SearchedText::barcode_in_capitals:
      return "SELECT barcode, id FROM medium INDEXED BY medium_by_barcode WHERE barcode <> '' AND (barcode, id) > (?, ?) ORDER BY barcode, id";
    case SearchedText::name: return "SELECT name, id FROM medium INDEXED BY medium_by_name WHERE (name, id) > (?, ?) ORDER BY name, id";
    case SearchedText::label: break;
  }
  return "SELECT omid_info, medium FROM side INDEXED BY side_by_info WHERE omid_info IS NOT NULL AND (omid_info, medium) > (?, ?) ORDER BY omid_info, medium";
}

char capital(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), capital);
  return text;
}

// Whether a text is what is searched for.
class Wanted {
 public:
  explicit Wanted(MediaSearch const& search)
      : text_(search.text), capitals_(in_capitals(search.text)), folded_(fold_case(search.text)), prefix_(search.match == SearchMatch::prefix),
        ascii_(std::ranges::all_of(text_, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {}

  bool reads(SearchedText where) const { return where != SearchedText::barcode_in_capitals || (prefix_ && capitals_ != text_); }
  bool prefix() const { return prefix_; }
  std::string const& beginning(SearchedText where) const { return where == SearchedText::barcode_in_capitals ? capitals_ : text_; }

  bool is(SearchedText where, std::string const& found) const {
    if (prefix_) return found.starts_with(beginning(where));
    if (!ascii_) return fold_case(found).find(folded_) != std::string::npos;
    return !std::ranges::search(found, capitals_, {}, capital).empty();
  }
  // It has come up before, in an index that was read earlier.
  bool was(SearchedText where, MediumRecord const& medium) const {
    auto const before = [&](SearchedText earlier, std::string const& text) { return earlier < where && reads(earlier) && !text.empty() && is(earlier, text); };
    return before(SearchedText::barcode, medium.barcode) || before(SearchedText::barcode_in_capitals, medium.barcode) || before(SearchedText::name, medium.name);
  }

 private:
  std::string text_, capitals_, folded_;
  bool prefix_, ascii_;
};

bool lets_through(MediaSearch const& search, MediumRecord const& medium) {
  if (search.filter.pool && medium.pool != search.filter.pool) return false;
  auto const* in = std::get_if<InElement>(&medium.place);
  if (search.filter.offline_only && in != nullptr) return false;
  return !search.filter.library || (in != nullptr && in->library == search.filter.library);
}

bool over(MediaSearch const& search) { return search.until && std::chrono::steady_clock::now() >= *search.until; }

}  // namespace

MediaFound find(Database& database, MediaSearch const& search, RecordOf const& record_of) {
  MediaFound found;
  Wanted const wanted(search);
  SearchCursor last = search.after.value_or(SearchCursor{});
  bool goes_on = search.after.has_value();
  for (auto const where : {SearchedText::barcode, SearchedText::barcode_in_capitals, SearchedText::name, SearchedText::label}) {
    if (where < last.where || !wanted.reads(where)) continue;
    if (!goes_on || last.where != where) last = {where, wanted.prefix() ? wanted.beginning(where) : std::string(), {}};
    goes_on = false;
    std::string const from = last.text;
    Query query(database, rows_of(where));
    query.bind(from), query.bind(last.medium.guid);
    MediumId before;
    for (std::size_t row = 1; query.next(); ++row) {
      std::string text;
      MediumId id;
      query.read(text), query.read(id);
      if (wanted.prefix() && !wanted.is(where, text)) break;
      bool const again = id == before;  // two sides with one label
      if (!again && wanted.is(where, text)) {
        if (found.media.size() == search.limit) {
          found.next = found.media.empty() ? last : found.media.back().second;
          return found;
        }
        before = id;
        auto const medium = record_of(id);
        if (medium && !wanted.was(where, *medium) && lets_through(search, *medium)) found.media.emplace_back(id, SearchCursor{where, text, id});
      }
      last = {where, std::move(text), id};
      if (row % limits::search_rows_at_once == 0 && over(search)) {
        found.partial = true;
        found.next = last;
        return found;
      }
    }
  }
  return found;
}

}  // namespace rsm::db::media_search
