#include "drivers/scsi/host_lookup.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

#include "drivers/scsi/limits.hpp"

namespace rsm::scsi {
namespace {

struct Found {
  int error = 0;  // EAI_...
  std::vector<std::string> addresses;
};

std::atomic<unsigned> lookups_under_way = 0;

Found ask_resolver(std::string const& host, int flags) {
  addrinfo const wanted{.ai_flags = flags, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* first = nullptr;
  Found found{.error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &first)};
  if (found.error != 0) return found;
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owner(first, ::freeaddrinfo);
  for (addrinfo const* one = first; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> number{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, number.data(), number.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      found.addresses.emplace_back(number.data());
  }
  return found;
}

std::unexpected<Error> cannot_find(std::string const& host, std::string why) {
  return fail(Errc::not_connected, host, fmt::format("the address of this host cannot be found: {}", why));
}

Result<std::vector<std::string>> judge(std::string const& host, Found found) {
  if (found.error != 0) return cannot_find(host, ::gai_strerror(found.error));
  if (found.addresses.empty()) return cannot_find(host, "it has none");
  return std::move(found.addresses);
}

}  // namespace

Result<std::vector<std::string>> look_up_host(std::string const& host, Millis limit) {
  if (auto number = ask_resolver(host, AI_NUMERICHOST); number.error == 0) return judge(host, std::move(number));
  if (lookups_under_way >= limits::iscsi_lookups_max) return cannot_find(host, "the name service has not answered earlier questions yet");
  std::packaged_task<Found()> question([host] {
    auto found = ask_resolver(host, 0);
    --lookups_under_way;
    return found;
  });
  auto answer = question.get_future();
  ++lookups_under_way;
  try {
    std::thread(std::move(question)).detach();
  } catch (std::system_error const& no_thread) {
    --lookups_under_way;
    return cannot_find(host, no_thread.what());
  }
  if (answer.wait_for(limit) != std::future_status::ready)
    return cannot_find(host, fmt::format("the name service has not answered within {}", duration_text(limit)));
  return judge(host, answer.get());
}

}  // namespace rsm::scsi
