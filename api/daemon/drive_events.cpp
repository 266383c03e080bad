#include "api/daemon/drive_events.hpp"

#include <algorithm>

#include "drivers/uevents/limits.hpp"
#include "drivers/uevents/uevent_socket.hpp"
#include "libmgr/base/asio_loop.hpp"

namespace rsm::daemon {

DriveEvents::DriveEvents(AsioLoop& loop, Log& log) : loop_(loop), log_(log) {}

void DriveEvents::watch(std::string const& address, standalone::StandaloneDevices& devices) {
  listen();
  watched_.push_back(std::make_unique<Watched>(address, standalone::NodeEvents(address), devices));
}

bool DriveEvents::media_are_told(std::string const& address) const {
  auto const its = std::ranges::find(watched_, address, [](auto const& one) { return one->address; });
  return socket_ && its != watched_.end() && (*its)->node.media_are_told();
}

void DriveEvents::listen() {
  if (std::exchange(tried_, true)) return;
  auto opened = uevents::UeventSocket::open();
  if (!opened) return log_.write(LogLevel::warning, "no events of the kernel, so stand-alone drives are asked from time to time (poll_interval_s): " + opened.error().text());
  socket_.emplace(loop_.context(), std::move(*opened).release().release());
  await();
}

void DriveEvents::await() {
  socket_->async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code failed) {
    if (failed) return;
    read();
    await();
  });
}

void DriveEvents::read() {
  for (unsigned messages = 0; messages < limits::uevents_at_once; ++messages) {
    auto const received = uevents::receive(socket_->native_handle());
    if (std::holds_alternative<uevents::Nothing>(received)) return;
    if (std::holds_alternative<uevents::Lost>(received)) everything_may_have_changed();
    if (auto const* event = std::get_if<uevents::Uevent>(&received)) took(*event);
  }
}

void DriveEvents::took(uevents::Uevent const& event) {
  for (auto const& one : watched_)
    if (auto const hint = one->node.hint_of(event)) one->devices.hint(*hint);
}

void DriveEvents::everything_may_have_changed() {
  log_.write(LogLevel::warning, "events of the kernel came faster than they were read: every stand-alone drive is asked");
  for (auto const& one : watched_) one->devices.hint(port::DriveHint::medium_changed);
}

}  // namespace rsm::daemon
