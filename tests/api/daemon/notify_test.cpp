#include "api/daemon/notify.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace rsm::daemon {
namespace {

// Stands in for the service manager.
struct Listener {
  std::string address;
  int fd = -1;

  explicit Listener(std::string at) : address(std::move(at)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address.data(), address.size());
    bool const abstract = address[0] == '@';
    if (abstract) name.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() + (abstract ? 0 : 1));
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&name), length), 0) << std::strerror(errno);
  }
  ~Listener() {
    close(fd);
    if (address[0] == '/') unlink(address.c_str());
  }
  std::string received() const {
    char text[512];
    auto const count = recv(fd, text, sizeof text, 0);
    return count < 0 ? "" : std::string(text, static_cast<std::size_t>(count));
  }
};

std::string unique_name() {
  return "rsm-notify-test-" + std::to_string(getpid());
}

TEST(Notify, SpeaksTheProtocolToAPath) {
  Listener manager(testing::TempDir() + unique_name());
  Notify const notify(manager.address);
  EXPECT_TRUE(notify.ready("2 libraries"));
  EXPECT_EQ(manager.received(), "READY=1\nSTATUS=2 libraries");
  EXPECT_TRUE(notify.status("asking the hardware"));
  EXPECT_EQ(manager.received(), "STATUS=asking the hardware");
  EXPECT_TRUE(notify.stopping("SIGTERM"));
  EXPECT_EQ(manager.received(), "STOPPING=1\nSTATUS=SIGTERM");
}

TEST(Notify, SpeaksToAnAbstractAddress) {
  Listener manager("@" + unique_name());
  EXPECT_TRUE(Notify(manager.address).status("x"));
  EXPECT_EQ(manager.received(), "STATUS=x");
}

TEST(Notify, AStatusCannotSmuggleASecondAssignment) {
  Listener manager("@" + unique_name());
  EXPECT_TRUE(Notify(manager.address).status("a\nREADY=1"));
  EXPECT_EQ(manager.received(), "STATUS=a\\u000aREADY=1");
}

TEST(Notify, TakesTheAddressOutOfTheEnvironment) {
  Listener manager("@" + unique_name());
  setenv("NOTIFY_SOCKET", manager.address.c_str(), 1);
  auto const notify = Notify::from_environment();
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_TRUE(notify.ready("x"));
  EXPECT_EQ(manager.received(), "READY=1\nSTATUS=x");
}

TEST(Notify, WithoutAListenerNothingHappens) {
  EXPECT_TRUE(Notify("").ready("x"));
  EXPECT_FALSE(Notify("/nonexistent/socket").ready("x"));
  EXPECT_FALSE(Notify("relative").ready("x"));
  EXPECT_FALSE(Notify("/" + std::string(300, 'n')).ready("x"));
}

}  // namespace
}  // namespace rsm::daemon
