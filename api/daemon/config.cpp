#include "api/daemon/config.hpp"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <compare>
#include <expected>
#include <filesystem>
#include <iterator>
#include <map>
#include <tuple>
#include <numeric>
#include <sstream>

#include "api/daemon/config_keys.hpp"
#include "drivers/scsi/device_address.hpp"

namespace rsm::daemon {
namespace {

constexpr std::size_t config_bytes_max = 1024 * 1024;  // a larger file is not a configuration

// Nothing when one of them is of another type.
template <class Value>
std::optional<std::vector<Value>> all_of(toml::array const& list) {
  std::vector<Value> values;
  for (auto const& item : list) {
    auto const* value = item.as<Value>();
    if (value == nullptr) return std::nullopt;
    values.push_back(value->get());
  }
  return values;
}

ConfigValue value_of(toml::node const& node) {
  ConfigValue value;
  if (auto const* text = node.as_string()) {
    value.text = text->get();
    value.found = in_quotes(std::string_view(text->get()));
  } else if (auto const* whole = node.as_integer()) {
    value.whole = whole->get();
    value.found = std::to_string(whole->get());
  } else if (auto const* flag = node.as_boolean()) {
    value.flag = flag->get();
    value.found = flag->get() ? "true" : "false";
  } else if (auto const* list = node.as_array()) {
    value.texts = all_of<std::string>(*list);
    value.wholes = all_of<std::int64_t>(*list);
    value.found = "a list";
  } else if (node.is_table()) {
    value.found = "a table";
  } else {
    value.found = node.is_floating_point() ? "a number with a point" : "a date or time";
  }
  return value;
}

// Steps of one letter (insert, drop, change) from one word to the other.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      std::size_t const change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearest_hint(std::string_view word, std::vector<std::string> const& known) {
  auto const nearest = std::ranges::min_element(known, {}, [&](std::string const& k) { return distance(word, k); });
  if (nearest != known.end() && distance(word, *nearest) <= std::max<std::size_t>(2, nearest->size() / 3))
    return fmt::format("did you mean \"{}\"?", *nearest);
  return fmt::format("known here: {}", fmt::join(known, ", "));
}

template <class Target>
std::vector<std::string> names_of(std::vector<Key<Target>> const& keys) {
  std::vector<std::string> names;
  for (auto const& key : keys) names.push_back(key.name);
  return names;
}

// A line of one of the files; line 0: none, it is the default.
struct Spot {
  std::size_t file = 0;  // in the order in which they are read
  std::uint32_t line = 0;
  auto operator<=>(Spot const&) const = default;
};

// Reads files into one Config and collects what is wrong with them.
class ConfigReader {
 public:
  void read(std::string_view text, std::string const& file) {
    files_.push_back(file);
    try {
      toml::table const root = toml::parse(text, file);
      for (auto const& [name, node] : root) read_section(std::string(name.str()), node);
    } catch (toml::parse_error const& e) {
      is_toml_ = false;
      findings_.push_back({spot(e.source().begin), fmt::format("{}:{}: {}", file, e.source().begin.line, e.description())});
    }
  }
  void cannot_read(std::string const& file, std::string sentence) {
    files_.push_back(file);
    is_toml_ = false;
    findings_.push_back({{files_.size() - 1, 0}, std::move(sentence)});
  }

  ConfigResult finish() && {
    if (is_toml_) {
      refuse_repeated_libraries();
      refuse_views_that_cannot_be();
      refuse_repeated_pools();
      refuse_repeated_users();
      refuse_colliding_paths();
    }
    std::ranges::stable_sort(findings_, {}, &Finding::at);
    ConfigResult result{std::move(config_), {}};
    for (auto& finding : findings_) result.findings.push_back(std::move(finding.text));
    return result;
  }

 private:
  struct Finding {
    Spot at;
    std::string text;
  };

  Spot spot(toml::source_position const& position) const { return {files_.size() - 1, static_cast<std::uint32_t>(position.line)}; }
  Spot spot(toml::node const& node) const { return spot(node.source().begin); }
  // Seen from a line of another one.
  std::string text_of(Spot at, Spot from) const { return at.file == from.file ? fmt::format("line {}", at.line) : fmt::format("line {} of {}", at.line, files_[at.file]); }

  void refuse(Spot at, std::string_view where, std::string_view sentence) {
    findings_.push_back({at, fmt::format("{}:{}: {}: {}", files_[at.file], at.line, where, sentence)});
  }

