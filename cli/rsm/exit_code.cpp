#include "cli/rsm/exit_code.hpp"

#include <cctype>
#include <string_view>

namespace rsm::cli {
namespace {

int documented(Errc code) {
  switch (code) {
    case Errc::success: return exit_code::success;
    case Errc::not_ready:
    case Errc::connection_unavail:
    case Errc::no_network:
    case Errc::not_connected: return exit_code::no_service;
    case Errc::access_denied: return exit_code::access_denied;
    case Errc::invalid_drive:
    case Errc::invalid_media:
    case Errc::invalid_library:
    case Errc::invalid_media_pool:
    case Errc::file_not_found:
    case Errc::object_not_found: return exit_code::no_such_object;
    case Errc::busy:
    case Errc::media_unavailable:
    case Errc::resource_not_available: return exit_code::busy;
    case Errc::timeout:
    case Errc::cancelled:
    case Errc::request_refused: return exit_code::given_up;
    case Errc::media_offline:
    case Errc::library_offline:
    case Errc::resource_disabled:
    case Errc::media_not_available:
    case Errc::device_not_available:
    case Errc::media_changed:
    case Errc::no_media_in_drive: return exit_code::offline;
    case Errc::not_supported: return exit_code::not_supported;
    default: return exit_code::other;
  }
}

// "open file /mnt/a in process 4711 (dd)"; the state of a request has no number behind it.
bool names_a_process(std::string const& detail) {
  constexpr std::string_view words = "in process ";
  auto const at = detail.find(words);
  return at != std::string::npos && at + words.size() < detail.size() && std::isdigit(static_cast<unsigned char>(detail[at + words.size()])) != 0;
}

}  // namespace

int exit_code_of(Errc code, bool win32) {
  if (!win32 || code == Errc::success) return documented(code);
  int const low = static_cast<int>(static_cast<std::uint32_t>(code) & 0xFF);
  return low == 0 ? 255 : low;
}

std::string advice(Error const& error) {
  if (error.detail.contains("rsm ")) return {};
  switch (error.code) {
    case Errc::not_ready:
    case Errc::not_connected:
    case Errc::connection_unavail:
    case Errc::no_network:
      return "'rsm setup --check' says what is wrong and which command helps; one that is just starting needs a moment; another socket: --socket PATH "
             "or OPENRSM_SOCKET";
    case Errc::access_denied: return "root and members of the group openrsm may do this; 'rsm setup --check' says whether you are one";
    case Errc::busy: return names_a_process(error.detail) ? "ask who that is to end it; --force takes the medium all the same, and what is open dies" : "'rsm status' shows who has it";
    case Errc::invalid_drive: return "'rsm drive list' shows the drives";
    case Errc::not_empty: return "'rsm media list' shows what is where";
    case Errc::invalid_media: return "'rsm media list' shows the media, 'rsm side list' their sides";
    case Errc::invalid_library: return "'rsm library list' shows the libraries";
    case Errc::invalid_media_pool: return "'rsm pool list' shows the pools";
    case Errc::library_full: return "'rsm media eject MEDIUM' makes room; 'rsm report shelf' shows what is there";
    case Errc::media_offline: return "bring the cartridge to the library: 'rsm library inject LIBRARY'";
    case Errc::unable_to_load_medium:
    case Errc::unable_to_unload_media:
    case Errc::unable_to_clean: return "'rsm status' says what a person has to look at, 'rsm drive list' how each drive is";
    case Errc::resource_disabled: return "'rsm library|drive|media enable NAME' switches it on";
    case Errc::device_not_available:
    case Errc::library_offline: return "'rsm status' says what is wrong with the device";
    case Errc::disk_full:
    case Errc::database_full: return "make room on the disk of the catalog; the service goes on by itself";
    case Errc::database_failure: return "'rsm catalog check' shows the damage; see docs/recovery.md";
    default: return {};
  }
}

}  // namespace rsm::cli
