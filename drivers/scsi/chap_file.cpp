#include "drivers/scsi/chap_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "drivers/scsi/limits.hpp"

namespace rsm::scsi {
namespace {

class OpenFile {
 public:
  explicit OpenFile(std::string const& path) : fd_(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {}
  OpenFile(OpenFile const&) = delete;
  OpenFile& operator=(OpenFile const&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> cannot_read(std::string const& path, int number) {
  if (number == ENOENT || number == ENOTDIR)
    return fail(Errc::resource_not_present, path, "there is no such file with a user and a secret (CHAP)");
  if (number == ELOOP) return fail(Errc::access_denied, path, "it is a symbolic link; name the file itself");
  return fail(Errc::access_denied, path, fmt::format("it cannot be read: {}", std::generic_category().message(number)));
}

Result<> check_owner_and_mode(std::string const& path, int fd) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return cannot_read(path, errno);
  if (!S_ISREG(facts.st_mode)) return fail(Errc::access_denied, path, "it is not a regular file");
  if (facts.st_uid != 0 && facts.st_uid != ::geteuid())
    return fail(Errc::access_denied, path, "it belongs to somebody else; it has to belong to root or to the user of this service");
  constexpr mode_t others = S_IRWXG | S_IRWXO | S_IXUSR | S_ISUID | S_ISGID | S_ISVTX;
  if ((facts.st_mode & others) != 0)
    return fail(Errc::access_denied, path,
                fmt::format("its mode is {:04o}; it has to be 0600 or stricter, so that nobody else reads it", facts.st_mode & 07777));
  return {};
}

Result<std::string> read_all(std::string const& path, int fd) {
  std::string text;
  std::array<char, limits::chap_file_bytes_max> piece;
  for (;;) {
    ssize_t const came = ::read(fd, piece.data(), piece.size());
    if (came < 0 && errno == EINTR) continue;
    if (came < 0) return cannot_read(path, errno);
    if (came == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(came));
    if (text.size() > limits::chap_file_bytes_max)
      return fail(Errc::bad_format, path, fmt::format("it has more than {} bytes", limits::chap_file_bytes_max));
  }
}

std::string* field_named(Chap& chap, std::string_view key) {
  if (key == "user") return &chap.user;
  if (key == "secret") return &chap.secret;
  if (key == "target_user") return &chap.target_user;
  if (key == "target_secret") return &chap.target_secret;
  return nullptr;
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

// What is wrong with the line; empty: nothing.
std::string take_line(std::string_view line, Chap& chap) {
  if (line.empty() || line.starts_with('#')) return {};
  if (has_control_character(line)) return "has a control character (lines end with a line feed only)";
  auto const equals = line.find('=');
  if (equals == std::string_view::npos) return "has no '='";
  auto key = line.substr(0, equals);
  key = key.substr(0, key.find_last_not_of(' ') + 1);
  auto value = line.substr(equals + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  std::string* const field = field_named(chap, key);
  if (field == nullptr) return "is none of user, secret, target_user and target_secret";
  if (!field->empty()) return "says again what an earlier line has said";
  if (value.empty()) return "has nothing behind the '='";
  if (value.size() > limits::chap_text_bytes_max)
    return fmt::format("is longer than the {} bytes that can be sent", limits::chap_text_bytes_max);
  *field = value;
  return {};
}

Result<> check_complete(std::string const& path, Chap const& chap) {
  if (chap.user.empty() || chap.secret.empty())
    return fail(Errc::bad_format, path, "the lines \"user = NAME\" and \"secret = TEXT\" are both needed");
  if (chap.target_user.empty() != chap.target_secret.empty())
    return fail(Errc::bad_format, path, "target_user and target_secret belong together: both or none");
  if (chap.is_mutual() && chap.target_secret == chap.secret)
    return fail(Errc::bad_format, path, "the target needs a secret of its own: who hears ours could answer with it");
  return {};
}

}  // namespace

bool Chap::is_weak() const {
  bool const target_is_weak = is_mutual() && target_secret.size() < limits::chap_secret_bytes_wanted;
  return secret.size() < limits::chap_secret_bytes_wanted || target_is_weak;
}

Result<Chap> read_chap_file(std::string const& path) {
  OpenFile const file(path);
  if (file.fd() < 0) return cannot_read(path, errno);
  RSM_CHECK(check_owner_and_mode(path, file.fd()));
  RSM_TRY(std::string const text, read_all(path, file.fd()));
  Chap chap;
  unsigned number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    auto const end = std::min(rest.find('\n'), rest.size());
    ++number;
    if (auto const wrong = take_line(rest.substr(0, end), chap); !wrong.empty())
      return fail(Errc::bad_format, path, fmt::format("line {} {}", number, wrong));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  RSM_CHECK(check_complete(path, chap));
  return chap;
}

}  // namespace rsm::scsi
