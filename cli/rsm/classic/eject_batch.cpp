#include "cli/rsm/classic/eject_batch.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

namespace rsm::cli {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;  // a longer one is none of ours

std::string folder_of_this_user() {
  auto const set = [](char const* name) {
    char const* value = std::getenv(name);
    return std::string{value == nullptr || value[0] != '/' ? "" : value};
  };
  if (auto const state = set("XDG_STATE_HOME"); !state.empty()) return state + "/openrsm";
  if (auto const home = set("HOME"); !home.empty()) return home + "/.local/state/openrsm";
  return "/tmp/openrsm-" + std::to_string(getuid());
}

// A path as the name of a file.
std::string file_name_of(std::string const& socket) {
  std::string name = "eject-batch";
  for (char const c : socket) name += c == '/' ? '-' : c;
  return name.substr(0, 200);
}

std::unexpected<Error> unwritable(std::string const& path) { return fail(Errc::write_fault, path, std::string{"what is collected cannot be kept there: "} + std::strerror(errno)); }

bool is_own_file(int file) {
  struct stat found {};
  return fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == geteuid() && found.st_size <= static_cast<off_t>(file_bytes_max);
}

std::vector<MediumId> read_media(int file) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = read(file, part.data(), part.size())) > 0 && text.size() < file_bytes_max;) text.append(part.data(), static_cast<std::size_t>(got));
  std::vector<MediumId> media;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (auto const id = Guid::parse(line)) media.push_back(MediumId{*id});
  return media;
}

}  // namespace

Result<EjectBatch> EjectBatch::of(std::string const& socket) {
  std::string const folder = folder_of_this_user(), path = folder + "/" + file_name_of(socket);
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  int const file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return unwritable(path);
  if (!is_own_file(file) || flock(file, LOCK_EX) != 0) {
    close(file);
    return fail(Errc::access_denied, path, "it is another user's, or no file of ids");
  }
  return EjectBatch(file, path, read_media(file));
}

EjectBatch::EjectBatch(EjectBatch&& other) noexcept : file_(std::exchange(other.file_, -1)), path_(std::move(other.path_)), media_(std::move(other.media_)) {}

EjectBatch::~EjectBatch() {
  if (file_ >= 0) close(file_);
}

Result<> EjectBatch::keep(std::vector<MediumId> media) {
  std::string text;
  for (auto const& id : media) text += id.text() + "\n";
  bool const written = lseek(file_, 0, SEEK_SET) == 0 && write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ftruncate(file_, static_cast<off_t>(text.size())) == 0;
  if (!written) return unwritable(path_);
  media_ = std::move(media);
  return {};
}

}  // namespace rsm::cli
