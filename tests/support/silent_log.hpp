// A log that nobody reads. Thread rule: any.
#pragma once

#include "libmgr/base/log.hpp"

namespace rsm {

class Silent final : public Log {
  void write(LogLevel, std::string const&) override {}
};

}  // namespace rsm
