// Handles on volumes from a script: one line in, one line out.
//
//   open NAME NODE ACCESS       ACCESS: r, w, rw, or - to ask only
//   NAME OPERATION [yes|no]     an operation of volume_types.hpp; yes or no: Command::prevent
//   NAME close
//   bind IMAGE                  to a loop device, as drives do it: number = bytes of a sector, data = its node
// Every answer is one line of JSON: {"error": Win32 number or 0, "text": its sentence, "number": ..., "data": ...}.
// It is a program without sanitizers and without a test framework, so that it runs in the small address space of a guest.
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <boost/describe/enum_from_string.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <sstream>

#include "drivers/block/loop_device.hpp"
#include "drivers/volume/volume_client.hpp"

namespace rsm::volume {
namespace {

using Clients = std::map<std::string, std::shared_ptr<VolumeClient>>;

Result<Outcome> open(Clients& clients, std::istringstream& words) {
  std::string name, node, access;
  if (!(words >> name >> node >> access)) return fail(Errc::invalid_parameter, "open", "NAME NODE ACCESS");
  RSM_TRY(auto client, VolumeClient::open({.path = node, .access = {access.find('r') != access.npos, access.find('w') != access.npos}, .command = "probe " + name}));
  clients[name] = client;
  return Outcome{.number = static_cast<std::uint64_t>(client->handler_pid()), .data = client->device()};
}

Result<Outcome> bind(std::istringstream& words) {
  std::string image;
  words >> image;
  RSM_TRY(auto const loop, block::bind_loop_device(image, 0));
  RSM_TRY(UniqueFd const device, block::open_plain(loop));
  int sector = 0;
  if (::ioctl(device.get(), BLKSSZGET, &sector) != 0) return fail(Errc::not_supported, loop.node, "its sectors");
  return Outcome{.number = static_cast<std::uint64_t>(sector), .data = loop.node};
}

Result<Outcome> carry_out(Clients& clients, std::string const& line) {
  std::istringstream words(line);
  std::string first, verb, prevent;
  words >> first;
  if (first == "open") return open(clients, words);
  if (first == "bind") return bind(words);
  words >> verb >> prevent;
  auto const client = clients.find(first);
  if (client == clients.end()) return fail(Errc::invalid_handle, first, "is not open");
  if (verb == "close") {
    client->second->close();
    clients.erase(client);
    return Outcome{};
  }
  Command command;
  if (!boost::describe::enum_from_string(verb.c_str(), command.operation)) return fail(Errc::invalid_parameter, verb, "is no operation");
  command.prevent = prevent == "yes";
  return client->second->run(command, limit_of(command.operation));
}

std::string answer(Result<Outcome> const& outcome) {
  boost::json::object told;
  told["error"] = outcome ? 0U : static_cast<std::uint32_t>(outcome.error().code);
  told["text"] = outcome ? "" : outcome.error().text();
  told["number"] = outcome ? outcome->number : 0;
  told["data"] = outcome ? outcome->data : "";
  return boost::json::serialize(told);
}

}  // namespace
}  // namespace rsm::volume

int main() {
  rsm::volume::Clients clients;
  for (std::string line; std::getline(std::cin, line);) std::cout << rsm::volume::answer(rsm::volume::carry_out(clients, line)) << std::endl;
}
