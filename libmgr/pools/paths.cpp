#include "libmgr/pools/paths.hpp"

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::pools {
namespace {

std::unexpected<Error> no_name(std::string_view name, std::string const& why) { return fail(Errc::invalid_name, "pool \"" + plain_text(name.substr(0, 80)) + "\"", why); }

Result<> check_length(std::string_view path) {
  if (utf16_units(path) <= limits::pool_path_chars_max) return {};
  return no_name(path, "a full name has at most " + std::to_string(limits::pool_path_chars_max) + " characters");
}

}  // namespace

Result<> check_level(std::string_view name) {
  if (name.empty()) return no_name(name, "a level of a name is empty");
  if (name.find('\\') != std::string_view::npos) return no_name(name, "a backslash separates levels and cannot be in one");
  if (utf16_units(name) > limits::name_chars_max) return no_name(name, "a level has at most " + std::to_string(limits::name_chars_max) + " characters");
  if (!is_plain(name)) return no_name(name, "control characters cannot be in a name");
  return {};
}

Result<PoolPath> split(std::string_view path) {
  if (path.starts_with('\\')) path.remove_prefix(1);
  RSM_CHECK(check_length(path));
  for (std::string_view rest = path;;) {
    auto const end = rest.find('\\');
    RSM_CHECK(check_level(rest.substr(0, end)));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  auto const last = path.rfind('\\');
  if (last == std::string_view::npos) return PoolPath{{}, std::string(path), std::string(path)};
  return PoolPath{std::string(path.substr(0, last)), std::string(path.substr(last + 1)), std::string(path)};
}

Result<std::string> join(std::string_view parent, std::string_view name) {
  std::string path(parent);
  if (!path.empty()) path += '\\';
  path += name;
  RSM_CHECK(check_length(path));
  return path;
}

}  // namespace rsm::pools
