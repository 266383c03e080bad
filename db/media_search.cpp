#include "db/media_search.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "db/limits.hpp"
#include "db/medium_rows.hpp"
#include "db/query.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::db::media_search {
namespace {

using medium_rows::Ref;

// An index that is read on from a place in it; the columns are what was searched and the row. What is called twice alike is in the first of them only.
std::string_view rows_of(SearchedText where) {
  switch (where) {
    case SearchedText::barcode:
    case SearchedText::barcode_in_capitals:
      return "SELECT barcode, ref FROM medium_row INDEXED BY medium_by_barcode WHERE barcode <> '' AND (barcode, ref) > (?, ?) ORDER BY barcode, ref";
    case SearchedText::name: return "SELECT name, ref FROM medium_row INDEXED BY medium_by_name WHERE name <> barcode AND (name, ref) > (?, ?) ORDER BY name, ref";
    case SearchedText::label: break;
  }
  return "SELECT omid_info, ref FROM side_row INDEXED BY side_by_info WHERE omid_info IS NOT NULL AND info_is_name = 0 AND (omid_info, ref) > (?, ?) ORDER BY omid_info, ref";
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

Ref medium_of_row(Ref row, SearchedText where) { return where == SearchedText::label ? row / medium_rows::sides_of_a_row : row; }

// Behind all rows of this medium. Of one that is gone: 0, so that what is called alike comes once more rather than not at all.
Ref last_row_of(Database& database, MediumId medium, SearchedText where) {
  auto const ref = medium_rows::ref_of(database, medium).value_or(0);
  return where == SearchedText::label && ref != 0 ? (ref + 1) * medium_rows::sides_of_a_row - 1 : ref;
}

bool over(MediaSearch const& search) { return search.until && std::chrono::steady_clock::now() >= *search.until; }

}  // namespace

MediaFound find(Database& database, MediaSearch const& search) {
  MediaFound found;
  Wanted const wanted(search);
  SearchCursor const begin = search.after.value_or(SearchCursor{});
  std::string text;
  for (auto const where : {SearchedText::barcode, SearchedText::barcode_in_capitals, SearchedText::name, SearchedText::label}) {
    if (where < begin.where || !wanted.reads(where)) continue;
    bool const goes_on = search.after && begin.where == where;
    std::string const from = goes_on ? begin.text : wanted.prefix() ? wanted.beginning(where) : std::string();
    Query query(database, rows_of(where), from, goes_on ? last_row_of(database, begin.medium, where) : 0);
    Ref before = 0;
    for (std::size_t row = 1; query.next(); ++row) {
      Ref ref = 0;
      query.read(text), query.read(ref);
      if (wanted.prefix() && !wanted.is(where, text)) break;
      ref = medium_of_row(ref, where);
      bool const again = ref == before;  // two sides with one label
      if (!again && wanted.is(where, text)) {
        if (found.media.size() == search.limit) {
          found.next = found.media.back().second;
          return found;
        }
        before = ref;
        auto const medium = medium_rows::read(database, ref);
        if (medium && !wanted.was(where, *medium) && lets_through(search, *medium)) found.media.emplace_back(medium->id, SearchCursor{where, text, medium->id});
      }
      if (row % limits::search_rows_at_once == 0 && over(search)) {
        found.partial = true;
        found.next = SearchCursor{where, text, medium_rows::id_of(database, ref).value_or(MediumId{})};
        return found;
      }
    }
  }
  return found;
}

}  // namespace rsm::db::media_search
