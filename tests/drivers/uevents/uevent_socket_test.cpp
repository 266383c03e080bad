// Real messages on the real socket: what a process sends into the group is not the kernel's word.
#include "drivers/uevents/uevent_socket.hpp"

#include <gmock/gmock.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "tests/drivers/uevents/messages.hpp"

namespace rsm::test {
namespace {

using uevents::Ignored, uevents::Nothing, uevents::Uevent;

// Others happen meanwhile: they are passed over.
bool arrives(int socket, std::function<bool(uevents::Received const&)> const& wanted) {
  for (;;) {
    pollfd readable{.fd = socket, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 2000) != 1) return false;
    if (wanted(uevents::receive(socket))) return true;
  }
}

TEST(UeventSocket, TellsWhatTheKernelTells) {
  auto const socket = uevents::UeventSocket::open();
  if (!socket) GTEST_SKIP() << socket.error().text();
  std::ofstream file("/sys/block/loop0/uevent");
  if (!(file << "change" << std::flush)) GTEST_SKIP() << "not allowed to have the kernel say something";
  bool const said = arrives(socket->descriptor(), [](auto const& received) {
    auto const* event = std::get_if<Uevent>(&received);
    return event != nullptr && event->action == "change" && event->subsystem == "block";
  });
  EXPECT_TRUE(said);
}

TEST(UeventSocket, WhatAProcessSendsIntoTheKernelsGroupIsIgnored) {
  auto const socket = uevents::UeventSocket::open();
  if (!socket) GTEST_SKIP() << socket.error().text();
  UniqueFd const forger(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
  sockaddr_nl group{};
  group.nl_family = AF_NETLINK;
  group.nl_groups = uevents::group_kernel;
  std::string const message = kernel_message("change@/devices/x/block/forged", {"ACTION=change", "SUBSYSTEM=forged", "DISK_MEDIA_CHANGE=1"});
  if (::sendto(forger.get(), message.data(), message.size(), 0, reinterpret_cast<sockaddr const*>(&group), sizeof group) < 0) GTEST_SKIP() << "only root may send";
  bool believed = false;
  auto const look = [&](auto const& received) {
    auto const* event = std::get_if<Uevent>(&received);
    believed = believed || (event != nullptr && event->subsystem == "forged");
    return believed || std::holds_alternative<Ignored>(received);
  };
  EXPECT_TRUE(arrives(socket->descriptor(), look)) << "it has arrived";
  for (int messages = 0; messages < 1000 && !believed; ++messages)
    if (auto const received = uevents::receive(socket->descriptor()); std::holds_alternative<Nothing>(received)) break;
    else look(received);
  EXPECT_FALSE(believed);
}

TEST(UeventSocket, NothingWaitsWhereNothingCame) {
  auto const socket = uevents::UeventSocket::open();
  if (!socket) GTEST_SKIP() << socket.error().text();
  for (int messages = 0; messages < 10'000; ++messages)
    if (std::holds_alternative<Nothing>(uevents::receive(socket->descriptor()))) return;
  FAIL() << "it never ends";
}

}  // namespace
}  // namespace rsm::test
