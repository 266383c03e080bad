// The udev rule for disk and optical drives that a library takes over: desktops neither show their media nor mount them by themselves.
//
// What for: `rsm library discover --add`. A drive is named by its serial number, which stays when nodes get other numbers; drives without
// one, tape drives (which no desktop mounts) and those on iSCSI get no rule. Errors: none. Thread rule: pure. Source: udev(7), udisks(8)
// UDISKS_IGNORE.
#pragma once

#include <string>
#include <string_view>

namespace rsm::cli {

// `address`: as the configuration has it. Empty: this drive needs none.
std::string udev_rules(std::string_view serial, std::string_view address);

}  // namespace rsm::cli
