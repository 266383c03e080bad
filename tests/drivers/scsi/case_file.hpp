// Files of cases: what devices have sent, with the decode that is expected. A file is one JSON object with "format": 1 and lists of cases.
// Used by scsi_cases, the unit tests and the fuzzer. A file that is no such file is an error that says where; nothing throws.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::test {

namespace json = boost::json;
using Buffer = std::vector<std::byte>;

Result<json::object> read_case_file(std::string const& path);

// nullptr: not there, or something else.
json::object const* object_in(json::object const& parent, std::string_view name);
json::array const* array_in(json::object const& parent, std::string_view name);
std::string text_in(json::object const& parent, std::string_view name);  // empty: none
std::int64_t number_in(json::object const& parent, std::string_view name, std::int64_t otherwise = 0);

Result<Buffer> bytes_of_hex(std::string_view hex);
std::string hex_of(std::span<std::byte const> bytes);

// The bytes of every case, vector and code of these files. Throws std::runtime_error where a file is broken: for tests that cannot go on without them.
struct Vector {
  std::string name;
  Buffer bytes;
  std::size_t allocation = 0;
};
std::vector<Vector> all_vectors(std::vector<std::string> const& paths);
// The sense data of every code of a file of sense codes, by turns in the fixed and in the descriptor format. Throws where there are none.
std::vector<Buffer> all_sense_codes(std::string const& path);

}  // namespace rsm::test
