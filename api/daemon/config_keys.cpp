#include "api/daemon/config_keys.hpp"

#include <sys/un.h>

#include <algorithm>
#include <set>

#include "drivers/scsi/device_address.hpp"
#include "libmgr/domain/number_ranges.hpp"
#include "libmgr/domain/unicode.hpp"
#include "libmgr/model/media_types.hpp"

namespace rsm::daemon {
namespace {

using Seconds = std::chrono::seconds;
constexpr std::int64_t hour = 3600, day = 24 * hour, year = 365 * day;

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Refusal absolute_path(std::string const& text) {
  if (!text.starts_with('/')) return fmt::format("must be an absolute path; \"{}\" does not begin with /", text);
  if (has_control_character(text)) return "must not contain control characters";
  if (text.ends_with('/')) return fmt::format("must not end with /; it is \"{}\"", text);
  return {};
}
Refusal absolute_path_or_empty(std::string const& text) {
  return text.empty() ? Refusal{} : absolute_path(text);
}
Refusal socket_path(std::string const& text) {
  constexpr auto longest = sizeof(sockaddr_un::sun_path) - 1;
  if (text.size() > longest) return fmt::format("must have at most {} bytes (a rule of the kernel); it has {}", longest, text.size());
  return absolute_path(text);
}
Refusal account_name(std::string const& text) {
  if (has_control_character(text) || text.find_first_of(" :,/") != std::string::npos)
    return fmt::format("\"{}\" is not a name of an account", text);
  return {};
}
Refusal library_name(std::string const& text) {
  if (text.empty() || utf16_units(text) > limits::name_chars_max || has_control_character(text))
    return fmt::format("must have 1 to {} characters and no control characters; it has {}", limits::name_chars_max, utf16_units(text));
  return {};
}
Refusal device_address(std::string const& text) {
  auto const address = scsi::DeviceAddress::parse(text);
  return address ? Refusal{} : Refusal{address.error().sentence()};
}
Refusal pool_path(std::string const& text) {
  if (text.empty() || utf16_units(text) > limits::pool_path_chars_max || has_control_character(text))
    return fmt::format("must have 1 to {} characters and no control characters", limits::pool_path_chars_max);
  for (std::size_t begin = 0; begin <= text.size();) {
    auto const end = std::min(text.find('\\', begin), text.size());
    auto const level = utf16_units(std::string_view(text).substr(begin, end - begin));
    if (level == 0 || level > limits::name_chars_max)
      return fmt::format("each level between backslashes must have 1 to {} characters", limits::name_chars_max);
    begin = end + 1;
  }
  return {};
}

// "0666": a string, since TOML reads 0666 as an error and 666 as something else.
Key<Config> mode_key() {
  std::string const allowed = "a string of octal digits, \"0600\" to \"0777\"";
  auto read = [allowed](ConfigValue const& value, Config& config) -> Refusal {
    auto const digits = value.text.value_or("");
    bool const octal = digits.size() >= 3 && digits.size() <= 4 && digits.find_first_not_of("01234567") == std::string::npos;
    auto const mode = octal ? static_cast<std::uint32_t>(std::stoul(digits, nullptr, 8)) : 0U;
    if ((mode & 0600) != 0600 || mode > 0777) return must_be(allowed, value);
    config.socket_mode = mode;
    return {};
  };
  return {"mode", allowed, read, [](Config const& config) { return fmt::format("\"{:04o}\"", config.socket_mode); }};
}

template <class Member>
Key<Config> seconds(std::string name, Member member, std::int64_t lowest, std::int64_t highest) {
  return duration_key<Seconds, Config>(std::move(name), member, lowest, highest);
}

#define RSM_MEMBER(Target, expression) \
  [](Target & c) -> auto& {            \
    return c.expression;               \
  }

std::vector<Section> make_sections() {
  return {
      {"daemon",
       {text_key<Config>("user", "a name of an account, or empty", RSM_MEMBER(Config, user), account_name),
        text_key<Config>("group", "a name of a group, or empty", RSM_MEMBER(Config, group), account_name),
        text_key<Config>("admin_group", "a name of a group, or empty", RSM_MEMBER(Config, admin_group), account_name),
        word_key<Config>(
            "log_level", RSM_MEMBER(Config, log_level),
            std::vector<std::pair<std::string, LogLevel>>{
                {"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warning", LogLevel::warning}, {"error", LogLevel::error}}),
        text_key<Config>("log_file", "an absolute path, or empty", RSM_MEMBER(Config, log_file), absolute_path_or_empty)}},
      {"socket", {text_key<Config>("path", "an absolute path", RSM_MEMBER(Config, socket_path), socket_path), mode_key()}},
      {"catalog", {text_key<Config>("path", "an absolute path", RSM_MEMBER(Config, catalog_path), absolute_path)}},
      {"session", {seconds("grace_s", RSM_MEMBER(Config, core.session_grace), 0, day)}},
      {"volume",
       {seconds("busy_wait_s", RSM_MEMBER(Config, core.busy_wait), 0, hour),
        duration_key<Millis, Config>("busy_retry_ms", RSM_MEMBER(Config, core.busy_retry_pause), 50, 60'000)}},
      {"scheduler",
       {word_key<Config>(
            "policy", RSM_MEMBER(Config, core.policy),
            std::vector<std::pair<std::string, SchedulerPolicy>>{{"batch", SchedulerPolicy::batch}, {"strict", SchedulerPolicy::strict}, {"throughput", SchedulerPolicy::throughput}}),
        seconds("fairness_limit_s", RSM_MEMBER(Config, core.fairness_limit), 1, 7 * day)}},
      {"queue",
       {word_key<Config>("on_restart", RSM_MEMBER(Config, core.on_restart),
                         std::vector<std::pair<std::string, OnRestart>>{{"resume", OnRestart::resume}, {"cancel", OnRestart::cancel}}),
        seconds("idle_stay_least_s", RSM_MEMBER(Config, core.idle_stay_least), 0, day),
        seconds("idle_stay_most_s", RSM_MEMBER(Config, core.idle_stay_most), 0, year),
        seconds("request_purge_after_s", RSM_MEMBER(Config, core.request_purge_after), 60, year),
        number_key<Config>("requests_per_user", RSM_MEMBER(Config, core.shares.quotas.everybody.requests), 1, static_cast<std::int64_t>(limits::requests_open_max)),
        number_key<Config>("requests_per_session", RSM_MEMBER(Config, core.shares.quotas.everybody.requests_of_session), 1, static_cast<std::int64_t>(limits::requests_open_max)),
        number_key<Config>("sessions_per_user", RSM_MEMBER(Config, core.shares.quotas.everybody.sessions), 1, 65'536),
        number_key<Config>("waits_per_user", RSM_MEMBER(Config, core.shares.quotas.everybody.waits), 1, 1'000'000),
        number_key<Config>("operator_requests_per_user", RSM_MEMBER(Config, core.shares.quotas.everybody.operator_requests), 1, 65'536),
        number_key<Config>("media_per_user", RSM_MEMBER(Config, core.shares.quotas.everybody.media), 1, 1'000'000'000),
        number_key<Config>("priority_max_user", RSM_MEMBER(Config, core.shares.priority_max_user), 0, priority_highest)}},
      {"history",
       {duration_key<std::chrono::days, Config>("keep_days", RSM_MEMBER(Config, core.history_purge_after), 1, 100 * 365),
        number_key<Config>("keep_rows", RSM_MEMBER(Config, core.history_kept), 1000, 1'000'000'000),
        number_key<Config>("medium_mounts", RSM_MEMBER(Config, core.ageing.medium_mounts), 0, 1'000'000'000),
        number_key<Config>("medium_hours", RSM_MEMBER(Config, core.ageing.medium_hours), 0, 1'000'000'000),
        number_key<Config>("drive_mounts", RSM_MEMBER(Config, core.ageing.drive_mounts), 0, 1'000'000'000),
        number_key<Config>("drive_hours", RSM_MEMBER(Config, core.ageing.drive_hours), 0, 1'000'000'000)}},
      {"handler",
       {text_key<Config>("program", "an absolute path, or empty", RSM_MEMBER(Config, handler_program), absolute_path_or_empty),
        text_key<Config>("lock_directory", "an absolute path", RSM_MEMBER(Config, lock_directory), absolute_path),
        seconds("move_limit_s", RSM_MEMBER(Config, device_limits.move), 1, day),
        seconds("inventory_limit_s", RSM_MEMBER(Config, device_limits.inventory), 1, day),
        seconds("load_limit_s", RSM_MEMBER(Config, device_limits.load), 1, day),
        seconds("unload_limit_s", RSM_MEMBER(Config, device_limits.unload), 1, day),
        seconds("volume_limit_s", RSM_MEMBER(Config, device_limits.volume), 1, hour),
        seconds("status_limit_s", RSM_MEMBER(Config, device_limits.status), 1, hour)}},
  };
}

Key<LibraryConfig> media_type_key() {
  std::string const allowed = "the name of a media type, or empty";
  auto read = [allowed](ConfigValue const& value, LibraryConfig& library) -> Refusal {
    if (!value.text) return must_be(allowed, value);
    auto const code = media_type_named(*value.text);
    if (!code && !value.text->empty()) return fmt::format("\"{}\" is no media type; docs/devices.md lists their names (\"LTO Ultrium\", \"DVD-RAM\")", *value.text);
    library.place.media_type = code.value_or(0);
    return {};
  };
  return {"media_type", allowed, read, [](LibraryConfig const& library) { return in_quotes(media_type_name(library.place.media_type)); }};
}

// The one of a stand-alone library.
Key<LibraryConfig> drive_key() {
  std::string const allowed = "an address of a device";
  auto read = [allowed](ConfigValue const& value, LibraryConfig& library) -> Refusal {
    if (!value.text) return must_be(allowed, value);
    if (auto refused = device_address(*value.text)) return refused;
    library.place.drives = {*value.text};
    return {};
  };
  return {"drive", allowed, read, [](LibraryConfig const&) { return std::string("\"\""); }};
}

template <class Target>
Key<Target> required_by_driver(Key<Target> key) {
  key.required_by_driver = true;
  return key;
}

template <class Target>
Key<Target> required(Key<Target> key) {
  key.required = true;
  return key;
}

std::vector<Key<LibraryConfig>> make_library_keys() {
  using C = LibraryConfig;
  return {
      required(text_key<C>("name", "a string of 1 to 63 characters", RSM_MEMBER(C, settings.name), library_name)),
      word_key<C>("driver", RSM_MEMBER(C, driver), std::vector<std::pair<std::string, std::string>>{{"emulated", "emulated"}, {"scsi", "scsi"}, {"standalone", "standalone"}}),
      required_by_driver(text_key<C>("directory", "an absolute path", RSM_MEMBER(C, place.directory), absolute_path)),
      required_by_driver(text_key<C>("changer", "an address of a device", RSM_MEMBER(C, place.changer), device_address)),
      texts_key<C>("drives", "a list of addresses of devices", RSM_MEMBER(C, place.drives), limits::library_drives_max, device_address),
      required_by_driver(drive_key()),
      flag_key<C>("standalone", RSM_MEMBER(C, settings.standalone)),
      duration_key<Seconds, C>("poll_interval_s", RSM_MEMBER(C, settings.poll_interval), 0, hour),
      word_key<C>("drive_order", RSM_MEMBER(C, place.drive_order),
                  std::vector<std::pair<std::string, handler::DriveOrder>>{
                      {"identity", handler::DriveOrder::identity}, {"listed", handler::DriveOrder::listed}}),
      text_key<C>("chap_file", "an absolute path, or empty", RSM_MEMBER(C, place.chap_file), absolute_path_or_empty),
      media_type_key(),
      word_key<C>("volumes", RSM_MEMBER(C, volumes),
                  std::vector<std::pair<std::string, VolumeKind>>{
                      {"auto", VolumeKind::automatic}, {"block", VolumeKind::block}, {"user", VolumeKind::user}}),
      duration_key<Seconds, C>("defer_dismount_delay_s", RSM_MEMBER(C, settings.defer_dismount_delay), 0, year),
      word_key<C>("inventory_method", RSM_MEMBER(C, settings.inventory_method),
                  std::vector<std::pair<std::string, InventoryMethod>>{
                      {"none", InventoryMethod::none}, {"fast", InventoryMethod::fast}, {"omid", InventoryMethod::omid}}),
      flag_key<C>("auto_recovery", RSM_MEMBER(C, settings.auto_recovery)),
      flag_key<C>("clean_drives", RSM_MEMBER(C, settings.clean_drives)),
      duration_key<Seconds, C>("port_max_extend_s", RSM_MEMBER(C, settings.port_max_extend), 1, day),
  };
}

// "1-20", "40": slots as people count them, from 1; each once.
Refusal read_slots(std::vector<std::string> const& texts, std::vector<std::uint32_t>& slots) {
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> all;
  for (auto const& text : texts) {
    auto const range = number_range(text);
    if (!range) return range.error().sentence();
    if (range->first == 0) return fmt::format("\"{}\": slots are numbered from 1", text);
    if (range->last - range->first >= limits::view_slots_max - all.size()) return fmt::format("must name at most {} slots", limits::view_slots_max);
    for (auto slot = range->first - 1; slot < range->last; ++slot) {
      if (!seen.insert(slot).second) return fmt::format("slot {} stands in it twice", slot + 1);
      all.push_back(slot);
    }
  }
  if (all.empty()) return "must name at least one slot";
  slots = std::move(all);
  return {};
}

Key<ViewConfig> slots_key() {
  std::string const allowed = "a list of slots, \"40\" or \"1-20\"";
  auto read = [allowed](ConfigValue const& value, ViewConfig& view) -> Refusal {
    return value.texts ? read_slots(*value.texts, view.settings.slots) : must_be(allowed, value);
  };
  return {"slots", allowed, read, [](ViewConfig const&) { return std::string("[]"); }};
}

std::vector<Key<ViewConfig>> make_view_keys() {
  using C = ViewConfig;
  return {required(text_key<C>("name", "a string of 1 to 63 characters", RSM_MEMBER(C, settings.name), library_name)),
          required(text_key<C>("library", "a name of a library", RSM_MEMBER(C, library), library_name)),
          required(numbers_key<C>("drives", RSM_MEMBER(C, settings.drives), 0, limits::library_drives_max - 1, limits::library_drives_max)),
          required(slots_key()),
          flag_key<C>("ports", RSM_MEMBER(C, settings.ports))};
}

std::vector<Key<PoolConfig>> make_pool_keys() {
  using C = PoolConfig;
  return {required(text_key<C>("path", "a full name of a pool, 1 to 511 characters", RSM_MEMBER(C, path), pool_path)),
          required(duration_key<Seconds, C>("defer_dismount_delay_s", RSM_MEMBER(C, defer_dismount_delay), 0, year))};
}

std::vector<Key<UserConfig>> make_user_keys() {
  using C = UserConfig;
  return {required(text_key<C>("name", "a name of an account", RSM_MEMBER(C, name), account_name)),
          number_key<C>("requests", RSM_MEMBER(C, quotas.requests), 0, static_cast<std::int64_t>(limits::requests_open_max)),
          number_key<C>("requests_of_session", RSM_MEMBER(C, quotas.requests_of_session), 0, static_cast<std::int64_t>(limits::requests_open_max)),
          number_key<C>("sessions", RSM_MEMBER(C, quotas.sessions), 0, 65'536),
          number_key<C>("waits", RSM_MEMBER(C, quotas.waits), 0, 1'000'000),
          number_key<C>("operator_requests", RSM_MEMBER(C, quotas.operator_requests), 0, 65'536),
          number_key<C>("media", RSM_MEMBER(C, quotas.media), 0, 1'000'000'000)};
}

#undef RSM_MEMBER

}  // namespace

std::vector<Section> const& plain_sections() {
  static auto const sections = make_sections();
  return sections;
}

std::vector<Key<LibraryConfig>> const& library_keys() {
  static auto const keys = make_library_keys();
  return keys;
}

std::vector<Key<ViewConfig>> const& view_keys() {
  static auto const keys = make_view_keys();
  return keys;
}

std::vector<Key<PoolConfig>> const& pool_keys() {
  static auto const keys = make_pool_keys();
  return keys;
}

std::vector<Key<UserConfig>> const& user_keys() {
  static auto const keys = make_user_keys();
  return keys;
}

std::vector<KnownKey> known_keys() {
  std::vector<KnownKey> all;
  auto const add = [&all](std::string const& section, auto const& keys, auto const& defaults) {
    for (auto const& key : keys) all.push_back({section, key.name, key.allowed, key.required || key.required_by_driver ? "required" : key.show(defaults)});
  };
  for (auto const& section : plain_sections()) add(section.name, section.keys, Config{});
  add("library", library_keys(), LibraryConfig{});
  add("view", view_keys(), ViewConfig{});
  add("pool", pool_keys(), PoolConfig{});
  add("user", user_keys(), UserConfig{});
  return all;
}

}  // namespace rsm::daemon
