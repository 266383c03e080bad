#include "api/http/endpoint.hpp"

#include <sys/un.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

namespace rsm::http {
namespace {

std::unexpected<Error> bad(std::string_view text, std::string const& why) {
  return fail(Errc::invalid_parameter, "--listen " + std::string(text), why + "; expected ADDRESS:PORT or unix:/PATH");
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Result<Endpoint> unix_endpoint(std::string_view text, std::string path) {
  if (!path.starts_with('/')) return bad(text, "the path must be absolute");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return bad(text, "the path is longer than a socket's path may be (107 bytes)");
  return Endpoint{.path = std::move(path)};
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text, bool allow_remote) {
  if (text.starts_with("unix:")) return unix_endpoint(text, std::string(text.substr(5)));
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad(text, "there is no port");
  auto const port = parse_port(text.substr(colon + 1));
  if (!port) return bad(text, "the port is no number from 0 to 65535");
  std::string host{text.substr(0, colon)};
  if (host == "localhost") host = "127.0.0.1";
  bool const bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code wrong;
  auto const address = boost::asio::ip::make_address(host, wrong);
  if (wrong || bracketed != address.is_v6()) return bad(text, "\"" + host + "\" is no address (write IPv6 in brackets; names are not looked up)");
  if (!address.is_loopback() && !allow_remote)
    return fail(Errc::access_denied, "--listen " + std::string(text), "other machines reach this address, and nobody is asked who they are: add --allow-remote if that is meant");
  return Endpoint{.address = address.to_string(), .port = *port};
}

}  // namespace rsm::http
