// What `rsm setup --check` looks at of the service itself: its unit, its socket, its group, its configuration.
//
// Thread rule: the main thread; blocks within limits::setup_*. Errors: none, a fault is a finding.
#pragma once

#include <vector>

#include "api/client/connection.hpp"
#include "api/daemon/config.hpp"
#include "cli/rsm/commands/context.hpp"
#include "cli/rsm/setup/finding.hpp"

namespace rsm::cli {

// The configuration as it is, and whether there is a file.
struct SetupConfig {
  std::string file;
  bool there = false;
  daemon::ConfigResult read;
};
// `wish`: --config; empty: /etc/openrsm/rsmd.toml.
SetupConfig read_setup_config(std::string const& wish);

Finding check_unit();
// `connection`: what answers; null: nobody does.
Finding check_socket(Context const& context, SetupConfig const& config, std::unique_ptr<client::Connection>& connection);
Finding check_group(SetupConfig const& config, client::Connection const* connection);
std::vector<Finding> check_configuration(SetupConfig const& config);

}  // namespace rsm::cli