  void read_section(std::string const& name, toml::node const& node) {
    if (name == "library") return read_each(name, node, library_keys(), config_.libraries, library_spots_);
    if (name == "pool") return read_each(name, node, pool_keys(), config_.pools, pool_spots_);
    if (files_.size() > 1) return refuse(spot(node), name, "only [[library]] and [[pool]] sections may stand in this file");
    if (name == "view") return read_each(name, node, view_keys(), config_.views, view_spots_);
    if (name == "user") return read_each(name, node, user_keys(), config_.users, user_spots_);
    auto const section = std::ranges::find(plain_sections(), name, &Section::name);
    if (section == plain_sections().end()) return refuse(spot(node), name, "unknown section or key; " + nearest_hint(name, section_names()));
    if (!node.is_table()) return refuse(spot(node), name, fmt::format("must be a section, written [{}]", name));
    read_keys(fmt::format("[{}]", name), *node.as_table(), section->keys, config_);
  }

  static std::vector<std::string> section_names() {
    std::vector<std::string> names;
    for (auto const& section : plain_sections()) names.push_back(section.name);
    names.insert(names.end(), {"library", "view", "pool", "user"});
    return names;
  }

  template <class Target>
  void read_each(std::string const& name, toml::node const& node, std::vector<Key<Target>> const& keys, std::vector<Target>& into, std::vector<Spot>& spots) {
    auto const* list = node.as_array();
    if (list == nullptr || !std::ranges::all_of(*list, [](toml::node const& n) { return n.is_table(); }))
      return refuse(spot(node), name, fmt::format("must be a list of sections, each written [[{}]]", name));
    for (auto const& item : *list) {
      spots.push_back(spot(item));
      read_keys(fmt::format("[[{}]]", name), *item.as_table(), keys, into.emplace_back());
      if constexpr (std::is_same_v<Target, LibraryConfig>) {
        into.back().settings.standalone = into.back().settings.standalone || into.back().driver == "standalone";
        check_hardware(*item.as_table(), into.back(), spots.back());
      }
    }
  }

  template <class Target>
  void read_keys(std::string const& where, toml::table const& table, std::vector<Key<Target>> const& keys, Target& target) {
    for (auto const& [name, node] : table) {
      auto const at = spot(name.source().begin);
      auto const label = fmt::format("{} {}", where, name.str());
      auto const key = std::ranges::find(keys, std::string(name.str()), &Key<Target>::name);
      if (key == keys.end())
        refuse(at, label, "unknown key; " + nearest_hint(name.str(), names_of(keys)));
      else if (auto refused = key->read(value_of(node), target))
        refuse(at, label, *refused);
      else
        spots_[label] = at;
    }
    for (auto const& key : keys)
      if (key.required && !table.contains(key.name)) refuse(spot(table), where, fmt::format("{} is missing; it must be {}", key.name, key.allowed));
  }

  // A file or folder of ours, and who says so.
  struct Place {
    std::string key;
    std::string path;
    Spot at;
    bool folder = false;
    bool library = false;
    bool companion = false;  // a file beside the one that is named
    bool holds(Place const& other) const { return !companion && !other.companion && other.path.starts_with(path + "/"); }
  };

  // Two things in one place, or a thing below a file: one would write over the other, or the daemon would not start.
  void refuse_colliding_paths() {
    std::vector<Place> places;
    auto const add = [&](std::string const& key, std::string const& path, bool folder) {
      if (!path.empty()) places.push_back({key, std::filesystem::path(path).lexically_normal().string(), spot_of(key), folder});
    };
    add("[socket] path", config_.socket_path, false);
    add("[daemon] log_file", config_.log_file, false);
    add("[handler] program", config_.handler_program, false);
    add("[handler] lock_directory", config_.lock_directory, true);
    add("[catalog] path", config_.catalog_path, false);
    for (auto const* end : {"-wal", "-shm", "-journal", ".lock", ".restore", ".restore-partial", ".before-restore", ".before-restore-wal"}) {
      add("[catalog] path", config_.catalog_path + end, false);
      places.back().companion = true;
    }
    for (std::size_t i = 0; i < config_.libraries.size(); ++i)
      if (auto const& directory = config_.libraries[i].place.directory; !directory.empty())
        places.push_back({fmt::format("[[library]] directory of \"{}\"", config_.libraries[i].settings.name),
                          std::filesystem::path(directory).lexically_normal().string(), library_spots_[i], true, true});
    for (std::size_t b = 0; b < places.size(); ++b)
      for (std::size_t a = 0; a < b; ++a) refuse_collision(places[a], places[b]);
  }
  void refuse_collision(Place const& a, Place const& b) {
    if (a.key == b.key || (a.library && b.library && a.path == b.path)) return;  // the latter is told as a repetition
    auto const& [first, second] = a.at <= b.at ? std::tie(a, b) : std::tie(b, a);
    auto const where = [&, seen_from = second.at](Place const& place) { return place.at.line == 0 ? place.key + " (the default)" : fmt::format("{} in {}", place.key, text_of(place.at, seen_from)); };
    if (a.path == b.path)
      refuse(second.at, second.key, fmt::format("{} is also {}; give each its own", second.path, where(first)));
    for (auto const& [outer, inner] : {std::tie(a, b), std::tie(b, a)})
      if (outer.holds(inner) && (!outer.folder || outer.library))
        refuse(second.at, inner.key, fmt::format("{} lies inside {}, which is {}; name another place", inner.path, where(outer),
                                                outer.library ? "a library's own" : "a file"));
  }
  Spot spot_of(std::string const& label) const {
    auto const found = spots_.find(label);
    return found == spots_.end() ? Spot{} : found->second;
  }

