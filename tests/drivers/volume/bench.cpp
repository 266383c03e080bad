#include "tests/drivers/volume/bench.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

#include "drivers/block/volume_record.hpp"

namespace rsm::test {

// Each test program begins elsewhere: a device that one has ejected is not the next free one of another.
block::LoopDevice bound(std::string const& image) {
  constexpr std::uint32_t first = 1500, programs = 200, devices_each = 8;
  auto loop = block::bind_loop_device(image, first + static_cast<std::uint32_t>(::getpid()) % programs * devices_each);
  EXPECT_TRUE(loop) << loop.error().text();
  return loop.value_or(block::LoopDevice{});
}

VolumeBench::VolumeBench(std::string const& fs_type, std::string const& name)
    : fs_type_(fs_type), image_(lab_.image(name + ".img", fs_type)), loop_(bound(image_)) {}

namespace {

// Who keeps the volume offline after its handle has gone.
void end_keeper(std::string const& state_directory, dev_t device) {
  auto const file = block::VolumeRecordFile::at(state_directory, device);
  auto const record = file ? file->read() : std::unexpected(file.error());
  if (record && record->offline_keeper.pid != 0) ::kill(record->offline_keeper.pid, SIGTERM);
}

}  // namespace

// The janitor unbinds what is bound; an empty device of ours goes here.
VolumeBench::~VolumeBench() {
  end_keeper(state_directory(), loop_.device);
  UniqueFd const control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!is_bound()) ::ioctl(control.get(), LOOP_CTL_REMOVE, static_cast<long>(loop_.number));
}

void VolumeBench::bind_again() {
  auto const again = block::bind_loop_device(image_, loop_.number);
  ASSERT_TRUE(again) << again.error().text();
  ASSERT_EQ(again->number, loop_.number);
}

std::string VolumeBench::mount(std::string const& at) const {
  std::string const folder = lab_.folder(at);
  EXPECT_EQ(mount_device(node(), folder, fs_type_), 0);
  return folder;
}

Result<std::shared_ptr<volume::VolumeClient>> VolumeBench::open(volume::Access access, std::function<void(volume::Notice)> listener) const {
  return volume::VolumeClient::open({.path = node(), .access = access, .command = "test", .state_directory = state_directory(), .listener = std::move(listener)});
}

std::shared_ptr<volume::VolumeClient> VolumeBench::opened(volume::Access access) const {
  auto client = open(access);
  EXPECT_TRUE(client) << client.error().text();
  return client.value_or(nullptr);
}

std::uint32_t number_of(Result<volume::Outcome> const& outcome) { return outcome ? 0 : static_cast<std::uint32_t>(outcome.error().code); }

}  // namespace rsm::test
