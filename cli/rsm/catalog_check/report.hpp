// What the check of a catalog file has found, as rsm-catalog-check tells it to `rsm`: one JSON object. Thread rule: values.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace rsm::cli {

struct CatalogFileReport {
  std::vector<std::string> findings;  // empty: sound
  std::int64_t schema_version = 0, bytes = 0;
};
BOOST_DESCRIBE_STRUCT(CatalogFileReport, (), (findings, schema_version, bytes))

}  // namespace rsm::cli