  // Each kind of driver finds its devices in its own way.
  void check_hardware(toml::table const& table, LibraryConfig const& library, Spot at) {
    struct OfDriver {
      std::string_view needed;
      std::vector<std::string_view> used;
    };
    static std::map<std::string_view, OfDriver> const drivers{
        {"emulated", {"directory", {"directory", "volumes", "standalone"}}},
        {"scsi", {"changer", {"changer", "drives", "drive_order", "chap_file", "media_type"}}},
        {"standalone", {"drive", {"drive", "chap_file", "media_type", "poll_interval_s"}}},
    };
    auto const& its = drivers.at(library.driver);
    bool const by_hand = library.driver == "emulated" && library.settings.standalone;
    if (!table.contains(its.needed)) refuse(at, "[[library]]", fmt::format("{} is missing; the driver \"{}\" needs it", its.needed, library.driver));
    for (std::string_view const key : {"directory", "volumes", "standalone", "changer", "drives", "drive", "drive_order", "chap_file", "media_type", "poll_interval_s"}) {
      bool const used = std::ranges::find(its.used, key) != its.used.end() || (by_hand && (key == "media_type" || key == "poll_interval_s"));
      if (!used && table.contains(key))
        refuse(spot(table.find(key)->first.source().begin), fmt::format("[[library]] {}", key), fmt::format("the driver \"{}\" has no use for it", library.driver));
    }
  }

  void refuse_repeated_libraries() {
    std::map<std::string, Spot> names, directories, devices;
    for (std::size_t i = 0; i < config_.libraries.size(); ++i) {
      auto const& [settings, driver, place, volumes] = config_.libraries[i];
      refuse_repetition(names, settings.name, library_spots_[i], "[[library]] name");
      refuse_repetition(directories, place.directory, library_spots_[i], "[[library]] directory");
      refuse_repetition(devices, one_spelling(place.changer), library_spots_[i], "[[library]] changer");
      for (auto const& drive : place.drives) refuse_repetition(devices, one_spelling(drive), library_spots_[i], "[[library]] drives");
    }
  }
  static std::string one_spelling(std::string const& address) {
    auto const parsed = scsi::DeviceAddress::parse(address);
    return parsed ? parsed->text() : std::string();
  }
  // A view of a library that there is not, a name that means two things, a slot of two views.
  void refuse_views_that_cannot_be() {
    std::map<std::string, Spot> names;
    std::map<std::pair<std::string, std::uint32_t>, std::size_t> view_of_slot;
    for (std::size_t i = 0; i < config_.libraries.size(); ++i) names.emplace(config_.libraries[i].settings.name, library_spots_[i]);
    for (std::size_t i = 0; i < config_.views.size(); ++i) {
      auto const& [library, view] = config_.views[i];
      refuse_repetition(names, view.name, view_spots_[i], "[[view]] name");
      if (!library.empty() && config_.library(library) == nullptr)
        refuse(view_spots_[i], "[[view]] library", fmt::format("there is no library \"{}\"{}", library, library_hint(library)));
      refuse_slot_of_two_views(i, view_of_slot);
    }
  }
  void refuse_slot_of_two_views(std::size_t index, std::map<std::pair<std::string, std::uint32_t>, std::size_t>& view_of_slot) {
    auto const& [library, view] = config_.views[index];
    for (auto const slot : view.slots) {
      auto const [first, fresh] = view_of_slot.emplace(std::pair{library, slot}, index);
      if (fresh) continue;
      auto const& other = config_.views[first->second];
      auto const where = text_of(view_spots_[first->second], view_spots_[index]);
      return refuse(view_spots_[index], "[[view]] slots",
                    fmt::format("slot {} of \"{}\" is in view \"{}\" too, in {}; a slot belongs to one view", slot + 1, library, other.settings.name, where));
    }
  }
  std::string library_hint(std::string const& word) const {
    std::vector<std::string> names;
    for (auto const& library : config_.libraries) names.push_back(library.settings.name);
    return names.empty() ? "" : "; " + nearest_hint(word, names);
  }
  void refuse_repeated_pools() {
    std::map<std::string, Spot> paths;
    for (std::size_t i = 0; i < config_.pools.size(); ++i) refuse_repetition(paths, config_.pools[i].path, pool_spots_[i], "[[pool]] path");
  }
  void refuse_repeated_users() {
    std::map<std::string, Spot> names;
    for (std::size_t i = 0; i < config_.users.size(); ++i) refuse_repetition(names, config_.users[i].name, user_spots_[i], "[[user]] name");
  }
  void refuse_repetition(std::map<std::string, Spot>& seen, std::string const& value, Spot at, std::string_view where) {
    if (value.empty()) return;  // missing or refused already
    auto const [first, fresh] = seen.emplace(value, at);
    if (!fresh) refuse(at, where, fmt::format("\"{}\" is used already by the one in {}", value, text_of(first->second, at)));
  }

