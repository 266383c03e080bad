#include "drivers/volume/device_calls.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace rsm::volume {
namespace {

class KernelCalls final : public DeviceCalls {
 public:
  int open(std::string const& node, int flags) override { return answer(::open(node.c_str(), flags | O_CLOEXEC)); }
  void close(int fd) override { ::close(fd); }
  int ioctl(int fd, unsigned long request, void* argument) override { return answer(::ioctl(fd, request, argument)); }
  int ioctl(int fd, unsigned long request, long argument) override { return answer(::ioctl(fd, request, argument)); }
  int stat(std::string const& node, mode_t& mode, dev_t& device) override {
    struct stat st {};
    if (::stat(node.c_str(), &st) != 0) return -errno;
    mode = st.st_mode;
    device = st.st_rdev;
    return 0;
  }

 private:
  static int answer(int given) { return given < 0 ? -errno : given; }
};

}  // namespace

DeviceCalls& kernel_calls() {
  static KernelCalls calls;
  return calls;
}

}  // namespace rsm::volume
