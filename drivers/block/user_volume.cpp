#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/folder.hpp"
#include "drivers/block/image_copy.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/block/volume_link.hpp"
#include "drivers/block/write_label.hpp"

namespace rsm::block {
namespace {

using port::DismountReport;
using port::Holder;
using port::VolumeState;

enum class Reached { none, offline, online };
enum class Use { free, used, not_told };

// A write lease is granted only while nobody else has the file open; it is given back at once. A breaking lease would send a signal:
// one that is ignored by default.
Use use_by_lease(int fd) {
  if (::fcntl(fd, F_SETLEASE, F_WRLCK) == 0) {
    ::fcntl(fd, F_SETLEASE, F_UNLCK);
    return Use::free;
  }
  return errno == EAGAIN ? Use::used : Use::not_told;
}

// When an image was changed last. As long as it is the same, nobody has written to the image.
struct ChangeTime {
  timespec at{};
  friend bool operator==(ChangeTime const& a, ChangeTime const& b) { return a.at.tv_sec == b.at.tv_sec && a.at.tv_nsec == b.at.tv_nsec; }
};

// Nothing where whoever writes next might leave the same time: somebody has the image open (a mapping is not told of each time it is written to), or the
// last change is so young that the file system may give the next one the same time.
std::optional<ChangeTime> telling_change_time(int fd, std::chrono::milliseconds grain) {
  struct stat st {};
  timespec now{};
  if (use_by_lease(fd) != Use::free || ::fstat(fd, &st) != 0 || ::clock_gettime(CLOCK_REALTIME, &now) != 0) return std::nullopt;
  auto const age = std::chrono::seconds(now.tv_sec - st.st_ctim.tv_sec) + std::chrono::nanoseconds(now.tv_nsec - st.st_ctim.tv_nsec);
  if (age <= grain) return std::nullopt;
  return ChangeTime{st.st_ctim};
}

class UserVolume final : public Volume {
 public:
  explicit UserVolume(VolumeOptions options) : options_(std::move(options)) {}

  Result<> attach(std::string const& image) override;
  Result<> online() override;
  Result<port::Label> read_label() override;
  Result<port::Label> write_label(port::LabelOrder const& order) override;
  VolumeState state() const override;
  Result<std::vector<Holder>> holders() override;
  Result<DismountReport> dismount(bool force) override;
  Result<> detach() override;
  Result<std::string> cut_off() override;

 private:
  Result<> open_image(std::string const& image);
  Result<> check_attached() const;
  bool in_use() const;
  bool flush();
  std::vector<Holder> name_holders() const;
  std::unexpected<Error> busy() const;
  Result<> lock_and_take_link();
  Result<DismountReport> dismount_forced(std::string const& why_no_lock);

