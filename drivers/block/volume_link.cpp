#include "drivers/block/volume_link.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "drivers/block/folder.hpp"

namespace rsm::block {
namespace {

struct LinkPlace {
  Folder folder;
  std::string name;
};

// Its folder is one of an account that is trusted less: no link leads us out of it.
Result<LinkPlace> place_of(std::string const& link) {
  std::filesystem::path const path(link);
  RSM_TRY(Folder folder, Folder::open_without_links(path.parent_path().string()));
  struct stat st {};
  if (::fstatat(folder.fd(), path.filename().c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(st.st_mode))
    return fail(Errc::already_exists, link, "the name of the drive's volume is taken by something that is no symbolic link; remove it");
  return LinkPlace{std::move(folder), path.filename().string()};
}

std::string aside_name(std::string const& name) { return name + ".offline"; }

bool leads_to(int folder, std::string const& name, std::string const& target) {
  std::array<char, 4096> buffer{};
  ssize_t const length = ::readlinkat(folder, name.c_str(), buffer.data(), buffer.size());
  return length > 0 && std::string_view(buffer.data(), static_cast<std::size_t>(length)) == target;
}

}  // namespace

Result<> set_link(std::string const& link, std::string const& target) {
  RSM_TRY(LinkPlace const place, place_of(link));
  std::string const aside = aside_name(place.name);
  int const folder = place.folder.fd();
  if (leads_to(folder, aside, target) && ::renameat(folder, aside.c_str(), folder, place.name.c_str()) == 0) return {};
  return place.folder.set_link(place.name, target);
}

Result<> remove_link(std::string const& link) {
  auto const place = place_of(link);
  if (!place && place.error().code == Errc::object_not_found) return {};  // gone with its folder
  if (!place) return std::unexpected(place.error());
  return place->folder.remove_file(place->name);
}

Result<> put_link_aside(std::string const& link) {
  auto const place = place_of(link);
  if (!place && place.error().code == Errc::object_not_found) return {};  // gone with its folder
  if (!place) return std::unexpected(place.error());
  int const folder = place->folder.fd();
  if (::renameat(folder, place->name.c_str(), folder, aside_name(place->name).c_str()) == 0) return {};
  return place->folder.remove_file(place->name);
}

Result<> forget_link_aside(std::string const& link) {
  std::filesystem::path const path(link);
  return remove_link((path.parent_path() / aside_name(path.filename().string())).string());
}

bool link_leads_to(std::string const& link, std::string const& target) { return leads_to(AT_FDCWD, link, target); }

}  // namespace rsm::block
