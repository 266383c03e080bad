#include "drivers/block/write_label.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>
#include <vector>

#include "drivers/block/label.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/label/free_label.hpp"

namespace rsm::block {
namespace {

std::string in_words(std::optional<Omid> const& label) {
  return label ? label->type + " volume" + (label->info.empty() ? "" : " \"" + label->info + "\"") : std::string("no label that is understood");
}

Result<> not_read_only(int fd, std::string const& object) {
  int read_only = 0;
  bool const device_says = ::ioctl(fd, BLKROGET, &read_only) == 0 && read_only != 0;
  int const flags = ::fcntl(fd, F_GETFL);
  if (device_says || (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)) return fail(Errc::write_protect, object, "the medium cannot be written: its tab is set, or its drive only reads it");
  return {};
}

Result<> write_at(int fd, std::string const& object, std::span<std::byte const> data, std::uint64_t at) {
  while (!data.empty()) {
    ssize_t const written = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == EROFS || errno == EPERM || errno == EACCES)) return fail(Errc::write_protect, object, "the medium refuses to be written: " + errno_text(errno));
    if (written <= 0) return fail(Errc::write_fault, object, fmt::format("it cannot be written at byte {}: {}", at, written == 0 ? "nothing went" : errno_text(errno)));
    data = data.subspan(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<> flush(int fd, std::string const& object) {
  if (::fsync(fd) != 0) return fail(Errc::write_fault, object, "what was written did not reach the medium: " + errno_text(errno));
  return {};
}

std::uint64_t bytes_of(int fd) {
  std::uint64_t bytes = 0;
  if (::ioctl(fd, BLKGETSIZE64, &bytes) == 0) return bytes;
  struct stat st {};
  return ::fstat(fd, &st) == 0 && st.st_size > 0 ? static_cast<std::uint64_t>(st.st_size) : 0;
}

// What is read from now on comes from the medium, and the kernel knows no partitions of before.
void forget_what_was_read(int fd) {
  (void)::ioctl(fd, BLKFLSBUF, 0);
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  (void)::ioctl(fd, BLKRRPART, 0);
}

Result<> overwrite(int fd, std::string const& object, Omid const& label) {
  std::uint64_t const bytes = bytes_of(fd);
  auto const block = label::make_free_label(label.id);
  if (bytes < block.size()) return fail(Errc::write_fault, object, fmt::format("it has {} bytes, and the label has {}", bytes, block.size()));
  std::vector<std::byte> const zeros(std::min<std::uint64_t>(bytes, limits::free_label_area_bytes));
  RSM_CHECK(write_at(fd, object, zeros, 0));
  RSM_CHECK(flush(fd, object));
  RSM_CHECK(write_at(fd, object, block, 0));
  RSM_CHECK(flush(fd, object));
  forget_what_was_read(fd);
  return {};
}

}  // namespace

Result<> is_as_ordered(Result<port::Label> const& found, port::LabelOrder const& order, std::string const& object) {
  if (!found && found.error().code != Errc::medium_not_accessible) return std::unexpected(found.error());
  auto const there = found ? found->omid : std::nullopt;  // what cannot be read is understood by nobody
  bool const same = there ? order.instead_of && there->same_medium(*order.instead_of) : !order.instead_of;
  if (same) return {};
  return fail(Errc::media_changed, object, "another medium is in it than was looked at: it bears " + in_words(there) + ", and not " + in_words(order.instead_of) + "; nothing was written");
}

Result<port::Label> write_label(int fd, std::string const& object, port::LabelOrder const& order) {
  RSM_CHECK(is_as_ordered(read_label(fd, object), order, object));
  RSM_CHECK(not_read_only(fd, object));
  RSM_CHECK(overwrite(fd, object, order.label));
  auto const back = read_label(fd, object);
  if (!back) return fail(Errc::write_fault, object, "the label that was written cannot be read back: " + back.error().sentence());
  if (!back->omid || !back->omid->same_medium(order.label)) return fail(Errc::write_fault, object, "the label that was written is not what is read back: " + in_words(back->omid));
  return *back;
}

}  // namespace rsm::block