  VolumeOptions options_;
  Reached phase_ = Reached::none;
  std::string image_;
  FileIdentity identity_;
  UniqueFd file_;  // the only descriptor of the image here: a lease counts them
  // What holds for as long as nobody has written since.
  struct Known {
    ChangeTime of;
    port::Label label;
  };
  std::optional<Known> known_label_;
  std::optional<ChangeTime> flushed_;
};

Result<> UserVolume::open_image(std::string const& image) {
  RSM_TRY(FileIdentity const identity, file_identity(image));
  RSM_TRY(UniqueFd file, block::open_image(image, O_RDONLY));
  image_ = image;
  identity_ = identity;
  file_ = std::move(file);
  ::fcntl(file_.get(), F_SETSIG, SIGURG);
  known_label_.reset();
  flushed_.reset();
  return {};
}

Result<> UserVolume::attach(std::string const& image) {
  if (phase_ != Reached::none) {
    if (image == image_ && check_attached()) return {};
    return fail(Errc::not_empty, options_.link, "the drive has the volume " + image_ + "; detach it first");
  }
  RSM_TRY(FileIdentity const identity, file_identity(image));
  for (auto const& binding : bound_loop_devices({identity.device}))
    if (binding.backing == identity && !binding.cut_off) return fail(Errc::busy, image, fmt::format("bound to {}; unbind it (losetup -d) first", binding.loop.node));
  RSM_CHECK(open_image(image));
  if (link_leads_to(options_.link, image_)) {  // an earlier process left it in use
    phase_ = Reached::online;
    return {};
  }
  RSM_CHECK(remove_link(options_.link));
  phase_ = Reached::offline;
  return {};
}

Result<> UserVolume::check_attached() const {
  if (phase_ == Reached::none) return fail(Errc::no_media_in_drive, options_.link, "no volume is attached");
  auto const now = file_identity(image_);
  if (now && *now == identity_) return {};
  return fail(Errc::media_changed, options_.link, image_ + " was replaced behind the drive's back; unload and load again");
}

Result<> UserVolume::online() {
  RSM_CHECK(check_attached());
  RSM_CHECK(set_link(options_.link, image_));
  phase_ = Reached::online;
  return {};
}

Result<port::Label> UserVolume::read_label() {
  RSM_CHECK(check_attached());
  auto const before = telling_change_time(file_.get(), options_.file_time_grain);
  if (known_label_ && known_label_->of == before) return known_label_->label;
  known_label_.reset();
  RSM_TRY(port::Label label, block::read_label(file_.get(), options_.link));
  if (before) known_label_ = Known{*before, label};
  return label;
}

Result<port::Label> UserVolume::write_label(port::LabelOrder const& order) {
  RSM_CHECK(check_attached());
  if (phase_ != Reached::offline) return fail(Errc::busy, options_.link, "the volume is online; dismount it first");
  if (in_use()) return busy();
  RSM_TRY(UniqueFd const file, block::open_image(image_, O_RDWR));
  return block::write_label(file.get(), options_.link, order);
}

VolumeState UserVolume::state() const {
  if (phase_ == Reached::none) return VolumeState::none;
  if (phase_ == Reached::offline) return VolumeState::offline;
  return in_use() ? VolumeState::mounted : VolumeState::online;
}

bool UserVolume::in_use() const {
  Use const use = use_by_lease(file_.get());
  if (use != Use::not_told) return use == Use::used;
  return !find_holders(held_file(identity_), {}).empty();
}

std::vector<Holder> UserVolume::name_holders() const {
  BusyReport report = find_holders(held_file(identity_), {});
  if (report.empty()) report.holders.push_back(unknown_holder(report));
  return std::move(report.holders);
}

Result<std::vector<Holder>> UserVolume::holders() {
  if (phase_ == Reached::none || !in_use()) return std::vector<Holder>{};
  return name_holders();
}

std::unexpected<Error> UserVolume::busy() const { return fail(Errc::busy, options_.link, holders_text(name_holders())); }

// The second question counts: between the first and the end of the link somebody may have come in.
Result<> UserVolume::lock_and_take_link() {
  if (in_use()) return busy();
  RSM_CHECK(put_link_aside(options_.link));
  if (!in_use()) return {};
  auto error = busy();
  if (auto const back = set_link(options_.link, image_); !back) error.error().detail += "; and the link could not be put back: " + back.error().detail;
  return error;
}

// What nobody has written to since it was flushed has nothing to be flushed. False: errno says why not.
bool UserVolume::flush() {
  auto const before = telling_change_time(file_.get(), options_.file_time_grain);
  if (before && flushed_ == before) return true;
  flushed_.reset();
  if (::fsync(file_.get()) != 0) return false;
  flushed_ = before;
  return true;
}

Result<DismountReport> UserVolume::dismount(bool force) {
  RSM_CHECK(check_attached());
  if (phase_ == Reached::offline) return DismountReport{.note = "it was offline already"};
  bool const was_mounted = in_use();
  if (!flush() && !force)
    return fail(Errc::write_fault, options_.link, "the medium refused what was still to be written: " + errno_text(errno));
  auto const locked = lock_and_take_link();
  if (locked) {
    phase_ = Reached::offline;
    return DismountReport{.was_mounted = was_mounted, .note = "flushed, locked, offline"};
  }
  if (!force || locked.error().code != Errc::busy) return std::unexpected(locked.error());
  return dismount_forced(locked.error().detail);
}

Result<DismountReport> UserVolume::dismount_forced(std::string const& why_no_lock) {
  RSM_CHECK(remove_link(options_.link));
  auto copied = replace_by_copy(image_);
  if (copied) copied = open_image(image_);
  if (!copied) {
    if (auto const back = set_link(options_.link, image_); !back) copied.error().detail += "; and the link could not be put back: " + back.error().detail;
    return std::unexpected(copied.error());
  }
  phase_ = Reached::offline;
  return DismountReport{.was_mounted = true,
                        .forced = true,
                        .handles_dead = true,
                        .note = "forced although in use (" + why_no_lock + "); the old handles write to an orphan that is on no cartridge any more; offline"};
}

Result<> UserVolume::detach() {
  if (phase_ == Reached::none) return {};
  if (phase_ == Reached::online) return fail(Errc::busy, options_.link, "the volume is online; dismount it first");
  if (in_use()) return busy();
  RSM_CHECK(forget_link_aside(options_.link));
  file_.reset();
  image_.clear();
  identity_ = {};
  phase_ = Reached::none;
  return {};
}

// An image that was replaced is out of reach of the old handles already.
Result<std::string> UserVolume::cut_off() {
  std::string users;
  if (phase_ != Reached::none && check_attached() && in_use()) {
    users = holders_text(name_holders());
    RSM_CHECK(replace_by_copy(image_));
  }
  RSM_CHECK(remove_link(options_.link));
  RSM_CHECK(forget_link_aside(options_.link));
  file_.reset();
  image_.clear();
  identity_ = {};
  phase_ = Reached::none;
  return users;
}

}  // namespace

std::unique_ptr<Volume> make_user_volume(VolumeOptions options) { return std::make_unique<UserVolume>(std::move(options)); }

}  // namespace rsm::block
