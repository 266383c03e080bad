// The page, as it is in the program: api/web/page/dist, embedded by embed_page.cmake. Thread rule: constants.
#pragma once

#include <span>
#include <string_view>

namespace rsm::web {

struct PageFile {
  std::string_view path;  // "/app.js"
  std::string_view content_type;
  std::string_view text;
};
std::span<PageFile const> page_files();

}  // namespace rsm::web
