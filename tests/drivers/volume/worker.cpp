#include "tests/drivers/volume/worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "drivers/volume/volume_client.hpp"
#include "tests/drivers/volume/bench.hpp"
#include "tests/drivers/volume/hands.hpp"

namespace rsm::test {
namespace {

using volume::Operation;

// What the process has of its own.
class Work {
 public:
  explicit Work(std::vector<VolumeNode> const& nodes) : nodes_(nodes), files_(nodes.size()), devices_(nodes.size()) {}

  std::uint32_t carry_out(Order const& order) {
    auto const& node = nodes_[static_cast<std::size_t>(order.volume)];
    auto& handle = handles_[static_cast<std::size_t>(order.slot)];
    UniqueFd& device = devices_[static_cast<std::size_t>(order.volume)];
    UniqueFd& file = files_[static_cast<std::size_t>(order.volume)];
    switch (order.kind) {
      case Order::open: {
        auto opened = volume::VolumeClient::open({.path = node.device, .access = {order.read, order.write}, .command = "test", .state_directory = node.state_directory});
        if (!opened) return static_cast<std::uint32_t>(opened.error().code);
        handle = std::move(*opened);
        return 0;
      }
      case Order::close: handle.reset(); return 0;
      case Order::operate: {
        volume::Command command{.operation = order.operation, .prevent = order.prevent};
        if (order.operation == Operation::read) command.length = 512;
        if (order.operation == Operation::write) command.data = std::string(512, '\0');  // what is there on ext4 and btrfs
        return number_of(handle->run(std::move(command), volume::limit_of(order.operation)));
      }
      case Order::open_file:
        file.reset(::open((node.places.front() + "/file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        return file ? 0 : static_cast<std::uint32_t>(errno);
      case Order::close_file: file.reset(); return 0;
      case Order::open_device: device.reset(::open(node.device.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)); return device ? 0 : static_cast<std::uint32_t>(errno);
      case Order::close_device: device.reset(); return 0;
      case Order::probe_file: return ::pwrite(file.get(), "x", 1, 0) == 1 ? 0 : static_cast<std::uint32_t>(errno);
    }
    return ~0U;
  }

 private:
  std::vector<VolumeNode> const& nodes_;
  std::array<std::shared_ptr<volume::VolumeClient>, Worker::handles_max> handles_;
  std::vector<UniqueFd> files_, devices_;
};

[[noreturn]] void serve(std::vector<VolumeNode> const& nodes, int orders, int answers, Worker::Where where) {
  if (where == Worker::Where::in_a_namespace_of_its_own && enter_new_namespace() != 0) ::_exit(1);
  std::uint32_t ready = 0;
  bool going_on = ::write(answers, &ready, sizeof ready) == sizeof ready;
  Work work(nodes);
  Order order;
  while (going_on && ::read(orders, &order, sizeof order) == sizeof order) {
    auto const answer = work.carry_out(order);
    going_on = ::write(answers, &answer, sizeof answer) == sizeof answer;
  }
  ::_exit(0);
}

}  // namespace

Worker::Worker(std::vector<VolumeNode> const& nodes, Where where) {
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) std::abort();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(to[1]);
    ::close(from[0]);
    serve(nodes, to[0], from[1], where);
  }
  orders_.reset(to[1]);
  answers_.reset(from[0]);
  ::close(to[0]);
  ::close(from[1]);
  if (answer() != 0) std::abort();
}

std::uint32_t Worker::ask(Order const& order) {
  tell(order);
  return answer();
}

void Worker::tell(Order const& order) {
  if (::write(orders_.get(), &order, sizeof order) != sizeof order) orders_.reset();
}

bool Worker::has_answered(int wait_ms) const {
  pollfd answers{.fd = answers_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&answers, 1, wait_ms) != 0;
}

std::uint32_t Worker::answer() {
  std::uint32_t answer = ~0U;
  return ::read(answers_.get(), &answer, sizeof answer) == sizeof answer ? answer : ~0U;
}

void Worker::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace rsm::test
