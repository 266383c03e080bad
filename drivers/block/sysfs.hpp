// Small files of /sys and /proc.
// Errors: what is not there is empty. Thread rule: any. Source: sysfs(5).
#pragma once

#include <sys/sysmacros.h>
#include <sys/types.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

namespace rsm::block {

inline std::string first_line(std::string const& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

// "8:17"
inline std::optional<dev_t> device_number_in(std::string const& path) {
  unsigned major_number = 0, minor_number = 0;
  if (std::sscanf(first_line(path).c_str(), "%u:%u", &major_number, &minor_number) != 2) return std::nullopt;
  return makedev(major_number, minor_number);
}

}  // namespace rsm::block
