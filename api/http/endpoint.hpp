// Where a server listens: "127.0.0.1:9847", "[::1]:9847", "localhost:0", "unix:/run/openrsm/exporter.sock".
//
// What for: what is served tells what an organisation stores and when; so addresses that other machines reach are refused unless they are asked
// for (allow_remote). A port of 0 takes any free one. Names are not looked up, but for localhost. Errors: invalid_parameter (87) with what
// is wrong; access_denied (5) for an address that needs allow_remote. Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::http {

struct Endpoint {
  std::string address;  // numeric; empty: a unix socket
  std::uint16_t port = 0;
  std::string path;  // of a unix socket
};

Result<Endpoint> parse_endpoint(std::string_view text, bool allow_remote);

}  // namespace rsm::http
