#include "cli/rsm/volume/managing_service.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "api/client/connection.hpp"
#include "cli/rsm/view/words.hpp"
#include "drivers/volume/find_volume.hpp"
#include "drivers/volume/limits.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::cli {
namespace {

// The device behind a path, whatever links lead there; 0: none.
dev_t device_at(std::string const& path) {
  struct stat st {};
  bool const there = !path.empty() && ::stat(path.c_str(), &st) == 0;
  return there && (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode)) ? st.st_rdev : 0;
}

std::string sentence(wire::DriveInfo const& drive, std::string const& socket) {
  std::string out = "it is " + drive.name + " of the service at " + socket;
  if (drive.medium_name.empty()) return out + "; ask the service: rsm drive show '" + drive.name + "'";
  std::string const side = side_name(drive.medium_name, drive.side, drive.side_number);
  return out + ", with " + side + "; ask the service: rsm media dismount " + side + ", rsm media eject " + drive.medium_name;
}

}  // namespace

std::string managing_service(std::string const& device, std::string const& socket) {
  auto const medium = volume::medium_numbers(device);  // whoever has the disk has its partitions
  if (medium.empty()) return {};
  auto const is_wanted = [&medium](std::string const& path) { return std::ranges::find(medium, device_at(path)) != medium.end(); };
  client::Options options;
  options.socket = socket;
  options.client_name = "rsm " RSM_VERSION;
  options.connect_limit = limits::volume_service_wait;
  options.reconnect_limit = Millis{0};
  auto const service = client::Connection::open(std::move(options));
  if (!service) return {};
  auto const end = std::chrono::steady_clock::now() + limits::volume_service_wait;
  wire::ListParams page{.container = {}, .cursor = {}, .limit = static_cast<std::int64_t>(limits::page_items_max)};
  for (;;) {
    auto const left = std::chrono::duration_cast<Millis>(end - std::chrono::steady_clock::now());
    if (left <= Millis{0}) return {};
    auto const drives = (*service)->drive_list(page, left);
    if (!drives) return {};
    for (auto const& drive : drives->items)
      if (is_wanted(drive.volume) || is_wanted(drive.device)) return sentence(drive, client::socket_path(socket));
    if (!drives->next_cursor) return {};
    page.cursor = drives->next_cursor;
  }
}

}  // namespace rsm::cli
