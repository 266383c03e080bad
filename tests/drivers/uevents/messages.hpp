// Events of the kernel and of udevd, as they arrive: what real ones look like, for tests and as the corpus of the fuzzer. Thread rule: any.
#pragma once

#include <string>
#include <vector>

namespace rsm::test {

// Variables with a zero after each.
std::string variables(std::vector<std::string> const& all);
// What the kernel sends: "change@/devices/..." and the variables.
std::string kernel_message(std::string const& head, std::vector<std::string> const& all);
// What udevd (systemd 252) sends: a header of 40 bytes and the variables.
std::string udev_message(std::vector<std::string> const& all);

// Seen with `udevadm monitor --property`, and on this kernel for a loop device.
std::vector<std::string> real_messages();

}  // namespace rsm::test
