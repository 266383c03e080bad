// Whole lists from pages. Thread rule: as the connection's.
#pragma once

#include <utility>
#include <vector>

#include "api/client/connection.hpp"

namespace rsm::cli {

constexpr std::int64_t page_rows = 500;         // one page; the service allows limits::page_items_max
constexpr std::int64_t search_rows = 200;       // the same of a search: limits::search_items_max
constexpr std::int64_t list_rows_max = 200'000;  // a list for people or scripts; --limit sets another

template <class Info>
struct Listing {
  std::vector<Info> items;
  bool more = false;  // there were more than the limit
};

// Asks `call` (a list function of the connection) for page after page until `limit` rows are there.
template <class Params, class Page>
auto collect(client::Connection& service, Result<Page> (client::Connection::*call)(Params const&, std::optional<Millis>), Params params,
             std::int64_t limit = 0) -> Result<Listing<typename decltype(Page::items)::value_type>> {
  Listing<typename decltype(Page::items)::value_type> out;
  std::int64_t const most = limit > 0 ? limit : list_rows_max;
  for (;;) {
    params.limit = std::min(page_rows, most - static_cast<std::int64_t>(out.items.size()));
    RSM_TRY(auto page, (service.*call)(params, std::nullopt));
    for (auto& item : page.items) out.items.push_back(std::move(item));
    bool const full = static_cast<std::int64_t>(out.items.size()) >= most;
    if (!page.next_cursor || full) {
      out.more = full && page.next_cursor.has_value();
      return out;
    }
    params.cursor = page.next_cursor;
  }
}

}  // namespace rsm::cli
