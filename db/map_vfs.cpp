#include "db/map_vfs.hpp"

#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>

#include "db/limits.hpp"
#include "db/lost_pages.hpp"

namespace rsm::db {
namespace map_file {
namespace {

// A mapped file, as the handler needs to know it. They are never given back to the system, so that it can look at them at any moment.
struct Mapping {
  std::atomic<bool> taken = false;
  std::atomic<std::uintptr_t> begin = 0, end = 0;
  std::atomic<bool> lost = false;  // a page of it; it is used no more
};
constexpr std::size_t mappings_max = 64;  // readers beyond it read as ever
std::array<Mapping, mappings_max> mappings;
struct sigaction before;

// Behind the system's own part of a file.
struct MapFile {
  sqlite3_io_methods const* system;
  Mapping* mapping;
  sqlite3_int64 size;  // of the file, when it was mapped
};
int system_bytes = 0;

MapFile& map_of(sqlite3_file* file) { return *reinterpret_cast<MapFile*>(reinterpret_cast<char*>(file) + system_bytes); }

void on_lost_page(int signal, siginfo_t* info, void*) {
  int const error = errno;
  auto const address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (auto& mapping : mappings) {
    if (address < mapping.begin.load() || address >= mapping.end.load()) continue;
    auto* const page = reinterpret_cast<void*>(address / limits::catalog_page_bytes * limits::catalog_page_bytes);
    if (::mmap(page, limits::catalog_page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    mapping.lost = true;
    pages_lost = pages_lost + 1;
    errno = error;
    return;
  }
  ::sigaction(signal, &before, nullptr);  // the same access then does what it would have done
}

Mapping* take_mapping() {
  for (auto& mapping : mappings)
    if (!mapping.taken.exchange(true)) {
      mapping.begin = mapping.end = 0;
      mapping.lost = false;
      return &mapping;
    }
  return nullptr;
}

int fetch(sqlite3_file* file, sqlite3_int64 at, int count, void** page) {
  auto& map = map_of(file);
  *page = nullptr;
  if (map.mapping->lost) return SQLITE_OK;
  int const code = map.system->xFetch(file, at, count, page);
  if (code != SQLITE_OK || *page == nullptr) return code;
  auto const begin = reinterpret_cast<std::uintptr_t>(*page) - static_cast<std::uintptr_t>(at);
  if (begin != map.mapping->begin) {
    map.mapping->end = 0;
    map.system->xFileSize(file, &map.size);
    map.mapping->begin = begin;
    map.mapping->end = begin + static_cast<std::uintptr_t>(map.size);
  }
  return SQLITE_OK;
}

// A page that is used no more; no page: the catalog has changed, and SQLite gives up the whole mapping.
int let_go(sqlite3_file* file, sqlite3_int64 at, void* page) {
  auto& map = map_of(file);
  if (page != nullptr || map.mapping->begin == 0) return map.system->xUnfetch(file, at, page);
  constexpr sqlite3_int64 part_read_as_ever = 16;
  sqlite3_int64 size = 0;
  bool const it_will_do = map.system->xFileSize(file, &size) == SQLITE_OK && size >= map.size && size - map.size <= map.size / part_read_as_ever;
  if (it_will_do && !map.mapping->lost) return SQLITE_OK;
  map.mapping->begin = map.mapping->end = 0;
  return map.system->xUnfetch(file, at, page);
}

int close(sqlite3_file* file) {
  auto& map = map_of(file);
  map.mapping->begin = map.mapping->end = 0;
  map.mapping->taken = false;
  return map.system->xClose(file);
}

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
  auto* const system = sqlite3_vfs_find(nullptr);
  int const code = system->xOpen(system, name, file, flags, out);
  bool const can_be_mapped = code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0 && file->pMethods->iVersion >= 3;
  if (!can_be_mapped) return code;
  auto* const mapping = take_mapping();
  if (mapping == nullptr) return code;
  static sqlite3_io_methods const methods = [&] {
    sqlite3_io_methods ours = *file->pMethods;
    ours.xClose = close;
    ours.xFetch = fetch;
    ours.xUnfetch = let_go;
    return ours;
  }();
  new (&map_of(file)) MapFile{file->pMethods, mapping, 0};
  file->pMethods = &methods;
  return code;
}

sqlite3_vfs made() {
  constexpr int align = alignof(std::max_align_t);
  sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
  system_bytes = (vfs.szOsFile + align - 1) / align * align;
  vfs.zName = "rsm-map";
  vfs.pNext = nullptr;
  vfs.szOsFile = system_bytes + static_cast<int>(sizeof(MapFile));
  vfs.xOpen = open;
  return vfs;
}

void install_handler() {
  struct sigaction action {};
  action.sa_sigaction = on_lost_page;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  ::sigaction(SIGBUS, &action, &before);
}

}  // namespace
}  // namespace map_file

char const* map_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_initialize();
    map_file::install_handler();
    return map_file::made();
  }();
  static int const registered = sqlite3_vfs_register(&vfs, 0);
  static_cast<void>(registered);
  return vfs.zName;
}

}  // namespace rsm::db
