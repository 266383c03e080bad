// Prints the OpenRPC document and samples of every method, for validate_openrpc.py.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>

#include "api/protocol/codec.hpp"
#include "api/protocol/methods.hpp"
#include "api/protocol/openrpc.hpp"
#include "tests/api/protocol/sample.hpp"

int main() {
  using namespace rsm::wire;
  namespace json = boost::json;
  rsm::SeededRandom random(7);
  auto const of = [&](Shape const* shape) {
    for (auto const& type : sample_types())
      if (type.shape == shape) return encode_from(*shape, sample(type, random).get());
    return json::value(nullptr);
  };
  json::array samples;
  for (auto const& m : methods())
    for (int round = 0; round < 10; ++round)
      samples.push_back(json::object{{"method", m.name}, {"params", of(m.params())}, {"result", of(m.reply())}});
  std::cout << json::serialize(json::object{{"document", openrpc_document()}, {"samples", samples}}) << "\n";
}