  Config config_;
  std::vector<std::string> files_;
  std::vector<Finding> findings_;
  std::vector<Spot> library_spots_, view_spots_, pool_spots_, user_spots_;
  std::map<std::string, Spot> spots_;  // of keys of plain sections
  bool is_toml_ = true;
};

// The text of a file, or why it is none of ours.
std::expected<std::string, std::string> text_of_file(std::string const& path) {
  auto const unreadable = [&](char const* why) { return std::unexpected(fmt::format("{}: cannot be read: {}", path, why)); };
  int const file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);  // a FIFO that nobody writes to would be waited for
  if (file < 0) return unreadable(std::strerror(errno));
  struct stat status {};
  bool const regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  std::string text(config_bytes_max + 1, '\0');
  std::size_t size = 0;
  ssize_t got = 1;
  while (regular && got > 0 && size < text.size()) {
    got = ::read(file, text.data() + size, text.size() - size);
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  int const reason = errno;
  ::close(file);
  if (!regular) return unreadable("it is no regular file: not a configuration");
  if (got < 0) return unreadable(std::strerror(reason));
  text.resize(size);
  if (text.size() > config_bytes_max) return std::unexpected(fmt::format("{}: is larger than {} bytes: not a configuration", path, config_bytes_max));
  return text;
}

// Files of single libraries, beside the configuration, in the order of their names.
std::vector<std::string> library_files(std::string const& config_path) {
  std::vector<std::string> files;
  std::error_code none;
  for (std::filesystem::directory_iterator entry(libraries_directory(config_path), none), end; !none && entry != end; entry.increment(none))
    if (entry->path().extension() == ".toml" && !entry->path().filename().string().starts_with('.')) files.push_back(entry->path().string());
  std::ranges::sort(files);
  return files;
}

ConfigReader read_files(std::string const& path) {
  ConfigReader reader;
  std::vector<std::string> files{path};
  auto const more = library_files(path);
  files.insert(files.end(), more.begin(), more.end());
  for (auto const& file : files) {
    auto text = text_of_file(file);
    if (text)
      reader.read(*text, file);
    else
      reader.cannot_read(file, std::move(text).error());
  }
  return reader;
}

}  // namespace

Settings Config::core_settings() const {
  Settings settings = core;
  settings.libraries.clear();
  for (auto const& library : libraries) {
    settings.libraries.push_back(library.settings);
    for (auto const& view : views)
      if (view.library == library.settings.name) settings.libraries.back().views.push_back(view.settings);
  }
  settings.shares.quotas.users.clear();
  for (auto const& user : users) settings.shares.quotas.users.emplace(user.name, user.quotas);
  settings.pool_defer_delays.clear();
  for (auto const& pool : pools) settings.pool_defer_delays.emplace_back(pool.path, pool.defer_dismount_delay);
  return settings;
}

LibraryConfig const* Config::library(std::string_view name) const {
  auto const found = std::ranges::find_if(libraries, [&](LibraryConfig const& l) { return l.settings.name == name; });
  return found == libraries.end() ? nullptr : &*found;
}

DeviceLimits Config::limits_of(LibraryConfig const& library) const {
  DeviceLimits its = device_limits;
  if (library.driver == "emulated") return its;
  its.load = std::max(its.load, limits::tape_load_limit);
  its.unload = std::max(its.unload, limits::tape_unload_limit);
  its.volume = std::max(its.volume, limits::tape_volume_limit);
  return its;
}

ConfigResult parse_config(std::string_view text, std::string const& file) {
  ConfigReader reader;
  reader.read(text, file);
  return std::move(reader).finish();
}

std::string libraries_directory(std::string const& config_path) { return (std::filesystem::path(config_path).parent_path() / "libraries.d").string(); }

ConfigResult load_config(std::string const& path) { return read_files(path).finish(); }

ConfigResult load_config_and(std::string const& path, std::string const& file, std::string_view text) {
  ConfigReader reader = read_files(path);
  reader.read(text, file);
  return std::move(reader).finish();
}

}  // namespace rsm::daemon
