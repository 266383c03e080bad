// Errors as values.
//
// What for: every operation of the product that can fail in daily life returns Result<T>. The code is the Win32 number
// that the RSM contract promises (for programs); object and detail are for people: which object, what was tried, what to do.
// Exceptions are for bugs and memory only. Thread rule: values, safe anywhere.
// Source: ntms-functions.md section 1 (numbers), architecture decision 3.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rsm {

// The numbers are the contract of the Windows headers (winerror.h) and are never reused. The sentences are in errors.def.
enum class Errc : std::uint32_t {
  success = 0,
  invalid_function = 1,
  file_not_found = 2,
  access_denied = 5,
  invalid_handle = 6,
  not_enough_memory = 8,
  bad_format = 11,
  invalid_drive = 15,
  write_protect = 19,
  not_ready = 21,
  bad_length = 24,
  write_fault = 29,
  gen_failure = 31,
  sharing_violation = 32,
  not_supported = 50,
  invalid_parameter = 87,
  disk_full = 112,
  call_not_implemented = 120,
  insufficient_buffer = 122,
  invalid_name = 123,
  not_locked = 158,
  busy = 170,
  already_exists = 183,
  no_data = 232,
  invalid_address = 487,
  operation_aborted = 995,
  io_incomplete = 996,
  io_pending = 997,
  unable_to_unload_media = 1109,
  media_changed = 1110,
  no_media_in_drive = 1112,
  not_found = 1168,
  connection_unavail = 1201,
  invalid_computername = 1210,
  no_network = 1222,
  cancelled = 1223,
  no_security_on_object = 1350,
  internal_error = 1359,
  timeout = 1460,
  rpc_no_interfaces = 1817,
  not_connected = 2250,
  invalid_media = 4300,
  invalid_library = 4301,
  invalid_media_pool = 4302,
  drive_media_mismatch = 4303,
  media_offline = 4304,
  library_offline = 4305,
  empty = 4306,
  not_empty = 4307,
  media_unavailable = 4308,
  resource_disabled = 4309,
  invalid_cleaner = 4310,
  unable_to_clean = 4311,
  object_not_found = 4312,
  database_failure = 4313,
  database_full = 4314,
  media_incompatible = 4315,
  resource_not_present = 4316,
  invalid_operation = 4317,
  media_not_available = 4318,
  device_not_available = 4319,
  request_refused = 4320,
  invalid_drive_object = 4321,
  library_full = 4322,
  medium_not_accessible = 4323,
  unable_to_load_medium = 4324,
  unable_to_inventory_drive = 4325,
  unable_to_inventory_slot = 4326,
  unable_to_inventory_transport = 4327,
  transport_full = 4328,
  controlling_ieport = 4329,
  unable_to_eject_mounted_media = 4330,
  cleaner_slot_set = 4331,
  cleaner_slot_not_set = 4332,
  cleaner_cartridge_spent = 4333,
  unexpected_omid = 4334,
  cant_delete_last_item = 4335,
  message_exceeds_max_size = 4336,
  volume_contains_sys_files = 4337,
  indigenous_type = 4338,
  no_supporting_drives = 4339,
  cleaner_cartridge_installed = 4340,
  ieport_full = 4341,
  resource_not_available = 5006,
  invalid_state = 5023,
};

// All of them, success first.
std::span<Errc const> all_errors();

// "ERROR_BUSY" for Errc::busy; "ERROR_UNKNOWN" for a number that is none of them.
std::string_view error_name(Errc code);
std::string_view error_sentence(Errc code);
// The code with this Win32 number, if there is one.
std::optional<Errc> error_from_number(std::uint32_t number);

struct [[nodiscard]] Error {
  Errc code = Errc::success;
  std::string object;  // what it is about: "drive 0 of library Jukebox", "params.media[1]"; may be empty
  std::string detail;  // what was tried, what stands in the way, what to do; may be empty

  // "ERROR_BUSY (170): The resource is in use. drive 0: /mnt/a is open in process 4711 (dd)"
  std::string text() const;
  // What happened to what, without name and number: for where another error, a reason or a line of the log carries it inside.
  // "drive 0: /mnt/a is open in process 4711 (dd)"; the table's sentence where there is no detail.
  std::string sentence() const;
  friend bool operator==(Error const&, Error const&) = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string object = {}, std::string detail = {}) {
  return std::unexpected(Error{code, std::move(object), std::move(detail)});
}

// RSM_TRY(auto x, f());  gives x or returns the error of f() from the enclosing function.
// RSM_CHECK(f());        the same for Result<void>.
#define RSM_CONCAT_(a, b) a##b
#define RSM_CONCAT(a, b) RSM_CONCAT_(a, b)
#define RSM_TRY_(tmp, var, ...)                              \
  auto tmp = (__VA_ARGS__);                                  \
  if (!tmp) return std::unexpected(std::move(tmp).error());  \
  var = std::move(*tmp)
#define RSM_TRY(var, ...) RSM_TRY_(RSM_CONCAT(rsm_try_, __COUNTER__), var, __VA_ARGS__)
#define RSM_CHECK_(tmp, ...) \
  if (auto tmp = (__VA_ARGS__); !tmp) return std::unexpected(std::move(tmp).error())
#define RSM_CHECK(...) RSM_CHECK_(RSM_CONCAT(rsm_check_, __COUNTER__), __VA_ARGS__)

}  // namespace rsm
