#include "drivers/volume/volume_names.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>

#include "drivers/volume/limits.hpp"

namespace rsm::volume {
namespace {

constexpr char const* default_file = "/etc/openrsm/volumes.toml";
constexpr char const* file_variable = "OPENRSM_VOLUMES";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool is_drive_letter(std::string_view name) { return name.size() == 2 && lower(name[0]) >= 'a' && lower(name[0]) <= 'z' && name[1] == ':'; }

// What follows `\\.\` or `\\?\`; a drive letter itself; nothing where the name is a path.
std::optional<std::string_view> name_in_table(std::string_view name) {
  for (std::string_view const prefix : {R"(\\.\)", R"(\\?\)", "//./", "//?/"})
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  if (is_drive_letter(name)) return name;
  return std::nullopt;
}

auto at_line(std::string const& file, toml::node const& node, std::string_view where, std::string_view sentence) {
  return fail(Errc::bad_format, fmt::format("{}:{}", file, node.source().begin.line), fmt::format("{}: {}", where, sentence));
}

Result<NamedVolume> read_row(std::string const& file, std::string_view name, toml::node const& node) {
  auto const* device = node.as_string();
  if (device == nullptr) return at_line(file, node, name, "the device is a text: \"/dev/...\"");
  if (!device->get().starts_with('/')) return at_line(file, node, name, fmt::format("\"{}\" is no absolute path of a device", device->get()));
  if (device->get().find('\0') != std::string::npos) return at_line(file, node, name, "a path has no NUL in it");
  if (name.empty() || name.find_first_of(std::string_view("\\/\0", 3)) != std::string_view::npos)
    return at_line(file, node, name, "a name is written without \\\\.\\ or \\\\?\\ and has no slashes in it");
  return NamedVolume{std::string(name), device->get()};
}

Result<std::vector<NamedVolume>> read_rows(std::string const& file, toml::table const& root) {
  std::map<std::string, NamedVolume> rows;
  for (auto const& [section, node] : root) {
    if (section.str() != "volumes" || !node.is_table()) return at_line(file, node, section.str(), "not known here; there is one section, [volumes]");
    for (auto const& [name, value] : *node.as_table()) {
      RSM_TRY(auto row, read_row(file, name.str(), value));
      auto const [first, fresh] = rows.emplace(lower_case(row.name), row);
      if (!fresh) return at_line(file, value, name.str(), fmt::format("is \"{}\" again: upper and lower case are the same", first->second.name));
    }
  }
  std::vector<NamedVolume> out;
  for (auto& [key, row] : rows) out.push_back(std::move(row));
  return out;
}

// Nothing where there is no such file.
Result<std::optional<std::string>> read_file(std::string const& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open() && errno == ENOENT) return std::nullopt;
  std::string text(limits::volume_names_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad() || (in.gcount() == 0 && errno != 0))
    return fail(errno == EACCES ? Errc::access_denied : Errc::gen_failure, file, std::string("cannot be read: ") + std::strerror(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > limits::volume_names_bytes_max)
    return fail(Errc::bad_format, file, fmt::format("is larger than {} bytes: not a table of volumes", limits::volume_names_bytes_max));
  return text;
}

Result<void> check_spelling(std::string_view name) {
  if (name.empty()) return fail(Errc::invalid_name, "volume", "has no name; write /dev/... or \\\\.\\X:");
  if (name.size() >= PATH_MAX) return fail(Errc::invalid_name, "volume", fmt::format("a name has less than {} bytes", PATH_MAX));
  if (name.find('\0') != std::string_view::npos) return fail(Errc::invalid_name, "volume", "a name has no NUL in it");
  return {};
}

Error unknown_name(std::string_view name, std::vector<NamedVolume> const& rows) {
  std::string known;
  for (auto const& row : rows) known += (known.empty() ? "" : ", ") + row.name;
  std::string const there = rows.empty() ? "has no names" : "has " + known;
  return {Errc::file_not_found, fmt::format("volume {}", name), fmt::format("{} {}; add the name there, or give the path of the device", volume_names_file(), there)};
}

}  // namespace

std::string volume_names_file() {
  char const* const other = ::secure_getenv(file_variable);
  return other == nullptr || *other == '\0' ? default_file : other;
}

Result<std::vector<NamedVolume>> parse_volume_names(std::string_view text, std::string const& file) {
  try {
    return read_rows(file, toml::parse(text, file));
  } catch (toml::parse_error const& e) {
    return fail(Errc::bad_format, fmt::format("{}:{}", file, e.source().begin.line), std::string(e.description()));
  }
}

Result<std::vector<NamedVolume>> read_volume_names() {
  std::string const file = volume_names_file();
  RSM_TRY(auto const text, read_file(file));
  if (text) return parse_volume_names(*text, file);
  if (file != default_file) return fail(Errc::file_not_found, file, std::string("named by ") + file_variable + ", is not there");
  return std::vector<NamedVolume>{};
}

Result<std::string> volume_path(std::string_view name) {
  RSM_CHECK(check_spelling(name));
  auto const wanted = name_in_table(name);
  if (!wanted) return std::string(name);
  if (wanted->ends_with('\\') || wanted->ends_with('/'))
    return fail(Errc::invalid_name, fmt::format("volume {}", name), "with a slash at the end it is the root folder; leave that away");
  RSM_TRY(auto const rows, read_volume_names());
  auto const found = std::ranges::find(rows, lower_case(*wanted), [](NamedVolume const& row) { return lower_case(row.name); });
  if (found == rows.end()) return std::unexpected(unknown_name(name, rows));
  return found->device;
}

}  // namespace rsm::volume
